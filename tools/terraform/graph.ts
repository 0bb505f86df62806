import { availableParallelism, totalmem } from "node:os";
import { PGraph, type DependencyList, type PGraphNode } from "p-graph";
import { criticalPathSeconds, type GraphNode } from "../synth/critical-path";
import { toError } from "../support/errors";

interface GraphOptions<N> {
  /** How many nodes compute at once. @default the number of cores */
  readonly parallel?: number;
  /** The machine's memory in bytes. @default what the operating system says */
  readonly memoryBytes?: number;
  /** Expected seconds of a node; the longest chain starts first. @default all nodes take equally long */
  readonly secondsOf?: (node: N) => number;
  /** When aborted, no further node starts. Running nodes must watch the signal themselves. */
  readonly signal?: AbortSignal;
}

interface Time {
  /** Milliseconds, as performance.now() returns them. */
  readonly startedAt: number;
  readonly seconds: number;
}

export type NodeResult =
  | ({ readonly status: "done" } & Time)
  | ({ readonly status: "failed"; readonly error: Error } & Time)
  | { readonly status: "not started"; readonly reason: string };

/** Thrown by a node before it does anything. Only the nodes that depend on it do not start either. */
export class NotStarted extends Error {
  override readonly name = "NotStarted";
}

/**
 * Nodes that only wait for AWS compute nothing, but hold memory (0.6 GB each with the provider). At most this many times
 * `parallel` nodes are running, or as many as two fifths of the machine's memory hold.
 */
const RUNNING_PER_SLOT = 3;
const BYTES_PER_RUNNING = 1.5 * 1024 ** 3;

/**
 * Runs every node after its dependencies, at most `parallel` at once: of those that are ready, the longest chain first,
 * and chains of the same length in the given order. A dependency that is not among the nodes
 * counts as done. `run` may release its slot early, when it only waits: the next node starts then. The node that starts
 * the longest chain by itself determines the time of the run: unless `parallel` is 1, it waits for no slot, and takes
 * two, since Terraform uses more than one core. After a failure, running nodes continue to their end, and no further
 * node starts. Failures of nodes are in the results and reject nothing. Throws if the dependencies form a cycle.
 */
export async function runGraph<N extends GraphNode>(
  nodes: readonly N[],
  run: (node: N, releaseSlot: Release) => Promise<void>,
  options: GraphOptions<N> = {},
): Promise<Map<string, NodeResult>> {
  const { parallel = availableParallelism(), memoryBytes = totalmem(), secondsOf = () => 1, signal } = options;
  if (!Number.isInteger(parallel) || parallel < 1)
    throw new RangeError(`parallel must be a whole number from 1, got ${parallel}`);
  const results = new Map<string, NodeResult>();
  const tasks = nodes.map((node): [string, PGraphNode] => [node.id, { run: () => runNode(node) }]);
  const graph = new PGraph(new Map(tasks), orderOf(nodes)); // throws on a cycle, in which the sums below would never end
  const pathSeconds = criticalPathSeconds(nodes, secondsOf);
  const secondsFrom = ({ id }: N): number => pathSeconds.get(id) ?? 0;
  const priorityOf = priorityIn(nodes, secondsFrom);
  const slots = new Slots(parallel);
  const places = new Slots(Math.max(parallel * RUNNING_PER_SLOT, Math.floor(memoryBytes / BYTES_PER_RUNNING)));
  let failed: string | undefined;

  const reasonNotToStart = (node: N): string | undefined => {
    const blocker = node.dependencies.find((id) => (results.get(id)?.status ?? "done") !== "done");
    if (blocker !== undefined)
      return results.get(blocker)?.status === "failed" ? `${blocker} failed` : `${blocker} was not started`;
    if (signal?.aborted) return "interrupted";
    return failed === undefined ? undefined : `${failed} failed before its turn`;
  };

  const isOnLongestChain = (node: N): boolean =>
    nodes.every((other) => other === node || results.has(other.id) || secondsFrom(other) < secondsFrom(node));
  const slotFor = (node: N): Promise<Release> | Release => {
    if (node.onlyWaits) return () => undefined;
    const isUrgent = options.secondsOf !== undefined && parallel > 1 && isOnLongestChain(node);
    return isUrgent ? slots.take(2) : slots.acquire(priorityOf(node));
  };

  const runNode = async (node: N): Promise<void> => {
    const { id } = node;
    const release = await slotFor(node);
    const leave = await places.acquire(priorityOf(node));
    const reason = reasonNotToStart(node);
    const startedAt = performance.now();
    try {
      if (reason !== undefined) results.set(id, { status: "not started", reason });
      else {
        await run(node, release);
        results.set(id, { status: "done", ...timeSince(startedAt) });
      }
    } catch (thrown) {
      if (thrown instanceof NotStarted) return void results.set(id, { status: "not started", reason: thrown.message });
      failed ??= id;
      results.set(id, { status: "failed", ...timeSince(startedAt), error: toError(thrown) });
    } finally {
      release();
      leave();
    }
  };
  await graph.run();
  return results;
}

/** Highest for the node with the most seconds. Differs among equal ones: p-graph starts these in the order of a heap. */
function priorityIn<N extends GraphNode>(nodes: readonly N[], seconds: (node: N) => number): (node: N) => number {
  const longestFirst = [...nodes].sort((one, other) => seconds(other) - seconds(one));
  const priorities = new Map(longestFirst.map(({ id }, index) => [id, -index]));
  return ({ id }) => priorities.get(id) ?? 0;
}

function orderOf(nodes: readonly GraphNode[]): DependencyList {
  const ids = new Set(nodes.map((node) => node.id));
  return nodes.flatMap(({ id, dependencies }) =>
    dependencies.filter((dependency) => ids.has(dependency)).map((dependency): [string, string] => [dependency, id]),
  );
}

const timeSince = (startedAt: number): Time => ({ startedAt, seconds: (performance.now() - startedAt) / 1000 });

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

  /** Takes slots that need not be free: others wait until they are. */
  public take(count: number): Release {
    this.free -= count;
    let released = false;
    return () => {
      if (released) return;
      released = true;
      this.free += count;
      for (let slot = 0; slot < count; slot++) this.admitSoon();
    };
  }

  /**
   * Waits until the nodes that a finished node unblocks are queued. Otherwise a node of lower priority would get the
   * slot.
   */
  private admitSoon(): void {
    setImmediate(() => {
      if (this.free > 0) this.waiting.shift()?.enter(this.take(1));
    });
  }
}
