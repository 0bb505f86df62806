import { mkdtempSync, readFileSync, readdirSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { App } from "cdktf";
import type { Estate } from "../../config/model";
import { addStacks } from "../../stacks";
import { StackReader, type StackJson } from "./stack-reader";

interface Manifest {
  stacks: Record<string, { name: string; dependencies: string[] }>;
}

/** The output of `app.synth()` for an estate. */
export class SynthesizedEstate {
  readonly stacks: readonly StackReader[];

  constructor(
    readonly estate: Estate,
    /** The text of each stack's JSON. */
    readonly texts: ReadonlyMap<string, string>,
    readonly manifest: Manifest,
  ) {
    this.stacks = [...texts].map(([id, text]) => new StackReader(id, JSON.parse(text) as StackJson));
  }

  stack(id: string): StackReader {
    const found = this.stacks.find((stack) => stack.id === id);
    if (!found) throw new Error(`no stack ${id}, only ${this.stacks.map((stack) => stack.id).join(", ")}`);
    return found;
  }

  dependenciesOf(id: string): string[] {
    return this.manifest.stacks[id]?.dependencies ?? [];
  }
}

const done = new WeakMap<Estate, SynthesizedEstate>();

/** Synthesizes an estate like main.ts, into a folder that is deleted afterwards. Runs once for each estate. */
export function synthesize(estate: Estate): SynthesizedEstate {
  const known = done.get(estate);
  if (known) return known;
  const outdir = mkdtempSync(join(tmpdir(), "estate-"));
  try {
    const app = new App({ outdir });
    addStacks(app, estate);
    app.synth();
    const folder = join(outdir, "stacks");
    const texts = new Map(readdirSync(folder).map((id) => [id, readFileSync(join(folder, id, "cdk.tf.json"), "utf8")]));
    const manifest = JSON.parse(readFileSync(join(outdir, "manifest.json"), "utf8")) as Manifest;
    const synthesized = new SynthesizedEstate(estate, texts, manifest);
    done.set(estate, synthesized);
    return synthesized;
  } finally {
    rmSync(outdir, { recursive: true });
  }
}
