import { readFileSync } from "node:fs";
import { Configuration } from "../review/configuration";
import { networkFindings } from "../review/network-findings";
import type { PlanJson, ResourceChange } from "../review/plan-json";
import { type PlannedResource, plannedResources, resourcesOf } from "../review/planned-resource";
import type { Finding } from "../review/review";
import { Value } from "../review/value";
import { objectOf } from "../support/json";
import { sortedBy } from "../support/order";
import { compareAttribute } from "./compare";
import type { DriftDifference } from "./differences";
import { isExplainedBy } from "./explained";
import { canonicalValue, formatDriftValue } from "./values";

/** Something in AWS outside the code. No apply changes it. */
export interface UnmanagedChange extends DriftDifference {
  /** Whether it opens network access or may grant permissions: then it counts as drift. Otherwise it is only listed. */
  readonly opens: boolean;
}

/** Attributes in which AWS lists all policies of a resource, whatever created them. */
const POLICIES: Readonly<Record<string, readonly string[]>> = {
  aws_iam_role: ["inline_policy", "managed_policy_arns"],
  aws_s3_bucket: ["policy"],
};

/**
 * Finds changes in AWS where the code sets nothing.
 *
 * Rules, routes and policies that no resource of the stack creates are listed every time, since an apply copies them
 * into the state. Other attributes are listed if they changed since the last apply. Values that only AWS can set
 * (times, states, counts) are not listed, nor values that another resource of the stack explains.
 */
export function unmanagedChanges(plan: PlanJson): readonly UnmanagedChange[] {
  const { planned, drifted } = resourcesOf(plan);
  const inAws = planned.filter(({ action, before }) => before.isObject && (action === "none" || action === "update"));
  const others = [...planned, ...drifted];
  const explains = (resource: PlannedResource) => (value: Value, attribute: string) =>
    isExplainedBy(attribute, value.raw, resource, others);
  const policies = inAws.flatMap((resource) =>
    (POLICIES[resource.type] ?? [])
      .filter((attribute) => !resource.isConfigured(attribute))
      .flatMap((attribute) =>
        unmanagedIn(resource, attribute, new Value(undefined, undefined), explains(resource), "the code"),
      ),
  );
  const byAddress = new Map(inAws.map((resource) => [resource.address, resource]));
  const changed = drifted.flatMap((left) => {
    const resource = byAddress.get(left.address);
    if (resource === undefined || left.action !== "update") return [];
    return unmanagedAttributes(resource).flatMap((attribute) =>
      unmanagedIn(resource, attribute, left.before.at(attribute), explains(resource), "the state"),
    );
  });
  const all = [...unmanagedRules(plan).map((finding) => ({ ...finding, opens: true })), ...policies, ...changed];
  return sortedBy(all, ({ address }) => address);
}

/** Arguments that the code does not set and the plan does not change. */
function unmanagedAttributes(resource: PlannedResource): readonly string[] {
  const { type, before, after, isConfigured } = resource;
  const known = argumentsOf(type);
  return before.parts().map(([attribute]) => attribute).filter((attribute) => {
    // `tags` covers all tags.
    if (isConfigured(attribute) || attribute === "tags_all") return false;
    if (listsAllRules(type, attribute) || POLICIES[type]?.includes(attribute)) return false;
    const isChanged = !after.at(attribute).isUnknown && canonicalValue(before.at(attribute).raw) !== canonicalValue(after.at(attribute).raw);
    return !isChanged && known?.has(attribute) !== false;
  }); // prettier-ignore
}

/** Differences of an attribute between AWS and the code or the state, without those that other resources explain. */
function unmanagedIn(
  { address, type, before }: PlannedResource,
  path: string,
  left: Value,
  isExplained: (value: Value, attribute: string) => boolean,
  other: "the code" | "the state",
): readonly UnmanagedChange[] {
  const aws = before.at(path);
  const isPolicy = /polic(y|ies)/.test(path);
  if (!aws.isList && !left.isList) {
    if (isExplained(aws.isEmpty ? left : aws, path)) return [];
    return compareAttribute({ type, path, state: left, aws, code: left, other }).map(({ message }) => ({
      address,
      message,
      opens: isPolicy && !aws.isEmpty,
    }));
  }
  const keysOf = (value: Value) => new Set(value.elements().map(({ raw }) => canonicalValue(raw)));
  const rest = (value: Value, compared: Value) => {
    const keys = keysOf(compared);
    return value.elements().filter((each) => !keys.has(canonicalValue(each.raw)));
  };
  // A subnet that the stack still has, and that left the default ACL, was given another one.
  const isLost = (value: Value) => type === "aws_default_network_acl" || !isExplained(value, path);
  return [
    ...rest(aws, left)
      .filter((each) => !isExplained(each, path))
      .map((each) => ({
        address,
        message: `${path}: AWS has ${formatDriftValue(each)}, ${other} doesn't`,
        opens: isPolicy,
      })),
    ...rest(left, aws)
      .filter(isLost)
      .map((each) => ({
        address,
        message: `${path}: ${other} has ${formatDriftValue(each)}, AWS doesn't`,
        opens: false,
      })),
  ];
}

/** Attributes in which AWS lists all rules or routes, whatever created them, if the code does not set the attribute. */
const COLLECTED: Readonly<Record<string, readonly string[]>> = {
  aws_security_group: ["ingress", "egress"],
  aws_default_security_group: ["ingress", "egress"],
  aws_network_acl: ["ingress", "egress"],
  aws_default_network_acl: ["ingress", "egress"],
  aws_route_table: ["route"],
  aws_default_route_table: ["route"],
};

function listsAllRules(type: string, attribute: string): boolean {
  return COLLECTED[type]?.includes(attribute) === true;
}

/**
 * Rules and routes in AWS that no resource of the stack creates. They are the network findings of a plan that leads
 * from the stack's own rules to the rules in AWS, compared by port and address, independent of the state.
 */
function unmanagedRules(plan: PlanJson): readonly Finding[] {
  const configuration = new Configuration(plan.configuration);
  const changes = (plan.resource_changes ?? []).flatMap((each) => asOpening(each, configuration));
  const collecting = new Set(
    changes.filter(({ change }) => change.actions[0] === "update").map(({ address }) => address),
  );
  const opening: PlanJson = { ...plan, resource_changes: changes, resource_drift: [] };
  return networkFindings(plannedResources(opening)).filter(({ address }) => collecting.has(address));
}

/** A change from the rules that the code creates to all rules in AWS. */
function asOpening(each: ResourceChange, configuration: Configuration): readonly ResourceChange[] {
  const { mode, type, address, change } = each;
  const { before, before_sensitive, actions } = change;
  if (mode === "data" || before === null || before === undefined || actions.includes("forget")) return [];
  const collected = (COLLECTED[type] ?? []).filter((attribute) => !configuration.names(address, attribute));
  const left = { ...objectOf(before), ...Object.fromEntries(collected.map((attribute) => [attribute, []])) };
  const marks = { before_sensitive, after_sensitive: before_sensitive, after_unknown: {} };
  return [
    {
      ...each,
      change: { actions: [collected.length > 0 ? "update" : "no-op"], before: left, after: before, ...marks },
    },
  ];
}

/** How the provider's bindings list the arguments of a resource. */
const ARGUMENTS = /synthesizeAttributes\(\) \{\s*return \{\n([\s\S]*?)\n {8}\};/;

const argumentsByType = new Map<string, ReadonlySet<string> | undefined>();

/**
 * The arguments of a resource type: attributes that code can set, unlike those that only AWS sets (times, states,
 * counts). They come from the provider's bindings, which are generated from its schema. Undefined without bindings.
 *
 * @param type `aws_db_instance`
 */
export function argumentsOf(type: string): ReadonlySet<string> | undefined {
  if (!argumentsByType.has(type)) argumentsByType.set(type, readArguments(type));
  return argumentsByType.get(type);
}

function readArguments(type: string): ReadonlySet<string> | undefined {
  if (!/^aws_[a-z0-9_]+$/.test(type)) return undefined;
  try {
    const file = require.resolve(`@cdktf/provider-aws/lib/${type.slice("aws_".length).replaceAll("_", "-")}/index.js`);
    const body = ARGUMENTS.exec(readFileSync(file, "utf8"))?.[1];
    return body === undefined ? undefined : new Set([...body.matchAll(/^ {12}(\w+):/gm)].map(([, name = ""]) => name));
  } catch {
    return undefined;
  }
}
