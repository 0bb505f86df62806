import { appliedKey } from "../config/naming";
import { UserError } from "../errors/user-error";
import { currentOf } from "../promotion/applied-content";
import { readApplied } from "../promotion/record-store";
import { isMissingBucket, wordsOf } from "../runner/aws-problem";
import type { PlannedStack } from "../runner/plan-stacks";
import type { Stack } from "../runner/stacks";
import type { S3 } from "../runner/state-lock";

/**
 * Why a stack that has no state must not be taken for one that was never applied: it is recorded as applied, so that its state was deleted or
 * emptied. Terraform would make everything again, beside what is there.
 *
 * @returns undefined where nothing is recorded, and where it was destroyed
 */
export async function lostState(s3: S3, stack: Pick<Stack, "id" | "state">): Promise<UserError | undefined> {
  const { id, state } = stack;
  try {
    const applied = currentOf(await readApplied(s3, stack));
    if (!applied) return undefined;
    return new UserError(
      [
        `${id} has no state, but was applied at ${applied.appliedAt} from commit ${applied.commit.slice(0, 12)}: its state is lost, and a plan would make all of it again`,
        `npm run state -- history ${id} shows its versions, and npm run state -- restore ${id} brings the newest one back`,
        `where nothing of it is left in AWS: aws s3 rm s3://${state.bucket}/${appliedKey(state.key)}, and plan again`,
      ].join("\n"),
    );
  } catch (error) {
    if (isMissingBucket(error)) return undefined; // nothing was ever applied there
    return new UserError(`${id}: whether it was applied before could not be seen (${wordsOf(error, "S3")})`, { cause: error });
  }
}

/** The plans, but for those of stacks whose state is lost: they failed. */
export async function refuseLostStates(planned: readonly PlannedStack[], s3Of: (stack: Stack) => S3): Promise<PlannedStack[]> {
  return Promise.all(
    planned.map(async (each) => {
      const { stack, seconds, logFile, status, state } = each;
      if (state !== undefined || status === "failed" || status === "not started") return each;
      const error = await lostState(s3Of(stack), stack);
      return error ? { stack, seconds, logFile, status: "failed" as const, error } : each;
    }),
  );
}
