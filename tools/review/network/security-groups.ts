import type { PlannedResource } from "../planned-resource";
import { UNKNOWN, type Value } from "../value";
import { writtenGroups } from "./written-groups";
import { everyIpv4, everyIpv6, named, type Network, networkOf } from "./networks";
import type { Identities, Identity } from "./identities";
import { type Traffic, trafficOf, type TrafficValues } from "./ports";
import type { Rule } from "./rule";

type Side = "before" | "after";
type Direction = "ingress" | "egress";

/** With whom a rule lets a group's members talk. */
interface Peer extends Network {
  readonly words: string;
}

const GROUPS: readonly string[] = ["aws_security_group", "aws_default_security_group"];
const RULES: Readonly<Record<string, Direction>> = {
  aws_vpc_security_group_ingress_rule: "ingress",
  aws_vpc_security_group_egress_rule: "egress",
};

/** The rules of security groups that a resource holds, in each of the forms that the provider has for them. */
export function securityGroupRules(resource: PlannedResource, side: Side, identities: Identities): readonly Rule[] {
  const values = resource[side];
  if (values.raw === null || values.raw === undefined) return [];
  if (GROUPS.includes(resource.type)) {
    const group = identities.self(resource);
    return (["ingress", "egress"] as const).flatMap((direction) =>
      written(resource, values, direction).flatMap((rule) =>
        rulesOf(resource, direction, group, inlineTraffic(rule), peersOf(resource, rule, group, identities, direction)),
      ),
    );
  }
  const direction =
    RULES[resource.type] ?? (resource.type === "aws_security_group_rule" ? directionOf(values) : undefined);
  if (direction === undefined) return [];
  const group = identities.of(resource, "security_group_id", values.at("security_group_id"));
  const isSingle = resource.type in RULES;
  const traffic = isSingle ? { ...inlineTraffic(values), protocol: values.at("ip_protocol") } : inlineTraffic(values);
  return rulesOf(resource, direction, group, traffic, peersOf(resource, values, group, identities));
}

const directionOf = (values: Value): Direction => (values.at("type").raw === "egress" ? "egress" : "ingress");

const inlineTraffic = (rule: Value): TrafficValues => ({
  protocol: rule.at("protocol"),
  from: rule.at("from_port"),
  to: rule.at("to_port"),
});

/**
 * Rules in the group itself. Where nobody writes them there, AWS says which ones it has: not known is then none that
 * anybody adds.
 */
function written(resource: PlannedResource, values: Value, direction: Direction): readonly Value[] {
  const rules = values.at(direction);
  return rules.isUnknown && !resource.isConfigured(direction) ? [] : rules.elements();
}

/** Attributes of all forms; no form has two that mean something else. */
const PEERS = {
  ipv4: ["cidr_blocks", "cidr_ipv4"],
  ipv6: ["ipv6_cidr_blocks", "cidr_ipv6"],
  prefixList: ["prefix_list_ids", "prefix_list_id"],
  group: ["security_groups", "source_security_group_id", "referenced_security_group_id"],
} as const;

/** @param inline the attribute in which the rule stands, where it is not a resource of its own */
function peersOf(
  resource: PlannedResource,
  rule: Value,
  group: Identity,
  identities: Identities,
  inline?: Direction,
): readonly Peer[] {
  if (rule.isUnknown) return [{ ...named(`unknown ${resource.address}`), words: `somebody ${UNKNOWN}` }];
  const valuesOf = (attributes: readonly string[]) =>
    attributes.flatMap((attribute) => {
      const value = rule.at(attribute);
      // The provider fills in what nobody writes, and says until then that it is not known.
      const isLeftOut = value.isUnknown && inline === undefined && !resource.isConfigured(attribute);
      return isLeftOut
        ? []
        : value.elements().map((each) => ({ each, identity: identities.of(resource, inline ?? attribute, each) }));
    });
  const networks = (attributes: readonly string[], every: Network) =>
    valuesOf(attributes).map(({ each }) => ({
      ...(each.text === undefined ? every : networkOf(each.text)),
      words: cidrWords(each),
    }));
  const others = (found: readonly Identity[], what: string, told: string) =>
    found.map(({ key, words }) => ({ ...named(`${what} ${key}`), words: `${told} ${words}` }));
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
      ? [{ ...named(`group ${group.key}`), words: "its own members" }]
      : []),
  ];
}

function cidrWords(value: Value): string {
  return value.raw === "0.0.0.0/0" || value.raw === "::/0" ? `${value.words} (everybody)` : value.words;
}

function rulesOf(
  { address }: PlannedResource,
  direction: Direction,
  group: Identity,
  values: TrafficValues,
  peers: readonly Peer[],
): readonly Rule[] {
  const { protocol, ports, words }: Traffic = trafficOf(values);
  return peers.map((peer) => ({
    ...{ address, isAllowed: true, order: 0, protocol, space: peer.space },
    boundary: `${group.key} ${direction}`,
    box: { ports, addresses: peer.addresses },
    words:
      direction === "ingress"
        ? `lets ${peer.words} connect to ${group.words} on ${words}`
        : `lets ${group.words} reach ${peer.words} on ${words}`,
  }));
}
