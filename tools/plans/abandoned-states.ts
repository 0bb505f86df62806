import { stacksOf } from "../../config/layout";
import type { Estate } from "../../config/model";
import { awsErrorMessage, isMissingBucket } from "../terraform/aws/aws-problem";
import { filledStates } from "../terraform/state/bucket-states";
import type { S3 } from "../terraform/state/state-lock";
import type { Stack } from "../synth/stacks";

/**
 * Finds the states of stacks that the estate no longer has, in the state buckets of these stacks: a database, an
 * environment or an own stack that was removed from the code stays in AWS, and no plan of what is left shows it. A state
 * without resources is what a destroy leaves.
 *
 * @returns lines such as "dev-database: 6 resources in s3://<bucket>/dev/database.tfstate"
 */
export async function abandonedStates(
  stacks: readonly Stack[],
  estate: Estate,
  s3Of: (stack: Stack) => S3,
): Promise<string[]> {
  const known = new Set(stacksOf(estate).map(({ state }) => `${state.bucket}/${state.key}`));
  const buckets = new Map(stacks.map((stack) => [stack.state.bucket, stack]));
  const found = [...buckets].map(async ([bucket, stack]) => {
    const s3 = s3Of(stack);
    try {
      return await filledStates(s3, bucket, (key) => !known.has(`${bucket}/${key}`));
    } catch (error) {
      if (isMissingBucket(error)) return []; // no stack of the account was ever applied
      return [`unknown: ${bucket} cannot be read (${awsErrorMessage(error, stack.id)})`];
    }
  });
  return (await Promise.all(found)).flat().sort();
}
