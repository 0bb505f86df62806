import { appliedKey } from "../../config/naming";
import { UserError } from "../../config/user-error";
import { currentOf } from "./promotion/applied-content";
import { readApplied } from "./promotion/record-store";
import { readStatePosition } from "../terraform/state/state-position";
import { isMissingBucket, awsErrorMessage } from "../terraform/aws/aws-problem";
import type { PlannedStack } from "../terraform/plan-stacks";
import type { Stack } from "../synth/stacks";
import type { S3 } from "../terraform/state/state-lock";
import { APPLIED_MEANWHILE } from "../terraform/state/stack-activity";

type Located = Pick<Stack, "id" | "state">;

/** Why a stack without a state does not count as never applied. */
export interface NoFirstApply {
  /**
   * "lost": its state was deleted or emptied; "meanwhile": it was applied after the state was read; "unseen": the
   * record or state cannot be read.
   */
  readonly kind: "lost" | "meanwhile" | "unseen";
  readonly error: UserError;
}

/**
 * Checks whether a stack without a state is recorded as applied. If its state is lost, Terraform would create every
 * resource a second time and destroy none.
 * @returns undefined if nothing is recorded, or the stack was destroyed
 */
export async function whyNoFirstApply(s3Of: () => S3, stack: Located): Promise<NoFirstApply | undefined> {
  const { id } = stack;
  try {
    const s3 = s3Of();
    const applied = currentOf(await readApplied(s3, stack));
    if (!applied) return undefined;
    if (await hasState(s3, stack))
      return { kind: "meanwhile", error: new UserError(`${id} ${APPLIED_MEANWHILE}. Plan again.`) };
    const when = `${id} has no state, but was applied at ${applied.appliedAt} from commit ${applied.commit.slice(0, 12)}: its state is lost`;
    return { kind: "lost", error: new UserError([when, ...remedies(stack)].join("\n")) };
  } catch (error) {
    if (isMissingBucket(error)) return undefined; // no stack of the account was ever applied
    const why =
      error instanceof UserError
        ? error.message
        : `${id}: the record of its applies cannot be read (${awsErrorMessage(error, "S3")})`;
    return { kind: "unseen", error: new UserError(why, { cause: error }) };
  }
}

/** Whether there is a state that Terraform can read. It ignores an empty object, and cannot read a damaged one. */
async function hasState(s3: S3, stack: Located): Promise<boolean> {
  try {
    return (await readStatePosition(s3, stack)) !== undefined;
  } catch (error) {
    if (error instanceof UserError) return false;
    throw error;
  }
}

function remedies({ id, state }: Located): string[] {
  return [
    `Run npm run state -- history ${id} to list its versions, and npm run state -- restore ${id} to restore the newest one.`,
    `If none of its resources is left in AWS, run aws s3 rm s3://${state.bucket}/${appliedKey(state.key)} and plan again.`,
  ];
}

/** Turns the plan of a stack into a failure if the stack has no state but is recorded as applied. */
export async function refuseLostStates(
  planned: readonly PlannedStack[],
  s3Of: (stack: Stack) => S3,
): Promise<PlannedStack[]> {
  return Promise.all(
    planned.map(async (each) => {
      const { stack, seconds, logFile, status, state } = each;
      if (state !== undefined || status === "failed" || status === "not started") return each;
      const why = await whyNoFirstApply(() => s3Of(stack), stack);
      return why ? { stack, seconds, logFile, status: "failed" as const, error: why.error } : each;
    }),
  );
}
