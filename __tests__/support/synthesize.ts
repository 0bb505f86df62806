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

/** Synthesizes an estate like main.ts. The same code makes the same output of the same estate once, in any test file. */
export function synthesize(estate: Estate): SynthesizedEstate {
  const known = done.get(estate);
  if (known) return known;
  const synthesized = new SynthesizedEstate(
    estate,
    cache.get(estate, () => outputOf(estate)),
  );
  done.set(estate, synthesized);
  return synthesized;
}

/** Synthesizes an estate, whatever was synthesized before. */
export function synthesizeAnew(estate: Estate): SynthesizedEstate {
  return new SynthesizedEstate(estate, outputOf(estate));
}

function outputOf(estate: Estate): Output {
  // Where the output is known, nothing loads cdktf and the provider's modules: that takes longer than a synth.
  /* eslint-disable @typescript-eslint/no-require-imports */
  const { synthesizeGroups } = require("../../stacks") as typeof stacks;
  const { groupsOf } = require("../../stacks/groups") as typeof groups;
  const { readSynthesized } = require("../../tools/synth/synthesized") as typeof synthesized;
  /* eslint-enable @typescript-eslint/no-require-imports */
  const outdir = mkdtempSync(join(tmpdir(), "estate-"));
  try {
    synthesizeGroups(groupsOf(estate), outdir);
    const folder = join(outdir, "stacks");
    const texts = readdirSync(folder).map((id) => [id, readFileSync(join(folder, id, "cdk.tf.json"), "utf8")]);
    const hasModules = texts.some(([, text = ""]) => text.includes('"module":'));
    const read = hasModules ? readSynthesized(outdir).map(({ id, modules }) => [id, modules] as const) : [];
    return {
      stacks: Object.fromEntries(texts) as Output["stacks"],
      manifest: readFileSync(join(outdir, "manifest.json"), "utf8"),
      modules: Object.fromEntries(read),
    };
  } finally {
    rmSync(outdir, { recursive: true });
  }
}
