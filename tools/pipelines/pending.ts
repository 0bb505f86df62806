import { deploymentOf } from "../../config/layout";
import type { PromotionStatus } from "../plans/promotion/promotion-status";
import type { Stack } from "../synth/stacks";
import { readersOf } from "../synth/upstreams";

/** What a deployment has to do. */
export interface PendingStacks {
  /**
   * Ids of the stacks to plan: those that do not hold what this code makes of them and whose turn it is, and those that
   * read their states.
   */
  readonly stacks: readonly string[];
  /** Ids of stacks whose record, or whose predecessor's, can't be read, beside others that can be planned. */
  readonly unknown: readonly string[];
  /** Ids of stacks whose predecessor has not applied the same yet. */
  readonly waiting: readonly string[];
}

export interface PendingStacksOptions {
  /** Those too that hold what this code makes of them. @default false */
  readonly everything?: boolean;
  /** Those too whose turn it is not. @default false */
  readonly skipPromotion?: boolean;
}

/**
 * What is to be planned for a deployment now. A stack of which nothing could be read is planned where there is nothing
 * else: planning says why.
 *
 * @param stacks every synthesized stack
 */
export function pendingStacks(
  deployment: string,
  statuses: readonly PromotionStatus[],
  stacks: readonly Stack[],
  options: PendingStacksOptions = {},
): PendingStacks {
  const { everything = false, skipPromotion = false } = options;
  const own = statuses.filter(({ spec }) => deploymentOf(spec) === deployment);
  const idsOf = (...statuses: readonly PromotionStatus["status"][]) =>
    own.filter(({ status }) => statuses.includes(status)).map(({ spec }) => spec.id);
  const waiting = skipPromotion ? [] : idsOf("waiting");
  const unknown = idsOf("unknown");
  const ready = idsOf(
    "ready",
    ...(skipPromotion ? ["waiting" as const] : []),
    ...(everything ? ["up to date" as const] : []),
  );
  // One account that can't be reached must not keep the others of its deployment: where there is nothing else, planning
  // says why.
  const chosen = new Set(ready.length > 0 ? ready : unknown);
  const readers = readersOf(stacks);
  const isTheirs = (id: string) => own.some(({ spec }) => spec.id === id) && !waiting.includes(id);
  // A set tells what is added to it while it is gone through: readers of readers, too.
  for (const id of chosen) for (const reader of readers.get(id) ?? []) if (isTheirs(reader)) chosen.add(reader);
  return {
    stacks: own.map(({ spec }) => spec.id).filter((id) => chosen.has(id)),
    unknown: unknown.filter((id) => !chosen.has(id)),
    waiting,
  };
}
