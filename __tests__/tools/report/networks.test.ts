import { join } from "node:path";
import { vpcsOf } from "../../../tools/report/networks";
import { readStacks } from "../../../tools/synth/read-stacks";
import { writeOutput } from "../terraform/support/synthesized-output";
import { temporaryFolder } from "../terraform/support/temporary-folder";

const folder = temporaryFolder();

const vpcId = "${aws_vpc.main.id}";
const subnet = (cidr: string, zone: string) => ({ vpc_id: vpcId, cidr_block: cidr, availability_zone: zone });

/** A VPC with a public subnet at its beginning and a private one in its second half; the rest is free. */
const network = (cidr: string, publicCidr: string, privateCidr: string) => ({
  resource: {
    aws_vpc: { main: { cidr_block: cidr, tags: { Name: "main-vpc" } } },
    aws_subnet: { open: subnet(publicCidr, "eu-west-1a"), closed: subnet(privateCidr, "eu-west-1b") },
    aws_internet_gateway: { gateway: { vpc_id: vpcId } },
    aws_route_table: { open: { vpc_id: vpcId }, closed: { vpc_id: vpcId } },
    aws_route: { internet: { route_table_id: "${aws_route_table.open.id}", gateway_id: "${aws_internet_gateway.gateway.id}" } },
    aws_route_table_association: {
      open: { subnet_id: "${aws_subnet.open.id}", route_table_id: "${aws_route_table.open.id}" },
      closed: { subnet_id: "${aws_subnet.closed.id}", route_table_id: "${aws_route_table.closed.id}" },
    },
  },
}); // prettier-ignore

const read = (stacks: Parameters<typeof writeOutput>[1]) =>
  vpcsOf(readStacks(writeOutput(join(folder(), "out"), stacks)));

test("a VPC has its subnets to scale, in the order of their addresses, with their zones and who reaches them", () => {
  const [vpc] = read({ a: network("10.0.0.0/20", "10.0.0.0/24", "10.0.8.0/21") });
  expect(vpc).toEqual({
    ...{ stack: "a", name: "main-vpc", cidr: "10.0.0.0/20", overlapsWith: [] },
    subnets: [
      { cidr: "10.0.0.0/24", start: 0, size: 1 / 16, zone: "eu-west-1a", isPublic: true },
      { cidr: "10.0.8.0/21", start: 1 / 2, size: 1 / 2, zone: "eu-west-1b", isPublic: false },
    ],
  });
});

test("VPCs with addresses of the same range name each other", () => {
  const vpcs = read({
    a: network("10.0.0.0/20", "10.0.0.0/24", "10.0.8.0/21"),
    b: network("10.0.8.0/22", "10.0.8.0/24", "10.0.9.0/24"),
    c: network("10.0.16.0/20", "10.0.16.0/24", "10.0.17.0/24"),
  });
  expect(vpcs.map(({ stack, overlapsWith }) => [stack, overlapsWith])).toEqual([
    ["a", ["b"]],
    ["b", ["a"]],
    ["c", []],
  ]);
});
