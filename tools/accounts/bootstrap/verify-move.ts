import { missingFrom } from "../../terraform/state/state-difference";
import type { Stack } from "../../synth/stacks";
import type { StateDocument, Terraform } from "../../terraform/terraform";
import type { FirstApplyAccount } from "./account";
import { FirstApplyRefused } from "./local-state";

interface MovedState {
  readonly stack: Stack;
  readonly terraform: Pick<Terraform, "statePull" | "plan">;
  readonly account: FirstApplyAccount;
  /** The local state and its file. */
  readonly local: { readonly state: StateDocument; readonly file: string };
}

/**
 * Checks that the local state can be deleted: the bucket contains all its resources, keeps older versions, and a plan has
 * no changes.
 *
 * @throws FirstApplyRefused with the expectation and the path of the local state
 */
export async function verifyMove({ stack, terraform, account, local }: MovedState): Promise<void> {
  const { bucket, key } = stack.state;
  const object = `s3://${bucket}/${key}`;
  const refuse = (problem: string): never => {
    throw new FirstApplyRefused(
      `${stack.id}: ${problem}. The local state stays in ${local.file}. Fix this, then run it again`,
    );
  };

  const inBucket = await terraform.statePull();
  if (!inBucket) return refuse(`the moved state is missing: ${object} does not exist`);
  const missing = missingFrom(inBucket, local.state);
  if (missing.length > 0) {
    return refuse(
      `the state ${object} must contain all resources of the local state, got none of: ${missing.join(", ")}. Compare the two, and ` +
        "delete the local state if it is obsolete",
    );
  }
  if (!(await account.isVersioned(bucket))) return refuse(`the versioning of the bucket ${bucket} must be Enabled`);
  // "null" is a version too, which later writes keep: enabling versioning takes S3 a while.
  const version = await account.objectVersion(bucket, key);
  if (version === undefined) return refuse(`${object} must have a version id, got none although versioning is Enabled`);
  const plan = await terraform.plan({ lock: false });
  if (plan.outcome === "empty") return;
  const changes = [...plan.text.matchAll(/^\s*# (.*\b(?:will|must) be\b.*)$/gm)].map(([, change]) => change);
  return refuse(
    `the plan after the move must have no changes, got: ${changes.length > 0 ? changes.join(", ") : "see its log"}`,
  );
}
