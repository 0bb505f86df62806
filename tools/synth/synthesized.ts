import { stackJson } from "./stacks";
import { readStacks } from "./read-stacks";
import type { JsonObject } from "../support/json";

/** Blocks by type and name. */
export type Blocks = Readonly<Record<string, Readonly<Record<string, JsonObject>>>>;

/** The parts of a stack's `cdk.tf.json` that decide access. */
export interface StackJson {
  readonly terraform?: { readonly backend?: Readonly<Record<string, JsonObject>> };
  readonly provider?: Readonly<Record<string, JsonObject | readonly JsonObject[]>>;
  readonly resource?: Blocks;
  readonly data?: Blocks;
  readonly output?: Readonly<Record<string, JsonObject>>;
  readonly locals?: JsonObject;
  readonly variable?: Readonly<Record<string, JsonObject>>;
  readonly removed?: JsonObject | readonly JsonObject[];
  readonly import?: JsonObject | readonly JsonObject[];
}

export interface SynthesizedStack {
  readonly id: string;
  readonly json: StackJson;
  /** Resources that do not exist now (not yet, or no longer), but that expressions may refer to. @default none */
  readonly absent?: Blocks;
}

/**
 * Reads every stack of a synthesized output (`cdktf.out`).
 *
 * @throws UnusableOutput if it is missing or corrupt, or a stack does not name exactly one account
 */
export function readSynthesized(outdir: string): SynthesizedStack[] {
  return readStacks(outdir).map(({ id, directory }) => ({ id, json: stackJson({ directory }) as StackJson }));
}
