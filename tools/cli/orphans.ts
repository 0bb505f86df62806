import { realpathSync, rmSync } from "node:fs";
import { join } from "node:path";
import { Command } from "commander";
import { adoptionsFile } from "../../config/address-files";
import { estateFile, loadEstate } from "../../config/load";
import { nameOf } from "../../config/read-estate-file";
import type { Orphans } from "../adopt/orphans";
import { CACHE, newRunDirectory } from "../support/project";
import { textTable } from "../support/table";
import { selectStacks } from "../synth/selection";
import { synthesizeStacks } from "../synth/synth";
import { openAwsRun } from "../terraform/aws/aws-run";
import { profileOption, runCommand } from "./run-command";

interface Flags {
  readonly dryRun: boolean;
  readonly profile?: string;
}

const command = new Command("npm run orphans --")
  .description(
    "After a killed apply: finds what the stacks created in AWS and no state holds, by the stack's tags, or by its name where a type takes none, " +
      "and writes the ids into <estate>.adopt.json, which npm run plan then imports. Reads AWS only. " +
      "Exit code 0: nothing is left to decide; 1: several candidates, or a failure.",
  )
  .argument("<selectors...>", "environments, accounts, stack ids, globs of stack ids")
  .option("--dry-run", "write no file", false)
  .addOption(profileOption())
  .action((selectors: string[], flags: Flags) => runCommand(() => orphans(selectors, flags)));

async function orphans(selectors: readonly string[], { dryRun, profile }: Flags): Promise<number> {
  const estate = loadEstate();
  const ids = selectStacks(estate, selectors, false).map(({ id }) => id);
  const file = adoptionsFile(realpathSync(estateFile()));
  const { env } = await openAwsRun({ estate, cacheDirectory: CACHE, profile });
  const directory = newRunDirectory(join(CACHE, "orphans"), "cdktf.out");
  try {
    const [{ findOrphans }, { withEntries, writeAdoptions }] = await Promise.all([
      import("../adopt/orphans.js"),
      import("../adopt/adoption-file.js"),
    ]);
    const found = await findOrphans(ids, await synthesizeStacks(directory), { env });
    console.log(textOf(found));
    if (dryRun) console.log(`--dry-run: ${nameOf(file)} is unchanged`);
    else if (writeAdoptions(file, withEntries(estate.adoptions ?? {}, found.found), estate.adoptions))
      console.log(`written: ${nameOf(file)}. Commit it.`);
    if (found.ambiguous.length > 0) return 1;
    console.log(`next: npm run plan -- ${selectors.join(" ")}`);
    return 0;
  } finally {
    rmSync(join(directory, "cdktf.out"), { recursive: true, force: true });
  }
}

function textOf({ found, others, ambiguous }: Orphans): string {
  const rows = [
    ...found.map(({ stack, address, candidate }) => [stack, address, candidate.id, "will be imported"]),
    ...ambiguous.map(({ stack, address, ids }) => [stack, address, ids.join(" "), "several: delete all but one"]),
    ...others.map(({ stack, address, candidate }) => [stack, address, candidate.id, "not of this stack: adopt it"]),
  ];
  if (rows.length === 0) return "nothing to import: the states hold all that AWS has of these stacks";
  return textTable(["stack", "address", "in AWS", "result"], rows, { numbers: [], plain: !process.stdout.isTTY });
}

export default command;
if (require.main === module) void command.parseAsync();
