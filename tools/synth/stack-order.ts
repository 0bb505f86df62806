import type { Stack } from "./stacks";
import { UnusableOutput } from "./unusable-output";

/**
 * Adds the order that no manifest holds: a stack whose state lies in a bucket that another stack makes waits for that
 * one, since its `terraform init` would find no bucket.
 */
export function withBucketOrder(stacks: readonly Stack[]): Stack[] {
  return stacks.map((stack) => {
    const makers = stacks.filter((other) => other.id !== stack.id && other.bucketNames.includes(stack.state.bucket));
    return { ...stack, dependencies: [...new Set([...stack.dependencies, ...makers.map((maker) => maker.id)])] };
  });
}

/** Throws UnusableOutput where a dependency is unknown, two stacks write one state, or the order runs in a circle. */
export function checkOrder(stacks: readonly Stack[]): void {
  const byId = new Map(stacks.map((stack) => [stack.id, stack]));
  const stateOwners = new Map<string, string>();
  for (const { id, state, dependencies } of stacks) {
    const unknown = dependencies.find((dependency) => !byId.has(dependency));
    if (unknown !== undefined) {
      throw new UnusableOutput(
        `stack ${id} depends on "${unknown}", which is no stack of the output; expected one of: ${[...byId.keys()].join(", ")}`,
      );
    }
    const location = `s3://${state.bucket}/${state.key}`;
    const owner = stateOwners.get(location);
    if (owner !== undefined) {
      throw new UnusableOutput(
        `stacks ${owner} and ${id} would both write the state ${location}; give each its own key`,
      );
    }
    stateOwners.set(location, id);
  }
  const circle = findCircle(byId);
  if (circle)
    throw new UnusableOutput(
      `the stacks wait for each other in a circle: ${circle.join(" -> ")}; remove one of these dependencies`,
    );
}

function findCircle(byId: ReadonlyMap<string, Stack>): string[] | undefined {
  const done = new Set<string>();
  const visit = (id: string, path: readonly string[]): string[] | undefined => {
    if (path.includes(id)) return [...path.slice(path.indexOf(id)), id];
    if (done.has(id)) return undefined;
    for (const dependency of byId.get(id)?.dependencies ?? []) {
      const circle = visit(dependency, [...path, id]);
      if (circle) return circle;
    }
    done.add(id);
    return undefined;
  };
  for (const id of byId.keys()) {
    const circle = visit(id, []);
    if (circle) return circle;
  }
  return undefined;
}
