import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { Command, Option } from "commander";
import pc from "picocolors";
import { EXAMPLE_ESTATE, estateFile, loadEstate } from "../../config/load";
import { nameOf } from "../../config/read-estate-file";
import { UserError } from "../../config/user-error";
import { printWaiting } from "../../config/waiting";
import { Access } from "../access/decide/access";
import { type Matrix, matrixOf } from "../access/decide/matrix";
import type { AccessGraph } from "../access/graph/access-graph";
import { accessGraphOf } from "../access/graph/access-graph-of";
import { baselineOf, readingActions } from "../access/guard/baseline";
import { accessFiles, type AccessFiles, isCurrent, readBaseline, writeBaseline } from "../access/guard/access-files";
import { unknownActionsAndKeys } from "../access/guard/unknown-actions";
import { accessChangeLines, compareBaselines, widens } from "../access/guard/compare-baselines";
import { accessJson } from "../access/output/json";
import { accessPage } from "../access/output/page";
import { profilesOf } from "../access/output/profiles";
import { changesSection, Report } from "../access/output/report";
import { terminalText } from "../access/output/terminal";
import { accessModelOf } from "../access/read/model-of";
import { writeAtomically } from "../support/files";
import { synthesize } from "../synth/synth";
import { readSynthesized, type SynthesizedStack } from "../synth/synthesized";
import { runCommand } from "./run-command";

interface Flags {
  readonly check: boolean;
  readonly current: boolean;
  readonly accept: boolean;
  readonly json: boolean;
  /** An environment, or all accounts. */
  readonly profiles?: string | true;
}

const exclusive = (flags: string, description: string, ...others: readonly string[]) =>
  new Option(flags, description).default(false).conflicts([...others]);

const command = new Command("npm run access --")
  .description("Reports who may do what in AWS, read from the synthesized stacks: needs neither AWS nor credentials.")
  .addOption(
    exclusive(
      "--check",
      "compare with the accepted baseline; exit code 1 if the change widens access",
      "accept",
      "json",
      "profiles",
    ),
  )
  .addOption(exclusive("--current", "exit code 1 if the committed page is out of date", "accept", "json", "profiles"))
  .addOption(
    exclusive("--accept", "write the estate's access as the baseline, for a reviewer to read", "json", "profiles"),
  )
  .addOption(exclusive("--json", "print everything as JSON, and write nothing", "profiles"))
  .option(
    "--profiles [environment]",
    "print profiles for ~/.aws/config, and write nothing; without one, of all accounts",
  )
  .action((flags: Flags) => runCommand(() => access(flags)));

/** An estate's access, without the matrix: the guard does not need it, and it takes seconds. */
interface Guarded {
  readonly access: Access;
  readonly graph: AccessGraph;
  readonly files: AccessFiles;
}

export async function access(flags: Flags): Promise<number> {
  const estate = loadEstate();
  const stacks = synthesizedEstate();
  const model = new Access(accessModelOf(stacks));
  if (flags.profiles !== undefined) {
    console.log(profilesOf(model.model, stacks, flags.profiles === true ? undefined : flags.profiles));
    return 0;
  }
  const files = accessFiles(estateFile(), EXAMPLE_ESTATE);
  const guarded = { access: model, graph: await accessGraphOf(model), files };
  if (flags.json) {
    console.log(accessJson(model.model, await matrixOf(model), guarded.graph));
    return 0;
  }
  const unknownNames = await unknownActionsAndKeys(model.model);
  if (unknownNames.length > 0) console.error(pc.red(["AWS does not know these names:", ...unknownNames].join("\n  ")));
  if (flags.check || flags.current) {
    const checked = flags.check ? Math.max(unknownNames.length > 0 ? 1 : 0, await check(guarded)) : 0;
    return Math.max(checked, flags.current ? current(guarded, await matrixOf(model)) : 0);
  }
  const matrix = await matrixOf(model);
  if (flags.accept) return accept(guarded, matrix);
  await print(guarded, matrix);
  printWaiting(estate, estate.environments);
  write(guarded, matrix);
  console.log(`\nwrote ${[files.json, files.page].map(nameOf).join(", ")}`);
  return 0;
}

/** Every stack of the estate, synthesized into a folder that is removed again. */
export function synthesizedEstate(): SynthesizedStack[] {
  const directory = mkdtempSync(join(tmpdir(), "access-"));
  try {
    synthesize(join(directory, "cdktf.out"));
    return readSynthesized(join(directory, "cdktf.out"));
  } finally {
    rmSync(directory, { recursive: true, force: true });
  }
}

async function print(guarded: Guarded, matrix: Matrix): Promise<void> {
  const report = new Report(guarded.access.model, matrix, guarded.graph);
  const sections = [report.administrators(), report.rolePermissions(), report.trust(), report.pipelines()];
  console.log(terminalText([...sections, await changes(guarded), report.escalations()]));
}

async function changes(guarded: Guarded) {
  const { files } = guarded;
  const baseline = nameOf(files.baseline);
  try {
    return changesSection(await comparedWithAccepted(guarded), baseline);
  } catch (error) {
    if (!(error instanceof UserError)) throw error;
    return changesSection({ subjects: [] }, baseline, error.message);
  }
}

async function comparedWithAccepted({ access: { model }, graph, files }: Guarded) {
  const baselines = [readBaseline(files.baseline), baselineOf(model, graph)] as const;
  return compareBaselines(...baselines, await readingActions(...baselines));
}

function write({ access: { model }, graph, files }: Guarded, matrix: Matrix): void {
  writeAtomically(files.json, `${accessJson(model, matrix, graph)}\n`);
  writeAtomically(files.page, accessPage(model, matrix, graph));
}

/** Fails if something is gained. A change that only loses access is printed, and passes. */
async function check(guarded: Guarded): Promise<number> {
  const { files } = guarded;
  const comparison = await comparedWithAccepted(guarded);
  const lines = accessChangeLines(comparison);
  if (lines.length === 0) console.log(`access is the same as accepted in ${nameOf(files.baseline)}`);
  else console.log(lines.join("\n"));
  if (!widens(comparison)) {
    if (lines.length > 0)
      console.log("\naccess is narrower than accepted. Run npm run access -- --accept to keep it so.");
    return 0;
  }
  console.error(
    pc.red(
      "\naccess is wider than accepted. If that is intended, run npm run access -- --accept and commit it for review.",
    ),
  );
  return 1;
}

/** The JSON is not committed: only the page can be out of date. */
function current({ access: { model }, graph, files }: Guarded, matrix: Matrix): number {
  if (isCurrent(files.page, accessPage(model, matrix, graph))) return 0;
  console.error(`${nameOf(files.page)} is out of date. Run npm run access to write it again.`);
  return 1;
}

function accept(guarded: Guarded, matrix: Matrix): number {
  const { files, access, graph } = guarded;
  write(guarded, matrix);
  writeBaseline(files.baseline, baselineOf(access.model, graph));
  console.log(
    `wrote ${[files.baseline, files.json, files.page].map(nameOf).join(", ")}: commit the baseline and the page for review`,
  );
  return 0;
}

export default command;
if (require.main === module) void command.parseAsync();
