import { stacksOf, type StackSpec } from "../../../../config/layout";
import type { Estate } from "../../../../config/model";
import type { PlannedStack } from "../../../../tools/terraform/plan-stacks";
import type { Manifest, ManifestStack } from "../../../../tools/plans/manifest";

/** How the planning of a stack ended, without the stack itself. */
export type Outcome = PlannedStack extends infer P
  ? P extends unknown
    ? Omit<P, "stack" | "seconds" | "logFile">
    : never
  : never;

/** The stack of an estate with this id. */
export function specOf(id: string, estate: Estate): StackSpec {
  const found = stacksOf(estate).find((spec) => spec.id === id);
  if (!found) throw new Error(`no ${id}`);
  return found;
}

export const COMMIT = "0123456789abcdef0123456789abcdef01234567";
/** The tree hash of COMMIT. */
export const TREE = "89abcdef0123456789abcdef0123456789abcdef";
export const NO_HASH = "0".repeat(64);

/** A manifest of a plan for AWS, made from a clean checkout of COMMIT. */
export function manifestWith(stacks: readonly ManifestStack[], changes: Partial<Manifest> = {}): Manifest {
  return {
    version: 3,
    kind: "plan",
    madeAt: "2026-01-02T03:04:05.678Z",
    commit: COMMIT,
    tree: TREE,
    dirty: false,
    estate: { file: "config/estate.ts", sha256: NO_HASH },
    terraformVersion: "1.11.4",
    providerVersion: "5.100.0",
    connections: { providerSources: ["registry"], endpoints: {}, proxies: {}, caBundles: {}, passed: [] },
    files: {},
    stacks: [...stacks],
    ...changes,
  };
}

/** A stack of a manifest without changes. */
export function stackWith(id: string, changes: Partial<ManifestStack> = {}): ManifestStack {
  return {
    ...{ id, accountId: "111111111111", accountName: "master", status: "no changes" },
    ...{ reasons: [], dependencies: [], readers: [], upstreams: [] },
    ...changes,
  };
}
