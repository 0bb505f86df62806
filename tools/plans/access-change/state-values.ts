import { COMPUTED } from "../../access/read/attributes";
import type { AccessResource } from "./access-resources";
import { isObject, type JsonObject } from "../../support/json";

/** How a text from AWS reads where ids that AWS made up are called by the names of their resources. */
export type ReplaceIds = (text: string) => string;

/**
 * The arguments of a resource, as a stack's JSON would hold them if it said what AWS has now. Where that is what the
 * stack says anyway, it stays in the stack's words. Else it is what the state holds, literally, without what AWS
 * computes, and without what another resource says.
 *
 * @param written the resource's block; undefined where the stack has none any more
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
    const [inWords, value] = [written?.[name], pruned(before[name])];
    if (resource.isSame(name)) return inWords === undefined ? [] : [[name, inWords] as const];
    if (value === undefined || (inWords === undefined && isMirror(resource, name, planned))) return [];
    return [[name, templateText(value, replaceIds)] as const];
  });
  return { ...Object.fromEntries(values), ...(written ? {} : held(resource)) };
}

/**
 * A member account is known by the id that a postcondition holds AWS to: of one that the stack has no more, the state
 * knows it.
 */
function held({ type, before = {} }: AccessResource): JsonObject {
  if (type !== "aws_organizations_account") return {};
  return { lifecycle: { postcondition: [{ condition: `\${self.id == "${String(before["id"])}"}` }] } };
}

/**
 * Without what is not set, which a state holds as null, as an empty text, list or block. Undefined where nothing is
 * left.
 */
function pruned(value: unknown): unknown {
  if (value === null || value === "") return undefined;
  // An empty block in a list says something: none, of what there could be.
  if (Array.isArray(value))
    return value.length === 0 ? undefined : value.map((each) => (isObject(each) ? set(each) : (each as unknown)));
  return isObject(value) && Object.keys(set(value)).length === 0 ? undefined : value;
}

function set(block: JsonObject): JsonObject {
  return Object.fromEntries(Object.entries(block).filter(([, value]) => pruned(value) !== undefined));
}

/** Terraform's JSON takes every text for a template: policy variables such as `${aws:username}` are none. */
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
  { type, before = {} }: AccessResource,
  name: string,
  planned: readonly AccessResource[],
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
