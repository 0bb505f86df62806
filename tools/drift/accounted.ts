import { isEmpty, isObject, objectOf, parsedJson } from "../support/json";
import type { PlannedResource } from "../review/planned-resource";
import { canonical } from "./elements";

/** What stands in a resource, which is asked for many values. */
const held = new WeakMap<PlannedResource, ReadonlySet<string>>();

/**
 * AWS tells in one resource what another makes: in a role the policies that are attached to it, in a bucket its
 * encryption. A value is accounted for where a single other resource names this one, and holds all that stands in it.
 *
 * @param value what stands in the attribute, or one element of it
 * @param others resources of the same stack, as AWS has them or as the last apply left them
 */
export function isAccountedFor(
  attribute: string,
  value: unknown,
  resource: PlannedResource,
  others: readonly PlannedResource[],
): boolean {
  const own = new Set(["id", "arn", "name"].flatMap((name) => resource.before.at(name).text ?? []));
  const naming = others.filter(
    (other) => other.address !== resource.address && [...own].some((name) => leavesIn(other).has(name)),
  );
  // AWS writes a policy in its own way; what it says is told where it is made.
  if (attribute === "policy" && naming.some(({ before }) => before.at("policy").text !== undefined)) return true;
  const wanted = [...leavesOf(attribute === "inline_policy" ? objectOf(value)["name"] : value)].filter(
    (leaf) => !own.has(leaf),
  );
  return wanted.length === 0 || naming.some((other) => wanted.every((leaf) => leavesIn(other).has(leaf)));
}

function leavesIn(resource: PlannedResource): ReadonlySet<string> {
  const leaves = held.get(resource) ?? leavesOf(resource.before.raw);
  held.set(resource, leaves);
  return leaves;
}

/** What stands in a value, whatever its shape. What is off or not set says nothing. */
function leavesOf(value: unknown): ReadonlySet<string> {
  const leaves = new Set<string>();
  const visit = (part: unknown): void => {
    if (Array.isArray(part)) part.forEach(visit);
    else if (isObject(part)) Object.values(part).forEach(visit);
    // S3's settings are switched on by a word in a resource of their own, and told as true in the bucket.
    else if (part === true || part === "Enabled") leaves.add("on");
    else if (part !== false && part !== 0 && !isEmpty(part)) leaves.add(textOf(part));
  };
  visit(value);
  return leaves;
}

function textOf(part: unknown): string {
  const json = parsedJson(part);
  return json === undefined ? String(part) : canonical(json);
}
