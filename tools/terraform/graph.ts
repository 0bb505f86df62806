import { availableParallelism } from "node:os";
import { PGraph, type DependencyList, type PGraphNode } from "p-graph";
import { criticalPathSeconds, type GraphNode } from "../synth/critical-path";
import { toError } from "../support/errors";

interface GraphOptions<N> {
  /** How many nodes compute at once. @default the number of cores */
  readonly parallel?: number;
  /** Expected seconds of a node; the longest chain starts first. @default all nodes take equally long */
  readonly secondsOf?: (node: N) => number;
  /** When aborted, no further node starts. Running nodes must watch the signal themselves. */
  readonly signal?: AbortSignal;
}

export type NodeResult =
  | { readonly status: "done"; readonly seconds: number }
  | { readonly status: "failed"; readonly seconds: number; readonly error: Error }
  | { readonly status: "not started"; readonly reason: string };

/**
 * Nodes that only wait for AWS compute nothing, but hold memory (0.6 GB each with the provider). At most this many times
 * `parallel` nodes are running.
 */
const RUNNING_PER_SLOT = 3;

/**
 * Runs every node after its dependencies, at most `parallel` at once. A dependency that is not among the nodes counts
 * as done. `run` may release its slot early, when it only waits: the next node starts then. After a failure, running
 * nodes continue to their end, and no further node starts. Failures of nodes are in the results and reject nothing.
 * Throws if the dependencies form a cycle.
 */
export async function runGraph<N extends GraphNode>(
  nodes: readonly N[],
  run: (node: N, releaseSlot: Release) => Promise<void>,
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
  const graph = new PGraph(new Map(tasks), order); // throws on a cycle, in which the sums below would never end
  // p-graph sums the priorities along the longest chain; the slots need the same sums.
  const pathSeconds = criticalPathSeconds(nodes, secondsOf);
  const slots = new Slots(parallel);
  let failed: string | undefined;

  const reasonNotToStart = (node: N): string | undefined => {
    const blocker = node.dependencies.find((id) => (results.get(id)?.status ?? "done") !== "done");
    if (blocker !== undefined)
      return results.get(blocker)?.status === "failed" ? `${blocker} failed` : `${blocker} was not started`;
    if (signal?.aborted) return "interrupted";
    return failed === undefined ? undefined : `${failed} failed before its turn`;
  };

  const runNode = async (node: N): Promise<void> => {
    const { id } = node;
    const release = await slots.acquire(pathSeconds.get(id) ?? 0);
    const reason = reasonNotToStart(node);
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
      results.set(id, { status: "failed", seconds: seconds(), error: toError(thrown) });
    } finally {
      release();
    }
  };
  await graph.run({ concurrency: parallel * RUNNING_PER_SLOT });
  return results;
}

/** Releases a slot. A second call has no effect. */
export type Release = () => void;

/** A fixed number of slots, assigned by priority, and among equal priorities by arrival. */
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
   * Waits until the nodes that a finished node unblocks are queued. Otherwise a node of lower priority would get the
   * slot.
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
