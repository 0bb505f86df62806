import { stackJson } from "./stacks";
import { readStacks } from "./read-stacks";
import type { JsonObject } from "../support/json";

/** Blocks by type and name. */
export type Blocks = Readonly<Record<string, Readonly<Record<string, JsonObject>>>>;

/** A stack's `cdk.tf.json`, as far as access is concerned. */
export interface StackJson {
  readonly terraform?: { readonly backend?: Readonly<Record<string, JsonObject>> };
  readonly provider?: Readonly<Record<string, JsonObject | readonly JsonObject[]>>;
  readonly resource?: Blocks;
  readonly data?: Blocks;
  readonly output?: Readonly<Record<string, JsonObject>>;
  readonly locals?: JsonObject;
  readonly variable?: Readonly<Record<string, JsonObject>>;
  readonly removed?: JsonObject | readonly JsonObject[];
}

export interface SynthesizedStack {
  readonly id: string;
  readonly json: StackJson;
  /** Resources that are not there yet, or not any more, and that expressions may name all the same. @default none */
  readonly absent?: Blocks;
}

/**
 * Reads every stack of a synthesized output (`cdktf.out`).
 *
 * @throws UnusableOutput where it is missing or corrupt, or a stack does not say which account it is for
 */
export function readSynthesized(outdir: string): SynthesizedStack[] {
  return readStacks(outdir).map(({ id, directory }) => ({
    id,
    json: stackJson({ directory }) as StackJson,
  }));
}

/** Terraform's JSON allows one block, or one value, without a list around it. */
export function asList(value: unknown): readonly unknown[] {
  if (value === undefined || value === null) return [];
  return Array.isArray(value) ? (value as unknown[]) : [value];
}
