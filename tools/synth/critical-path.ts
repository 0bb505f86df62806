import type { Stack } from "./stacks";

/**
 * Seconds that AWS (and the provider's own waits) takes to create one, measured; what is not here takes about a second.
 */
const SLOW_RESOURCES: Readonly<Record<string, number>> = {
  aws_db_instance: 80,
  aws_s3_bucket_lifecycle_configuration: 55,
  aws_kms_key: 12,
  aws_vpc: 10,
  aws_subnet: 10,
};

/** Seconds of init and plan that every stack costs. */
const BASE_SECONDS = 6;

/**
 * How long a stack's apply is expected to take, in seconds. Several of one type are created at once, so a type counts
 * once.
 */
export function expectedSeconds(stack: Pick<Stack, "resourceTypes">): number {
  return Object.keys(stack.resourceTypes).reduce((sum, type) => sum + (SLOW_RESOURCES[type] ?? 0), BASE_SECONDS);
}

/** What is run in order: a node starts when all its dependencies are done. */
export interface GraphNode {
  readonly id: string;
  readonly dependencies: readonly string[];
}

/**
 * For each node the seconds from its start to the end of the longest chain behind it.
 * Starting the one with the most first puts the slowest stack (a database), and all that leads to it, ahead of the
 * rest.
 */
export function criticalPathSeconds<N extends GraphNode>(
  nodes: readonly N[],
  secondsOf: (node: N) => number,
): Map<string, number> {
  const behind = new Map<string, N[]>(nodes.map((node) => [node.id, []]));
  for (const node of nodes) for (const dependency of node.dependencies) behind.get(dependency)?.push(node);
  const known = new Map<string, number>();
  const measure = (node: N): number => {
    const seconds = known.get(node.id) ?? secondsOf(node) + Math.max(0, ...(behind.get(node.id) ?? []).map(measure));
    known.set(node.id, seconds);
    return seconds;
  };
  nodes.forEach(measure);
  return known;
}
