import { Address4, Address6 } from "ip-address";
import { covers, coversAny, hasVariable, literalPattern, withoutVariables } from "../policy/patterns";
import type { Conditions } from "../policy/statement";
import { sortedBy } from "../../support/order";

/** Operators of one family read values alike. `same` compares for equality only. */
type Family = "text" | "caseless" | "arn" | "ip" | "number" | "date" | "same";

/** One condition of a statement: an operator, a key and its values. */
export interface ParsedCondition {
  readonly operator: string;
  readonly key: string;
  readonly values: readonly string[];
  readonly quantifier: "" | "ForAnyValue" | "ForAllValues";
  readonly family: Family | "null";
  readonly negated: boolean;
  /** Whether the condition holds if the request lacks the key. AWS does not document it for every operator. */
  readonly absent: "yes" | "no" | "unclear";
  /** The values in the form of their family. */
  readonly wanted: readonly string[];
  /** Equal for conditions with the same meaning. */
  readonly id: string;
}

/** All conditions of a statement, in order, without those that always hold. */
export function parseConditions(conditions: Conditions, version: string): readonly ParsedCondition[] {
  const all = Object.entries(conditions).flatMap(([operator, keys]) =>
    Object.entries(keys).map(([key, values]) => parseCondition(operator, key, values, version)),
  );
  const restricting = all.filter(({ family, wanted }) => family !== "null" || wanted.length === 1);
  return sortedBy(new Map(restricting.map((each) => [each.id, each])).values(), ({ id }) => id);
}

function parseCondition(operator: string, key: string, values: readonly string[], version: string): ParsedCondition {
  const [, found = "", base = operator, ifExists = ""] =
    /^(?:(ForAnyValue|ForAllValues):)?(.*?)(IfExists)?$/.exec(operator) ?? [];
  const quantifier: ParsedCondition["quantifier"] = found === "ForAnyValue" || found === "ForAllValues" ? found : "";
  const isNull = base === "Null";
  const known = Object.hasOwn(OPERATORS, base) ? OPERATORS[base] : undefined;
  // An unknown operator implies only an identical condition.
  const { family, negated, form } = known ?? {
    family: "same",
    negated: false,
    form: (value: string) => JSON.stringify([operator, values, value]),
  };
  const read = version === "2008-10-17" ? values.map(withoutVariables) : values;
  const wanted = [...new Set(read.map((value) => (isNull ? value.toLowerCase() : form(value))))].sort();
  const ofNull = wanted.includes("true") ? "yes" : "no";
  const absent = isNull ? ofNull : known ? absence(quantifier, negated, ifExists !== "") : "unclear";
  const meaning = { quantifier, family: isNull ? ("null" as const) : family, negated, absent, wanted };
  return { operator, key, values, ...meaning, id: JSON.stringify([key.toLowerCase(), meaning]) };
}

/** "IAM JSON policy elements: Condition operators" and "Set operators for multivalued context keys". */
function absence(
  quantifier: ParsedCondition["quantifier"],
  negated: boolean,
  ifExists: boolean,
): ParsedCondition["absent"] {
  if (quantifier === "ForAnyValue" && ifExists) return "unclear";
  if (quantifier === "ForAllValues") return "yes";
  return ifExists || (negated && quantifier === "") ? "yes" : "no";
}

/** Whether all of `wide` hold whenever all of `narrow` do. True only if that is certain. */
export function areImpliedBy(wide: readonly ParsedCondition[], narrow: readonly ParsedCondition[]): boolean {
  return wide.every((each) => isImpliedBy(each, narrow));
}

/** Whether one condition holds whenever all of `narrow` do. */
export function isImpliedBy(wide: ParsedCondition, narrow: readonly ParsedCondition[]): boolean {
  const ofKey = narrow.filter(({ key }) => key.toLowerCase() === wide.key.toLowerCase());
  const isPresent = ofKey.some(({ absent }) => absent === "no");
  return ofKey.some((each) => each.id === wide.id || isImpliedByOne(wide, each, isPresent));
}

function isImpliedByOne(wide: ParsedCondition, narrow: ParsedCondition, isPresent: boolean): boolean {
  if (wide.family === "null")
    return wide.absent === "no" ? isPresent : narrow.family === "null" && narrow.absent === "yes";
  if (narrow.family === "null") return narrow.absent === "yes" && wide.absent === "yes";
  if (wide.quantifier !== narrow.quantifier || wide.negated !== narrow.negated) return false;
  if (!isPresent && !mayLackKey(wide, narrow)) return false;
  if (wide.negated) return wide.family === narrow.family && excludesAll(narrow, wide, wide.family);
  if (wide.family === narrow.family) return valuesWithin(wide.family, narrow.wanted, wide.wanted);
  const lower = narrow.wanted.map((value) => value.toLowerCase());
  return wide.family === "caseless" && narrow.family === "text" && valuesWithin("caseless", lower, wide.wanted);
}

/** Whether a request without the key that fulfills `narrow` also fulfills `wide`. */
function mayLackKey(wide: ParsedCondition, narrow: ParsedCondition): boolean {
  return narrow.absent === "no" || wide.absent === "yes" || wide.absent === narrow.absent;
}

/**
 * Whether `narrow` excludes every value that `wide` does. A variable without a value matches nothing, and then a
 * negated operator does not hold: so `narrow` must contain the same variables.
 */
function excludesAll(narrow: ParsedCondition, wide: ParsedCondition, family: Family): boolean {
  const variables = wide.wanted.filter(hasVariable);
  return variables.every((each) => narrow.wanted.includes(each)) && valuesWithin(family, wide.wanted, narrow.wanted);
}

/**
 * The conditions once for each value of one that accepts several: together they mean the same. Undefined if no
 * condition can be split.
 */
export function splitByValue(
  conditions: readonly ParsedCondition[],
): readonly (readonly ParsedCondition[])[] | undefined {
  const several = conditions.find(
    ({ negated, quantifier, absent, wanted }) =>
      !negated && quantifier !== "ForAllValues" && absent !== "unclear" && wanted.length > 1,
  );
  return several?.wanted.map((value) =>
    conditions.map((each) =>
      each === several ? { ...each, wanted: [value], id: JSON.stringify([each.id, value]) } : each,
    ),
  );
}

/** How an operator reads its values. */
interface ConditionOperator {
  readonly family: Family;
  /** Whether it holds if none of the values matches. */
  readonly negated: boolean;
  /** The value in the family's own form, so that operators of one family can be compared. */
  readonly form: (value: string) => string;
}

const asWritten = (value: string) => value;
const text = { family: "text", form: literalPattern } as const;
const caseless = { family: "caseless", form: (value: string) => literalPattern(value).toLowerCase() } as const;
const like = { family: "text", form: asWritten } as const;
const arn = { family: "arn", form: asWritten } as const;
const ip = { family: "ip", form: asWritten } as const;
const compared = (family: "number" | "date", sign: string) => ({
  family,
  negated: false,
  form: (value: string) => sign + value,
});

/** "IAM JSON policy elements: Condition operators", by which `ArnEquals` and `ArnLike` are the same. */
const OPERATORS: Readonly<Record<string, ConditionOperator>> = {
  StringEquals: { ...text, negated: false },
  StringNotEquals: { ...text, negated: true },
  StringEqualsIgnoreCase: { ...caseless, negated: false },
  StringNotEqualsIgnoreCase: { ...caseless, negated: true },
  StringLike: { ...like, negated: false },
  StringNotLike: { ...like, negated: true },
  ArnEquals: { ...arn, negated: false },
  ArnLike: { ...arn, negated: false },
  ArnNotEquals: { ...arn, negated: true },
  ArnNotLike: { ...arn, negated: true },
  IpAddress: { ...ip, negated: false },
  NotIpAddress: { ...ip, negated: true },
  BinaryEquals: { family: "same", negated: false, form: (value) => `Binary ${value}` },
  Bool: { family: "same", negated: false, form: (value) => `Bool ${value.toLowerCase()}` },
  ...Object.fromEntries(
    (["Numeric", "Date"] as const).flatMap((kind) => {
      const family = kind === "Date" ? "date" : "number";
      return [
        [`${kind}Equals`, compared(family, "=")],
        [`${kind}NotEquals`, { ...compared(family, "="), negated: true }],
        [`${kind}LessThan`, compared(family, "<")],
        [`${kind}LessThanEquals`, compared(family, "<=")],
        [`${kind}GreaterThan`, compared(family, ">")],
        [`${kind}GreaterThanEquals`, compared(family, ">=")],
      ];
    }),
  ),
};

/** Whether every text that matches a value of `narrow` also matches a value of `wide`. */
function valuesWithin(family: Family, narrow: readonly string[], wide: readonly string[]): boolean {
  if (family === "text" || family === "caseless") return narrow.every((each) => coversAny(wide, each));
  return narrow.every((each) => wide.some((value) => value === each || WITHIN[family](each, value)));
}

const WITHIN: Readonly<Record<Exclude<Family, "text" | "caseless">, (narrow: string, wide: string) => boolean>> = {
  arn: isArnWithin,
  ip: isCidrWithin,
  number: (narrow, wide) => isRangeWithin(range(narrow, Number), range(wide, Number)),
  date: (narrow, wide) => isRangeWithin(range(narrow, time), range(wide, time)),
  same: () => false,
};

/** Compares the six parts of an ARN one by one: a `*` does not match across parts. */
function isArnWithin(narrow: string, wide: string): boolean {
  const [parts, wideParts = []] = [arnParts(narrow), arnParts(wide)];
  return parts?.length === wideParts.length && wideParts.every((part, index) => covers(part, parts[index] ?? ""));
}

/** A colon in the name of a variable does not separate parts. */
function arnParts(value: string): readonly string[] | undefined {
  const parts = value.split(/:(?![^{}]*\})/);
  return parts.length < 6 ? undefined : [...parts.slice(0, 5), parts.slice(5).join(":")];
}

function isCidrWithin(narrow: string, wide: string): boolean {
  const read = (cidr: string) => (cidr.includes(":") ? new Address6(cidr) : new Address4(cidr));
  if (narrow.includes(":") !== wide.includes(":")) return false;
  try {
    return read(narrow).isInSubnet(read(wide));
  } catch {
    return false;
  }
}

interface Range {
  readonly low: number;
  readonly high: number;
  /** Whether the range includes its ends. */
  readonly lowIn: boolean;
  readonly highIn: boolean;
}

function range(value: string, read: (text: string) => number): Range {
  const [, sign = "=", digits = ""] = /^([<>]?=?)(.*)$/s.exec(value) ?? [];
  const end = digits.trim() === "" ? NaN : read(digits);
  return {
    low: sign.startsWith("<") ? -Infinity : end,
    high: sign.startsWith(">") ? Infinity : end,
    lowIn: sign.endsWith("="),
    highIn: sign.endsWith("="),
  };
}

/** Seconds since 1970, or a date of ISO 8601. */
function time(value: string): number {
  return /^-?\d+$/.test(value) && value.length > 4 ? Number(value) * 1000 : Date.parse(value);
}

/** False if an end is not a number. */
function isRangeWithin(narrow: Range, wide: Range): boolean {
  const low =
    narrow.low > wide.low || (narrow.low === wide.low && (wide.lowIn || !narrow.lowIn || narrow.low === -Infinity));
  const high =
    narrow.high < wide.high ||
    (narrow.high === wide.high && (wide.highIn || !narrow.highIn || narrow.high === Infinity));
  return low && high;
}
