import { REFERENCE_PREFIX } from "../synth/upstreams";
import { isReleased, lockInError, lockRemedy } from "./state/lock-info";
import type { StateDocument, Terraform } from "./terraform";
import { TerraformError, terraformErrorIn } from "./terraform-error";

interface Remedy {
  readonly pattern: RegExp;
  readonly remedy: (stackId: string, failure: TerraformError) => string;
}

/** The account that the credentials are of, where Terraform refuses it. */
export function wrongAccount(error: Error): string | undefined {
  return /AWS account ID not allowed: (\d{12})/.exec(terraformErrorIn(error)?.message ?? "")?.[1];
}

/** Errors of Terraform for which the project has a remedy. */
const REMEDIES: readonly Remedy[] = [
  {
    pattern: /Error acquiring the state lock/,
    remedy: (stackId, { errors }) => {
      const lock = lockInError(errors);
      if (lock && isReleased(lock)) return `${stackId} was locked until now. Run it again.`;
      return `${stackId} is locked. ${lockRemedy(stackId, lock ?? {})}`;
    },
  },
  {
    pattern: /terraform plan was killed/,
    remedy: (stackId) =>
      `${stackId}: the killed plan may have left its lock, and changed nothing. Run npm run unlock -- ${stackId}.`,
  },
  {
    // The state is not JSON, was cut off, or has a version that Terraform does not know.
    pattern:
      /Failed to (load|decode|read) state|state snapshot|unsupported state format|Error refreshing state: (?!.*Access)/i,
    remedy: (stackId) =>
      `the state of ${stackId} can't be read. Run npm run state -- history ${stackId} to list its earlier versions.`,
  },
  {
    pattern: /AWS account ID not allowed/,
    remedy: (stackId, failure) =>
      `the credentials for ${stackId}, from ${failure.credentials ?? "this shell"}, are of account ${wrongAccount(failure) ?? "another account"}. Name a profile of its own account: --profile <name>, or --profile '{account}' with a profile for each.`,
  },
  {
    // In a region that the account has not enabled, AWS knows no credentials: STS, EC2, S3 and other services.
    pattern: /InvalidClientTokenId|AuthFailure|InvalidToken|UnrecognizedClientException/,
    remedy: (stackId) =>
      `AWS does not know the credentials for ${stackId}: they are no longer valid, or its region is not enabled in the account. Sign in again, or enable the region: aws account enable-region --region-name <region>.`,
  },
  {
    pattern:
      /No valid credential sources found|ExpiredToken|failed to refresh cached credentials|get credentials|could not find a profile|SSO session/i,
    remedy: (stackId) =>
      `there are no valid credentials for the account of ${stackId}. Sign in, or name a profile (--profile).`,
  },
  {
    pattern: /Provider configuration not present/,
    remedy: (stackId) =>
      `${stackId}: its state has resources in a region that the account has left in the estate. Name the region in the account's furtherRegions: docs/applying.md, "A region that an account leaves".`,
  },
  {
    pattern: /BucketAlreadyExists/,
    remedy: (stackId) =>
      `${stackId}: another account has a bucket of this name; bucket names are global. Choose another name.`,
  },
  {
    pattern: /match any of the\s+(checksums|packages)|Provider dependency changes detected/,
    remedy: (stackId) =>
      `${stackId}: its provider must have a hash of tools/terraform/.terraform.lock.hcl, got another. Use the registry's release, or renew the file: docs/plan-integrity.md, "The provider and its hashes".`,
  },
  {
    // "Analyzers with an account zone of trust: 1 for each Region" ("IAM Access Analyzer quotas", IAM User Guide).
    pattern: /CreateAnalyzer[^]*ServiceQuotaExceededException/,
    remedy: (stackId) =>
      `${stackId}: the region has an access analyzer already, and AWS allows one for each account. Import it (docs/adopting.md), or delete it: aws accessanalyzer delete-analyzer --analyzer-name <name>.`,
  },
  {
    pattern: /AlreadyInOrganizationException/,
    remedy: (stackId) =>
      `${stackId}: the account has an organization already. Set organization: { existing: true } (docs/organization.md, "An organization that exists").`,
  },
  {
    pattern: /CreatePermissionSet\b[^]*ConflictException/,
    remedy: (stackId) =>
      `${stackId}: IAM Identity Center has a permission set of this name already. Import it with the id <ARN of the set>,<ARN of the instance> (docs/adopting.md), or delete it. To find the ARNs, run aws sso-admin list-instances and aws sso-admin list-permission-sets --instance-arn <ARN>.`,
  },
  {
    pattern: /CreateGroup\b[^]*ConflictException/,
    remedy: (stackId) =>
      `${stackId}: IAM Identity Center has a group of this name already. Leave it out of identityCenter.groups, so that it is looked up; or import it with the id <identity store>/<group> (docs/adopting.md), and its members with <identity store>/<membership>. To find the group, run aws identitystore list-groups --identity-store-id <identity store>.`,
  },
  {
    // AWS's codes (EntityAlreadyExists, DBInstanceAlreadyExists, BucketAlreadyOwnedByYou, ResourceExistsException) and
    // the provider's texts. Security Hub: "Account is already subscribed to Security Hub". A managed policy of a
    // permission set: "already attached".
    pattern: /already ?exists|already (subscribed|attached)|AlreadyOwnedByYou|ResourceExistsException/i,
    remedy: (stackId) =>
      `${stackId}: the resource exists in AWS, but not in this stack's state: created by another stack, by hand (docs/applying.md, "What exists already"), or by a killed run ("When an apply is killed")`,
  },
];

export function remedyOf(stackId: string, error: Error): string | undefined {
  const failure = terraformErrorIn(error);
  return failure && REMEDIES.find(({ pattern }) => pattern.test(failure.message))?.remedy(stackId, failure);
}

/** The error's message, followed by the remedy if there is one. */
export function withRemedy(stackId: string, error: Error): string {
  return [error.message, remedyOf(stackId, error)].filter((text) => text !== undefined).join("\n");
}

/** A reference to another stack's state. */
const REFERENCE = new RegExp(`data\\.terraform_remote_state\\.${REFERENCE_PREFIX}([\\w-]+)`);

/**
 * Why a plan must wait: the stacks whose state does not exist, or lacks a new output. Undefined if any error has another
 * cause.
 *
 * @param errors Terraform's `Error: …` blocks
 */
export function missingUpstreams(errors: readonly string[]): string[] | undefined {
  const reasons = errors.map(missingUpstream);
  const known = reasons.filter((reason) => reason !== undefined);
  return known.length > 0 && known.length === reasons.length ? [...new Set(known)] : undefined;
}

/** Whether the S3 backend found no bucket, by its own text or by S3's error code. */
export function isMissingBucketError(errors: readonly string[]): boolean {
  return errors.some((error) => /S3 bucket "[^"]*" does not exist|NoSuchBucket/.test(error));
}

function missingUpstream(error: string): string | undefined {
  const stackId = REFERENCE.exec(error.replaceAll(/\s+/g, " "))?.[1];
  if (stackId === undefined) return undefined;
  if (error.startsWith("Error: Unable to find remote state")) return `${stackId} is not applied yet`;
  if (error.startsWith("Error: Unsupported attribute")) return `${stackId} does not have the required output yet`;
  return undefined;
}

/** Protections against destruction: the error's pattern, and the name of the protection. */
const PROTECTIONS: readonly { readonly pattern: RegExp; readonly name: string }[] = [
  { pattern: /Instance cannot be destroyed|lifecycle\.prevent_destroy/, name: "prevent_destroy" },
  { pattern: /Cannot delete protected|deletion protection|DeletionProtection/i, name: "deletion protection" },
  { pattern: /BucketNotEmpty|bucket you tried to delete is not empty/i, name: "the bucket is not empty" },
  { pattern: /RepositoryNotEmptyException/, name: "the repository still holds images" },
];

/**
 * Why a destroy was refused, one text per resource: `aws_s3_bucket.state: prevent_destroy`. Undefined if any error has
 * another cause.
 */
export function protectionIn(errors: readonly string[]): string[] | undefined {
  const reasons = errors.map((error) => {
    const protection = PROTECTIONS.find(({ pattern }) => pattern.test(error));
    if (!protection) return undefined;
    const resource = resourceIn(error);
    return resource === undefined ? protection.name : `${resource}: ${protection.name}`;
  });
  const known = reasons.filter((reason) => reason !== undefined);
  return known.length > 0 && known.length === reasons.length ? known : undefined;
}

/** The resource's address if the error contains it, otherwise the provider's name for it: `RDS DB Instance (dagster)`. */
function resourceIn(error: string): string | undefined {
  const unwrapped = error.replace(/\s+/g, " "); // Terraform wraps its texts at the margin
  const patterns = [/Resource (\S+) has lifecycle\.prevent_destroy/, /\bwith (\S+),/, /Error: deleting ([^:]+):/];
  return patterns.map((pattern) => pattern.exec(unwrapped)?.[1]).find((name) => name !== undefined);
}

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
