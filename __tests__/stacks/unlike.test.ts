import { execFileSync } from "node:child_process";
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { groupsOf, inputDigests, type StackGroup } from "../../stacks/groups";
import { example } from "../support/estates";
import { TYPESCRIPT } from "../../tools/support/project";

const ROOT = join(__dirname, "../..");

/** Compares in a process of its own, because jest loads modules in its own way. */
const SCRIPT = `
  const { loadEstate } = require("./config/load");
  const { groupsOf } = require("./stacks/groups");
  const { groupsUnlike } = require("./stacks/unlike");
  const found = process.argv.slice(1).map((folder) => {
    process.env.ESTATE = folder + "/estate.ts";
    const estate = loadEstate();
    require(folder + "/code");
    const unlike = groupsUnlike(groupsOf(estate), estate, { own: folder + "/own.json", other: folder + "/other.json" });
    for (const file of Object.keys(require.cache)) if (file.startsWith(folder)) delete require.cache[file];
    return unlike.flatMap(({ specs }) => specs.map(({ id }) => id));
  });
  console.log(JSON.stringify(found));
`;

const estate = example();
const groups = groupsOf(estate);
const digests = Object.fromEntries(inputDigests(groups));
const idsOf = (some: readonly StackGroup[]): string[] => some.flatMap(({ specs }) => specs.map(({ id }) => id));
const groupOf = (id: string): StackGroup | undefined =>
  groups.find(({ specs }) => specs.some((spec) => spec.id === id));

interface Case {
  readonly what: string;
  readonly code: string;
  /** Ids of stacks. */
  readonly unlike: readonly string[];
  readonly written?: object;
  readonly others?: object;
}

const CASES: readonly Case[] = [
  { what: "every group, if the code imports the estate file", code: `import "./estate";` },
  { what: "every group, if the code imports the record", code: `import "./estate.members.json";` },
  { what: "every group, if the code imports a module of the estate file", code: `import "./team";` },
]
  .map((each): Case => ({ ...each, unlike: idsOf(groups), written: {} }))
  .concat(
    // It also shows that no case leaves anything to the next.
    { what: "no group, if the code imports nothing of the estate file", code: `import "node:fs";`, unlike: [] },
    {
      what: "the group of a stack with another input, and those that its stacks follow in promotion",
      code: "",
      others: { ...digests, "prod-network": "another" },
      unlike: idsOf(
        ["dev-member-analytics", "staging-network", "prod-network"].map(groupOf).flatMap((group) => group ?? []),
      ),
    },
  );

let parent: string;
const folderOf = (index: number) => join(parent, String(index));
let found: readonly (readonly string[])[];

// In one process, with an estate file for each case: loading the stacks takes most of the time.
beforeAll(() => {
  parent = mkdtempSync(join(tmpdir(), "unlike-"));
  for (const [index, { code, others = digests }] of CASES.entries()) {
    const files = {
      "estate.ts": `import example from ${JSON.stringify(join(ROOT, "config/example"))}; import "./team"; export default example;`,
      "estate.members.json": JSON.stringify(["dev-analytics", "prod-analytics"]),
      "team.ts": "export const team = [];",
      "code.ts": code,
      "other.json": JSON.stringify(others),
    };
    mkdirSync(folderOf(index));
    for (const [name, text] of Object.entries(files)) writeFileSync(join(folderOf(index), name), text);
  }
  const args = ["--require", TYPESCRIPT, "--eval", SCRIPT, ...CASES.map((_, index) => folderOf(index))];
  found = JSON.parse(execFileSync(process.execPath, args, { cwd: ROOT, encoding: "utf8" })) as string[][];
}, 30_000);
afterAll(() => {
  rmSync(parent, { recursive: true });
});

test.each(CASES.map((each, index) => ({ ...each, index })))(
  "unlike another estate is $what",
  ({ unlike, written = digests, index }) => {
    expect(found[index]).toEqual(unlike);
    expect(JSON.parse(readFileSync(join(folderOf(index), "own.json"), "utf8"))).toEqual(written);
  },
);
