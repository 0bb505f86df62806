import { crc32 } from "node:zlib";
import { isObject } from "../../../support/json";

/* The order of sets in terraform-plugin-sdk 2.36 (helper/schema: set.go, serialize.go), and of what Go's encoding/json writes. */

export function ended(text: string): string {
  return `${text};`;
}

/** The members of a set, in the order in which the provider goes through it: of hash codes, as texts. */
export function hashSet<T>(members: readonly T[], serialize: (member: T) => string): T[] {
  const byHash = new Map<string, T>();
  for (const member of members) {
    const hash = String(crc32(serialize(member)));
    if (!byHash.has(hash)) byHash.set(hash, member);
  }
  return [...byHash].sort(([one], [other]) => byBytes(one, other)).map(([, member]) => member);
}

export function byBytes(one: string, other: string): number {
  return Buffer.compare(Buffer.from(one), Buffer.from(other));
}

export function descending(texts: readonly string[]): string[] {
  return [...texts].sort((one, other) => byBytes(other, one));
}

/** As Go writes maps. */
export function sortedKeys(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(sortedKeys);
  if (!isObject(value)) return value;
  const entries = Object.entries(value).sort(([one], [other]) => byBytes(one, other));
  return Object.fromEntries(entries.map(([key, each]) => [key, sortedKeys(each)]));
}

/** As Go writes JSON, which is safe within HTML, and as Terraform keeps texts: in Unicode's composed form. */
export function goJson(value: unknown, indent?: number): string {
  const escaped = (character: string) => `\\u${character.charCodeAt(0).toString(16).padStart(4, "0")}`;
  return JSON.stringify(value, undefined, indent)
    .replace(/[<>&\u2028\u2029]/g, escaped)
    .normalize("NFC");
}
