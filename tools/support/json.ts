import { parseJson } from "../../config/input";

/* JSON values whose shape is not known. */

export type JsonObject = Readonly<Record<string, unknown>>;

export function isObject(value: unknown): value is JsonObject {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

export function objectOf(value: unknown): JsonObject {
  return isObject(value) ? value : {};
}

export function listOf(value: unknown): readonly unknown[] {
  return Array.isArray(value) ? value : [];
}

/** Terraform's JSON allows a single block or value without a list around it. */
export function asList<T>(value: T | readonly T[] | null | undefined): readonly T[] {
  if (value === undefined || value === null) return [];
  return Array.isArray(value) ? (value as readonly T[]) : [value as T];
}

/** The object or list that a text contains as JSON, as policies and container definitions do; otherwise undefined. */
export function parsedJson(text: unknown): JsonObject | readonly unknown[] | undefined {
  if (typeof text !== "string" || !/^\s*[{[]/.test(text)) return undefined;
  try {
    return parseJson(text) as JsonObject | readonly unknown[];
  } catch {
    return undefined;
  }
}

/** AWS and Terraform treat an absent text, list or object like an empty one. */
export function isEmpty(value: unknown): boolean {
  if (value === undefined || value === null || value === "") return true;
  return typeof value === "object" && Object.keys(value).length === 0;
}

/** Whether two values are equal to AWS and Terraform: an empty value equals an absent one. */
export function isSame(one: unknown, other: unknown): boolean {
  if (isEmpty(one) || isEmpty(other)) return isEmpty(one) && isEmpty(other);
  if (Array.isArray(one) && Array.isArray(other))
    return one.length === other.length && one.every((each, index) => isSame(each, other[index]));
  if (isObject(one) && isObject(other))
    return [...new Set([...Object.keys(one), ...Object.keys(other)])].every((key) => isSame(one[key], other[key]));
  return one === other;
}

/** Whether a structure of marks contains `true` anywhere. Terraform marks secret and unknown values this way. */
export function hasMark(marks: unknown): boolean {
  if (marks === true) return true;
  return typeof marks === "object" && marks !== null && Object.values(marks).some(hasMark);
}

/**
 * The keys of an object that Terraform reads: all but cdktf's notes on the origin of a block (`"//": { "metadata": …
 * }`). Any other `//` counts: in the value of an argument, such as tags, Terraform treats it as a normal key.
 */
export function terraformKeys(object: JsonObject): string[] {
  return Object.keys(object).filter((key) => key !== "//" || !isNote(object[key]));
}

function isNote(value: unknown): boolean {
  return isObject(value) && isObject(value["metadata"]);
}

/** Whether two JSON values are the same to Terraform: the order of keys and cdktf's notes do not count. */
export function sameJson(one: unknown, other: unknown): boolean {
  if (Array.isArray(one)) {
    return (
      Array.isArray(other) && one.length === other.length && one.every((item, index) => sameJson(item, other[index]))
    );
  }
  if (!isObject(one) || !isObject(other)) return one === other;
  const keys = terraformKeys(one);
  return (
    keys.length === terraformKeys(other).length &&
    keys.every((key) => Object.hasOwn(other, key) && sameJson(one[key], other[key]))
  );
}

/** The keys whose values differ, or that only one object has; in the order of the first object, then of the second. */
export function differingKeys(one: JsonObject, other: JsonObject): string[] {
  const keys = [...new Set([...terraformKeys(one), ...terraformKeys(other)])];
  return keys.filter((key) => Object.hasOwn(one, key) !== Object.hasOwn(other, key) || !sameJson(one[key], other[key]));
}

/** A JSON value with the keys of its objects in order: equal values give equal text. Recorded hashes depend on it. */
export function withSortedKeys(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(withSortedKeys);
  if (!isObject(value)) return value;
  return Object.fromEntries(
    Object.entries(value)
      .sort(([one], [other]) => (one < other ? -1 : 1))
      .map(([key, inner]) => [key, withSortedKeys(inner)]),
  );
}

/** A stack's JSON as one text for one meaning: its keys are in order, and cdktf's notes are left out. */
export function canonicalJson(json: unknown): string {
  return JSON.stringify(withSortedKeys(withoutNotes(json)));
}

/** A copy of a JSON value without cdktf's notes. */
export function withoutNotes(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(withoutNotes);
  if (!isObject(value)) return value;
  return Object.fromEntries(terraformKeys(value).map((key) => [key, withoutNotes(value[key])]));
}
