import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { filesToLint } from "../../../tools/cli/check";
import { makeRepository } from "../plans/support/test-repository";

let root: string;
const write = (file: string, text: string) => {
  mkdirSync(dirname(join(root, file)), { recursive: true });
  writeFileSync(join(root, file), text);
};
const select = () => filesToLint(join(root, ".cache/linted.json"), root);

beforeEach(() => {
  root = mkdtempSync(join(tmpdir(), "lint-"));
  makeRepository(root);
  write(".gitignore", ".cache\nignored.ts\n");
  write("ignored.ts", "");
  write("types.ts", "export interface Shape { readonly size: number }\n");
  write("area.ts", 'import type { Shape } from "./types";\nexport const areaOf = ({ size }: Shape) => size ** 2;\n');
  write("main.ts", 'import { areaOf } from "./area.js";\nconsole.log(areaOf({ size: 2 }));\n');
  write("other/index.ts", "export const other = 1;\n");
  write("use.mjs", 'await import("./other");\n');
  select().remember();
});

afterEach(() => {
  rmSync(root, { recursive: true });
});

const ALL = ["area.ts", "main.ts", "other/index.ts", "types.ts", "use.mjs"];

test("selects every file that git knows at first, and none after they passed", () => {
  rmSync(join(root, ".cache"), { recursive: true });
  expect(select().files).toEqual(ALL);
  select().remember();
  expect(select().files).toEqual([]);
});

test("selects a changed file and all files that import it, directly or not, until they pass", () => {
  write("types.ts", "export interface Shape { readonly size: string }\n");
  expect(select().files).toEqual(["area.ts", "main.ts", "types.ts"]);
  expect(select().files).toEqual(["area.ts", "main.ts", "types.ts"]);
  write("other/index.ts", "export const other = 2;\n");
  expect(select().files).toEqual(ALL);
});

test("selects files that import a new file, and no others", () => {
  write("area/index.ts", "export {};\n");
  expect(select().files).toEqual(["area/index.ts"]);
  rmSync(join(root, "area.ts"));
  expect(select().files).toEqual(["area/index.ts", "main.ts"]);
});

test.each([
  ["eslint.config.mjs", "export default [];\n", [...ALL.slice(0, 1), "eslint.config.mjs", ...ALL.slice(1)]],
  ["package-lock.json", "{}\n", ALL],
  ["tsconfig.json", "{}\n", ALL],
  ["global.ts", "export {};\ndeclare global {}\n", [...ALL.slice(0, 1), "global.ts", ...ALL.slice(1)]],
])("selects every file after %s was added", (file, text, files) => {
  write(file, text);
  expect(select().files).toEqual(files);
});

test("selects every file if the cache is damaged", () => {
  write(".cache/linted.json", "[");
  expect(select().files).toEqual(ALL);
});
