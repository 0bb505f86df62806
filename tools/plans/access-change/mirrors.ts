import type { PlannedResource } from "./planned-resources";

/** Types whose `policy` tells what AWS has, be it written there, in a resource of its own, or AWS's default. */
const GUARDED: ReadonlySet<string> = new Set(
  ["kms_key", "sns_topic", "sqs_queue", "secretsmanager_secret", "s3_bucket"].map((it) => `aws_${it}`),
);

/** What AWS gives a topic without a policy: it lets the topic's own account publish, as its identity policies do. */
const TOPIC_DEFAULT = /"Id"\s*:\s*"__default_policy_ID"/;

/**
 * Whether an attribute that is not written only repeats what is said elsewhere. Lists of a role that do so
 * (`inline_policy`, `managed_policy_arns`) are none: what somebody holds twice is no more.
 */
export function isMirror(
  { type, before = {} }: PlannedResource,
  name: string,
  planned: readonly PlannedResource[],
): boolean {
  // Every bucket has one for its owner.
  if (type === "aws_s3_bucket" && name === "grant") return true;
  if (name !== "policy" || !GUARDED.has(type)) return false;
  if (type === "aws_sns_topic" && TOPIC_DEFAULT.test(String(before["policy"]))) return true;
  const own = [before["id"], before["arn"]].filter((id) => typeof id === "string");
  return planned.some(
    (other) => other.type === `${type}_policy` && own.some((id) => Object.values(other.before ?? {}).includes(id)),
  );
}
