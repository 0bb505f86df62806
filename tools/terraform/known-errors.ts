import { terraformErrorIn } from "./terraform-error";
import { REFERENCE_PREFIX } from "../synth/upstreams";

/** What to do about an error of Terraform that has a command for it; empty where there is none. */
const REMEDIES: readonly { readonly says: RegExp; readonly remedy: (stackId: string) => string }[] = [
  {
    says: /Error acquiring the state lock/,
    remedy: (stackId) =>
      `${stackId} is locked: wait for who holds it, or look who that is: npm run unlock -- ${stackId}`,
  },
  {
    // A state that is no JSON, was cut off, or is of no version that Terraform knows.
    says: /Failed to (load|decode|read) state|state snapshot|unsupported state format|Error refreshing state: (?!.*Access)/i,
    remedy: (stackId) =>
      `the state of ${stackId} can't be read; its earlier versions: npm run state -- history ${stackId}`,
  },
  {
    says: /No valid credential sources found|ExpiredToken|InvalidClientTokenId|failed to refresh cached credentials|get credentials|could not find a profile|SSO session/i,
    remedy: (stackId) =>
      `there are no valid credentials for the account of ${stackId}: sign in, or name a profile (--profile)`,
  },
  {
    says: /BucketAlreadyExists/,
    remedy: (stackId) =>
      `${stackId}: another account has a bucket of this name, which is one in all of AWS: choose another`,
  },
  {
    // AWS's codes (EntityAlreadyExists, DBInstanceAlreadyExists, BucketAlreadyOwnedByYou, ResourceExistsException) and
    // the provider's words.
    says: /already ?exists|AlreadyOwnedByYou|ResourceExistsException/i,
    remedy: (stackId) =>
      `${stackId}: what already exists is in AWS, and not in this stack's state: made by another stack, by hand (docs/applying.md, "What exists already"), or by a run that was cut off ("When an apply is killed")`,
  },
];

export function remedyOf(stackId: string, error: Error): string | undefined {
  const failure = terraformErrorIn(error);
  return failure && REMEDIES.find(({ says }) => says.test(failure.message))?.remedy(stackId);
}

/** The error's message, and what to do about it where there is something. */
export function withRemedy(stackId: string, error: Error): string {
  return [error.message, remedyOf(stackId, error)].filter((text) => text !== undefined).join("\n");
}

/** A stack's state that another reads. */
const REFERENCE = new RegExp(`data\\.terraform_remote_state\\.${REFERENCE_PREFIX}([\\w-]+)`);

/**
 * Why a plan can't be made yet: the stacks whose state does not exist, or lacks an output that is new. Undefined where
 * any error is something else.
 *
 * @param errors Terraform's `Error: …` blocks
 */
export function missingUpstreams(errors: readonly string[]): string[] | undefined {
  const reasons = errors.map(missingUpstream);
  const known = reasons.filter((reason) => reason !== undefined);
  return known.length > 0 && known.length === reasons.length ? [...new Set(known)] : undefined;
}

/**
 * Whether the S3 backend found no bucket: its own text, and the service's error code in case the backend passes that
 * on.
 */
export function saysNoBucket(errors: readonly string[]): boolean {
  return errors.some((error) => /S3 bucket "[^"]*" does not exist|NoSuchBucket/.test(error));
}

function missingUpstream(error: string): string | undefined {
  const stackId = REFERENCE.exec(error.replaceAll(/\s+/g, " "))?.[1];
  if (stackId === undefined) return undefined;
  if (error.startsWith("Error: Unable to find remote state")) return `${stackId} is not applied yet`;
  if (error.startsWith("Error: Unsupported attribute")) return `${stackId} does not have the output yet that it reads`;
  return undefined;
}

/** What keeps AWS or Terraform from destroying something: how it says so, and how we say it. */
const PROTECTIONS: readonly { readonly says: RegExp; readonly why: string }[] = [
  { says: /Instance cannot be destroyed|lifecycle\.prevent_destroy/, why: "prevent_destroy" },
  { says: /Cannot delete protected|deletion protection|DeletionProtection/i, why: "deletion protection" },
  { says: /BucketNotEmpty|bucket you tried to delete is not empty/i, why: "the bucket is not empty" },
  { says: /RepositoryNotEmptyException/, why: "the repository still holds images" },
];

/**
 * Why a destroy was refused, one text per resource: `aws_s3_bucket.state: prevent_destroy`. Undefined where any error
 * is something else.
 */
export function protectionIn(errors: readonly string[]): string[] | undefined {
  const reasons = errors.map((error) => {
    const protection = PROTECTIONS.find(({ says }) => says.test(error));
    if (!protection) return undefined;
    const what = nameOf(error);
    return what === undefined ? protection.why : `${what}: ${protection.why}`;
  });
  const known = reasons.filter((reason) => reason !== undefined);
  return known.length > 0 && known.length === reasons.length ? known : undefined;
}

/**
 * The resource's address where the error holds it, otherwise the provider's own words for it: `RDS DB Instance
 * (dagster)`.
 */
function nameOf(error: string): string | undefined {
  const unwrapped = error.replace(/\s+/g, " "); // Terraform breaks its texts wherever they reach the margin
  const patterns = [/Resource (\S+) has lifecycle\.prevent_destroy/, /\bwith (\S+),/, /Error: deleting ([^:]+):/];
  return patterns.map((pattern) => pattern.exec(unwrapped)?.[1]).find((name) => name !== undefined);
}
