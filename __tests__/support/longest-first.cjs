// Starts the end-to-end test files that take minutes first, longest first. Started last, one of them would keep a worker
// busy while the others have nothing left to do. Without the times of an earlier run, as on a new machine, Jest goes by
// the size of a file, which says nothing about Terraform. `changed-databases` saves the applied estate that others load
// (support/applied-estate.ts), so those that load it start later: they would wait for it.
//
// Starts the unit test files that start hundreds of commands first, while their worker is small: Node forks, which copies
// the page tables of the worker's whole memory. A start takes 1 ms in a worker of 100 MB, and 10 ms in one of 450 MB.
// After them the file that takes longest, 18 s in a new clone. Its size is that of the shortest, so it would start last.
const { sep } = require("node:path");
const { default: Sequencer } = require("@jest/test-sequencer");

const FIRST = {
  e2e: [
    "pipeline",
    "apply-faults",
    "changed-databases",
    "first-day",
    "plan-and-apply",
    "rehearsal",
    "bootstrap",
    "changed-keys",
    "identity",
    "side-by-side",
    "plan-faults",
    "faults",
    "snapshots",
    "plan-integrity",
    "drift",
    "accounts",
    "private-only",
    "start-command",
    "state-commands",
    "organization",
    "access-change",
    "refactor",
    "orphans",
  ],
  unit: [
    "synth/git/checkout",
    "plans/affected",
    "synth/git/repository",
    "synth/git/base-commit",
    "synth/git/worktree",
    "plans/signature",
    "terraform/terraform",
    "rehearsal/apply-stacks",
    "plans/apply-plan",
    "terraform/attached-provider",
    "terraform/plan-stacks",
    "cli/affected",
    "access/estate/estate",
  ],
};

module.exports = class LongestFirst extends Sequencer {
  sort(tests) {
    const place = ({ path, context }) => {
      const first = FIRST[context.config.displayName?.name] ?? [];
      const found = first.findIndex((name) => path.endsWith(`${sep}${name.replaceAll("/", sep)}.test.ts`));
      return found === -1 ? first.length : found;
    };
    return [...super.sort(tests)].sort((one, other) => place(one) - place(other));
  }
};
