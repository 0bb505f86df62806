import { Command, Option } from "commander";
import { trialVerdict } from "../trial/difference-lines";
import { BINDINGS, renameImports, withAlias, withSuccessor } from "../trial/successor";
import { tryLibraries } from "../trial/try-libraries";
import { runCommand } from "./run-command";

/** The unit tests of what is built with CDKTF: constructs, stacks and their addresses. */
const QUICK = ["--testPathPatterns", "__tests__/(modules|stacks)/", "__tests__/addresses\\.test\\.ts$"];

interface SuccessorOptions {
  readonly rename?: true;
  readonly quick?: true;
}

const command = new Command("npm run successor --")
  .description(
    "Replaces CDKTF by its successor, CDK Terrain, in a temporary copy of the project: checks types, synthesizes every example estate, compares the JSON, and runs the unit tests. Exit code 0 if nothing but metadata differs, 1 otherwise.",
  )
  .addOption(new Option("--quick", "run only the unit tests of modules, stacks and addresses").conflicts("rename"))
  .option(
    "--rename",
    `rename imports to cdktn and @cdktn/provider-aws ${BINDINGS}, and print what differs by resource; no unit tests. Exit code 2 if more than the version of a provider differs`,
  )
  .action((options: SuccessorOptions) =>
    runCommand((signal) => (options.rename ? renamed(signal) : aliased(options, signal)), { usesEstate: false }),
  );

async function aliased({ quick }: SuccessorOptions, signal: AbortSignal): Promise<number> {
  const tests = quick ? QUICK : [];
  const result = await tryLibraries({ change: withAlias, tests, print: console.log, signal });
  const { lines, exitCode } = trialVerdict(result);
  console.log(lines.join("\n"));
  return result.differences.length > 0 ? 1 : exitCode;
}

async function renamed(signal: AbortSignal): Promise<number> {
  const trial = { change: withSuccessor, rename: renameImports, print: console.log, signal };
  const { lines, exitCode } = trialVerdict(await tryLibraries(trial));
  console.log(lines.join("\n"));
  return exitCode;
}

export default command;
if (require.main === module) void command.parseAsync();
