import { missingFrom } from "../../terraform/state/state-difference";
import type { Stack } from "../../synth/stacks";
import type { StateDocument, Terraform } from "../../terraform/terraform";
import type { FirstApplyAccount } from "./account";
import { FirstApplyRefused } from "./local-state";

export interface MovedState {
  readonly stack: Stack;
  readonly terraform: Pick<Terraform, "statePull" | "plan">;
  readonly account: FirstApplyAccount;
  /** The local state, and the file in which it lies. */
  readonly local: { readonly state: StateDocument; readonly file: string };
}

/**
 * Makes sure that the local state is needed no more: the bucket holds everything that is in it, keeps older versions,
 * and what it holds is what there is and is to be.
 *
 * @throws BirthRefused that says what was expected, and where the local state stays
 */
export async function verifyMove({ stack, terraform, account, local }: MovedState): Promise<void> {
  const { bucket, key } = stack.state;
  const object = `s3://${bucket}/${key}`;
  const refuse = (problem: string): never => {
    throw new FirstApplyRefused(
      `${stack.id}: ${problem}. The local state stays in ${local.file}; when that is mended, run it again`,
    );
  };

  const inBucket = await terraform.statePull();
  if (!inBucket) return refuse(`no state is in ${object}, where it was moved to`);
  const missing = missingFrom(inBucket, local.state);
  if (missing.length > 0) {
    return refuse(
      `the local state holds what the one in ${object} does not: ${missing.join(", ")}; expected all of it there. Compare the two, and ` +
        "remove the local one where it is obsolete",
    );
  }
  if (!(await account.isVersioned(bucket)))
    return refuse(`the bucket ${bucket} is not versioned, expected versioning to be Enabled`);
  // "null" too is a version that later ones leave alone: S3 takes a while to notice that versioning was enabled.
  const version = await account.objectVersion(bucket, key);
  if (version === undefined) return refuse(`${object} has no version id, expected one: versioning is Enabled`);
  const plan = await terraform.plan({ lock: false });
  if (plan.outcome === "empty") return;
  const changes = [...plan.text.matchAll(/^\s*# (.*\b(?:will|must) be\b.*)$/gm)].map(([, change]) => change);
  return refuse(
    `the plan after the move is not empty, expected no changes: ${changes.length > 0 ? changes.join(", ") : "see its log"}`,
  );
}
