import type { StackSpec } from "../../config/layout";
import { awsClients } from "../terraform/aws/aws-clients";
import { planStacks, type PlannedStack } from "../terraform/plan-stacks";
import type { RunOptions } from "../terraform/run-options";
import type { Stack } from "../synth/stacks";
import type { S3 } from "../terraform/state/state-lock";
import { unmanagedChanges } from "./unmanaged-changes";
import { differencesIn } from "./differences";
import { driftCount, type DriftReport, type StackDrift } from "./report";
import {
  isWithoutState,
  APPLIED_MEANWHILE,
  type StackActivity,
  readActivity,
  concurrentWork,
} from "../terraform/state/stack-activity";
import { whyNoFirstApply } from "../plans/lost-state";
import { withRemedy } from "../terraform/known-errors";
import { pendingChanges } from "../review/database-changes";
import { plannedResources } from "../review/planned-resource";
import type { PlanJson } from "../review/plan-json";
import { counted } from "../support/text";

export interface FindDriftOptions extends Omit<RunOptions, "lockTimeoutSeconds"> {
  /** The full hash of the commit that the stacks were synthesized from. @default none */
  readonly commit?: string;
  /** The client that reads locks. @default a client with the credentials of the stack's environment */
  readonly s3Of?: (stack: Stack) => S3;
}

/** The result of checking a stack. */
type Look = Omit<StackDrift, "stack" | "account" | "environment">;

const NOTHING = { differences: [], unmanaged: [], unapplied: 0 } as const;

/**
 * Compares stacks in AWS with the code. It changes nothing, takes no lock, and never blocks an apply. A stack with a
 * running operation, before or during the check, is reported as locked. No plan file remains. The report contains
 * failures; none are thrown.
 *
 * @param specs the stacks to check
 * @param stacks all stacks of this run's own synthesized output
 */
export async function findDrift(
  specs: readonly StackSpec[],
  stacks: readonly Stack[],
  options: FindDriftOptions,
): Promise<DriftReport> {
  const ids = new Set(specs.map(({ id }) => id));
  const selected = stacks.filter(({ id }) => ids.has(id));
  const { s3Of = (stack: Stack) => awsClients(stack, options.env(stack)).s3 } = options;
  const standing = async (stack: Stack) => [stack.id, await seen(s3Of, stack)] as const;
  const before = new Map(await Promise.all(selected.map(standing)));
  const busy = (stack: Stack) => concurrentWork(stack, before.get(stack.id), undefined);
  // A stack without a state has nothing in AWS that could differ.
  const hasNone = ({ id }: Stack) => isWithoutState(before.get(id));
  const idle = selected.filter((stack) => !busy(stack));
  const quiet = idle.filter((stack) => !hasNone(stack));
  const planned = await planStacks(quiet, { ...options, look: true, noteOf });
  const after = new Map(await Promise.all(quiet.map(standing)));
  const looks = new Map<string, Look>([
    ...selected.flatMap((stack) => ofWork(stack.id, busy(stack))),
    ...idle.filter(hasNone).map(({ id }) => [id, { status: "never applied", ...NOTHING }] as const),
    ...planned.map((each) => [each.stack.id, lookOf(each)] as const),
    ...quiet.flatMap((stack) => ofWork(stack.id, concurrentWork(stack, after.get(stack.id), before.get(stack.id)))),
  ]);
  const never = selected.filter(({ id }) => looks.get(id)?.status === "never applied");
  for (const [id, look] of await Promise.all(never.map((stack) => neverOrLost(() => s3Of(stack), stack))))
    looks.set(id, look);
  return {
    commit: options.commit ?? null,
    stacks: specs.flatMap(({ id, account, environment }) => {
      const look = looks.get(id);
      return look ? [{ stack: id, account: account.name, environment: environment?.name ?? null, ...look }] : [];
    }),
  };
}

/** Undefined if it cannot be read: Terraform reports the cause better. */
async function seen(s3Of: (stack: Stack) => S3, stack: Stack): Promise<StackActivity | undefined> {
  try {
    return await readActivity(s3Of(stack), stack);
  } catch {
    return undefined;
  }
}

/** The result for a stack without a state. */
async function neverOrLost(s3Of: () => S3, stack: Stack): Promise<readonly [string, Look]> {
  const why = await whyNoFirstApply(s3Of, stack);
  if (!why) return [stack.id, { status: "never applied", ...NOTHING }];
  if (why.kind === "meanwhile") return [stack.id, { status: "locked", error: APPLIED_MEANWHILE, ...NOTHING }];
  return [stack.id, { status: "failed", error: why.error.message, ...NOTHING }];
}

function ofWork(id: string, work: ReturnType<typeof concurrentWork>): readonly (readonly [string, Look])[] {
  return work ? [[id, { ...work, ...NOTHING }]] : [];
}

function lookOf(planned: PlannedStack): Look {
  switch (planned.status) {
    case "failed":
      return { status: "failed", ...NOTHING, error: withRemedy(planned.stack.id, planned.error) };
    case "not started":
      return { status: "failed", ...NOTHING, error: planned.reasons.join(", ") };
    case "waiting":
    case "kept":
      return planned.state
        ? { status: "not applied yet", ...NOTHING, waits: planned.reasons }
        : { status: "never applied", ...NOTHING };
    default:
      return planned.state ? compared(planned.plan as PlanJson) : { status: "never applied", ...NOTHING };
  }
}

function compared(plan: PlanJson): Look {
  const { inAws: differences, unapplied } = differencesIn(plan);
  const unmanaged = unmanagedChanges(plan);
  const pending = pendingChanges(plannedResources(plan)).map(({ address, message }) => `${address}  ${message}`);
  const drifts = driftCount({ differences, unmanaged }) > 0;
  return {
    status: drifts ? "drift" : unapplied > 0 ? "not applied yet" : "in sync",
    differences,
    unmanaged,
    unapplied,
    pending: pending.length > 0 ? pending : undefined,
  };
}

const noteOf = (plan: unknown): string => counted(driftCount(compared(plan as PlanJson)), "difference");
