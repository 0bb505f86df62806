import { rmSync } from "node:fs";
import { join } from "node:path";
import { Command } from "commander";
import { loadEstate } from "../../config/load";
import { printWaiting } from "../../config/waiting";
import { expectUnused, exportStacks } from "../export/export-stacks";
import { headOf } from "../synth/git/repository";
import { selectStacks } from "../synth/selection";
import { synthesizeStacks } from "../synth/synth";
import { CACHE, newRunDirectory, ROOT } from "../support/project";
import { counted } from "../support/text";
import { runCommand } from "./run-command";

const command = new Command("npm run export --")
  .description(
    "Writes stacks as plain Terraform, without CDKTF: a folder for each stack, and a README.md that says how to go on. Reads no state and needs no credentials. Exit code 0, or 1 for a failure.",
  )
  .argument("[selectors...]", "environments, accounts, stack ids, globs of stack ids; default: every stack")
  .requiredOption("--out <folder>", "a folder that is empty or does not exist")
  .action((selectors: string[], { out }: { readonly out: string }) => runCommand(() => exportTo(selectors, out)));

async function exportTo(selectors: readonly string[], out: string): Promise<number> {
  expectUnused(out);
  const estate = printWaiting(loadEstate());
  const ids = new Set(selectStacks(estate, selectors, selectors.length === 0).map(({ id }) => id));
  const directory = newRunDirectory(join(CACHE, "export"));
  try {
    const stacks = (await synthesizeStacks(directory)).filter(({ id }) => ids.has(id));
    exportStacks({ solution: estate.solution, commit: headOf(ROOT), stacks }, out);
    console.log(`${counted(stacks.length, "stack")} in ${out}. Read ${join(out, "README.md")} first.`);
    return 0;
  } finally {
    rmSync(directory, { recursive: true, force: true });
  }
}

export default command;
if (require.main === module) void command.parseAsync();
