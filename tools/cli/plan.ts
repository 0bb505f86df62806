import { Command, Option } from "commander";
import { parallelOption, profileOption, runCommand } from "./run-command";
import { planIntoFolder, type PlanFlags } from "./plan-into-folder";

const command = new Command("npm run plan --")
  .description(
    "Plans stacks into a folder that can be reviewed, and applied exactly as it is. Exit code 0: nothing to do; 2: changes; 1: a failure.",
  )
  .argument("[selectors...]", "environments, accounts, stack ids, globs of stack ids")
  .option("--all", "every stack", false)
  .option(
    "--affected <ref>",
    "of these, or of all where none is selected, what differs from the commit at which HEAD left this one",
  )
  .option(
    "--rehearse",
    "plan on an emulator that holds what the base describes: needs no AWS credentials, and can't be applied",
    false,
  )
  .addOption(
    new Option(
      "--base <ref>",
      "with --rehearse: the commit to plan on top of; default: what --affected compares with, else the main branch",
    ),
  )
  .addOption(parallelOption())
  .addOption(profileOption())
  .action((selectors: string[], flags: PlanFlags) =>
    runCommand((signal) => planIntoFolder("plan", selectors, flags, signal)),
  );

void command.parseAsync();
