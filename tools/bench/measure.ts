import { spawn } from "node:child_process";
import { mkdirSync, readFileSync, rmSync } from "node:fs";
import { join } from "node:path";
import { ROOT, TYPESCRIPT } from "../support/project";

/** The middle value; of an even number of values, the mean of the two in the middle. NaN without values. */
function median(values: readonly number[]): number {
  const sorted = [...values].sort((a, b) => a - b);
  const middle = sorted.length >> 1;
  const upper = sorted[middle] ?? Number.NaN;
  return sorted.length % 2 === 1 ? upper : (upper + (sorted[middle - 1] ?? Number.NaN)) / 2;
}

/**
 * Runs all of these in each round, one after the other, so that other load of the machine affects all of them. Returns
 * what each returned in each round.
 */
export async function inTurns<Name extends string, Value>(
  rounds: number,
  works: Readonly<Record<Name, () => Promise<Value>>>,
): Promise<Record<Name, Value[]>> {
  const names = Object.keys(works) as Name[];
  const values = Object.fromEntries(names.map((name): [Name, Value[]] => [name, []])) as Record<Name, Value[]>;
  for (let round = 0; round < rounds; round++) for (const name of names) values[name].push(await works[name]());
  return values;
}

/** The median of one number of each measurement. */
export function medianOf<Key extends string>(measured: readonly Readonly<Record<Key, number>>[], key: Key): number {
  return median(measured.map((each) => each[key]));
}

interface RunOptions {
  /** @default the project */
  readonly cwd?: string;
  /** Variables on top of those of this process; undefined unsets one. */
  readonly env?: NodeJS.ProcessEnv;
  /** Exit codes that are no failure. @default 0 */
  readonly success?: readonly number[];
}

export interface RunMeasured {
  readonly seconds: number;
  /** Standard output. */
  readonly output: string;
}

/** Runs one command and measures it. @throws Error with its output if it fails */
export function run(
  command: string,
  args: readonly string[],
  { cwd = ROOT, env = {}, success = [0] }: RunOptions = {},
): Promise<RunMeasured> {
  return new Promise((resolve, reject) => {
    const began = performance.now();
    const child = spawn(command, args, { cwd, env: { ...process.env, ...env }, stdio: ["ignore", "pipe", "pipe"] });
    const [output, errors]: [Buffer[], Buffer[]] = [[], []];
    child.stdout.on("data", (chunk: Buffer) => output.push(chunk));
    child.stderr.on("data", (chunk: Buffer) => errors.push(chunk));
    child.once("error", reject);
    child.once("close", (code) => {
      const seconds = (performance.now() - began) / 1000;
      const text = Buffer.concat(output).toString();
      if (code !== null && success.includes(code)) resolve({ seconds, output: text });
      else
        reject(
          new Error(
            `${command} ${args.join(" ")} failed (exit code ${code ?? "none"}):\n${text}${Buffer.concat(errors).toString()}`,
          ),
        );
    });
  });
}

export interface SynthMeasured {
  readonly seconds: number;
  readonly peakMB: number;
}

interface SynthOptions {
  /** The Node.js that runs it. @default the one that runs this */
  readonly node?: string;
  /** Ids of stacks: only these are needed. @default every stack */
  readonly select?: readonly string[];
}

/** Synthesizes an estate into `<directory>/out`, which is emptied before, with the command of `npm run synth`. */
export async function synthOf(
  directory: string,
  estate: string,
  { node = process.execPath, select = [] }: SynthOptions = {},
): Promise<SynthMeasured> {
  mkdirSync(directory, { recursive: true });
  const [peak, out] = [join(directory, "peak"), join(directory, "out")];
  rmSync(out, { recursive: true, force: true });
  const args = ["--require", join(__dirname, "report-peak.cjs"), "--require", TYPESCRIPT, "main.ts", ...select];
  const { seconds } = await run(node, args, { env: { ESTATE: estate, CDKTF_OUTDIR: out, BENCH_PEAK: peak } });
  return { seconds, peakMB: (Number(readFileSync(peak, "utf8")) * 1024) / 1e6 };
}
