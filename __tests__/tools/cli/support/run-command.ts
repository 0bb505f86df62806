import { spawnSync } from "node:child_process";
import { symlinkSync } from "node:fs";
import { join } from "node:path";
import { ROOT, TYPESCRIPT } from "../../../../tools/support/project";
import { type Ended, withoutEstateLine } from "../../../support/in-process";
import { FakeTerraform } from "../../terraform/support/fake-terraform";
import { temporaryFolder } from "../../terraform/support/temporary-folder";

/** Runs a script of the project with this environment alone. The project is another folder than ours if one is named. */
export function runCommand(script: string, args: readonly string[], env: NodeJS.ProcessEnv, project = ROOT): Ended {
  const command = ["--require", TYPESCRIPT, join(project, script), ...args];
  const { status, stdout, stderr } = spawnSync(process.execPath, command, { cwd: project, env, encoding: "utf8" });
  return withoutEstateLine({ status, stdout, stderr });
}

/** A refusal ends with exit code 1 and prints one line, on standard error. */
export function expectRefusal({ status, stdout, stderr }: Ended, message: RegExp): void {
  expect(stderr.trim()).toMatch(message);
  expect(stderr.trim().split("\n")).toHaveLength(1);
  expect({ status, stdout }).toEqual({ status: 1, stdout: "" });
}

/** Settings of Terraform that take the provider of this machine out of the tests. */
export const NO_MIRROR = { TF_CLI_CONFIG_FILE: join(ROOT, "__tests__/fixtures/no-mirror.tfrc") };

/** The variables of a command with only Node, on the estate of the tests. */
export const ALONE: NodeJS.ProcessEnv = { PATH: "", HOME: ROOT, ESTATE: process.env["ESTATE"], ...NO_MIRROR };

/** A new folder for each test, which is a PATH with only Node. */
export function folderWithNode(): () => string {
  const folder = temporaryFolder();
  beforeEach(() => {
    symlinkSync(process.execPath, join(folder(), "node"));
  });
  return folder;
}

/** A fake Terraform of a version that the project supports. */
export function supportedTerraform(folder: string): FakeTerraform {
  const terraform = new FakeTerraform(folder);
  terraform.answer("version", { stdout: '{"terraform_version":"1.11.4"}' });
  return terraform;
}
