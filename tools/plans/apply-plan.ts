import { copyFileSync, lstatSync, mkdirSync } from "node:fs";
import { dirname, join } from "node:path";
import { UserError } from "../../config/user-error";
import { runGraph } from "../terraform/graph";
import { readStack, STACK_JSON } from "../synth/stacks";
import type { Manifest, ManifestStack } from "./manifest";
import { stackFolder } from "./plan-folder";
import { StackApply, type AppliedStack, type StackApplyOptions } from "./stack-apply";
import {
  isAppliedAlready,
  NOTHING_RECORDED,
  outdatedRecords,
  recordUnchanged,
  type UnchangedRecord,
} from "./unchanged-records";
import { refusalsOf } from "./refusals";

interface ApplyPlanOptions extends StackApplyOptions {
  /** `<stack>:<address>` or `<address>` of stateful resources that may be destroyed. */
  readonly allowDestroy: readonly string[];
}

export interface AppliedPlan {
  /** Whether every stack is applied and recorded. */
  readonly ok: boolean;
  /** Whether every stack is applied. */
  readonly isApplied: boolean;
  /** The stacks that had a plan to apply, in the order of the manifest. */
  readonly stacks: readonly AppliedStack[];
  /** The result of recording the other stacks. `unrecorded` includes applied stacks that could not be recorded. */
  readonly unchanged: UnchangedRecord;
}

/**
 * Applies exactly the files of a plan in the order of the stacks' dependencies, several at once; a destroy plan in
 * reverse order. Skips stacks that an earlier run of the same plan has applied. After a failure, running stacks finish
 * and no further stack starts.
 * @throws UserError with every reason why the plan may not be applied; nothing was written then, except states that an
 *   earlier run could not write. The reasons concern
 *   the files, the code and the versions, and AWS: credentials of another account, a changed state, an upstream stack
 *   whose outputs changed
 */
export async function applyPlan(options: ApplyPlanOptions): Promise<AppliedPlan> {
  const { manifest, present, allowDestroy, view, parallel, signal } = options;
  const planned = manifest.stacks.filter(({ status }) => status === "changes");
  const copy = copyOf(options);
  refusePlan(refusalsOf(copy, manifest, present, allowDestroy));

  const isAlready = await Promise.all(planned.map((stack) => isAppliedAlready(stack, options)));
  const already = planned.map(({ id }) => id).filter((_, index) => isAlready[index]);
  const applies = planned.filter(({ id }) => !already.includes(id)).map((stack) => stackApply(stack, options));
  view.start(applies.map(({ id }) => id));
  try {
    await checkAll(applies, options);
    const outdated = signal?.aborted ? new Map<string, never>() : await outdatedRecords(already, options);
    const nodes = applies.map((apply) => ({ id: apply.id, dependencies: order(apply.planned, manifest), apply }));
    const results = await runGraph(nodes, ({ apply }, giveSlotBack) => apply.run(giveSlotBack), {
      parallel,
      signal,
      secondsOf: ({ apply }) => apply.expectedSeconds, // a database, and what it depends on, first
    });
    for (const apply of applies) await apply.checkStateAfterFailure(results.get(apply.id));
    const stacks = planned.map(({ id }): AppliedStack => {
      const apply = applies.find((each) => each.id === id);
      return apply ? apply.report(results.get(id)) : { id, status: "already", seconds: 0 };
    });
    const unchanged = signal?.aborted ? NOTHING_RECORDED : await recordUnchanged(already, outdated, options);
    return appliedPlan(stacks, unchanged);
  } finally {
    await view.stop();
  }
}

/** Checks every stack before the first one is applied. Throws UserError with all problems. */
async function checkAll(applies: readonly StackApply[], { parallel, signal }: ApplyPlanOptions): Promise<void> {
  const ids = new Set(applies.map(({ id }) => id));
  const checks = applies.map((apply) => ({ id: apply.id, dependencies: [], apply }));
  const checked = await runGraph(checks, ({ apply }) => apply.check(ids), { parallel, signal });
  if (signal?.aborted) return;
  const unchecked = applies.filter(({ id }) => checked.get(id)?.status !== "done");
  refusePlan(
    [...applies.flatMap(({ refusals }) => refusals), ...unchecked.map(({ id }) => `${id}: it could not be checked`)],
    applies.filter(({ wroteState }) => wroteState).map(({ id }) => id),
  );
}

function appliedPlan(stacks: readonly AppliedStack[], unchanged: UnchangedRecord): AppliedPlan {
  const unrecorded = [
    ...stacks.flatMap(({ unrecorded: problem }) => (problem === undefined ? [] : [problem])),
    ...unchanged.unrecorded,
  ];
  const isApplied = stacks.every(({ status }) => status === "applied" || status === "already");
  return { ok: isApplied && unrecorded.length === 0, isApplied, stacks, unchanged: { ...unchanged, unrecorded } };
}

/** This run's own copy of the plan's folder. */
const copyIn = ({ directory }: Pick<ApplyPlanOptions, "directory">): string => join(directory, "plan");

/**
 * Copies the files of the manifest and nothing else. Terraform would read any other `.tf` file as part of the stack, and
 * run any program that a `.terraform` folder declares as a provider.
 */
function copyOf(options: ApplyPlanOptions): string {
  const { folder, manifest } = options;
  const copy = copyIn(options);
  mkdirSync(copy, { recursive: true, mode: 0o700 });
  for (const path of Object.keys(manifest.files)) {
    const [from, to] = [join(folder, path), join(copy, path)];
    if (!lstatSync(from, { throwIfNoEntry: false })?.isFile()) continue;
    mkdirSync(dirname(to), { recursive: true, mode: 0o700 });
    copyFileSync(from, to);
  }
  return copy;
}

function stackApply(planned: ManifestStack, options: ApplyPlanOptions): StackApply {
  const directory = stackFolder(copyIn(options), planned.id);
  const stack = {
    ...readStack(join(directory, STACK_JSON)),
    id: planned.id,
    directory,
    dependencies: planned.dependencies,
  };
  return new StackApply(stack, planned, options);
}

function order({ id, dependencies }: ManifestStack, { kind, stacks }: Manifest): readonly string[] {
  if (kind === "plan") return dependencies;
  return stacks.filter((user) => user.dependencies.includes(id)).map((user) => user.id);
}

/**
 * @param written ids of the stacks whose kept state was written. @default none
 * @throws UserError with every reason why a plan is not applied, if there is one
 */
export function refusePlan(reasons: readonly string[], written: readonly string[] = []): void {
  if (reasons.length === 0) return;
  const what = written.length === 0 ? "nothing" : `only the kept state of ${written.join(", ")}`;
  throw new UserError([`the plan was not applied, and ${what} was written:`, ...reasons].join("\n  "));
}
