import { existsSync } from "node:fs";
import { join } from "node:path";
import { sha256OfFile, type ManifestStack } from "../plans/manifest";
import { PLAN_JSON, stackFolder } from "../plans/plan-folder";
import { planJsonOf, type FoundPlan } from "./handover";
import { withSortedKeys } from "../support/json";

export interface ReviewComparison {
  /** Whether the new plan does what was reviewed, and nothing else. */
  readonly isReviewed: boolean;
  /** What whoever approves must know; a line each. */
  readonly notes: readonly string[];
}

/**
 * Whether a plan that was made just now does exactly what was reviewed: for every stack the same change, of the same
 * code, on the same state.
 *
 * What is applied is the new plan, in either case. Plans of a pull request's run are compared, and never run: whoever
 * may push a branch can make an artifact that is called a plan, and a plan file holds more than Terraform shows of it.
 *
 * @param fresh a plan of all stacks in question, made by this very code just now
 * @param reviewed plans of an earlier run, in any order
 */
export function compareWithReviewed(fresh: FoundPlan, reviewed: readonly FoundPlan[]): ReviewComparison {
  const changing = fresh.manifest.stacks.filter(({ plan }) => plan !== undefined);
  if (changing.length === 0) return { isReviewed: false, notes: ["nothing changes: that is recorded"] };
  if (reviewed.length === 0) return { isReviewed: false, notes: ["no reviewed plan was found for this code"] };
  const found = changing.map((stack) => ({ id: stack.id, ...bestOf(stack, fresh, reviewed) }));
  const taken = new Set(found.flatMap(({ plan }) => (plan ? [plan] : [])));
  const dropped = [...taken].flatMap(({ manifest }) =>
    manifest.stacks.filter(({ id, plan }) => plan && !changing.some((stack) => stack.id === id)).map(({ id }) => id),
  );
  const notes = [
    ...found.flatMap(({ id, plan, why }) => (plan ? [] : [`${id}: ${why}`])),
    ...dropped.map((id) => `${id}: what was reviewed is not to be done any more`),
  ];
  return { isReviewed: notes.length === 0, notes };
}

function bestOf(
  stack: ManifestStack,
  fresh: FoundPlan,
  reviewed: readonly FoundPlan[],
): { readonly plan?: FoundPlan; readonly why: string } {
  let why = "it was not reviewed";
  for (const plan of reviewed) {
    const then = plan.manifest.stacks.find(({ id, plan: changes }) => id === stack.id && changes !== undefined);
    if (!then) continue;
    const problem = differenceOf({ plan, stack: then }, { plan: fresh, stack });
    if (problem === undefined) return { plan, why: "" };
    why = problem;
  }
  return { why };
}

interface Side {
  readonly plan: FoundPlan;
  readonly stack: ManifestStack;
}

/** Why the reviewed plan of a stack is not the one that is made now. Undefined where they are the same. */
function differenceOf(then: Side, now: Side): string | undefined {
  const [before, after] = [then.plan.manifest, now.plan.manifest];
  if (before.kind !== after.kind || before.rehearsedOn !== undefined)
    return "what was reviewed is a plan of another kind";
  if (before.tree === undefined || before.tree !== after.tree || before.dirty) return "it was reviewed with other code";
  if (before.estate.sha256 !== after.estate.sha256) return "it was reviewed with another estate";
  if (before.terraformVersion !== after.terraformVersion || before.providerVersion !== after.providerVersion) {
    return "it was reviewed with another version of Terraform, or of the provider";
  }
  const state = ({ stack }: Side) => `${stack.state?.lineage ?? ""} ${stack.state?.serial ?? ""}`;
  if (state(then) !== state(now)) return "its state has changed since it was reviewed";
  if (JSON.stringify(withSortedKeys(then.stack.upstreams)) !== JSON.stringify(withSortedKeys(now.stack.upstreams))) {
    return "what it reads of other stacks has changed since it was reviewed";
  }
  const file = join(stackFolder(then.plan.folder, then.stack.id), PLAN_JSON);
  if (!existsSync(file) || sha256OfFile(file) !== then.stack.plan?.jsonSha256)
    return `${PLAN_JSON}, which was reviewed, is not the one of its manifest`;
  const reviewed = planJsonOf(then.plan, then.stack.id);
  if (typeof reviewed !== "object" || reviewed === null) return `${PLAN_JSON}, which was reviewed, is no plan`;
  return sameChange(reviewed, planJsonOf(now.plan, now.stack.id))
    ? undefined
    : "what would be done has changed since it was reviewed: AWS is not as it was";
}

/** The whole of both plans, but for when they were made. */
function sameChange(one: unknown, other: unknown): boolean {
  const timeless = (plan: unknown) => JSON.stringify(withSortedKeys({ ...(plan as object), timestamp: undefined }));
  return timeless(one) === timeless(other);
}
