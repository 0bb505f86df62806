import { probeStateBucket } from "../../terraform/state/state-bucket-probe";
import type { Stack } from "../../synth/stacks";
import type { StateDocument, Terraform } from "../../terraform/terraform";
import type { FirstApplyAccount } from "./account";
import type { Adoption } from "./adoption";
import { findExisting } from "./existing";
import { countIn, type LocalState, FirstApplyRefused } from "./local-state";
/** What a birth is going to do. */
export type FirstApplyPlan =
  /** The bucket holds the state, and no local one is left. */
  | { readonly kind: "already there" }
  /** The bucket holds the state, and a local one is left: it was moved, and is to be verified and removed. */
  | { readonly kind: "verify"; readonly local: StateDocument }
  | {
      readonly kind: "make";
      /** What an interrupted birth left. */
      readonly local?: StateDocument;
      /** What the account has already, and the local state does not know. */
      readonly adoptions: readonly Adoption[];
      /** How many resources there are neither in the local state nor to be adopted. */
      readonly makes: number;
    };

export interface PlanInput {
  readonly stack: Stack;
  readonly terraform: Pick<Terraform, "init" | "statePull">;
  readonly account: FirstApplyAccount;
  readonly local: LocalState;
}

/**
 * Looks at account and local state, and says what is to be done. Changes nothing, but leaves the stack's folder
 * initialized with its real backend, where there is the bucket.
 *
 * @throws BirthRefused that lists every reason why it can't be done; UserError where the credentials are not the
 *   account's
 */
export async function planFirstApply({ stack, terraform, account, local }: PlanInput): Promise<FirstApplyPlan> {
  await account.expectCredentials();
  const left = local.read();
  const bucketIsThere = await findBucket(stack, account);
  const seen = await probeStateBucket(terraform);
  if ((seen.found !== "no bucket") !== bucketIsThere) {
    const [s3, backend] = bucketIsThere ? ["is there", "is not"] : ["is not there", "is"];
    throw new FirstApplyRefused(
      `${stack.id}: the bucket ${stack.state.bucket} ${s3}, but Terraform says that it ${backend}: wait a moment, and run it again`,
    );
  }
  if (seen.found === "state") return left === undefined ? { kind: "already there" } : { kind: "verify", local: left };

  const { adoptions, problems } = await findExisting({ stack, account, bucketIsThere, local: left });
  if (problems.length > 0) throw new FirstApplyRefused(problems.map((problem) => `${stack.id}: ${problem}`).join("\n"));
  return { kind: "make", local: left, adoptions, makes: stack.resourceCount - countIn(left) - adoptions.length };
}

/** Whether the account has the stack's bucket. One of another account, or in another region, is refused. */
async function findBucket({ id, state }: Stack, account: FirstApplyAccount): Promise<boolean> {
  const bucket = await account.findBucket(state.bucket);
  if (bucket.found === "another account's") {
    throw new FirstApplyRefused(
      `${id}: the bucket ${state.bucket} belongs to another account, or keeps these credentials out: expected one of this account, or ` +
        "none. Its name is taken in the whole world: choose another `solution`; and nobody must believe that it holds states of ours",
    );
  }
  if (bucket.found === "ours" && bucket.region !== state.region) {
    throw new FirstApplyRefused(
      `${id}: the bucket ${state.bucket} is in ${bucket.region}, expected ${state.region}: delete it where nobody needs it, or give the ` +
        "account that region",
    );
  }
  return bucket.found === "ours";
}
