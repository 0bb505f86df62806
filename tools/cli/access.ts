import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join, relative } from "node:path";
import { Command, Option } from "commander";
import pc from "picocolors";
import { Access } from "../access/decide/access";
import { baselineOf } from "../access/guard/baseline";
import type { AccessGraph } from "../access/graph/access-graph";
import { accessGraphOf } from "../access/graph/access-graph-of";
import {
  accessFiles,
  type AccessFiles,
  staleFiles,
  readBaseline,
  writeGenerated,
  writeBaseline,
  type GeneratedFiles,
} from "../access/guard/access-files";
import { type Matrix, matrixOf } from "../access/decide/matrix";
import { unknownActionsAndKeys } from "../access/guard/unknown-actions";
import { accessModelOf } from "../access/read/model-of";
import { graphText } from "../access/output/graph-text";
import { accessJson } from "../access/output/json";
import { matrixText } from "../access/output/matrix-text";
import { mermaidOf } from "../access/output/mermaid";
import { accessPage } from "../access/output/page";
import { profilesOf } from "../access/output/profiles";
import { svgOf } from "../access/output/svg";
import { readSynthesized, type SynthesizedStack } from "../synth/synthesized";
import { compareBaselines, widens, accessChangeLines } from "../access/guard/compare-baselines";
import { DEFAULT_ESTATE, estateFile, loadEstate, nameOf } from "../../config/load";
import { printWaiting } from "../../config/waiting";
import { synthesize } from "../synth/synth";
import { runCommand } from "./run-command";

interface Flags {
  readonly check: boolean;
  readonly current: boolean;
  readonly accept: boolean;
  readonly json: boolean;
  readonly profiles?: string;
}

const alone = (flags: string, description: string, ...others: readonly string[]) =>
  new Option(flags, description).default(false).conflicts([...others]);

const command = new Command("npm run access --")
  .description(
    "Tells who may do what, and who can become whom, from what the estate synthesizes: without AWS, and without credentials.",
  )
  .addOption(
    alone(
      "--check",
      "compare with what was accepted; exit code 1 where the change widens access",
      "accept",
      "json",
      "profiles",
    ),
  )
  .addOption(
    alone("--current", "exit code 1 where a written file is not what the estate says", "accept", "json", "profiles"),
  )
  .addOption(alone("--accept", "write what the estate says as accepted, for a reviewer to read", "json", "profiles"))
  .addOption(alone("--json", "print everything as JSON, and write nothing", "profiles"))
  .option("--profiles <environment>", "print profiles for ~/.aws/config, and write nothing")
  .action((flags: Flags) => runCommand(() => access(flags)));

/** Everything that is told of an estate. */
interface Told {
  readonly access: Access;
  readonly matrix: Matrix;
  readonly accessGraph: AccessGraph;
  readonly files: AccessFiles;
}

async function access(flags: Flags): Promise<number> {
  const estate = loadEstate();
  const stacks = synthesized();
  const model = new Access(accessModelOf(stacks));
  if (flags.profiles !== undefined) {
    console.log(profilesOf(model.model, stacks, flags.profiles));
    return 0;
  }
  const files = accessFiles(estateFile(), DEFAULT_ESTATE);
  const guarded = { access: model, accessGraph: await accessGraphOf(model), files };
  const tell = async (): Promise<Told> => ({ ...guarded, matrix: await matrixOf(model) });
  if (flags.json) {
    console.log(accessJson(model.model, (await tell()).matrix, guarded.accessGraph));
    return 0;
  }
  const wrong = await unknownActionsAndKeys(model.model);
  if (wrong.length > 0) console.error(pc.red(["AWS has none of these:", ...wrong].join("\n  ")));
  if (flags.check || flags.current) {
    const checked = flags.check ? Math.max(wrong.length > 0 ? 1 : 0, check(guarded)) : 0;
    return Math.max(checked, flags.current ? await current(await tell()) : 0);
  }
  const told = await tell();
  if (flags.accept) return accept(told);
  print(told);
  printWaiting(estate, estate.environments);
  writeGenerated(await written(told));
  console.log(`\nwrote ${[files.json, files.mermaid, files.svg, files.page].map(nameOf).join(", ")}`);
  return 0;
}

function synthesized(): SynthesizedStack[] {
  const directory = mkdtempSync(join(tmpdir(), "access-"));
  try {
    synthesize(join(directory, "cdktf.out"));
    return readSynthesized(join(directory, "cdktf.out"));
  } finally {
    rmSync(directory, { recursive: true, force: true });
  }
}

function print({ access: { model }, matrix, accessGraph }: Told): void {
  console.log(pc.bold("Who may do what"));
  console.log(matrixText(matrix, model.accounts));
  console.log(pc.bold("\nWho can become whom"));
  console.log(graphText(accessGraph, model.accounts));
}

async function written({ access: { model }, matrix, accessGraph, files }: Told): Promise<GeneratedFiles> {
  return new Map([
    [files.json, `${accessJson(model, matrix, accessGraph)}\n`],
    [files.mermaid, mermaidOf(accessGraph, model.accounts)],
    [files.svg, await svgOf(accessGraph, model.accounts)],
    [files.page, accessPage(model, matrix, accessGraph, relative(dirname(files.page), files.svg))],
  ]);
}

/** Gains fail; what is only lost is shown, and passes. */
function check({ access: { model }, accessGraph, files }: Omit<Told, "matrix">): number {
  const comparison = compareBaselines(readBaseline(files.baseline), baselineOf(model, accessGraph));
  const lines = accessChangeLines(comparison);
  if (lines.length === 0) console.log(`access is what was accepted in ${nameOf(files.baseline)}`);
  else console.log(lines.join("\n"));
  if (!widens(comparison)) {
    if (lines.length > 0)
      console.log("\naccess is narrower than what was accepted: npm run access -- --accept keeps it so");
    return 0;
  }
  console.error(
    pc.red(
      "\naccess is wider than what was accepted. Where that is meant: npm run access -- --accept, and commit it for review",
    ),
  );
  return 1;
}

async function current(told: Told): Promise<number> {
  // The JSON is for machines, which make it anew, and is not committed.
  const committed = [...(await written(told))].filter(([file]) => file !== told.files.json);
  const stale = staleFiles(new Map(committed)).map(nameOf);
  if (stale.length === 0) return 0;
  console.error(
    `not what the estate says: ${stale.join(", ")}; npm run access writes ${stale.length === 1 ? "it" : "them"}`,
  );
  return 1;
}

async function accept(told: Told): Promise<number> {
  const {
    files,
    access: { model },
    accessGraph,
  } = told;
  writeGenerated(await written(told));
  writeBaseline(files.baseline, baselineOf(model, accessGraph));
  console.log(
    `wrote ${Object.values(files)
      .map((file: string) => nameOf(file))
      .join(", ")}: commit them for review`,
  );
  return 0;
}

void command.parseAsync();
