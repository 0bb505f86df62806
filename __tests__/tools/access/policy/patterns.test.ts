import fc from "fast-check";
import {
  covers,
  coversAny,
  hasVariable,
  intersects,
  literalPattern,
  withoutVariables,
} from "../../../../tools/access/policy/patterns";
import { cpuSeconds } from "../../../support/cpu-seconds";

describe("what a pattern covers", () => {
  test.each([
    ["*", "", true],
    ["*", "arn:aws:s3:::bucket/a/b", true],
    ["s3:*", "s3:get*", true],
    ["s3:get*", "s3:*", false],
    ["s3:get*", "s3:getobject", true],
    ["s3:getobject", "s3:getobject*", false],
    ["arn:aws:s3:::*/b", "arn:aws:s3:::a/x/b", true],
    ["arn:aws:iam::*:role/*", "arn:aws:iam::111111111111:role/service/x", true],
    ["arn:aws:iam::111111111111:role/*", "arn:aws:iam::*:role/*", false],
    ["a?c", "abc", true],
    ["a?c", "ac", false],
    ["a?c", "a?c", true],
    ["a?c", "a*c", false],
    ["a*c", "a?c", true],
    ["?*", "*?", true],
    ["*?", "?*", true],
    ["?*", "*a", true],
    ["*a?*", "*aa*", true],
    ["*?*", "*", false],
    ["**", "*", true],
    ["*ab*", "*aab*", true],
    ["*a?b*", "*aabb*", true],
    ["Get", "get", false],
    ["a.c", "abc", false],
  ])("%s covers %s: %p", (wide, narrow, expected) => {
    expect(covers(wide, narrow)).toBe(expected);
  });

  test("several patterns can cover a text together", () => {
    expect(coversAny(["", "?*"], "*")).toBe(true);
    expect(coversAny(["", "?", "??*"], "*")).toBe(true);
    expect(coversAny(["", "??*"], "*")).toBe(false);
    expect(coversAny(["a*", "*b"], "a*b")).toBe(true);
    expect(coversAny(["a", "a?*"], "a*")).toBe(true);
    expect(coversAny(["b", "?*b"], "*b")).toBe(true);
    expect(coversAny([], "a")).toBe(false);
  });

  test("is fast for long and hostile patterns", async () => {
    const seconds = await cpuSeconds(() => {
      expect(covers(`*${"a*".repeat(60)}b`, `${"a".repeat(150)}*`)).toBe(false);
      expect(covers(`*${"?".repeat(40)}a*`, `*${"a?".repeat(60)}`)).toBe(true);
      expect(intersects(`${"*a".repeat(100)}b`, `${"a*".repeat(100)}c`)).toBe(false);
    });
    expect(seconds).toBeLessThan(1);
  });
});

test.each([
  ["*", "a", true],
  ["a*", "*b", true],
  ["a*", "b*", false],
  ["*a", "*b", false],
  ["a?", "?b", true],
  ["a?", "?", false],
  ["*a*", "b", false],
  ["*a*", "bab", true],
  ["", "*", true],
  ["", "?", false],
  ["arn:aws:s3:::a/*", "arn:aws:s3:::*/b", true],
  ["iam:Pass*", "iam:*Role", true],
])("%s and %s have a common text: %p", (one, other, expected) => {
  expect(intersects(one, other)).toBe(expected);
  expect(intersects(other, one)).toBe(expected);
});

describe("a policy variable", () => {
  const own = "arn:aws:iam::111111111111:user/${aws:username}";

  test("covers only itself, and is covered by patterns that cover any text", () => {
    expect(covers(own, own)).toBe(true);
    expect(covers("arn:aws:iam::111111111111:user/*", own)).toBe(true);
    expect(covers("*/${aws:username}", own)).toBe(true);
    expect(covers(own, "arn:aws:iam::111111111111:user/ann")).toBe(false);
    expect(covers(own, "arn:aws:iam::111111111111:user/*")).toBe(false);
    expect(covers("arn:aws:iam::111111111111:user/?", own)).toBe(false);
    expect(covers("arn:aws:iam::111111111111:user/${aws:userid}", own)).toBe(false);
  });

  test("may have any value when common texts are searched", () => {
    expect(intersects(own, "arn:aws:iam::111111111111:user/service/x")).toBe(true);
    expect(intersects(own, "arn:aws:iam::222222222222:user/*")).toBe(false);
    expect(intersects("a${x}", "a")).toBe(true);
  });

  test("is distinguished from escaped characters", () => {
    expect(hasVariable(own)).toBe(true);
    expect(hasVariable("a${*}b${?}c${$}d${")).toBe(false);
    expect(covers("a${*}", "a*")).toBe(false);
    expect(covers("a*", "a${*}")).toBe(true);
    expect(covers("${$}{x}", literalPattern("a")) || intersects("${$}{x}", "a*")).toBe(false);
    expect(covers(literalPattern("a*?"), "a${*}${?}")).toBe(true);
    expect(literalPattern("a${aws:x}*")).toBe("a${aws:x}${*}");
    expect(hasVariable(withoutVariables(own))).toBe(false);
  });
});

/** The texts are as long as both patterns together, and have one letter that no pattern contains. */
describe.each([
  { letters: ["a"], length: 5, texts: textsUpTo(10, ["a", "c"]), numRuns: 1500 },
  { letters: ["a", "b"], length: 4, texts: textsUpTo(8, ["a", "b", "c"]), numRuns: 250 },
])("for all patterns of length $length with $letters", ({ letters, length, texts, numRuns }) => {
  const pattern = fc.string({ unit: fc.constantFrom(...letters, "*", "?"), maxLength: length });
  const expressionOf = (glob: string) => new RegExp(`^${glob.replaceAll("*", ".*").replaceAll("?", ".")}$`);
  /** Whether each text that matches a pattern matches one of others too. */
  const areWithin = (narrow: string, wides: readonly string[]): boolean => {
    const [inside, outside] = [expressionOf(narrow), wides.map(expressionOf)];
    return texts.every((text) => !inside.test(text) || outside.some((wide) => wide.test(text)));
  };

  test("covers equals inclusion", () => {
    fc.assert(
      fc.property(pattern, pattern, (wide, narrow) => {
        expect(covers(wide, narrow)).toBe(areWithin(narrow, [wide]));
      }),
      { numRuns },
    );
  });

  test("coversAny equals inclusion in the union", () => {
    fc.assert(
      fc.property(fc.array(pattern, { maxLength: 3 }), pattern, (wides, narrow) => {
        expect(coversAny(wides, narrow)).toBe(areWithin(narrow, wides));
      }),
      { numRuns },
    );
  });

  test("intersects equals having a common text", () => {
    fc.assert(
      fc.property(pattern, pattern, (one, other) => {
        const [first, second] = [expressionOf(one), expressionOf(other)];
        expect(intersects(one, other)).toBe(texts.some((text) => first.test(text) && second.test(text)));
      }),
      { numRuns },
    );
  });
});

function textsUpTo(length: number, letters: readonly string[]): readonly string[] {
  if (length === 0) return [""];
  const shorter = textsUpTo(length - 1, letters);
  const longest = shorter.filter((text) => text.length === length - 1);
  return [...shorter, ...longest.flatMap((text) => letters.map((letter) => text + letter))];
}
