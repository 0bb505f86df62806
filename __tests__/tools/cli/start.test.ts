import { chmodSync, readdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { stacksOf } from "../../../config/layout";
import { loadEstate } from "../../../config/load";
import { callCommand } from "./support/call-command";
import { expectRefusal, folderWithNode, runCommand } from "./support/run-command";

/** A PATH with only Node, and programs that a test adds. */
const bin = folderWithNode();

function program(name: string, script: string): void {
  writeFileSync(join(bin(), name), `#!/bin/sh\n${script}\n`);
  chmodSync(join(bin(), name), 0o755);
}

const variables = () => ({ PATH: bin(), HOME: bin(), TMPDIR: bin(), ESTATE: process.env["ESTATE"] });

const start = (args: readonly string[], env: NodeJS.ProcessEnv = {}) =>
  callCommand("start", args, { ...variables(), ...env });

test("--synth-only needs only Node: a line for each stack with account, resources and state key", () => {
  const { status, stdout, stderr } = runCommand("tools/cli/start.ts", ["--synth-only"], variables());
  expect({ status, stderr }).toEqual({ status: 0, stderr: "" });
  const [head, ...lines] = stdout.trim().split("\n");
  expect(head).toMatch(/^stack +account +resources +state key +seconds$/);
  expect(lines).toHaveLength(stacksOf(loadEstate()).length);
  expect(stdout).toMatch(/^dev-network +222222222222 +23 +dev\/network\.tfstate +-$/m);
  expect(readdirSync(bin()).filter((name) => name.startsWith("synth-only-"))).toEqual([]);
});

test("--synth-only of an environment lists only its stacks", async () => {
  const { stdout } = await start(["--synth-only", "ci"]);
  expect(stdout).toMatch(/^ci-network/m);
  expect(stdout).toMatch(/^master-iam/m);
  expect(stdout).not.toMatch(/^(dev|staging|prod)/m);
});

describe("a missing tool is reported in one line with the remedy, before anything starts", () => {
  const refused = async (env: NodeJS.ProcessEnv = {}) => {
    const refusal = await start([], env);
    expectRefusal(refusal, /./);
    return refusal.stderr.trim();
  };

  test("no Terraform", async () => {
    expect(await refused()).toMatch(/^terraform is not on PATH: install Terraform 1\.11\.0 or newer \(https:/);
  });

  test("an old Terraform", async () => {
    program("terraform", `echo '{"terraform_version":"1.10.5"}'`);
    expect(await refused()).toMatch(
      /^terraform 1\.11\.0 or newer is needed: found 1\.10\.5 .*; install Terraform 1\.11\.0 or newer/,
    );
  });

  test("no Python", async () => {
    program("terraform", `echo '{"terraform_version":"1.11.4"}'`);
    expect(await refused()).toMatch(/^python3 is missing \(not on PATH\).*: install Python 3\.10 or newer/);
  });

  test("no emulator at EMULATOR_URL", async () => {
    program("terraform", `echo '{"terraform_version":"1.11.4"}'`);
    expect(await refused({ EMULATOR_URL: "http://127.0.0.1:1" })).toMatch(
      /^EMULATOR_URL names http:\/\/127\.0\.0\.1:1, but no server answers there/,
    );
    expect(await refused({ EMULATOR_URL: "https://aws.example.com" })).toBe(
      'EMULATOR_URL must be http://127.0.0.1:<port>, got "https://aws.example.com"',
    );
  });
});

test.each([
  [["qa"], "no environment qa; known: dev, ci, staging, prod"],
  [["--all", "dev"], "got --all and dev, expected one or the other"],
  [
    ["--parallel", "many"],
    "error: option '--parallel <n>' argument 'many' is invalid. expected a whole number from 1 to 999.",
  ],
  [["--destory"], "error: unknown option '--destory'"],
])("npm start -- %j is refused with exit code 1", async (args, message) => {
  const { status, stdout, stderr } = await start(args);
  expect(status).toBe(1);
  expect(stderr).toContain(message);
  expect(stderr).not.toMatch(/^ +at /m);
  expect(stdout).toBe("");
});

test("an invalid estate is reported", async () => {
  const { status, stderr } = await start([], { ESTATE: "nowhere.json" });
  expect(status).toBe(1);
  expect(stderr).toMatch(
    /^the estate is not valid \(nowhere\.json\):\n {2}the file +must be an existing file, got no file/,
  );
});
