import { DescribeVpcsCommand, type Vpc } from "@aws-sdk/client-ec2";
import type { Clients } from "./clients";
import { expectEqual } from "./proof";

/** The one VPC that a stack made. */
export async function vpcOf({ ec2 }: Clients, stack: string): Promise<Vpc> {
  const { Vpcs = [] } = await ec2.send(new DescribeVpcsCommand({ Filters: [{ Name: "tag:Stack", Values: [stack] }] }));
  expectEqual(`number of VPCs of ${stack}`, Vpcs.length, 1);
  return Vpcs[0] ?? {};
}

/** Only what lies in a VPC. */
export const inVpc = (vpc: Vpc) => ({ Filters: [{ Name: "vpc-id", Values: [vpc.VpcId ?? ""] }] });
