import { join, relative } from "node:path";
import { Command } from "commander";
import { bootstrapAccounts, planBootstraps, type BootstrapOptions } from "../accounts/bootstrap";
import { selectAccounts } from "../accounts/each-account";
import { stacksOf } from "../../config/layout";
import { loadEstate } from "../../config/load";
import { UserError } from "../../config/user-error";
import { listIn } from "../../config/maps";
import type { Estate } from "../../config/model";
import { optInAccounts, printWaiting } from "../../config/waiting";
import { preflights } from "../plans/preflight";
import { openAwsRun } from "../terraform/aws/aws-run";
import { synthesizeStacks } from "../synth/synth";
import { bootstrappedLines, nextLines, plannedLines } from "./bootstrap-report";
import { parallelOption, profileOption, runCommand } from "./run-command";
import { addResultOptions, recordResult, type ResultFlags, type RunResult } from "./run-result";
import { CACHE, ROOT, finishRun, newRunDirectory } from "../support/project";

/** The folder of local states until they are moved into the bucket. */
const LOCAL_STATES = join(ROOT, "births");

interface Flags extends ResultFlags {
  readonly all: boolean;
  readonly dryRun: boolean;
  readonly parallel?: number;
  readonly profile?: string;
}

const command = new Command("npm run bootstrap --")
  .description(
    "Creates what an account needs first: the bucket for its states and the roles of its pipelines. Can be run again after any failure.",
  )
  .argument("[accounts...]", "names of accounts")
  .option("--all", "every account", false)
  .option("--dry-run", "show what would be done, and what would make the first applies fail; change nothing", false)
  .addOption(profileOption())
  .addOption(parallelOption())
  .action((names: string[], flags: Flags) =>
    runCommand((signal) =>
      recordResult("bootstrap", flags, signal, (result) => bootstrap(names, flags, signal, result)),
    ),
  );
addResultOptions(command);

async function bootstrap(
  names: readonly string[],
  flags: Flags,
  signal: AbortSignal,
  result: RunResult,
): Promise<number> {
  // States, stacks and logs may contain secrets: only the owner may read them.
  process.umask(0o077);
  const estate = loadEstate();
  const { accounts, waiting } = selectAccounts(estate, names, flags.all);
  const aws = await openAwsRun({ estate, cacheDirectory: CACHE, profile: flags.profile });
  printWaiting({ ...estate, waiting: estate.waiting.filter(({ account }) => waiting.includes(account)) });
  // An account that is named but waits is a failure.
  const unmet = !flags.all && waiting.length > 0;
  if (accounts.length === 0) return unmet ? 1 : 0;

  result.select(stacksOf(estate).filter(({ name, account }) => name === "bootstrap" && accounts.includes(account)));
  const directory = newRunDirectory(join(CACHE, "bootstrap"));
  const stacks = await synthesizeStacks(directory);
  const logDir = join(directory, "logs");
  const options: BootstrapOptions = {
    ...{ accounts, aws, stacks, logDir, signal, parallel: flags.parallel },
    localStatesDirectory: LOCAL_STATES,
    optInRegions: optInRegionsIn(estate),
    view: result.view(),
  };
  const isDone = await (flags.dryRun ? printPlanned(options, result) : printBootstrapped(options, estate, result));
  console.log(`\nlogs: ${relative(process.cwd(), logDir)}`);
  return isDone && !unmet ? 0 : 1;
}

function optInRegionsIn(estate: Estate): Map<string, string[]> {
  const byAccount = new Map<string, string[]>();
  for (const [region, accounts] of optInAccounts(estate))
    for (const { name } of accounts) listIn(byAccount, name).push(region);
  return byAccount;
}

async function printPlanned(options: BootstrapOptions, result: RunResult): Promise<boolean> {
  const planned = await planBootstraps(options);
  result.take(planned.map((each) => ({ ...each, id: each.stack.id })));
  const found = await preflights({ ...options, env: options.aws.env });
  for (const report of planned) {
    const preflight = found.find(({ account }) => account === report.account);
    for (const line of plannedLines(report, preflight)) console.log(line);
  }
  console.log("\nnothing was changed: this was a dry run");
  if (planned.every((each) => each.status !== "refused" || each.error instanceof UserError)) finishRun();
  return planned.every(({ status }) => status === "planned") && found.every(({ problems }) => problems.length === 0);
}

async function printBootstrapped(
  options: BootstrapOptions,
  estate: Parameters<typeof nextLines>[1],
  result: RunResult,
): Promise<boolean> {
  const bootstrapped = await bootstrapAccounts(options);
  result.take(bootstrapped.map((each) => ({ ...each, id: each.stack.id })));
  for (const line of [...bootstrapped.flatMap(bootstrappedLines), ...nextLines(bootstrapped, estate)])
    console.log(line);
  // Their logs must not displace those of a bootstrap that failed.
  if (bootstrapped.every((each) => each.status !== "failed" || each.isRefused)) finishRun();
  return bootstrapped.every(({ status }) => status === "bootstrapped" || status === "already");
}

export default command;
if (require.main === module) void command.parseAsync();
