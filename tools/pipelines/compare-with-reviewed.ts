import type { Manifest, ManifestStack } from "../plans/manifest";
import { PLAN_JSON } from "../plans/plan-folder";
import { planJsonOf, type FoundPlan } from "./handover";
import { endpointsText } from "../support/environment";
import { withSortedKeys } from "../support/json";

export interface ReviewComparison {
  /** Whether the new plan does exactly what was reviewed. */
  readonly isReviewed: boolean;
  /** What the approver must know, a line each. */
  readonly notes: readonly string[];
}

/**
 * Checks whether a new plan does exactly what was reviewed: the same change of every stack, from the same code, on the
 * same state.
 *
 * The new plan is applied in either case. Plans of a pull request's run are only compared and never run: anyone who may
 * push a branch can forge an artifact, and a plan file contains more than Terraform shows of it.
 *
 * @param fresh the new plan of all stacks, made by this code
 * @param reviewed plans of an earlier run, in any order
 */
export function compareWithReviewed(fresh: FoundPlan, reviewed: readonly FoundPlan[]): ReviewComparison {
  const changing = fresh.manifest.stacks.filter(({ status }) => status === "changes");
  if (changing.length === 0) return { isReviewed: false, notes: ["nothing changes; this is recorded"] };
  if (reviewed.length === 0) return { isReviewed: false, notes: ["no reviewed plan was found for this code"] };
  const found = changing.map((stack) => ({ id: stack.id, ...bestOf(stack, fresh, reviewed) }));
  const taken = new Set(found.flatMap(({ plan }) => (plan ? [plan] : [])));
  const dropped = [...taken].flatMap(({ manifest }) =>
    manifest.stacks
      .filter(({ id, status }) => status === "changes" && !changing.some((stack) => stack.id === id))
      .map(({ id }) => id),
  );
  const notes = [
    ...found.flatMap(({ id, plan, difference }) => (plan ? [] : [`${id}: ${difference}`])),
    ...dropped.map((id) => `${id}: the reviewed change is no longer planned`),
  ];
  return { isReviewed: notes.length === 0, notes };
}

function bestOf(
  stack: ManifestStack,
  fresh: FoundPlan,
  reviewed: readonly FoundPlan[],
): { readonly plan?: FoundPlan; readonly difference: string } {
  let difference = "it was not reviewed";
  for (const plan of reviewed) {
    const old = plan.manifest.stacks.find(({ id, status }) => id === stack.id && status === "changes");
    if (!old) continue;
    const found = differenceOf({ plan, stack: old }, { plan: fresh, stack });
    if (found === undefined) return { plan, difference: "none" };
    difference = found;
  }
  return { difference };
}

interface Side {
  readonly plan: FoundPlan;
  readonly stack: ManifestStack;
}

/** How the new plan of a stack differs from the reviewed one. Undefined if they are the same. */
function differenceOf(then: Side, now: Side): string | undefined {
  return originDifference(then.plan.manifest, now.plan.manifest) ?? stackDifference(then, now);
}

function originDifference(before: Manifest, after: Manifest): string | undefined {
  if (before.kind !== after.kind || before.rehearsedOn !== undefined) return "the reviewed plan is of another kind";
  if (before.tree === undefined || before.tree !== after.tree || before.dirty) return "it was reviewed with other code";
  if (before.estate.sha256 !== after.estate.sha256) return "it was reviewed with another estate";
  if (before.terraformVersion !== after.terraformVersion || before.providerVersion !== after.providerVersion) {
    return "it was reviewed with another version of Terraform or the provider";
  }
  if (endpointsText(before.connections.endpoints) !== endpointsText(after.connections.endpoints))
    return "it was reviewed against other endpoints";
  return undefined;
}

function stackDifference(then: Side, now: Side): string | undefined {
  const [old, planned] = [then.stack, now.stack];
  if (old.state?.lineage !== planned.state?.lineage || old.state?.serial !== planned.state?.serial)
    return "its state has changed since it was reviewed";
  if (JSON.stringify(withSortedKeys(old.upstreams)) !== JSON.stringify(withSortedKeys(planned.upstreams))) {
    return "the outputs that it reads of other stacks have changed since it was reviewed";
  }
  const reviewed = planJsonOf(then.plan, old.id);
  if (typeof reviewed !== "object" || reviewed === null) return `the reviewed ${PLAN_JSON} is not a plan`;
  return sameChange(reviewed, planJsonOf(now.plan, planned.id))
    ? undefined
    : "its changes differ from the reviewed ones: AWS has changed since";
}

/** Compares both plans completely, except for the time when they were made. */
function sameChange(one: unknown, other: unknown): boolean {
  const timeless = (plan: unknown) => JSON.stringify(withSortedKeys({ ...(plan as object), timestamp: undefined }));
  return timeless(one) === timeless(other);
}
