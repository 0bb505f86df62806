import { find, idsOf, type Answers } from "../fake-account";

const name = (Value: string) => [{ Key: "Name", Value }];
const VPC = "${aws_vpc.network.id}";
const references = { [VPC]: "vpc-1", "${aws_subnet.a.id}": "subnet-a", "${aws_route_table.a.id}": "rtb-a" };

describe("a VPC", () => {
  const vpcs = (...all: object[]): Answers => ({ DescribeVpcs: { Vpcs: all } });
  const values = { cidr_block: "10.0.0.0/20", tags: { Name: "dev-vpc" } };
  const type = "aws_vpc";

  test.each([
    {
      rule: "range and name",
      of: [
        ["vpc-1", "10.0.0.0/20", "dev-vpc"],
        ["vpc-2", "10.0.0.0/20", "other"],
      ],
      ids: ["vpc-1"],
    },
    {
      rule: "its range, whatever its name",
      of: [
        ["vpc-1", "10.0.0.0/20", "x"],
        ["vpc-2", "10.1.0.0/20", "y"],
      ],
      ids: ["vpc-1"],
    },
    {
      rule: "its name, whatever its range",
      of: [
        ["vpc-1", "10.9.0.0/20", "dev-vpc"],
        ["vpc-2", "10.1.0.0/20", "y"],
      ],
      ids: ["vpc-1"],
    },
    { rule: "nothing else", of: [["vpc-2", "10.1.0.0/20", "y"]], ids: [] },
    {
      rule: "both of two with its range",
      of: [
        ["vpc-1", "10.0.0.0/20", "x"],
        ["vpc-2", "10.0.0.0/20", "y"],
      ],
      ids: ["vpc-1", "vpc-2"],
    },
  ])("is found by $rule", async ({ of, ids }) => {
    const answers = vpcs(...of.map(([VpcId, CidrBlock, tag = ""]) => ({ VpcId, CidrBlock, Tags: name(tag) })));
    expect(await idsOf({ type, values, answers })).toEqual(ids);
  });

  test("is never the default VPC of the account", async () => {
    const answers = vpcs({ VpcId: "vpc-0", CidrBlock: "10.0.0.0/20", IsDefault: true });
    expect(await find({ type, values, answers })).toEqual({ candidates: [], others: [] });
  });

  test("is looked for on every page", async () => {
    const answers: Answers = {
      DescribeVpcs: ({ NextToken }: { NextToken?: string }) =>
        NextToken === undefined
          ? { Vpcs: [], NextToken: "2" }
          : { Vpcs: [{ VpcId: "vpc-1", CidrBlock: "10.0.0.0/20" }] },
    };
    expect(await idsOf({ type, values, answers })).toEqual(["vpc-1"]);
  });
});

describe("a subnet", () => {
  const type = "aws_subnet";
  const values = { vpc_id: VPC, cidr_block: "10.0.0.0/24", availability_zone: "eu-west-1a", tags: { Name: "dev-a" } };
  const answers: Answers = {
    DescribeSubnets: {
      Subnets: [
        { SubnetId: "subnet-1", CidrBlock: "10.0.0.0/24", AvailabilityZone: "eu-west-1a" },
        { SubnetId: "subnet-2", CidrBlock: "10.0.1.0/24", AvailabilityZone: "eu-west-1a", Tags: name("dev-a") },
      ],
    },
  };

  test("is found by its range and zone in the VPC that was found; the others are those that it is not", async () => {
    const { candidates, others } = await find({ type, values, answers, references });
    expect(candidates).toEqual([{ id: "subnet-1", description: "10.0.0.0/24, eu-west-1a" }]);
    expect(others?.map(({ id }) => id)).toEqual(["subnet-2"]);
  });

  test("of a VPC that was not found is not looked for", async () => {
    expect(await idsOf({ type, values, answers })).toEqual([]);
  });
});

describe("a route table", () => {
  const type = "aws_route_table";
  const own = "${aws_route_table.wanted.id}";
  const association = {
    type: "aws_route_table_association",
    address: "aws_route_table_association.a",
    values: { subnet_id: "${aws_subnet.a.id}", route_table_id: own },
  };
  const route = {
    type: "aws_route",
    address: "aws_route.out",
    values: { destination_cidr_block: "0.0.0.0/0", route_table_id: own },
  };
  const values = { vpc_id: VPC, tags: { Name: "dev-public" } };
  const main = { RouteTableId: "rtb-main", Associations: [{ Main: true }] };
  const tables = (...all: object[]): Answers => ({ DescribeRouteTables: { RouteTables: [main, ...all] } });
  const out = { Routes: [{ DestinationCidrBlock: "0.0.0.0/0", GatewayId: "igw-1" }] };

  test("is that of the subnets that the code gives it, whatever its name and routes", async () => {
    const answers = tables(
      { RouteTableId: "rtb-1", Associations: [{ SubnetId: "subnet-b" }], Tags: name("dev-public"), ...out },
      { RouteTableId: "rtb-2", Associations: [{ SubnetId: "subnet-a" }] },
    );
    expect(await idsOf({ type, values, answers, references, siblings: [association, route] })).toEqual(["rtb-2"]);
  });

  test("without such a subnet is that with the routes of the code", async () => {
    const answers = tables({ RouteTableId: "rtb-1", ...out }, { RouteTableId: "rtb-2" });
    expect(await idsOf({ type, values, answers, references, siblings: [association, route] })).toEqual(["rtb-1"]);
  });

  test("is never the main table, which every VPC has", async () => {
    expect(await find({ type, values, answers: tables(), references })).toEqual({ candidates: [], others: [] });
  });

  test("has an association with the table that its subnet has, and each of its routes by destination", async () => {
    const answers = tables();
    const of = { DescribeRouteTables: { RouteTables: [{ RouteTableId: "rtb-9", ...out }] } };
    const { type: associationType, values: associated } = association;
    expect(await idsOf({ type: associationType, values: associated, answers: of, references })).toEqual([
      "subnet-a/rtb-9",
    ]);
    const inTable = { destination_cidr_block: "0.0.0.0/0", route_table_id: "${aws_route_table.a.id}" };
    expect(await idsOf({ type: "aws_route", values: inTable, answers: of, references })).toEqual(["rtb-9_0.0.0.0/0"]);
    const other = { ...inTable, destination_cidr_block: "10.9.0.0/16" };
    expect(await idsOf({ type: "aws_route", values: other, answers: of, references })).toEqual([]);
    expect(await idsOf({ type: "aws_route", values: other, answers, references: {} })).toEqual([]);
  });
});

test("the gateway is the one that is attached to the VPC, else one of the same name that no VPC has", async () => {
  const gateway = (id: string, vpcId?: string) => ({
    InternetGatewayId: id,
    Attachments: vpcId === undefined ? [] : [{ VpcId: vpcId }],
    Tags: name("x"),
  });
  const inAws = (...InternetGateways: object[]) =>
    idsOf({
      type: "aws_internet_gateway",
      values: { vpc_id: VPC, tags: { Name: "x" } },
      answers: { DescribeInternetGateways: { InternetGateways } },
      references,
    });
  expect(await inAws(gateway("igw-1", "vpc-1"), gateway("igw-2", "vpc-2"), gateway("igw-3"))).toEqual(["igw-1"]);
  expect(await inAws(gateway("igw-2", "vpc-2"), gateway("igw-3"), { ...gateway("igw-4"), Tags: name("y") })).toEqual([
    "igw-3",
  ]);
  expect(await inAws(gateway("igw-2", "vpc-2"))).toEqual([]);
});

describe("an endpoint", () => {
  const values = { vpc_id: VPC, service_name: "com.amazonaws.eu-west-1.s3", vpc_endpoint_type: "Gateway" };
  const answers: Answers = {
    DescribeVpcEndpoints: {
      VpcEndpoints: [
        { VpcEndpointId: "vpce-1", VpcEndpointType: "Interface", State: "available" },
        { VpcEndpointId: "vpce-2", VpcEndpointType: "Gateway", State: "deleted" },
        { VpcEndpointId: "vpce-3", VpcEndpointType: "Gateway", State: "available", RouteTableIds: ["rtb-a"] },
      ],
    },
  };

  test("has the type of the code, and exists", async () => {
    expect(await idsOf({ type: "aws_vpc_endpoint", values, answers, references })).toEqual(["vpce-3"]);
  });

  test("is associated with a table if AWS has it there", async () => {
    const type = "aws_vpc_endpoint_route_table_association";
    const all = { ...references, "${aws_vpc_endpoint.s3.id}": "vpce-3", "${aws_route_table.b.id}": "rtb-b" };
    const at = (table: string) => ({ vpc_endpoint_id: "${aws_vpc_endpoint.s3.id}", route_table_id: table });
    const ids = (table: string) => idsOf({ type, values: at(table), answers, references: all });
    expect(await ids("${aws_route_table.a.id}")).toEqual(["vpce-3/rtb-a"]);
    expect(await ids("${aws_route_table.b.id}")).toEqual([]);
  });
});

test("the default network ACL is that of the VPC whose attribute the code refers to", async () => {
  const values = { default_network_acl_id: "${aws_vpc.network.default_network_acl_id}" };
  const answers: Answers = { DescribeNetworkAcls: { NetworkAcls: [{ NetworkAclId: "acl-1" }] } };
  expect(await idsOf({ type: "aws_default_network_acl", values, answers, references })).toEqual(["acl-1"]);
});
