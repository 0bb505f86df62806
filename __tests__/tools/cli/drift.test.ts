import { callCommand } from "./support/call-command";
import { ALONE, expectRefusal } from "./support/run-command";

test.each<[readonly string[], RegExp]>([
  [["nothing"], /^no stack is selected by "nothing", expected an environment \(dev, ci, staging, prod\)/],
  [["--json"], /^nothing is selected, expected --all, or any of: an environment/],
  [["--all", "dev"], /^got --all and dev, expected one or the other$/],
  [["dev"], /^terraform is not on PATH: install Terraform/],
  [["dev", "--json"], /^terraform is not on PATH: install Terraform/],
  [["nothing", "--unmanaged"], /^no stack is selected by "nothing", expected an environment/],
  [
    ["dev", "--unmanaged", "--markdown", "pages"],
    /^error: option '--unmanaged' cannot be used with option '--markdown/,
  ],
])("%j is refused in one line, with what was expected", async (args, says) => {
  expectRefusal(await callCommand("drift", args, ALONE), says);
});
