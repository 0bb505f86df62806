import { COMPUTED } from "../../access/read/attributes";
import type { AccessResource } from "./access-resources";
import { isObject, type JsonObject } from "../../support/json";

/** Replaces ids that AWS generated with placeholders. */
export type ReplaceIds = (text: string) => string;

/**
 * The arguments of a resource, as a stack's JSON would have to write them to describe what AWS has now. An unchanged
 * argument keeps the expression of the stack. A changed one is the literal value in the state. Computed attributes and
 * copies of other resources are left out.
 * @param written the resource's block; undefined if the stack has none any more
 * @param planned all resources of the plan
 */
export function argumentsInState(
  resource: AccessResource,
  written: JsonObject | undefined,
  planned: readonly AccessResource[],
  replaceIds: ReplaceIds = (text) => text,
): JsonObject {
  const { type, before = {} } = resource;
  const computed = new Set(["tags_all", ...Object.keys(COMPUTED[type] ?? {}).map((path) => path.split(".")[0])]);
  const names = [...new Set([...Object.keys(written ?? {}), ...Object.keys(before)])].filter(
    (name) => !computed.has(name),
  );
  const values = names.flatMap((name) => {
    const [expression, value] = [written?.[name], pruned(before[name])];
    if (resource.isSame(name)) return expression === undefined ? [] : [[name, expression] as const];
    if (value === undefined || (expression === undefined && isCopy(resource, name, planned))) return [];
    return [[name, templateText(value, replaceIds)] as const];
  });
  return { ...Object.fromEntries(values), ...(written ? {} : accountCondition(resource)) };
}

/** The postcondition by which the reader knows the id of a member account. The id of a removed one is in the state. */
function accountCondition({ type, before = {} }: AccessResource): JsonObject {
  if (type !== "aws_organizations_account") return {};
  return { lifecycle: { postcondition: [{ condition: `\${self.id == "${String(before["id"])}"}` }] } };
}

/**
 * The value without unset arguments, which a state stores as null or as an empty text, list or block. Undefined if
 * nothing is left.
 */
function pruned(value: unknown): unknown {
  if (value === null || value === "") return undefined;
  // An empty block in a list counts as set: it means that none of its arguments is given.
  if (Array.isArray(value))
    return value.length === 0 ? undefined : value.map((each) => (isObject(each) ? set(each) : (each as unknown)));
  return isObject(value) && Object.keys(set(value)).length === 0 ? undefined : value;
}

const set = (block: JsonObject): JsonObject =>
  Object.fromEntries(Object.entries(block).filter(([, value]) => pruned(value) !== undefined));

/** Escapes template signs: Terraform's JSON treats every text as a template, and `${aws:username}` is a policy variable. */
export function templateText(value: unknown, replaceIds: ReplaceIds): unknown {
  if (typeof value === "string") return replaceIds(value).replace(/[$%](?=\{)/g, (sign) => sign + sign);
  if (Array.isArray(value)) return value.map((each) => templateText(each, replaceIds));
  if (!isObject(value)) return value;
  return Object.fromEntries(
    Object.entries(value).map(([key, each]) => [
      templateText(key, replaceIds) as string,
      templateText(each, replaceIds),
    ]),
  );
}

/** Types whose `policy` attribute shows the policy in AWS: written there, in a separate resource, or AWS's default. */
const WITH_POLICY: ReadonlySet<string> = new Set(
  ["kms_key", "sns_topic", "sqs_queue", "secretsmanager_secret", "s3_bucket"].map((it) => `aws_${it}`),
);

/** AWS's policy for a topic without one. It allows what identity policies of the topic's account allow. */
const TOPIC_DEFAULT = /"Id"\s*:\s*"__default_policy_ID"/;

/**
 * Whether an unwritten attribute only copies another resource. The lists of a role (`inline_policy`,
 * `managed_policy_arns`) do not count: reading a permission twice changes nothing.
 */
function isCopy({ type, before = {} }: AccessResource, name: string, planned: readonly AccessResource[]): boolean {
  // Every bucket has a grant for its owner.
  if (type === "aws_s3_bucket" && name === "grant") return true;
  if (name !== "policy" || !WITH_POLICY.has(type)) return false;
  if (type === "aws_sns_topic" && TOPIC_DEFAULT.test(String(before["policy"]))) return true;
  const own = [before["id"], before["arn"]].filter((id) => typeof id === "string");
  return planned.some(
    (other) => other.type === `${type}_policy` && own.some((id) => Object.values(other.before ?? {}).includes(id)),
  );
}
