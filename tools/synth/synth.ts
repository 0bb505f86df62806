import { spawnSync } from "node:child_process";
import { mkdirSync, rmSync, readdirSync } from "node:fs";
import { dirname, join } from "node:path";
import { estateFile } from "../../config/load";
import { UserError } from "../../config/user-error";
import { type Stack } from "./stacks";
import { readStacks } from "./read-stacks";
import { runProcess, isRunning } from "../support/process";
import { ROOT } from "../support/project";

/** An estate of several hundred stacks takes seconds. */
const TIME_LIMIT_SECONDS = 900;
const GRACE_SECONDS = 5;

export interface SynthesizeOptions {
  /** Where the project lies. @default this one */
  readonly root?: string;
  /** @default the estate that commands use */
  readonly estate?: string;
}

/**
 * Synthesizes the estate as `cdktf synth` does, by the command in cdktf.json, into an emptied folder. Stale stacks and
 * the state of an earlier run are gone then.
 *
 * @throws UserError with what main.ts said when the estate is not valid
 */
export function synthesize(outdir: string, options: SynthesizeOptions = {}): void {
  const { command, args, ...where } = synthOf(outdir, options);
  const { status, signal, stderr, error } = spawnSync(command, args, { ...where, encoding: "utf8" });
  if (error) throw error;
  expectSuccess(status, stderr, signal);
}

/**
 * The same while other work goes on.
 *
 * @param options.signal ends it
 * @throws UserError like `synthesize`, and where it is interrupted
 */
export async function synthesizeAsync(
  outdir: string,
  options: SynthesizeOptions & { readonly signal?: AbortSignal } = {},
): Promise<void> {
  const { exitCode, errorOutput, interruptedBy } = await runProcess({
    ...synthOf(outdir, options),
    ...{ logFile: `${outdir}.log`, capture: true, timeLimitSeconds: TIME_LIMIT_SECONDS, graceSeconds: GRACE_SECONDS },
    signal: options.signal,
  });
  if (interruptedBy)
    throw new UserError(`synthesizing ${interruptedBy === "abort" ? "was interrupted" : "took too long"}`);
  expectSuccess(exitCode, errorOutput);
}

/** Empties the folder, and says what is run. */
function synthOf(outdir: string, { root = ROOT, estate = estateFile() }: SynthesizeOptions) {
  rmSync(outdir, { recursive: true, force: true });
  mkdirSync(dirname(outdir), { recursive: true });
  return {
    command: process.execPath,
    args: ["--require", "tsx/cjs", "main.ts"],
    cwd: root,
    // The file is named whole: the child works in another folder, where a relative name may be another estate.
    env: { ...process.env, ESTATE: estate, CDKTF_OUTDIR: outdir },
  };
}

/** @param exitCode null where a signal ended it */
function expectSuccess(exitCode: number | null, said: string, signal?: string | null): void {
  if (exitCode === null) throw new UserError(`synthesizing was ended by ${signal ?? "a signal"}`);
  if (exitCode !== 0) throw new UserError(said.trim());
}

/**
 * Synthesizes the estate into a run's own folder, and reads its stacks.
 *
 * @throws UserError like `synthesize`
 */
export function synthesizeStacks(directory: string): Stack[] {
  const outdir = join(directory, "cdktf.out");
  synthesize(outdir);
  return readStacks(outdir);
}

/** How many ended rehearsals keep their folder, for their logs. */
const KEPT = 3;

/**
 * Makes a folder for one rehearsal, named after the time and this process, and removes those of earlier ones but the
 * last. Two rehearsals at once do not share a folder, and the folder of one that still runs stays.
 *
 * @param kept how many ended ones stay. Default: three
 */
export function newRunDirectory(parent: string, kept = KEPT): string {
  mkdirSync(parent, { recursive: true });
  const ended = readdirSync(parent)
    .filter((name) => !isRunning(Number(/-(\d+)$/.exec(name)?.[1])))
    .sort();
  for (const name of ended.slice(0, Math.max(0, ended.length - kept)))
    rmSync(join(parent, name), { recursive: true, force: true });
  const time = new Date().toISOString().replaceAll(/[-:]|\..*/g, "");
  const directory = join(parent, `${time}-${process.pid}`);
  mkdirSync(directory);
  return directory;
}
