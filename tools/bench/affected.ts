import { execFileSync, spawnSync } from "node:child_process";
import { mkdirSync, writeFileSync, cpSync, existsSync, symlinkSync } from "node:fs";
import { join, dirname } from "node:path";
import { parseEstate } from "../../config/load";
import { stacksOf } from "../../config/layout";
import type { EstateFile } from "../../config/schema";
import type { PipelineMatrix } from "../plans/pipeline-matrix";
import { estateOfSize } from "./estate-of-size";
import { ROOT } from "../support/project";

/** Each has six stacks. The master account has three. */
const ENVIRONMENTS = 50;
const CHANGED = "env-7";
const ROUNDS = 3;
const ESTATE = "config/bench.json";

interface AffectedMeasured {
  readonly stacks: number;
  /** Seconds of each `npm run synth`. */
  readonly synth: readonly number[];
  /** Seconds of each `npm run affected`, in turns with the others. */
  readonly affected: readonly number[];
  /** The stacks of the environment that changed. */
  readonly ofEnvironment: readonly string[];
  /** The stacks that `npm run plan -- --affected` plans. */
  readonly planned: readonly string[];
}

/**
 * Measures `npm run affected` for a large estate in which one environment changes, in a copy of the project with two
 * commits.
 *
 * @param directory must not exist yet
 */
export function measureAffected(directory: string): AffectedMeasured {
  mkdirSync(directory, { recursive: true });
  const project = join(directory, "project");
  copyProject(project);
  const estate = estateOfSize(ENVIRONMENTS);
  commit(project, estate, "init");
  const environment = estate.environments[CHANGED];
  if (!environment) throw new Error(`environments must contain ${CHANGED}`);
  environment.chargeCode = "changed"; // a tag of all resources of the environment
  commit(project, estate, "switch");

  const [synth, affected]: [number[], number[]] = [[], []];
  let matrix: PipelineMatrix | undefined;
  for (let round = 0; round < ROUNDS; round++) {
    synth.push(run(project, "synth").seconds);
    const { seconds, output } = run(project, "affected", "--base", "main", "--json");
    affected.push(seconds);
    matrix = JSON.parse(output) as PipelineMatrix;
  }
  const specs = stacksOf(parseEstate(estate, ESTATE));
  return {
    ...{ stacks: specs.length, synth, affected },
    ofEnvironment: specs.filter((spec) => spec.environment?.name === CHANGED).map(({ id }) => id),
    planned: (matrix?.waves ?? []).flatMap(({ include }) => include.map(({ stack }) => stack)),
  };
}

/** Commits an estate: on `main` of a new repository, or on a new branch. */
function commit(project: string, estate: EstateFile, on: "init" | "switch"): void {
  const identity = ["-c", "user.name=bench", "-c", "user.email=bench@example.com"];
  const git = (...args: readonly string[]) => execFileSync("git", [...identity, ...args], { cwd: project });
  writeFileSync(join(project, ESTATE), JSON.stringify(estate));
  if (on === "init") git("init", "--quiet", "--initial-branch=main");
  else git("switch", "--quiet", "--create", "change");
  git("add", "--all");
  git("commit", "--quiet", "--message", "the estate");
}

function run(
  project: string,
  script: string,
  ...args: readonly string[]
): { readonly seconds: number; readonly output: string } {
  const began = performance.now();
  const { status, stdout, stderr } = spawnSync("npm", ["run", "--silent", script, "--", ...args], {
    ...{ cwd: project, encoding: "utf8", maxBuffer: 1 << 28, shell: process.platform === "win32" },
    env: { ...process.env, ESTATE, INIT_CWD: project },
  });
  if (status !== 0) throw new Error(`npm run ${script} failed (exit code ${status ?? "none"}):\n${stderr}`);
  return { seconds: (performance.now() - began) / 1000, output: stdout };
}

/**
 * Copies the files of the working tree that git would commit, and links `node_modules`: a clone of the current code.
 *
 * @param directory must not exist yet
 */
export function copyProject(directory: string): void {
  const files = execFileSync("git", ["ls-files", "--cached", "--others", "--exclude-standard", "-z"], {
    cwd: ROOT,
    encoding: "utf8",
  });
  for (const file of files.split("\0").filter((name) => name !== "" && existsSync(join(ROOT, name)))) {
    mkdirSync(dirname(join(directory, file)), { recursive: true });
    // Keeps the times: an installation that is older than the lock file would be repeated.
    cpSync(join(ROOT, file), join(directory, file), { preserveTimestamps: true });
  }
  symlinkSync(join(ROOT, "node_modules"), join(directory, "node_modules"), "junction");
}
