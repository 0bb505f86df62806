import { asList } from "../../../synth/synthesized";
import { conditionElement, type Document, isTexts, orNone, principalElement, shown, type Statement } from "./elements";
import { descending, sortedKeys } from "./go";
import { isObject, type JsonObject } from "../../../support/json";

/** Told of a problem, as the continuation of a sentence that says where. */
export type Tell = (problem: string) => unknown;

export function within(where: string, tell: Tell): Tell {
  return (problem) => tell(`${where}${problem}`);
}

/**
 * As Go reads a document: elements in any case, unknown ones skipped, and what a statement does or does not hold of no
 * concern.
 */
export function readDocument(written: unknown, tell: Tell): Document {
  const elements = elementsOf(written ?? {}, ["Version", "Id", "Statement"], tell);
  const { Statement: list = [] } = elements;
  if (!Array.isArray(list)) tell(`Statement must be a list, got ${shown(list)}`);
  const Statement = asList(list).map((each, index) => readStatement(each, within(`Statement ${index + 1} `, tell)));
  return { Version: readText(elements, "Version", tell), Id: readText(elements, "Id", tell), Statement };
}

const OTHERS = ["Action", "NotAction", "Resource", "NotResource"] as const;

export function readStatement(written: unknown, tell: Tell): Statement {
  const elements = elementsOf(written, ["Sid", "Effect", ...OTHERS, "Principal", "NotPrincipal", "Condition"], tell);
  return {
    ...{ Sid: readText(elements, "Sid", tell), Effect: readText(elements, "Effect", tell) },
    ...Object.fromEntries(OTHERS.map((name) => [name, sortedKeys(elements[name])])),
    Principal: readPrincipals(elements["Principal"], within("Principal", tell)),
    NotPrincipal: readPrincipals(elements["NotPrincipal"], within("NotPrincipal", tell)),
    Condition: readConditions(elements["Condition"], within("Condition", tell)),
  };
}

/** Null is nothing, but for principals, which the provider reads itself. */
export function elementsOf(written: unknown, names: readonly string[], tell: Tell): JsonObject {
  if (!isObject(written)) tell(`must be an object, got ${shown(written)}`);
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
  if (value !== undefined && typeof value !== "string") tell(`${name} must be a text, got ${shown(value)}`);
  return typeof value === "string" ? orNone(value) : undefined;
}

/** Any text stands for everybody. One value and a list of it stay what they are. */
export function readPrincipals(written: unknown, tell: Tell): unknown {
  if (written === undefined) return undefined;
  if (typeof written === "string") return "*";
  if (!isObject(written)) tell(` must be a text or an object, got ${shown(written)}`);
  const principals = Object.entries(isObject(written) ? written : {}).map(([type, value]) => {
    if (typeof value !== "string" && !isTexts(value))
      tell(`.${type} must be a text or a list of texts, got ${shown(value)}`);
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
      tell(`.${test}.${variable} must hold texts alone, got ${shown(value)}`);
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
  if (value !== undefined && value !== null) tell(` must be an object, got ${shown(value)}`);
  return [];
}
