import { Access } from "../access/decide/access";
import { baselineOf, readingActions } from "../access/guard/baseline";
import { differingPaths } from "../access/graph/differing-paths";
import { accessModelOf, sharedScopes } from "../access/read/model-of";
import { NotAPolicy } from "../access/policy/policy";
import { UnresolvedAccess, Problems } from "../access/read/problems";
import { Unresolvable, scopesOf, StackScope } from "../access/read/resolver";
import type { SynthesizedStack } from "../synth/synthesized";
import { compareBaselines, widens, accessChangeLines } from "../access/guard/compare-baselines";
import { accessResources, type AccessResource } from "./access-change/access-resources";
import { stacksBeforeAndAfter, withResources } from "./access-change/before-and-after";
import type { PlanJson } from "../review/plan-json";
import { SUPPORTED_TYPES, reportUnsupported } from "../access/read/unsupported-resources";
import { argumentsInState } from "./access-change/state-values";

/** How plans change access. */
export interface AccessChange {
  /** Whether somebody gains access, or it cannot be determined. */
  readonly widens: boolean;
  /** Who gains and who loses access; or what cannot be determined, and why. Empty if nobody gains or loses access. */
  readonly lines: readonly string[];
}

/**
 * Compares access before and after plans are applied. Before is what the states behind the plans contain; after is what
 * the stacks describe.
 * @param stacks the planned stacks at least, as the code synthesizes them now
 * @param plans by stack, as `terraform show -json` prints them. A stack without a plan counts as unchanged
 * @param everyStack all stacks that the code synthesizes now. Called only if a plan changes a resource that grants access.
 *   @default `stacks`
 * @returns undefined if the plans change no resource that grants access; this check is fast
 */
export async function accessChange(
  stacks: readonly SynthesizedStack[],
  plans: ReadonlyMap<string, PlanJson>,
  everyStack: () => readonly SynthesizedStack[] | Promise<readonly SynthesizedStack[]> = () => stacks,
): Promise<AccessChange | undefined> {
  const unknown = [...plans.keys()].filter((id) => !stacks.some((stack) => stack.id === id));
  if (unknown.length > 0) return undetermined("these plans have no stack:", unknown);
  const planned = new Map([...plans].map(([id, plan]) => [id, accessResources(plan)]));
  if (!stacks.some((stack) => touchesAccess(stack, planned.get(stack.id) ?? []))) return undefined;
  const { before, after } = stacksBeforeAndAfter(await everyStack(), planned, plans);
  const scopes = scopesOf(before);
  const [then, now] = [read(before, scopes), read(after, sharedScopes(after, scopes))];
  const problems = [
    ...("problems" in then
      ? undetermined("access before the apply is unclear from the plans:", then.problems).lines
      : []),
    ...("problems" in now
      ? undetermined("access after the apply is unclear from the stacks:", now.problems).lines
      : []),
  ];
  if ("problems" in then || "problems" in now) return { widens: true, lines: problems };
  // A path that is the same before and after is no change.
  const [was, is] = await differingPaths(then.access, now.access);
  const baselines = [
    baselineOf(then.access.model, { paths: was }),
    baselineOf(now.access.model, { paths: is }),
  ] as const;
  const comparison = compareBaselines(...baselines, await readingActions(...baselines));
  return { widens: widens(comparison), lines: accessChangeLines(comparison) };
}

/** Whether a plan surely changes a resource that grants access: then the access of every stack is compared. */
export function changesGrants(plan: PlanJson): boolean {
  return accessResources(plan).some(({ changes, type }) => changes && SUPPORTED_TYPES.has(type));
}

/** An unknown change counts as a wider one. */
const undetermined = (reason: string, problems: readonly string[]): AccessChange => ({
  widens: true,
  lines: [`cannot be compared: ${reason}`, ...problems.map((problem) => `  ${problem}`)],
});

type Reading = { readonly access: Access } | { readonly problems: readonly string[] };

function read(stacks: readonly SynthesizedStack[], scopes: ReadonlyMap<string, StackScope>): Reading {
  try {
    return { access: new Access(accessModelOf(stacks, scopes)) };
  } catch (error) {
    if (error instanceof UnresolvedAccess) return { problems: error.problems };
    if (error instanceof Unresolvable || error instanceof NotAPolicy) return { problems: [error.message] };
    throw error;
  }
}

/** Whether a plan changes any resource that grants access. Fast: it resolves only what it needs. */
function touchesAccess(stack: SynthesizedStack, planned: readonly AccessResource[]): boolean {
  const changed = planned.filter(({ changes }) => changes);
  return (
    changed.length > 0 && (changed.some(({ type }) => SUPPORTED_TYPES.has(type)) || changesUnreadAccess(stack, changed))
  );
}

/**
 * Whether a plan changes access that the reader does not support: a permission of a function, a public bucket, a policy
 * in an attribute that is not read. Reading the access of all stacks then reports a problem.
 */
function changesUnreadAccess(stack: SynthesizedStack, changed: readonly AccessResource[]): boolean {
  const { resource = {}, ...json } = stack.json;
  const place = (each: AccessResource) => ({
    values: resource[each.type]?.[each.name] ?? argumentsInState(each, undefined, changed),
  });
  const problems = new Problems();
  reportUnsupported(
    [new StackScope(withResources({ ...stack, json, absent: resource }, changed, place), new Map())],
    problems,
  );
  return problems.any;
}
