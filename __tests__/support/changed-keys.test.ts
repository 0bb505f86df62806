import { readFileSync } from "node:fs";
import exampleFile from "../../config/example";
import { stacksOf } from "../../config/layout";
import { estateJsonSchema } from "../../config/schema";
import { REPLACEMENT_KEYS } from "../../tools/review/replacements";
import { problemsOf } from "../config/estate-fixture";
import { changed, KEY_CHANGES, type KeyChange } from "./changed-keys";
import { estateFrom } from "./estates";

interface SchemaPart {
  readonly anyOf?: readonly SchemaPart[];
  readonly properties?: Readonly<Record<string, SchemaPart>>;
  readonly additionalProperties?: boolean | SchemaPart;
  readonly items?: SchemaPart;
}

/** Every key of the schema, by its path without the names of records. */
function* keys(part: SchemaPart, path = ""): Iterable<string> {
  for (const [key, value] of Object.entries(part.properties ?? {})) {
    const at = path === "" ? key : `${path}.${key}`;
    yield at;
    yield* keys(value, at);
  }
  if (typeof part.additionalProperties === "object") yield* keys(part.additionalProperties, path);
  if (part.items) yield* keys(part.items, path);
  for (const each of part.anyOf ?? []) yield* keys(each, path);
}

const are = (...kinds: readonly KeyChange["expected"]["is"][]) =>
  KEY_CHANGES.filter(({ expected }) => kinds.includes(expected.is));
const inPlace = are("in place");
const all = changed(exampleFile, inPlace);
const withAll = (row: KeyChange) => changed(all, [row]);
/** An estate for comparison. */
const text = (estate: unknown) => JSON.stringify(estate);

test("__tests__/support/changed-keys.ts has a row for each key of the schema, with the effect of a change after the first apply", () => {
  const known = new Set(KEY_CHANGES.map(({ key }) => key));
  const schema = [...keys(estateJsonSchema())];
  expect(schema.filter((key) => !known.has(key))).toEqual([]);
  expect([...known].filter((key) => !schema.includes(key))).toEqual([]);
});

test("all changes in place are one valid estate, to which each of them adds", () => {
  expect(problemsOf(all)).toEqual([]);
  inPlace.reduce((before, row) => {
    const after = changed(before, [row]);
    expect([row.key, text(after) === text(before)]).toEqual([row.key, false]);
    return after;
  }, exampleFile);
});

test("so are all changes that replace something or wait", () => {
  const after = changed(all, are("replaced", "pending"));
  expect(problemsOf(after)).toEqual([]);
  are("replaced", "pending").reduce((before, row) => {
    const next = changed(before, [row]);
    expect([row.key, text(next) === text(before)]).toEqual([row.key, false]);
    return next;
  }, all);
});

test("the plan names each key that replaces something by itself", () => {
  for (const { key, expected } of are("replaced")) {
    if (expected.is !== "replaced" || expected.forcing === undefined) continue;
    expect(REPLACEMENT_KEYS[expected.type]?.[expected.forcing]).toContain(key.split(".").at(-1));
  }
});

test("what another test covers is in that test", () => {
  for (const { key, expected } of are("covered"))
    if (expected.is === "covered") expect(readFileSync(expected.by, "utf8")).toContain(key.split(".").at(-1));
});

test.each(are("elsewhere"))("$key: a change of $to names other stacks", (row) => {
  const places = (file: typeof exampleFile) =>
    stacksOf(estateFrom(file)).map(({ id, account, region, state }) => [id, account.id, region, state]);
  expect(places(changed(exampleFile, [row]))).not.toEqual(places(exampleFile));
});

test.each(are("refused"))("$key: a change of $to is refused by the checks, or left to the plan", (row) => {
  const { expected } = row;
  const problems = problemsOf(withAll(row));
  if (expected.is === "refused" && problems.length > 0) expect(problems.join("\n")).toMatch(expected.message);
});
