import { everyPage } from "../../terraform/aws/every-page";
import {
  DescribeFlowLogsCommand,
  DescribeInternetGatewaysCommand,
  DescribeNetworkAclsCommand,
  DescribeRouteTablesCommand,
  DescribeSecurityGroupsCommand,
  DescribeSubnetsCommand,
  DescribeVpcEndpointsCommand,
  DescribeVpcsCommand,
  type Tag,
} from "@aws-sdk/client-ec2";
import { overlaps } from "../../../config/cidr";
import type { Estate } from "../../../config/model";
import { estateTags } from "../../../config/naming";
import { type ListedResource, type ListScope, type ResourceList } from "./listing";

/** GuardDuty's tag on the endpoints and groups that it creates in a VPC. */
const GUARD_DUTY = "GuardDutyManaged";

const valueOf = (tags: readonly Tag[] | undefined, key: string) => tags?.find(({ Key }) => Key === key)?.Value;

/** Whether tags say that a resource is of the estate: the estate's tags, or a name with the name of an environment. */
function isOfEstate({ solution, environments }: Estate, tags: readonly Tag[] = []): boolean {
  const name = valueOf(tags, "Name") ?? "";
  return (
    Object.entries(estateTags(solution)).every(([key, value]) => valueOf(tags, key) === value) ||
    environments.some(({ namespace }) => name.includes(namespace))
  );
}

/** The address ranges of all networks of the estate: peered networks must not overlap, in whichever account they are. */
const rangesOf = ({ environments }: Estate): readonly string[] =>
  environments.flatMap(({ network, members }) => [
    network.cidrBlock,
    ...members.flatMap((member) => member.network?.cidrBlock ?? []),
  ]);

const isBrought = ({ environments }: Estate, id: string): boolean =>
  environments.some(({ members }) => members.some(({ brought }) => brought?.vpcId === id || brought?.subnetId === id));

/** The VPCs of a region. What matters is: held by a state, in an address range of the estate, or marked as the estate's. */
async function vpcsOf({ clients, estate, isHeld }: ListScope) {
  const ec2 = await clients.ec2();
  const all = await everyPage(async (NextToken) => {
    const page = await ec2.send(new DescribeVpcsCommand({ NextToken }));
    return [page.Vpcs, page.NextToken];
  });
  const ranges = rangesOf(estate);
  const own = all.filter(({ IsDefault, VpcId = "" }) => IsDefault !== true && !isBrought(estate, VpcId));
  return own.filter(({ VpcId = "", CidrBlock, CidrBlockAssociationSet = [], Tags }) => {
    const blocks = [CidrBlock, ...CidrBlockAssociationSet.map((each) => each.CidrBlock)].filter((each) => each !== undefined); // prettier-ignore
    const isInRange = blocks.some((block) => ranges.some((range) => overlaps(range, block)));
    return isHeld(VpcId) || isInRange || isOfEstate(estate, Tags);
  });
}

/** The parts of a VPC that EC2 lists, without those that AWS creates with it or in it. */
type PartsOf = (scope: ListScope) => Promise<readonly Part[]>;

interface Part {
  readonly type: string;
  readonly id?: string;
  readonly vpcIds: readonly (string | undefined)[];
  readonly tags?: readonly Tag[];
  /** @default the tag Name */
  readonly name?: string;
}

const subnets: PartsOf = async ({ clients }) => {
  const ec2 = await clients.ec2();
  const all = await everyPage(async (NextToken) => {
    const page = await ec2.send(new DescribeSubnetsCommand({ NextToken }));
    return [page.Subnets, page.NextToken];
  });
  return all.map(({ SubnetId: id, VpcId, Tags: tags }) => ({ type: "aws_subnet", id, vpcIds: [VpcId], tags }));
};

const groups: PartsOf = async ({ clients }) => {
  const ec2 = await clients.ec2();
  const all = await everyPage(async (NextToken) => {
    const page = await ec2.send(new DescribeSecurityGroupsCommand({ NextToken }));
    return [page.SecurityGroups, page.NextToken];
  });
  return all
    .filter(({ GroupName }) => GroupName !== "default")
    .map(({ GroupId: id, GroupName: name, VpcId, Tags: tags }) => ({
      ...{ type: "aws_security_group", id, name, vpcIds: [VpcId], tags },
    }));
};

const routeTables: PartsOf = async ({ clients }) => {
  const ec2 = await clients.ec2();
  const all = await everyPage(async (NextToken) => {
    const page = await ec2.send(new DescribeRouteTablesCommand({ NextToken }));
    return [page.RouteTables, page.NextToken];
  });
  return all
    .filter(({ Associations = [] }) => !Associations.some(({ Main }) => Main))
    .map(({ RouteTableId: id, VpcId, Tags: tags }) => ({ type: "aws_route_table", id, vpcIds: [VpcId], tags }));
};

const networkAcls: PartsOf = async ({ clients }) => {
  const ec2 = await clients.ec2();
  const all = await everyPage(async (NextToken) => {
    const page = await ec2.send(new DescribeNetworkAclsCommand({ NextToken }));
    return [page.NetworkAcls, page.NextToken];
  });
  return all
    .filter(({ IsDefault }) => IsDefault !== true)
    .map(({ NetworkAclId: id, VpcId, Tags: tags }) => ({ type: "aws_network_acl", id, vpcIds: [VpcId], tags }));
};

const gateways: PartsOf = async ({ clients }) => {
  const ec2 = await clients.ec2();
  const all = await everyPage(async (NextToken) => {
    const page = await ec2.send(new DescribeInternetGatewaysCommand({ NextToken }));
    return [page.InternetGateways, page.NextToken];
  });
  return all.map(({ InternetGatewayId: id, Attachments = [], Tags: tags }) => ({
    ...{ type: "aws_internet_gateway", id, vpcIds: Attachments.map(({ VpcId }) => VpcId), tags },
  }));
};

const endpoints: PartsOf = async ({ clients }) => {
  const ec2 = await clients.ec2();
  const all = await everyPage(async (NextToken) => {
    const page = await ec2.send(new DescribeVpcEndpointsCommand({ NextToken }));
    return [page.VpcEndpoints, page.NextToken];
  });
  return all
    .filter(({ RequesterManaged, State }) => RequesterManaged !== true && !/^delet/i.test(State ?? ""))
    .map(({ VpcEndpointId: id, VpcId, ServiceName: name, Tags: tags }) => ({
      ...{ type: "aws_vpc_endpoint", id, name, vpcIds: [VpcId], tags },
    }));
};

const flowLogs: PartsOf = async ({ clients }) => {
  const ec2 = await clients.ec2();
  const all = await everyPage(async (NextToken) => {
    const page = await ec2.send(new DescribeFlowLogsCommand({ NextToken }));
    return [page.FlowLogs, page.NextToken];
  });
  return all.map(({ FlowLogId: id, ResourceId, Tags: tags }) => ({
    ...{ type: "aws_flow_log", id, vpcIds: [ResourceId], tags },
  }));
};

const vpcs: ResourceList = async (scope) =>
  (await vpcsOf(scope)).map(({ VpcId: id = "", CidrBlock, Tags }) => ({
    ...{ type: "aws_vpc", id, name: valueOf(Tags, "Name") ?? CidrBlock, region: scope.region },
  }));

/** Parts of the VPCs that matter, and others that are marked as the estate's. */
const within =
  (partsOf: PartsOf): ResourceList =>
  async (scope): Promise<readonly ListedResource[]> => {
    const { estate, region } = scope;
    const [all, parts] = await Promise.all([vpcsOf(scope), partsOf(scope)]);
    const ids = new Set<string | undefined>(all.map(({ VpcId }) => VpcId));
    return parts
      .filter(
        ({ id = "", vpcIds, tags }) =>
          !isBrought(estate, id) &&
          valueOf(tags, GUARD_DUTY) === undefined &&
          (vpcIds.some((vpc) => ids.has(vpc)) || isOfEstate(estate, tags)),
      ) // prettier-ignore
      .map(({ type, id = "", name, tags }) => ({ type, id, name: name ?? valueOf(tags, "Name"), region }));
  };

/** VPCs in the address space of the estate, and what is in them. */
export const NETWORK_LISTS: Readonly<Record<string, ResourceList>> = {
  aws_flow_log: within(flowLogs),
  aws_internet_gateway: within(gateways),
  aws_network_acl: within(networkAcls),
  aws_route_table: within(routeTables),
  aws_security_group: within(groups),
  aws_subnet: within(subnets),
  aws_vpc: vpcs,
  aws_vpc_endpoint: within(endpoints),
};
