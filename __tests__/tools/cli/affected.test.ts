import { execFileSync, spawn } from "node:child_process";
import { existsSync, mkdirSync, mkdtempSync, readdirSync, realpathSync, rmSync, symlinkSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { copyProject } from "../../../tools/bench/affected";
import { estateOfSize } from "../../../tools/bench/estate-of-size";
import type { EstateFile } from "../../../config/schema";
import type { PipelineMatrix } from "../../../tools/plans/pipeline-matrix";
import { TestRepository } from "../plans/support/test-repository";
import { found } from "../../support/estates";
import { callCommand } from "./support/call-command";
import { expectRefusal, NO_MIRROR, runCommand } from "./support/run-command";
import { TYPESCRIPT } from "../../../tools/support/project";

/* Runs the commands in a copy of the project with only git and Node: no Terraform, no AWS. */

const parent = realpathSync(mkdtempSync(join(tmpdir(), "affected-")));
const bin = join(parent, "bin");
let project: TestRepository;

const ESTATE = "config/team.json";
const estate = (change: (file: EstateFile) => void = () => undefined) => {
  const file = estateOfSize(2);
  change(file);
  return { [ESTATE]: JSON.stringify(file) };
};
const charged = estate((file) => (found(file.environments, "env-2").chargeCode = "other"));

function environment(): NodeJS.ProcessEnv {
  return { PATH: bin, HOME: parent, TMPDIR: parent, ESTATE, CI: "true", ...NO_MIRROR };
}

const call = (command: "affected" | "plan" | "destroy", ...args: readonly string[]) =>
  callCommand(command, args, environment(), { project: project.directory });

beforeAll(() => {
  mkdirSync(bin);
  const git = execFileSync("sh", ["-c", "command -v git"], { encoding: "utf8" }).trim();
  symlinkSync(git, join(bin, "git"));
  symlinkSync(process.execPath, join(bin, "node"));
  // Each command compares and checks out every file of the copy: half of them belong to no command.
  copyProject(join(parent, "project"), ["__tests__", "docs"]);
  project = new TestRepository(join(parent, "project"));
  project.commit(estate());
});

beforeEach(() => {
  project.git("checkout", "-q", "-B", "change", "main");
});

afterEach(() => {
  expect(project.worktrees).toEqual([project.directory]);
  const runs = join(project.directory, ".cache/affected");
  expect(existsSync(runs) ? readdirSync(runs) : []).toEqual([]);
  project.git("reset", "-q", "--hard");
  rmSync(join(project.directory, ".cache"), { recursive: true, force: true });
});

afterAll(() => {
  rmSync(parent, { recursive: true, force: true });
});

test("--json prints one line for pipelines: the stacks of the changed environment in waves", () => {
  const base = project.git("rev-parse", "main");
  const head = project.commit(charged);
  const args = ["--base", "main", "--json"];
  const { status, stdout, stderr } = runCommand("tools/cli/affected.ts", args, environment(), project.directory);
  expect(stderr).toBe("");
  expect(status).toBe(0);
  expect(stdout.trimEnd().split("\n")).toHaveLength(1);
  const matrix = JSON.parse(stdout) as PipelineMatrix;
  expect(matrix).toMatchObject({ base, head, count: 4, gone: [] });
  expect(matrix.waves.map(({ include }) => include.map(({ stack }) => stack))).toEqual([
    ["env-2-network", "env-2-application", "env-2-master-role"],
    ["env-2-database"],
  ]);
  expect(matrix.waves[1]?.include[0]).toEqual({
    ...{ stack: "env-2-database", environment: "env-2", deployment: "env-2" },
    ...{ account: "main-2", accountId: "100000000002" },
    ...{ role: "arn:aws:iam::100000000002:role/bench-pipeline-plan", region: "eu-west-1" },
    reasons: ["the provider: default_tags", "reads the state of env-2-network"],
  });
});

test("prints the stacks with reasons, and the command that plans them", async () => {
  project.write(charged);
  const { status, stdout, stderr } = await call("affected");
  expect({ status, stderr }).toEqual({ status: 0, stderr: "" });
  expect(stdout).toMatch(/^uncommitted files, compared with [0-9a-f]{12}, the merge base with the main branch\n/);
  expect(stdout).toMatch(/^env-2-database +the provider: default_tags\n +reads the state of env-2-network$/m);
  expect(stdout).toMatch(/\n4 of 15 stacks are affected\nnext: npm run plan -- --affected [0-9a-f]{12}\n$/);
});

test.each<[string, readonly string[], RegExp]>([
  ["affected", ["--base", "nothing"], /^--base must be a commit, a branch or a tag, got "nothing"\. Correct it, .*$/],
  ["affected", ["--base", ""], /^--base must be a commit, a branch or a tag, got ""\. Correct it, .*$/],
  ["affected", ["main"], /^error: too many arguments/],
  [
    "plan",
    ["--affected", "nothing"],
    /^--affected must be a commit, a branch or a tag, got "nothing"\. Correct it, .*$/,
  ],
  ["plan", ["--affected", "main", "nothing"], /^no stack is selected by "nothing"/],
  ["plan", ["--affected", "main", "--base", "main"], /^--base main requires --rehearse$/],
  ["destroy", ["--affected", "main"], /^error: unknown option '--affected'/],
])("%s %j is refused in one line", async (command, args, says) => {
  expectRefusal(await call(command as "plan", ...args), says);
});

test("an invalid estate in the base is reported as the base's", async () => {
  project.commit(estate((file) => (found(file.environments, "env-2").account = "nowhere")));
  const base = project.git("rev-parse", "HEAD");
  project.commit(estate());
  const { status, stdout, stderr } = await call("affected", "--base", base, "--json");
  expect(stderr).toMatch(
    /^the base, commit [0-9a-f]{12}, can't be synthesized: the estate is not valid \(config\/team\.json\):\n {2}environments/,
  );
  expect(stderr).not.toMatch(/^ +at /m);
  expect({ status, stdout }).toEqual({ status: 1, stdout: "" });
});

describe("plan --affected", () => {
  test("plans nothing if no stack is affected, without Terraform", async () => {
    project.commit({ "README.md": "words" });
    const { status, stdout, stderr } = await call("plan", "--affected", "main");
    expect({ status, stderr }).toEqual({ status: 0, stderr: "" });
    expect(stdout).toMatch(/\nno stack is affected\nnothing to plan\n$/);
  });

  test("plans only the affected stacks of the selection", async () => {
    project.commit(charged);
    const { status, stdout } = await call("plan", "--affected", "main", "env-1", "*-iam");
    expect(status).toBe(0);
    expect(stdout).toMatch(/\n4 of 15 stacks are affected\nnothing to plan: no stack of env-1, \*-iam is affected\n$/);
  });

  test("requires Terraform only after it has printed the affected stacks", async () => {
    project.commit(charged);
    const { status, stdout, stderr } = await call("plan", "--affected", "main", "env-2-network");
    expect(stdout).toMatch(/^env-2-network +the provider: default_tags$/m);
    expect(stderr).toMatch(/^terraform is not on PATH: install Terraform/);
    expect(status).toBe(1);
  });
});

test("Ctrl-C ends it cleanly: exit code 130, and no file is left", async () => {
  project.commit(charged);
  const child = spawn(process.execPath, ["--require", TYPESCRIPT, "tools/cli/affected.ts", "--base", "main"], {
    ...{ cwd: project.directory, env: environment(), stdio: "ignore" },
    detached: true, // a group of its own: the terminal's Ctrl-C goes to all of it
  });
  const ended = new Promise((resolve) => child.once("close", resolve));
  const runs = join(project.directory, ".cache/affected");
  const isCheckedOut = () =>
    existsSync(runs) && readdirSync(runs).some((run) => existsSync(join(runs, run, "checkout")));
  while (!isCheckedOut() && child.exitCode === null) await sleep(10);
  process.kill(-(child.pid ?? 0), "SIGINT");
  expect(await ended).toBe(130);
}, 30_000);

test("no file but the estate's was written", () => {
  project.write(estate());
  expect(project.git("status", "--porcelain")).toBe("");
});
