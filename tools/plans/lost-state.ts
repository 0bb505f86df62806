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

/** Why a stack in which no state was found must not be taken for one that was never applied. */
export interface NoFirstApply {
  /**
   * "lost": its state was deleted or emptied; "meanwhile": it was applied since that was looked for; "unseen": that
   * can't be seen.
   */
  readonly kind: "lost" | "meanwhile" | "unseen";
  readonly error: UserError;
}

/**
 * Looks whether a stack in which no state was found is recorded as applied. Where its state is lost, Terraform would
 * make everything again, beside what is there, and destroy nothing.
 *
 * @returns undefined where nothing is recorded, and where it was destroyed
 */
export async function whyNoFirstApply(s3Of: () => S3, stack: Located): Promise<NoFirstApply | undefined> {
  const { id } = stack;
  try {
    const s3 = s3Of();
    const applied = currentOf(await readApplied(s3, stack));
    if (!applied) return undefined;
    if (await hasState(s3, stack))
      return { kind: "meanwhile", error: new UserError(`${id} ${APPLIED_MEANWHILE}: plan again`) };
    const when = `${id} has no state, but was applied at ${applied.appliedAt} from commit ${applied.commit.slice(0, 12)}: its state is lost`;
    return { kind: "lost", error: new UserError([when, ...waysBack(stack)].join("\n")) };
  } catch (error) {
    if (isMissingBucket(error)) return undefined; // nothing was ever applied there
    const why =
      error instanceof UserError
        ? error.message
        : `${id}: whether it was applied before can't be seen (${awsErrorMessage(error, "S3")})`;
    return { kind: "unseen", error: new UserError(why, { cause: error }) };
  }
}

/** An empty object is no state to Terraform, and a damaged one it can't read. */
async function hasState(s3: S3, stack: Located): Promise<boolean> {
  try {
    return (await readStatePosition(s3, stack)) !== undefined;
  } catch (error) {
    if (error instanceof UserError) return false;
    throw error;
  }
}

function waysBack({ id, state }: Located): string[] {
  return [
    `npm run state -- history ${id} shows its versions, and npm run state -- restore ${id} brings the newest one back`,
    `where nothing of it is left in AWS: aws s3 rm s3://${state.bucket}/${appliedKey(state.key)}, and plan again`,
  ];
}

/** The plans, but for those of stacks that have no state and are recorded as applied: they failed. */
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
