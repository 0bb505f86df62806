// Starts the end-to-end test files that take minutes first, longest first. Started last, one of them would keep a worker
// busy while the others have nothing left to do. Without the times of an earlier run, as on a new machine, Jest goes by
// the size of a file, which says nothing about Terraform.
const { basename } = require("node:path");
const { default: Sequencer } = require("@jest/test-sequencer");

const LONGEST = [
  "pipeline",
  "first-day",
  "side-by-side",
  "rehearsal",
  "apply-faults",
  "plan-and-apply",
  "drift",
  "plan-faults",
  "faults",
  "bootstrap",
  "private-only",
  "plan-integrity",
  "snapshots",
  "start-command",
].map((name) => `${name}.test.ts`);

module.exports = class LongestFirst extends Sequencer {
  sort(tests) {
    const place = ({ path, context }) => {
      const found = context.config.displayName?.name === "e2e" ? LONGEST.indexOf(basename(path)) : -1;
      return found === -1 ? LONGEST.length : found;
    };
    return [...super.sort(tests)].sort((one, other) => place(one) - place(other));
  }
};
