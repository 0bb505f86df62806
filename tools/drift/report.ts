import type { Beside } from "./beside";
import type { Difference } from "./differences";

export type DriftStatus =
  | "in sync"
  | "drift"
  | "not applied yet" // the code has moved on, or waits for another stack, and nobody changed anything in AWS
  | "never applied"
  | "locked" // somebody works on it: nothing is known
  | "failed";

/** How a stack stands. */
export interface StackDrift {
  readonly stack: string;
  readonly account: string;
  /** null of an account-wide stack. */
  readonly environment: string | null;
  readonly status: DriftStatus;
  /** What was changed in AWS, and an apply would put back. */
  readonly differences: readonly Difference[];
  /** What AWS has beside the code, and no apply would change. */
  readonly beside: readonly Beside[];
  /** How many resources and outputs the code has moved away from what was applied. */
  readonly unapplied: number;
  /** Why it can't be planned yet: "dev-network does not have the required output yet". @default it can */
  readonly waits?: readonly string[];
  /** Of one that is locked or failed. */
  readonly error?: string;
}

export interface DriftReport {
  /** The full hash of the commit whose code AWS was compared with; null where there is none. */
  readonly commit: string | null;
  readonly stacks: readonly StackDrift[];
}

/** How many differences make a stack drift. */
export function driftCount({ differences, beside }: Pick<StackDrift, "differences" | "beside">): number {
  return differences.length + beside.filter(({ opens }) => opens).length;
}

/**
 * 0: nobody changed anything in AWS, as far as was looked; 2: at least one stack drifts; 1: at least one could not be
 * looked at, whatever the others say. A stack that somebody works on is neither: the next look tells.
 */
export function exitCodeOf({ stacks }: DriftReport): 0 | 1 | 2 {
  const isAny = (wanted: DriftStatus) => stacks.some(({ status }) => status === wanted);
  if (isAny("failed")) return 1;
  return isAny("drift") ? 2 : 0;
}

/** The report for machines, in one line. */
export function driftJson(report: DriftReport): string {
  return JSON.stringify(report);
}
