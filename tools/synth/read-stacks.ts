import { join, resolve } from "node:path";
import { Stack, readStack, readJson, object, text, UnusableOutput } from "./stacks";

/**
 * Reads every stack of a synthesized output (`cdktf.out`), in the order of its manifest.
 * Throws UnusableOutput where the output is missing or corrupt, where two stacks share a state, or where the order is
 * impossible.
 */
export function readStacks(outdir: string): Stack[] {
  const root = resolve(outdir);
  const manifestFile = join(root, "manifest.json");
  const stacks = Object.entries(object(readJson(manifestFile).stacks, manifestFile, "stacks")).map(([id, entry]) => {
    const where = `stacks.${id}`;
    const { synthesizedStackPath, workingDirectory, dependencies } = object(entry, manifestFile, where);
    const file = join(root, text(synthesizedStackPath, manifestFile, `${where}.synthesizedStackPath`));
    const directory = join(root, text(workingDirectory, manifestFile, `${where}.workingDirectory`));
    const named = Array.isArray(dependencies)
      ? dependencies.map((d) => text(d, manifestFile, `${where}.dependencies`))
      : [];
    return { ...readStack(file), id, directory, dependencies: named };
  });
  const ordered = withBucketOrder(stacks);
  checkOrder(ordered);
  return ordered;
}

/**
 * The given stacks and everything that must be applied before them, in the order of `stacks`. Throws on an id that is
 * none of theirs.
 */
export function selectClosure(stacks: readonly Stack[], ids: readonly string[]): Stack[] {
  const byId = new Map(stacks.map((stack) => [stack.id, stack]));
  const selected = new Set<string>();
  const visit = (id: string): void => {
    const stack = byId.get(id);
    if (!stack) throw new UnusableOutput(`no stack "${id}"; expected one of: ${[...byId.keys()].join(", ")}`);
    if (selected.has(id)) return;
    selected.add(id);
    stack.dependencies.forEach(visit);
  };
  ids.forEach(visit);
  return stacks.filter((stack) => selected.has(stack.id));
}

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
