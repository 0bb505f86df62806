import { execFileSync } from "node:child_process";
import { mkdtempSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { parseTree } from "jsonc-parser";
import { isTooDeep, parseJson, readBytes, readText, repeatedKeys } from "../../config/input";
import { UserError } from "../../config/user-error";

const nested = (levels: number) => `${'{"a":['.repeat(levels / 2)}${"]}".repeat(levels / 2)}`;

describe("JSON", () => {
  test("of a hundred levels is parsed, and one level more is refused", () => {
    expect(JSON.stringify(parseJson(nested(100)))).toBe(nested(100));
    expect(() => parseJson(`[${nested(100)}]`)).toThrow(
      new SyntaxError("it has more than 100 levels of objects and lists"),
    );
  });

  test("may have any number of objects next to each other, and brackets in texts", () => {
    const value = Array.from({ length: 1000 }, () => ({ "[": ["[{".repeat(1000), '\\"[', "\\\\"] }));
    expect(parseJson(JSON.stringify(value))).toEqual(value);
  });

  test.each([
    ["that is not closed", "[".repeat(101)],
    ["after a text that is not closed in its line", `"\n${"[".repeat(101)}`],
  ])("is too deep also %s", (_what, text) => {
    expect(isTooDeep(text)).toBe(true);
  });

  test.each([
    ["closes each level", "[]".repeat(500)],
    ["holds brackets in quotes", `["${"[{".repeat(500)}"]`],
    ["holds a quote in quotes", `["\\"${"[".repeat(500)}"]`],
    ["has exactly a hundred levels of two kinds", nested(100)],
  ])("is not too deep that %s", (_what, text) => {
    expect(isTooDeep(text)).toBe(false);
  });

  test("has repeated keys found at any level, also those that JavaScript treats differently", () => {
    const text = '{"a":{"b":1,"b":2},"c":[{"__proto__":1,"__proto__":2}],"\\u0061":3}';
    const tree = parseTree(text);
    expect(tree && [...repeatedKeys(tree)].map(({ path }) => path)).toEqual(["a.b", "c[0].__proto__", "a"]);
  });
});

describe("a file", () => {
  let folder: string;
  beforeAll(() => (folder = mkdtempSync(join(tmpdir(), "input-"))));
  afterAll(() => {
    rmSync(folder, { recursive: true });
  });

  test("is read without its byte order mark", () => {
    const file = join(folder, "marked.json");
    writeFileSync(file, "\uFEFF{}");
    expect(readText(file)).toBe("{}");
  });

  test("that is not UTF-8 is refused", () => {
    const file = join(folder, "latin.json");
    writeFileSync(file, Buffer.from([0x22, 0xe9, 0x22]));
    expect(() => readText(file)).toThrow(new UserError(`${file} must be UTF-8, got other bytes. Save it as UTF-8.`));
  });

  test("is not read if it is a directory, a named pipe or a device, also behind a link", () => {
    const pipe = join(folder, "pipe");
    execFileSync("mkfifo", [pipe]);
    symlinkSync(pipe, join(folder, "link"));
    for (const [path, what] of [
      [folder, "a directory"],
      [pipe, "a named pipe"],
      [join(folder, "link"), "a named pipe"],
      ["/dev/zero", "a device"],
    ] as const)
      expect(() => readBytes(path)).toThrow(new UserError(`${path} must be a file, got ${what}`));
  });
});
