import { created, destroyed, unchanged, updated } from "../support/plans";
import { opened } from "../support/opened";

describe("routes", () => {
  const route = (wish: object) => ({ route_table_id: "rtb-1", destination_cidr_block: "0.0.0.0/0", ...wish });

  test.each([
    [{ gateway_id: "igw-1" }, "routes 0.0.0.0/0 of rtb-1 to the internet gateway igw-1"],
    [{ gateway_id: "vgw-1" }, "routes 0.0.0.0/0 of rtb-1 to the VPN gateway vgw-1"],
    [{ nat_gateway_id: "nat-1" }, "routes 0.0.0.0/0 of rtb-1 to the NAT gateway nat-1"],
    [{ vpc_peering_connection_id: "pcx-1" }, "routes 0.0.0.0/0 of rtb-1 to the peering connection pcx-1"],
    [{ transit_gateway_id: "tgw-1" }, "routes 0.0.0.0/0 of rtb-1 to the transit gateway tgw-1"],
    [{ egress_only_gateway_id: "eigw-1", destination_cidr_block: "", destination_ipv6_cidr_block: "::/0" }, "routes ::/0 of rtb-1 to the egress-only internet gateway eigw-1"],
    [{ network_interface_id: "eni-1", destination_cidr_block: "", destination_prefix_list_id: "pl-1" }, "routes pl-1 of rtb-1 to the network interface eni-1"],
  ])("a new one: %j", (wish, words) => {
    expect(opened(created("aws_route.r", route(wish)))).toEqual([words]);
  }); // prettier-ignore

  test("the local route and targets that the provider fills in do not count", () => {
    const written = { route_table_id: true, destination_cidr_block: true } as const;
    expect(opened(created("aws_route.r", route({ gateway_id: "local" })))).toEqual([]);
    expect(opened(created("aws_route.r", route({}), { after_unknown: { instance_id: true }, written }))).toEqual([]);
  });

  test("a route to a gateway of the same plan shows its address", () => {
    const after_unknown = { gateway_id: true, route_table_id: true, network_interface_id: true };
    const written = {
      gateway_id: "aws_internet_gateway.g.id",
      route_table_id: "aws_route_table.t.id",
      destination_cidr_block: true,
    } as const;
    expect(opened(created("aws_route.r", { destination_cidr_block: "0.0.0.0/0" }, { after_unknown, written }))).toEqual(
      ["routes 0.0.0.0/0 of aws_route_table.t to the internet gateway aws_internet_gateway.g"],
    );
  });

  test.each(["aws_route_table", "aws_default_route_table"])("inline routes of %s: only the new ones", (type) => {
    const inside = (cidr_block: string) => ({ cidr_block, gateway_id: "", nat_gateway_id: "nat-1" });
    expect(opened(updated(`${type}.t`, { id: "rtb-1", route: [inside("10.0.0.0/8")] }, { id: "rtb-1", route: [inside("10.1.0.0/16"), inside("11.0.0.0/8")] }))).toEqual([
      `routes 11.0.0.0/8 of ${type}.t to the NAT gateway nat-1`,
    ]); // prettier-ignore
  });

  test.each(["aws_route_table", "aws_default_route_table"])("an imported %s shows the routes that it keeps", (type) => {
    const importing = { id: "any" };
    const inside = (cidr_block: string, gateway_id: string) => ({ cidr_block, gateway_id });
    const values = { id: "rtb-1", route: [inside("0.0.0.0/0", "igw-1"), inside("10.9.0.0/16", "vgw-1")] };
    const written = { vpc_id: true } as const;
    const gateway = unchanged("aws_internet_gateway.g", { id: "igw-1" }, { importing });
    const internet = unchanged("aws_route.r", route({ id: "r-1", gateway_id: "igw-1" }), { importing, written: { gateway_id: true } }); // prettier-ignore
    const table = unchanged(`${type}.t`, values, { importing, written });
    const kept = (what: string) => `routes ${what}: the import keeps the route, which the code does not have`;
    expect(opened(gateway, table)).toEqual([
      kept(`0.0.0.0/0 of ${type}.t to the internet gateway aws_internet_gateway.g`),
      kept(`10.9.0.0/16 of ${type}.t to the VPN gateway vgw-1`),
    ]);
    expect(opened(gateway, table, internet)).toEqual([kept(`10.9.0.0/16 of ${type}.t to the VPN gateway vgw-1`)]);
    // What the state has already was shown before, and a table whose code lists its routes loses the others.
    expect(opened(gateway, unchanged(`${type}.t`, values, { written }))).toEqual([]);
    expect(opened(unchanged(`${type}.t`, values, { importing, written: { route: true } }))).toEqual([]);
  });

  test("inline routes that are unknown, in part or as a whole", () => {
    const wish = {
      after_unknown: { route: [{ cidr_block: true }] },
      written: { route: "aws_nat_gateway.n.id" },
    } as const;
    const after = { id: "rtb-1", route: [{ nat_gateway_id: "nat-1" }] };
    expect(opened(updated("aws_route_table.t", { id: "rtb-1", route: [] }, after, wish))).toEqual([
      "routes (known after apply) of aws_route_table.t to the NAT gateway nat-1",
    ]);
    const table = (written: object) =>
      created("aws_route_table.t", {}, { after_unknown: { route: true }, written: { vpc_id: true, ...written } });
    expect(opened(table({ route: true }))).toHaveLength(1);
    expect(opened(table({}))).toEqual([]);
  });

  test("a route at another address opens nothing, one to another target does", () => {
    const before = destroyed("aws_route.a", route({ nat_gateway_id: "nat-1" }));
    expect(opened(before, created("aws_route.b", route({ nat_gateway_id: "nat-1" })))).toEqual([]);
    expect(opened(before, created("aws_route.b", route({ nat_gateway_id: "nat-2" })))).toHaveLength(1);
  });
});

describe("associations of route tables", () => {
  const table = unchanged("aws_route_table.public", {
    id: "rtb-1",
    route: [{ cidr_block: "0.0.0.0/0", gateway_id: "igw-1" }],
  });
  const inner = unchanged("aws_route_table.private", { id: "rtb-2", route: [] });
  const address = "aws_route_table_association.a";
  const words = ["gives subnet-1 the routes of aws_route_table.public"];

  test("a subnet that gets a route table with a route out of the VPC", () => {
    expect(opened(table, inner, updated(address, { subnet_id: "subnet-1", route_table_id: "rtb-2" }, { subnet_id: "subnet-1", route_table_id: "rtb-1" }))).toEqual(words); // prettier-ignore
    expect(opened(table, inner, updated(address, { subnet_id: "subnet-1", route_table_id: "rtb-1" }, { subnet_id: "subnet-1", route_table_id: "rtb-2" }))).toEqual([]); // prettier-ignore
    expect(opened(table, created(address, { subnet_id: "subnet-1", route_table_id: "rtb-1" }))).toEqual(words);
  });

  test("a route table outside the plan is assumed to have such a route", () => {
    expect(opened(created(address, { subnet_id: "subnet-1", route_table_id: "rtb-9" }))).toEqual([
      "gives subnet-1 the routes of rtb-9",
    ]);
    expect(
      opened(created("aws_main_route_table_association.a", { vpc_id: "vpc-1", route_table_id: "rtb-9" })),
    ).toHaveLength(1);
  });

  test("the same association at another address opens nothing", () => {
    const values = { subnet_id: "subnet-1", route_table_id: "rtb-1" };
    expect(opened(table, destroyed("aws_route_table_association.b", values), created(address, values))).toEqual([]);
  });

  test("if subnet and table are both new, the routes are the finding", () => {
    const written = { subnet_id: "aws_subnet.s.id", route_table_id: "aws_route_table.t.id" } as const;
    const made = [
      created("aws_subnet.s", {}, { after_unknown: { id: true } }),
      created("aws_route_table.t", {}, { after_unknown: { id: true } }),
      created("aws_route.r", { destination_cidr_block: "0.0.0.0/0", nat_gateway_id: "nat-1" }, { after_unknown: { route_table_id: true }, written: { route_table_id: "aws_route_table.t.id", nat_gateway_id: true, destination_cidr_block: true } }),
      created(address, {}, { after_unknown: { subnet_id: true, route_table_id: true }, written }),
    ]; // prettier-ignore
    expect(opened(...made)).toEqual(["routes 0.0.0.0/0 of aws_route_table.t to the NAT gateway nat-1"]);
  });
});
