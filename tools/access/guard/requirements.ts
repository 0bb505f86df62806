import { hasVariable, withoutVariables } from "../policy/patterns";
import type { Conditions } from "../policy/policy";
import { type Family, operatorNamed, valuesWithin } from "./values";

/** One condition of a statement: an operator, a key and its values. */
export interface Requirement {
  readonly operator: string;
  readonly key: string;
  readonly values: readonly string[];
  readonly quantifier: "" | "ForAnyValue" | "ForAllValues";
  readonly family: Family | "null";
  readonly negated: boolean;
  /** Whether it holds where the request has no such key. AWS does not say it of every operator. */
  readonly absent: "yes" | "no" | "unclear";
  /** The values in the form of their family. */
  readonly wanted: readonly string[];
  /** The same for requirements that say the same. */
  readonly id: string;
}

/** All requirements of conditions, in order; without those that always hold. */
export function requirementsOf(conditions: Conditions, version: string): readonly Requirement[] {
  const all = Object.entries(conditions).flatMap(([operator, keys]) =>
    Object.entries(keys).map(([key, values]) => requirement(operator, key, values, version)),
  );
  const saying = all.filter(({ family, wanted }) => family !== "null" || wanted.length === 1);
  return [...new Map(saying.map((each) => [each.id, each])).values()].sort((a, b) => (a.id < b.id ? -1 : 1));
}

function requirement(operator: string, key: string, values: readonly string[], version: string): Requirement {
  const [, found = "", base = operator, ifExists = ""] =
    /^(?:(ForAnyValue|ForAllValues):)?(.*?)(IfExists)?$/.exec(operator) ?? [];
  const quantifier: Requirement["quantifier"] = found === "ForAnyValue" || found === "ForAllValues" ? found : "";
  const isNull = base === "Null";
  const known = operatorNamed(base);
  // What an operator that is not known says of its values is nothing that could be compared: it is like itself alone.
  const { family, negated, form } = known ?? {
    family: "same",
    negated: false,
    form: (value: string) => JSON.stringify([operator, values, value]),
  };
  const read = version === "2008-10-17" ? values.map(withoutVariables) : values;
  const wanted = [...new Set(read.map((value) => (isNull ? value.toLowerCase() : form(value))))].sort();
  const absent = isNull
    ? wanted.includes("true")
      ? "yes"
      : "no"
    : known
      ? absence(quantifier, negated, ifExists !== "")
      : "unclear";
  const told = { quantifier, family: isNull ? ("null" as const) : family, negated, absent, wanted };
  return { operator, key, values, ...told, id: JSON.stringify([key.toLowerCase(), told]) };
}

/** "IAM JSON policy elements: Condition operators" and "Set operators for multivalued context keys". */
function absence(quantifier: Requirement["quantifier"], negated: boolean, ifExists: boolean): Requirement["absent"] {
  if (quantifier === "ForAnyValue" && ifExists) return "unclear";
  if (quantifier === "ForAllValues") return "yes";
  return ifExists || (negated && quantifier === "") ? "yes" : "no";
}

/** Whether all of `wide` holds wherever all of `narrow` does. True only where that is sure. */
export function follows(wide: readonly Requirement[], narrow: readonly Requirement[]): boolean {
  return wide.every((each) => followsOne(each, narrow));
}

/** Whether one requirement holds wherever all of `narrow` does. */
export function followsOne(wide: Requirement, narrow: readonly Requirement[]): boolean {
  const ofKey = narrow.filter(({ key }) => key.toLowerCase() === wide.key.toLowerCase());
  const isPresent = ofKey.some(({ absent }) => absent === "no");
  return ofKey.some((each) => each.id === wide.id || followsFrom(wide, each, isPresent));
}

function followsFrom(wide: Requirement, narrow: Requirement, isPresent: boolean): boolean {
  if (wide.family === "null")
    return wide.absent === "no" ? isPresent : narrow.family === "null" && narrow.absent === "yes";
  if (narrow.family === "null") return narrow.absent === "yes" && wide.absent === "yes";
  if (wide.quantifier !== narrow.quantifier || wide.negated !== narrow.negated) return false;
  if (!isPresent && narrow.absent !== "no" && wide.absent !== "yes" && wide.absent !== narrow.absent) return false;
  if (wide.negated) return wide.family === narrow.family && excludesAll(narrow, wide);
  if (wide.family === narrow.family) return valuesWithin(wide.family, narrow.wanted, wide.wanted);
  const lower = narrow.wanted.map((value) => value.toLowerCase());
  return wide.family === "caseless" && narrow.family === "text" && valuesWithin("caseless", lower, wide.wanted);
}

/**
 * What has a variable without a value matches nothing, and a negated operator does not hold then: its list must have
 * the same variable.
 */
function excludesAll(narrow: Requirement, wide: Requirement): boolean {
  if (narrow.family === "null") return false;
  const variable = wide.wanted.filter(hasVariable);
  return (
    variable.every((each) => narrow.wanted.includes(each)) && valuesWithin(narrow.family, wide.wanted, narrow.wanted)
  );
}

/**
 * Requirements of which one of several values suffices, as one set of requirements for each value. Undefined where
 * there is none.
 */
export function alternativesOf(requirements: readonly Requirement[]): readonly (readonly Requirement[])[] | undefined {
  const several = requirements.find(
    ({ negated, quantifier, absent, wanted }) =>
      !negated && quantifier !== "ForAllValues" && absent !== "unclear" && wanted.length > 1,
  );
  return several?.wanted.map((value) =>
    requirements.map((each) =>
      each === several ? { ...each, wanted: [value], id: JSON.stringify([each.id, value]) } : each,
    ),
  );
}
