import { everyPage } from "../../terraform/aws/every-page";
import {
  DescribeInternetGatewaysCommand,
  DescribeNetworkAclsCommand,
  DescribeRouteTablesCommand,
  DescribeSubnetsCommand,
  DescribeVpcEndpointsCommand,
  DescribeVpcsCommand,
  type InternetGateway,
  type RouteTable,
  type Subnet,
  type Tag,
} from "@aws-sdk/client-ec2";
import { objectOf } from "../../support/json";
import type { Declared } from "../../plans/preflight/creations";
import { bestOf, type FindContext, type Finder, type Finders, type InAws } from "../finder";

export const NONE_FOUND: InAws = { candidates: [] };

/** The tag `Name`, which the console shows. */
export const nameIn = (tags: readonly Tag[] | undefined): string | undefined =>
  tags?.find(({ Key }) => Key === "Name")?.Value;

/** The tag `Name` that the code sets. */
export const wantedName = ({ values }: Declared): unknown => objectOf(values["tags"])["Name"];

/** `dev-vpc, 10.0.0.0/20`. */
export const described = (...parts: readonly (string | undefined)[]): string =>
  parts.filter((part) => part !== undefined && part !== "").join(", ");

/** EC2's filter by the VPC. */
export const vpcFilter = (vpcId: string) => [{ Name: "vpc-id", Values: [vpcId] }];

const vpc: Finder = async (wanted, { clients, once }) => {
  const ec2 = await clients.ec2();
  const all = await once("vpcs", () =>
    everyPage(async (NextToken) => {
      const page = await ec2.send(new DescribeVpcsCommand({ NextToken }));
      return [page.Vpcs, page.NextToken];
    }),
  );
  const isNamed = ({ Tags }: (typeof all)[number]) => nameIn(Tags) !== undefined && nameIn(Tags) === wantedName(wanted);
  const hasRange = ({ CidrBlock }: (typeof all)[number]) => CidrBlock === wanted.values["cidr_block"];
  const own = all.filter(({ IsDefault }) => IsDefault !== true);
  return bestOf(own, [(each) => hasRange(each) && isNamed(each), hasRange, isNamed], (each) => ({
    id: each.VpcId ?? "",
    description: described(nameIn(each.Tags), each.CidrBlock),
  }));
};

function subnetsIn(vpcId: string, { clients, once }: FindContext): Promise<Subnet[]> {
  return once(`subnets of ${vpcId}`, async () => {
    const ec2 = await clients.ec2();
    return everyPage(async (NextToken) => {
      const page = await ec2.send(new DescribeSubnetsCommand({ Filters: vpcFilter(vpcId), NextToken }));
      return [page.Subnets, page.NextToken];
    });
  });
}

const subnet: Finder = async (wanted, context) => {
  const vpcId = await context.text("vpc_id");
  if (vpcId === undefined) return NONE_FOUND;
  const { availability_zone: zone, cidr_block: range } = wanted.values;
  const isNamed = ({ Tags }: Subnet) => nameIn(Tags) !== undefined && nameIn(Tags) === wantedName(wanted);
  const hasRange = ({ CidrBlock }: Subnet) => CidrBlock === range;
  const isHere = ({ AvailabilityZone }: Subnet) => AvailabilityZone === zone;
  const rules = [(each: Subnet) => hasRange(each) && isHere(each), hasRange, isNamed];
  return bestOf(await subnetsIn(vpcId, context), rules, (each) => ({
    id: each.SubnetId ?? "",
    description: described(nameIn(each.Tags), each.CidrBlock, each.AvailabilityZone),
  }));
};

/** The one of the VPC. Else one that no VPC has, by its name: an apply attaches it in a second call. */
const gateway: Finder = async (wanted, { clients, text }) => {
  const vpcId = await text("vpc_id");
  const ec2 = await clients.ec2();
  const all = await everyPage(async (NextToken) => {
    const page = await ec2.send(new DescribeInternetGatewaysCommand({ NextToken }));
    return [page.InternetGateways, page.NextToken];
  });
  const ofVpc = ({ Attachments: [attachment] = [] }: InternetGateway) => attachment?.VpcId;
  const isNamed = ({ Tags }: InternetGateway) => nameIn(Tags) !== undefined && nameIn(Tags) === wantedName(wanted);
  const rules = [
    (each: InternetGateway) => vpcId !== undefined && ofVpc(each) === vpcId,
    (each: InternetGateway) => ofVpc(each) === undefined && isNamed(each),
  ];
  const { candidates } = bestOf(all, rules, (each) => ({
    id: each.InternetGatewayId ?? "",
    description: described(nameIn(each.Tags), `attached to ${ofVpc(each) ?? "no VPC"}`),
  }));
  return { candidates };
};

function routeTablesIn(vpcId: string, { clients, once }: FindContext): Promise<RouteTable[]> {
  return once(`route tables of ${vpcId}`, async () => {
    const ec2 = await clients.ec2();
    return everyPage(async (NextToken) => {
      const page = await ec2.send(new DescribeRouteTablesCommand({ Filters: vpcFilter(vpcId), NextToken }));
      return [page.RouteTables, page.NextToken];
    });
  });
}

/** The route table in which the reference of another resource ends. */
async function routeTableOf(context: FindContext): Promise<RouteTable | undefined> {
  const id = await context.text("route_table_id");
  if (id === undefined) return undefined;
  const { clients, once } = context;
  const ec2 = await clients.ec2();
  const { RouteTables = [] } = await once(`route table ${id}`, () =>
    ec2.send(new DescribeRouteTablesCommand({ Filters: [{ Name: "route-table-id", Values: [id] }] })),
  );
  return RouteTables[0];
}

const refersTo = (address: string) => (value: unknown) =>
  typeof value === "string" && value.startsWith(`\${${address}.`);

/**
 * By the subnets that the code associates with it: the table that most of them have. Then by the routes that the code
 * puts into it, then by its name.
 */
const routeTable: Finder = async (wanted, context) => {
  const vpcId = await context.text("vpc_id");
  if (vpcId === undefined) return NONE_FOUND;
  const isOwn = refersTo(wanted.address);
  const partsOf = (type: string) => context.siblings(type).filter(({ values }) => isOwn(values["route_table_id"]));
  const resolved = await Promise.all(
    partsOf("aws_route_table_association").map(({ values }) => context.resolve(values["subnet_id"])),
  );
  const subnets = new Set(resolved);
  const targets = partsOf("aws_route").map(({ values }) => values["destination_cidr_block"]);
  const shared = ({ Associations = [] }: RouteTable) =>
    Associations.filter(({ SubnetId }) => SubnetId !== undefined && subnets.has(SubnetId)).length;
  const isMain = ({ Associations = [] }: RouteTable) => Associations.some(({ Main }) => Main === true);
  const routes = ({ Routes = [] }: RouteTable) => Routes.map(({ DestinationCidrBlock }) => DestinationCidrBlock);
  const isUnused = ({ Associations = [] }: RouteTable) => Associations.every(({ SubnetId }) => SubnetId === undefined);
  const all = await routeTablesIn(vpcId, context);
  const most = Math.max(0, ...all.map(shared));
  const rules = [
    (each: RouteTable) => most > 0 && shared(each) === most,
    (each: RouteTable) =>
      !isMain(each) && targets.length > 0 && targets.every((target) => routes(each).includes(String(target))),
    (each: RouteTable) => isUnused(each) && nameIn(each.Tags) !== undefined && nameIn(each.Tags) === wantedName(wanted),
  ];
  // A VPC always has a main table, which no code of this project manages.
  return bestOf(
    all.filter((each) => !isMain(each) || shared(each) > 0),
    rules,
    (each) => ({ id: each.RouteTableId ?? "", description: described(nameIn(each.Tags), subnetsText(each)) }),
  );
};

function subnetsText({ Associations = [] }: RouteTable): string {
  const ids = Associations.flatMap(({ SubnetId }) => SubnetId ?? []);
  return ids.length > 0 ? `of ${ids.join(" and ")}` : "of no subnet";
}

const route: Finder = async ({ values }, context) => {
  const table = await routeTableOf(context);
  const target = values["destination_cidr_block"];
  const found = (table?.Routes ?? []).filter(({ DestinationCidrBlock }) => DestinationCidrBlock === target);
  return {
    candidates: found.map(({ GatewayId, NatGatewayId, NetworkInterfaceId }) => ({
      id: `${table?.RouteTableId ?? ""}_${String(target)}`,
      description: `${String(target)} to ${GatewayId ?? NatGatewayId ?? NetworkInterfaceId ?? "another target"}`,
    })),
  };
};

/** A subnet has one table at most, whichever the code wants: AWS replaces it in place. */
const routeTableAssociation: Finder = async (_, context) => {
  const subnetId = await context.text("subnet_id");
  if (subnetId === undefined) return NONE_FOUND;
  const ec2 = await context.clients.ec2();
  const Filters = [{ Name: "association.subnet-id", Values: [subnetId] }];
  const { RouteTables = [] } = await ec2.send(new DescribeRouteTablesCommand({ Filters }));
  return {
    candidates: RouteTables.map(({ RouteTableId: id = "", Tags }) => ({
      id: `${subnetId}/${id}`,
      description: described(nameIn(Tags), `${subnetId} with ${id}`),
    })),
  };
};

const endpoint: Finder = async ({ values }, { clients, text }) => {
  const vpcId = await text("vpc_id");
  const service = values["service_name"];
  if (vpcId === undefined || typeof service !== "string") return NONE_FOUND;
  const ec2 = await clients.ec2();
  const Filters = [...vpcFilter(vpcId), { Name: "service-name", Values: [service] }];
  const all = await everyPage(async (NextToken) => {
    const page = await ec2.send(new DescribeVpcEndpointsCommand({ Filters, NextToken }));
    return [page.VpcEndpoints, page.NextToken];
  });
  const alive = all.filter(({ State }) => !/^(deleting|deleted|failed|rejected|expired)$/i.test(State ?? ""));
  const type = values["vpc_endpoint_type"] ?? "Gateway";
  const rules = [(each: (typeof all)[number]) => (each.VpcEndpointType ?? "Gateway") === type];
  return bestOf(alive, rules, (each) => ({
    id: each.VpcEndpointId ?? "",
    description: described(nameIn(each.Tags), each.VpcEndpointType, service),
  }));
};

const endpointAssociation: Finder = async (_, { clients, text, once }) => {
  const [endpointId, tableId] = [await text("vpc_endpoint_id"), await text("route_table_id")];
  if (endpointId === undefined || tableId === undefined) return NONE_FOUND;
  const ec2 = await clients.ec2();
  const { VpcEndpoints = [] } = await once(`endpoint ${endpointId}`, () =>
    ec2.send(new DescribeVpcEndpointsCommand({ VpcEndpointIds: [endpointId] })),
  );
  const isAssociated = VpcEndpoints.some(({ RouteTableIds = [] }) => RouteTableIds.includes(tableId));
  return {
    candidates: isAssociated ? [{ id: `${endpointId}/${tableId}`, description: `${endpointId} in ${tableId}` }] : [],
  };
};

const defaultNetworkAcl: Finder = async ({ values }, { clients, resolve }) => {
  const reference = values["default_network_acl_id"];
  // The attribute is one that AWS gives to the VPC, which the JSON refers to.
  const vpcId = typeof reference === "string" ? await resolve(reference.replace(/\.\w+\}$/, ".id}")) : undefined;
  if (typeof vpcId !== "string") return NONE_FOUND;
  const ec2 = await clients.ec2();
  const Filters = [...vpcFilter(vpcId), { Name: "default", Values: ["true"] }];
  const { NetworkAcls = [] } = await ec2.send(new DescribeNetworkAclsCommand({ Filters }));
  return {
    candidates: NetworkAcls.map(({ NetworkAclId: id = "", Tags }) => ({
      id,
      description: described(nameIn(Tags), `the default of ${vpcId}`),
    })),
  };
};

/** The parts of a VPC. */
export const NETWORK: Finders = {
  aws_vpc: vpc,
  aws_subnet: subnet,
  aws_internet_gateway: gateway,
  aws_route_table: routeTable,
  aws_route: route,
  aws_route_table_association: routeTableAssociation,
  aws_vpc_endpoint: endpoint,
  aws_vpc_endpoint_route_table_association: endpointAssociation,
  aws_default_network_acl: defaultNetworkAcl,
};
