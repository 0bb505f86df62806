import type { ReviewedChange, StackReview } from "../review";
import { STATEFUL_TYPES } from "../stateful";
import { groupedBy } from "../../support/order";

/** If a plan creates more than this, creations are folded. */
const MOST_CREATIONS = 40;
/** Types of created resources that are listed. */
const MOST_TYPES = 8;

/** Whether a plan creates so much that a terminal lists creations by type. */
export function foldsCreations(reviews: readonly StackReview[]): boolean {
  const created = reviews.flatMap(({ changes, outputChanges }) => [...changes.filter(isCreation), ...outputChanges]);
  return created.length > MOST_CREATIONS;
}

export const isCreation = ({ action }: ReviewedChange): boolean => action === "create";

/** Created resources in one line: those that store something by name, the others by type. */
export function foldedCreations(changes: readonly ReviewedChange[]): string {
  const created = changes.filter(isCreation);
  const storing = created.filter(({ type }) => Object.hasOwn(STATEFUL_TYPES, type));
  const others = groupedBy(
    created.filter((each) => !storing.includes(each)),
    ({ type }) => type,
  );
  const types = [...others].sort(([, a], [, b]) => b.length - a.length).map(([type, all]) => `${all.length} ${type}`);
  const more = types.length - MOST_TYPES;
  return [
    ...storing.map(({ address }) => address),
    ...types.slice(0, MOST_TYPES),
    ...(more > 0 ? [`${more} more types`] : []),
  ].join(", ");
}
