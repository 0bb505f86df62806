import { networkFindings, networkLosses } from "../../../../tools/review/network-findings";
import { created, destroyed, type Planned, replaced, resourcesOf, unchanged, updated } from "../support/plans";

const lost = (...resources: Planned[]): string[] =>
  networkLosses(resourcesOf(...resources)).map(({ address, message }) => `${address} ${message}`);

const EVERYBODY = { cidr_blocks: ["0.0.0.0/0"], protocol: "tcp", from_port: 443, to_port: 443 };
const OFFICE = { ...EVERYBODY, cidr_blocks: ["10.0.0.0/20"] };

const vpc = { id: "vpc-1", cidr_block: "10.0.0.0/20" };
const gateway = { id: "igw-1", vpc_id: "vpc-1" };
const table = { id: "rtb-1", vpc_id: "vpc-1" };
const route = { route_table_id: "rtb-1", destination_cidr_block: "0.0.0.0/0", gateway_id: "igw-1" };
const subnet = { id: "subnet-1", vpc_id: "vpc-1", cidr_block: "10.0.0.0/24", availability_zone: "eu-west-1a" };
const association = { subnet_id: "subnet-1", route_table_id: "rtb-1" };
const web = (...ingress: object[]) => ({ id: "sg-1", name: "dev-web", vpc_id: "vpc-1", ingress, egress: [] });

const tier = (make: typeof destroyed) => [
  make("aws_internet_gateway.public", gateway),
  make("aws_route_table.public", table),
  make("aws_route.internet", route),
  make("aws_subnet.public-a", subnet),
  make("aws_route_table_association.public-a", association),
];

test("a public tier that is removed: the way out, what used it, and who is no longer reached", () => {
  expect(
    lost(
      unchanged("aws_vpc.vpc", vpc),
      unchanged("aws_security_group.web", web(EVERYBODY)),
      unchanged("aws_security_group.inner", web(OFFICE)),
      unchanged("aws_lb.web", { subnets: ["subnet-1"] }),
      ...tier(destroyed),
    ),
  ).toEqual([
    "aws_internet_gateway.public no longer gives aws_vpc.vpc a gateway to the internet",
    "aws_route.internet no longer routes 0.0.0.0/0 of aws_route_table.public to the internet gateway aws_internet_gateway.public, the way out of aws_subnet.public-a",
    "aws_security_group.web the internet no longer reaches the members of dev-web: its VPC loses the internet gateway",
    "aws_subnet.public-a removes the subnet 10.0.0.0/24 in eu-west-1a: used by aws_lb.web. AWS refuses while anything runs in it",
  ]);
});

test("a tier that is unchanged or created loses nothing", () => {
  expect(lost(unchanged("aws_vpc.vpc", vpc), ...tier(unchanged))).toEqual([]);
  expect(lost(created("aws_vpc.vpc", vpc), ...tier(created))).toEqual([]);
});

test("of a VPC that is destroyed as a whole, the VPC alone is listed", () => {
  const group = destroyed("aws_security_group.web", web(EVERYBODY));
  const rule = destroyed("aws_vpc_security_group_egress_rule.r", { security_group_id: "sg-1", ip_protocol: "-1", cidr_ipv4: "0.0.0.0/0" }); // prettier-ignore
  expect(lost(destroyed("aws_vpc.vpc", vpc), group, rule, ...tier(destroyed))).toEqual([
    "aws_vpc.vpc is destroyed, with every path in it and out of it",
  ]);
});

describe("a rule of a security group", () => {
  test("that is removed or narrowed", () => {
    const words = "no longer lets 10.0.0.0/20 connect to aws_security_group.web on port 443";
    const change = updated("aws_security_group.web", web(OFFICE), web());
    expect(lost(change)).toEqual([`aws_security_group.web ${words}`]);
    const narrower = { ...OFFICE, cidr_blocks: ["10.0.0.0/24"] };
    expect(lost(updated("aws_security_group.web", web(OFFICE), web(narrower)))).toHaveLength(1);
  });

  test("that is only written differently is no loss", () => {
    const halves = { ...OFFICE, cidr_blocks: ["10.0.0.0/21", "10.0.8.0/21"] };
    expect(lost(updated("aws_security_group.web", web(OFFICE), web(halves)))).toEqual([]);
    expect(lost(replaced("aws_security_group.web", web(OFFICE), { ...web(OFFICE), id: "sg-2" }))).toEqual([
      "aws_security_group.web its id changes: members and rules outside the code no longer have it",
    ]);
  });

  test("that is known only after the apply may stay", () => {
    const change = updated("aws_security_group.web", web(OFFICE), {}, { after_unknown: { ingress: true } });
    expect(lost(change)).toEqual([]);
  });

  test("is not listed for a group that is destroyed", () => {
    expect(lost(unchanged("aws_vpc.vpc", vpc), destroyed("aws_security_group.web", web(OFFICE)))).toEqual([]);
  });
});

test("an instance that leaves a security group", () => {
  const instance = (...ids: string[]) => ({ vpc_security_group_ids: ids });
  expect(
    lost(
      unchanged("aws_security_group.web", web()),
      updated("aws_db_instance.a", instance("sg-1", "sg-9"), instance("sg-9")),
    ),
  ).toEqual(["aws_db_instance.a leaves the security group aws_security_group.web, and loses the traffic that it allows"]); // prettier-ignore
});

test.each(["aws_vpc", "aws_subnet", "aws_vpc_endpoint", "aws_security_group"])("the id of a replaced %s", (type) => {
  expect(lost(replaced(`${type}.a`, {}, {}))).toEqual([expect.stringContaining("its id changes")]);
  expect(lost(updated(`${type}.a`, {}, {}))).toEqual([]);
});

test.each([
  { address: "aws_db_instance.a", before: { publicly_accessible: true }, after: { publicly_accessible: false } },
  { address: "aws_subnet.a", before: { map_public_ip_on_launch: true }, after: { map_public_ip_on_launch: false } },
  { address: "aws_lb.a", before: { internal: false }, after: { internal: true } },
  { address: "aws_vpc.a", before: { enable_dns_support: true }, after: { enable_dns_support: false } },
  { address: "aws_vpc.a", before: { enable_dns_hostnames: true }, after: { enable_dns_hostnames: false } },
])("$address from $before to $after", ({ address, before, after }) => {
  expect(lost(updated(address, before, after))).toHaveLength(1);
  expect(lost(updated(address, after, before))).toEqual([]);
});

test.each([
  {
    address: "aws_nat_gateway.a",
    values: { subnet_id: "subnet-9" },
    message: "removes a NAT gateway in subnet-9",
  },
  {
    address: "aws_vpc_endpoint.a",
    values: { vpc_id: "vpc-1", service_name: "com.amazonaws.eu-west-1.s3" },
    message: "no longer connects vpc-1 to com.amazonaws.eu-west-1.s3",
  },
])("a connection that is destroyed: $address", ({ address, values, message }) => {
  expect(lost(destroyed(address, values))).toEqual([`${address} ${message}`]);
});

test("each path that a plan opens is lost in the reversed plan", () => {
  const opening = updated("aws_security_group.web", web(), web(OFFICE));
  const closing = updated("aws_security_group.web", web(OFFICE), web());
  const opened = networkFindings(resourcesOf(opening)).map(({ message }) => `no longer ${message}`);
  expect(networkLosses(resourcesOf(closing)).map(({ message }) => message)).toEqual(opened);
  expect(networkFindings(resourcesOf(closing))).toEqual([]);
});
