import { existsSync, mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { compileFunction } from "node:vm";
import { findAffected, type Affected } from "../../../tools/plans/affected";
import type * as synth from "../../../tools/synth/synth";
import { estateWith } from "../../config/estate-fixture";
import { writeOutput, type SynthesizedStack } from "../terraform/support/synthesized-output";
import { temporaryFolder } from "../terraform/support/temporary-folder";
import { estateFrom } from "../../support/estates";
import { TestRepository } from "./support/test-repository";

/* A project whose estate file names the folder of its synthesized output. Its main.ts is plain JavaScript. */

const MAIN = `
  const { appendFileSync, cpSync, readFileSync, writeFileSync } = require("node:fs");
  appendFileSync(process.env.ESTATE_RUNS, process.argv.slice(2, 3).join() + ";");
  const { from, digests = {} } = JSON.parse(readFileSync(process.env.ESTATE, "utf8"));
  if (process.argv[2] === "--unlike") writeFileSync(process.argv[3], JSON.stringify(digests));
  cpSync(from, process.env.CDKTF_OUTDIR, { recursive: true });
`;

/** Whether main.ts runs in a process of its own, which Node takes a tenth of a second to start. */
let inProcesses = false;
jest.mock("../../../tools/synth/synth", () => {
  const real = jest.requireActual<typeof synth>("../../../tools/synth/synth");
  const synthesizeAsync: typeof real.synthesizeAsync = (...given) =>
    inProcesses ? real.synthesizeAsync(...given) : runMain(...given);
  return { ...real, synthesizeAsync };
});

async function runMain(...[outdir, options]: Parameters<typeof synth.synthesizeAsync>): Promise<void> {
  const { root = "", estate: ESTATE, select = [] } = options ?? {};
  await Promise.resolve();
  rmSync(outdir, { recursive: true, force: true });
  const main = compileFunction(readFileSync(join(root, "main.ts"), "utf8"), ["process", "require"]) as (
    ...given: readonly unknown[]
  ) => void;
  main({ env: { ...process.env, ESTATE, CDKTF_OUTDIR: outdir }, argv: ["node", "main.ts", ...select] }, require);
}

let repository: TestRepository;
afterEach(() => {
  inProcesses = false;
  expect(repository.worktrees).toEqual([repository.directory]);
});
const folder = temporaryFolder();

const estate = estateFrom(estateWith());
const READS = {
  terraform_remote_state: { network: { config: { bucket: "states-111111111111", key: "dev-network.tfstate" } } },
};
const NETWORK: SynthesizedStack = { resource: { aws_vpc: { vpc: { cidr_block: "10.0.0.0/20" } } } };
const STACKS: Readonly<Record<string, SynthesizedStack>> = {
  "dev-application": { json: { data: READS } },
  "dev-network": NETWORK,
  "dev-iam": {},
};

let outputs = 0;
const nextOutput = () => join(folder(), `output-${outputs++}`);
const output = (stacks: Readonly<Record<string, SynthesizedStack>>) => writeOutput(nextOutput(), stacks);
const content = (stacks: Readonly<Record<string, SynthesizedStack>>, folder = nextOutput()) => ({
  "estate.json": JSON.stringify({ from: writeOutput(folder, stacks) }),
});
const wider = { ...STACKS, "dev-network": { resource: { aws_vpc: { vpc: { cidr_block: "10.0.0.0/16" } } } } };

function find(ref?: string, estateFile = join(repository.directory, "estate.json")): Promise<Affected> {
  const root = repository.directory;
  return findAffected({ root, ref, option: "--base", estate, estateFile, directory: join(folder(), "run") });
}

const reasons = ({ affected }: Affected) => Object.fromEntries(affected.map(({ id, reasons }) => [id, reasons]));

/** On a new branch `change`. Its output is in a folder that outlives the tests. */
let prepared: TestRepository;
let base: string;
beforeAll(() => {
  const parent = mkdtempSync(join(tmpdir(), "prepared-"));
  prepared = new TestRepository(join(parent, "project"));
  base = prepared.commit({
    ".gitignore": "node_modules\nlocal.ts\nplans",
    "node_modules/.keep": "",
    "package.json": "{}",
    "main.ts": MAIN,
    ...content(STACKS, join(parent, "output")),
  });
  prepared.git("checkout", "-qb", "change");
});
afterAll(() => {
  rmSync(dirname(prepared.directory), { recursive: true });
});

beforeEach(() => {
  repository = new TestRepository(join(folder(), "project"), prepared);
  process.env["ESTATE_RUNS"] = join(folder(), "runs");
});

test("lists changed stacks and their readers in the estate's order, with the compared commits", async () => {
  inProcesses = true;
  const head = repository.commit(content(wider));
  const found = await find("main");
  expect(found).toMatchObject({ base, head, removed: [], notes: [] });
  expect(found.affected).toEqual([
    { id: "dev-network", reasons: ["aws_vpc.vpc: cidr_block"] },
    { id: "dev-application", reasons: ["reads the state of dev-network"] },
  ]);
  expect(found.stacks.map(({ id }) => id)).toEqual(["dev-iam", "dev-network", "dev-application"]);
});

test("later commits on the base are not part of the change", async () => {
  repository.git("checkout", "-q", "main");
  repository.commit(content(wider));
  repository.git("checkout", "-q", "change");
  repository.commit({ "README.md": "words" });
  expect((await find("main")).affected).toEqual([]);
});

test("uncommitted changes count, and then there is no head commit", async () => {
  repository.write(content(wider));
  const found = await find();
  expect(found.head).toBeUndefined();
  expect(Object.keys(reasons(found))).toEqual(["dev-network", "dev-application"]);
});

test("the other commit is synthesized by its own code", async () => {
  inProcesses = true;
  const other = output({ ...STACKS, "dev-iam": { resource: { aws_iam_role: { r: {} } } } });
  repository.commit({ "main.ts": MAIN.replace("cpSync(from", `cpSync(${JSON.stringify(other)}`) });
  expect(reasons(await find("main"))).toEqual({ "dev-iam": ["aws_iam_role.r is new"] });
});

describe("of each stack, only the inputs are compared first", () => {
  /** The first argument of main.ts in each run. */
  const runs = () => readFileSync(join(folder(), "runs"), "utf8");

  test("if nothing but the estate file and its record differ", async () => {
    // What commands write, and packages, are no code.
    repository.write({ "plans/one/plan.json": "", "tools/node_modules/one/index.js": "" });
    repository.commit({ ...content(wider), "estate.members.json": "[]" });
    expect(Object.keys(reasons(await find("main")))).toEqual(["dev-network", "dev-application"]);
    expect(runs()).toBe("--unlike;--unlike;");
  });

  test.each([
    ["code", { "stacks/other.ts": "" }],
    ["another file", { "README.md": "words" }],
  ])("but not if %s differs too", async (_, files) => {
    repository.commit({ ...content(wider), ...files });
    await find("main");
    expect(runs()).toBe(";;");
  });

  test.each([
    ["in the code", "modules/local.ts"],
    ["elsewhere in the project", "data/local.ts"],
  ])("but not if git ignores a file %s, which the checkout of the other commit lacks", async (_, path) => {
    repository.write({ [path]: "" });
    repository.commit(content(wider));
    await find("main");
    expect(runs()).toBe(";;");
  });

  test("and a stack with the same input, which a plan of others needs, does not count", async () => {
    const { "dev-iam": iam, "dev-network": network, ...others } = STACKS;
    const same = { "dev-iam": "same" };
    const file = (stacks: Readonly<Record<string, SynthesizedStack>>, digests: object) => ({
      "estate.json": JSON.stringify({ from: output(stacks), digests }),
    });
    repository.git("checkout", "-q", "main");
    repository.commit(file({ "dev-network": network ?? {}, ...others }, { ...same, "dev-network": "then" }));
    repository.git("checkout", "-qB", "change");
    repository.commit(file({ ...wider, "dev-iam": iam ?? {} }, { ...same, "dev-network": "now" }));
    const found = await find("main");
    expect(Object.keys(reasons(found))).toEqual(["dev-network", "dev-application"]);
    expect(found.removed).toEqual([]);
    expect(found.stacks.map(({ id }) => id)).toContain("dev-iam");
  });

  test("and a process whose other one fails does not wait for it", async () => {
    inProcesses = true;
    repository.git("checkout", "-q", "main");
    const main = `if (process.argv[4].endsWith("present.digests.json")) process.exit(1); ${MAIN}`;
    const waits = `const { existsSync } = require("node:fs"); while (!existsSync(process.argv[4])); `;
    repository.commit({ "main.ts": main.replace("cpSync(", `${waits}cpSync(`) });
    repository.git("checkout", "-qB", "change");
    repository.commit(content(wider));
    await expect(find("main")).rejects.toThrow("can't be synthesized");
  });
});

test("synthesizes nothing if no file differs", async () => {
  const head = repository.commit();
  expect(await find("main")).toEqual({ base, head, stacks: [], total: 0, affected: [], removed: [], notes: [] });
  expect(existsSync(join(folder(), "runs"))).toBe(false);
  repository.write({ "README.md": "words" });
  expect((await find("main")).stacks).toHaveLength(3);
  expect(existsSync(join(folder(), "runs"))).toBe(true);
});

test("a new stack names the commit that lacks it, and a removed stack is listed", async () => {
  repository.commit(content({ "dev-network": NETWORK, "dev-iam": {}, "dev-database": {} }));
  const found = await find("main");
  expect(reasons(found)).toEqual({ "dev-database": [`new: ${base.slice(0, 12)} does not have this stack`] });
  expect(found.removed).toEqual(["dev-application"]);
});

test("if the base lacks the estate file, every stack is new, committed or not", async () => {
  const file = join(repository.directory, "other.json");
  repository.write({
    "other.json": content({ "dev-iam": {} })["estate.json"],
    ".git/info/exclude": "other.json",
  });
  const found = await find("main", file);
  expect(reasons(found)).toEqual({ "dev-iam": [`new: ${base.slice(0, 12)} does not have other.json`] });
  expect(found.notes).toEqual([`note: commit ${base.slice(0, 12)} does not have other.json: every stack is new`]);
  expect(found.removed).toEqual([]);
});

test("an estate file outside the project is used for both commits, with a note", async () => {
  const file = join(folder(), "estate.json");
  new TestRepository(folder()).write(content(STACKS));
  repository.commit({ "README.md": "words" });
  const found = await find("main", file);
  expect(found.affected).toEqual([]);
  expect(found.notes).toEqual([
    `note: ${file} is outside the project: only changes of the code are compared, not those of this file`,
  ]);
});

test("if both commits fail, the present error is reported after the checkout is removed", async () => {
  inProcesses = true;
  repository.git("checkout", "-q", "main");
  repository.commit({ "main.ts": `console.error("then"); process.exitCode = 1;` });
  repository.git("checkout", "-qb", "more");
  repository.commit({ "main.ts": `console.error("now"); process.exitCode = 1;` });
  await expect(find("main")).rejects.toThrow(/^now$/);
  repository.commit({ "main.ts": MAIN });
  await expect(find("main")).rejects.toThrow(/^the base, commit [0-9a-f]{12}, can't be synthesized: then$/);
});
