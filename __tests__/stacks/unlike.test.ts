import { execFileSync } from "node:child_process";
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { groupsOf, inputDigests, type StackGroup } from "../../stacks/groups";
import { ContentCache } from "../support/content-cache";
import { example } from "../support/estates";
import { SOURCES } from "../support/synthesize";
import { TYPESCRIPT } from "../../tools/support/project";

const ROOT = join(__dirname, "../..");

/** Compares in a process of its own, because jest loads modules in its own way. Prints the stacks, and what it wrote. */
const SCRIPT = `
  const { readFileSync } = require("node:fs");
  const { loadEstate } = require("./config/load");
  const { groupsOf } = require("./stacks/groups");
  const { groupsUnlike } = require("./stacks/unlike");
  const found = process.argv.slice(1).map((folder) => {
    process.env.ESTATE = folder + "/estate.ts";
    const estate = loadEstate();
    require(folder + "/code");
    const unlike = groupsUnlike(groupsOf(estate), estate, { own: folder + "/own.json", other: folder + "/other.json" });
    for (const file of Object.keys(require.cache)) if (file.startsWith(folder)) delete require.cache[file];
    const ids = unlike.flatMap(({ specs }) => specs.map(({ id }) => id));
    return { ids, written: JSON.parse(readFileSync(folder + "/own.json", "utf8")) };
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

interface Found {
  readonly ids: readonly string[];
  readonly written: unknown;
}

const cache = new ContentCache("unlike", [...SOURCES, TYPESCRIPT, __filename]);
let found: readonly Found[];

// In one process, with an estate file for each case: loading the stacks takes most of the time.
beforeAll(() => {
  found = cache.get(CASES, () => {
    const parent = mkdtempSync(join(tmpdir(), "unlike-"));
    try {
      const folders = CASES.map((each, index) => folderOf(each, join(parent, String(index))));
      const args = ["--require", TYPESCRIPT, "--eval", SCRIPT, ...folders];
      return JSON.parse(execFileSync(process.execPath, args, { cwd: ROOT, encoding: "utf8" })) as Found[];
    } finally {
      rmSync(parent, { recursive: true });
    }
  });
}, 30_000);

function folderOf({ code, others = digests }: Case, folder: string): string {
  const files = {
    "estate.ts": `import example from ${JSON.stringify(join(ROOT, "config/example"))}; import "./team"; export default example;`,
    "estate.members.json": JSON.stringify(["dev-analytics", "prod-analytics"]),
    "team.ts": "export const team = [];",
    "code.ts": code,
    "other.json": JSON.stringify(others),
  };
  mkdirSync(folder);
  for (const [name, text] of Object.entries(files)) writeFileSync(join(folder, name), text);
  return folder;
}

test.each(CASES.map((each, index) => ({ ...each, index })))(
  "unlike another estate is $what",
  ({ unlike, written = digests, index }) => {
    expect(found[index]).toEqual({ ids: unlike, written });
  },
);
