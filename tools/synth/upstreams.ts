import { createHash } from "node:crypto";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { parseJson } from "../../config/input";
import { STACK_JSON, type Stack } from "./stacks";
import { withSortedKeys } from "../support/json";

/** cdktf's name for the state of another stack starts with this; the stack's id follows. */
export const REFERENCE_PREFIX = "cross-stack-reference-input-";

/** Another stack whose state a stack reads, and the outputs that it reads. */
export interface Upstream {
  readonly stackId: string;
  /** The address of the data source in the reading stack. */
  readonly address: string;
  /** Sorted. */
  readonly outputs: readonly string[];
}

interface RemoteState {
  readonly config?: { readonly bucket?: unknown; readonly key?: unknown };
}

/** The stacks whose states this one reads (`terraform_remote_state`), according to its JSON. */
export function upstreamsOf(stack: Stack, stacks: readonly Stack[]): Upstream[] {
  const text = readFileSync(join(stack.directory, STACK_JSON), "utf8");
  if (!text.includes('"terraform_remote_state"')) return []; // most stacks read none: their JSON need not be parsed
  const { data } = parseJson(text) as {
    readonly data?: { readonly terraform_remote_state?: Readonly<Record<string, RemoteState>> };
  };
  return Object.entries(data?.terraform_remote_state ?? {}).flatMap(([name, { config }]) => {
    const owner = stacks.find(({ state }) => state.bucket === config?.bucket && state.key === config.key);
    const outputs = [...text.matchAll(/data\.terraform_remote_state\.([\w-]+)\.outputs\.([\w-]+)/g)];
    const own = outputs.filter(([, from]) => from === name).map(([, , output = ""]) => output);
    return owner
      ? [{ stackId: owner.id, address: `data.terraform_remote_state.${name}`, outputs: [...new Set(own)].sort() }]
      : [];
  });
}

/** For each stack, the ids of the stacks that read its state. */
export type Readers = ReadonlyMap<string, readonly string[]>;

/** Inverts what each stack reads: the readers of each stack, in the order of the stacks. */
export function readersIn(stacks: readonly { readonly id: string; readonly reads: readonly string[] }[]): Readers {
  const readers = new Map<string, string[]>();
  for (const { id, reads } of stacks) for (const read of reads) readers.set(read, [...(readers.get(read) ?? []), id]);
  return readers;
}

/** The readers of every stack, according to their JSON. Reads each JSON once. */
export function readersOf(stacks: readonly Stack[]): Readers {
  return readersIn(
    stacks.map((stack) => ({ id: stack.id, reads: upstreamsOf(stack, stacks).map(({ stackId }) => stackId) })),
  );
}

/** A SHA-256 of the names and values of outputs: it changes when they change, and reveals no value. */
export function fingerprintOf(outputs: readonly string[], values: Readonly<Record<string, unknown>>): string {
  const pairs = outputs.map((name) => [name, withSortedKeys(values[name] ?? null)]);
  return createHash("sha256").update(JSON.stringify(pairs)).digest("hex");
}
