import { asList } from "../../synth/synthesized";
import { isObject, type JsonObject } from "../../support/json";
import { crc32 } from "node:zlib";
/** Told of a problem, as the continuation of a sentence that says where. */
export type Tell = (problem: string) => unknown;

export function within(where: string, tell: Tell): Tell {
  return (problem) => tell(`${where}${problem}`);
}

/**
 * As Go reads a document: elements in any case, unknown ones skipped, and what a statement does or does not hold of no
 * concern.
 */
export function readDocument(written: unknown, tell: Tell): RenderedDocument {
  const elements = statementElements(written ?? {}, ["Version", "Id", "Statement"], tell);
  const { Statement: list = [] } = elements;
  if (!Array.isArray(list)) tell(`Statement must be a list, got ${jsonText(list)}`);
  const Statement = asList(list).map((each, index) => readStatement(each, within(`Statement ${index + 1} `, tell)));
  return { Version: readText(elements, "Version", tell), Id: readText(elements, "Id", tell), Statement };
}

const OTHERS = ["Action", "NotAction", "Resource", "NotResource"] as const;

export function readStatement(written: unknown, tell: Tell): RenderedStatement {
  const elements = statementElements(
    written,
    ["Sid", "Effect", ...OTHERS, "Principal", "NotPrincipal", "Condition"],
    tell,
  );
  return {
    ...{ Sid: readText(elements, "Sid", tell), Effect: readText(elements, "Effect", tell) },
    ...Object.fromEntries(OTHERS.map((name) => [name, sortedKeys(elements[name])])),
    Principal: parsePrincipalElement(elements["Principal"], within("Principal", tell)),
    NotPrincipal: parsePrincipalElement(elements["NotPrincipal"], within("NotPrincipal", tell)),
    Condition: readConditions(elements["Condition"], within("Condition", tell)),
  };
}

/** Null is nothing, but for principals, which the provider reads itself. */
export function statementElements(written: unknown, names: readonly string[], tell: Tell): JsonObject {
  if (!isObject(written)) tell(`must be an object, got ${jsonText(written)}`);
  const elements: Record<string, unknown> = {};
  for (const [key, value] of Object.entries(isObject(written) ? written : {})) {
    const name = names.find((each) => each.toLowerCase() === key.toLowerCase());
    if (name === undefined || (value === null && !name.endsWith("Principal"))) continue;
    if (name in elements) tell(`must have ${name} once, got ${key} too`);
    elements[name] = value;
  }
  return elements;
}

export function readText(elements: JsonObject, name: string, tell: Tell): string | undefined {
  const value = elements[name];
  if (value !== undefined && typeof value !== "string") tell(`${name} must be a text, got ${jsonText(value)}`);
  return typeof value === "string" ? orNone(value) : undefined;
}

/** Any text stands for everybody. One value and a list of it stay what they are. */
export function parsePrincipalElement(written: unknown, tell: Tell): unknown {
  if (written === undefined) return undefined;
  if (typeof written === "string") return "*";
  if (!isObject(written)) tell(` must be a text or an object, got ${jsonText(written)}`);
  const principals = Object.entries(isObject(written) ? written : {}).map(([type, value]) => {
    if (typeof value !== "string" && !isTexts(value))
      tell(`.${type} must be a text or a list of texts, got ${jsonText(value)}`);
    return [type, isTexts(value) ? descending(value) : value] as const;
  });
  return principalElement(new Map(principals), principals.length);
}

/**
 * A number is left out, as everything is that is no text, no boolean and no list: the statement then holds without it.
 */
export function readConditions(written: unknown, tell: Tell): unknown {
  const keys = entriesOf(written, tell).flatMap(([test, variables]) => {
    return entriesOf(variables, within(`.${test}`, tell)).map(([variable, value]) => ({ test, variable, value }));
  });
  for (const { test, variable, value } of keys) {
    if (Array.isArray(value) && !isTexts(value))
      tell(`.${test}.${variable} must hold texts alone, got ${jsonText(value)}`);
  }
  return conditionElement(
    keys.flatMap(({ test, variable, value }) => {
      const values = conditionValues(value);
      return values ? [[test, variable, values] as const] : [];
    }),
  );
}

export function conditionValues(value: unknown): readonly string[] | undefined {
  if (isTexts(value)) return value;
  return typeof value === "string" || typeof value === "boolean" ? [String(value)] : undefined;
}

export function entriesOf(value: unknown, tell: Tell): [string, unknown][] {
  if (isObject(value)) return Object.entries(value);
  if (value !== undefined && value !== null) tell(` must be an object, got ${jsonText(value)}`);
  return [];
}

/** A document as it is written out: its elements in this order. */
export interface RenderedDocument {
  readonly Version?: string;
  readonly Id?: string;
  readonly Statement?: readonly RenderedStatement[];
}

export type RenderedStatement = Readonly<{ Sid?: string; Effect?: string } & Partial<Record<Other, unknown>>>;
export type Other = "Action" | "NotAction" | "Resource" | "NotResource" | "Principal" | "NotPrincipal" | "Condition";

/** One value stands alone, several in a list; none leaves the element out. */
export function oneOrMore(values: readonly string[]): unknown {
  return values.length > 1 ? values : values[0];
}

/** `{"*": "*"}` alone is written `"*"`; `{"AWS": "*"}` is not, because IAM takes only that one in a trust policy. */
export function principalElement(principals: ReadonlyMap<string, unknown>, blocks: number): unknown {
  const everybody = asList(principals.get("*"));
  if (blocks === 1 && everybody.length === 1 && everybody[0] === "*") return "*";
  return principals.size > 0 ? sortedKeys(Object.fromEntries(principals)) : undefined;
}

export function conditionElement(
  conditions: readonly (readonly [test: string, variable: string, values: readonly string[]])[],
): unknown {
  const tests = new Map<string, Map<string, readonly string[]>>();
  for (const [test, variable, values] of conditions) {
    const variables = tests.get(test) ?? new Map<string, readonly string[]>();
    tests.set(test, variables.set(variable, [...(variables.get(variable) ?? []), ...values]));
  }
  const flat = [...tests].map(([test, variables]) => {
    return [
      test,
      Object.fromEntries([...variables].map(([variable, values]) => [variable, oneOrMore(values) ?? []])),
    ] as const;
  });
  return flat.length > 0 ? sortedKeys(Object.fromEntries(flat)) : undefined;
}

/** The provider leaves out an empty Sid or Id. */
export function orNone(text: string | undefined): string | undefined {
  return text === "" ? undefined : text;
}

export function isTexts(value: unknown): value is string[] {
  return Array.isArray(value) && value.every((each) => typeof each === "string");
}

export function jsonText(value: unknown): string {
  return value === undefined ? "nothing" : JSON.stringify(value);
}

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
