import { spawnSync } from "node:child_process";
import { join } from "node:path";

const ROOT = join(__dirname, "../../..");

/** Runs the command with only Node: no Terraform, no AWS. */
function drift(...args: readonly string[]) {
  const { status, stdout, stderr } = spawnSync(
    process.execPath,
    ["--import", "tsx", join(ROOT, "tools/cli/drift.ts"), ...args],
    {
      cwd: ROOT,
      env: { PATH: "", HOME: ROOT, ESTATE: process.env["ESTATE"] },
      encoding: "utf8",
    },
  );
  return { status, stdout, stderr: stderr.trim() };
}

test.each<[readonly string[], RegExp]>([
  [["nothing"], /^no stack is selected by "nothing", expected an environment \(dev, ci, staging, prod\)/],
  [["--json"], /^nothing is selected, expected --all, or any of: an environment/],
  [["--all", "dev"], /^got --all and dev, expected one or the other$/],
  [["dev", "--json"], /^terraform is not on PATH: install Terraform/],
])("%j is refused in one line, with what was expected", (args, says) => {
  const { status, stdout, stderr } = drift(...args);
  expect(stderr).toMatch(says);
  expect(stderr.split("\n")).toHaveLength(1);
  expect(stdout).toBe("");
  expect(status).toBe(1);
});
