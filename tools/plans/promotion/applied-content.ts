import { z } from "zod";

/** How many applies a record remembers: enough for what still waits for approval while its predecessor goes on. */
const REMEMBERED = 50;

const entrySchema = z.strictObject({
  /** SHA-256 of what was applied. */
  content: z.string().regex(/^[0-9a-f]{64}$/),
  /** The same with the names and ids that its environment alone has. */
  exact: z.string().regex(/^[0-9a-f]{64}$/),
  /** ISO 8601, UTC. */
  appliedAt: z.iso.datetime(),
  /** The full hash of the commit that it was applied from. */
  commit: z.string(),
  /** The id of the plan. */
  plan: z.string(),
  /** Why it was applied before its predecessor had applied the same. Absent where it had. */
  skippedPromotion: z.string().optional(),
});

const recordSchema = z.strictObject({
  version: z.literal(1),
  stack: z.string(),
  /** Newest first. Empty where the stack was destroyed. */
  applied: z.array(entrySchema).max(REMEMBERED),
  /**
   * When it was last said that what it reads of another stack changes, or it itself; ISO 8601, UTC. Absent where
   * nothing waits.
   */
  waitingSince: z.iso.datetime().optional(),
});

/** What was applied of a stack, as it lies beside its state. */
export type AppliedContent = z.infer<typeof recordSchema>;
export type Applied = AppliedContent["applied"][number];

/** @throws z.ZodError, or SyntaxError where it is not JSON */
export function parseApplied(text: string): AppliedContent {
  return recordSchema.parse(JSON.parse(text));
}

export function appliedText(record: AppliedContent): string {
  return `${JSON.stringify(recordSchema.parse(record), undefined, 2)}\n`;
}

/** What a stack holds now. Undefined where it was never applied, or destroyed since. */
export function currentOf(record: AppliedContent | undefined): Applied | undefined {
  return record?.applied[0];
}

/** The newest time that a content was applied. */
export function appliedOf(record: AppliedContent | undefined, content: string): Applied | undefined {
  return record?.applied.find((entry) => entry.content === content);
}

/**
 * The record after another apply. The same content again, as when a drift was mended, takes the place of what was last.
 */
export function withApplied(record: AppliedContent | undefined, stack: string, entry: Applied): AppliedContent {
  const before = record?.applied ?? [];
  const [last, ...others] = before;
  if (last?.content !== entry.content || last.exact !== entry.exact)
    return { version: 1, stack, applied: [entry, ...before].slice(0, REMEMBERED) };
  // That it went ahead of its turn stays true of what it holds.
  const skippedPromotion = entry.skippedPromotion ?? last.skippedPromotion;
  return { version: 1, stack, applied: [{ ...entry, skippedPromotion }, ...others] };
}

/**
 * The record of a stack that must be planned again, though its own content is the same: what it reads of another one
 * has changed.
 */
export function withWaiting(record: AppliedContent, since: string): AppliedContent {
  return { ...record, waitingSince: since };
}

/** Whether exactly this is what a stack was given last. */
export function wasGiven(record: AppliedContent | undefined, exact: string): boolean {
  return currentOf(record)?.exact === exact;
}

/** Whether a stack holds exactly this, made with what it reads now. */
export function isHeld(record: AppliedContent | undefined, exact: string): boolean {
  return wasGiven(record, exact) && record?.waitingSince === undefined;
}

/** The record of a stack that was destroyed: nothing of it counts as applied any more. */
export function destroyed(stack: string): AppliedContent {
  return { version: 1, stack, applied: [] };
}
