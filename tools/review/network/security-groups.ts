import type { PlannedResource } from "../planned-resource";
import { UNKNOWN, type Value } from "../value";
import { everyIpv4, everyIpv6, namedRange, type AddressRange, rangeOf, isPublic } from "./ranges";
import type { Identities, Identity } from "./identities";
import { type Traffic, trafficOf, type TrafficValues } from "./ports";
import type { NetworkRule } from "./rule";
import { isObject, listOf } from "../../support/json";
import { withoutEscapes } from "../../support/text";
type Side = "before" | "after";
type Direction = "ingress" | "egress";

/** The other side of a rule. */
interface Peer extends AddressRange {
  readonly label: string;
}

const GROUPS: readonly string[] = ["aws_security_group", "aws_default_security_group"];
const RULES: Readonly<Record<string, Direction>> = {
  aws_vpc_security_group_ingress_rule: "ingress",
  aws_vpc_security_group_egress_rule: "egress",
};

/** Attributes that list the security groups of a resource. */
export const GROUP_LISTS = ["vpc_security_group_ids", "security_groups", "security_group_ids"] as const;

/** The security group rules in a resource, in each form that the provider has for them. */
export function securityGroupRules(
  resource: PlannedResource,
  side: Side,
  identities: Identities,
): readonly NetworkRule[] {
  const values = resource[side];
  if (values.raw === null || values.raw === undefined) return [];
  if (GROUPS.includes(resource.type)) {
    const group = identities.self(resource);
    return (["ingress", "egress"] as const).flatMap((direction) =>
      written(resource, values, direction).flatMap((rule) =>
        rulesOf(resource, direction, group, rule, peersOf(resource, rule, group, identities, direction)),
      ),
    );
  }
  const direction =
    RULES[resource.type] ?? (resource.type === "aws_security_group_rule" ? directionOf(values) : undefined);
  if (direction === undefined) return [];
  const group = identities.of(resource, "security_group_id", values.at("security_group_id"));
  return rulesOf(resource, direction, group, values, peersOf(resource, values, group, identities));
}

const directionOf = (values: Value): Direction => (values.at("type").raw === "egress" ? "egress" : "ingress");

const trafficIn = (rule: Value, type: string): TrafficValues => ({
  protocol: rule.at(type in RULES ? "ip_protocol" : "protocol"),
  from: rule.at("from_port"),
  to: rule.at("to_port"),
});

/**
 * Inline rules of the group. If the code sets none, AWS reports the existing ones: unknown then means none are added.
 */
function written(resource: PlannedResource, values: Value, direction: Direction): readonly Value[] {
  const rules = values.at(direction);
  return rules.isUnknown && !resource.isConfigured(direction) ? [] : rules.elements();
}

/** Attributes of all forms. No two forms use one name for different things. */
const PEERS = {
  ipv4: ["cidr_blocks", "cidr_ipv4"],
  ipv6: ["ipv6_cidr_blocks", "cidr_ipv6"],
  prefixList: ["prefix_list_ids", "prefix_list_id"],
  group: ["security_groups", "source_security_group_id", "referenced_security_group_id"],
} as const;

/** @param inline the attribute that contains the rule, unless it is a separate resource */
function peersOf(
  resource: PlannedResource,
  rule: Value,
  group: Identity,
  identities: Identities,
  inline?: Direction,
): readonly Peer[] {
  if (rule.isUnknown) return [{ ...namedRange(`unknown ${resource.address}`), label: `somebody ${UNKNOWN}` }];
  const valuesOf = (attributes: readonly string[]) =>
    attributes.flatMap((attribute) => {
      const value = rule.at(attribute);
      // The provider fills in what the code does not set, and reports it as unknown until then.
      const isLeftOut = value.isUnknown && inline === undefined && !resource.isConfigured(attribute);
      return isLeftOut
        ? []
        : value.elements().map((each) => ({ each, identity: identities.of(resource, inline ?? attribute, each) }));
    });
  const networks = (attributes: readonly string[], every: AddressRange) =>
    valuesOf(attributes).map(({ each }) => ({
      ...(each.text === undefined ? every : rangeOf(each.text)),
      label: cidrLabel(each),
    }));
  const others = (found: readonly Identity[], what: string, prefix: string) =>
    found.map(({ key, label }) => ({ ...namedRange(`${what} ${key}`), label: `${prefix} ${label}` }));
  const identitiesOf = (attributes: readonly string[]) => valuesOf(attributes).map(({ identity }) => identity);
  const groups = valuesOf(PEERS.group).flatMap(({ each, identity }) => {
    const references = inline !== undefined && each.isUnknown ? writtenGroups(resource, inline, rule) : [];
    return references.length > 0 ? references.map((reference) => identities.referred(reference)) : [identity];
  });
  return [
    ...networks(PEERS.ipv4, everyIpv4()),
    ...networks(PEERS.ipv6, everyIpv6()),
    ...others(identitiesOf(PEERS.prefixList), "prefix list", "the networks of"),
    ...others(groups, "group", "members of"),
    ...(rule.at("self").isTrue || rule.at("self").isUnknown
      ? [{ ...namedRange(`group ${group.key}`), label: "its own members" }]
      : []),
  ];
}

function cidrLabel(value: Value): string {
  return value.raw === "0.0.0.0/0" || value.raw === "::/0" ? `${value.display} (everybody)` : value.display;
}

function rulesOf(
  { address, type }: PlannedResource,
  direction: Direction,
  group: Identity,
  rule: Value,
  peers: readonly Peer[],
): readonly NetworkRule[] {
  const { protocol, ports, label }: Traffic = trafficOf(trafficIn(rule, type));
  // A rule that is open to the internet has its approval as its description.
  const approval = rule.at("description");
  const reason = (peer: Peer): string => (isPublic(peer) && !approval.isEmpty ? ` ("${approval.display}")` : "");
  return peers.map((peer) => ({
    ...{ address, isAllowed: true, order: 0, protocol, space: peer.space },
    boundary: `${group.key} ${direction}`,
    box: { ports, addresses: peer.addresses },
    message:
      direction === "ingress"
        ? `lets ${peer.label} connect to ${group.label} on ${label}${reason(peer)}`
        : `lets ${group.label} reach ${peer.label} on ${label}${reason(peer)}`,
  }));
}

/** The attributes that identify a rule in a group, apart from its peers. */
const SAME = ["description", "protocol", "from_port", "to_port", "self"] as const;

/**
 * The groups that an inline rule references, as `aws_security_group.x.id`, while their ids are unknown. They are taken
 * from the written rules with the same description and ports. Empty if that is not certain, as inside a module, which
 * has its own addresses.
 */
function writtenGroups(resource: PlannedResource, direction: "ingress" | "egress", rule: Value): readonly string[] {
  if (resource.address.startsWith("module.")) return [];
  const written = listOf(resource.written(direction))
    .filter(isObject)
    .filter((each) => SAME.every((attribute) => unescaped(each[attribute]) === rule.at(attribute).raw))
    .flatMap((each) => listOf(each["security_groups"]));
  const references = written.map((each) => /^\$\{(aws_security_group\.[\w-]+\.id)\}$/.exec(String(each))?.[1]);
  return references.every((each) => each !== undefined) ? [...new Set(references)] : [];
}

/** A text of Terraform's JSON as Terraform reads it. */
function unescaped(value: unknown): unknown {
  return typeof value === "string" ? withoutEscapes(value) : value;
}
