import { callCommand } from "./support/call-command";
import { ALONE, expectRefusal, runCommand } from "./support/run-command";

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
  [
    "apply",
    ["plans/none"],
    /^plans\/none is not a plan folder: it has no manifest.json. npm run plan creates one and prints its path.$/,
  ],
  ["plan", ["dev", "--parallel", "0"], /argument '0' is invalid. expected a whole number from 1 to 999/],
])("%s %j is refused in one line, with what was expected", async (command, args, says) => {
  expectRefusal(await callCommand(command, args, ALONE), says);
});

test.each<[string, readonly string[], RegExp]>([
  ["plan", ["dev"], /^terraform is not on PATH: install Terraform/],
  ["apply", ["plans/none"], /^plans\/none is not a plan folder: it has no manifest\.json\./],
  ["destroy", ["dev"], /^terraform is not on PATH: install Terraform/],
])("the process of %s %j ends with exit code 1 and one line, without a stack trace", (command, args, says) => {
  expectRefusal(runCommand(`tools/cli/${command}.ts`, args, ALONE), says);
});
