import { coversAny, hasVariable, intersects } from "../policy/patterns";

/**
 * The texts that some patterns match, or (`not`) all texts but those: what `Action` and `NotAction`, `Resource` and
 * `NotResource` say.
 */
export interface Texts {
  readonly not: boolean;
  readonly patterns: readonly string[];
  /** The patterns as they stand in the policy. */
  readonly written: readonly string[];
}

/** Whether all texts of `narrow` are in `wide`, whatever the request. */
export function isWithin(narrow: Texts, wide: Texts): boolean {
  const { patterns } = wide;
  if (!wide.not) {
    if (!narrow.not) return narrow.patterns.every((each) => coversAny(patterns, each));
    return coversAny([...narrow.patterns, ...patterns], "*");
  }
  // Where a variable has no value in the request the statement says nothing at all ("IAM policy elements: Variables and
  // tags").
  const isSure = (excluded: string) => !hasVariable(excluded) || (narrow.not && narrow.patterns.includes(excluded));
  if (!patterns.every(isSure)) return false;
  if (narrow.not) return patterns.every((excluded) => coversAny(narrow.patterns, excluded));
  return patterns.every((excluded) => narrow.patterns.every((each) => !intersects(each, excluded)));
}

/** Whether some text may be in both. False only where there is surely none. */
export function mayMeet(one: Texts, other: Texts): boolean {
  if (one.not && other.not) return !coversAny([...one.patterns, ...other.patterns], "*");
  if (one.not) return mayMeet(other, one);
  if (other.not) return one.patterns.some((each) => !coversAny(other.patterns, each));
  return one.patterns.some((each) => other.patterns.some((pattern) => intersects(each, pattern)));
}
