import type { ManifestStack } from "../manifest";
import type { Promotion, PromotionCandidate } from "./promotion";

/** A stack of a plan for promotion. Undefined for a destroy plan and a rehearsed plan, which have no content. */
export const promotionCandidate = ({ id, content, exact, after }: ManifestStack): PromotionCandidate | undefined =>
  content === undefined || exact === undefined ? undefined : { id, content, exact, after };

/**
 * The predecessor of a stack, if the same plan applies it, or records that nothing changes in it: within one plan,
 * promotion is an order. Undefined if the stack has no predecessor, or the plan leaves it as it is.
 */
export function predecessorIn(
  stacks: readonly ManifestStack[],
  { after }: Pick<ManifestStack, "after">,
): ManifestStack | undefined {
  const found = after && stacks.find(({ id }) => id === after.stackId);
  const isApplied = found?.content === after?.content && ["changes", "no changes"].includes(found?.status ?? "");
  return isApplied ? found : undefined;
}

/**
 * Why the apply of a whole plan may not include a stack. Undefined if it may: promotion allows it now, or will once the
 * apply has reached it.
 */
export async function earlyRefusal(
  stack: ManifestStack,
  stacks: readonly ManifestStack[],
  promotion: Pick<Promotion, "refusalOf">,
  unread: "refused" | "unknown" = "refused",
): Promise<string | undefined> {
  const candidate = promotionCandidate(stack);
  const refusal = candidate && (await promotion.refusalOf(candidate, unread));
  if (refusal === undefined) return undefined;
  const before = predecessorIn(stacks, stack);
  if (!before) return refusal;
  // A stack with changes has a refusal of its own. One without changes is recorded first, unless it is early itself.
  return before.status === "changes" ? undefined : earlyRefusal(before, stacks, promotion, unread);
}

/** What promotion decides about a plan, before anybody applies it. */
export interface PlanPromotion {
  /** Why an apply is refused now, as far as the records can be read, and the stack to apply first. */
  readonly refusals: readonly { readonly refusal: string; readonly first: string }[];
  /** Ids of stacks in which nothing changes, and which an apply records to hold what this code describes. */
  readonly unrecorded: readonly string[];
}

export async function promotionOfPlan(
  stacks: readonly ManifestStack[],
  promotion: Pick<Promotion, "refusalOf" | "holds">,
): Promise<PlanPromotion> {
  const changing = stacks.filter(({ status }) => status === "changes");
  const areUnrecorded = await Promise.all(stacks.map((stack) => isUnrecorded(stack, promotion)));
  const refusalIn = (chosen: readonly ManifestStack[]) =>
    Promise.all(
      chosen.map(async (stack) => ({ stack, refusal: await earlyRefusal(stack, stacks, promotion, "unknown") })),
    );
  const unrecorded = await refusalIn(stacks.filter((_, index) => areUnrecorded[index]));
  return {
    refusals: (await refusalIn(changing)).flatMap(({ stack, refusal }) =>
      refusal === undefined ? [] : [{ refusal, first: firstBefore(stack, stacks) }],
    ),
    unrecorded: unrecorded.flatMap(({ stack, refusal }) => (refusal === undefined ? [stack.id] : [])),
  };
}

/** The nearest predecessor that the plan does not apply or record. */
function firstBefore(stack: ManifestStack, stacks: readonly ManifestStack[]): string {
  const before = predecessorIn(stacks, stack);
  return before ? firstBefore(before, stacks) : (stack.after?.stackId ?? stack.id);
}

/** Whether nothing changes in a stack, but its record is of another content. An unreadable record counts as right. */
async function isUnrecorded(stack: ManifestStack, promotion: Pick<Promotion, "holds">): Promise<boolean> {
  const candidate = promotionCandidate(stack);
  if (stack.status !== "no changes" || !candidate) return false;
  try {
    return !(await promotion.holds(candidate));
  } catch {
    return false;
  }
}
