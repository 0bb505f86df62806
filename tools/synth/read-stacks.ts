import { join, resolve } from "node:path";
import { TRAIL_BUCKET, type StackSpec } from "../../config/layout";
import { listIn } from "../../config/maps";
import { DELEGATED, object, readJson, stackOf, text, UnusableOutput, type Stack } from "./stacks";
import type { JsonObject } from "../support/json";

/**
 * Reads every stack of a synthesized output (`cdktf.out`), in the order of its manifest.
 *
 * @param layout all stacks of the estate, if the output may lack some of them. @default the output has every stack
 * @param jsons receives the JSON of each stack, by id. @default it is not kept
 * @throws UnusableOutput if the output is missing or corrupt, two stacks share a state, or dependencies form a cycle
 */
export function readStacks(
  outdir: string,
  layout: readonly StackSpec[] = [],
  jsons?: Map<string, JsonObject>,
): Stack[] {
  const root = resolve(outdir);
  const manifestFile = join(root, "manifest.json");
  const stacks = Object.entries(object(readJson(manifestFile).stacks, manifestFile, "stacks")).map(([id, entry]) => {
    const where = `stacks.${id}`;
    const { synthesizedStackPath, workingDirectory, dependencies } = object(entry, manifestFile, where);
    const file = join(root, text(synthesizedStackPath, manifestFile, `${where}.synthesizedStackPath`));
    const directory = join(root, text(workingDirectory, manifestFile, `${where}.workingDirectory`));
    const fromManifest = Array.isArray(dependencies)
      ? dependencies.map((d) => text(d, manifestFile, `${where}.dependencies`))
      : [];
    const json = readJson(file);
    jsons?.set(id, json);
    return { ...stackOf(json, file), id, directory, dependencies: fromManifest };
  });
  const present = new Set(stacks.map(({ id }) => id));
  const absent = layout.filter(({ id }) => !present.has(id));
  const ordered = withOrderAcrossAccounts(stacks, absent, layout);
  checkOrder(ordered, absent);
  return ordered;
}

/**
 * The given stacks and all their direct and indirect dependencies, in the order of `stacks`.
 *
 * @throws UnusableOutput for an unknown id
 */
export function selectClosure(stacks: readonly Stack[], ids: readonly string[]): Stack[] {
  const byId = new Map(stacks.map((stack) => [stack.id, stack]));
  const selected = new Set<string>();
  const visit = (id: string): void => {
    const stack = byId.get(id);
    if (!stack) throw new UnusableOutput(`stack must be one of ${[...byId.keys()].join(", ")}, got "${id}"`);
    if (selected.has(id)) return;
    selected.add(id);
    stack.dependencies.forEach(visit);
  };
  ids.forEach(visit);
  return stacks.filter((stack) => selected.has(stack.id));
}

/**
 * Adds dependencies that the manifest lacks: a stack depends on the stack that creates its state bucket, since
 * `terraform init` needs the bucket, on the stack in another account that creates the bucket of its trail, and on the
 * stack that lets its account administer IAM Identity Center or the organization's analyzer. Either may be absent.
 */
function withOrderAcrossAccounts(
  stacks: readonly Stack[],
  absent: readonly StackSpec[],
  layout: readonly StackSpec[],
): Stack[] {
  const creators = new Map<string, string[]>();
  for (const { id, bucketNames, delegatedServices = [] } of stacks)
    for (const name of [...bucketNames, ...delegatedServices]) listIn(creators, name).push(id);
  for (const { id, name, account } of absent) {
    if (name === "bootstrap") listIn(creators, account.stateBucket).push(id);
    if (name === TRAIL_BUCKET && account.trailBucket) listIn(creators, account.trailBucket.bucket).push(id);
    if (name === "organization") for (const service of delegatedIn(layout)) listIn(creators, service).push(id);
  }
  return stacks.map((stack) => {
    const needed = [stack.state.bucket, ...(stack.trailBucketNames ?? []), ...(stack.administeredServices ?? [])];
    const others = needed.flatMap((each) => creators.get(each) ?? []).filter((id) => id !== stack.id);
    return { ...stack, dependencies: [...new Set([...stack.dependencies, ...others])] };
  });
}

/** The services that the organization's stack lets another account administer, if the estate is as its layout says. */
const delegatedIn = (layout: readonly StackSpec[]): string[] => {
  const delegated = layout.map(({ account }) => account).filter(({ kind }) => kind !== "master");
  return [
    ...(delegated.some(({ identityRegion }) => identityRegion !== undefined) ? [DELEGATED.identityCenter] : []),
    ...(delegated.some(({ kind }) => kind === "security") ? [DELEGATED.analyzer] : []),
  ];
};

/** Throws UnusableOutput if a dependency is unknown, two stacks share a state, or dependencies form a cycle. */
function checkOrder(stacks: readonly Stack[], absent: readonly StackSpec[]): void {
  const byId = new Map(stacks.map((stack) => [stack.id, stack]));
  const known = new Set([...stacks, ...absent].map(({ id }) => id));
  const stateOwners = new Map<string, string>();
  for (const { id, state, dependencies } of stacks) {
    const unknown = dependencies.find((dependency) => !known.has(dependency));
    if (unknown !== undefined) {
      throw new UnusableOutput(
        `the dependency of stack ${id} must be one of ${[...known].join(", ")}, got "${unknown}"`,
      );
    }
    const location = `s3://${state.bucket}/${state.key}`;
    const owner = stateOwners.get(location);
    if (owner !== undefined) {
      throw new UnusableOutput(
        `stacks ${owner} and ${id} have the same state ${location}. Give each stack its own key.`,
      );
    }
    stateOwners.set(location, id);
  }
  const cycle = findCycle(byId);
  if (cycle)
    throw new UnusableOutput(
      `stack dependencies form a cycle: ${cycle.join(" -> ")}. Remove one of these dependencies.`,
    );
}

function findCycle(byId: ReadonlyMap<string, Stack>): string[] | undefined {
  const done = new Set<string>();
  const visit = (id: string, path: readonly string[]): string[] | undefined => {
    if (path.includes(id)) return [...path.slice(path.indexOf(id)), id];
    if (done.has(id)) return undefined;
    for (const dependency of byId.get(id)?.dependencies ?? []) {
      const cycle = visit(dependency, [...path, id]);
      if (cycle) return cycle;
    }
    done.add(id);
    return undefined;
  };
  for (const id of byId.keys()) {
    const cycle = visit(id, []);
    if (cycle) return cycle;
  }
  return undefined;
}
