import { differencesOf, isDataLoss } from "./differences";
import { readersIn } from "../../synth/upstreams";
import type { JsonObject } from "../../support/json";

/** The compared parts of a synthesized stack. */
export interface ComparedStack {
  readonly id: string;
  /** The content of its `cdk.tf.json`. */
  readonly json: JsonObject;
  /** The stacks whose states it reads. */
  readonly reads: readonly string[];
}

export interface AffectedStack {
  readonly id: string;
  /** At least one: first its own differences, then the affected stacks whose states it reads. */
  readonly reasons: readonly string[];
}

export interface AffectedComparison {
  /** In the order of the present stacks. */
  readonly affected: readonly AffectedStack[];
  /** The ids of stacks that the code no longer has. */
  readonly removed: readonly string[];
}

/**
 * The stacks that a change affects: those whose JSON differs for Terraform, and those that read their states, directly
 * or through other readers. The outputs that they read may change.
 * @param now every present stack
 * @param before every stack of the other commit
 * @param newTo the reason given for a stack that `before` does not have
 */
export function compareStacks(
  now: readonly ComparedStack[],
  before: readonly ComparedStack[],
  newTo: string,
): AffectedComparison {
  const then = new Map(before.map(({ id, json }) => [id, json]));
  const differences = new Map<string, readonly string[]>();
  for (const { id, json } of now) {
    const old = then.get(id);
    const own = old ? differencesOf(json, old) : [newTo];
    if (own.length > 0) differences.set(id, own);
  }
  const paths = readingPaths(now, [...differences.keys()]);
  const affected = now
    .filter(({ id }) => paths.has(id))
    .map(({ id, reads }) => ({
      id,
      reasons: [
        ...(differences.get(id) ?? []),
        ...reads.filter((read) => paths.has(read)).map((read) => readingReason(read, paths)),
      ],
    }));
  const present = new Set(now.map(({ id }) => id));
  return { affected, removed: before.map(({ id }) => id).filter((id) => !present.has(id)) };
}

/**
 * The affected stacks. Each one that did not change itself maps to the affected stack that it reads, on the shortest
 * path to a changed one.
 */
type ReadingPaths = ReadonlyMap<string, string | undefined>;

function readingPaths(stacks: readonly ComparedStack[], changed: readonly string[]): ReadingPaths {
  const readers = readersIn(stacks);
  const paths = new Map<string, string | undefined>(changed.map((id) => [id, undefined]));
  // Iterating over a map includes keys that are added meanwhile.
  for (const id of paths.keys())
    for (const reader of readers.get(id) ?? []) if (!paths.has(reader)) paths.set(reader, id);
  return paths;
}

function readingReason(id: string, paths: ReadingPaths): string {
  const chain = [id];
  for (let next = paths.get(id); next !== undefined; next = paths.get(next)) chain.push(next);
  return `reads the state of ${chain.join(", which reads that of ")}`;
}

/** The first reasons, and the number of further ones. A loss of data is never left out: it comes first. */
export function firstReasons(reasons: readonly string[], most: number): string[] {
  const shown = Math.max(most, reasons.filter(isDataLoss).length);
  const more = reasons.length - shown;
  return more > 0 ? [...reasons.slice(0, shown), `and ${more} more`] : [...reasons];
}
