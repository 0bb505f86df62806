export type Json = Readonly<Record<string, unknown>>;

export function isObject(value: unknown): value is Json {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

/**
 * The keys of an object that Terraform reads: all but cdktf's notes on where a block comes from (`"//": { "metadata": …
 * }`). Any other `//` counts: in the value of an argument, tags say, Terraform takes it for a key like others.
 */
export function keysOf(object: Json): string[] {
  return Object.keys(object).filter((key) => key !== "//" || !isNote(object[key]));
}

function isNote(value: unknown): boolean {
  return isObject(value) && isObject(value["metadata"]);
}

/**
 * Whether two JSON values are the same to Terraform: in whatever order their keys were written, and without cdktf's
 * notes.
 */
export function sameJson(one: unknown, other: unknown): boolean {
  if (Array.isArray(one)) {
    return (
      Array.isArray(other) && one.length === other.length && one.every((item, index) => sameJson(item, other[index]))
    );
  }
  if (!isObject(one) || !isObject(other)) return one === other;
  const keys = keysOf(one);
  return (
    keys.length === keysOf(other).length &&
    keys.every((key) => Object.hasOwn(other, key) && sameJson(one[key], other[key]))
  );
}

/**
 * The keys whose values differ, those that only one of the two has among them; in the order of the first, then of the
 * second.
 */
export function differingKeys(one: Json, other: Json): string[] {
  const keys = [...new Set([...keysOf(one), ...keysOf(other)])];
  return keys.filter((key) => Object.hasOwn(one, key) !== Object.hasOwn(other, key) || !sameJson(one[key], other[key]));
}
