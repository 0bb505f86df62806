import { deploymentOf } from "../../config/layout";
import type { PromotionStatus } from "../plans/promotion/promotion-status";
import type { Stack } from "../synth/stacks";
import { readersOf } from "../synth/upstreams";

/** The stacks that a deployment must plan. */
interface PendingStacks {
  /** Ids of the stacks to plan: those that are not up to date and may be applied, and those that read their states. */
  readonly stacks: readonly string[];
  /** Ids of other stacks whose record, or whose predecessor's, cannot be read. */
  readonly unknown: readonly string[];
  /** Ids of stacks that are applied and wait for their maintenance window. */
  readonly pending: readonly string[];
  /** Ids of stacks whose predecessor has not applied the same content yet. */
  readonly waiting: readonly string[];
}

export interface PendingStacksOptions {
  /** Includes stacks that are up to date. @default false */
  readonly everything?: boolean;
  /** Includes stacks that wait for their predecessor. @default false */
  readonly skipPromotion?: boolean;
}

/**
 * Finds the stacks to plan for a deployment. Stacks with an unknown status are planned only if there are no others.
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
  // An unreachable account must not block the other stacks of its deployment. If there are none, planning its stacks
  // reports the reason.
  const chosen = new Set(ready.length > 0 ? ready : unknown);
  const readers = readersOf(stacks);
  const isIncluded = (id: string) => own.some(({ spec }) => spec.id === id) && !waiting.includes(id);
  // Iterating over a set includes ids that are added meanwhile: readers of readers, too.
  for (const id of chosen) for (const reader of readers.get(id) ?? []) if (isIncluded(reader)) chosen.add(reader);
  return {
    stacks: own.map(({ spec }) => spec.id).filter((id) => chosen.has(id)),
    unknown: unknown.filter((id) => !chosen.has(id)),
    pending: idsOf("pending"),
    waiting,
  };
}
