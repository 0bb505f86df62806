import { Address4, Address6 } from "ip-address";
import { covers, coversAny, literal } from "../policy/patterns";

/** Operators that understand values alike. */
export type Family = "text" | "caseless" | "arn" | "ip" | "number" | "date" | "same";

/** What an operator makes of its values. */
export interface Operator {
  readonly family: Family;
  /** Whether it holds where none of the values matches. */
  readonly negated: boolean;
  /** The value in the family's own form, so that operators of one family can be compared. */
  readonly form: (value: string) => string;
}

const asWritten = (value: string) => value;
const text = { family: "text", form: literal } as const;
const caseless = { family: "caseless", form: (value: string) => literal(value).toLowerCase() } as const;
const like = { family: "text", form: asWritten } as const;
const arn = { family: "arn", form: asWritten } as const;
const ip = { family: "ip", form: asWritten } as const;
const compared = (family: "number" | "date", sign: string) => ({
  family,
  negated: false,
  form: (value: string) => sign + value,
});

/** "IAM JSON policy elements: Condition operators". `ArnEquals` and `ArnLike` are the same there. */
const OPERATORS: Readonly<Record<string, Operator>> = {
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

/** An operator by its name without quantifier and `IfExists`; undefined where it is not known. */
export function operatorNamed(name: string): Operator | undefined {
  return Object.hasOwn(OPERATORS, name) ? OPERATORS[name] : undefined;
}

/** Whether whatever matches one of `narrow` matches one of `wide`. */
export function valuesWithin(family: Family, narrow: readonly string[], wide: readonly string[]): boolean {
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

/** ARNs are compared part by part, of which there are six: a `*` of one does not reach into the next. */
function isArnWithin(narrow: string, wide: string): boolean {
  const [parts, wideParts = []] = [arnParts(narrow), arnParts(wide)];
  return parts?.length === wideParts.length && wideParts.every((part, index) => covers(part, parts[index] ?? ""));
}

/** The name of a variable may hold a colon, which is none of the ARN's. */
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
  /** Whether the ends are in it. */
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

/** False where an end is no number. */
function isRangeWithin(narrow: Range, wide: Range): boolean {
  const low =
    narrow.low > wide.low || (narrow.low === wide.low && (wide.lowIn || !narrow.lowIn || narrow.low === -Infinity));
  const high =
    narrow.high < wide.high ||
    (narrow.high === wide.high && (wide.highIn || !narrow.highIn || narrow.high === Infinity));
  return low && high;
}
