import type { StackReview, StackSummary } from "./review";

export type Verdict = "nothing to do" | "changes" | "blocked" | "failed";

/**
 * What a plan comes to in one word. `failed`: a stack could not be planned, so the plan is not whole. `blocked`:
 * something that can't be made again would be destroyed, which has to be allowed by name, or a destroy is kept from
 * happening. A stack that waits has changes to come.
 */
export function verdictOf(stacks: readonly StackSummary[]): Verdict {
  const isAny = (...statuses: readonly StackSummary["status"][]) =>
    stacks.some(({ status }) => statuses.includes(status));
  if (isAny("failed", "not started")) return "failed";
  if (isAny("kept") || stacks.some(({ review }) => (review?.destroysState.length ?? 0) > 0)) return "blocked";
  return isAny("changes", "waiting") ? "changes" : "nothing to do";
}

/**
 * The exit code of a command that plans, as Terraform's `-detailed-exitcode`: 0 nothing to do, 2 something to do or to
 * decide, 1 a failure.
 */
export function planExitCode(stacks: readonly StackSummary[]): 0 | 1 | 2 {
  const codes = { "nothing to do": 0, changes: 2, blocked: 2, failed: 1 } as const;
  return codes[verdictOf(stacks)];
}

/** Whether a plan changes anything: a resource, an address, or an output. */
export function hasChanges({ counts, outputChanges }: StackReview): boolean {
  return outputChanges.length > 0 || Object.values(counts).some((count) => count > 0);
}
