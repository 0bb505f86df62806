import { differencesOf } from "./differences";
import { readersIn } from "../../synth/upstreams";
import type { JsonObject } from "../../support/json";

/** A synthesized stack, as far as it is compared. */
export interface ComparedStack {
  readonly id: string;
  /** Of its `cdk.tf.json`. */
  readonly json: JsonObject;
  /** The stacks whose states it reads. */
  readonly reads: readonly string[];
}

export interface AffectedStack {
  readonly id: string;
  /** In words, at least one: what is different about it first, then whose states it reads that are affected. */
  readonly reasons: readonly string[];
}

export interface AffectedComparison {
  /** In the order of the present stacks. */
  readonly affected: readonly AffectedStack[];
  /** The ids of stacks that are no more. */
  readonly gone: readonly string[];
}

/**
 * The stacks that a change affects: whose JSON says something else to Terraform, and those that read their states, or
 * the states of such a reader: an upstream's outputs may change with it.
 *
 * @param now every present stack
 * @param before every stack of the other commit
 * @param newTo why a stack is new that `before` does not have
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
  const ways = waysOfReading(now, [...differences.keys()]);
  const affected = now
    .filter(({ id }) => ways.has(id))
    .map(({ id, reads }) => ({
      id,
      reasons: [
        ...(differences.get(id) ?? []),
        ...reads.filter((read) => ways.has(read)).map((read) => readingWords(read, ways)),
      ],
    }));
  const present = new Set(now.map(({ id }) => id));
  return { affected, gone: before.map(({ id }) => id).filter((id) => !present.has(id)) };
}

/**
 * Affected stacks, and for each that is not changed itself the affected one that it reads, on the shortest way to a
 * changed one.
 */
type Ways = ReadonlyMap<string, string | undefined>;

function waysOfReading(stacks: readonly ComparedStack[], changed: readonly string[]): Ways {
  const readers = readersIn(stacks);
  const ways = new Map<string, string | undefined>(changed.map((id) => [id, undefined]));
  // A map tells what is added to it while it is gone through.
  for (const id of ways.keys()) for (const reader of readers.get(id) ?? []) if (!ways.has(reader)) ways.set(reader, id);
  return ways;
}

function readingWords(id: string, ways: Ways): string {
  const chain = [id];
  for (let next = ways.get(id); next !== undefined; next = ways.get(next)) chain.push(next);
  return `reads the state of ${chain.join(", which reads that of ")}`;
}

/** The first of some reasons, and how many there are beside them. */
export function firstReasons(reasons: readonly string[], most: number): string[] {
  const more = reasons.length - most;
  return more > 0 ? [...reasons.slice(0, most), `and ${more} more`] : [...reasons];
}
