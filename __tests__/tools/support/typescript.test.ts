import { spawnSync } from "node:child_process";
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { TYPESCRIPT } from "../../../tools/support/project";

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "typescript-"));
});
afterEach(() => {
  rmSync(folder, { recursive: true });
});

/** Runs main.ts of these files. */
function run(files: Readonly<Record<string, string>>): { readonly stdout: string; readonly stderr: string } {
  for (const [name, text] of Object.entries(files)) {
    mkdirSync(join(folder, name, ".."), { recursive: true });
    writeFileSync(join(folder, name), text);
  }
  return spawnSync(process.execPath, ["--require", TYPESCRIPT, join(folder, "main.ts")], { encoding: "utf8" });
}

/** It maps the first line of a file to another one of a source that is not installed. */
const map = JSON.stringify({ version: 3, sources: ["lib.ts"], names: [], mappings: "AAKA" });
const MAP = `//# sourceMappingURL=data:application/json;base64,${Buffer.from(map).toString("base64")}\n`;

test("Node runs what TypeScript accepts: enums, files named as .js or next to JSON of that name, packages that are ES modules or have source maps", () => {
  const { stdout, stderr } = run({
    "main.ts": `
      import { a, type Nothing } from "./a.js";
      import { esm } from "esm";
      import { place } from "mapped";
      enum Color { red }
      class Named { constructor(private readonly name: string) {} }
      const none: Nothing | undefined = undefined;
      import { data } from "./data";
      void import("./b.js").then(({ b }) => console.log(a, b, esm, Color.red, data, new Named("n"), none, place));`,
    "a.ts": `export const a: number = 1; export interface Nothing {}`,
    "data.ts": `export const data = 5;`,
    "data.json": `{ "data": 6 }`,
    "b.js": `exports.b = 2;`,
    "b.ts": `export const b = 3;`,
    "node_modules/esm/package.json": `{ "name": "esm", "type": "module", "exports": "./index.js" }`,
    "node_modules/esm/index.js": `export const esm = 4;`,
    "node_modules/mapped/index.js": `exports.place = /\\w+\\.[jt]s:\\d/.exec(new Error("").stack)[0];\n${MAP}`,
  });
  expect({ stdout, stderr }).toEqual({ stdout: "1 2 4 0 5 Named { name: 'n' } undefined index.js:1\n", stderr: "" });
});

test("a trace names the places in TypeScript, as long as the file is there", () => {
  const fail = `interface Nothing {\n}\n\nexport function fail(): never {\n  throw new TypeError("wrong");\n}`;
  const { stdout, stderr } = run({
    "main.ts": `
      import { unlinkSync } from "node:fs";
      import { fail } from "./fail";
      import { fail as failGone } from "./gone";
      interface Nothing {}
      const traceOf = (failing: () => never) => {
        try { failing(); } catch (error) { return (error as Error).stack!.split("\\n").slice(0, 3).join(" ").replaceAll(__dirname, ""); }
      };
      console.log(traceOf(fail));
      unlinkSync(require.resolve("./gone"));
      console.log(traceOf(failGone));`,
    "fail.ts": fail,
    "gone.ts": fail,
  });
  expect({ stdout: stdout.replaceAll(/ +/g, " "), stderr }).toEqual({
    stdout:
      "TypeError: wrong at fail (/fail.ts:5:9) at traceOf (/main.ts:7:15)\nTypeError: wrong at fail (/gone.ts) at traceOf (/main.ts:7:15)\n",
    stderr: "",
  });
});

test("clients of AWS are loaded when they are used, other packages at once", () => {
  const { stdout, stderr } = run({
    "main.ts": `
      import { EC2Client } from "@aws-sdk/client-ec2";
      import { other } from "other";
      console.log("start");
      console.log(new EC2Client().name, other);`,
    "node_modules/@aws-sdk/client-ec2/index.js": `console.log("ec2"); exports.EC2Client = class { name = "client" };`,
    "node_modules/other/index.js": `console.log("other"); exports.other = 1;`,
  });
  expect({ stdout, stderr }).toEqual({ stdout: "other\nstart\nec2\nclient 1\n", stderr: "" });
});

test("a trace has no place for code of the compiler", () => {
  const { stdout, stderr } = run({
    "main.ts": `
      import { EC2Client } from "@aws-sdk/client-ec2";
      Error.stackTraceLimit = 100;
      try { new EC2Client(); } catch (error) { console.log((error as Error).stack!.replaceAll(__dirname, "")); }`,
    "node_modules/@aws-sdk/client-ec2/index.js": `throw new Error("broken");`,
  });
  expect(stdout).toMatch(/^Error: broken\n/);
  expect(stdout).toMatch(/ at _clientec2 \(\/main\.ts\)$/m);
  expect(stderr).toBe("");
});

test("cdktf loads its writer of zip files when it is used", () => {
  const files = JSON.stringify(join(dirname(require.resolve("cdktf")), "private/fs.js"));
  const { stdout, stderr } = run({
    "main.ts": `
      const { archiveSync } = require(${files});
      const isLoaded = () => Object.keys(require.cache).some((file) => file.includes("archiver"));
      const before = isLoaded();
      archiveSync(${JSON.stringify(folder)}, process.argv[1] + ".zip");
      const zip = require("node:fs").readFileSync(process.argv[1] + ".zip");
      console.log(before, zip.includes("main.ts"), typeof require("archiver"), isLoaded());`,
    "node_modules/archiver/index.js": "module.exports = {};",
  });
  expect({ stdout, stderr }).toEqual({ stdout: "false true object true\n", stderr: "" });
});

test.each([
  ["an error of the program", `interface A {\n  a: 1;\n}\nthrow new Error("wrong");`, "main.ts:4:7"],
  ["a mistake in the language", `const a = 1;\n\nconst b: = 2;`, "main.ts:3: Unexpected token"],
  ["a missing file", `\nimport("./nothing.js");`, "Cannot find module './nothing"],
])("%s is named with its place", (_what, text, says) => {
  const { stderr } = run({ "main.ts": text });
  expect(stderr).toContain(says);
  expect(stderr).not.toContain("Stack backtrace");
});

test("V8 optimizes what is called 12,000 times by default, and later in what the project runs", () => {
  const script = join(folder, "main.js");
  const hot = "const hot = (n) => (n * 3 + (n % 7) * 5 - (n & 15)) % 1013 + (n ^ 21) % 17 + (n + 4) % 13;";
  writeFileSync(script, `${hot}\nlet sum = 0;\nfor (let n = 0; n < 12_000; n++) sum += hot(n);\nconsole.log(sum);`);
  const traced = ["--trace-opt", "--no-concurrent-recompilation"];
  const isOptimized = (...options: string[]): boolean => {
    const { stdout, stderr } = spawnSync(process.execPath, [...traced, ...options, script], { encoding: "utf8" });
    expect({ isRun: /^\d+$/m.test(stdout), stderr }).toEqual({ isRun: true, stderr: "" });
    return /<JSFunction hot .*TURBOFAN/.test(stdout);
  };
  const options = jest.requireActual<string[]>("../../../tools/support/optimizer.cjs");
  expect(options).toHaveLength(2);
  expect([isOptimized(), isOptimized(...options), isOptimized("--require", TYPESCRIPT)]).toEqual([true, false, false]);
});
