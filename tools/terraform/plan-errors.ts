import { REFERENCE_PREFIX } from "../synth/upstreams";

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
