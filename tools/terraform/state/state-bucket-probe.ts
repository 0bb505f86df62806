import { isMissingBucketError } from "../known-errors";
import type { StateDocument, Terraform } from "../terraform";
import { TerraformError } from "../terraform-error";

type StateProbe =
  | { readonly found: "no bucket" }
  | { readonly found: "no state" } // the bucket exists, but does not contain this stack's state
  | { readonly found: "state"; readonly state: StateDocument };

/**
 * Checks whether a stack's state bucket and state exist. Terraform itself reads them, with the same credentials, role,
 * endpoint and region as later writes; another client could use different ones. Every failure except a missing bucket
 * (no access, wrong region, no network) throws TerraformError, so that nothing is created because a read failed. Leaves
 * the folder initialized with the stack's real backend if the bucket exists.
 */
export async function probeStateBucket(terraform: Pick<Terraform, "init" | "statePull">): Promise<StateProbe> {
  try {
    await terraform.init();
  } catch (error) {
    if (error instanceof TerraformError && isMissingBucketError(error.errors)) return { found: "no bucket" };
    throw error;
  }
  const state = await terraform.statePull();
  return state === undefined ? { found: "no state" } : { found: "state", state };
}
