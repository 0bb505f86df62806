import type { PlannedStack } from "../terraform/plan-stacks";
import type { Stack } from "../synth/stacks";
import { upstreamsOf, type Upstream } from "../synth/upstreams";
import type { PlanJson } from "../review/plan-json";
import type { StackReview, StackStatus } from "../review/review";
import { reviewPlan } from "../review/review-plan";
import type { ExistingSetting } from "./existing-settings";

/** The result of planning a stack, once all plans are known. */
export interface StackOutcome {
  readonly stack: Stack;
  readonly status: StackStatus;
  readonly reasons: readonly string[];
  /** What exists in AWS, and would be replaced by what the plan creates. @default nothing */
  readonly existing?: readonly ExistingSetting[];
  readonly seconds: number;
  readonly state?: { readonly lineage: string; readonly serial: number };
  /** Terraform's plan, including secrets. It can be applied only if the status is "changes". */
  readonly plan?: PlanJson;
  readonly review?: StackReview;
  readonly error?: Error;
}

/**
 * Decides the status of each stack from all plans together. A stack waits for a stack that was never applied, and for a
 * stack whose plan changes an output that it reads: its own plan was made with the old value. A destroy plan keeps a
 * stack if another stack that uses it is kept.
 * @param stacks all stacks of the synthesized output
 * @param unapplied stacks that are not planned here and were never applied
 */
export function decideStatuses(
  planned: readonly PlannedStack[],
  stacks: readonly Stack[],
  destroy: boolean,
  unapplied: ReadonlySet<string> = new Set(),
): StackOutcome[] {
  let outcomes = planned.map(ownOutcome);
  const reads = new Map(destroy ? [] : planned.map(({ stack }) => [stack.id, upstreamsOf(stack, stacks)] as const));
  // A stack that waits may make others wait: repeat until nothing changes.
  for (;;) {
    const byId = new Map(outcomes.map((each) => [each.stack.id, each]));
    const next = outcomes.map((each) =>
      destroy
        ? keptWithUsers(each, outcomes)
        : waitingForUpstreams(each, byId, reads.get(each.stack.id) ?? [], unapplied),
    );
    if (next.every((each, index) => each === outcomes[index])) return outcomes;
    outcomes = next;
  }
}

function ownOutcome(planned: PlannedStack): StackOutcome {
  const { stack, status, seconds, state } = planned;
  const common = { stack, status, seconds, state, reasons: [] };
  switch (planned.status) {
    case "no changes":
      return common;
    case "failed":
      return { ...common, error: planned.error };
    case "changes": {
      const plan = planned.plan as PlanJson;
      const kept = protectedByAws(plan);
      return { ...common, status: kept.length > 0 ? "kept" : status, reasons: kept, plan, review: reviewPlan(plan) };
    }
    default:
      return { ...common, reasons: planned.reasons };
  }
}

/** Resources that AWS would refuse to delete, after it has already deleted others. */
function protectedByAws({ resource_changes: changes = [] }: PlanJson): string[] {
  return changes
    .filter(
      ({ change }) =>
        change.actions.includes("delete") &&
        (change.before as Record<string, unknown> | null)?.["deletion_protection"] === true,
    )
    .map(({ address }) => `${address}: deletion protection`);
}

function waitingForUpstreams(
  each: StackOutcome,
  byId: ReadonlyMap<string, StackOutcome>,
  reads: readonly Upstream[],
  unapplied: ReadonlySet<string>,
): StackOutcome {
  if (each.status !== "changes" && each.status !== "no changes") return each;
  const reasons = [
    ...reads.flatMap(({ stackId, outputs }) => {
      const changed = byId.get(stackId)?.review?.outputChanges.filter((name) => outputs.includes(name)) ?? [];
      return changed.length > 0
        ? [`${stackId} changes outputs that it reads. Plan it again once ${stackId} is applied.`]
        : [];
    }),
    ...(each.status === "no changes"
      ? []
      : each.stack.dependencies.flatMap((id) => {
          const upstream = byId.get(id);
          const waits = upstream?.status === "waiting" && upstream.state === undefined;
          return waits || (each.state === undefined && unapplied.has(id)) ? [`${id} is not applied yet`] : [];
        })),
  ];
  return reasons.length > 0 ? { ...each, status: "waiting", reasons: [...new Set(reasons)] } : each;
}

function keptWithUsers(each: StackOutcome, all: readonly StackOutcome[]): StackOutcome {
  if (each.status !== "changes") return each;
  const users = all.filter(
    ({ stack, status }) => stack.dependencies.includes(each.stack.id) && (status === "kept" || status === "failed"),
  );
  return users.length > 0
    ? { ...each, status: "kept", reasons: users.map(({ stack }) => `still used by ${stack.id}`) }
    : each;
}
