import { realpathSync, rmSync } from "node:fs";
import { join, relative } from "node:path";
import { Command } from "commander";
import { adoptionsFile } from "../../config/address-files";
import { environmentsOf } from "../../config/layout";
import { estateFile, loadEstate } from "../../config/load";
import { nameOf } from "../../config/read-estate-file";
import { printWaiting } from "../../config/waiting";
import { CACHE, newRunDirectory } from "../support/project";
import { inAws, selectStacks } from "../synth/selection";
import { synthesizeStacks } from "../synth/synth";
import { openAwsRun } from "../terraform/aws/aws-run";
import { parallelOption, profileOption, runCommand } from "./run-command";
import { addResultOptions, recordResult, type ResultFlags, type RunResult } from "./run-result";

interface Flags extends ResultFlags {
  readonly all: boolean;
  readonly choose: readonly string[];
  readonly dryRun: boolean;
  readonly parallel?: number;
  readonly profile?: string;
}

const command = new Command("npm run adopt --")
  .description(
    "Looks in AWS for what the estate would create, plans its import, and writes the ids into <estate>.adopt.json, which npm run plan then imports. " +
      "Reads AWS only. Exit code 0: everything is found, managed or will be created; 1: something must be decided first, or a failure.",
  )
  .argument("[selectors...]", "environments, accounts, stack ids, globs of stack ids")
  .option("--all", "every stack", false)
  .option("--dry-run", "write no file", false)
  .option("--choose <ids...>", "of several candidates, import those with these ids", [])
  .addOption(parallelOption())
  .addOption(profileOption())
  .action((selectors: string[], flags: Flags) =>
    runCommand((signal) =>
      recordResult("adopt", flags, signal, (result) => adoptStacks(selectors, flags, signal, result)),
    ),
  );
addResultOptions(command);

async function adoptStacks(
  selectors: readonly string[],
  flags: Flags,
  signal: AbortSignal,
  result: RunResult,
): Promise<number> {
  process.umask(0o077);
  const { all, choose, dryRun, parallel, profile } = flags;
  const estate = loadEstate();
  const specs = inAws(selectStacks(estate, selectors, all), "adopt looks at AWS only");
  result.select(specs);
  const file = adoptionsFile(realpathSync(estateFile()));
  const names = { estateName: nameOf(estateFile()), fileName: nameOf(file) };
  const { env, terraform } = await openAwsRun({ estate, cacheDirectory: CACHE, profile });
  // A killed run may have left states with secrets.
  const directory = newRunDirectory(join(CACHE, "adopt"), "cdktf.out");
  const logDir = join(directory, "logs");
  try {
    const [{ findAdoption }, { adoptionText }, { isDecided }, { writeAdoptions }] = await Promise.all([
      import("../adopt/adopt.js"),
      import("../adopt/report-text.js"),
      import("../adopt/rows.js"),
      import("../adopt/adoption-file.js"),
    ]);
    const adoption = await findAdoption(specs, await synthesizeStacks(directory, undefined, signal), {
      ...{ env, binary: terraform.path, logDir, view: result.view(), parallel, signal },
      ...{ estate, adoptions: estate.adoptions ?? {}, choose, directory: join(directory, "cdktf.out") },
    });
    result.take([...adoption.problems].map(([id, error]) => ({ id, status: "failed", error })));
    console.log(`\n${adoptionText(adoption, { ...names, plain: !process.stdout.isTTY })}\n`);
    console.log(`logs: ${relative(process.cwd(), logDir)}`);
    if (dryRun) console.log(`--dry-run: ${names.fileName} is unchanged`);
    else if (writeAdoptions(file, adoption.adoptions, estate.adoptions)) console.log(`written: ${names.fileName}. Commit it.`); // prettier-ignore
    for (const account of adoption.withoutBucket)
      console.log(`${account} has no state bucket yet: npm run bootstrap -- ${account} comes first`);
    const isReady = adoption.rows.every(isDecided) && adoption.problems.size === 0;
    if (!isReady) console.log("next: decide what is listed above, then adopt again");
    else console.log(`next: npm run ${dryRun ? "adopt" : "plan"} -- ${all ? "--all" : selectors.join(" ")}`);
    printWaiting(estate, environmentsOf(specs, estate));
    return isReady ? 0 : 1;
  } finally {
    rmSync(join(directory, "cdktf.out"), { recursive: true, force: true });
  }
}

export default command;
if (require.main === module) void command.parseAsync();
