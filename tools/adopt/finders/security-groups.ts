import { everyPage } from "../../terraform/aws/every-page";
import {
  DescribeSecurityGroupRulesCommand,
  DescribeSecurityGroupsCommand,
  type IpPermission,
  type SecurityGroup,
  type SecurityGroupRule,
} from "@aws-sdk/client-ec2";
import { listOf, objectOf } from "../../support/json";
import { bestOf, type Candidate, type FindContext, type Finder, type Finders } from "../finder";
import { groupsOfInstance } from "./database";
import { described, vpcFilter, nameIn, NONE_FOUND, wantedName } from "./network";

function groupsIn(vpcId: string, { clients, once }: FindContext): Promise<SecurityGroup[]> {
  return once(`security groups of ${vpcId}`, async () => {
    const ec2 = await clients.ec2();
    return everyPage(async (NextToken) => {
      const page = await ec2.send(new DescribeSecurityGroupsCommand({ Filters: vpcFilter(vpcId), NextToken }));
      return [page.SecurityGroups, page.NextToken];
    });
  });
}

const candidateOf = ({ GroupId: id = "", GroupName, Description, Tags }: SecurityGroup): Candidate => ({
  id,
  description: described(GroupName, nameIn(Tags) === GroupName ? undefined : nameIn(Tags), Description),
});

const isDefault = ({ GroupName }: SecurityGroup) => GroupName === "default";

/** By its name, by the database that has it, then by its rules. */
const securityGroup: Finder = async (wanted, context) => {
  const vpcId = await context.text("vpc_id");
  if (vpcId === undefined) return NONE_FOUND;
  const { name } = wanted.values;
  const ofDatabase = await groupsOfInstance(wanted, context);
  const rules = wantedRules(wanted.values["ingress"]);
  return bestOf(
    // The code has another resource for the VPC's default group.
    (await groupsIn(vpcId, context)).filter((each) => !isDefault(each)),
    [
      ({ GroupName }) => GroupName === name,
      ({ Tags }) => nameIn(Tags) !== undefined && nameIn(Tags) === wantedName(wanted),
      ({ GroupId = "" }) => ofDatabase.includes(GroupId),
      ({ IpPermissions }) => rules !== "" && existingRules(IpPermissions) === rules,
    ],
    candidateOf,
  );
};

/** The group `default` of a VPC. */
const defaultSecurityGroup: Finder = async (_, context) => {
  const vpcId = await context.text("vpc_id");
  const groups = vpcId === undefined ? [] : await groupsIn(vpcId, context);
  return { candidates: groups.filter(isDefault).map(candidateOf) };
};

/**
 * Rules in one text, each with its protocol, ports and network. Of a rule with a group, only that it has one: the groups
 * that it names may be looked for by their own rules.
 */
function rulesText(
  rules: readonly (readonly [protocol: unknown, from: unknown, to: unknown, source: string])[],
): string {
  const lines = rules.map(([protocol, from, to, source]) =>
    protocol === "-1" ? `all ${source}` : `${String(protocol)} ${Number(from)}-${Number(to)} ${source}`,
  );
  return [...new Set(lines)].sort().join("\n");
}

function wantedRules(ingress: unknown): string {
  return rulesText(
    listOf(ingress)
      .map(objectOf)
      .flatMap(({ protocol, from_port: from, to_port: to, cidr_blocks: ranges, security_groups: groups, self }) => [
        ...listOf(ranges).map((range) => [protocol, from, to, String(range)] as const),
        ...(listOf(groups).length > 0 || self === true ? [[protocol, from, to, "group"] as const] : []),
      ]),
  );
}

function existingRules(permissions: readonly IpPermission[] = []): string {
  return rulesText(
    permissions.flatMap(({ IpProtocol, FromPort, ToPort, IpRanges = [], Ipv6Ranges = [], UserIdGroupPairs = [] }) => [
      ...IpRanges.map(({ CidrIp }) => [IpProtocol, FromPort, ToPort, String(CidrIp)] as const),
      ...Ipv6Ranges.map(({ CidrIpv6 }) => [IpProtocol, FromPort, ToPort, String(CidrIpv6)] as const),
      ...(UserIdGroupPairs.length > 0 ? [[IpProtocol, FromPort, ToPort, "group"] as const] : []),
    ]),
  );
}

/** A rule that is a resource of its own, by all that AWS compares: two equal rules are refused. */
const groupRule =
  (isEgress: boolean): Finder =>
  async ({ values }, context) => {
    const groupId = await context.text("security_group_id");
    if (groupId === undefined) return NONE_FOUND;
    const ec2 = await context.clients.ec2();
    const all = await context.once(`rules of ${groupId}`, () =>
      everyPage(async (NextToken) => {
        const Filters = [{ Name: "group-id", Values: [groupId] }];
        const page = await ec2.send(new DescribeSecurityGroupRulesCommand({ Filters, NextToken }));
        return [page.SecurityGroupRules, page.NextToken];
      }),
    );
    const group = await context.text("referenced_security_group_id");
    const { ip_protocol: protocol, from_port: from, to_port: to, cidr_ipv4: range } = values;
    const hasPorts = ({ FromPort, ToPort }: SecurityGroupRule) =>
      protocol === "-1" || (FromPort === Number(from) && ToPort === Number(to));
    const isWanted = (each: SecurityGroupRule) =>
      each.IpProtocol === protocol &&
      hasPorts(each) &&
      (typeof range === "string"
        ? each.CidrIpv4 === range
        : group !== undefined && each.ReferencedGroupInfo?.GroupId === group);
    return bestOf(
      all.filter((each) => each.IsEgress === isEgress),
      [isWanted],
      (each) => ({
        id: each.SecurityGroupRuleId ?? "",
        description: described(
          `${each.IpProtocol ?? ""} ${each.FromPort ?? ""}-${each.ToPort ?? ""}`,
          each.CidrIpv4 ?? each.CidrIpv6 ?? each.ReferencedGroupInfo?.GroupId,
          each.Description,
        ),
      }),
    );
  };

/** Security groups and their rules. */
export const SECURITY_GROUPS: Finders = {
  aws_security_group: securityGroup,
  aws_default_security_group: defaultSecurityGroup,
  aws_vpc_security_group_ingress_rule: groupRule(false),
  aws_vpc_security_group_egress_rule: groupRule(true),
};
