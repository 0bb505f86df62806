import { execFileSync } from "node:child_process";
import { mkdirSync, writeFileSync, cpSync, existsSync, symlinkSync } from "node:fs";
import { join, dirname } from "node:path";
import { parseEstate } from "../../config/load";
import { stacksOf } from "../../config/layout";
import type { EstateFile } from "../../config/schema";
import type { PipelineMatrix } from "../plans/pipeline-matrix";
import { estateOfSize } from "./estate-of-size";
import { ROOT } from "../support/project";
import type { BenchOptions, BenchGroup } from "./group";
import { inTurns, medianOf, run, type RunMeasured } from "./measure";
import type { Result } from "./report";

/** Each has six stacks. The master account has three. */
const ENVIRONMENTS = 50;
const CHANGED = "env-7";
const ROUNDS = 3;
export const ESTATE = "config/bench.json";

interface AffectedMeasured {
  /** All stacks of the estate. */
  readonly stacks: number;
  /** Seconds of `npm run synth` in each round, and of `npm run affected`. */
  readonly synth: number;
  readonly affected: number;
  /** Stacks of other environments that would be planned, and stacks of the changed one that would not. */
  readonly wrong: readonly string[];
}

/**
 * Measures `npm run affected` for an estate in which one environment of this many changes, in a copy of the project with
 * two commits.
 *
 * @param project must not exist yet
 */
async function measureAffected(project: string, environments: number, rounds: number): Promise<AffectedMeasured> {
  copyProject(project);
  const estate = estateOfSize(environments);
  commit(project, estate, "init");
  const environment = estate.environments[CHANGED];
  if (!environment) throw new Error(`environments must contain ${CHANGED}`);
  environment.chargeCode = "changed"; // a tag of all resources of the environment
  commit(project, estate, "switch");

  const { synth, affected } = await inTurns(rounds, {
    synth: () => npmRun(project, "synth"),
    affected: () => npmRun(project, "affected", "--base", "main", "--json"),
  });
  const specs = stacksOf(parseEstate(estate, ESTATE));
  const expected = new Set(specs.filter((spec) => spec.environment?.name === CHANGED).map(({ id }) => id));
  const { waves } = JSON.parse(affected[0]?.output ?? "{}") as PipelineMatrix;
  const planned = new Set(waves.flatMap(({ include }) => include.map(({ stack }) => stack)));
  return {
    stacks: specs.length,
    synth: medianOf(synth, "seconds"),
    affected: medianOf(affected, "seconds"),
    wrong: [...[...planned].filter((id) => !expected.has(id)), ...[...expected].filter((id) => !planned.has(id))],
  };
}

/** Commits an estate: on `main` of a new repository, or on a new branch. */
export function commit(project: string, estate: EstateFile, on: "init" | "switch"): void {
  const identity = ["-c", "user.name=bench", "-c", "user.email=bench@example.com"];
  const git = (...args: readonly string[]) => execFileSync("git", [...identity, ...args], { cwd: project });
  writeFileSync(join(project, ESTATE), JSON.stringify(estate));
  if (on === "init") git("init", "--quiet", "--initial-branch=main");
  else git("switch", "--quiet", "--create", "change");
  git("add", "--all");
  git("commit", "--quiet", "--message", "the estate");
}

function npmRun(project: string, script: string, ...args: readonly string[]): Promise<RunMeasured> {
  const env = { ESTATE, INIT_CWD: project };
  return run("npm", ["run", "--silent", script, "--", ...args], { cwd: project, env });
}

/** Whether a file belongs to the team of a clone (docs/upgrading.md): its estate and what is next to it, its own stacks. */
export const isOfTeam = (file: string): boolean => /^(custom\/|config\/estate\.(?!schema\.json$))/.test(file);

/**
 * Copies the files of the project that git would commit, without those of a team, and links `node_modules`: a clone of the
 * current code.
 *
 * @param directory must not exist yet
 * @param without folders of the project that are left out
 */
export function copyProject(directory: string, without: readonly string[] = []): void {
  const files = execFileSync("git", ["ls-files", "--cached", "--others", "--exclude-standard", "-z"], {
    cwd: ROOT,
    encoding: "utf8",
  });
  const isLeftOut = (name: string) => without.some((folder) => name.startsWith(`${folder}/`));
  for (const file of files.split("\0")) {
    if (file === "" || isOfTeam(file) || isLeftOut(file) || !existsSync(join(ROOT, file))) continue;
    mkdirSync(dirname(join(directory, file)), { recursive: true });
    // Keeps the times: an installation that is older than the lock file would be repeated.
    cpSync(join(ROOT, file), join(directory, file), { preserveTimestamps: true });
  }
  symlinkSync(join(ROOT, "node_modules"), join(directory, "node_modules"), "junction");
}

async function measure({ directory, scale }: BenchOptions): Promise<readonly Result[]> {
  const some = await measureAffected(join(directory, "some"), ENVIRONMENTS, ROUNDS);
  const all = scale ? [some, await measureAffected(join(directory, "thousand"), 1000, 1)] : [some];
  return [
    {
      what: `npm run affected / npm run synth, ${some.stacks} stacks`,
      got: some.affected / some.synth,
      unit: "×",
      atMost: 1.6,
      detail: `${some.affected.toFixed(2)} s / ${some.synth.toFixed(2)} s`,
    },
    ...all.map(({ stacks, affected }): Result => ({
      what: `npm run affected, ${stacks} stacks`,
      got: affected,
      unit: "s",
      atMost: 3,
    })),
    {
      what: "stacks of other environments that are planned, or of this one that are not",
      got: all.flatMap(({ wrong }) => wrong).length,
      unit: "",
      atMost: 0,
      detail: all.flatMap(({ wrong }) => wrong).join(", "),
    },
  ];
}

export const affectedGroup: BenchGroup = {
  name: "affected",
  about: "npm run affected after a change of one environment",
  measure,
};
