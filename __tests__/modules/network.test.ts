import { Network, type NetworkProps } from "../../modules/network";
import { PRIVATE_SUBNETS, PUBLIC_SUBNETS } from "../config/estate-fixture";
import { synthModule } from "../support/module";
import type { Resource, StackReader } from "../support/stack-reader";

const props: NetworkProps = {
  name: "dev-vpc",
  region: "eu-west-1",
  cidrBlock: "10.0.0.0/20",
  publicSubnets: PUBLIC_SUBNETS,
  privateSubnets: PRIVATE_SUBNETS,
};

const network = (changes: Partial<NetworkProps> = {}) =>
  synthModule((scope) => {
    new Network(scope, "network", { ...props, ...changes });
  });

const zonesOf = (stack: StackReader, tier: string) =>
  stack
    .all("aws_subnet")
    .filter(({ path }) => path.startsWith(`network/${tier}/`))
    .map(({ values }) => [values["availability_zone"], values["cidr_block"]]);

test("is a VPC of the given size, with DNS support and host names", () => {
  expect(network().one("aws_vpc")).toMatchObject({
    cidr_block: "10.0.0.0/20",
    enable_dns_support: true,
    enable_dns_hostnames: true,
    tags: { Name: "dev-vpc" },
  });
});

test("has a public and a private subnet in each zone", () => {
  const stack = network();
  expect(zonesOf(stack, "public")).toEqual(PUBLIC_SUBNETS.map(({ zone, cidrBlock }) => [zone, cidrBlock]));
  expect(zonesOf(stack, "private")).toEqual(PRIVATE_SUBNETS.map(({ zone, cidrBlock }) => [zone, cidrBlock]));
});

test("has a route to the internet in the public tier only, and no NAT gateway", () => {
  const stack = network();
  expect(stack.one("aws_route")).toEqual({
    route_table_id: stack.reference("network/public/routes"),
    destination_cidr_block: "0.0.0.0/0",
    gateway_id: stack.reference("network/public/gateway"),
  });
  for (const { values } of stack.all("aws_route_table")) expect(values).not.toHaveProperty("route");
  expect(stack.resources.map(({ type }) => type)).not.toContain("aws_nat_gateway");
  expect(stack.resources.map(({ type }) => type)).not.toContain("aws_egress_only_internet_gateway");
});

test("has one route table for the public subnets and one for each private subnet", () => {
  const stack = network();
  const tableOf = (place: string) => stack.at(`network/${place}/association`);
  for (const zone of ["eu-west-1a", "eu-west-1b"]) {
    expect(tableOf(`public/${zone}`)).toEqual({
      subnet_id: stack.reference(`network/public/${zone}/subnet`),
      route_table_id: stack.reference("network/public/routes"),
    });
    expect(tableOf(`private/${zone}`)).toEqual({
      subnet_id: stack.reference(`network/private/${zone}/subnet`),
      route_table_id: stack.reference(`network/private/${zone}/routes`),
    });
  }
  expect(stack.all("aws_route_table")).toHaveLength(3);
  expect(stack.all("aws_route_table_association")).toHaveLength(4);
});

test("has the free S3 gateway endpoint on every route table", () => {
  const stack = network();
  expect(stack.one("aws_vpc_endpoint")).toMatchObject({
    vpc_endpoint_type: "Gateway",
    service_name: "com.amazonaws.eu-west-1.s3",
  });
  const tables = stack.all("aws_route_table").map(({ address }) => `\${${address}.id}`);
  const reached = stack.all("aws_vpc_endpoint_route_table_association").map(({ values }) => values["route_table_id"]);
  expect(reached.sort()).toEqual(tables.sort());
});

test("the default security group is managed with explicitly empty rules in both directions", () => {
  const group = network().one("aws_default_security_group");
  expect(group).toMatchObject({ ingress: [], egress: [], tags: { Name: "dev-vpc-default-unused" } });
});

test("the default network ACL has AWS's own rules, and AWS decides its subnets", () => {
  const stack = network();
  const rule = { rule_no: 100, protocol: "-1", action: "allow", cidr_block: "0.0.0.0/0", from_port: 0, to_port: 0 };
  expect(stack.one("aws_default_network_acl")).toMatchObject({
    default_network_acl_id: stack.reference("network/vpc", "default_network_acl_id"),
    ingress: [rule],
    egress: [rule],
    lifecycle: { ignore_changes: ["subnet_ids"] },
  });
});

describe("public addresses", () => {
  const mapped = (stack: StackReader) =>
    Object.fromEntries(stack.all("aws_subnet").map(({ path, values }) => [path, values["map_public_ip_on_launch"]]));

  test("are not assigned to instances by default", () => {
    expect(new Set(Object.values(mapped(network())))).toEqual(new Set([false]));
  });

  test("are assigned in the public tier only, on request", () => {
    expect(mapped(network({ mapPublicAddresses: true }))).toEqual({
      "network/public/eu-west-1a/subnet": true,
      "network/public/eu-west-1b/subnet": true,
      "network/private/eu-west-1a/subnet": false,
      "network/private/eu-west-1b/subnet": false,
    });
  });
});

describe("without public subnets", () => {
  const isPublic = ({ path }: Resource) => path.startsWith("network/public");

  test("has no internet gateway, no route and no public route table", () => {
    const types = network({ publicSubnets: [] }).resources.map(({ type }) => type);
    expect(types).not.toContain("aws_internet_gateway");
    expect(types).not.toContain("aws_route");
    expect(types.filter((type) => type === "aws_route_table")).toHaveLength(2);
  });

  test("leaves every other resource and its address unchanged", () => {
    const both = network().resources;
    expect(both.filter(isPublic)).not.toHaveLength(0);
    expect(JSON.stringify(network({ publicSubnets: [] }).resources)).toBe(
      JSON.stringify(both.filter((resource) => !isPublic(resource))),
    );
  });
});

test("a subnet's address contains its zone, so that another zone changes no other address", () => {
  const third = { zone: "eu-west-1c", cidrBlock: "10.0.10.0/24" };
  const before = network();
  const after = network({ privateSubnets: [third, ...props.privateSubnets] });
  for (const resource of before.resources) expect(after.resourceAt(resource.path)).toEqual(resource);
});

test("a network without a private tier is valid", () => {
  const stack = network({ privateSubnets: [] });
  expect(stack.resources.filter(({ path }) => path.startsWith("network/private"))).toEqual([]);
  expect(stack.all("aws_subnet")).toHaveLength(2);
});

test("the id of a public subnet is found by its zone, and a zone without one is an error", () => {
  synthModule((scope) => {
    const made = new Network(scope, "network", props);
    expect(made.publicSubnetIdIn("eu-west-1b")).toBe(made.publicSubnetIds[1]);
    expect(() => made.publicSubnetIdIn("eu-west-1c")).toThrow(
      'zone of a public subnet must be one of eu-west-1a, eu-west-1b, got "eu-west-1c"',
    );
  });
});

test("further tiers are private subnets with routes of their own, and leave the others as they are", () => {
  const subnets = PRIVATE_SUBNETS.map(({ zone }, index) => ({ zone, cidrBlock: `10.0.3.${index * 64}/26` }));
  const [before, after] = [network(), network({ tiers: [{ name: "data", subnets }] })];
  expect(zonesOf(after, "tier/data")).toEqual(subnets.map(({ zone, cidrBlock }) => [zone, cidrBlock]));
  const others = after.resources.filter(({ path }) => !path.startsWith("network/tier/"));
  expect(others).toEqual(before.resources);
  const zone = subnets[0]?.zone ?? "";
  expect(after.at(`network/tier/data/${zone}/association`)["route_table_id"]).toBe(
    after.reference(`network/tier/data/${zone}/routes`),
  );
  expect(after.at(`network/tier/data/${zone}/subnet`)).toMatchObject({
    map_public_ip_on_launch: false,
    tags: { Name: `dev-vpc-data-${zone}` },
  });
  expect(after.all("aws_route")).toEqual(before.all("aws_route"));
});
