import { join } from "node:path";
import { parseJson, readText } from "../../config/input";
import type { Manifest } from "./manifest";
import { refusedDestruction } from "./destruction/refused-destructions";
import { fileProblems, PLAN_JSON, stackFolder } from "./plan-folder";
import type { Checkout } from "../synth/git/checkout";
import { endpointsText, type Connections } from "../support/environment";
import { firstPaths } from "../support/text";
import type { PlanJson } from "../review/plan-json";
import type { StackReview } from "../review/review";
import { reviewPlan } from "../review/review-plan";
import { withRemedy, wrongAccount } from "../terraform/known-errors";
import { terraformErrorIn } from "../terraform/terraform-error";

/** The code, estate and versions that an apply runs with. */
export interface Present {
  readonly checkout: Checkout;
  /** The hash of the estate, computed as in the manifest. */
  readonly estateSha256: string;
  readonly terraformVersion: string;
  readonly providerVersion: string;
  readonly endpoints: Connections["endpoints"];
}

const AGAIN = "Plan again.";

/**
 * Every reason why a plan may not be applied, with the remedy; empty if there is none. Checks files alone, not AWS or
 * Terraform.
 * @param folder the folder of the files to apply
 * @param allowed addresses that may be destroyed, `<stack>:<address>` or `<address>`
 */
export function refusalsOf(folder: string, manifest: Manifest, present: Present, allowed: readonly string[]): string[] {
  const changing = manifest.stacks.filter(({ status }) => status === "changes");
  const reviews = changing.map(({ id }): ReviewedStack => ({ id, review: reviewIn(folder, id) }));
  return [
    ...originRefusals(manifest, present),
    ...versionRefusals(manifest, present),
    ...endpointRefusals(manifest, present),
    ...manifest.stacks
      .filter(({ status }) => status === "failed" || status === "not started")
      .map(
        ({ id, status }) =>
          `${id}: its planning ${status === "failed" ? "failed" : "did not start"}: the plan is incomplete. ${AGAIN}`,
      ),
    ...fileProblems(folder, manifest),
    ...changing.flatMap(({ id, reasons }) => reasons.map((reason) => refusedDestruction(manifest, id, reason))),
    ...destroyRefusals(reviews, allowed),
    ...reviews.flatMap(({ id, review }) =>
      (review?.refused ?? []).map(({ address, message }) => `${id}: blocked: ${address}: ${message}`),
    ),
    ...changing.flatMap(({ id, existing = [] }) =>
      existing.filter(({ refused }) => refused).map(({ address, message }) => `${id}: blocked: ${address}: ${message}`),
    ),
  ];
}

/** Why a stack that could not be checked is not applied. */
export function failedCheck(id: string, accountId: string, error: Error): string {
  const wrong = wrongAccount(error);
  if (wrong === undefined) return withRemedy(id, error);
  const source = terraformErrorIn(error)?.credentials ?? "this shell";
  return `${id}: the credentials must be of account ${accountId}, got account ${wrong} from ${source}. Name a profile of account ${accountId} (--profile).`;
}

function originRefusals(
  { commit, tree, dirty, estate, rehearsedOn }: Manifest,
  { checkout, estateSha256 }: Present,
): string[] {
  const refusals: string[] = [];
  if (rehearsedOn !== undefined)
    refusals.push(
      "the plan is rehearsed: it was made on an emulator and cannot be applied to AWS. Plan without --rehearse.",
    );
  if (commit === undefined)
    refusals.push("the plan was made from no commit. Commit the estate to a git repository and plan again.");
  else if (checkout.tree === undefined || checkout.tree !== tree) {
    // Trees are compared, not commits: merging a pull request creates another commit with the same files.
    const here = checkout.commit === undefined ? "none" : `${checkout.commit} with other files`;
    refusals.push(
      `the plan was made from commit ${commit}, the checkout is at ${here}. Run git checkout ${commit.slice(0, 12)}, or plan again.`,
    );
  }
  if (dirty) refusals.push("the plan was made from uncommitted changes. Commit them and plan again.");
  refusals.push(...checkoutRefusals(checkout));
  if (estate.sha256 !== estateSha256)
    refusals.push(`the estate differs from the one that was planned (${estate.file}). Check ESTATE, or plan again.`);
  return refusals;
}

/** Why nothing that is made from a checkout can be applied; empty if it is what its commit holds. */
export function checkoutRefusals({ changedPaths, unheldPaths = [] }: Checkout): string[] {
  const changed = changedPaths.filter((path) => !unheldPaths.includes(path));
  return [
    ...(changed.length === 0
      ? []
      : [`the checkout has uncommitted changes (${firstPaths(changed)}). Commit or stash them.`]),
    ...(unheldPaths.length === 0
      ? []
      : [
          `every file that is read must be in the commit, got ${unheldPaths.join(", ")}. Move it into the repository, commit it, and plan again.`,
        ]),
  ];
}

function versionRefusals(manifest: Manifest, present: Present): string[] {
  const { terraformVersion, providerVersion } = manifest;
  return [
    ...(terraformVersion === present.terraformVersion
      ? []
      : [
          `Terraform must be ${terraformVersion}, which made the plan, got ${present.terraformVersion}. Install that version, or plan again.`,
        ]),
    ...(providerVersion === present.providerVersion
      ? []
      : [
          `hashicorp/aws must be ${providerVersion}, which made the plan, got ${present.providerVersion}. Run npm ci at that commit, or plan again.`,
        ]),
  ];
}

/** A plan that was made against a copy of AWS says nothing about AWS, nor the other way round. */
function endpointRefusals({ connections }: Manifest, present: Present): string[] {
  const [then, now] = [endpointsText(connections.endpoints), endpointsText(present.endpoints)];
  if (then === now) return [];
  return [
    `the plan must be applied to ${then}, which it was made against, got ${now}. Set the same AWS_ENDPOINT_URL variables, or plan again.`,
  ];
}

/** A stack with changes and the review of its plan itself, whose hash is checked, and not of the summary. */
interface ReviewedStack {
  readonly id: string;
  /** Undefined if the plan cannot be read. */
  readonly review: StackReview | undefined;
}

function destroyRefusals(reviews: readonly ReviewedStack[], allowed: readonly string[]): string[] {
  const destroyed = reviews.flatMap(({ id, review }) =>
    (review?.destroysState ?? []).map((finding) => ({ id, ...finding })),
  );
  const isAllowed = (id: string, address: string): boolean =>
    allowed.includes(`${id}:${address}`) || allowed.includes(address);
  const needless = allowed.filter(
    (name) => !destroyed.some(({ id, address }) => name === address || name === `${id}:${address}`),
  );
  const ambiguous = allowed.filter((name) => destroyed.filter(({ address }) => address === name).length > 1);
  return [
    ...destroyed
      .filter(({ id, address }) => !isAllowed(id, address))
      .map(
        ({ id, address, message }) =>
          `${id}: blocked: ${message}. If that is intended, use --allow-destroy '${id}:${address}'.`,
      ),
    ...needless.map((name) => `--allow-destroy ${name}: the plan destroys no stateful resource with this address`),
    ...ambiguous.map(
      (name) => `--allow-destroy must be <stack>:${name}, got ${name}: several stacks have this address`,
    ),
  ];
}

function reviewIn(folder: string, id: string): StackReview | undefined {
  try {
    return reviewPlan(parseJson(readText(join(stackFolder(folder, id), PLAN_JSON))) as PlanJson);
  } catch {
    return undefined; // a missing or changed file is refused separately
  }
}
