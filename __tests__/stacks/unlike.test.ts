import { execFileSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { groupsOf, inputDigests } from "../../stacks/groups";
import { example } from "../support/estates";

const ROOT = join(__dirname, "../..");

let folder: string;
beforeEach(() => (folder = mkdtempSync(join(tmpdir(), "unlike-"))));
afterEach(() => {
  rmSync(folder, { recursive: true });
});

/** Compares in a process of its own, because jest loads modules in its own way. */
const SCRIPT = `
  const { loadEstate } = require("./config/load");
  const { groupsOf } = require("./stacks/groups");
  const { groupsUnlike } = require("./stacks/unlike");
  require(process.argv[1] + "/code");
  const file = (name) => process.argv[1] + "/" + name;
  console.log(groupsUnlike(groupsOf(loadEstate()), file("own.json"), file("other.json")).length);
`;

const groups = groupsOf(example());
const digests = Object.fromEntries(inputDigests(groups));

test.each([
  ["no group, if the code imports nothing of the estate file", `import "node:fs";`, 0, digests],
  ["every group, if the code imports the estate file", `import "./estate";`, groups.length, {}],
  ["every group, if the code imports the record", `import "./estate.members.json";`, groups.length, {}],
  ["every group, if the code imports a module of the estate file", `import "./team";`, groups.length, {}],
])(
  "unlike an equal estate is %s",
  (_, code, unlike, written) => {
    const files = {
      "estate.ts": `import example from ${JSON.stringify(join(ROOT, "config/example"))}; import "./team"; export default example;`,
      "estate.members.json": JSON.stringify(["dev-analytics", "prod-analytics"]),
      "team.ts": "export const team = [];",
      "code.ts": code,
      "other.json": JSON.stringify(digests),
    };
    for (const [name, text] of Object.entries(files)) writeFileSync(join(folder, name), text);
    const args = ["--require", "tsx/cjs", "--eval", SCRIPT, folder];
    const env = { ...process.env, ESTATE: join(folder, "estate.ts") };
    expect(Number(execFileSync(process.execPath, args, { cwd: ROOT, env, encoding: "utf8" }))).toBe(unlike);
    expect(JSON.parse(readFileSync(join(folder, "own.json"), "utf8"))).toEqual(written);
  },
  30_000,
);
