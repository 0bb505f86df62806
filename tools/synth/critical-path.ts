import type { Stack } from "./stacks";

/** Measured seconds to create a resource of this type, the provider's own waits included. Others take about 1 s. */
const SLOW_RESOURCES: Readonly<Record<string, number>> = {
  aws_db_instance: 80,
  aws_ssoadmin_account_assignment: 20,
  aws_s3_bucket_lifecycle_configuration: 55,
  aws_kms_key: 12,
  aws_vpc: 10,
  aws_subnet: 10,
};

/** Seconds of init and plan, for every stack. */
const BASE_SECONDS = 6;

/** Expected seconds of a stack's apply. Resources of one type are created at once, so each type counts once. */
export function expectedSeconds(stack: Pick<Stack, "resourceTypes">): number {
  return Object.keys(stack.resourceTypes).reduce((sum, type) => sum + (SLOW_RESOURCES[type] ?? 0), BASE_SECONDS);
}

/**
 * How many resources the stack has for each of which an apply waits half a minute or more, or after which such a wait
 * begins: the provider confirms the versioning of a bucket for a second before its lifecycle rules.
 */
export function longWaits({ resourceTypes }: Pick<Stack, "resourceTypes">): number {
  const { aws_s3_bucket_lifecycle_configuration: lifecycles = 0, aws_s3_bucket_versioning: versionings = 0 } =
    resourceTypes;
  const slow = Object.entries(resourceTypes).filter(([type]) => (SLOW_RESOURCES[type] ?? 0) >= 30);
  return slow.reduce((sum, [, count]) => sum + count, Math.min(lifecycles, versionings));
}

/** A node of the run order: it starts when all its dependencies are done. */
export interface GraphNode {
  readonly id: string;
  readonly dependencies: readonly string[];
  /** Whether it computes nothing. @default false */
  readonly onlyWaits?: boolean;
}

/**
 * For each node, the seconds from its start to the end of the longest chain that depends on it.
 * Starting the node with the longest chain first puts the slowest stack (a database) and its dependencies ahead.
 */
export function criticalPathSeconds<N extends GraphNode>(
  nodes: readonly N[],
  secondsOf: (node: N) => number,
): Map<string, number> {
  const dependents = new Map<string, N[]>(nodes.map((node) => [node.id, []]));
  for (const node of nodes) for (const dependency of node.dependencies) dependents.get(dependency)?.push(node);
  const known = new Map<string, number>();
  const measure = (node: N): number => {
    const seconds =
      known.get(node.id) ?? secondsOf(node) + Math.max(0, ...(dependents.get(node.id) ?? []).map(measure));
    known.set(node.id, seconds);
    return seconds;
  };
  nodes.forEach(measure);
  return known;
}

/** The nodes that determine the time of the run, in their order: each is the one with the longest chain after it. */
export function longestChain<N extends GraphNode>(nodes: readonly N[], secondsOf: (node: N) => number): N[] {
  const seconds = criticalPathSeconds(nodes, secondsOf);
  const secondsFrom = ({ id }: N): number => seconds.get(id) ?? 0;
  const longestOf = ([first, ...others]: readonly N[]): N | undefined =>
    first && others.reduce((one, other) => (secondsFrom(other) > secondsFrom(one) ? other : one), first);
  const chain: N[] = [];
  for (let node = longestOf(nodes); node !== undefined;) {
    const { id } = node;
    chain.push(node);
    node = longestOf(nodes.filter(({ dependencies }) => dependencies.includes(id)));
  }
  return chain;
}
