import { createHash } from "node:crypto";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { STACK_JSON, type Stack } from "./stacks";
import { withSortedKeys } from "../support/json";

/** What cdktf calls the state of another stack, whose id follows. */
export const REFERENCE_PREFIX = "cross-stack-reference-input-";

/** Another stack's state that a stack reads, and the outputs that it takes from there. */
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

/** The stacks whose states this one reads (`terraform_remote_state`), as its JSON says. */
export function upstreamsOf(stack: Stack, stacks: readonly Stack[]): Upstream[] {
  const text = readFileSync(join(stack.directory, STACK_JSON), "utf8");
  const { data } = JSON.parse(text) as {
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

/** Who reads the state of whom: ids of the readers, in their order, by the id of what they read. */
export type Readers = ReadonlyMap<string, readonly string[]>;

/** The same that every stack says of what it reads, seen from the other side. */
export function readersIn(stacks: readonly { readonly id: string; readonly reads: readonly string[] }[]): Readers {
  const readers = new Map<string, string[]>();
  for (const { id, reads } of stacks) for (const read of reads) readers.set(read, [...(readers.get(read) ?? []), id]);
  return readers;
}

/** The readers of every stack, as their JSON says, each of which is read once. */
export function readersOf(stacks: readonly Stack[]): Readers {
  return readersIn(
    stacks.map((stack) => ({ id: stack.id, reads: upstreamsOf(stack, stacks).map(({ stackId }) => stackId) })),
  );
}

/**
 * Tells whether outputs are still what they were, and nothing of what they are: a SHA-256 of their names and values.
 */
export function fingerprintOf(outputs: readonly string[], values: Readonly<Record<string, unknown>>): string {
  const said = outputs.map((name) => [name, withSortedKeys(values[name] ?? null)]);
  return createHash("sha256").update(JSON.stringify(said)).digest("hex");
}
