import { expectRefusal, runAlone } from "./support/run-command";

test.each<[readonly string[], RegExp]>([
  [["nothing"], /^no stack is selected by "nothing", expected an environment \(dev, ci, staging, prod\)/],
  [["--json"], /^nothing is selected, expected --all, or any of: an environment/],
  [["--all", "dev"], /^got --all and dev, expected one or the other$/],
  [["dev", "--json"], /^terraform is not on PATH: install Terraform/],
])("%j is refused in one line, with what was expected", (args, says) => {
  expectRefusal(runAlone("drift", args), says);
});
