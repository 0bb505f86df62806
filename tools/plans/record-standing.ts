import { basename } from "node:path";
import type { Promoted, Promotion } from "./promotion/promotion";
import { UserError } from "../../config/user-error";
import { wordsOf } from "../terraform/aws/aws-problem";
import { appliedIn } from "./applied-record";
import type { ApplyPlanOptions } from "./apply-plan";
import type { Manifest, ManifestStack } from "./manifest";

/** What an apply asks of promotion. */
export type PlanPromotion = Pick<
  Promotion,
  "refusalOf" | "recordApplied" | "recordDestroyed" | "recordWaiting" | "holds" | "stateOf" | "waitingSince"
>;

/** What becomes of stacks that need no apply. */
export interface Standing {
  /** Ids of stacks that are recorded now to hold what the plan says. */
  readonly recorded: readonly string[];
  /**
   * Why a stack is not recorded yet, although nothing changes in it: its predecessor has not applied the same, or what
   * it reads has changed.
   */
  readonly early: readonly string[];
  /** What could not be recorded, with the reason. */
  readonly unrecorded: readonly string[];
}

export const NOTHING_STANDS: Standing = { recorded: [], early: [], unrecorded: [] };

/**
 * What promotion is asked about a stack of a plan. Undefined where the plan says nothing of it: a destroy's, and a
 * rehearsed one.
 */
export function promotedOf({ id, content, exact, after }: ManifestStack): Promoted | undefined {
  return content === undefined || exact === undefined ? undefined : { id, content, exact, after };
}

type Recording = Pick<ApplyPlanOptions, "folder" | "manifest" | "present" | "promotion">;

/**
 * Records beside its state what a stack holds now that its plan is applied.
 *
 * @returns why it could not be recorded; it is applied all the same
 */
export async function record(
  stack: ManifestStack,
  { folder, manifest, present, promotion }: Recording,
): Promise<string | undefined> {
  const { id } = stack;
  const promoted = promotedOf(stack);
  try {
    if (manifest.kind === "destroy") await promotion.recordDestroyed(id);
    else if (promoted)
      await promotion.recordApplied(promoted, { commit: present.checkout.commit ?? "", plan: basename(folder) });
    return undefined;
  } catch (error) {
    return `${id} is applied, but that could not be recorded beside its state (${wordsOf(error, "S3")}): run the same apply again`;
  }
}

/**
 * Says of a stack that is about to change, and of those that read its state, that they are to be planned again, until
 * they are recorded anew: whatever ends this run in the middle, nothing half done counts as up to date.
 *
 * @throws UserError where that can't be said: then nothing may be changed
 */
export async function recordUnderWay(
  { id, readers }: ManifestStack,
  { manifest, promotion }: Recording,
): Promise<void> {
  if (manifest.kind === "destroy") return;
  try {
    for (const each of [id, ...readers]) await promotion.recordWaiting(each);
  } catch (error) {
    throw new UserError(
      `${id}: that it changes could not be recorded beside its state (${wordsOf(error, "S3")}): nothing was changed`,
      {
        cause: error,
      },
    );
  }
}

/**
 * Of stacks that need no apply those that may not be recorded all the same, with the reason: after they were planned,
 * or applied by an earlier run, another plan has changed what they read. Asked before this run says of anything that it
 * changes.
 *
 * @param already the ids of those that an earlier run of the same plan has applied
 */
export async function outdatedStanding(
  already: readonly string[],
  { folder, manifest, promotion }: Recording,
): Promise<Map<string, Partial<Standing>>> {
  const outdated = new Map<string, Partial<Standing>>();
  if (manifest.kind === "destroy") return outdated;
  for (const stack of standingIn(manifest, already)) {
    const { id, status } = stack;
    const since = status === "no changes" ? manifest.madeAt : appliedIn(folder, id)?.appliedAt;
    try {
      const waiting = promotedOf(stack) && (await promotion.waitingSince(id));
      if (waiting !== undefined && !(Date.parse(waiting) < Date.parse(since ?? "")))
        outdated.set(id, { early: [`${id}: what it reads may have changed since it was planned: plan it again`] });
    } catch (error) {
      outdated.set(id, { unrecorded: [unreadable(id, error)] });
    }
  }
  return outdated;
}

/**
 * Records stacks that need no apply: those in which this plan changes nothing, so that the environments after them may
 * go on, and those that an earlier run of the same plan has applied, in case it was ended before it could say so.
 *
 * @param already the ids of the latter
 * @param outdated those that may not be recorded, with the reason
 */
export async function recordStanding(
  already: readonly string[],
  outdated: ReadonlyMap<string, Partial<Standing>>,
  options: Recording,
): Promise<Standing> {
  const { manifest } = options;
  if (manifest.kind === "destroy") return NOTHING_STANDS;
  const ended = await Promise.all(
    standingIn(manifest, already).map(async (stack) => outdated.get(stack.id) ?? (await recordOne(stack, options))),
  );
  return {
    recorded: ended.flatMap(({ recorded = [] }) => recorded),
    early: ended.flatMap(({ early = [] }) => early),
    unrecorded: ended.flatMap(({ unrecorded = [] }) => unrecorded),
  };
}

function standingIn({ stacks }: Manifest, already: readonly string[]): ManifestStack[] {
  return stacks.filter(({ id, status }) => status === "no changes" || already.includes(id));
}

function unreadable(id: string, error: unknown): string {
  return `${id}: what it holds could not be recorded beside its state (${wordsOf(error, "S3")})`;
}

async function recordOne(stack: ManifestStack, options: Recording): Promise<Partial<Standing>> {
  const { id, status, state } = stack;
  const { promotion } = options;
  const promoted = promotedOf(stack);
  if (!promoted) return {};
  try {
    if (await promotion.holds(promoted)) return {};
    const now = await promotion.stateOf(id);
    const then = status === "no changes" ? state : appliedIn(options.folder, id)?.state;
    if (status !== "no changes" && then === undefined)
      return { unrecorded: [`${id} was applied, but nobody could see then where its state stood: plan it again`] };
    // Another apply came between: what it made is what the stack holds.
    if (now?.lineage !== then?.lineage || now?.serial !== then?.serial) return {};
    if (status === "no changes") {
      const early = await promotion.refusalOf(promoted);
      if (early !== undefined) return { early: [early] };
    }
  } catch (error) {
    return { unrecorded: [unreadable(id, error)] };
  }
  const why = await record(stack, options);
  return why === undefined ? { recorded: [id] } : { unrecorded: [why] };
}
