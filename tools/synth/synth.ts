import { spawnSync } from "node:child_process";
import { mkdirSync, rmSync } from "node:fs";
import { dirname, join } from "node:path";
import { stacksOf } from "../../config/layout";
import { estateFile } from "../../config/load";
import type { Estate } from "../../config/model";
import { UserError } from "../../config/user-error";
import { type Stack } from "./stacks";
import { readStacks } from "./read-stacks";
import { runProcess } from "../support/process";
import { ROOT, TYPESCRIPT } from "../support/project";

/** An estate of several hundred stacks takes seconds. */
const TIME_LIMIT_SECONDS = 900;
const GRACE_SECONDS = 5;

interface SynthesizeOptions {
  /** The project's folder. @default this project */
  readonly root?: string;
  /** Path of the estate file. @default the estate file of the commands */
  readonly estate?: string;
  /** The arguments of main.ts, which select stacks. @default none: every stack */
  readonly select?: readonly string[];
}

/**
 * Synthesizes the estate like `cdktf synth`, with the command in cdktf.json. Empties the folder first: stacks and states
 * of an earlier run are removed.
 *
 * @throws UserError with the message of main.ts if the estate is not valid
 */
export function synthesize(outdir: string, options: SynthesizeOptions = {}): void {
  const { command, args, ...where } = prepareSynth(outdir, options);
  const { status, signal, stderr, error } = spawnSync(command, args, { ...where, encoding: "utf8" });
  if (error) throw error;
  expectSuccess(status, stderr, signal);
}

/**
 * Like `synthesize`, without blocking.
 *
 * @param options.signal interrupts it
 * @throws UserError like `synthesize`, and if it is interrupted
 */
export async function synthesizeAsync(
  outdir: string,
  options: SynthesizeOptions & { readonly signal?: AbortSignal } = {},
): Promise<void> {
  const { exitCode, errorOutput, interruptedBy } = await runProcess({
    ...prepareSynth(outdir, options),
    ...{ logFile: `${outdir}.log`, capture: true, timeLimitSeconds: TIME_LIMIT_SECONDS, graceSeconds: GRACE_SECONDS },
    signal: options.signal,
  });
  if (interruptedBy)
    throw new UserError(`synthesizing ${interruptedBy === "abort" ? "was interrupted" : "took too long"}`);
  expectSuccess(exitCode, errorOutput);
}

/** Empties the folder, and returns the command to run. */
function prepareSynth(outdir: string, { root = ROOT, estate = estateFile(), select = [] }: SynthesizeOptions) {
  rmSync(outdir, { recursive: true, force: true });
  mkdirSync(dirname(outdir), { recursive: true });
  return {
    command: process.execPath,
    args: ["--require", TYPESCRIPT, "main.ts", ...select],
    cwd: root,
    // An absolute path: in the child's working folder, a relative path could name another estate.
    env: { ...synthEnvironment(), ESTATE: estate, CDKTF_OUTDIR: outdir },
  };
}

/** Variables by which Node, SWC and cdktf run other code, read other settings, or write fewer stacks. */
const OTHER_CODE = /^(NODE_(OPTIONS|PATH|COMPILE_CACHE)|(SWC|NAPI_RS)_.*|CDKTF_.*|SYNTH_HCL_OUTPUT)$/i;

/** An estate file may read the other variables: a reviewer sees it. Of Node's options, a limit of memory remains. */
function synthEnvironment(): NodeJS.ProcessEnv {
  const [memory] = /--max[-_]old[-_]space[-_]size=\d+/.exec(process.env["NODE_OPTIONS"] ?? "") ?? [];
  return {
    ...Object.fromEntries(Object.entries(process.env).filter(([name]) => !OTHER_CODE.test(name))),
    ...(memory === undefined ? {} : { NODE_OPTIONS: memory }),
  };
}

/** @param exitCode null if a signal ended it */
function expectSuccess(exitCode: number | null, errorOutput: string, signal?: string | null): void {
  if (exitCode === null) throw new UserError(`synthesizing was ended by ${signal ?? "a signal"}`);
  if (exitCode !== 0) throw new UserError(errorOutput.trim());
}

/**
 * Synthesizes the estate into the folder of a run, and reads its stacks.
 *
 * @param part the ids of stacks of an estate: only these are needed. @default every stack
 * @throws UserError like `synthesizeAsync`
 */
export async function synthesizeStacks(
  directory: string,
  part?: { readonly ids: readonly string[]; readonly estate: Estate },
  signal?: AbortSignal,
): Promise<Stack[]> {
  const outdir = join(directory, "cdktf.out");
  await synthesizeAsync(outdir, { select: part?.ids, signal });
  return readStacks(outdir, part && stacksOf(part.estate));
}
