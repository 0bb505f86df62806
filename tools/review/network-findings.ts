import { keptRoutes, openedAssociations, openedRoutes, routesOf } from "./network/routes";
import { exposures, openedBuckets } from "./network/exposure";
import { Identities } from "./network/identities";
import { lostPaths } from "./network/lost-paths";
import { networkAclRules } from "./network/network-acls";
import { openedPrefixLists } from "./network/prefix-lists";
import { openedRules, type NetworkRule } from "./network/rule";
import { securityGroupRules } from "./network/security-groups";
import { openedConnections } from "./network/connections";
import { plannedResources, type PlannedResource } from "./planned-resource";
import type { Finding } from "./review";
import type { PlanJson } from "./plan-json";
import { listOf, objectOf } from "../support/json";
import { compareTexts } from "../support/order";

/**
 * The network paths that a plan opens, in either direction: new sources that may connect, and new destinations that may
 * be reached. A rule that only moves, or is written differently, opens nothing. A value known only after the apply
 * counts as open wherever it could be.
 *
 * Not covered: what resources reach by themselves (a database's proxy), and what another stack's plan does to the same
 * security group.
 *
 * @param resources of one plan, unchanged ones included: rules are compared with the existing rules
 * @param names of security groups in other stacks, by id. @default none
 */
export function networkFindings(
  resources: readonly PlannedResource[],
  names?: ReadonlyMap<string, string>,
): readonly Finding[] {
  const identities = new Identities(resources, names);
  const acls = networkAclRules(resources, identities);
  const groups = (side: "before" | "after") => resources.flatMap((each) => securityGroupRules(each, side, identities));
  const routes = (side: "before" | "after") => resources.flatMap((each) => routesOf(each, side, identities));
  const routesAfter = routes("after");
  const destroyed = destroyedBuckets(resources);
  const findings = [
    ...ruleFindings(groups("before"), groups("after")),
    ...ruleFindings(acls.before, acls.after),
    ...openedPrefixLists(resources, identities),
    ...openedRoutes(routes("before"), routesAfter),
    ...keptPaths(resources, names),
    ...openedAssociations(resources, routesAfter, identities),
    ...openedConnections(resources, identities),
    ...resources.flatMap((each) => exposures(each, identities)),
    ...resources.flatMap((each) => openedBuckets(each, (bucket) => destroyed.has(bucket))),
  ];
  return inOrder(findings);
}

/**
 * The routes and egress rules of imported tables and groups that the code does not have. Nothing removes them: the
 * provider takes those of a table or group as they are, unless the code lists them in it.
 */
export function keptPaths(
  resources: readonly PlannedResource[],
  names?: ReadonlyMap<string, string>,
): readonly Finding[] {
  if (!resources.some(({ isImported }) => isImported)) return [];
  const identities = new Identities(resources, names);
  return inOrder([
    ...keptRoutes(
      resources,
      resources.flatMap((each) => routesOf(each, "after", identities)),
    ),
    ...keptEgress(
      resources,
      resources.flatMap((each) => securityGroupRules(each, "after", identities)),
    ),
  ]);
}

function keptEgress(resources: readonly PlannedResource[], rules: readonly NetworkRule[]): readonly Finding[] {
  const groups = resources.filter(({ type, isImported, isConfigured }) => isImported && type === "aws_security_group" && !isConfigured("egress")); // prettier-ignore
  const addresses = new Set(groups.map(({ address }) => address));
  const egress = rules.filter(({ boundary }) => boundary.endsWith(" egress"));
  const [kept, own] = [true, false].map((is) => egress.filter(({ address }) => addresses.has(address) === is));
  return openedRules(own ?? [], kept ?? []).map(({ address, message }) => ({
    ...{ address, message: `${message}: the import keeps the rule, which the code does not have` },
  }));
}

/** The network paths that a plan removes: what loses its way out, and what is no longer reached. */
export function networkLosses(
  resources: readonly PlannedResource[],
  names?: ReadonlyMap<string, string>,
): readonly Finding[] {
  return inOrder(lostPaths(resources, new Identities(resources, names)));
}

/** Each finding once, by address. */
function inOrder(findings: readonly Finding[]): readonly Finding[] {
  const unique = new Map(findings.map(({ address, message }) => [`${address} ${message}`, { address, message }]));
  return [...unique.values()].sort((a, b) => compareTexts(a.address, b.address) || compareTexts(a.message, b.message));
}

function ruleFindings(before: readonly NetworkRule[], after: readonly NetworkRule[]): readonly Finding[] {
  const same = ({ boundary, protocol, space, box: { ports, addresses } }: NetworkRule): string =>
    [boundary, protocol, space, ports.first, ports.last, addresses.first, addresses.last].join(" ");
  const old = new Set(before.filter(({ isAllowed }) => isAllowed).map(same));
  return openedRules(before, after).map((rule) => ({
    address: rule.address,
    // Only an ACL denies: an existing rule allows more once a denying rule before it is removed.
    message: old.has(same(rule)) ? `${rule.message}, which an earlier rule denied` : rule.message,
  }));
}

/** Buckets that are destroyed, together with their settings: nothing is left to protect. */
function destroyedBuckets(resources: readonly PlannedResource[]): ReadonlySet<string> {
  return new Set(resources.flatMap(({ type, action, before }) => (type === "aws_s3_bucket" && action === "destroy" ? [String(before.at("bucket").raw)] : []))); // prettier-ignore
}

/** `data.terraform_remote_state.cross-stack-reference-input-dev-network`: the state of dev-network. */
const REMOTE_STATE = /^data\.terraform_remote_state\.(?:cross-stack-reference-input-)?(.+)$/;
const GROUP_ID = /^sg-[0-9a-f]+$/;

/**
 * The names of security groups in other stacks, by id: "web of dev-network". They come from the resources of the plans,
 * and from the outputs of other stacks that the plans have read.
 *
 * @param plans by stack
 */
export function securityGroupNames(plans: ReadonlyMap<string, PlanJson>): ReadonlyMap<string, string> {
  const found = [...plans].flatMap(([stack, plan]) => [...resourceNames(stack, plan), ...outputNames(plan)]);
  // The first name of an id counts.
  return new Map(found.reverse());
}

type Named = readonly [id: string, name: string];

function resourceNames(stack: string, plan: PlanJson): readonly Named[] {
  return plannedResources(plan).flatMap(({ type, before }): readonly Named[] => {
    const [id, name] = [before.at("id").raw, before.at("name")];
    const isGroup = type === "aws_security_group" || type === "aws_default_security_group";
    return isGroup && isGroupId(id) && name.text !== undefined ? [[id, `${name.display} of ${stack}`]] : [];
  });
}

function outputNames({ prior_state: state }: PlanJson): readonly Named[] {
  const { resources } = objectOf(objectOf(objectOf(state)["values"])["root_module"]);
  return listOf(resources).flatMap((each): readonly Named[] => {
    const { address, values } = objectOf(each);
    const stack = REMOTE_STATE.exec(String(address))?.[1];
    if (stack === undefined) return [];
    return Object.entries(objectOf(objectOf(values)["outputs"])).flatMap(([output, value]): readonly Named[] =>
      isGroupId(value) && !output.startsWith("cross-stack-output-")
        ? [[value, `${output.replace(/^security-group-id-/, "")} of ${stack}`]]
        : [],
    );
  });
}

const isGroupId = (value: unknown): value is string => typeof value === "string" && GROUP_ID.test(value);
