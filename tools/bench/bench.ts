import { spawnSync } from "node:child_process";
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { cpus, tmpdir } from "node:os";
import { join } from "node:path";
import { Command } from "commander";
import { parseEstate } from "../../config/load";
import { stacksOf } from "../../config/layout";
import { measureAffected } from "./affected";
import { estateOfSize } from "./estate-of-size";
import { measurePlanning } from "./planning";
import { ROOT } from "../support/project";

/*
 * How fast synth is, against the CDKTF command in the same run, how time and memory grow with the estate, and how fast
 * its access is told. Numbers are medians; what counts are ratios, since machines differ. Exit code 1 where a bar is
 * missed.
 */

const EXAMPLE = join(ROOT, "config/example.ts");
const ROUNDS = 5;
const SIZES = [1, 10, 100] as const;

interface Measured {
  readonly seconds: number;
  readonly peakMiB: number;
}

const directory = mkdtempSync(join(tmpdir(), "bench-"));

function median(values: readonly number[]): number {
  const sorted = [...values].sort((a, b) => a - b);
  return sorted[Math.floor(sorted.length / 2)] ?? Number.NaN;
}

function run(command: string, args: readonly string[], env: NodeJS.ProcessEnv): number {
  const began = performance.now();
  const { status, stderr } = spawnSync(command, args, { cwd: ROOT, env: { ...process.env, ...env }, encoding: "utf8" });
  if (status !== 0) throw new Error(`${command} ${args.join(" ")} failed (exit code ${status ?? "none"}):\n${stderr}`);
  return (performance.now() - began) / 1000;
}

function ours(env: NodeJS.ProcessEnv): Measured {
  const peakFile = join(directory, "peak");
  const outdir = join(directory, "out");
  rmSync(outdir, { recursive: true, force: true });
  const args = ["--require", join(__dirname, "report-peak.cjs"), "--require", "tsx/cjs", "main.ts"];
  const seconds = run(process.execPath, args, { ...env, CDKTF_OUTDIR: outdir, BENCH_PEAK: peakFile });
  return { seconds, peakMiB: Number(readFileSync(peakFile, "utf8")) / 1024 };
}

/** The CDKTF command synthesizes the same project; it needs no network for it. */
function cdktf(): number {
  const outdir = join(directory, "cdktf-out");
  mkdirSync(outdir, { recursive: true });
  const env = { ESTATE: EXAMPLE, CHECKPOINT_DISABLE: "1", DISABLE_VERSION_CHECK: "1", CI: "true" };
  return run(join(ROOT, "node_modules/.bin/cdktf"), ["synth", "--output", outdir], env);
}

function medians(measured: readonly Measured[]): Measured {
  return {
    seconds: median(measured.map(({ seconds }) => seconds)),
    peakMiB: median(measured.map(({ peakMiB }) => peakMiB)),
  };
}

const bars: string[] = [];

function bar(what: string, got: number, limit: number, digits = 2): void {
  const holds = got <= limit;
  bars.push(`${holds ? "holds " : "MISSED"}  ${what}: ${got.toFixed(digits)}, at most ${limit.toFixed(digits)}`);
  if (!holds) process.exitCode = 1;
}

function benchCommand(): void {
  const [own, theirs]: [number[], number[]] = [[], []];
  // In turns, so that whatever else the machine does falls on both.
  for (let round = 0; round < ROUNDS; round++) {
    own.push(ours({ ESTATE: EXAMPLE }).seconds);
    theirs.push(cdktf());
  }
  console.log(`synth of the example: ours ${median(own).toFixed(2)} s, cdktf synth ${median(theirs).toFixed(2)} s`);
  bar("our synth / cdktf synth", median(own) / median(theirs), 0.4);
}

function benchGrowth(): void {
  const perStack = new Map<number, number>();
  for (const size of SIZES) {
    const estate = estateOfSize(size);
    const file = join(directory, `estate-${size}.json`);
    writeFileSync(file, JSON.stringify(estate));
    const stacks = stacksOf(parseEstate(estate, file)).length;
    const { seconds, peakMiB } = medians(
      Array.from({ length: size === 100 ? 3 : ROUNDS }, () => ours({ ESTATE: file })),
    );
    perStack.set(size, seconds / stacks);
    console.log(
      `${String(size).padStart(3)} environments, ${String(stacks).padStart(3)} stacks: ${seconds.toFixed(2)} s, ` +
        `${((1000 * seconds) / stacks).toFixed(1)} ms a stack, peak ${peakMiB.toFixed(0)} MiB`,
    );
    bar(`peak MiB with ${size} environments`, peakMiB, 400 / 1.048576, 0);
  }
  bar("time a stack, 100 environments / 10", (perStack.get(100) ?? Number.NaN) / (perStack.get(10) ?? Number.NaN), 1.2);
}

interface AccessMeasured {
  readonly matrix: number;
  readonly graph: number;
  readonly accounts: number;
  readonly principals: number;
}

function accessOf(env: NodeJS.ProcessEnv): AccessMeasured {
  ours(env);
  const args = ["--import", "tsx", join(__dirname, "access-of.ts"), join(directory, "out")];
  const measured = Array.from({ length: 3 }, () => {
    const { status, stdout, stderr } = spawnSync(process.execPath, args, { cwd: ROOT, encoding: "utf8" });
    if (status !== 0) throw new Error(`access-of.ts failed (exit code ${status ?? "none"}):\n${stderr}`);
    return JSON.parse(stdout) as AccessMeasured;
  });
  const [first] = measured;
  if (!first) throw new Error("nothing was measured");
  return {
    ...first,
    matrix: median(measured.map(({ matrix }) => matrix)),
    graph: median(measured.map(({ graph }) => graph)),
  };
}

/** Who may do what, after synth: everybody asked for everything, and who can become whom. */
function benchAccess(): void {
  const tell = (what: string, { matrix, graph, accounts, principals }: AccessMeasured) => {
    console.log(
      `access of ${what}, ${accounts} accounts, ${principals} users and roles: matrix ${matrix.toFixed(2)} s ` +
        `(${((1000 * matrix) / accounts).toFixed(0)} ms an account), graph ${graph.toFixed(2)} s`,
    );
  };
  const example = accessOf({ ESTATE: EXAMPLE });
  tell("the example", example);
  bar("seconds for the matrix of the example", example.matrix, 2);
  const [ten, hundred] = [10, 100].map((size) => accessOf({ ESTATE: join(directory, `estate-${size}.json`) }));
  if (!ten || !hundred) return;
  tell("10 environments", ten);
  tell("100 environments", hundred);
  bar(
    "matrix, time an account, 100 environments / 10",
    hundred.matrix / hundred.accounts / (ten.matrix / ten.accounts),
    1.2,
  );
}

/**
 * What a change of one environment affects, against one synth of the estate, and whether it is that environment alone.
 */
function benchAffected(): void {
  const { stacks, synth, affected, ofEnvironment, planned } = measureAffected(join(directory, "affected"));
  console.log(
    `affected, one environment of ${stacks} stacks changed: npm run affected ${median(affected).toFixed(2)} s, ` +
      `npm run synth ${median(synth).toFixed(2)} s; ${planned.length} stacks to plan, the environment has ${ofEnvironment.length}`,
  );
  bar("npm run affected / npm run synth", median(affected) / median(synth), 2.5);
  const [some, all] = [new Set(planned), new Set(ofEnvironment)];
  const wrong = [...planned.filter((id) => !all.has(id)), ...ofEnvironment.filter((id) => !some.has(id))];
  bar("stacks planned that are not the environment's, or not planned that are", wrong.length, 0, 0);
}

/** Planning an environment, against the CDKTF command and against Terraform alone. */
async function benchPlanning(): Promise<void> {
  const { stacks, ours: own, cdktf: theirs, bare, barePlan } = await measurePlanning(join(directory, "planning"));
  console.log(
    `planning ${stacks} stacks: npm run plan ${own.toFixed(1)} s, cdktf diff one after another ${theirs.toFixed(1)} s, ` +
      `terraform init and plan ${bare.toFixed(1)} s (plan alone ${barePlan.toFixed(1)} s)`,
  );
  bar("npm run plan / cdktf diff", own / theirs, 0.5);
  bar("npm run plan / terraform plan", own / barePlan, 1.15);
}

// Unknown arguments are refused, and --help is told.
new Command("npm run bench --")
  .description(
    "Measures synth against the CDKTF command, how it grows, the telling of access and of what a change affects, and planning on an emulator: about 10 minutes. Exit code 1 where a bar is missed.",
  )
  .parse();

async function bench(): Promise<void> {
  try {
    console.log(`Node ${process.versions.node}, ${cpus().length} cores; medians of ${ROUNDS} (3 for 100 environments)`);
    benchCommand();
    benchGrowth();
    benchAccess();
    benchAffected();
    await benchPlanning();
    console.log(bars.join("\n"));
  } finally {
    rmSync(directory, { recursive: true, force: true });
  }
}

void bench();
