import { availableParallelism } from "node:os";
import { PGraph, type DependencyList, type PGraphNode } from "p-graph";
import { criticalPathSeconds, type GraphNode } from "../synth/critical-path";
import { toError } from "../support/errors";

export interface GraphOptions<N> {
  /** How many compute at once. @default the number of cores */
  readonly parallel?: number;
  /** Expected seconds of a node; the longest chain of them starts first. @default all alike */
  readonly secondsOf?: (node: N) => number;
  /** When aborted, nothing new starts. What runs must watch the signal itself. */
  readonly signal?: AbortSignal;
}

export type NodeResult =
  | { readonly status: "done"; readonly seconds: number }
  | { readonly status: "failed"; readonly seconds: number; readonly error: Error }
  | { readonly status: "not started"; readonly reason: string };

/**
 * Nodes that only wait for AWS compute nothing, but hold memory (0.6 GB each with the provider): so many times
 * `parallel` may be under way.
 */
const UNDER_WAY_PER_SLOT = 3;

/**
 * Runs every node after its dependencies, at most `parallel` at once. A dependency that is not among the nodes counts
 * as done. `run` may give its slot back early, when all that is left is waiting: the next node starts then. After a
 * failure what runs goes on to its end and nothing new starts. Never rejects because a node failed: the results say so.
 * Throws where the dependencies form a circle.
 */
export async function runGraph<N extends GraphNode>(
  nodes: readonly N[],
  run: (node: N, giveSlotBack: Release) => Promise<void>,
  options: GraphOptions<N> = {},
): Promise<Map<string, NodeResult>> {
  const { parallel = availableParallelism(), secondsOf = () => 1, signal } = options;
  if (!Number.isInteger(parallel) || parallel < 1)
    throw new RangeError(`parallel must be a whole number from 1, got ${parallel}`);
  const results = new Map<string, NodeResult>();
  const ids = new Set(nodes.map((node) => node.id));
  const order: DependencyList = nodes.flatMap(({ id, dependencies }) =>
    dependencies.filter((dependency) => ids.has(dependency)).map((dependency): [string, string] => [dependency, id]),
  );
  const tasks = nodes.map((node): [string, PGraphNode] => [
    node.id,
    { priority: secondsOf(node), run: () => runNode(node) },
  ]);
  const graph = new PGraph(new Map(tasks), order); // throws on a circle, which the sums below would never come out of
  // p-graph sums up its own priorities along the longest chain; the slots need the same sums.
  const pathSeconds = criticalPathSeconds(nodes, secondsOf);
  const slots = new Slots(parallel);
  let failed: string | undefined;

  const whyNot = (node: N): string | undefined => {
    const blocker = node.dependencies.find((id) => (results.get(id)?.status ?? "done") !== "done");
    if (blocker !== undefined)
      return results.get(blocker)?.status === "failed" ? `${blocker} failed` : `${blocker} was not started`;
    if (signal?.aborted) return "interrupted";
    return failed === undefined ? undefined : `${failed} failed before its turn`;
  };

  const runNode = async (node: N): Promise<void> => {
    const { id } = node;
    const release = await slots.acquire(pathSeconds.get(id) ?? 0);
    const reason = whyNot(node);
    const start = performance.now();
    const seconds = (): number => (performance.now() - start) / 1000;
    try {
      if (reason !== undefined) results.set(id, { status: "not started", reason });
      else {
        await run(node, release);
        results.set(id, { status: "done", seconds: seconds() });
      }
    } catch (thrown) {
      failed ??= id;
      results.set(id, {
        status: "failed",
        seconds: seconds(),
        error: toError(thrown),
      });
    } finally {
      release();
    }
  };
  await graph.run({ concurrency: parallel * UNDER_WAY_PER_SLOT });
  return results;
}

/** Takes a slot back. Doing so twice changes nothing. */
export type Release = () => void;

/** A fixed number of slots. Whoever waits for one gets it by priority, and by arrival among equals. */
export class Slots {
  private readonly waiting: { readonly priority: number; readonly enter: (release: Release) => void }[] = [];

  constructor(private free: number) {}

  public acquire(priority: number): Promise<Release> {
    return new Promise((enter) => {
      const behind = this.waiting.findIndex((other) => other.priority < priority);
      this.waiting.splice(behind === -1 ? this.waiting.length : behind, 0, { priority, enter });
      this.admitSoon();
    });
  }

  /**
   * Not at once: what the end of one makes possible must be in line before its slot is given away, or a lesser one
   * would get it.
   */
  private admitSoon(): void {
    setImmediate(() => {
      this.admit();
    });
  }

  private admit(): void {
    if (this.free === 0) return;
    const next = this.waiting.shift();
    if (!next) return;
    this.free -= 1;
    let released = false;
    next.enter(() => {
      if (released) return;
      released = true;
      this.free += 1;
      this.admitSoon();
    });
  }
}
