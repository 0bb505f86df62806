import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { ROOT } from "../../../tools/support/project";
import { temporaryFolder } from "../terraform/support/temporary-folder";
import { callCommand } from "./support/call-command";
import { ALONE, expectRefusal } from "./support/run-command";

test.each<[string, readonly string[], RegExp]>([
  [
    "plan",
    ["nothing", "dev"],
    /^no stack is selected by "nothing", expected an environment \(dev, ci, staging, prod\)/,
  ],
  ["plan", [], /^nothing is selected, expected --all, or any of: an environment/],
  ["destroy", ["--all", "dev"], /^got --all and dev, expected one or the other$/],
  ["plan", ["dev", "--base", "main"], /^--base main requires --rehearse$/],
  ["plan", ["dev", "--sign", "key"], /^ssh-keygen can't be started: found ENOENT; install OpenSSH 8\.9 or later/],
  ["destroy", ["dev", "--sign", "key"], /^ssh-keygen can't be started: found ENOENT; install OpenSSH 8\.9 or later/],
  ["plan", ["dev"], /^terraform is not on PATH: install Terraform/],
  ["destroy", ["dev"], /^terraform is not on PATH: install Terraform/],
  [
    "apply",
    ["plans/none"],
    /^plans\/none is not a plan folder: it has no manifest.json. npm run plan creates one and prints its path.$/,
  ],
  ["plan", ["dev", "--parallel", "0"], /argument '0' is invalid. expected a whole number from 1 to 999/],
])("%s %j is refused in one line, with what was expected", async (command, args, says) => {
  expectRefusal(await callCommand(command, args, ALONE), says);
});

const folder = temporaryFolder();

test.each<[string, readonly string[]]>([
  ["plan", ["dev"]],
  ["apply", ["plans/none"]],
  ["destroy", ["dev"]],
  ["drift", ["dev"]],
  ["bootstrap", ["dev"]],
  ["adopt", ["dev"]],
  ["start", []],
])("%s leaves its result in the file of --result, although it fails", async (command, args) => {
  const file = join(folder(), "result.json");
  const { status, stderr } = await callCommand(command, [...args, "--result", file], ALONE);
  const result = JSON.parse(readFileSync(file, "utf8")) as Record<string, unknown>;
  expect({ status, error: stderr.trim().split("\n").at(-1) }).toEqual({ status: 1, error: result["error"] });
  expect(result).toMatchObject({ format: 1, command, status: "failed", exitCode: 1 });
});

test("every command that shows stacks while it runs takes --result", () => {
  const texts = readdirSync(join(ROOT, "tools/cli")).map((name) => readFileSync(join(ROOT, "tools/cli", name), "utf8"));
  const commands = texts.filter((text) => text.includes(" new Command(") && /\bview: |createView\(/.test(text));
  expect(commands.length).toBeGreaterThan(4);
  expect(commands.filter((text) => !text.includes("addResultOptions(command);"))).toEqual([]);
});
