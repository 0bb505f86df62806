import { closest, distance } from "fastest-levenshtein";
import type { z } from "zod";
import type { Draft } from "./checks/draft";
import { formatValue, joinPath, thrownMessage, type Problem } from "./estate-error";
import { listIn } from "./maps";
import { renamedHint } from "./renamed-keys";
import { estateJsonSchema } from "./schema";

type Issue = z.core.$ZodIssue;

const asPath = (keys: readonly PropertyKey[]) => keys.reduce<string>(joinPath, "");

function valueAt(value: unknown, keys: readonly PropertyKey[]): unknown {
  return keys.reduce<unknown>(
    (at, key) => (typeof at === "object" && at !== null ? (at as Record<PropertyKey, unknown>)[key] : undefined),
    value,
  );
}

/** zod's issues, without those about the length of a value of the wrong type: zod also counts a text's letters. */
export function issuesOf(error: z.ZodError | undefined): Issue[] {
  const issues = (error?.issues ?? []).flatMap(unionIssues);
  const wrong = new Set(issues.filter(({ code }) => code === "invalid_type").map(({ path }) => asPath(path)));
  return issues.filter(({ code, path }) => code === "invalid_type" || !wrong.has(asPath(path)));
}

/** The issues of the object that a value may be, if it is one: they name the key inside. */
function unionIssues(issue: Issue): Issue[] {
  if (issue.code !== "invalid_union") return [issue];
  const inside = issue.errors.find((all) => all.every(({ code, path }) => path.length > 0 || OF_OBJECTS.has(code)));
  return inside?.map((each) => ({ ...each, path: [...issue.path, ...each.path] })) ?? [issue];
}

/** What is wrong with an object as a whole. */
const OF_OBJECTS: ReadonlySet<string> = new Set(["unrecognized_keys", "custom"]);

/**
 * An issue as problems of the estate file. An issue's message is what the value must be; a custom issue may have a
 * `note` about the value in its params.
 */
export function problemsOf(issue: Issue, value: unknown): Problem[] {
  const path = asPath(issue.path);
  if (issue.code === "unrecognized_keys") {
    const allowed = keysAllowed(issue.path);
    return issue.keys.map((key) => ({
      path: joinPath(path, key),
      expected: "a known key",
      got: formatValue(key) + hint(key, allowed),
    }));
  }
  if (issue.code === "invalid_key") {
    const [{ message } = { message: "a valid name" }] = issue.issues;
    return [{ path, expected: message, got: formatValue(issue.path.at(-1)) }];
  }
  const wrong = valueAt(value, issue.path);
  return [{ path, expected: issue.message, got: formatValue(wrong) + noteOn(issue, wrong) }];
}

function noteOn(issue: Issue, wrong: unknown): string {
  if (issue.code === "custom" && typeof issue.params?.["note"] === "string") return ` (${issue.params["note"]})`;
  const similar =
    issue.code === "invalid_value" && typeof wrong === "string" && nearest(wrong, issue.values.map(String), 0);
  return similar ? ` (did you mean ${similar}?)` : "";
}

/** A key like the unknown one, and where in an estate the schema knows this key. */
function hint(key: string, allowed: readonly string[]): string {
  const similar = nearest(key, allowed, 2 / 5);
  const renamed = renamedHint(key);
  const all = key.length > LONGEST_TYPO || renamed !== undefined ? [] : placesOf(key);
  // A part of an object that has the key too: `database.replica` of `database`.
  const places = all.filter((place) => !all.some((other) => place.startsWith(`${other}.`)));
  const hints = [
    ...(renamed === undefined ? [] : [renamed]),
    ...(similar === undefined ? [] : [`did you mean ${similar}?`]),
    ...(places.length === 0 ? [] : [`${key} belongs under ${places.join(" or ")}`]),
  ];
  return hints.length === 0 ? "" : ` (${hints.join(" ")})`;
}

/** Longer keys are no typing errors, and take long to compare. */
const LONGEST_TYPO = 100;

const plain = (text: string): string => text.toLowerCase().replaceAll(/[-_ ]/g, "");

/**
 * The text most like a wrong one: one that contains it or is contained in it, else one with few other letters.
 *
 * @param share the share of the letters that may differ, rounded down
 */
function nearest(wrong: string, known: readonly string[], share: number): string | undefined {
  if (wrong.length > LONGEST_TYPO) return undefined;
  const text = plain(wrong);
  const alike = known.filter((each) => {
    const other = plain(each);
    if (text.length >= 4 && (other.includes(text) || text.includes(other))) return true;
    return distance(other, text) <= share * Math.min(other.length, text.length);
  });
  const byPlain = new Map(alike.map((each) => [plain(each), each]));
  return alike.length === 0 ? undefined : byPlain.get(closest(text, [...byPlain.keys()]));
}

interface JsonSchema {
  readonly anyOf?: readonly JsonSchema[];
  readonly propertyNames?: { readonly enum?: readonly string[] };
  readonly items?: JsonSchema;
  readonly properties?: Readonly<Record<string, JsonSchema>>;
  readonly additionalProperties?: JsonSchema | boolean;
}

let knownSchema: JsonSchema | undefined;

/** The keys that the schema knows at a path. */
function keysAllowed(path: readonly PropertyKey[]): string[] {
  let schema: JsonSchema | undefined = (knownSchema ??= estateJsonSchema());
  for (const key of path) schema = schema && partOf(schema, String(key));
  return [...Object.keys(schema?.properties ?? {}), ...(schema?.propertyNames?.enum ?? [])];
}

function partOf({ properties, additionalProperties: named }: JsonSchema, key: string): JsonSchema | undefined {
  const part = properties?.[key] ?? (typeof named === "object" ? named : undefined);
  return part?.anyOf?.find((each) => each.properties) ?? part;
}

let knownPlaces: Map<string, string[]> | undefined;

/** The paths of the objects that have a key, with `<name>` for a name that the estate gives. */
function placesOf(wanted: string): readonly string[] {
  if (!knownPlaces) {
    knownPlaces = new Map();
    for (const [key, path] of placesIn((knownSchema ??= estateJsonSchema()))) listIn(knownPlaces, key).push(path);
  }
  return knownPlaces.get(wanted) ?? [];
}

/** Each key in an object of the schema, and the path of the object. */
function* placesIn(schema: JsonSchema, path = ""): Iterable<readonly [key: string, path: string]> {
  const { anyOf = [], items, additionalProperties: named, properties = {} } = schema;
  for (const each of anyOf) yield* placesIn(each, path);
  if (path !== "") for (const key of Object.keys(properties)) yield [key, path];
  if (items) yield* placesIn(items, `${path}[]`);
  if (typeof named === "object") yield* placesIn(named, joinPath(path, "<name>"));
  for (const [key, each] of Object.entries(properties)) yield* placesIn(each, joinPath(path, key));
}

/** Deeper than any value of an estate. Values below it are refused already, and may be circular. */
const DEPTH = 8;

/**
 * A copy of a value that holds data only. A `.ts` file may hold anything: what is no data becomes a symbol that names
 * it, which every schema refuses. A getter runs once, so that all checks see the same value. A map, a date or a promise
 * is not an object without keys: its settings would be ignored.
 */
export function dataOf(value: unknown, depth = DEPTH): unknown {
  if (typeof value !== "object" || value === null) return value;
  try {
    if (depth === 0) return Array.isArray(value) ? [] : {};
    if (Array.isArray(value)) return Array.from(value as unknown[], (item) => dataOf(item, depth - 1));
    const kind = Object.prototype.toString.call(value);
    if (kind !== "[object Object]" && kind !== "[object Module]") return Symbol(kind.slice("[object ".length, -1));
    const data: Record<string, unknown> = {};
    for (const key of Object.keys(value)) set(data, key, propertyOf(value, key, depth));
    return data;
  } catch (error) {
    return Symbol(`the error ${thrownMessage(error)}`);
  }
}

function propertyOf(holder: object, key: string, depth: number): unknown {
  try {
    return dataOf((holder as Readonly<Record<string, unknown>>)[key], depth - 1);
  } catch (error) {
    return Symbol(`the error ${thrownMessage(error)}`);
  }
}

/** Adds a property. The key `__proto__` is a property as any other. */
function set(holder: Record<string, unknown>, key: string, value: unknown): void {
  if (key !== "__proto__") holder[key] = value;
  else Object.defineProperty(holder, key, { value, enumerable: true, configurable: true, writable: true });
}

/**
 * The value without the keys that hold `undefined`, which count as absent: `externalId: process.env.X` must not get past
 * a check. A part without such a key is the value's own, not a copy.
 */
function defined(value: unknown, depth = DEPTH): unknown {
  if (typeof value !== "object" || value === null || depth === 0) return value;
  const items: readonly unknown[] = Array.isArray(value) ? value : Object.values(value);
  const present = items.map((item) => defined(item, depth - 1));
  const isSame = present.every((item, index) => item === items[index]);
  if (Array.isArray(value)) return isSame ? value : present;
  if (isSame && !items.includes(undefined)) return value;
  const copy: Record<string, unknown> = {};
  for (const [index, key] of Object.keys(value).entries())
    if (items[index] !== undefined) set(copy, key, present[index]);
  return copy;
}

/**
 * The draft for the checks that compare values: the file in which every refused value is `undefined`, without unknown
 * keys. Parts that no issue concerns are those of `value`.
 */
export function draftOf(value: unknown, issues: readonly Issue[]): Draft {
  if (typeof value !== "object" || value === null || Array.isArray(value)) return {};
  const draft = { ...(defined(value) as object) } as Record<PropertyKey, unknown>;
  const copies = new Set<unknown>([draft]);
  for (const issue of issues) {
    const key = issue.path.at(-1);
    if (issue.code === "unrecognized_keys") {
      const holder = copyAt(draft, issue.path, copies);
      for (const unknown of issue.keys) if (holder) Reflect.deleteProperty(holder, unknown);
    } else if (key !== undefined) {
      const parent = copyAt(draft, issue.path.slice(0, -1), copies);
      if (parent) parent[key] = undefined;
    }
  }
  return draft;
}

type Holder = Record<PropertyKey, unknown>;

/** The object or list at a path, which is a copy afterwards, as all above it. Undefined if there is none. */
function copyAt(draft: Holder, path: readonly PropertyKey[], copies: Set<unknown>): Holder | undefined {
  let holder = draft;
  for (const key of path) {
    const inside = Object.hasOwn(holder, key) ? holder[key] : undefined;
    if (typeof inside !== "object" || inside === null) return undefined;
    if (copies.has(inside)) {
      holder = inside as Holder;
      continue;
    }
    const copy = (Array.isArray(inside) ? [...(inside as unknown[])] : { ...inside }) as Holder;
    copies.add(copy);
    holder[key] = copy;
    holder = copy;
  }
  return holder;
}
