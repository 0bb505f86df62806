import type { ScopedResource } from "../../access/read/resolver";
import { asList, objectOf, type JsonObject } from "../../support/json";
import { blocksOf, eachResource, everyPlace, type AccountRegion, type Rule, type SynthesizedEstate } from "../rule";

type Family = "ipv4" | "ipv6";
const FAMILIES: readonly Family[] = ["ipv4", "ipv6"];
/** Also `0::/0`, and an address with bits that the mask removes. */
const isAnywhere = (peer: unknown, family: Family): boolean =>
  typeof peer === "string" && peer.endsWith("/0") && peer.includes(":") === (family === "ipv6");

interface OpenRule {
  readonly protocol: string;
  readonly from: number;
  readonly to: number;
}

const PEERS = ["cidr_blocks", "ipv6_cidr_blocks", "cidr_ipv4", "cidr_ipv6"];
const peersOf = (block: JsonObject, stack: string, estate: SynthesizedEstate) =>
  PEERS.flatMap((key) => asList(block[key])).flatMap((peer) => asList(estate.resolved(stack, peer)));

/** The blocks of a resource that are inbound rules. */
const inboundOf = ({ type, values }: ScopedResource): readonly JsonObject[] => {
  const isSeparate = type !== "aws_security_group" && type !== "aws_default_security_group";
  return isSeparate ? (values["type"] === "egress" ? [] : [values]) : blocksOf(values["ingress"]);
};

/** Whether a rule may allow everybody: its blocks or its networks are not known before apply. */
function isUnknown(group: ScopedResource, estate: SynthesizedEstate): boolean {
  return (
    objectOf(group.values["dynamic"])["ingress"] !== undefined ||
    typeof group.values["ingress"] === "string" ||
    inboundOf(group).some((block) => peersOf(block, group.stack, estate).some((peer) => /[$%]\{/.test(String(peer))))
  );
}

const UNKNOWN = "has networks that are not known before apply";

/** The inbound rules of a resource that allow everybody, as ranges of ports. */
function openRules(
  group: ScopedResource,
  estate: SynthesizedEstate,
  families: readonly Family[] = FAMILIES,
): OpenRule[] {
  return inboundOf(group)
    .filter((block) =>
      peersOf(block, group.stack, estate).some((peer) => families.some((family) => isAnywhere(peer, family))),
    )
    .map((block) => {
      const protocol = String(block["protocol"] ?? block["ip_protocol"]).toLowerCase();
      const isAll = protocol === "-1" || protocol === "all";
      return {
        protocol,
        from: isAll ? 0 : Number(block["from_port"] ?? 0),
        to: isAll ? 65535 : Number(block["to_port"] ?? 65535),
      };
    });
}

const INBOUND = [
  "aws_security_group",
  "aws_default_security_group",
  "aws_security_group_rule",
  "aws_vpc_security_group_ingress_rule",
];

/** A rule that no inbound rule opens one of these ports to everybody. ICMP has no ports. */
const closedPorts =
  (ports: readonly number[], families?: readonly Family[]): Rule =>
  (estate) =>
    eachResource(estate.all(...INBOUND), `no access from everywhere to ${ports.join(", ")}`, (group) => {
      if (isUnknown(group, estate)) return UNKNOWN;
      const open = openRules(group, estate, families).filter(({ protocol }) => !protocol.startsWith("icmp"));
      const found = ports.filter((port) => open.some(({ from, to }) => from <= port && port <= to));
      return found.length > 0 ? `allows everybody on port ${found.join(", ")}` : undefined;
    });

const WEB = [80, 443];
const webOnly: Rule = (estate) =>
  eachResource(estate.all(...INBOUND), "no access from everywhere but to ports 80 and 443", (group) => {
    if (isUnknown(group, estate)) return UNKNOWN;
    const other = openRules(group, estate).find(({ from, to }) => from !== to || !WEB.includes(from));
    return other && `allows everybody on ${other.protocol} ${other.from} to ${other.to}`;
  });

const REMOTE = [22, 3389];
/** Ports of databases, remote logins and consoles, as EC2.19 lists them. */
const HIGH_RISK = [
  ...[20, 21, 22, 23, 25, 110, 135, 143, 445, 1433, 1434, 3000, 3306, 3389, 4333, 5000, 5432, 5500, 5601],
  ...[8080, 8088, 8888, 9200, 9300],
];

/** A rule that each VPC has a resource of a type that names it. */
const vpcRule =
  (type: string, expected: string, holds: (found: ScopedResource) => boolean = () => true): Rule =>
  (estate) =>
    eachResource(estate.all("aws_vpc"), expected, (vpc) =>
      estate.certain(type).some((found) => estate.target(found.stack, found.values["vpc_id"]) === vpc && holds(found))
        ? undefined
        : `has no ${expected}`,
    );

const endpoint = (service: string, type: "Gateway" | "Interface"): Rule =>
  vpcRule(
    "aws_vpc_endpoint",
    `endpoint for ${service}`,
    ({ values }) =>
      String(values["service_name"]).endsWith(`.${service}`) && (values["vpc_endpoint_type"] ?? "Gateway") === type,
  );

const openAcl: Rule = (estate) =>
  eachResource(
    estate.all("aws_default_network_acl", "aws_network_acl", "aws_network_acl_rule"),
    "no rule that allows everybody on ports 22 and 3389",
    ({ type, stack, values }) => {
      const isSeparate = type === "aws_network_acl_rule";
      const rules = isSeparate ? (values["egress"] === true ? [] : [values]) : blocksOf(values["ingress"]);
      return rules.some((rule) => {
        const isAll = ["-1", "all"].includes(String(rule["protocol"]).toLowerCase());
        const peers = [rule["cidr_block"], rule["ipv6_cidr_block"]].map((peer) => estate.resolved(stack, peer));
        const isOpen = FAMILIES.some((family) => peers.some((peer) => isAnywhere(peer, family)));
        const covers = (port: number) => Number(rule["from_port"]) <= port && port <= Number(rule["to_port"]);
        const allows = String(rule["action"] ?? rule["rule_action"]).toLowerCase() === "allow";
        return allows && isOpen && (isAll || REMOTE.some(covers));
      })
        ? "allows everybody on ports 22 and 3389"
        : undefined;
    },
  );

/** A rule that every region in use has a resource of a type. */
const everyRegion =
  (type: string, expected: string, holds: (found: ScopedResource) => boolean): Rule =>
  (estate) =>
    everyPlace(estate.regions, type, expected, (place) => isIn(estate, type, place, holds));

const isIn = (
  estate: SynthesizedEstate,
  type: string,
  { accountId, region }: AccountRegion,
  holds: (found: ScopedResource) => boolean,
) => estate.certain(type).some((found) => found.accountId === accountId && found.region === region && holds(found));

/** The regions in which the estate has a VPC that reaches the internet. */
const internetBlocked: Rule = (estate) => {
  const gateways = estate.all("aws_internet_gateway");
  const places = estate.regions.filter(({ accountId, region }) =>
    gateways.some((gateway) => gateway.accountId === accountId && gateway.region === region),
  );
  const type = "aws_vpc_block_public_access_options";
  return everyPlace(places, type, "a block of internet gateways", (place) =>
    isIn(estate, type, place, ({ values }) => String(values["internet_gateway_block_mode"]).startsWith("block-")),
  );
};

/** Controls of VPCs and of the settings of regions, by the key of the list. */
export const NETWORK_RULES = {
  "EC2.2": vpcRule(
    "aws_default_security_group",
    "empty default security group",
    ({ values }) => blocksOf(values["ingress"]).length + blocksOf(values["egress"]).length === 0,
  ),
  "EC2.6": vpcRule("aws_flow_log", "flow log"),
  "EC2.7": everyRegion("aws_ebs_encryption_by_default", "encryption of new volumes", ({ values }) => values["enabled"] === true), // prettier-ignore
  "EC2.8": everyRegion("aws_ec2_instance_metadata_defaults", "http_tokens: required", ({ values }) => values["http_tokens"] === "required"), // prettier-ignore
  "EC2.10": endpoint("ec2", "Interface"),
  "EC2.55": endpoint("ecr.api", "Interface"),
  "EC2.56": endpoint("ecr.dkr", "Interface"),
  "EC2.57": endpoint("ssm", "Interface"),
  "EC2.58": endpoint("ssm-contacts", "Interface"),
  "EC2.60": endpoint("ssm-incidents", "Interface"),
  "CIS 6.8": endpoint("s3", "Gateway"),
  "EC2.15": (estate) =>
    eachResource(estate.all("aws_subnet"), "no public addresses by itself", ({ values }) =>
      values["map_public_ip_on_launch"] === true ? "gives new network interfaces public addresses" : undefined,
    ),
  "EC2.18": webOnly,
  "EC2.19": closedPorts(HIGH_RISK),
  "EC2.21": openAcl,
  "EC2.53": closedPorts(REMOTE, ["ipv4"]),
  "EC2.54": closedPorts(REMOTE, ["ipv6"]),
  "CIS 5.1.2": closedPorts([445]),
  "EC2.172": internetBlocked,
  "EC2.182": everyRegion("aws_ebs_snapshot_block_public_access", "no public snapshots", ({ values }) => values["state"] === "block-all-sharing"), // prettier-ignore
  "IAM.28": everyRegion("aws_accessanalyzer_analyzer", "an access analyzer", ({ values }) => /^(undefined|ACCOUNT|ORGANIZATION)$/.test(String(values["type"]))), // prettier-ignore
  "GuardDuty.1": everyRegion("aws_guardduty_detector", "GuardDuty", ({ values }) => values["enable"] !== false),
  "Config.1": everyRegion("aws_config_configuration_recorder_status", "a recorder that runs", ({ values }) => values["is_enabled"] === true), // prettier-ignore
  "CIS 4.16": everyRegion("aws_securityhub_account", "Security Hub", () => true),
  "Macie.1": everyRegion("aws_macie2_account", "Macie", ({ values }) => values["status"] !== "PAUSED"),
} satisfies Readonly<Record<string, Rule>>;
