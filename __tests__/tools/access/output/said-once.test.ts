import fc from "fast-check";
import { compactNames } from "../../../../tools/access/output/compact-names";
import { saidOnce } from "../../../../tools/access/output/said-once";
import { VaryingWords } from "../../../../tools/access/output/words-that-vary";
import { accountsNamed } from "./graphs";

const accounts = accountsNamed("dev", "ci", "prod");
const words = new VaryingWords(accounts, []);

/** What the said text stands for: each letter replaced by each of its words. */
function expanded(text: string, where: string): string[] {
  const letters = where === "" ? [] : where.split("; ").map((each) => each.split(": "));
  return letters.reduce(
    (texts, [letter = "", list = ""]) =>
      texts.flatMap((each) =>
        (list === "every account" ? ["dev", "ci", "prod"] : list.split(", ")).map((word) =>
          each.replaceAll(letter, word),
        ),
      ),
    [text],
  );
}

test("says texts that differ in an account once, with a list", () => {
  const said = saidOnce(
    ["dev", "ci"].map((name) => `Admin in ${words.mark(name)}`),
    words,
  );
  expect(said).toEqual([{ text: "Admin in dev, ci", where: "" }]);
});

test("says a name that varies with its account by a letter, and in braces where it stands alone", () => {
  const both = ["ci", "dev"].map((name) => words.mark(`${name}-app in ${name}`));
  expect(saidOnce(both, words)).toEqual([{ text: "X-app in X", where: "X: dev, ci" }]);
  expect(
    saidOnce(
      ["dev", "ci"].map((name) => words.mark(`${name}-app`)),
      words,
    ),
  ).toEqual([{ text: "{dev, ci}-app", where: "" }]);
});

test("says every account where it is so, and only then", () => {
  const said = (...names: readonly string[]) =>
    saidOnce(
      names.map((name) => words.mark(`Admin in ${name}`)),
      words,
    )[0]?.text;
  expect(said("dev", "ci", "prod")).toBe("Admin in every account");
  expect(said("dev", "prod")).toBe("Admin in dev, prod");
});

test("does not merge what differs in more than words that vary", () => {
  const said = saidOnce([words.mark("dev-app in dev"), words.mark("dev-app in ci"), words.mark("web in ci")], words);
  expect(said.map(({ text }) => text).sort()).toEqual(["dev-app in ci", "dev-app in dev", "web in ci"]);
});

test("never says more or less than the texts, whatever combinations there are", () => {
  const name = fc.constantFrom("dev", "ci", "prod");
  fc.assert(
    fc.property(fc.array(fc.tuple(name, name), { minLength: 1, maxLength: 9 }), (pairs) => {
      const texts = pairs.map(([a, b]) => `${a} to ${b}, ${b} to ${a}`);
      const said = saidOnce(
        texts.map((text) => words.mark(text)),
        words,
      );
      expect(said.flatMap(({ text, where }) => expanded(text, where)).sort()).toEqual([...new Set(texts)].sort());
    }),
  );
});

test("takes the first words of roles that are alike but for them as words that vary", () => {
  const roles = ["test-eu-app-api", "live-app-api", "other"].map((name) => ({ kind: "role" as const, name }));
  const own = new VaryingWords([], roles);
  expect(
    saidOnce(
      ["test-eu", "live"].map((name) => own.mark(`${name}-app-api`)),
      own,
    ),
  ).toEqual([{ text: "{live, test-eu}-app-api", where: "" }]);
});

test("writes several names as one, by their whole parts", () => {
  expect(compactNames(["dev-app-Api", "dev-app-Loop"])).toBe("dev-app-{Api, Loop}");
  expect(compactNames(["platform-engineer", "on-call-engineer"])).toBe("{on-call, platform}-engineer");
  expect(compactNames(["lambda", "states"])).toBe("lambda, states");
  expect(compactNames(["apply-dev", "apply-dev-analytics"])).toBe("apply-{dev, dev-analytics}");
  expect(compactNames(["one"])).toBe("one");
});
