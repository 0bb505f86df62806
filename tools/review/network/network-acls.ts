import type { PlannedResource } from "../planned-resource";
import { UNKNOWN, type Value } from "../value";
import type { Identities, Identity } from "./identities";
import { everyIpv4, everyIpv6, namedRange, type AddressRange, rangeOf } from "./ranges";
import { trafficOf } from "./ports";
import type { NetworkRule } from "./rule";

const ACLS: readonly string[] = ["aws_network_acl", "aws_default_network_acl"];

/** The rules of network ACLs before and after a plan, inside the ACL or as separate resources. */
export function networkAclRules(
  resources: readonly PlannedResource[],
  identities: Identities,
): { before: NetworkRule[]; after: NetworkRule[] } {
  const separateRules = (side: "before" | "after") =>
    resources
      .filter(({ type }) => type === "aws_network_acl_rule")
      .flatMap((resource) => separateRule(resource, side, identities));
  const inline = (side: "before" | "after", isWritten: boolean) =>
    resources
      .filter((resource) => ACLS.includes(resource.type) && !isOfNewVpc(resource))
      .flatMap((resource) => inlineRules(resource, side, isWritten, identities));
  const [separateBefore, separateAfter] = [separateRules("before"), separateRules("after")];
  // An ACL also lists the rules of separate resources, and still lists those that the plan removes.
  const separate = new Set(separateBefore.map(keyOf));
  return {
    before: [...inline("before", true), ...inline("before", false), ...separateBefore],
    after: [
      ...inline("after", true),
      ...inline("after", false).filter((rule) => !separate.has(keyOf(rule))),
      ...separateAfter,
    ],
  };
}

/**
 * Whether an ACL is the default one of a VPC that the same plan creates. AWS lets all traffic through it, so that no rule
 * opens anything ("Default network ACL for a VPC", Amazon VPC User Guide).
 */
const isOfNewVpc = ({ type, action, after }: PlannedResource): boolean =>
  type === "aws_default_network_acl" && action === "create" && after.at("default_network_acl_id").isUnknown;

const keyOf = ({ boundary, order }: NetworkRule): string => `${boundary} ${order}`;

function inlineRules(
  resource: PlannedResource,
  side: "before" | "after",
  isWritten: boolean,
  identities: Identities,
): readonly NetworkRule[] {
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

function separateRule(
  resource: PlannedResource,
  side: "before" | "after",
  identities: Identities,
): readonly NetworkRule[] {
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

function rulesOf(address: string, acl: Identity, { rule, order, action, isEgress }: Entry): readonly NetworkRule[] {
  // A rule known only after the apply may allow, and precede every rule that denies.
  const isAllowed = action.text === undefined || action.text.toLowerCase() === "allow";
  const isIcmp = ["1", "58", "icmp", "icmpv6"].includes(rule.at("protocol").text ?? String(rule.at("protocol").number));
  const [from, to] = isIcmp ? [rule.at("icmp_type"), rule.at("icmp_code")] : [rule.at("from_port"), rule.at("to_port")];
  const { protocol, ports, label } = trafficOf({ protocol: rule.at("protocol"), from, to });
  return networksOf(address, rule).map(({ space, addresses, label: network }) => ({
    ...{ address, isAllowed, protocol, space },
    boundary: `${acl.key} ${isEgress ? "egress" : "ingress"}`,
    order: order.number ?? (isAllowed ? 0 : Infinity),
    box: { ports, addresses },
    message: isEgress
      ? `lets the subnets of ${acl.label} reach ${network} on ${label}`
      : `lets ${network} into the subnets of ${acl.label} on ${label}`,
  }));
}

function networksOf(address: string, rule: Value): readonly (AddressRange & { readonly label: string })[] {
  if (rule.isUnknown) return [{ ...namedRange(`unknown ${address}`), label: `somebody ${UNKNOWN}` }];
  const read = (value: Value, every: AddressRange) =>
    value.isEmpty ? [] : [{ ...(value.text === undefined ? every : rangeOf(value.text)), label: value.display }];
  return [...read(rule.at("cidr_block"), everyIpv4()), ...read(rule.at("ipv6_cidr_block"), everyIpv6())];
}
