import { copyFileSync, lstatSync, mkdirSync } from "node:fs";
import { join } from "node:path";
import { UserError } from "../../config/user-error";
import { runGraph } from "../terraform/graph";
import { PLAN_FILE } from "../terraform/plan-stacks";
import { readStack, STACK_JSON } from "../synth/stacks";
import { appliedIn } from "./apply-files";
import type { Manifest, ManifestStack } from "./manifest";
import { PLAN_JSON, stackFolder } from "./plan-folder";
import { StackApply, type AppliedStack, type StackApplyOptions } from "./stack-apply";
import { NOTHING_RECORDED, outdatedRecords, recordUnchanged, type UnchangedRecord } from "./unchanged-records";
import { refusalsOf } from "./refusals";

/** Terraform's file with the hashes of the providers that a plan was made with. */
const LOCK_FILE = ".terraform.lock.hcl";

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
 * @throws UserError with every reason why the plan may not be applied; nothing was written then. The reasons concern
 *   the files, the code and the versions, and AWS: credentials of another account, a changed state, an upstream stack
 *   whose outputs changed
 */
export async function applyPlan(options: ApplyPlanOptions): Promise<AppliedPlan> {
  const { folder, manifest, present, allowDestroy, directory, view, parallel, signal } = options;
  const planned = manifest.stacks.filter(({ plan }) => plan !== undefined);
  for (const { id } of planned) copyFiles(stackFolder(folder, id), stackFolder(directory, id));
  refuse(refusalsOf(directory, manifest, present, allowDestroy));

  const already = planned.map(({ id }) => id).filter((id) => appliedIn(folder, id) !== undefined);
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
  refuse([
    ...applies.flatMap(({ refusals }) => refusals),
    ...unchecked.map(({ id }) => `${id}: it could not be checked`),
  ]);
}

function appliedPlan(stacks: readonly AppliedStack[], unchanged: UnchangedRecord): AppliedPlan {
  const unrecorded = [
    ...stacks.flatMap(({ unrecorded: problem }) => (problem === undefined ? [] : [problem])),
    ...unchanged.unrecorded,
  ];
  const isApplied = stacks.every(({ status }) => status === "applied" || status === "already");
  return { ok: isApplied && unrecorded.length === 0, isApplied, stacks, unchanged: { ...unchanged, unrecorded } };
}

/**
 * Copies the files to apply and nothing else. Terraform would read any other `.tf` file as part of the stack, and run
 * any program that a `.terraform` folder declares as a provider.
 */
function copyFiles(from: string, to: string): void {
  mkdirSync(to, { recursive: true, mode: 0o700 });
  for (const name of [STACK_JSON, PLAN_FILE, PLAN_JSON, LOCK_FILE]) {
    const file = join(from, name);
    if (lstatSync(file, { throwIfNoEntry: false })?.isFile()) copyFileSync(file, join(to, name));
  }
}

function stackApply(planned: ManifestStack, options: ApplyPlanOptions): StackApply {
  const directory = stackFolder(options.directory, planned.id);
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

function refuse(reasons: readonly string[]): void {
  if (reasons.length === 0) return;
  throw new UserError(["the plan was not applied, and nothing was written:", ...reasons].join("\n  "));
}
