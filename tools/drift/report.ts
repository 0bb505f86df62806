import type { UnmanagedChange } from "./unmanaged-changes";
import { withoutSecrets } from "../../config/secret-text";
import type { DriftDifference } from "./differences";

export type DriftStatus =
  | "in sync"
  | "drift"
  | "not applied yet" // the code changed, or waits for another stack; nothing changed in AWS
  | "never applied"
  | "locked" // an operation is running: nothing is known
  | "failed";

/** The result for one stack. */
export interface StackDrift {
  readonly stack: string;
  readonly account: string;
  /** null of an account-wide stack. */
  readonly environment: string | null;
  readonly status: DriftStatus;
  /** Changes in AWS that an apply would revert. */
  readonly differences: readonly DriftDifference[];
  /** Changes in AWS outside the code, which no apply reverts. */
  readonly unmanaged: readonly UnmanagedChange[];
  /** The number of resources and outputs whose code changed since the last apply. */
  readonly unapplied: number;
  /** Which of those AWS applies in a maintenance window. @default none */
  readonly pending?: readonly string[];
  /** Why it can't be planned yet: "dev-network does not have the required output yet". @default it can */
  readonly waits?: readonly string[];
  /** The reason if it is locked or failed. */
  readonly error?: string;
}

export interface DriftReport {
  /** The full hash of the commit whose code AWS was compared with; null where there is none. */
  readonly commit: string | null;
  readonly stacks: readonly StackDrift[];
}

/** The number of differences that count as drift. */
export function driftCount({ differences, unmanaged }: Pick<StackDrift, "differences" | "unmanaged">): number {
  return differences.length + unmanaged.filter(({ opens }) => opens).length;
}

/**
 * 0: no checked stack drifts; 2: at least one stack drifts; 1: at least one stack could not be checked. A locked stack
 * does not count: the next run checks it.
 */
export function driftExitCode({ stacks }: DriftReport): 0 | 1 | 2 {
  const isAny = (wanted: DriftStatus) => stacks.some(({ status }) => status === wanted);
  if (isAny("failed")) return 1;
  return isAny("drift") ? 2 : 0;
}

/** The report for machines, in one line. Its keys are a documented format (docs/drift.md). */
export function driftJson(report: DriftReport): string {
  const { commit, stacks } = withoutSecrets(report);
  const differenceJson = ({ address, message }: DriftDifference) => ({ address, words: message });
  return JSON.stringify({
    commit,
    stacks: stacks.map(({ stack, account, environment, status, differences, unmanaged, ...rest }) => ({
      ...{ stack, account, environment, status, differences: differences.map(differenceJson) },
      beside: unmanaged.map((each) => ({ ...differenceJson(each), opens: each.opens })),
      ...rest,
    })),
  });
}
