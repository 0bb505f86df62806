import { execFileSync } from "node:child_process";
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { groupsOf, inputDigests } from "../../stacks/groups";
import { example } from "../support/estates";
import { TYPESCRIPT } from "../../tools/support/project";

const ROOT = join(__dirname, "../..");

/** Compares in a process of its own, because jest loads modules in its own way. */
const SCRIPT = `
  const { loadEstate } = require("./config/load");
  const { groupsOf } = require("./stacks/groups");
  const { groupsUnlike } = require("./stacks/unlike");
  const counts = process.argv.slice(1).map((folder) => {
    process.env.ESTATE = folder + "/estate.ts";
    const groups = groupsOf(loadEstate());
    require(folder + "/code");
    const { length } = groupsUnlike(groups, folder + "/own.json", folder + "/other.json");
    for (const file of Object.keys(require.cache)) if (file.startsWith(folder)) delete require.cache[file];
    return length;
  });
  console.log(JSON.stringify(counts));
`;

const groups = groupsOf(example());
const digests = Object.fromEntries(inputDigests(groups));

const CASES: readonly [what: string, code: string, unlike: number, written: object][] = [
  ["every group, if the code imports the estate file", `import "./estate";`, groups.length, {}],
  ["every group, if the code imports the record", `import "./estate.members.json";`, groups.length, {}],
  ["every group, if the code imports a module of the estate file", `import "./team";`, groups.length, {}],
  // The last one also shows that no case leaves anything to the next.
  ["no group, if the code imports nothing of the estate file", `import "node:fs";`, 0, digests],
];

let parent: string;
const folderOf = (index: number) => join(parent, String(index));
let counts: readonly number[];

// In one process, with an estate file for each case: loading the stacks takes most of the time.
beforeAll(() => {
  parent = mkdtempSync(join(tmpdir(), "unlike-"));
  for (const [index, [, code]] of CASES.entries()) {
    const files = {
      "estate.ts": `import example from ${JSON.stringify(join(ROOT, "config/example"))}; import "./team"; export default example;`,
      "estate.members.json": JSON.stringify(["dev-analytics", "prod-analytics"]),
      "team.ts": "export const team = [];",
      "code.ts": code,
      "other.json": JSON.stringify(digests),
    };
    mkdirSync(folderOf(index));
    for (const [name, text] of Object.entries(files)) writeFileSync(join(folderOf(index), name), text);
  }
  const args = ["--require", TYPESCRIPT, "--eval", SCRIPT, ...CASES.map((_, index) => folderOf(index))];
  counts = JSON.parse(execFileSync(process.execPath, args, { cwd: ROOT, encoding: "utf8" })) as number[];
}, 30_000);
afterAll(() => {
  rmSync(parent, { recursive: true });
});

test.each(CASES.map(([what, , unlike, written], index) => ({ what, unlike, written, index })))(
  "unlike an equal estate is $what",
  ({ unlike, written, index }) => {
    expect(counts[index]).toBe(unlike);
    expect(JSON.parse(readFileSync(join(folderOf(index), "own.json"), "utf8"))).toEqual(written);
  },
);
