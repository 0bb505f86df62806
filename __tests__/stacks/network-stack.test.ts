import { awkward, example, smallWith, found } from "../support/estates";
import { synthesize } from "../support/synthesize";

const shipped = synthesize(example());
const subnets = (id: string, tier: string, from = shipped) =>
  from
    .stack(id)
    .all("aws_subnet")
    .filter(({ path }) => path.startsWith(`network/${tier}/`))
    .map(({ values }) => `${String(values["availability_zone"])} ${String(values["cidr_block"])}`);

test("is by default the network that the console's VPC wizard makes", () => {
  expect(shipped.stack("dev-network").one("aws_vpc")).toMatchObject({ cidr_block: "10.0.0.0/20", tags: { Name: "dev-irl-galileo-vpc" } });
  expect(subnets("dev-network", "public")).toEqual(["eu-west-1a 10.0.0.0/24", "eu-west-1b 10.0.1.0/24"]);
  expect(subnets("dev-network", "private")).toEqual(["eu-west-1a 10.0.8.0/24", "eu-west-1b 10.0.9.0/24"]);
});

test("shows the VPC and its subnets in the order of their zones", () => {
  const stack = shipped.stack("dev-network");
  const ids = (tier: string) => ["a", "b"].map((zone) => `\${${stack.resourceAt(`network/${tier}/eu-west-1${zone}/subnet`).address}.id}`);
  expect(stack.outputs).toMatchObject({
    "vpc-id": { value: `\${${stack.resourceAt("network/vpc").address}.id}`, description: "The VPC" },
    "private-subnet-ids": { value: ids("private"), description: "The private subnets, in the order of their zones" },
    "public-subnet-ids": { value: ids("public"), description: expect.stringMatching(/^The public subnets/) as string },
  });
});

describe("publicSubnets: false", () => {
  const withBoth = synthesize(smallWith(() => undefined));
  const without = synthesize(smallWith((file) => (found(file.environments, "ci").network = { publicSubnets: false })));

  test("takes away the public tier and the internet gateway, and nothing else", () => {
    const before = withBoth.stack("ci-network").resources;
    const after = without.stack("ci-network").resources;
    expect(after).toEqual(before.filter(({ path }) => !path.startsWith("network/public/")));
    expect(after.map(({ type }) => type)).not.toContain("aws_internet_gateway");
  });

  test("leaves the database as it was, byte for byte", () => {
    expect(without.texts.get("ci-database")).toBe(withBoth.texts.get("ci-database"));
  });

  test("shows no public subnet", () => {
    expect(without.stack("ci-network").outputs).toMatchObject({ "public-subnet-ids": { value: [] } });
  });
});

describe("flow logs", () => {
  const logged = (from: typeof shipped) => from.stacks.filter((stack) => stack.all("aws_flow_log").length > 0).map(({ id }) => id);

  test("are on in production and off elsewhere, unless the environment says otherwise", () => {
    expect(logged(shipped)).toEqual(["prod-network"]);
    expect(logged(synthesize(awkward()))).toEqual(["alpha-2-network", "alpha-network"]);
    const off = synthesize(
      smallWith((file) => {
        file.environments["ci"] = {
          ...found(file.environments, "ci"),
          production: true,
          externalId: "own",
          database: {},
          network: { flowLogs: false },
        };
      }),
    );
    expect(logged(off)).toEqual([]);
  });

  test("go to a log group with the retention that the environment says", () => {
    const stack = synthesize(awkward()).stack("alpha-network");
    expect(stack.one("aws_cloudwatch_log_group")).toEqual({ name: "/vpc/alpha-akl-raas-2-vpc/flows", retention_in_days: 3653 });
    expect(stack.at("flow-log/writer/role")).toMatchObject({ name: "alpha-akl-raas-2-flow-logs" });
  });
});

test("spans three zones where the environment says so", () => {
  const from = synthesize(awkward());
  expect(subnets("alpha-network", "private", from)).toEqual([
    "ap-southeast-6a 172.16.128.0/20",
    "ap-southeast-6b 172.16.144.0/20",
    "ap-southeast-6c 172.16.160.0/20",
  ]);
  expect(subnets("alpha-network", "public", from)).toEqual([]);
  expect(subnets("beta-network", "public", from)).toEqual([
    "eu-central-2a 192.168.0.0/28",
    "eu-central-2b 192.168.0.16/28",
    "eu-central-2c 192.168.0.32/28",
  ]);
});

test("reaches S3 by the endpoint of its region", () => {
  expect(synthesize(awkward()).stack("alpha-network").one("aws_vpc_endpoint")).toMatchObject({
    service_name: "com.amazonaws.ap-southeast-6.s3",
  });
});

test("maps public addresses only where the environment says so", () => {
  const mapped = (id: string) =>
    synthesize(awkward())
      .stack(id)
      .all("aws_subnet")
      .filter(({ values }) => values["map_public_ip_on_launch"] === true);
  expect(mapped("alpha-2-network").map(({ path }) => path)).toEqual([
    "network/public/us-east-1c/subnet",
    "network/public/us-east-1f/subnet",
  ]);
  expect(mapped("beta-network")).toEqual([]);
});
