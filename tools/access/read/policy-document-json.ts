import { asList, isObject, type JsonObject } from "../../support/json";
import { crc32 } from "node:zlib";
/** Receives a problem. The text continues the location. */
type Report = (problem: string) => unknown;

function within(where: string, report: Report): Report {
  return (problem) => report(`${where}${problem}`);
}

/** Reads a document like Go: elements in any case, without unknown ones. No element is required. */
export function readDocument(written: unknown, report: Report): RenderedDocument {
  const elements = statementElements(written ?? {}, ["Version", "Id", "Statement"], report);
  const { Statement: list = [] } = elements;
  if (!Array.isArray(list)) report(`Statement must be a list, got ${jsonText(list)}`);
  const Statement = asList(list).map((each, index) => readStatement(each, within(`Statement ${index + 1} `, report)));
  return { Version: readText(elements, "Version", report), Id: readText(elements, "Id", report), Statement };
}

const OTHERS = ["Action", "NotAction", "Resource", "NotResource"] as const;

function readStatement(written: unknown, report: Report): RenderedStatement {
  const elements = statementElements(
    written,
    ["Sid", "Effect", ...OTHERS, "Principal", "NotPrincipal", "Condition"],
    report,
  );
  return {
    ...{ Sid: readText(elements, "Sid", report), Effect: readText(elements, "Effect", report) },
    ...Object.fromEntries(OTHERS.map((name) => [name, sortedKeys(elements[name])])),
    Principal: parsePrincipalElement(elements["Principal"], within("Principal", report)),
    NotPrincipal: parsePrincipalElement(elements["NotPrincipal"], within("NotPrincipal", report)),
    Condition: readConditions(elements["Condition"], within("Condition", report)),
  };
}

/** Null counts as absent, except for principals: the provider reads these itself. */
function statementElements(written: unknown, names: readonly string[], report: Report): JsonObject {
  if (!isObject(written)) report(`must be an object, got ${jsonText(written)}`);
  const elements: Record<string, unknown> = {};
  for (const [key, value] of Object.entries(isObject(written) ? written : {})) {
    const name = names.find((each) => each.toLowerCase() === key.toLowerCase());
    if (name === undefined || (value === null && !name.endsWith("Principal"))) continue;
    if (name in elements) report(`must have ${name} once, got ${key} too`);
    elements[name] = value;
  }
  return elements;
}

function readText(elements: JsonObject, name: string, report: Report): string | undefined {
  const value = elements[name];
  if (value !== undefined && typeof value !== "string") report(`${name} must be a text, got ${jsonText(value)}`);
  return typeof value === "string" ? orNone(value) : undefined;
}

/** Any text means all principals. A single value and a list of one are kept apart. */
function parsePrincipalElement(written: unknown, report: Report): unknown {
  if (written === undefined) return undefined;
  if (typeof written === "string") return "*";
  if (!isObject(written)) report(` must be a text or an object, got ${jsonText(written)}`);
  const principals = Object.entries(isObject(written) ? written : {}).map(([type, value]) => {
    if (typeof value !== "string" && !isTexts(value))
      report(`.${type} must be a text or a list of texts, got ${jsonText(value)}`);
    return [type, isTexts(value) ? descending(value) : value] as const;
  });
  return principalElement(new Map(principals), principals.length);
}

/**
 * Values other than texts, booleans and lists are left out, like the provider does. The statement then applies without
 * them.
 */
function readConditions(written: unknown, report: Report): unknown {
  const keys = entriesOf(written, report).flatMap(([test, variables]) => {
    return entriesOf(variables, within(`.${test}`, report)).map(([variable, value]) => ({ test, variable, value }));
  });
  for (const { test, variable, value } of keys) {
    if (Array.isArray(value) && !isTexts(value))
      report(`.${test}.${variable} must hold texts alone, got ${jsonText(value)}`);
  }
  return conditionElement(
    keys.flatMap(({ test, variable, value }) => {
      const values = conditionValues(value);
      return values ? [[test, variable, values] as const] : [];
    }),
  );
}

function conditionValues(value: unknown): readonly string[] | undefined {
  if (isTexts(value)) return value;
  return typeof value === "string" || typeof value === "boolean" ? [String(value)] : undefined;
}

function entriesOf(value: unknown, report: Report): [string, unknown][] {
  if (isObject(value)) return Object.entries(value);
  if (value !== undefined && value !== null) report(` must be an object, got ${jsonText(value)}`);
  return [];
}

/** A rendered document. Its elements are written in this order. */
export interface RenderedDocument {
  readonly Version?: string;
  readonly Id?: string;
  readonly Statement?: readonly RenderedStatement[];
}

export type RenderedStatement = Readonly<{ Sid?: string; Effect?: string } & Partial<Record<Other, unknown>>>;
type Other = "Action" | "NotAction" | "Resource" | "NotResource" | "Principal" | "NotPrincipal" | "Condition";

/** A single value is written without a list. No value leaves the element out. */
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

function isTexts(value: unknown): value is string[] {
  return Array.isArray(value) && value.every((each) => typeof each === "string");
}

export function jsonText(value: unknown): string {
  return value === undefined ? "nothing" : JSON.stringify(value);
}

/* The order of sets in terraform-plugin-sdk 2.36 (helper/schema: set.go, serialize.go), and of JSON from Go's encoding/json. */

export function ended(text: string): string {
  return `${text};`;
}

/** The members of a set, in the order of the provider: by hash code, compared as text. */
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

/** Keys in the order of Go's maps. */
function sortedKeys(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(sortedKeys);
  if (!isObject(value)) return value;
  const entries = Object.entries(value).sort(([one], [other]) => byBytes(one, other));
  return Object.fromEntries(entries.map(([key, each]) => [key, sortedKeys(each)]));
}

/** JSON like Go's, with escapes for HTML, in Unicode's composed form like Terraform's. */
export function goJson(value: unknown, indent?: number): string {
  const escaped = (character: string) => `\\u${character.charCodeAt(0).toString(16).padStart(4, "0")}`;
  return JSON.stringify(value, undefined, indent)
    .replace(/[<>&\u2028\u2029]/g, escaped)
    .normalize("NFC");
}
