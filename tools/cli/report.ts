import { rmSync } from "node:fs";
import { join, resolve } from "node:path";
import { Command } from "commander";
import { estateFile, loadEstate } from "../../config/load";
import { nameOf } from "../../config/read-estate-file";
import { printWaiting } from "../../config/waiting";
import { readReportedPlan } from "../report/plan-file";
import { reportPage } from "../report/report";
import { headOf } from "../synth/git/repository";
import { synthesizeStacks } from "../synth/synth";
import { writeAtomically } from "../support/files";
import { CACHE, newRunDirectory, ROOT } from "../support/project";
import { runCommand } from "./run-command";

interface Flags {
  readonly plan?: string;
  readonly out: string;
}

const command = new Command("npm run report --")
  .description(
    "Writes the estate as one HTML page: accounts, stacks and resources, networks, who may do what, and, with --plan, what a plan does and whether to approve it. The page loads nothing, so it can be mailed or kept with a pipeline. Needs no credentials. Exit code 0, or 1 for a failure.",
  )
  .option("--plan <folder>", "a plan to review, as npm run plan has written it: plans/<id>")
  .option("--out <file>", "the file to write", "report.html")
  .action((flags: Flags) => runCommand(() => report(flags)));

async function report({ plan: folder, out }: Flags): Promise<number> {
  const plan = folder === undefined ? undefined : readReportedPlan(folder);
  const estate = printWaiting(loadEstate());
  const directory = newRunDirectory(join(CACHE, "report"));
  try {
    const stacks = synthesizeStacks(directory);
    const commit = headOf(ROOT);
    const origin = [nameOf(estateFile()), commit === undefined ? "no commit" : `commit ${commit.slice(0, 12)}`];
    writeAtomically(resolve(out), await reportPage({ estate, stacks, origin, plan }));
    console.log(`wrote ${out}: open it in a browser`);
    return 0;
  } finally {
    rmSync(directory, { recursive: true, force: true });
  }
}

export default command;
if (require.main === module) void command.parseAsync();
