import { probeStateBucket } from "../../terraform/known-errors";
import type { Stack } from "../../synth/stacks";
import type { StateDocument, Terraform } from "../../terraform/terraform";
import type { FirstApplyAccount } from "./account";
import type { Adoption } from "./adoption";
import { findExisting } from "./existing";
import { countIn, type LocalState, FirstApplyRefused } from "./local-state";
/** The steps of a first apply. */
export type FirstApplyPlan =
  /** The bucket contains the state, and no local state is left. */
  | { readonly kind: "already there" }
  /** The bucket contains the state, and a local state is left: it was moved, and must be verified and deleted. */
  | { readonly kind: "verify"; readonly local: StateDocument }
  | {
      readonly kind: "create";
      /** The local state of an interrupted first apply. */
      readonly local?: StateDocument;
      /** Existing resources that are not in the local state. */
      readonly adoptions: readonly Adoption[];
      /** The number of resources to create: neither in the local state nor adopted. */
      readonly createCount: number;
    };

interface PlanInput {
  readonly stack: Stack;
  readonly terraform: Pick<Terraform, "init" | "statePull">;
  readonly account: FirstApplyAccount;
  readonly local: LocalState;
}

/**
 * Plans a first apply from the account and the local state. Changes nothing, but initializes the stack's folder with its
 * real backend if the bucket exists.
 *
 * @throws FirstApplyRefused with every reason to refuse; UserError if the credentials are of another account
 */
export async function planFirstApply({ stack, terraform, account, local }: PlanInput): Promise<FirstApplyPlan> {
  await account.expectCredentials();
  const left = local.read();
  const bucketIsThere = await findBucket(stack, account);
  const seen = await probeStateBucket(terraform);
  if ((seen.found !== "no bucket") !== bucketIsThere) {
    const [s3, backend] = bucketIsThere ? ["exists", "does not"] : ["does not exist", "does"];
    throw new FirstApplyRefused(
      `${stack.id}: the bucket ${stack.state.bucket} ${s3} according to S3, but it ${backend} according to Terraform. Wait a moment, then run it again`,
    );
  }
  if (seen.found === "state") return left === undefined ? { kind: "already there" } : { kind: "verify", local: left };

  const { adoptions, problems } = await findExisting({ stack, account, bucketIsThere, local: left });
  if (problems.length > 0) throw new FirstApplyRefused(problems.map((problem) => `${stack.id}: ${problem}`).join("\n"));
  return {
    kind: "create",
    local: left,
    adoptions,
    createCount: stack.resourceCount - countIn(left) - adoptions.length,
  };
}

/** Whether the stack's bucket exists. A bucket of another account or in another region is refused. */
async function findBucket({ id, state }: Stack, account: FirstApplyAccount): Promise<boolean> {
  const bucket = await account.findBucket(state.bucket);
  if (bucket.found === "another account's") {
    throw new FirstApplyRefused(
      `${id}: the bucket ${state.bucket} belongs to another account, or denies access to these credentials. ` +
        "Bucket names are global: choose another `solution`. Do not use the other bucket for states",
    );
  }
  if (bucket.found === "this account's" && bucket.region !== state.region) {
    throw new FirstApplyRefused(
      `${id}: the bucket ${state.bucket} must be in ${state.region}, got ${bucket.region}. Delete it if it is unused, or give the ` +
        "account that region",
    );
  }
  return bucket.found === "this account's";
}
