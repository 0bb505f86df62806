import { type PlannedResource, resourcesOf } from "../review/planned-resource";
import type { PlanJson } from "../review/plan-json";
import { Value } from "../review/value";
import { isAccountedFor } from "./accounted";
import { argumentsOf } from "./arguments";
import { toldOf } from "./compare";
import type { Difference } from "./differences";
import { canonical } from "./elements";
import { isGathered, openedBeside } from "./opened";
import { saying } from "./saying";

/** What AWS has beside the code: the code does not say it, so that no apply changes it. */
export interface Beside extends Difference {
  /** Whether it lets somebody in or out, or may give permissions: then it is drift. Else it is only told. */
  readonly opens: boolean;
}

/** Policies that AWS tells in a resource, whoever made them. */
const POLICIES: Readonly<Record<string, readonly string[]>> = {
  aws_iam_role: ["inline_policy", "managed_policy_arns"],
  aws_s3_bucket: ["policy"],
};

/**
 * What stands in AWS in places of which the code says nothing.
 *
 * Rules, routes and policies that no resource of the stack makes are told at every look, since an apply takes what it
 * finds over into the state. Of other attributes is told what changed since the last apply; not what only AWS says and
 * no code could (times, states, counts), and not what another resource of the stack accounts for.
 */
export function besideIn(plan: PlanJson): readonly Beside[] {
  const { planned, drifted } = resourcesOf(plan);
  const inAws = planned.filter(({ action, before }) => before.isObject && (action === "none" || action === "update"));
  const others = [...planned, ...drifted];
  const accounts = (resource: PlannedResource) => (value: Value, attribute: string) =>
    isAccountedFor(attribute, value.raw, resource, others);
  const policies = inAws.flatMap((resource) =>
    (POLICIES[resource.type] ?? [])
      .filter((attribute) => !resource.isConfigured(attribute))
      .flatMap((attribute) =>
        tell(resource, attribute, new Value(undefined, undefined), accounts(resource), "the code"),
      ),
  );
  const byAddress = new Map(inAws.map((resource) => [resource.address, resource]));
  const changed = drifted.flatMap((left) => {
    const resource = byAddress.get(left.address);
    if (resource === undefined || left.action !== "update") return [];
    return quietAttributes(resource).flatMap((attribute) =>
      tell(resource, attribute, left.before.at(attribute), accounts(resource), "the state"),
    );
  });
  const all = [...openedBeside(plan).map((matter) => ({ ...matter, opens: true })), ...policies, ...changed];
  return all.sort((a, b) => (a.address < b.address ? -1 : a.address > b.address ? 1 : 0));
}

/** Arguments that nobody wrote, and that the plan leaves as they are. */
function quietAttributes(resource: PlannedResource): readonly string[] {
  const { type, before, after, isConfigured } = resource;
  const known = argumentsOf(type);
  return before.parts().map(([attribute]) => attribute).filter((attribute) => {
    // All tags are told of `tags`.
    if (isConfigured(attribute) || attribute === "tags_all") return false;
    if (isGathered(type, attribute) || POLICIES[type]?.includes(attribute)) return false;
    const isChanged = !after.at(attribute).isUnknown && canonical(before.at(attribute).raw) !== canonical(after.at(attribute).raw);
    return !isChanged && known?.has(attribute) !== false;
  }); // prettier-ignore
}

/**
 * What AWS has in an attribute that another telling does not have, and the other way round, but for what is accounted
 * for.
 */
function tell(
  { address, type, before }: PlannedResource,
  path: string,
  left: Value,
  isAccounted: (value: Value, attribute: string) => boolean,
  who: "the code" | "the state",
): readonly Beside[] {
  const aws = before.at(path);
  const isPolicy = /polic(y|ies)/.test(path);
  if (!aws.isList && !left.isList) {
    if (isAccounted(aws.isEmpty ? left : aws, path)) return [];
    return toldOf({ type, path, state: left, aws, code: left, who }).map(({ words }) => ({
      address,
      words,
      opens: isPolicy && !aws.isEmpty,
    }));
  }
  const keysOf = (value: Value) => new Set(value.elements().map(({ raw }) => canonical(raw)));
  const rest = (value: Value, other: Value) => {
    const keys = keysOf(other);
    return value.elements().filter((each) => !keys.has(canonical(each.raw)) && !isAccounted(each, path));
  };
  return [
    ...rest(aws, left).map((each) => ({
      address,
      words: `${path}: AWS has ${saying(each)}, ${who} doesn't`,
      opens: isPolicy,
    })),
    ...rest(left, aws).map((each) => ({
      address,
      words: `${path}: ${who} has ${saying(each)}, AWS doesn't`,
      opens: false,
    })),
  ];
}
