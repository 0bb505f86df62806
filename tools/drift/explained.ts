import { isEmpty, isObject, objectOf, parsedJson } from "../support/json";
import type { PlannedResource } from "../review/planned-resource";
import { canonicalValue } from "./values";

/** Other attributes by which resources name one. AWS adds each subnet of a VPC to the VPC's default network ACL. */
const IDENTIFIERS: Readonly<Record<string, readonly string[]>> = { aws_default_network_acl: ["vpc_id"] };

/** The leaves of each resource, computed once. */
const cached = new WeakMap<PlannedResource, ReadonlySet<string>>();

/**
 * Whether another resource of the stack explains a value. AWS shows in one resource what another creates: in a role its
 * attached policies, in a bucket its encryption. A resource explains a value if it names this one and contains all of
 * it.
 *
 * @param value the value of the attribute, or one element of it
 * @param others resources of the same stack, from AWS or from the state
 */
export function isExplainedBy(
  attribute: string,
  value: unknown,
  resource: PlannedResource,
  others: readonly PlannedResource[],
): boolean {
  const own = new Set(
    [...["id", "arn", "name"], ...(IDENTIFIERS[resource.type] ?? [])].flatMap(
      (name) => resource.before.at(name).text ?? [],
    ),
  );
  const naming = others.filter(
    (other) => other.address !== resource.address && [...own].some((name) => leavesIn(other).has(name)),
  );
  // AWS rewrites policies in its own format. The resource that creates one is compared instead.
  if (attribute === "policy" && naming.some(({ before }) => before.at("policy").text !== undefined)) return true;
  const wanted = [...leavesOf(attribute === "inline_policy" ? objectOf(value)["name"] : value)].filter(
    (leaf) => !own.has(leaf),
  );
  return wanted.length === 0 || naming.some((other) => wanted.every((leaf) => leavesIn(other).has(leaf)));
}

function leavesIn(resource: PlannedResource): ReadonlySet<string> {
  const leaves = cached.get(resource) ?? leavesOf(resource.before.raw);
  cached.set(resource, leaves);
  return leaves;
}

/** All texts and numbers in a value. Settings that are off or unset do not count. */
function leavesOf(value: unknown): ReadonlySet<string> {
  const leaves = new Set<string>();
  const visit = (part: unknown): void => {
    if (Array.isArray(part)) part.forEach(visit);
    else if (isObject(part)) Object.values(part).forEach(visit);
    // A separate resource turns an S3 setting on with a text; the bucket shows it as true.
    else if (part === true || part === "Enabled") leaves.add("on");
    else if (part !== false && part !== 0 && !isEmpty(part)) leaves.add(textOf(part));
  };
  visit(value);
  return leaves;
}

function textOf(part: unknown): string {
  const json = parsedJson(part);
  return json === undefined ? String(part) : canonicalValue(json);
}
