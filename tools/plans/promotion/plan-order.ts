import type { Manifest, ManifestStack } from "../manifest";
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
  stacks: Manifest["stacks"],
  promotion: Pick<Promotion, "refusalOf">,
): Promise<string | undefined> {
  const candidate = promotionCandidate(stack);
  const refusal = candidate && (await promotion.refusalOf(candidate));
  if (refusal === undefined) return undefined;
  const before = predecessorIn(stacks, stack);
  if (!before) return refusal;
  // A stack with changes has a refusal of its own. One without changes is recorded first, unless it is early itself.
  return before.status === "changes" ? undefined : earlyRefusal(before, stacks, promotion);
}
