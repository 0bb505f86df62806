import { join } from "node:path";
import type { BenchOptions, BenchGroup } from "./group";
import { inTurns, medianOf, run, synthOf } from "./measure";
import type { Result } from "./report";
import { EXAMPLE, writeEstate } from "./synth";
import { TYPESCRIPT } from "../support/project";

const ROUNDS = 3;

interface AccessMeasured {
  /** Seconds to read the access model and to fill in the table of roles and actions. */
  readonly matrix: number;
  /** Seconds to compute who can assume whom, after that. */
  readonly graph: number;
  /** Seconds to write the page, after both. */
  readonly page: number;
  readonly accounts: number;
  readonly principals: number;
}

/** Measures the access of a synthesized output, in a process of its own: nothing is decided already. */
async function accessOf(outdir: string): Promise<AccessMeasured> {
  const { output } = await run(process.execPath, ["--require", TYPESCRIPT, join(__dirname, "access-of.ts"), outdir]);
  return JSON.parse(output) as AccessMeasured;
}

/** Synthesizes an estate of this many environments. @returns how to measure its access */
async function synthesized(directory: string, environments: number): Promise<() => Promise<AccessMeasured>> {
  const own = join(directory, String(environments));
  await synthOf(own, writeEstate(own, environments));
  return () => accessOf(join(own, "out"));
}

const inDetail = ([first]: readonly AccessMeasured[]): string =>
  `${first?.accounts ?? 0} accounts, ${first?.principals ?? 0} users and roles`;

type Part = "matrix" | "graph" | "page";
const PARTS: readonly Part[] = ["matrix", "graph", "page"];

/** How the time for each account grows. */
function growth(what: Part, small: readonly AccessMeasured[], large: readonly AccessMeasured[]): Result {
  const perAccount = (measured: readonly AccessMeasured[]) =>
    (1000 * medianOf(measured, what)) / medianOf(measured, "accounts");
  const [before, after] = [perAccount(small), perAccount(large)];
  return {
    what: `${what}, time per account, ${medianOf(large, "accounts")} accounts / ${medianOf(small, "accounts")}`,
    got: after / before,
    unit: "×",
    atMost: 1.2,
    detail: `${after.toFixed(1)} ms / ${before.toFixed(1)} ms`,
  };
}

async function measure({ directory, scale }: BenchOptions): Promise<readonly Result[]> {
  const example = join(directory, "example");
  await synthOf(example, EXAMPLE);
  const works: Record<string, () => Promise<AccessMeasured>> = {
    example: () => accessOf(join(example, "out")),
    ten: await synthesized(directory, 10),
    hundred: await synthesized(directory, 100),
  };
  if (scale) works["thousand"] = await synthesized(directory, 1000);
  const { example: few = [], ten = [], hundred = [], thousand = [] } = await inTurns(ROUNDS, works);
  const inSeconds = (what: Part, of: readonly AccessMeasured[], atMost: number): Result => ({
    what: `${what} of ${inDetail(of)}`,
    got: medianOf(of, what),
    unit: "s",
    atMost,
  });
  return [
    inSeconds("matrix", few, 2),
    inSeconds("matrix", hundred, 3.25),
    inSeconds("graph", hundred, 2.45),
    ...PARTS.map((part) => growth(part, ten, hundred)),
    ...(scale ? PARTS.map((part) => growth(part, hundred, thousand)) : []),
  ];
}

export const accessGroup: BenchGroup = {
  name: "access",
  about: "the access report: the matrix of roles and actions, the graph of who can assume whom, and the page",
  measure,
};
