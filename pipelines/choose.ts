import { cpSync, mkdirSync } from "node:fs";
import { basename, join } from "node:path";
import { sha256OfFile, type ManifestStack } from "../planning/manifest";
import { PLAN_JSON, stackFolder } from "../planning/plan-folder";
import { sorted } from "../runner/sorted";
import { planJsonOf, type FoundPlan } from "./plan-folders";

export interface Choice {
  /** The plans to apply, in this order. */
  readonly plans: readonly FoundPlan[];
  /** Whether they are those that were reviewed. */
  readonly reviewed: boolean;
  /** Why they are not, or what else is to be told to whoever approves; a line each. */
  readonly notes: readonly string[];
}

/**
 * Which plans are applied: those that were reviewed, where a plan that was made just now says exactly the same of every stack; else the new one,
 * which is to be looked at again. What the reviewed ones say is not taken from them: an artifact can come from anywhere.
 *
 * @param fresh a plan of all stacks in question, made by this very code just now
 * @param reviewed plans of an earlier run, in any order
 */
export function choosePlans(fresh: FoundPlan, reviewed: readonly FoundPlan[]): Choice {
  const changing = fresh.manifest.stacks.filter(({ plan }) => plan !== undefined);
  if (changing.length === 0) return { plans: [fresh], reviewed: false, notes: ["nothing changes: that is recorded"] };
  if (reviewed.length === 0) return { plans: [fresh], reviewed: false, notes: ["no reviewed plan was found for this code"] };
  const found = changing.map((stack) => ({ stack, ...bestOf(stack, fresh, reviewed) }));
  const notes = found.flatMap(({ stack, plan, why }) => (plan ? [] : [`${stack.id}: ${why}`]));
  if (notes.length > 0) return { plans: [fresh], reviewed: false, notes };
  const plans = [...new Set(found.flatMap(({ plan }) => (plan ? [plan] : [])))];
  const extra = plans.flatMap(
    ({ manifest }) =>
    manifest.stacks.filter(({ id, plan }) => plan && !changing.some((stack) => stack.id === id)).map(({ id }) => `${id}: what was reviewed is not to be done any more`), // prettier-ignore
  );
  if (extra.length > 0) return { plans: [fresh], reviewed: false, notes: extra };
  return { plans: inOrder(plans, fresh), reviewed: true, notes: [] };
}

/** Copies the plans to where the next job finds them in order: `001/<plan id>`, `002/<plan id>`. */
export function copyPlans({ plans }: Choice, into: string): string[] {
  return plans.map(({ folder }, index) => {
    const copy = join(into, String(index + 1).padStart(3, "0"), basename(folder));
    mkdirSync(copy, { recursive: true, mode: 0o700 });
    cpSync(folder, copy, { recursive: true });
    return copy;
  });
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
  if (before.kind !== after.kind || before.rehearsedOn !== undefined) return "what was reviewed is a plan of another kind";
  if (before.tree === undefined || before.tree !== after.tree || before.dirty) return "it was reviewed with other code";
  if (before.estate.sha256 !== after.estate.sha256) return "it was reviewed with another estate";
  if (before.terraformVersion !== after.terraformVersion || before.providerVersion !== after.providerVersion) {
    return "it was reviewed with another version of Terraform, or of the provider";
  }
  const state = ({ stack }: Side) => `${stack.state?.lineage ?? ""} ${stack.state?.serial ?? ""}`;
  if (state(then) !== state(now)) return "its state has moved on since it was reviewed";
  if (JSON.stringify(sorted(then.stack.upstreams)) !== JSON.stringify(sorted(now.stack.upstreams))) {
    return "what it reads of other stacks has changed since it was reviewed";
  }
  const file = join(stackFolder(then.plan.folder, then.stack.id), PLAN_JSON);
  if (sha256OfFile(file) !== then.stack.plan?.jsonSha256) return `${PLAN_JSON}, which was reviewed, is not the one of its manifest`;
  return sameChange(planJsonOf(then.plan, then.stack.id), planJsonOf(now.plan, now.stack.id))
    ? undefined
    : "what would be done has changed since it was reviewed: AWS is not as it was";
}

/** The whole of both plans, but for when they were made. */
function sameChange(one: unknown, other: unknown): boolean {
  const timeless = (plan: unknown) => JSON.stringify(sorted({ ...(plan as object), timestamp: undefined }));
  return timeless(one) === timeless(other);
}

/** Each after those of which one of its stacks needs one. */
function inOrder(plans: readonly FoundPlan[], fresh: FoundPlan): FoundPlan[] {
  const dependencies = new Map(fresh.manifest.stacks.map((stack) => [stack.id, stack.dependencies]));
  const ids = (plan: FoundPlan) => plan.manifest.stacks.map(({ id }) => id);
  const left = [...plans];
  const ordered: FoundPlan[] = [];
  while (left.length > 0) {
    const needed = (plan: FoundPlan) => ids(plan).flatMap((id) => dependencies.get(id) ?? []);
    const next = left.findIndex((plan) => !left.some((other) => other !== plan && ids(other).some((id) => needed(plan).includes(id))));
    ordered.push(...left.splice(Math.max(next, 0), 1));
  }
  return ordered;
}
