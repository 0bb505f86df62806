import { differingKeys, objectOf } from "../support/json";
import type { Block, EstateVersion, NameOf } from "./estate-version";
import type { Pair, Pairing } from "./pair-blocks";

/**
 * Pairs blocks that are not equal, for a refusal that names how they differ: those of one stack and type that differ in
 * the fewest attributes.
 */
export function pairLikeliest(
  before: EstateVersion,
  now: EstateVersion,
  { pairs, removed, added }: Pick<Pairing, "pairs" | "removed" | "added">,
): Pair[] {
  const names = new Map(pairs.flatMap(({ from, to }) => [from.key, to.key].map((key) => [key, to.address] as const)));
  for (const { key, type } of [...removed, ...added]) names.set(key, `a ${type}`);
  const nameOf: NameOf = (key) => names.get(key);
  const content = (version: EstateVersion, block: Block) => objectOf(version.named(block.stack, block.content, nameOf));
  const candidates = removed.flatMap((from) =>
    added
      .filter(({ stack, type }) => stack === from.stack && type === from.type)
      .map((to) => ({ from, to, cost: differingKeys(content(before, from), content(now, to)).length })),
  );
  const taken = new Set<Block>();
  const chosen: Pair[] = [];
  for (const { from, to } of candidates.sort((one, other) => one.cost - other.cost)) {
    if (taken.has(from) || taken.has(to)) continue;
    taken.add(from).add(to);
    chosen.push({ from, to });
  }
  return chosen;
}
