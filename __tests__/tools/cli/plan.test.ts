import { spawnSync } from "node:child_process";
import { join } from "node:path";

const ROOT = join(__dirname, "../../..");

/** Runs a command with only Node: no Terraform, no AWS. */
function run(command: "plan" | "apply" | "destroy", ...args: readonly string[]) {
  const { status, stdout, stderr } = spawnSync(
    process.execPath,
    ["--import", "tsx", join(ROOT, "tools/cli", `${command}.ts`), ...args],
    {
      cwd: ROOT,
      env: { PATH: "", HOME: ROOT, ESTATE: process.env["ESTATE"] },
      encoding: "utf8",
    },
  );
  return { status, stdout, stderr };
}

test.each<["plan" | "apply" | "destroy", readonly string[], RegExp]>([
  [
    "plan",
    ["nothing", "dev"],
    /^no stack is selected by "nothing", expected an environment \(dev, ci, staging, prod\)/,
  ],
  ["plan", [], /^nothing is selected, expected --all, or any of: an environment/],
  ["destroy", ["--all", "dev"], /^got --all and dev, expected one or the other$/],
  ["plan", ["dev", "--base", "main"], /^--base main requires --rehearse$/],
  ["plan", ["dev"], /^terraform is not on PATH: install Terraform/],
  [
    "apply",
    ["plans/none"],
    /^plans\/none is not a plan folder: it has no manifest.json. npm run plan creates one and prints its path.$/,
  ],
  ["plan", ["dev", "--parallel", "0"], /argument '0' is invalid. expected a whole number from 1 to 999/],
])("%s %j is refused in one line, with what was expected", (command, args, says) => {
  const { status, stdout, stderr } = run(command, ...args);
  expect(stderr.trim()).toMatch(says);
  expect(stderr.trim().split("\n")).toHaveLength(1);
  expect(stdout).toBe("");
  expect(status).toBe(1);
});
