import type { ReviewedChange, StackReview } from "../review";

/** What is gone can't be brought back: it comes first. */
const WEIGHT: readonly ReviewedChange["action"][] = ["destroy", "replace", "update", "forget", "create"];

/** The changes in the order in which they are read. */
export function inOrder(changes: readonly ReviewedChange[]): readonly ReviewedChange[] {
  const order = (one: string, other: string): number => (one < other ? -1 : one > other ? 1 : 0);
  return [...changes].sort(
    (a, b) => WEIGHT.indexOf(a.action) - WEIGHT.indexOf(b.action) || order(a.address, b.address),
  );
}

/** What changes without a resource's being changed. */
export function quietChanges({
  imported = [],
  moved = [],
  outputChanges,
}: StackReview): readonly { what: string; names: readonly string[] }[] {
  return [
    ...imported.map((address) => ({ what: "import", names: [address] })),
    ...moved.map(({ from, to }) => ({ what: "move", names: [from, to] })),
    ...outputChanges.map((name) => ({ what: "output", names: [name] })),
  ];
}
