import { mkdirSync, mkdtempSync, readFileSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Estate } from "../../config/model";
import type * as stacks from "../../stacks";
import type * as groups from "../../stacks/groups";
import type * as synthesized from "../../tools/synth/synthesized";
import type { SynthesizedStack } from "../../tools/synth/synthesized";
import { ContentCache } from "./content-cache";
import { StackReader, type StackJson } from "./stack-reader";

interface Manifest {
  stacks: Record<string, { name: string; dependencies: string[] }>;
}

/** The text of each stack's JSON, by id, and of the manifest. */
interface Output {
  readonly stacks: Readonly<Record<string, string>>;
  readonly manifest: string;
  /** The code of the modules of each stack that has modules. */
  readonly modules: Readonly<Record<string, SynthesizedStack["modules"]>>;
}

/** The output of a synth. */
export class SynthesizedEstate {
  readonly stacks: readonly StackReader[];
  /** The text of each stack's JSON. */
  readonly texts: ReadonlyMap<string, string>;
  readonly manifest: Manifest;

  constructor(
    readonly estate: Estate,
    private readonly output: Output,
  ) {
    this.texts = new Map(Object.entries(output.stacks));
    this.manifest = JSON.parse(output.manifest) as Manifest;
    this.stacks = [...this.texts].map(([id, text]) => new StackReader(id, JSON.parse(text) as StackJson));
  }

  stack(id: string): StackReader {
    const found = this.stacks.find((stack) => stack.id === id);
    if (!found) throw new Error(`no stack ${id}, only ${this.stacks.map((stack) => stack.id).join(", ")}`);
    return found;
  }

  /** The stacks as the access model reads them. */
  get forAccess(): SynthesizedStack[] {
    return this.stacks.map(({ id, json }) => ({ id, json, modules: this.output.modules[id] }));
  }

  dependenciesOf(id: string): string[] {
    return this.manifest.stacks[id]?.dependencies ?? [];
  }

  /** Writes the files as main.ts does. */
  writeTo(outdir: string): void {
    for (const [id, text] of this.texts) {
      mkdirSync(join(outdir, "stacks", id), { recursive: true });
      writeFileSync(join(outdir, "stacks", id, "cdk.tf.json"), text);
    }
    writeFileSync(join(outdir, "manifest.json"), this.output.manifest);
  }
}

const done = new WeakMap<Estate, SynthesizedEstate>();

/** What the output depends on, besides the estate. */
export const SOURCES = [
  "config",
  "custom",
  "examples",
  "modules",
  "stacks",
  "tools/synth", // how modules of a stack are read
  "package-lock.json",
  "node_modules/.package-lock.json",
];
const cache = new ContentCache("synthesized", [...SOURCES, __filename]);
const groupCache = new ContentCache("synthesized-groups", [...SOURCES, __filename]);

/** Synthesizes an estate like main.ts. The same code makes the same output of the same estate once, in any test file. */
export function synthesize(estate: Estate): SynthesizedEstate {
  const known = done.get(estate);
  if (known) return known;
  const synthesized = new SynthesizedEstate(
    estate,
    cache.get(estate, () => outputOfGroups(estate)),
  );
  done.set(estate, synthesized);
  return synthesized;
}

/** Synthesizes an estate, whatever was synthesized before. */
export function synthesizeAnew(estate: Estate): SynthesizedEstate {
  return new SynthesizedEstate(estate, outputOf(estate));
}

/** What the input of a group makes. */
interface GroupOutput {
  readonly outcome: stacks.GroupOutcome;
  readonly texts: Output["stacks"];
}

/**
 * The output of a synth. A group of stacks is made of its input alone, and most estates of the tests change one or two of
 * the example's groups: only those whose input is unknown are built.
 */
function outputOfGroups(estate: Estate): Output {
  // Own stacks are checked, and their modules are read, together with those of all other groups.
  if (estate.custom !== undefined) return outputOf(estate);
  const { finishSynth, groupsOf, synthesizeEach } = loaded();
  return inFolder((outdir) => {
    const inputs = groupsOf(estate).map(({ input }) => input);
    const made = groupCache.getAll(inputs, (missing): GroupOutput[] => {
      const outcomes = synthesizeEach(missing, outdir, new Int32Array(1));
      // Nothing is kept of a refused synth: this throws what AWS would refuse.
      if (outcomes.some(({ written }) => !written)) finishSynth(outcomes, outdir);
      return outcomes.map((outcome) => ({
        outcome,
        texts: textsIn(outdir, outcome.written?.states.map(({ id }) => id) ?? []),
      }));
    });
    finishSynth(
      made.map(({ outcome }, place) => ({ ...outcome, place })),
      outdir,
    );
    const texts = made.flatMap((group) => Object.entries(group.texts)).sort(([one], [other]) => (one < other ? -1 : 1));
    return { stacks: Object.fromEntries(texts), manifest: manifestIn(outdir), modules: {} };
  });
}

function outputOf(estate: Estate): Output {
  const { groupsOf, readSynthesized, synthesizeGroups } = loaded();
  return inFolder((outdir) => {
    synthesizeGroups(groupsOf(estate), outdir);
    const texts = textsIn(outdir, readdirSync(join(outdir, "stacks")).sort());
    const hasModules = Object.values(texts).some((text) => text.includes('"module":'));
    const read = hasModules ? readSynthesized(outdir).map(({ id, modules }) => [id, modules] as const) : [];
    return { stacks: texts, manifest: manifestIn(outdir), modules: Object.fromEntries(read) };
  });
}

/** Where the output is known, nothing loads cdktf and the provider's modules: that takes longer than a synth. */
function loaded() {
  /* eslint-disable @typescript-eslint/no-require-imports */
  return {
    ...(require("../../stacks") as typeof stacks),
    ...(require("../../stacks/groups") as typeof groups),
    ...(require("../../tools/synth/synthesized") as typeof synthesized),
  };
  /* eslint-enable @typescript-eslint/no-require-imports */
}

function inFolder(make: (outdir: string) => Output): Output {
  const outdir = mkdtempSync(join(tmpdir(), "estate-"));
  try {
    return make(outdir);
  } finally {
    rmSync(outdir, { recursive: true });
  }
}

const textsIn = (outdir: string, ids: readonly string[]): Output["stacks"] =>
  Object.fromEntries(ids.map((id) => [id, readFileSync(join(outdir, "stacks", id, "cdk.tf.json"), "utf8")]));

const manifestIn = (outdir: string): string => readFileSync(join(outdir, "manifest.json"), "utf8");
