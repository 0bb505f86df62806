import { existsSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { UserError } from "../../config/user-error";
import { runProcess } from "../support/process";
import { ROOT } from "../support/project";
import { counted } from "../support/text";
import { synthesizeAsync } from "../synth/synth";
import { compareOutputs, readOutput, type Output } from "./compare-outputs";
import type { EstateDifference } from "./difference-lines";
import { installChanged, type PackageManifest } from "./install";
import { copyOfProject, outsideGit } from "./project-copy";

export interface Trial {
  /** Changes the packages of package.json. */
  readonly change: (manifest: PackageManifest) => PackageManifest;
  /** Changes each TypeScript source. @default none is changed */
  readonly rename?: (text: string) => string;
  /** The arguments of Jest that select unit tests; an empty list selects all. @default none is run */
  readonly tests?: readonly string[];
  /** Prints a line. */
  readonly print: (line: string) => void;
  /** Interrupts it. */
  readonly signal?: AbortSignal;
}

export interface TrialResult {
  readonly differences: readonly EstateDifference[];
  /** The checks that failed: their output was printed. */
  readonly failed: readonly string[];
}

const TIME_LIMIT_SECONDS = 3600;
const GRACE_SECONDS = 5;

/**
 * Tries other libraries in a temporary copy of the project: installs them, checks types, synthesizes the estates with the
 * libraries of the project and with those of the copy, compares the outputs, and runs unit tests. Always removes the copy.
 *
 * @param parent the folder of the copy. Default: the one for temporary files
 * @throws UserError if the libraries cannot be installed, an estate cannot be synthesized, or it is interrupted
 */
export async function tryLibraries(trial: Trial, root = ROOT, parent?: string): Promise<TrialResult> {
  const { print, signal, change, rename } = trial;
  const timed = timer(print);
  const copy = await timed("copied the project", () => Promise.resolve(copyOfProject(root, parent)));
  try {
    const logFile = join(copy.directory, "npm.log");
    await timed("installed the packages", () => installChanged(copy.project, change, { logFile, signal }));
    if (rename) {
      const renamed = renameSources(copy.project, copy.files, rename);
      print(`renamed the imports of ${counted(renamed, "file")}`);
    }
    const estates = estatesIn(copy.files);
    const [compared, types] = await Promise.allSettled([
      compareEstates({ ...copy, root }, estates, trial),
      check(copy, "types", ["typescript/bin/tsc", "--noEmit"], trial),
    ]);
    const [differences, failed] = [valueOf(compared), valueOf(types)];
    const tests = trial.tests ? await check(copy, "unit tests", [...JEST, ...trial.tests], trial) : [];
    return { differences, failed: [...failed, ...tests] };
  } finally {
    copy.remove();
  }
}

function valueOf<T>(settled: PromiseSettledResult<T>): T {
  if (settled.status === "rejected") throw settled.reason;
  return settled.value;
}

const JEST = ["jest/bin/jest.js", "--selectProjects", "unit", "--maxWorkers=100%", "--reporters=summary"];

/** Every estate that the project has: its examples, and a team's own. */
function estatesIn(files: readonly string[]): readonly string[] {
  return files.filter((file) => /^(config\/(example|estate)\.(ts|json)|examples\/([\w-]+|[\w-]+\/estate)\.ts)$/.test(file)); // prettier-ignore
}

function renameSources(project: string, files: readonly string[], rename: (text: string) => string): number {
  const sources = files.filter((file) => /\.tsx?$/.test(file)).map((file) => join(project, file));
  return sources.filter((file) => {
    const text = readFileSync(file, "utf8");
    const renamed = rename(text);
    if (renamed !== text) writeFileSync(file, renamed);
    return renamed !== text;
  }).length;
}

type Folders = Pick<ReturnType<typeof copyOfProject>, "project" | "directory">;

/** Synthesizes one estate after the other: Node.js uses several cores for each. */
async function compareEstates(
  { root, project, directory }: Folders & { readonly root: string },
  estates: readonly string[],
  { print, signal }: Trial,
): Promise<readonly EstateDifference[]> {
  const start = performance.now();
  const differences: EstateDifference[] = [];
  let stacks = 0;
  for (const [index, estate] of estates.entries()) {
    const outputOf = async (name: string, folder: string): Promise<Output> => {
      const outdir = join(directory, `${name}-${index}`);
      await synthesizeAsync(outdir, { root: folder, estate: join(folder, estate), signal });
      return readOutput(outdir);
    };
    const before = await outputOf("before", root);
    const now = await outputOf("now", project).catch((error: unknown) => {
      if (!(error instanceof UserError)) throw error;
      throw new UserError(`${estate} must be synthesized with the other libraries, got:\n${error.message}`);
    });
    stacks += [...before.keys()].filter((path) => path.endsWith("/cdk.tf.json")).length;
    differences.push(...compareOutputs(before, now).map((each) => ({ estate, ...each })));
  }
  print(`synthesized ${counted(estates.length, "estate")} with ${counted(stacks, "stack")}, before and now: ${seconds(start)}`); // prettier-ignore
  return differences;
}

/** Runs a program of the copy's packages. Returns its name if it fails, and prints its output. */
async function check(
  { project, directory }: Folders,
  name: string,
  [program = "", ...args]: readonly string[],
  { print, signal }: Trial,
): Promise<readonly string[]> {
  const start = performance.now();
  const path = join(project, "node_modules", program);
  if (!existsSync(path)) throw new Error(`${path} must exist`);
  const { exitCode, output, interruptedBy } = await runProcess({
    ...{ command: process.execPath, args: [path, ...args], cwd: project, env: outsideGit(), signal },
    ...{ logFile: join(directory, "checks.log"), timeLimitSeconds: TIME_LIMIT_SECONDS, graceSeconds: GRACE_SECONDS },
  });
  if (interruptedBy === "abort") throw new UserError(`${name}: interrupted`);
  const passed = exitCode === 0;
  print(`${name} ${passed ? "passed" : "failed"}: ${seconds(start)}${passed ? "" : `\n${output.trim()}`}`);
  return passed ? [] : [name];
}

const seconds = (start: number): string => `${((performance.now() - start) / 1000).toFixed(0)} s`;

/** Prints what was done, and how long it took. */
function timer(print: Trial["print"]) {
  return async <T>(what: string, work: () => Promise<T>): Promise<T> => {
    const start = performance.now();
    const result = await work();
    print(`${what}: ${seconds(start)}`);
    return result;
  };
}
