import fc from "fast-check";
import { differingKeys, parsedJson, sameJson } from "../../../tools/support/json";

const NOTE = { metadata: { path: "dev-network/vpc", uniqueId: "vpc_1" } };

/** Turns the keys of every object round, and puts notes of cdktf into it. */
function rewritten(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(rewritten);
  if (typeof value !== "object" || value === null) return value;
  const entries = Object.entries(value).reverse().map(([key, inner]) => [key, rewritten(inner)] as const); // prettier-ignore
  return Object.fromEntries([...entries, ["//", NOTE]]);
}

/** Without keys of the name itself, which the notes would replace. */
const json = () => fc.jsonValue().filter((value) => !JSON.stringify(value).includes('"//"'));

test("the order of keys and cdktf's notes do not count, at any depth", () => {
  fc.assert(
    fc.property(json(), (value) => {
      expect(sameJson(rewritten(value), value)).toBe(true);
      expect(sameJson(value, rewritten(value))).toBe(true);
    }),
  );
});

test("every other change is a difference", () => {
  const plain = (value: unknown) => JSON.stringify(value, (_, inner: unknown) => (Object.is(inner, -0) ? 0 : inner));
  fc.assert(
    fc.property(json(), json(), (one, other) => {
      if (plain(one) !== plain(other) && !sameWithOrder(one, other)) expect(sameJson(one, other)).toBe(false);
    }),
  );
});

/** Jest's own comparison, which knows no order of keys either. */
function sameWithOrder(one: unknown, other: unknown): boolean {
  try {
    expect(one).toEqual(other);
    return true;
  } catch {
    return false;
  }
}

test.each<[string, unknown, unknown]>([
  ["a // that holds a text, which is a tag like others", { tags: { "//": "a" } }, { tags: { "//": "b" } }],
  ["a // that is only there once", { tags: { "//": "a" } }, { tags: {} }],
  ["another order of a list", [1, 2], [2, 1]],
  ["a shorter list", [1, 2], [1]],
  ["a list and an object", [], {}],
  ["nothing and null", {}, { a: null }],
  ["a text and a number", { a: "1" }, { a: 1 }],
  ["a key that every object inherits", { toString: 1 }, { a: 1 }],
])("%s: a difference", (_, one, other) => {
  expect(sameJson(one, other)).toBe(false);
  expect(sameJson(other, one)).toBe(false);
});

test("finds JSON in a text, unless it is nested thousands deep", () => {
  expect(parsedJson(' {"a":[1]}')).toEqual({ a: [1] });
  for (const text of ["text", "{", "7", 7, "[".repeat(20_000) + "]".repeat(20_000)])
    expect(parsedJson(text)).toBeUndefined();
});

test("names keys that differ, and keys of only one object", () => {
  expect(differingKeys({ same: 1, other: 1, gone: 1, "//": NOTE }, { new: 1, other: 2, same: 1 })).toEqual([
    "other",
    "gone",
    "new",
  ]);
});
