import { Command } from "commander";
import { lockTimeoutOption, parallelOption, profileOption, runCommand, signOption } from "./run-command";
import { planIntoFolder, type PlanFlags } from "./plan-into-folder";
import { addResultOptions, recordResult } from "./run-result";

const command = new Command("npm run destroy --")
  .description(
    "Plans to destroy stacks into a folder for review, like npm run plan. Destroys nothing: npm run apply does, after review. " +
      "Exit code 0: nothing to destroy; 2: something to destroy; 1: a failure.",
  )
  .argument("[selectors...]", "environments, accounts, stack ids, globs of stack ids")
  .option("--all", "every stack", false)
  .addOption(parallelOption())
  .addOption(profileOption())
  .addOption(lockTimeoutOption())
  .addOption(signOption())
  .action((selectors: string[], flags: PlanFlags) =>
    runCommand((signal) =>
      recordResult("destroy", flags, signal, (result) => planIntoFolder("destroy", selectors, flags, signal, result)),
    ),
  );
addResultOptions(command);

export default command;
if (require.main === module) void command.parseAsync();
