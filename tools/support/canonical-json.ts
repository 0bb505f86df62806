import { isObject, keysOf } from "./same-json";
import { sorted } from "./sorted";

/**
 * What a stack's JSON says to Terraform: one text for one meaning, in whatever order its keys were written, and without
 * cdktf's notes.
 */
export function canonicalJson(json: unknown): string {
  return JSON.stringify(sorted(withoutNotes(json)));
}

function withoutNotes(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(withoutNotes);
  if (!isObject(value)) return value;
  return Object.fromEntries(keysOf(value).map((key) => [key, withoutNotes(value[key])]));
}
