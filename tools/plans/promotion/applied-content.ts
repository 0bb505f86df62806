import { z } from "zod";
import { parseJson } from "../../../config/input";

/** The number of applies in a record. It must cover what waits for approval while its predecessor is applied again. */
const REMEMBERED = 50;

const entrySchema = z.strictObject({
  /** SHA-256 of the applied content. */
  content: z.string().regex(/^[0-9a-f]{64}$/),
  /** The same hash, including the names and ids that belong to its environment. */
  exact: z.string().regex(/^[0-9a-f]{64}$/),
  /** ISO 8601, UTC. */
  appliedAt: z.iso.datetime(),
  /** The full hash of the applied commit. */
  commit: z.string(),
  /** The id of the plan. */
  plan: z.string(),
  /** Why promotion was skipped. Absent if the predecessor had applied the same content. */
  skippedPromotion: z.string().optional(),
});

const pendingSchema = z.strictObject({
  /** The hash of the content whose apply AWS has accepted and not finished, names and ids included. */
  exact: z.string().regex(/^[0-9a-f]{64}$/),
  /** What AWS still has to change. */
  changes: z.array(z.string()),
  /** The end of the maintenance window in which AWS applies the changes; ISO 8601, UTC. */
  until: z.iso.datetime(),
});

const recordSchema = z.strictObject({
  version: z.literal(1),
  stack: z.string(),
  /** Newest first. Empty if the stack was destroyed. */
  applied: z.array(entrySchema).max(REMEMBERED),
  /** When an apply of this stack, or of a stack that it reads, last began; ISO 8601, UTC. Absent if it is up to date. */
  waitingSince: z.iso.datetime().optional(),
  /** What AWS applies in a maintenance window, for the last apply or an earlier one. Absent if nothing is pending. */
  pending: pendingSchema.optional(),
});

/** The record of a stack's applies. It is stored next to the state. */
export type AppliedContent = z.infer<typeof recordSchema>;
export type PendingContent = z.infer<typeof pendingSchema>;
export type Applied = AppliedContent["applied"][number];

/** @throws z.ZodError, or SyntaxError where it is not JSON */
export const parseApplied = (text: string): AppliedContent => recordSchema.parse(parseJson(text));

export const appliedText = (record: AppliedContent): string =>
  `${JSON.stringify(recordSchema.parse(record), undefined, 2)}\n`;

/** What a stack holds now. Undefined if it was never applied, or was destroyed. */
export const currentOf = (record: AppliedContent | undefined): Applied | undefined => record?.applied[0];

/** The newest apply of a content. */
export const appliedOf = (record: AppliedContent | undefined, content: string): Applied | undefined =>
  record?.applied.find((entry) => entry.content === content);

/**
 * The record after another apply. An apply of the same content, such as a repair of drift, replaces the last entry.
 * @param pending what RDS still changes for an earlier apply. @default nothing
 */
export function withApplied(
  ...[record, stack, entry, pending]: [AppliedContent | undefined, string, Applied, PendingContent?]
): AppliedContent {
  const before = record?.applied ?? [];
  const [last, ...others] = before;
  if (last?.content !== entry.content || last.exact !== entry.exact)
    return { version: 1, stack, applied: [entry, ...before].slice(0, REMEMBERED), pending };
  // The stack still holds the content for which promotion was skipped.
  const skippedPromotion = entry.skippedPromotion ?? last.skippedPromotion;
  return { version: 1, stack, applied: [{ ...entry, skippedPromotion }, ...others], pending };
}

/** The record of a stack that must be planned again: it, or another stack that it reads, is being applied. */
export const withWaiting = (record: AppliedContent, since: string): AppliedContent => ({
  ...record,
  waitingSince: since,
});

/** The record of a stack whose last apply left changes to a maintenance window. It holds what it held before. */
export const withPending = (
  record: AppliedContent | undefined,
  stack: string,
  pending: PendingContent,
): AppliedContent => ({
  version: 1,
  stack,
  applied: record?.applied ?? [],
  waitingSince: record?.waitingSince,
  pending,
});

/** What a maintenance window that has not ended still changes. */
export const pendingNow = ({ pending }: Pick<AppliedContent, "pending"> = {}): PendingContent | undefined =>
  pending !== undefined && Date.parse(pending.until) > Date.now() ? pending : undefined;

/** Whether exactly this content was applied last. */
export const wasGiven = (record: AppliedContent | undefined, exact: string): boolean =>
  currentOf(record)?.exact === exact;

/** Whether a stack holds exactly this content, planned with the present outputs of other stacks. */
export const isHeld = (record: AppliedContent | undefined, exact: string): boolean =>
  wasGiven(record, exact) && record?.waitingSince === undefined;

/** The record of a destroyed stack. */
export const destroyed = (stack: string): AppliedContent => ({ version: 1, stack, applied: [] });
