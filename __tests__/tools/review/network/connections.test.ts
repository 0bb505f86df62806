import { created, destroyed, unchanged, updated } from "../support/plans";
import { opened } from "../support/opened";

describe("connections of networks", () => {
  test.each([
    ["aws_internet_gateway", { vpc_id: "vpc-1" }, "gives vpc-1 a gateway to the internet"],
    ["aws_nat_gateway", { subnet_id: "subnet-1" }, "creates a NAT gateway in subnet-1"],
    ["aws_vpc_peering_connection", { vpc_id: "vpc-1", peer_vpc_id: "vpc-2" }, "joins vpc-1 with vpc-2"],
    ["aws_vpc_peering_connection_accepter", { vpc_peering_connection_id: "pcx-1" }, "accepts the peering pcx-1"],
    [
      "aws_ec2_transit_gateway_vpc_attachment",
      { vpc_id: "vpc-1", transit_gateway_id: "tgw-1" },
      "joins vpc-1 to tgw-1",
    ],
    ["aws_vpc_endpoint", { vpc_id: "vpc-1", service_name: "s3" }, "connects vpc-1 to s3"],
    ["aws_eip", {}, "reserves a public address"],
    ["aws_eip_association", { instance_id: "i-1" }, "gives i-1 a public address"],
  ])("%s", (type, values, words) => {
    expect(opened(created(`${type}.a`, values))).toEqual([words]);
    expect(opened(unchanged(`${type}.a`, values))).toEqual([]);
    expect(opened(updated(`${type}.a`, { ...values, tags: {} }, { ...values, tags: { a: "b" } }))).toEqual([]);
    expect(opened(destroyed(`${type}.a`, values))).toEqual([]);
  });

  test("a connection that moves to another address is not new; one with another target is", () => {
    const gateway = (vpc_id: string) => ({ vpc_id });
    expect(
      opened(
        destroyed("aws_internet_gateway.a", gateway("vpc-1")),
        created("aws_internet_gateway.b", gateway("vpc-1")),
      ),
    ).toEqual([]);
    expect(
      opened(
        destroyed("aws_internet_gateway.a", gateway("vpc-1")),
        created("aws_internet_gateway.b", gateway("vpc-2")),
      ),
    ).toHaveLength(1);
    expect(opened(updated("aws_internet_gateway.a", gateway("vpc-1"), gateway("vpc-2")))).toHaveLength(1);
  });

  test("a further public address is new", () => {
    expect(opened(unchanged("aws_eip.a", {}), destroyed("aws_eip.c", {}), created("aws_eip.b", {}))).toHaveLength(1);
  });

  test("only the endpoint is listed if endpoint and route table are both new", () => {
    const written = { vpc_endpoint_id: "aws_vpc_endpoint.e.id", route_table_id: "aws_route_table.t.id" } as const;
    const association = created("aws_vpc_endpoint_route_table_association.a", {}, { after_unknown: { vpc_endpoint_id: true, route_table_id: true }, written }); // prettier-ignore
    const endpoint = created(
      "aws_vpc_endpoint.e",
      { service_name: "s3" },
      { after_unknown: { id: true }, written: { service_name: true } },
    );
    const table = created("aws_route_table.t", {}, { after_unknown: { id: true } });
    expect(opened(endpoint, table, association)).toEqual(["connects something to s3"]);
    expect(opened(endpoint, association)).toHaveLength(2);
  });
});
