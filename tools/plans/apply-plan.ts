import { copyFileSync, existsSync, lstatSync, mkdirSync, readFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { parseJson, readText } from "../../config/input";
import type { Estate } from "../../config/model";
import { UserError } from "../../config/user-error";
import type { PlanJson } from "../review/plan-json";
import type { PlanSummary } from "../review/review";
import { messageOf } from "../support/errors";
import { isObject } from "../support/json";
import { runGraph } from "../terraform/graph";
import { planFileProblems, repackPlanFile } from "../terraform/plan-file";
import { LOCK_FILE } from "../terraform/provider-lock";
import { PLAN_FILE } from "../terraform/plan-stacks";
import { assetsIn } from "../synth/modules";
import { STACK_JSON, type Stack } from "../synth/stacks";
import { copyIn } from "./apply-files";
import { readersOfAws, type ReadersOf } from "./duplicates";
import { changedSettings, settingClientsOfAws, type SettingClientsOf } from "./existing-settings";
import type { Manifest, ManifestStack } from "./manifest";
import { codeRefusals, noSuchStack } from "./manifest-of-plan";
import { PLAN_JSON, stackFolder } from "./plan-folder";
import { predecessorIn } from "./promotion/plan-order";
import { abandonedIn, summaryOfPlans, summaryProblems } from "./plan-summary";
import { StackApply, type AppliedStack, type StackApplyOptions } from "./stack-apply";
import {
  isAppliedAlready,
  NOTHING_RECORDED,
  outdatedRecords,
  UnchangedStacks,
  type UnchangedRecord,
} from "./unchanged-records";
import { refusalsOf } from "./refusals";
import { destructionRefusals } from "./destruction/refused-destructions";

interface ApplyPlanOptions extends Omit<StackApplyOptions, "stacks"> {
  readonly estate: Estate;
  /** `<stack>:<address>` or `<address>` of stateful resources that may be destroyed. */
  readonly allowDestroy: readonly string[];
  /** Clients that find out what exists in AWS. @default those of AWS */
  readonly settingClients?: SettingClientsOf;
  /** Clients that look for what another stack holds, or what exists twice. @default those of AWS */
  readonly readers?: ReadersOf;
  /** Synthesizes all stacks of the present code. Called once files, code and versions are checked. */
  readonly synthesize: () => Promise<readonly Stack[]>;
  /**
   * Called after all checks and before anything is applied, with the summary that the plan files give. Throws if the
   * plan must not be applied. Not called if there is nothing to apply.
   */
  readonly beforeApply: (summary: PlanSummary) => Promise<void>;
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
 * Applies exactly the files of a plan in the order of the stacks' dependencies and of promotion, several at once; a
 * destroy plan in reverse order. Skips stacks that an earlier run of the same plan has applied. After a failure, running stacks finish
 * and no further stack starts.
 * @throws UserError with every reason why the plan may not be applied; nothing was written then, except states that an
 *   earlier run could not write. The reasons concern the files, the code and the versions; then what this code
 *   generates; then AWS: credentials of another account, a changed state, an upstream stack whose outputs changed
 */
export async function applyPlan(given: ApplyPlanOptions): Promise<AppliedPlan> {
  const { manifest, present, estate, allowDestroy, view, parallel, signal } = given;
  const planned = manifest.stacks.filter(({ status }) => status === "changes");
  const copy = copyOf(given);
  refusePlan(refusalsOf(copy, manifest, present, allowDestroy), manifest);
  const options = { ...given, stacks: await given.synthesize() };
  refusePlan(
    [
      ...codeRefusals(manifest, options.stacks, estate),
      ...planned.flatMap((stack) => planFileRefusals(stack, copy, manifest)),
    ],
    manifest,
  );
  for (const { id } of planned) repackPlanFile(join(stackFolder(copy, id), PLAN_FILE));

  const isAlready = await Promise.all(planned.map((stack) => isAppliedAlready(stack, options)));
  const already = planned.map(({ id }) => id).filter((_, index) => isAlready[index]);
  const all = planned.map((stack) => stackApply(stack, options));
  const applies = all.filter(({ id }) => !already.includes(id));
  view.start(applies.map(({ id }) => id));
  try {
    if (applies.length > 0) await checkAll(all, already, copy, options);
    const outdated = signal?.aborted ? new Map<string, never>() : await outdatedRecords(already, options);
    const records = new UnchangedStacks(already, outdated, options);
    const nodes = applies.map((apply) => ({ id: apply.id, dependencies: order(apply.planned, manifest), apply }));
    const results = await runGraph(nodes, ({ apply }, giveSlotBack) => apply.run(giveSlotBack, records), {
      parallel,
      signal,
      secondsOf: ({ apply }) => apply.expectedSeconds, // a database, and what it depends on, first
    });
    for (const apply of applies) await apply.checkStateAfterFailure(results.get(apply.id));
    const stacks = all.map((apply): AppliedStack =>
      already.includes(apply.id)
        ? { id: apply.id, status: "already", seconds: 0 }
        : apply.report(results.get(apply.id)),
    );
    const failed = applies.filter(({ id }) => results.get(id)?.status === "failed");
    const stale = failed.flatMap((apply) => apply.planned.readers);
    const unchanged = signal?.aborted ? NOTHING_RECORDED : await records.recordAll(stale);
    return appliedPlan(stacks, unchanged);
  } finally {
    await view.stop();
  }
}

/**
 * Checks every stack before the first one is applied, and shows the summary that the plan files give.
 * @throws UserError with all problems
 */
async function checkAll(
  all: readonly StackApply[],
  already: readonly string[],
  copy: string,
  options: ApplyPlanOptions & StackApplyOptions,
): Promise<void> {
  const { parallel, signal, view } = options;
  const applies = all.filter(({ id }) => !already.includes(id));
  const ids = new Set(applies.map(({ id }) => id));
  const checks = all.map((apply) => ({ id: apply.id, dependencies: [], apply }));
  const check = (apply: StackApply) => (ids.has(apply.id) ? apply.check(ids) : apply.checkApplied());
  const checked = await runGraph(checks, ({ apply }) => check(apply), { parallel, signal });
  if (signal?.aborted) return;
  const refused = await destructionRefusals(all, ids, options);
  const { settingClients = settingClientsOfAws(options.env), readers = readersOfAws(options.env) } = options;
  const unchecked = all.filter(({ id }) => checked.get(id)?.status !== "done");
  refusePlan(
    [
      ...all.flatMap(({ refusals }) => refusals),
      ...refused,
      ...(await changedSettings(applies, settingClients, options.estate, readers)),
      ...unchecked.map(({ id }) => `${id}: it could not be checked`),
    ],
    options.manifest,
    applies.filter(({ wroteState }) => wroteState).map(({ id }) => id),
  );
  const summary = await derivedSummary(all, copy, options);
  refusePlan(summaryProblems(copy, summary), options.manifest);
  await view.stop();
  await options.beforeApply(summary);
  view.start([...ids]);
}

/** The summary that the checked plan files and the present code give. The plan's author has no part in it. */
async function derivedSummary(
  all: readonly StackApply[],
  copy: string,
  { manifest, stacks }: StackApplyOptions,
): Promise<PlanSummary> {
  const { madeAt, kind, rehearsedOn, commit, dirty, connections } = manifest;
  const plans = new Map(all.map(({ id, plan }) => [id, plan]));
  // The folder holds the JSON of a plan that waits or is kept, and no plan file that would prove it.
  const unproved = manifest.stacks.map(({ id }) => id).filter((id) => !plans.get(id) && existsSync(join(stackFolder(copy, id), PLAN_JSON))); // prettier-ignore
  try {
    const planned = manifest.stacks.map(({ id, accountId, accountName, status, reasons, existing }) => {
      const shown = unproved.includes(id) ? parseJson(readText(join(stackFolder(copy, id), PLAN_JSON))) : undefined;
      if (shown !== undefined && !isObject(shown)) throw new TypeError("it is no object");
      const plan = plans.get(id) ?? (shown as PlanJson | undefined);
      return { id, accountId, accountName, status, reasons, existing, plan };
    });
    const origin = { madeAt, kind, rehearsedOn, commit, dirty, connections, abandoned: abandonedIn(copy) };
    return await summaryOfPlans(origin, planned, stacks);
  } catch (error) {
    if (unproved.length === 0) throw error;
    refusePlan([`${PLAN_JSON} of ${unproved.join(", ")} must be Terraform's JSON of a plan, and cannot be read (${messageOf(error)}). Plan again.`], manifest); // prettier-ignore
    throw error;
  }
}

/** How the plan file of a stack differs from a plan of the planned JSON, with the remedy. */
function planFileRefusals({ id }: ManifestStack, copy: string, { kind }: Manifest): string[] {
  const folder = stackFolder(copy, id);
  const file = (name: string): Buffer => readFileSync(join(folder, name));
  const locks = existsSync(join(folder, LOCK_FILE)) ? file(LOCK_FILE) : Buffer.of();
  const made = { json: file(STACK_JSON), locks, destroy: kind === "destroy", assets: assetsIn(folder) };
  return planFileProblems(join(folder, PLAN_FILE), made).map((what) => `${id}: ${PLAN_FILE} ${what}. Plan again.`);
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
 * Copies the files of the manifest and nothing else. Terraform would read any other `.tf` file as part of the stack, and
 * run any program that a `.terraform` folder declares as a provider.
 */
function copyOf(options: Omit<StackApplyOptions, "stacks">): string {
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

function stackApply(planned: ManifestStack, options: StackApplyOptions): StackApply {
  const stack = options.stacks.find(({ id }) => id === planned.id);
  if (!stack) throw new UserError(noSuchStack(planned.id));
  return new StackApply({ ...stack, directory: stackFolder(copyIn(options), planned.id) }, planned, options);
}

/**
 * The stacks that are applied before a stack: its dependencies, and the stacks of earlier environments that it follows in
 * promotion. Those in which nothing changes are no nodes, but may follow one. They are recorded before the stack, and so
 * after their own dependencies: the apply of one of these marks its readers, and a failure must leave the mark.
 */
function order(stack: ManifestStack, { kind, stacks }: Manifest): readonly string[] {
  if (kind === "destroy") return stacks.filter((user) => user.dependencies.includes(stack.id)).map((user) => user.id);
  const followed: string[] = [];
  for (let before = predecessorIn(stacks, stack); before; before = predecessorIn(stacks, before))
    followed.push(before.id, ...before.dependencies);
  return [...stack.dependencies, ...followed];
}

/**
 * @param written ids of the stacks whose kept state was written. @default none
 * @throws UserError with every reason why a plan is not applied, if there is one, and the command that makes it again
 */
export function refusePlan(
  reasons: readonly string[],
  { kind, stacks }: Pick<Manifest, "kind" | "stacks">,
  written: readonly string[] = [],
): void {
  if (reasons.length === 0) return;
  const what = written.length === 0 ? "nothing" : `only the kept state of ${written.join(", ")}`;
  const isOutdated = reasons.some((reason) => /plan again\b/i.test(reason));
  const ids = stacks.map(({ id }) => id).filter((id) => !reasons.includes(noSuchStack(id)));
  const sign = reasons.some((reason) => reason.includes("--sign")) ? " --sign <ssh key>" : "";
  const again = isOutdated && ids.length > 0 ? [`to plan again: npm run ${kind} -- ${ids.join(" ")}${sign}`] : [];
  const list = [`the plan was not applied, and ${what} was written:`, ...reasons].join("\n  ");
  throw new UserError([list, ...again].join("\n"));
}
