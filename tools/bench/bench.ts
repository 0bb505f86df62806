import { spawnSync } from "node:child_process";
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { cpus, tmpdir } from "node:os";
import { join } from "node:path";
import { Command } from "commander";
import { parseEstate } from "../../config/load";
import { stacksOf } from "../../config/layout";
import { ROOT } from "../support/project";
import { alignColumns } from "../support/table";
import { measureAffected } from "./affected";
import { estateOfSize } from "./estate-of-size";
import { measurePlanning } from "./planning";

/*
 * Measures synth against the CDKTF command, how time and memory grow with the estate, and the access report. Numbers are
 * medians. Most limits are ratios, because machines differ. The exit code is 1 if a limit is exceeded.
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

function projectSynth(env: NodeJS.ProcessEnv): Measured {
  const peakFile = join(directory, "peak");
  const outdir = join(directory, "out");
  rmSync(outdir, { recursive: true, force: true });
  const args = ["--require", join(__dirname, "report-peak.cjs"), "--require", "tsx/cjs", "main.ts"];
  const seconds = run(process.execPath, args, { ...env, CDKTF_OUTDIR: outdir, BENCH_PEAK: peakFile });
  return { seconds, peakMiB: Number(readFileSync(peakFile, "utf8")) / 1024 };
}

/** The CDKTF command synthesizes the same project, without network. */
function cdktfSynth(): number {
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

const limits: string[][] = [["", "limit", "got", "at most"]];

function checkLimit(what: string, got: number, limit: number, digits = 2): void {
  const holds = got <= limit;
  limits.push([holds ? "ok" : "EXCEEDED", what, got.toFixed(digits), limit.toFixed(digits)]);
  if (!holds) process.exitCode = 1;
}

function benchCommand(): void {
  const [project, cdktf]: [number[], number[]] = [[], []];
  // In turns, so that other load of the machine affects both.
  for (let round = 0; round < ROUNDS; round++) {
    project.push(projectSynth({ ESTATE: EXAMPLE }).seconds);
    cdktf.push(cdktfSynth());
  }
  const [projectSeconds, cdktfSeconds] = [median(project), median(cdktf)];
  console.log(
    `synth of the example: npm run synth ${projectSeconds.toFixed(2)} s, cdktf synth ${cdktfSeconds.toFixed(2)} s`,
  );
  checkLimit("npm run synth / cdktf synth", projectSeconds / cdktfSeconds, 0.4);
}

function benchGrowth(): void {
  const perStack = new Map<number, number>();
  const lines = [["environments", "stacks", "seconds", "ms per stack", "peak MiB"]];
  for (const size of SIZES) {
    const estate = estateOfSize(size);
    const file = join(directory, `estate-${size}.json`);
    writeFileSync(file, JSON.stringify(estate));
    const stacks = stacksOf(parseEstate(estate, file)).length;
    const { seconds, peakMiB } = medians(
      Array.from({ length: size === 100 ? 3 : ROUNDS }, () => projectSynth({ ESTATE: file })),
    );
    perStack.set(size, seconds / stacks);
    lines.push([
      ...[String(size), String(stacks), seconds.toFixed(2)],
      ...[((1000 * seconds) / stacks).toFixed(1), peakMiB.toFixed(0)],
    ]);
    checkLimit(`peak MiB with ${size} environments`, peakMiB, 400 / 1.048576, 0);
  }
  console.log(alignColumns(lines, [0, 1, 2, 3, 4]));
  checkLimit(
    "time per stack, 100 environments / 10",
    (perStack.get(100) ?? Number.NaN) / (perStack.get(10) ?? Number.NaN),
    1.2,
  );
}

interface AccessMeasured {
  readonly matrix: number;
  readonly graph: number;
  readonly accounts: number;
  readonly principals: number;
}

function accessOf(env: NodeJS.ProcessEnv): AccessMeasured {
  projectSynth(env);
  const args = ["--import", "tsx", join(__dirname, "access-of.ts"), join(directory, "out")];
  const measured = Array.from({ length: 3 }, () => {
    const { status, stdout, stderr } = spawnSync(process.execPath, args, { cwd: ROOT, encoding: "utf8" });
    if (status !== 0) throw new Error(`access-of.ts failed (exit code ${status ?? "none"}):\n${stderr}`);
    return JSON.parse(stdout) as AccessMeasured;
  });
  const [first] = measured;
  if (!first) throw new Error("rounds must be at least 1, got 0");
  return {
    ...first,
    matrix: median(measured.map(({ matrix }) => matrix)),
    graph: median(measured.map(({ graph }) => graph)),
  };
}

/** The access report after synth: the matrix of roles and actions, and the graph of who can assume whom. */
function benchAccess(): void {
  const print = (what: string, { matrix, graph, accounts, principals }: AccessMeasured) => {
    console.log(
      `access of ${what}, ${accounts} accounts, ${principals} users and roles: matrix ${matrix.toFixed(2)} s ` +
        `(${((1000 * matrix) / accounts).toFixed(0)} ms per account), graph ${graph.toFixed(2)} s`,
    );
  };
  const example = accessOf({ ESTATE: EXAMPLE });
  print("the example", example);
  checkLimit("seconds for the matrix of the example", example.matrix, 2);
  const [ten, hundred] = [10, 100].map((size) => accessOf({ ESTATE: join(directory, `estate-${size}.json`) }));
  if (!ten || !hundred) return;
  print("10 environments", ten);
  print("100 environments", hundred);
  checkLimit(
    "matrix, time per account, 100 environments / 10",
    hundred.matrix / hundred.accounts / (ten.matrix / ten.accounts),
    1.2,
  );
}

/**
 * `npm run affected` after a change of one environment, against one synth. It must list that environment's stacks only.
 */
function benchAffected(): void {
  const { stacks, synth, affected, ofEnvironment, planned } = measureAffected(join(directory, "affected"));
  console.log(
    `affected, one environment of ${stacks} stacks changed: npm run affected ${median(affected).toFixed(2)} s, ` +
      `npm run synth ${median(synth).toFixed(2)} s; ${planned.length} stacks to plan of ${ofEnvironment.length} in the environment`,
  );
  checkLimit("npm run affected / npm run synth", median(affected) / median(synth), 2.5);
  const [some, all] = [new Set(planned), new Set(ofEnvironment)];
  const wrong = [...planned.filter((id) => !all.has(id)), ...ofEnvironment.filter((id) => !some.has(id))];
  checkLimit("stacks of other environments planned, or of this one not planned", wrong.length, 0, 0);
}

/** `npm run plan` of an environment, against the CDKTF command and against Terraform alone. */
async function benchPlanning(): Promise<void> {
  const measured = await measurePlanning(join(directory, "planning"));
  const { stacks, npmRunPlan, cdktfDiff, terraform, terraformPlan } = measured;
  console.log(
    `planning ${stacks} stacks: npm run plan ${npmRunPlan.toFixed(1)} s, sequential cdktf diff ${cdktfDiff.toFixed(1)} s, ` +
      `terraform init and plan ${terraform.toFixed(1)} s (plan alone ${terraformPlan.toFixed(1)} s)`,
  );
  checkLimit("npm run plan / cdktf diff", npmRunPlan / cdktfDiff, 0.5);
  checkLimit("npm run plan / terraform plan", npmRunPlan / terraformPlan, 1.15);
}

// Rejects unknown arguments, and prints --help.
new Command("npm run bench --")
  .description(
    "Measures synth against the CDKTF command, its growth with the estate, the access report, affected stacks, and planning on an emulator. Takes about 10 minutes. The exit code is 1 if a limit is exceeded.",
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
    console.log(alignColumns(limits, [2, 3]));
  } finally {
    rmSync(directory, { recursive: true, force: true });
  }
}

void bench();
