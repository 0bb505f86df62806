import fc from "fast-check";
import { WholeWords } from "../../../../tools/access/output/names";

const words = new WholeWords(["dev", "ci", "dev-analytics", "", "c-c"]);
const wordsIn = (text: string) => words.in(text);

test("finds known words in the order of the text, and the longest first at the same place", () => {
  expect(wordsIn("ci and dev-analytics")).toEqual(["ci", "dev-analytics", "dev"]);
});

test("does not find a word next to a letter, a digit or an underscore", () => {
  expect(["device", "xdev", "dev_1", "1dev", "édev", "devé"].flatMap(wordsIn)).toEqual([]);
  expect(["dev.", "(dev)", "-dev-", "\u{1f600}dev\u{1f600}"].map(wordsIn)).toEqual(Array(4).fill(["dev"]));
});

test("prefers the longest word, and of equally long ones the first in the order of texts", () => {
  expect(words.longest(["ci", "dev", "other", "c-c"])).toBe("c-c");
  expect(words.longest(["other"])).toBeUndefined();
});

test("replaces only the given word, from the left", () => {
  expect(words.replaced("dev-analytics, device, dev", "dev", "*")).toBe("*-analytics, device, *");
  expect(words.replaced("c-c-c", "c-c", "*")).toBe("*-c");
});

/** What a pattern of a single word finds. */
const patternOf = (word: string) =>
  new RegExp(`(?<![\\p{L}\\p{N}_])${word.replace(/[\\^$.*+?()[\]{}|/]/g, "\\$&")}(?![\\p{L}\\p{N}_])`, "gu");

test("finds and replaces what a pattern of each word would, for any texts", () => {
  const piece = fc.constantFrom("a", "b", "-", "_", ".", " ", "1", "\u{10400}", "\u{1f600}");
  const textOf = (minLength: number, maxLength: number) =>
    fc.array(piece, { minLength, maxLength }).map((pieces) => pieces.join(""));
  fc.assert(
    fc.property(fc.array(textOf(1, 4), { minLength: 1, maxLength: 6 }), textOf(0, 16), (known, text) => {
      const found = new WholeWords(known);
      for (const word of known) {
        expect(found.in(text).includes(word)).toBe(patternOf(word).test(text));
        expect(found.replaced(text, word, "#")).toBe(text.replace(patternOf(word), "#"));
      }
    }),
    { numRuns: 500 },
  );
});
