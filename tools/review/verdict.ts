import type { StackReview, StackSummary } from "./review";

export type PlanVerdict = "nothing to do" | "changes" | "blocked" | "failed";

/**
 * The result of a plan in one word. `failed`: a stack could not be planned, so the plan is incomplete. `blocked`: a
 * stateful resource would be destroyed without `--allow-destroy`, AWS refuses a change, or protection prevents a destroy.
 * A waiting stack counts as changes.
 */
export function verdictOf(stacks: readonly StackSummary[]): PlanVerdict {
  const isAny = (...statuses: readonly StackSummary["status"][]) =>
    stacks.some(({ status }) => statuses.includes(status));
  if (isAny("failed", "not started")) return "failed";
  const isBlocked = ({ destroysState, refused = [] }: StackReview): boolean =>
    destroysState.length + refused.length > 0;
  if (isAny("kept") || stacks.some(({ review }) => review && isBlocked(review))) return "blocked";
  if (stacks.some((stack) => refusedDestructionsIn(stack).length > 0)) return "blocked";
  return isAny("changes", "waiting") ? "changes" : "nothing to do";
}

/** What AWS would refuse to delete, as it answered when the plan was made: `<address>: <why>. <Remedy>`. */
export function refusedDestructionsIn({ status, reasons = [] }: StackSummary): readonly string[] {
  return status === "changes" ? reasons : [];
}

/**
 * The exit code of a planning command, as with Terraform's `-detailed-exitcode`: 0 nothing to do, 2 changes, 1 failure.
 */
export function planExitCode(stacks: readonly StackSummary[]): 0 | 1 | 2 {
  const codes = { "nothing to do": 0, changes: 2, blocked: 2, failed: 1 } as const;
  return codes[verdictOf(stacks)];
}

/** Whether a plan changes anything: a resource, an address, or an output. */
export function hasChanges({ counts, outputChanges }: StackReview): boolean {
  return outputChanges.length > 0 || Object.values(counts).some((count) => count > 0);
}
