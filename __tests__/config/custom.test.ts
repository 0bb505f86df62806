import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { customFile, readCustom } from "../../config/custom";
import { EXAMPLE_ESTATE, loadEstate } from "../../config/load";

const ROOT = join(__dirname, "../..");

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "custom-"));
});
afterEach(() => {
  rmSync(folder, { recursive: true });
});

/** The message for the files of a folder custom/. */
function refused(files: Readonly<Record<string, string>>): string[] {
  for (const [name, text] of Object.entries(files)) {
    mkdirSync(dirname(join(folder, "custom", name)), { recursive: true });
    writeFileSync(join(folder, "custom", name), text);
  }
  try {
    readCustom(join(folder, "custom/index.ts"));
  } catch (error) {
    return (error as Error).message
      .split("\n")
      .slice(1)
      .map((line) => line.trim().replaceAll(/ {2,}/g, " "));
  }
  return [];
}

const STACK = (name: string) => `{ name: "${name}", scope: "environment", build: () => undefined }`;

test.each([
  ["the project's for the estate of a clone", "config/estate.ts", "custom/index.ts"],
  ["the project's for another estate in config/", "config/eu.json", "custom/index.ts"],
  ["that next to an example", "examples/custom-queue/estate.ts", "examples/custom-queue/custom/index.ts"],
  ["none of the team's for the shipped example", "config/example.ts", "config/custom/index.ts"],
])("the declarations of an estate are %s", (_, estate, custom) => {
  expect(customFile(join(ROOT, estate))).toBe(join(ROOT, custom));
});

test("an estate without custom/ has no own stacks", () => {
  expect(readCustom(join(folder, "custom/index.ts"))).toEqual({ stacks: [] });
  expect(loadEstate(EXAMPLE_ESTATE)).toMatchObject({ custom: undefined });
});

test("what a stack declares is read without its code", () => {
  expect(readCustom(join(ROOT, "examples/custom-bucket/custom/index.ts"))).toEqual({
    file: "examples/custom-bucket/custom/index.ts",
    stacks: [{ name: "archive", scope: "environment", regions: ["eu-central-1"] }],
  });
});

test("all problems of the declarations are listed at once", () => {
  const stacks = [
    `{ name: "Queue", scope: "region", regions: ["mars"], build: 1 }`,
    `{ name: "${"a".repeat(41)}", scope: "account", planRoleReads: ["s3:GetObject", "sqs:*"], builds: 1, build: () => 1 }`,
    `{ name: "a--b", scope: "account", regions: [], build: () => 1 }`,
  ];
  const index = `export default { stacks: [${stacks.join(", ")}], adjust: [{ target: "bucket", change: () => 1 }] };`;
  const name = "1 to 40 lower-case letters, digits and single hyphens, beginning with a letter";
  expect(refused({ "index.ts": index })).toEqual([
    `stacks[0].name must be ${name}, got "Queue"`,
    'stacks[0].scope must be "environment" or "account", got "region"',
    'stacks[0].regions[0] must be the code of an AWS region, for example eu-west-1, got "mars"',
    "stacks[0].build must be a function that adds resources to the stack, got 1",
    `stacks[1].name must be ${name}, got "${"a".repeat(41)}"`,
    'stacks[1].planRoleReads[0] must be an action whose answer holds no secrets and no data (config/sensitive-reads.json lists those that do), got "s3:GetObject"',
    'stacks[1].planRoleReads[1] must be an IAM action that reads, such as glue:GetTable, without wildcards, got "sqs:*"',
    'stacks[1].builds must be a known key, got "builds"',
    `stacks[2].name must be ${name}, got "a--b"`,
    "stacks[2].regions must be a list of at least one region, got []",
    'adjust[0].target must be the class of a resource, got "bucket"',
  ]);
});

test.each([
  ["throws", 'throw new Error("no such\\nmodule");', "a module that loads, got the error: no such module"],
  [
    "exports nothing",
    "export const stacks = [];",
    "custom stacks: { stacks, adjust }, got nothing. Write `export default { stacks: [ … ] }`.",
  ],
])("a module that %s is refused", (_, text, problem) => {
  expect(refused({ "index.ts": text })).toEqual([`the file must be ${problem}`]);
});

test("stacks that index.ts does not declare are refused with their lines", () => {
  const exporting = (name: string) => `import "node:path";\n\nexport const stack = ${STACK(name)};\n`;
  const listed = "listed in the stacks of custom/index.ts";
  const remedy = "Add it there, or delete it.";
  expect(
    refused({
      "index.ts": `import { stack } from "./used"; import "./unlisted"; import "./deeper/helper"; export default { stacks: [stack] };`,
      "used.ts": exporting("used"),
      "unlisted.ts": exporting("unlisted"),
      "deeper/helper.ts": "export const helper = { name: 1 };",
      "lost.ts": exporting("lost"),
      "lost-class.ts": `/** class X extends Stack */\nimport type { OwnStack } from "x";\n\nclass Lost extends CustomStack {}\n`,
      "types.ts": "export interface Queue { readonly name: string }\n",
      "lost.test.ts": exporting("of-a-test"),
      "laws/law.ts": exporting("of-a-law"),
    }),
  ).toEqual([
    `custom/lost-class.ts:4 must be ${listed}, got a stack in a file that it does not import. ${remedy}`,
    `custom/lost.ts:3 must be ${listed}, got a stack in a file that it does not import. ${remedy}`,
    `custom/unlisted.ts:3 must be ${listed}, got the stack "unlisted", which it does not list. ${remedy}`,
  ]);
});

test("a stack that index.ts imports is declared, also in a folder behind a link", () => {
  const index = `import { stack } from "./queue"; export default { stacks: [stack] };`;
  expect(refused({ "index.ts": index, "queue.ts": `export const stack = ${STACK("queue")};` })).toEqual([]);
  symlinkSync("custom", join(folder, "linked"));
  expect(readCustom(join(folder, "linked/index.ts")).stacks).toMatchObject([{ name: "queue" }]);
});

test("stacks without an index.ts are refused", () => {
  expect(refused({ "queue.ts": `export const queue = ${STACK("queue")};` })).toHaveLength(1);
});
