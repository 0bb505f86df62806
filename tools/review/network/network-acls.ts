import type { PlannedResource } from "../planned-resource";
import { UNKNOWN, type Value } from "../value";
import type { Identities, Identity } from "./identities";
import { everyIpv4, everyIpv6, named, type Network, networkOf } from "./networks";
import { trafficOf } from "./ports";
import type { Rule } from "./rule";

const ACLS: readonly string[] = ["aws_network_acl", "aws_default_network_acl"];

/** The rules of network ACLs before and after a plan, whether they stand in the ACL or are resources of their own. */
export function networkAclRules(
  resources: readonly PlannedResource[],
  identities: Identities,
): { before: Rule[]; after: Rule[] } {
  const apart = (side: "before" | "after") =>
    resources
      .filter(({ type }) => type === "aws_network_acl_rule")
      .flatMap((resource) => ruleApart(resource, side, identities));
  const inside = (side: "before" | "after", isWritten: boolean) =>
    resources
      .filter(({ type }) => ACLS.includes(type))
      .flatMap((resource) => rulesInside(resource, side, isWritten, identities));
  const [apartBefore, apartAfter] = [apart("before"), apart("after")];
  // An ACL tells the rules beside it as its own, and goes on telling those that the plan takes away.
  const beside = new Set(apartBefore.map(placeOf));
  return {
    before: [...inside("before", true), ...inside("before", false), ...apartBefore],
    after: [
      ...inside("after", true),
      ...inside("after", false).filter((rule) => !beside.has(placeOf(rule))),
      ...apartAfter,
    ],
  };
}

const placeOf = ({ boundary, order }: Rule): string => `${boundary} ${order}`;

function rulesInside(
  resource: PlannedResource,
  side: "before" | "after",
  isWritten: boolean,
  identities: Identities,
): readonly Rule[] {
  return (["ingress", "egress"] as const)
    .filter((direction) => resource.isConfigured(direction) === isWritten)
    .flatMap((direction) => {
      const rules = resource[side].at(direction);
      const known = rules.isUnknown && !isWritten ? [] : rules.elements();
      return known.flatMap((rule) => {
        const [order, action] = [rule.at("rule_no"), rule.at("action")];
        return rulesOf(resource.address, identities.self(resource), {
          rule,
          order,
          action,
          isEgress: direction === "egress",
        });
      });
    });
}

function ruleApart(resource: PlannedResource, side: "before" | "after", identities: Identities): readonly Rule[] {
  const rule = resource[side];
  if (rule.raw === null || rule.raw === undefined) return [];
  const acl = identities.of(resource, "network_acl_id", rule.at("network_acl_id"));
  const [order, action] = [rule.at("rule_number"), rule.at("rule_action")];
  return rulesOf(resource.address, acl, { rule, order, action, isEgress: rule.at("egress").isTrue });
}

interface Entry {
  readonly rule: Value;
  readonly order: Value;
  readonly action: Value;
  readonly isEgress: boolean;
}

function rulesOf(address: string, acl: Identity, { rule, order, action, isEgress }: Entry): readonly Rule[] {
  // What is not known yet may allow, and come before everything that denies.
  const isAllowed = action.text === undefined || action.text.toLowerCase() === "allow";
  const isIcmp = ["1", "58", "icmp", "icmpv6"].includes(rule.at("protocol").text ?? String(rule.at("protocol").number));
  const [from, to] = isIcmp ? [rule.at("icmp_type"), rule.at("icmp_code")] : [rule.at("from_port"), rule.at("to_port")];
  const { protocol, ports, words } = trafficOf({ protocol: rule.at("protocol"), from, to });
  return networksOf(address, rule).map(({ space, addresses, words: network }) => ({
    ...{ address, isAllowed, protocol, space },
    boundary: `${acl.key} ${isEgress ? "egress" : "ingress"}`,
    order: order.number ?? (isAllowed ? 0 : Infinity),
    box: { ports, addresses },
    words: isEgress
      ? `lets the subnets of ${acl.words} reach ${network} on ${words}`
      : `lets ${network} into the subnets of ${acl.words} on ${words}`,
  }));
}

function networksOf(address: string, rule: Value): readonly (Network & { readonly words: string })[] {
  if (rule.isUnknown) return [{ ...named(`unknown ${address}`), words: `somebody ${UNKNOWN}` }];
  const read = (value: Value, every: Network) =>
    value.isEmpty ? [] : [{ ...(value.text === undefined ? every : networkOf(value.text)), words: value.words }];
  return [...read(rule.at("cidr_block"), everyIpv4()), ...read(rule.at("ipv6_cidr_block"), everyIpv6())];
}
