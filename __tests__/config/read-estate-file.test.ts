import { loadEstate } from "../../config/load";
import { estateWith } from "./estate-fixture";
import { estateFiles } from "./estate-files";

const { file, refusal } = estateFiles();

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
