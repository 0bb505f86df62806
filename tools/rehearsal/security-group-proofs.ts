import { DescribeSecurityGroupsCommand, DescribeVpcsCommand, type Vpc } from "@aws-sdk/client-ec2";
import type { Environment } from "../../config/model";
import { stackId } from "../../config/naming";
import type { ClientsOf, Clients } from "./clients";
import { expectDefined, expectEqual, expectOne, type Proof } from "./proof";

/** The proofs of an environment's security groups. */
export function securityGroupProofs(
  { name, account, region, securityGroups }: Environment,
  clientsOf: ClientsOf,
): Proof[] {
  const clients = clientsOf(account.id, region);
  const groupsOf = async () => {
    const vpc = await vpcOf(clients, stackId(name, "network"));
    const { SecurityGroups = [] } = await clients.ec2.send(new DescribeSecurityGroupsCommand(inVpc(vpc)));
    return (groupName: string) => {
      const found = SecurityGroups.filter(({ GroupName }) => GroupName === groupName);
      return expectOne(`groups named ${groupName}`, found);
    };
  };
  return [
    {
      account: account.name,
      claim: `${name}: each security group has its charge codes: ${securityGroups.map((group) => group.name).join(", ")}`,
      check: async () => {
        const groupNamed = await groupsOf();
        for (const { groupName, chargeCodes } of securityGroups) {
          const codes = (groupNamed(groupName).Tags ?? []).filter(({ Key }) => Key?.startsWith("ChargeCode"));
          expectEqual(`charge codes of ${groupName}`, codes.map(({ Value }) => Value).sort(), [...chargeCodes].sort());
        }
      },
    },
    {
      account: account.name,
      claim: `${name}: each security group allows only the sources in the estate, and the internet only with an approval`,
      check: async () => {
        const groupNamed = await groupsOf();
        for (const { groupName, ingress } of securityGroups) {
          const { IpPermissions = [] } = groupNamed(groupName);
          const admitted = IpPermissions.flatMap(
            ({ IpProtocol, FromPort, ToPort, IpRanges = [], Ipv6Ranges = [], ...others }) => {
              const { UserIdGroupPairs = [], PrefixListIds = [] } = others;
              const ports = IpProtocol === "tcp" || IpProtocol === "udp" ? `${FromPort} to ${ToPort}` : "all";
              return [
                ...IpRanges.map(({ CidrIp, Description }) => [IpProtocol, ports, CidrIp, Description]),
                ...UserIdGroupPairs.map(({ Description }) => [IpProtocol, ports, "a group", Description]),
                ...[...Ipv6Ranges, ...PrefixListIds].map(() => ["of a type that no estate can contain"]),
              ];
            },
          );
          const expected = ingress.map(({ protocol, ports, cidrBlock = "a group", description }) => [
            protocol === "all" ? "-1" : protocol,
            ports ? `${ports.from} to ${ports.to}` : "all",
            cidrBlock,
            description,
          ]);
          expectEqual(`ingress of ${groupName}`, admitted.sort(), expected.sort());
        }
      },
    },
  ];
}

export type FoundVpc = Vpc & { readonly VpcId: string };

/** The one VPC of a stack. */
export async function vpcOf({ ec2 }: Clients, stack: string): Promise<FoundVpc> {
  const { Vpcs = [] } = await ec2.send(new DescribeVpcsCommand({ Filters: [{ Name: "tag:Stack", Values: [stack] }] }));
  const vpc = expectOne(`VPCs of ${stack}`, Vpcs);
  return { ...vpc, VpcId: expectDefined(`id of the VPC of ${stack}`, vpc.VpcId) };
}

/** Limits a request to one VPC. */
export const inVpc = (vpc: FoundVpc) => ({ Filters: [{ Name: "vpc-id", Values: [vpc.VpcId] }] });
