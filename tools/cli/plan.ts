import { Command, Option } from "commander";
import { lockTimeoutOption, parallelOption, profileOption, runCommand, signOption } from "./run-command";
import { planIntoFolder, type PlanFlags } from "./plan-into-folder";
import { addResultOptions, recordResult } from "./run-result";

const command = new Command("npm run plan --")
  .description(
    "Plans stacks into a folder for review, which npm run apply applies exactly as it is. Exit code 0: nothing to do; 2: changes; 1: a failure.",
  )
  .argument("[selectors...]", "environments, accounts, stack ids, globs of stack ids")
  .option("--all", "every stack", false)
  .option(
    "--affected <ref>",
    "only the stacks that differ from the merge base of HEAD and this ref; default selection: every stack",
  )
  .option(
    "--rehearse",
    "plan on an emulator with the stacks of the base; needs no AWS credentials; the plan cannot be applied",
    false,
  )
  .addOption(
    new Option(
      "--base <ref>",
      "with --rehearse: the commit to plan on top of; default: the base of --affected, else the main branch",
    ),
  )
  .addOption(parallelOption())
  .addOption(profileOption())
  .addOption(lockTimeoutOption())
  .addOption(signOption())
  .action((selectors: string[], flags: PlanFlags) =>
    runCommand((signal) =>
      recordResult("plan", flags, signal, (result) => planIntoFolder("plan", selectors, flags, signal, result)),
    ),
  );
addResultOptions(command);

export default command;
if (require.main === module) void command.parseAsync();
