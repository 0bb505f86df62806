import type { ScopedResource } from "../../access/read/resolver";
import { asList, type JsonObject } from "../../support/json";
import { blocksOf, eachResource, everyPlace, type AccountRegion, type Rule, type SynthesizedEstate } from "../rule";

const ANYWHERE = { ipv4: "0.0.0.0/0", ipv6: "::/0" } as const;
type Family = keyof typeof ANYWHERE;

interface OpenRule {
  readonly protocol: string;
  readonly from: number;
  readonly to: number;
}

const isSource = (block: JsonObject, families: readonly Family[]) =>
  [block["cidr_blocks"], block["ipv6_cidr_blocks"], block["cidr_ipv4"], block["cidr_ipv6"]]
    .flatMap((value) => asList(value))
    .some((cidr) => families.some((family) => cidr === ANYWHERE[family]));

/** The inbound rules of a resource that allow everybody, as ranges of ports. */
function openRules({ type, values }: ScopedResource, families: readonly Family[] = ["ipv4", "ipv6"]): OpenRule[] {
  const isSeparate = type !== "aws_security_group" && type !== "aws_default_security_group";
  const blocks = isSeparate ? (values["type"] === "egress" ? [] : [values]) : blocksOf(values["ingress"]);
  return blocks
    .filter((block) => isSource(block, families))
    .map((block) => {
      const protocol = String(block["protocol"] ?? block["ip_protocol"]);
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
      const open = openRules(group, families).filter(({ protocol }) => !protocol.startsWith("icmp"));
      const found = ports.filter((port) => open.some(({ from, to }) => from <= port && port <= to));
      return found.length > 0 ? `allows everybody on port ${found.join(", ")}` : undefined;
    });

const WEB = [80, 443];
const webOnly: Rule = (estate) =>
  eachResource(estate.all(...INBOUND), "no access from everywhere but to ports 80 and 443", (group) => {
    const other = openRules(group).find(({ from, to }) => from !== to || !WEB.includes(from));
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
      estate.all(type).some((found) => estate.target(found.stack, found.values["vpc_id"]) === vpc && holds(found))
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
    estate.all("aws_default_network_acl", "aws_network_acl"),
    "no rule that allows everybody on ports 22 and 3389",
    ({ values }) =>
      blocksOf(values["ingress"]).some((rule) => {
        const isAll = String(rule["protocol"]) === "-1";
        const isAnywhere = rule["cidr_block"] === ANYWHERE.ipv4 || rule["ipv6_cidr_block"] === ANYWHERE.ipv6;
        const covers = (port: number) => Number(rule["from_port"]) <= port && port <= Number(rule["to_port"]);
        return rule["action"] === "allow" && isAnywhere && (isAll || REMOTE.some(covers));
      })
        ? "allows everybody on ports 22 and 3389"
        : undefined,
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
) => estate.all(type).some((found) => found.accountId === accountId && found.region === region && holds(found));

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
  "IAM.28": everyRegion("aws_accessanalyzer_analyzer", "an access analyzer", () => true),
  "GuardDuty.1": everyRegion("aws_guardduty_detector", "GuardDuty", ({ values }) => values["enable"] !== false),
  "Config.1": everyRegion("aws_config_configuration_recorder_status", "a recorder that runs", ({ values }) => values["is_enabled"] === true), // prettier-ignore
  "CIS 4.16": everyRegion("aws_securityhub_account", "Security Hub", () => true),
  "Macie.1": everyRegion("aws_macie2_account", "Macie", ({ values }) => values["status"] !== "PAUSED"),
} satisfies Readonly<Record<string, Rule>>;
