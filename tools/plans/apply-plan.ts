import { copyFileSync, lstatSync, mkdirSync } from "node:fs";
import { join } from "node:path";
import { UserError } from "../../config/user-error";
import { runGraph } from "../terraform/graph";
import { PLAN_FILE } from "../terraform/plan-stacks";
import type { RunOptions } from "../terraform/run-options";
import { readStack, STACK_JSON } from "../synth/stacks";
import { appliedIn } from "./applied-record";
import type { Manifest, ManifestStack } from "./manifest";
import { PLAN_JSON, stackFolder } from "./plan-folder";
import { PlannedApply, type AppliedStack } from "./planned-apply";
import { NOTHING_STANDS, outdatedStanding, recordStanding, type PlanPromotion, type Standing } from "./record-standing";
import { refusalsOf, type Present } from "./refusals";

/** In which Terraform writes the hashes of the providers that a plan was made with. */
const LOCK_FILE = ".terraform.lock.hcl";

export interface ApplyPlanOptions extends RunOptions {
  /** The plan's own folder, which records what was applied. */
  readonly folder: string;
  readonly manifest: Manifest;
  readonly present: Present;
  /** `<stack>:<address>` or `<address>` of stateful resources that may be destroyed. */
  readonly allowDestroy: readonly string[];
  /** This machine's folder for states of this plan that could not be written. */
  readonly erroredStates: string;
  /** Knows what must be applied before, and records what is. */
  readonly promotion: PlanPromotion;
  /** A private folder of this run: what is checked and applied is a copy there, which nobody changes in between. */
  readonly directory: string;
}

export interface AppliedPlan {
  /** Whether every stack is applied, and recorded. */
  readonly ok: boolean;
  /** Whether every stack is applied. */
  readonly isApplied: boolean;
  /** In the order of the manifest; only those that had a plan to apply. */
  readonly stacks: readonly AppliedStack[];
  /** What became of the others; what of the former could not be recorded, too. */
  readonly standing: Standing;
}

/**
 * Applies the very files of a plan, in the order of the stacks' dependencies, several at once; of a destroy in reverse.
 * Stacks that an earlier run of the same plan has applied are left alone. After a failure what runs goes on to its end,
 * and nothing new starts.
 *
 * @throws UserError with every reason why it may not be applied, and then nothing was written: of the files, the
 *   code, the versions, and of AWS: another account's credentials, a state that has moved on, an upstream that says
 *   something else than it did
 */
export async function applyPlan(options: ApplyPlanOptions): Promise<AppliedPlan> {
  const { folder, manifest, present, allowDestroy, directory, view, parallel, signal } = options;
  const planned = manifest.stacks.filter(({ plan }) => plan !== undefined);
  for (const { id } of planned) copyFiles(stackFolder(folder, id), stackFolder(directory, id));
  refuse(refusalsOf(directory, manifest, present, allowDestroy));

  const already = planned.filter(({ id }) => appliedIn(folder, id) !== undefined);
  const applies = planned.filter((stack) => !already.includes(stack)).map((stack) => plannedApply(stack, options));
  const ids = new Set(applies.map(({ id }) => id));
  view.start([...ids]);
  try {
    const checks = applies.map((apply) => ({ id: apply.id, dependencies: [], apply }));
    const checked = await runGraph(checks, ({ apply }) => apply.check(ids), { parallel, signal });
    if (!signal?.aborted) {
      const unchecked = applies.filter(({ id }) => checked.get(id)?.status !== "done");
      refuse([
        ...applies.flatMap(({ refusals }) => refusals),
        ...unchecked.map(({ id }) => `${id}: it could not be checked`),
      ]);
    }
    const alreadyApplied = already.map(({ id }) => id);
    const outdated = signal?.aborted ? new Map<string, never>() : await outdatedStanding(alreadyApplied, options);
    const nodes = applies.map((apply) => ({ id: apply.id, dependencies: order(apply.planned, manifest), apply }));
    const results = await runGraph(nodes, ({ apply }, giveSlotBack) => apply.run(giveSlotBack), {
      ...{ parallel, signal },
      secondsOf: ({ apply }) => apply.expectedSeconds, // a database first, and what leads to it
    });
    for (const apply of applies) await apply.lookWhereItStands(results.get(apply.id));
    const stacks = planned.map((stack): AppliedStack => {
      const apply = applies.find(({ id }) => id === stack.id);
      return apply ? apply.report(results.get(stack.id)) : { id: stack.id, status: "already", seconds: 0 };
    });
    const standing = signal?.aborted ? NOTHING_STANDS : await recordStanding(alreadyApplied, outdated, options);
    const unrecorded = [
      ...stacks.flatMap(({ unrecorded: why }) => (why === undefined ? [] : [why])),
      ...standing.unrecorded,
    ];
    const isApplied = stacks.every(({ status }) => status === "applied" || status === "already");
    return { ok: isApplied && unrecorded.length === 0, isApplied, stacks, standing: { ...standing, unrecorded } };
  } finally {
    await view.stop();
  }
}

/**
 * What is applied, and nothing else that lies there: Terraform would take any other `.tf` file for a part of the stack,
 * and run whatever program a `.terraform` folder calls a provider.
 */
function copyFiles(from: string, to: string): void {
  mkdirSync(to, { recursive: true, mode: 0o700 });
  for (const name of [STACK_JSON, PLAN_FILE, PLAN_JSON, LOCK_FILE]) {
    const file = join(from, name);
    if (lstatSync(file, { throwIfNoEntry: false })?.isFile()) copyFileSync(file, join(to, name));
  }
}

function plannedApply(planned: ManifestStack, options: ApplyPlanOptions): PlannedApply {
  const directory = stackFolder(options.directory, planned.id);
  const stack = {
    ...readStack(join(directory, STACK_JSON)),
    id: planned.id,
    directory,
    dependencies: planned.dependencies,
  };
  return new PlannedApply(stack, planned, options);
}

function order({ id, dependencies }: ManifestStack, { kind, stacks }: Manifest): readonly string[] {
  if (kind === "plan") return dependencies;
  return stacks.filter((user) => user.dependencies.includes(id)).map((user) => user.id);
}

function refuse(reasons: readonly string[]): void {
  if (reasons.length === 0) return;
  throw new UserError(["the plan is not applied, and nothing was written:", ...reasons].join("\n  "));
}
