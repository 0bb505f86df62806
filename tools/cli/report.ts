import { existsSync, rmSync } from "node:fs";
import { join, resolve } from "node:path";
import { Command } from "commander";
import { readBytes } from "../../config/input";
import { EXAMPLE_ESTATE, estateFile, loadEstate } from "../../config/load";
import { nameOf } from "../../config/read-estate-file";
import { UserError } from "../../config/user-error";
import { printWaiting } from "../../config/waiting";
import { accessFiles, readBaseline } from "../access/guard/access-files";
import { acceptancesFile, readAcceptances } from "../controls/acceptances";
import { readReportedPlan } from "../report/plan-file";
import { reportPage, type ReportInput } from "../report/report";
import { synthesizeCommit } from "../synth/git/base-commit";
import { headOf, resolveCommit } from "../synth/git/repository";
import { synthesizeStacks } from "../synth/synth";
import { readSynthesized } from "../synth/synthesized";
import { writeAtomically } from "../support/files";
import { oneLine } from "../support/text";
import { CACHE, newRunDirectory, ROOT } from "../support/project";
import { runCommand } from "./run-command";
import { refuseInPlanFolder } from "./run-result";

interface Flags {
  readonly plan?: string;
  readonly base?: string;
  readonly out: string;
}

const command = new Command("npm run report --")
  .description(
    "Writes the estate as one HTML page: accounts, stacks and resources, networks, who may do what, and, with --plan, what a plan does and whether to approve it. The page loads nothing, so it can be mailed or kept with a pipeline. Needs no credentials. Exit code 0, or 1 for a failure.",
  )
  .option("--plan <folder>", "a plan to review, as npm run plan has written it: plans/<id>")
  .option("--base <ref>", "the commit that access is compared with; default: the accepted baseline")
  .option("--out <file>", "the file to write", "report.html")
  .action((flags: Flags) => runCommand(() => report(flags)));

/** All that is wrong with the options, at once. */
function checked({ plan: folder, base, out }: Flags) {
  const problems: string[] = [];
  const tried = <T>(work: () => T): T | undefined => {
    try {
      return work();
    } catch (error) {
      if (!(error instanceof UserError)) throw error;
      problems.push(error.message);
      return undefined;
    }
  };
  const plan = folder === undefined ? undefined : tried(() => readReportedPlan(folder));
  const commit = base === undefined ? undefined : tried(() => resolveCommit(ROOT, base));
  tried(() => {
    refuseOtherFile(out);
  });
  if (problems.length > 0) throw new UserError(problems.join("\n"));
  return { plan, commit };
}

/** A mistyped path must not overwrite an estate or a reviewed plan: only an earlier page is overwritten. */
function refuseOtherFile(out: string): void {
  refuseInPlanFolder("--out", out);
  if (!existsSync(out)) return;
  const text = readBytes(out).toString();
  if (text !== "" && !(text.startsWith("<!doctype html>") && text.includes(": estate report</title>")))
    throw new UserError(
      `--out must be a new file, or an earlier page, got ${oneLine(out)}, which is something else. Name another file, or delete it.`,
    );
}

async function report(flags: Flags): Promise<number> {
  const { base, out } = flags;
  const { plan, commit: baseCommit } = checked(flags);
  const estate = printWaiting(loadEstate());
  const directory = newRunDirectory(join(CACHE, "report"));
  try {
    const stacks = await synthesizeStacks(directory);
    const commit = headOf(ROOT);
    const origin = [nameOf(estateFile()), commit === undefined ? "no commit" : `commit ${commit.slice(0, 12)}`];
    const before =
      baseCommit === undefined ? acceptedAccess() : await accessOfCommit(String(base), baseCommit, directory);
    const file = acceptancesFile(estateFile());
    const acceptances = readAcceptances(file, nameOf(file));
    writeAtomically(resolve(out), await reportPage({ estate, stacks, origin, commit, plan, before, acceptances }));
    console.log(`wrote ${out}: open it in a browser`);
    return 0;
  } finally {
    rmSync(directory, { recursive: true, force: true });
  }
}

/** An estate without an accepted baseline has nothing to compare with: that is no failure here. */
function acceptedAccess(): ReportInput["before"] {
  const { baseline: file } = accessFiles(estateFile(), EXAMPLE_ESTATE);
  const name = `the accepted baseline ${nameOf(file)}`;
  try {
    return { name, baseline: readBaseline(file) };
  } catch (error) {
    if (!(error instanceof UserError)) throw error;
    return { name, problem: error.message };
  }
}

async function accessOfCommit(ref: string, commit: string, directory: string): Promise<ReportInput["before"]> {
  const outdir = join(directory, "base");
  const folder = join(directory, "checkout");
  await synthesizeCommit({ root: ROOT, commit, estateFile: estateFile(), folder }, outdir);
  return { name: `${ref}, commit ${commit.slice(0, 12)}`, stacks: readSynthesized(outdir) };
}

export default command;
if (require.main === module) void command.parseAsync();
