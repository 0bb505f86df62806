import { isMissingBucketError } from "../known-errors";
import type { StateDocument, Terraform } from "../terraform";
import { TerraformError } from "../terraform-error";

export type StateProbe =
  | { readonly found: "no bucket" }
  | { readonly found: "no state" } // the bucket is there, this stack's state isn't in it
  | { readonly found: "state"; readonly state: StateDocument };

/**
 * Asks whether a stack's state bucket and state exist, by letting Terraform itself look: with the very credentials,
 * role, endpoint and region that will be used to write there, which a second client could get differently. Any other
 * failure than a missing bucket (no access, wrong region, no network) throws TerraformError: nothing must be created
 * because something could not be seen. Leaves the folder initialized with the stack's real backend, except where there
 * is no bucket.
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
