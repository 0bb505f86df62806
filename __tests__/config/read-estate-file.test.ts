import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { EstateError } from "../../config/estate-error";
import { loadEstate } from "../../config/load";
import { membersFile } from "../../config/members-record";
import { estateWith } from "./estate-fixture";

let folder: string;
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), "estate-"));
});
afterAll(() => {
  rmSync(folder, { recursive: true });
});

/** An estate file, with the record of the created member that the minimal estate has. */
function file(name: string, content: string, record = '["lab"]'): string {
  const path = join(folder, name);
  writeFileSync(path, content);
  writeFileSync(membersFile(path), record);
  return path;
}

/** The error for a file, without its first line. */
function refusal(path: string): string {
  try {
    loadEstate(path);
  } catch (error) {
    if (!(error instanceof EstateError)) throw error;
    expect(error.message.split("\n")[0]).toBe(`the estate is not valid (${path}):`);
    return error.message.split("\n").slice(1).join("\n");
  }
  throw new Error(`${path} was accepted`);
}

describe("JSON", () => {
  test.each([
    [
      "a comma is missing",
      '{\n  "solution": "demo"\n  "chargeCode": "x"\n}',
      "  line 3, column 3  must be JSON, got a syntax error: comma expected",
    ],
    [
      "a bracket is missing",
      '{\n  "accounts": {\n',
      "  line 3, column 1  must be JSON, got a syntax error: close brace expected",
    ],
    [
      "it has a comment",
      '{\n  // the estate\n  "solution": "demo"\n}',
      "  line 2, column 3  must be JSON, got a syntax error: JSON has no comments (a .ts file may have them)",
    ],
    [
      "a comma is left over",
      '{\n  "solution": "demo",\n}',
      "  line 3, column 1  must be JSON, got a syntax error: property name expected",
    ],
    ["the file is empty", "", "  line 1, column 1  must be JSON, got an empty file"],
    [
      "it has 20,000 levels",
      "[".repeat(20_000) + "]".repeat(20_000),
      "  the file  must be JSON of an estate, got more than 100 levels of objects and lists",
    ],
    [
      "a comment hides its levels",
      `/*"*/${"[".repeat(20_000)}`,
      "  line 1, column 1  must be JSON, got a syntax error: JSON has no comments (a .ts file may have them)",
    ],
    ["text follows the estate", "{}\n{}", "  line 2, column 1  must be JSON, got a syntax error: end of file expected"],
  ])("is refused with the position if %s", (what, source, expected) => {
    expect(refusal(file(`${what.replaceAll(" ", "-")}.json`, source))).toContain(expected);
  });

  test("with a repeated key is refused, since the first value would be lost", () => {
    const source = `{\n  "accounts": {\n    "dev": {},\n    "ci": [{ "a": 1, "a": 2 }],\n    "dev": {}\n  }\n}`;
    expect(refusal(file("twice.json", source))).toBe(
      [
        "  accounts.ci[0].a  must be a key that is not repeated, got a second one in line 4, column 22",
        "  accounts.dev      must be a key that is not repeated, got a second one in line 5, column 5",
      ].join("\n"),
    );
  });

  test("may use a key in several objects, and begin with a byte order mark", () => {
    expect(loadEstate(file("bom.json", `\uFEFF${JSON.stringify(estateWith())}`)).solution).toBe("demo");
  });
});
