import { spawnSync } from "node:child_process";
import { mkdtempSync, rmSync, symlinkSync, utimesSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { TeamClone, teamCommits, THEIRS } from "../../support/team-clone";
import { TYPESCRIPT } from "../../../tools/support/project";

/* After a team has merged a later version (docs/upgrading.md): types, lint, tests of its estate, and a rehearsed plan. */

const ROOT = join(__dirname, "../../..");
const parent = mkdtempSync(join(tmpdir(), "upgrading-"));
const clone = new TeamClone(parent);

beforeAll(() => {
  symlinkSync(join(ROOT, "node_modules"), join(clone.directory, "node_modules"));
  teamCommits(clone);
  expect(run("node", "--require", TYPESCRIPT, "tools/cli/access.ts", "--accept")).toMatchObject({ status: 0 });
  expect(unitTests("estate.test", { UPDATE_ADDRESSES: "1" })).toMatchObject({ status: 0 });
  clone.commit("what we accept", {});
  clone.release();
  expect(clone.merge()).toEqual([]);
  utimesSync(join(clone.directory, "package-lock.json"), 0, 0); // or a command would install into the link
}, 300_000);

afterAll(() => {
  rmSync(parent, { recursive: true, force: true });
});

function run(command: string, ...args: readonly string[]) {
  return runWith({}, command, ...args);
}

/** Runs a program of the merged clone, on its own estate. */
function runWith(variables: NodeJS.ProcessEnv, command: string, ...args: readonly string[]) {
  const program = command === "node" ? process.execPath : join(clone.directory, "node_modules/.bin", command);
  const env = { ...process.env, ESTATE: "", ...variables };
  const { status, stdout, stderr } = spawnSync(program, args, { cwd: clone.directory, env, encoding: "utf8" });
  return { status, output: stdout + stderr };
}

const unitTests = (pattern: string, variables: NodeJS.ProcessEnv = {}) =>
  runWith(variables, "jest", "--selectProjects", "unit", "--maxWorkers=1", "--testPathPatterns", pattern);

test("types and lint are clean", () => {
  expect(run("tsc", "--noEmit")).toEqual({ status: 0, output: "" });
  expect(run("eslint", "config", "custom")).toEqual({ status: 0, output: "" });
  expect(run("knip")).toMatchObject({ status: 0 });
  const own = clone.files().filter((file) => THEIRS.test(file)); // the next version ends each JSON file in an empty line
  expect(run("prettier", "--check", "--ignore-unknown", ...own)).toMatchObject({ status: 0 });
}, 300_000);

test("the laws, the access and the addresses of the team's estate hold, and its own law", () => {
  const { status, output } = unitTests("__tests__/(estate|rules).test", { CI: "true" });
  expect({ status, output }).toMatchObject({ status: 0 });
  expect(output).toContain("2 passed");
  const verbose = unitTests("__tests__/estate.test").output;
  for (const test of [
    "the estate of this clone, config/estate.ts,",
    "keeps the law: every database is in eu-central-1",
    "keeps the law: every queue is encrypted",
    "gives no more access than config/estate.access/baseline.json",
    "has the addresses of config/estate.addresses.txt",
  ])
    expect(verbose).toContain(test);
}, 300_000);

test("a rehearsed plan on top of the former version changes nothing", () => {
  const { status, output } = run(
    "node",
    "--require",
    TYPESCRIPT,
    "tools/cli/plan.ts",
    "--rehearse",
    "--all",
    "--base",
    "HEAD^1",
  );
  expect(output).toMatch(/^estate: config\/estate\.ts with custom\/index\.ts$/m);
  expect(output).toContain("nothing to do");
  expect(output).toContain("live-queue");
  expect(status).toBe(0);
}, 600_000);
