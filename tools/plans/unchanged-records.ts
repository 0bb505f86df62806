import { basename, join } from "node:path";
import { parseJson, readText } from "../../config/input";
import { UserError } from "../../config/user-error";
import { isSamePosition } from "../terraform/state/state-position";
import type { PlanJson } from "../review/plan-json";
import { utc } from "../support/time";
import { awsErrorMessage } from "../terraform/aws/aws-problem";
import { appliedIn, copyIn } from "./apply-files";
import type { Manifest, ManifestStack } from "./manifest";
import { PLAN_JSON, stackFolder } from "./plan-folder";
import { pendingAfter } from "./promotion/pending-changes";
import { predecessorIn, promotionCandidate } from "./promotion/plan-order";
import type { Promotion } from "./promotion/promotion";
import type { Present } from "./refusals";

/** What an apply needs of promotion. */
type PlanPromotion = Pick<
  Promotion,
  | "refusalOf"
  | "recordApplied"
  | "recordDestroyed"
  | "recordPending"
  | "recordWaiting"
  | "holds"
  | "pendingOf"
  | "stateOf"
  | "waitingSince"
>;

export interface RecordOptions {
  /** The plan's own folder, named after its id. */
  readonly folder: string;
  /** A private folder of this run. It holds the copy that is checked and applied, which nobody changes in between. */
  readonly directory: string;
  /** This machine's folder for the records of the stacks that this plan has applied. */
  readonly appliedRecords: string;
  readonly manifest: Manifest;
  readonly present: Present;
  /** Checks what must be applied before, and records what is applied. */
  readonly promotion: PlanPromotion;
}

/** The result of recording stacks that need no apply. */
export interface UnchangedRecord {
  /** Ids of stacks that are recorded now to hold what the plan contains. */
  readonly recorded: readonly string[];
  /**
   * Why an unchanged stack is not recorded yet: its predecessor has not applied the same content, or an output that it
   * reads has changed.
   */
  readonly early: readonly string[];
  /** What could not be recorded, with the reason. */
  readonly unrecorded: readonly string[];
}

export const NOTHING_RECORDED: UnchangedRecord = { recorded: [], early: [], unrecorded: [] };

/**
 * Records next to its state what a stack holds after its plan is applied. What waits for a maintenance window is not
 * held yet.
 * @returns why it could not be recorded; the stack is applied nevertheless
 */
export async function record(
  stack: ManifestStack,
  { folder, directory, manifest, present, promotion }: RecordOptions,
): Promise<string | undefined> {
  const { id } = stack;
  const candidate = promotionCandidate(stack);
  try {
    if (manifest.kind === "destroy") await promotion.recordDestroyed(id);
    else if (candidate) {
      const plan = stack.status === "changes" ? planIn(copyIn({ directory }), id) : undefined;
      const pending = plan && pendingAfter(plan, candidate.exact, await promotion.pendingOf(id));
      if (pending?.exact === candidate.exact) {
        await promotion.recordPending(id, pending);
        return undefined;
      }
      // A plan without a commit was refused before.
      const { commit } = present.checkout;
      if (commit === undefined) throw new Error(`${id} was applied from no commit`);
      await promotion.recordApplied(candidate, { commit, plan: basename(folder) }, pending);
    }
    return undefined;
  } catch (error) {
    return `${id} is applied, but this could not be recorded next to its state (${awsErrorMessage(error, "S3")}). Run the same apply again.`;
  }
}

const planIn = (copy: string, id: string): PlanJson =>
  parseJson(readText(join(stackFolder(copy, id), PLAN_JSON))) as PlanJson;

/**
 * Records that a stack is about to change: it and the stacks that read its state must be planned again. Recording what
 * they hold clears that. So an apply that is killed halfway leaves no stack recorded as up to date.
 * @throws UserError if that cannot be recorded: then nothing may be changed
 */
export async function recordUnderWay({ id, readers }: ManifestStack, options: RecordOptions): Promise<void> {
  const { manifest, promotion } = options;
  if (manifest.kind === "destroy") return;
  try {
    for (const each of [id, ...readers]) await promotion.recordWaiting(each);
  } catch (error) {
    throw new UserError(
      `${id}: the start of the apply could not be recorded next to its state (${awsErrorMessage(error, "S3")}): it was not applied`,
      { cause: error },
    );
  }
}

/**
 * Whether an earlier run of the same plan has applied a stack: the state in AWS is the one that was recorded after that
 * apply. A record alone proves nothing. If it cannot be compared, the check before the apply finds out why.
 */
export async function isAppliedAlready(
  { id, state }: ManifestStack,
  { appliedRecords, promotion }: RecordOptions,
): Promise<boolean> {
  const applied = appliedIn(appliedRecords, id);
  if (applied === undefined || isSamePosition(applied.state, state)) return false;
  try {
    return isSamePosition(applied.state, await promotion.stateOf(id));
  } catch {
    return false;
  }
}

/**
 * Finds stacks that need no apply but must not be recorded, with the reason: another plan has changed what they read,
 * after they were planned or after an earlier run applied them. Call it before this run records any change of its own.
 * @param already the ids of the stacks that an earlier run of the same plan has applied
 */
export async function outdatedRecords(
  already: readonly string[],
  { appliedRecords, manifest, promotion }: RecordOptions,
): Promise<Map<string, Partial<UnchangedRecord>>> {
  const outdated = new Map<string, Partial<UnchangedRecord>>();
  if (manifest.kind === "destroy") return outdated;
  for (const stack of recordableStacks(manifest, already)) {
    const { id, status } = stack;
    const since = status === "no changes" ? manifest.madeAt : appliedIn(appliedRecords, id)?.appliedAt;
    try {
      const waiting = promotionCandidate(stack) && (await promotion.waitingSince(id));
      if (waiting !== undefined && !(since !== undefined && Date.parse(waiting) < Date.parse(since)))
        outdated.set(id, readsOther(id));
    } catch (error) {
      outdated.set(id, { unrecorded: [notRecorded(id, error)] });
    }
  }
  return outdated;
}

/**
 * Records stacks that need no apply. These are the stacks in which this plan changes nothing, so that the next
 * environments may continue, and those that an earlier run of the same plan applied but may not have recorded. Each is
 * recorded once, and after its predecessor, if that is one of them.
 */
export class UnchangedStacks {
  private readonly stacks: readonly ManifestStack[];
  private readonly started = new Map<string, Promise<Partial<UnchangedRecord>>>();

  /**
   * @param already the ids of the stacks that an earlier run applied
   * @param outdated the stacks that must not be recorded, with the reason
   */
  constructor(
    already: readonly string[],
    private readonly outdated: Map<string, Partial<UnchangedRecord>>,
    private readonly options: RecordOptions,
  ) {
    this.stacks = options.manifest.kind === "destroy" ? [] : recordableStacks(options.manifest, already);
  }

  /** Records the predecessor of a stack, if it needs no apply. */
  public async recordPredecessor(stack: ManifestStack): Promise<void> {
    const before = predecessorIn(this.stacks, stack);
    if (before) await this.record(before);
  }

  /**
   * Records every stack that is not recorded yet.
   * @param stale ids of stacks that read one whose apply failed: they stay marked as to be planned again
   */
  public async recordAll(stale: readonly string[]): Promise<UnchangedRecord> {
    for (const id of stale) this.outdated.set(id, readsOther(id));
    const ended = await Promise.all(this.stacks.map((stack) => this.record(stack)));
    return {
      recorded: ended.flatMap(({ recorded = [] }) => recorded),
      early: ended.flatMap(({ early = [] }) => early),
      unrecorded: ended.flatMap(({ unrecorded = [] }) => unrecorded),
    };
  }

  private record(stack: ManifestStack): Promise<Partial<UnchangedRecord>> {
    const started = this.started.get(stack.id) ?? this.recordNow(stack);
    this.started.set(stack.id, started);
    return started;
  }

  private async recordNow(stack: ManifestStack): Promise<Partial<UnchangedRecord>> {
    await this.recordPredecessor(stack);
    return this.outdated.get(stack.id) ?? (await recordOne(stack, this.options));
  }
}

const recordableStacks = ({ stacks }: Manifest, already: readonly string[]): ManifestStack[] =>
  stacks.filter(({ id, status }) => status === "no changes" || already.includes(id));

const readsOther = (id: string): Partial<UnchangedRecord> => ({
  early: [`${id}: what it reads may have changed since it was planned. Plan it again.`],
});

const notRecorded = (id: string, error: unknown): string =>
  `${id}: its content could not be recorded next to its state (${awsErrorMessage(error, "S3")})`;

async function recordOne(stack: ManifestStack, options: RecordOptions): Promise<Partial<UnchangedRecord>> {
  try {
    const result = await checkRecordable(stack, options);
    if (result !== "recordable") return result;
  } catch (error) {
    return { unrecorded: [notRecorded(stack.id, error)] };
  }
  const problem = await record(stack, options);
  return problem === undefined ? { recorded: [stack.id] } : { unrecorded: [problem] };
}

/** Whether a stack must be recorded now. If not, the result of leaving its record as it is. */
async function checkRecordable(
  stack: ManifestStack,
  { appliedRecords, promotion }: RecordOptions,
): Promise<Partial<UnchangedRecord> | "recordable"> {
  const { id, status, state } = stack;
  const candidate = promotionCandidate(stack);
  if (!candidate || (await promotion.holds(candidate))) return {};
  const isUnchanged = status === "no changes";
  const now = await promotion.stateOf(id);
  const then = isUnchanged ? state : appliedIn(appliedRecords, id)?.state;
  // Another apply came between: the stack holds what that one created.
  if (!isSamePosition(now, then)) return {};
  const pending = await promotion.pendingOf(id);
  if (!isUnchanged && pending?.exact === candidate.exact) return {};
  if (isUnchanged && pending !== undefined && pending.exact !== candidate.exact)
    return {
      early: [
        `${id}: until ${utc(new Date(pending.until))}, changes of an earlier apply are still pending in RDS (${pending.changes.join("; ")}). Removing them from the code does not cancel them: cancel them in RDS (docs/applying.md, "Pending changes"), or plan again after that.`,
      ],
    };
  const early = isUnchanged ? await promotion.refusalOf(candidate) : undefined;
  return early === undefined ? "recordable" : { early: [early] };
}
