import type { ConditionRequirement } from "../policy/decision";

/** A boolean expression in disjunctive normal form: it holds if every requirement of one of the sets does. */
export type RequirementSets = readonly (readonly ConditionRequirement[])[];

export const ALWAYS: RequirementSets = [[]];
export const NEVER: RequirementSets = [];

/** The expressions joined by "and". */
export function conjunction(parts: readonly RequirementSets[]): RequirementSets {
  return parts.reduce((sets, part) => sets.flatMap((set) => part.map((other) => [...set, ...other])), ALWAYS);
}

/** Removes each set that contains another set: the smaller one suffices. */
export function simplify(sets: RequirementSets): RequirementSets {
  const keyed = sets.map((set) => new Map(set.map((requirement) => [JSON.stringify(requirement), requirement])));
  const contains = (
    outer: ReadonlyMap<string, ConditionRequirement>,
    inner: ReadonlyMap<string, ConditionRequirement>,
  ) => [...inner.keys()].every((key) => outer.has(key));
  return keyed
    .filter(
      (set, index) =>
        !keyed.some((other, at) => at !== index && contains(set, other) && (other.size < set.size || at < index)),
    )
    .map((set) => [...set.values()]);
}
