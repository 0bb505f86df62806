import fc from "fast-check";
import { terminalText, wrapped } from "../../../../tools/access/output/terminal";

const section = (rows: readonly (readonly string[])[]) => ({
  title: "1. Title",
  intro: "Intro.",
  tables: [{ title: "Part", head: ["who", "how"], rows }],
  empty: "Nobody.",
});

test("prints title, introduction and table, and the given text for a table without rows", () => {
  expect(
    terminalText([section([["a", "b"]])])
      .split("\n")
      .slice(1),
  ).toEqual(["Intro.", "", "Part", "", "who  how", "───  ───", "a    b"]);
  expect(
    terminalText([section([])])
      .split("\n")
      .slice(1),
  ).toEqual(["Intro.", "", "Nobody."]);
});

test("indents the further lines of a first cell, so that they do not look like rows", () => {
  const text = terminalText([section([["word ".repeat(30).trim(), "x".repeat(60)]])]);
  const [first, second] = text.split("\n").slice(-3);
  expect(first).toMatch(/^word/);
  expect(second).toMatch(/^ {2}word/);
});

test("is at most 100 columns wide and cuts nothing off", () => {
  const cell = fc.oneof(
    fc.string({ maxLength: 200 }).map((text) => text.replaceAll(/[^\x21-\x7e]/g, " ")),
    fc.constant("dev-irl-galileo-prep-raas-master-MasterRole ".repeat(5)),
    fc.constant("x".repeat(300)),
  );
  const characters = (text: string) => Array.from(text.replaceAll(/\s/g, "")).sort().join("");
  fc.assert(
    fc.property(fc.array(fc.tuple(cell, cell), { minLength: 1, maxLength: 5 }), (rows) => {
      const lines = terminalText([section(rows)]).split("\n");
      expect(Math.max(...lines.slice(1).map(({ length }) => length))).toBeLessThanOrEqual(100);
      const [, body = ""] = lines.join("\n").split(/─ *\n/);
      expect(characters(body)).toBe(characters(rows.flat().join("")));
    }),
    { numRuns: 12 },
  );
});

test("breaks lines at spaces, and longer words after dashes, colons and slashes", () => {
  expect(wrapped("one two three", 7)).toEqual(["one two", "three"]);
  expect(wrapped("arn:aws/role-name", 8)).toEqual(["arn:aws/", "role-", "name"]);
  expect(wrapped("abcdefgh", 3)).toEqual(["abc", "def", "gh"]);
});

test("escapes control characters", () => {
  expect(terminalText([section([["a\u001b[2Jb\nc", "d"]])])).toContain("a\\u001b[2Jb\\nc");
});
