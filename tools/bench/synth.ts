import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { parseEstate } from "../../config/load";
import { stacksOf } from "../../config/layout";
import { ROOT } from "../support/project";
import { estateOfSize } from "./estate-of-size";
import type { BenchOptions, BenchGroup } from "./group";
import { inTurns, medianOf, run, type RunMeasured, type SynthMeasured, synthOf } from "./measure";
import type { Result } from "./report";

export const EXAMPLE = join(ROOT, "config/example.ts");

/** Rounds by the number of environments: a synth of 6,003 stacks is long enough to be measured once or twice. */
const ROUNDS = 5;
/** The bar for one stack. */
export const STACK_MS = 2.5;
const ROUNDS_AT_SCALE = 3;

/** Writes an estate with this many environments. @returns its file */
export function writeEstate(directory: string, environments: number): string {
  mkdirSync(directory, { recursive: true });
  const file = join(directory, `estate-${environments}.json`);
  writeFileSync(file, JSON.stringify(estateOfSize(environments)));
  return file;
}

const specsOfSize = (environments: number) => stacksOf(parseEstate(estateOfSize(environments), "the bench's estate"));

/** How many stacks an estate with this many environments has: six for each, and three of the master account. */
export function stacksOfSize(environments: number): number {
  return specsOfSize(environments).length;
}

/** The CDKTF command synthesizes the same project, without network. */
function cdktfSynth(directory: string): Promise<RunMeasured> {
  const outdir = join(directory, "cdktf-out");
  mkdirSync(outdir, { recursive: true });
  const env = { ESTATE: EXAMPLE, CHECKPOINT_DISABLE: "1", DISABLE_VERSION_CHECK: "1", CI: "true" };
  return run(join(ROOT, "node_modules/.bin/cdktf"), ["synth", "--output", outdir], { env });
}

interface Size {
  readonly stacks: number;
  readonly seconds: number;
  readonly peakMB: number;
}

const sizeOf = (environments: number, measured: readonly SynthMeasured[]): Size => ({
  stacks: stacksOfSize(environments),
  seconds: medianOf(measured, "seconds"),
  peakMB: medianOf(measured, "peakMB"),
});

/** Milliseconds for each stack that the larger estate has more: without the start of Node.js and its modules. */
const perStack = (small: Size, large: Size): number =>
  (1000 * (large.seconds - small.seconds)) / (large.stacks - small.stacks);

/** How time and memory grow from a small to a large estate. */
function growth(smallest: Size, small: Size, large: Size, peakAtMost: number): readonly Result[] {
  const [before, after] = [perStack(smallest, small), perStack(small, large)];
  const what = `${large.stacks} stacks`;
  return [
    {
      what: `${what}, whole command, per stack`,
      got: (1000 * large.seconds) / large.stacks,
      unit: "ms",
      // With fewer stacks, the start of Node.js and cdktf's modules is a third of the command.
      ...(large.stacks > 6000 && { atMost: STACK_MS }),
      detail: `${large.seconds.toFixed(2)} s`,
    },
    {
      what: `${what}, each stack after the first ${small.stacks}`,
      got: after,
      unit: "ms",
      atMost: STACK_MS,
      detail: `${large.seconds.toFixed(2)} s - ${small.seconds.toFixed(2)} s`,
    },
    {
      what: `${what}, each stack after the first ${small.stacks} / each before`,
      got: after / before,
      unit: "×",
      atMost: 1.1,
      detail: `${after.toFixed(2)} ms / ${before.toFixed(2)} ms`,
    },
    { what: `${what}, peak memory`, got: large.peakMB, unit: "MB", atMost: peakAtMost },
  ];
}

async function measure({ directory, scale }: BenchOptions): Promise<readonly Result[]> {
  const synth = (environments: number) => () => synthOf(directory, writeEstate(directory, environments));
  const sizes = await inTurns(ROUNDS, { one: synth(1), ten: synth(10), hundred: synth(100) });
  const [one, ten, hundred] = [sizeOf(1, sizes.one), sizeOf(10, sizes.ten), sizeOf(100, sizes.hundred)];
  const { thousand } = scale ? await inTurns(ROUNDS_AT_SCALE, { thousand: synth(1000) }) : { thousand: [] };
  const { project, cdktf } = await inTurns<"project" | "cdktf", Pick<RunMeasured, "seconds">>(ROUNDS, {
    project: () => synthOf(directory, EXAMPLE),
    cdktf: () => cdktfSynth(directory),
  });
  const [own, command] = [medianOf(project, "seconds"), medianOf(cdktf, "seconds")];
  return [
    {
      what: "npm run synth / cdktf synth, the example",
      got: own / command,
      unit: "×",
      atMost: 0.4,
      detail: `${own.toFixed(2)} s / ${command.toFixed(2)} s`,
    },
    ...growth(one, ten, hundred, 400),
    ...(scale ? growth(ten, hundred, sizeOf(1000, thousand), 600) : []),
  ];
}

export const synthGroup: BenchGroup = {
  name: "synth",
  about: "npm run synth: against cdktf synth, and how time and memory grow with the estate",
  measure,
};

/** As in `npm run plan -- env-1`: the stacks of one environment, whatever the size of the estate. */
async function measureSelected({ directory, scale }: BenchOptions): Promise<readonly Result[]> {
  const select = specsOfSize(1).flatMap(({ id, environment }) => (environment ? [id] : []));
  const synth = (environments: number) => () => synthOf(directory, writeEstate(directory, environments), { select });
  const large = scale ? 1000 : 100;
  const { small, big } = await inTurns(ROUNDS, { small: synth(1), big: synth(large) });
  const [before, after] = [medianOf(small, "seconds"), medianOf(big, "seconds")];
  return [
    {
      what: `synth of ${select.length} selected of ${stacksOfSize(large)} stacks / of ${stacksOfSize(1)} stacks`,
      got: after / before,
      unit: "×",
      atMost: 1.5,
      detail: `${after.toFixed(2)} s / ${before.toFixed(2)} s`,
    },
  ];
}

export const selectedGroup: BenchGroup = {
  name: "selected",
  about: "synth of one environment, as npm run plan does it, in a large and in a small estate",
  measure: measureSelected,
};
