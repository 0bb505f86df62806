import { mkdirSync, rmSync, writeFileSync } from "node:fs";
import { join, relative } from "node:path";
import { Command, Option } from "commander";
import { environmentsOf } from "../../config/layout";
import { loadEstate } from "../../config/load";
import { printWaiting } from "../../config/waiting";
import { openAwsRun } from "../terraform/aws/aws-run";
import { awsClients } from "../terraform/aws/aws-clients";
import { findDrift } from "../drift/drift";
import { driftJson, type DriftReport, driftExitCode, type StackDrift } from "../drift/report";
import { driftMarkdown, driftText } from "../drift/report-pages";
import { abandonedStates } from "../plans/abandoned-states";
import { abandonedText } from "../review/summary-text";
import { headOf } from "../synth/git/repository";
import { reachable, selectStacks } from "../synth/selection";
import { synthesizeStacks } from "../synth/synth";
import { createView, PlainView } from "../terraform/view/create-view";
import { parallelOption, profileOption, runCommand } from "./run-command";
import { addResultOptions, recordResult, type ResultFlags, type RunResult } from "./run-result";
import { CACHE, ROOT, newRunDirectory } from "../support/project";

interface Flags extends ResultFlags {
  readonly all: boolean;
  readonly json: boolean;
  readonly markdown?: string;
  readonly parallel?: number;
  readonly profile?: string;
  readonly unmanaged: boolean;
}

const command = new Command("npm run drift --")
  .description(
    "Lists the differences between AWS and the code. Exit code 0: none; 2: something was changed in AWS; 1: a failure.",
  )
  .argument("[selectors...]", "environments, accounts, stack ids, globs of stack ids")
  .option("--all", "every stack", false)
  .option("--json", "print only one line of JSON on standard output", false)
  .option("--markdown <folder>", "write a page for each stack with drift: <folder>/<stack>.md")
  .addOption(
    new Option("--unmanaged", "list the resources in the accounts of these stacks that no state holds")
      .default(false)
      .conflicts("markdown"),
  )
  .addOption(parallelOption())
  .addOption(profileOption())
  .action((selectors: string[], flags: Flags) =>
    runCommand((signal) =>
      recordResult("drift", flags, signal, (result) =>
        flags.unmanaged ? unmanaged(selectors, flags) : drift(selectors, flags, signal, result),
      ),
    ),
  );
addResultOptions(command);

async function drift(
  selectors: readonly string[],
  flags: Flags,
  signal: AbortSignal,
  result: RunResult,
): Promise<number> {
  process.umask(0o077);
  const { all, json, markdown, parallel, profile } = flags;
  const estate = loadEstate();
  const specs = reachable(selectStacks(estate, selectors, all));
  result.select(specs);
  const { env, terraform } = await openAwsRun({ estate, cacheDirectory: CACHE, profile });
  // A killed run may have left a plan file with secrets.
  const directory = newRunDirectory(join(CACHE, "drift"), "cdktf.out");
  const logDir = join(directory, "logs");
  try {
    const view = result.view(json ? new PlainView((text) => process.stderr.write(text)) : createView());
    const commit = headOf(ROOT);
    const stacks = await synthesizeStacks(directory, undefined, signal);
    const report = await findDrift(specs, stacks, {
      ...{ env, binary: terraform.path, logDir, view, parallel, signal, commit },
    });
    result.take(report.stacks.map(outcomeOf));
    if (markdown !== undefined) writePages(markdown, report);
    console.log(json ? driftJson(report) : `\n${driftText(report)}\n\nlogs: ${relative(process.cwd(), logDir)}`);
    printWaiting(estate, environmentsOf(specs, estate));
    const read = new Set(report.stacks.flatMap(({ stack, status }) => (status === "failed" ? [] : [stack])));
    const seen = stacks.filter(({ id }) => read.has(id));
    const abandoned = await abandonedStates(seen, estate, (stack) => awsClients(stack, env(stack)).s3);
    // No state of these stacks is compared any more: without a line, their drift would be silent.
    if (abandoned.length > 0) console.error(abandonedText(abandoned));
    return driftExitCode(report);
  } finally {
    rmSync(join(directory, "cdktf.out"), { recursive: true, force: true });
  }
}

const outcomeOf = ({ stack, status, differences, unmanaged: outside, unapplied, error }: StackDrift) => ({
  ...{ id: stack, status, error },
  counts: { differences: differences.length, unmanaged: outside.length, unapplied },
});

async function unmanaged(selectors: readonly string[], { all, json, profile }: Flags): Promise<number> {
  const estate = loadEstate();
  const accounts = [...new Set(selectStacks(estate, selectors, all).map(({ account }) => account))];
  // Late: it loads the clients of many services.
  const [{ accountsOf }, { findUnmanaged }, { unmanagedExitCode, unmanagedJson, unmanagedText }] = await Promise.all([
    import("../accounts/account-clients.js"),
    import("../drift/unmanaged-resources.js"),
    import("../drift/unmanaged-report.js"),
  ]);
  const report = await findUnmanaged(estate, accounts, { inAccount: accountsOf(estate, profile) });
  console.log(json ? unmanagedJson(report) : unmanagedText(report));
  return unmanagedExitCode(report);
}

/** Writes a page for each stack with drift, and deletes the page of any other stack. */
function writePages(folder: string, report: DriftReport): void {
  mkdirSync(folder, { recursive: true });
  for (const drift of report.stacks) {
    const page = join(folder, `${drift.stack}.md`);
    if (drift.status === "drift") writeFileSync(page, driftMarkdown(drift, report));
    else rmSync(page, { force: true });
  }
}

export default command;
if (require.main === module) void command.parseAsync();
