import type { Estate } from "../../config/model";
import { awkward, example, smallWith, found } from "../support/estates";
import { synthesize } from "../support/synthesize";

const shipped = synthesize(example());
const subnets = (id: string, tier: string, from = shipped) =>
  from
    .stack(id)
    .all("aws_subnet")
    .filter(({ path }) => path.startsWith(`network/${tier}/`))
    .map(({ values }) => `${String(values["availability_zone"])} ${String(values["cidr_block"])}`);

test("is by default the network that the console's VPC wizard creates", () => {
  expect(shipped.stack("dev-network").one("aws_vpc")).toMatchObject({
    cidr_block: "10.0.0.0/20",
    tags: { Name: "dev-irl-galileo-vpc" },
  });
  expect(subnets("dev-network", "public")).toEqual(["eu-west-1a 10.0.0.0/24", "eu-west-1b 10.0.1.0/24"]);
  expect(subnets("dev-network", "private")).toEqual(["eu-west-1a 10.0.8.0/24", "eu-west-1b 10.0.9.0/24"]);
});

test("outputs the VPC and its subnets in the order of their zones", () => {
  const stack = shipped.stack("dev-network");
  const ids = (tier: string) => ["a", "b"].map((zone) => stack.reference(`network/${tier}/eu-west-1${zone}/subnet`));
  expect(stack.outputs).toMatchObject({
    "vpc-id": { value: stack.reference("network/vpc"), description: "The VPC" },
    "private-subnet-ids": { value: ids("private"), description: "The private subnets, in the order of their zones" },
    "public-subnet-ids": { value: ids("public"), description: expect.stringMatching(/^The public subnets/) as string },
  });
});

describe("publicSubnets: false", () => {
  const withBoth = synthesize(smallWith(() => undefined));
  const without = synthesize(smallWith((file) => (found(file.environments, "ci").network = { publicSubnets: false })));

  test("removes the public tier and the internet gateway, and nothing else", () => {
    const before = withBoth.stack("ci-network").resources;
    const after = without.stack("ci-network").resources;
    expect(after).toEqual(before.filter(({ path }) => !path.startsWith("network/public/")));
    expect(after.map(({ type }) => type)).not.toContain("aws_internet_gateway");
  });

  test("leaves the database stack unchanged, byte for byte", () => {
    expect(without.texts.get("ci-database")).toBe(withBoth.texts.get("ci-database"));
  });

  test("has no output of public subnets", () => {
    expect(without.stack("ci-network").outputs).toMatchObject({ "public-subnet-ids": { value: [] } });
  });
});

describe("flow logs", () => {
  const logged = (from: typeof shipped) =>
    from.stacks.filter((stack) => stack.all("aws_flow_log").length > 0).map(({ id }) => id);

  test("are on in production and off elsewhere by default", () => {
    expect(logged(shipped)).toEqual(["prod-member-analytics", "prod-network"]);
    expect(logged(synthesize(awkward()))).toEqual(["alpha-2-network", "alpha-member-lab", "alpha-network"]);
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

  test("are written to a log group with the environment's retention", () => {
    const stack = synthesize(awkward()).stack("alpha-network");
    const name = "/vpc/alpha-akl-raas-2-vpc/flows";
    expect(stack.one("aws_cloudwatch_log_group")).toEqual({ name, retention_in_days: 3653 });
    expect(stack.at("flow-log/writer/role")).toMatchObject({ name: "alpha-akl-raas-2-flow-logs" });
  });
});

test("uses the environment's three zones", () => {
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

test("uses the S3 endpoint of its region", () => {
  expect(synthesize(awkward()).stack("alpha-network").one("aws_vpc_endpoint")).toMatchObject({
    service_name: "com.amazonaws.ap-southeast-6.s3",
  });
});

describe("endpoints", () => {
  const plain = synthesize(smallWith(() => undefined));
  const from = synthesize(
    smallWith((file) => {
      found(file.environments, "ci").network = { publicSubnets: false, endpoints: ["ssm", "ecr.api"] };
    }),
  ).stack("ci-network");

  test("gives the whole VPC an interface endpoint of each service, in every private subnet, by its usual name", () => {
    const endpoints = from.all("aws_vpc_endpoint").filter(({ values }) => values["vpc_endpoint_type"] === "Interface");
    const private_ = from.all("aws_subnet").map(({ path }) => from.reference(path));
    expect(private_).toHaveLength(2);
    expect(endpoints.map(({ values }) => values["service_name"])).toEqual(
      ["ecr.api", "ssm"].map((service) => `com.amazonaws.eu-west-1.${service}`),
    );
    for (const { values } of endpoints)
      expect(values).toMatchObject({
        subnet_ids: private_,
        security_group_ids: [from.reference("endpoints/security-group/group")],
        private_dns_enabled: true,
      });
  });

  test("accepts HTTPS from the VPC and nothing else, and sends nothing", () => {
    expect(from.at("endpoints/security-group/group")["ingress"]).toEqual([
      expect.objectContaining({ from_port: 443, to_port: 443, protocol: "tcp", cidr_blocks: ["10.0.0.0/20"] }),
    ]);
    const rules = from.all("aws_vpc_security_group_egress_rule").map(({ path }) => path);
    expect(rules.filter((path) => path.startsWith("endpoints/"))).toEqual([]);
  });

  test("is empty by default: no endpoint costs money", () => {
    const types = plain.stack("ci-network").all("aws_vpc_endpoint").map(({ values }) => values["vpc_endpoint_type"]); // prettier-ignore
    expect(types).toEqual(["Gateway"]);
  });

  test.each([["s3"], ["SSM"], ["com.amazonaws.eu-west-1.ssm:x"], ["ssm", "ssm"]])("refuses %j", (...endpoints) => {
    const refused = () => smallWith((file) => (found(file.environments, "ci").network = { endpoints }));
    expect(refused).toThrow(/environments\.ci\.network\.endpoints/);
  });
});

test("maps public addresses only on request", () => {
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

describe("security groups", () => {
  const dev = shipped.stack("dev-network");
  const ingress = (from: typeof dev, name: string) => from.at(`security-group/${name}/group`)["ingress"];
  const groups = (from: typeof dev) => from.namesOf("aws_security_group");

  test("are the default one and those of the environment", () => {
    expect(groups(dev)).toEqual(["dev-irl-galileo-default", "dev-irl-galileo-web"]);
    expect(groups(shipped.stack("ci-network"))).toEqual(["ci-irl-galileo-default"]);
    expect(groups(shipped.stack("prod-network")).sort()).toEqual([
      "prod-irl-galileo-batch",
      "prod-irl-galileo-default",
      "prod-irl-galileo-web",
    ]);
  });

  test("have the environment's charge code, their own, or several", () => {
    const tags = (id: string, name: string) => shipped.stack(id).at(`security-group/${name}/group`)["tags"];
    expect(tags("dev-network", "default")).toMatchObject({ ChargeCode: "platform-0001" });
    expect(tags("prod-network", "default")).toMatchObject({ ChargeCode: "platform-0002" });
    expect(tags("prod-network", "web")).toMatchObject({ ChargeCode: "web-0003" });
    expect(tags("prod-network", "batch")).toMatchObject({ ChargeCode: "research-0007", ChargeCode2: "research-0008" });
    expect(tags("prod-network", "web")).not.toHaveProperty("ChargeCode2");
  });

  test("allow the environment's sources, and the whole internet only with an approval's reference", () => {
    expect(ingress(dev, "web")).toMatchObject([
      { cidr_blocks: ["10.0.0.0/20"], from_port: 443, to_port: 443, description: "TCP 443 from 10.0.0.0/20" },
    ]);
    expect(ingress(shipped.stack("prod-network"), "web")).toMatchObject([
      { cidr_blocks: ["0.0.0.0/0"], description: "approved as CHG-1042: public web site" },
    ]);
  });

  test("may refer to each other in one direction each, to themselves, and to existing groups", () => {
    const from = synthesize(
      smallWith((file) => {
        found(file.environments, "ci").securityGroups = {
          web: { work: "application", egress: [{ port: 5432, group: "store" }] },
          store: {
            work: "application",
            ingress: [
              { port: 5432, group: "web" },
              { port: 5433, group: "store" },
              { protocol: "all", group: "sg-0a1b2c3d4e5f60718" },
            ],
          },
        };
      }),
    ).stack("ci-network");
    const id = (name: string) => from.reference(`security-group/${name}/group`);
    expect(from.at("security-group/web/egress/tcp-5432-to-store")).toMatchObject({
      referenced_security_group_id: id("store"),
    });
    expect(ingress(from, "store")).toMatchObject([
      { security_groups: [id("web")], self: false, to_port: 5432 },
      { security_groups: [], self: true, to_port: 5433 },
      { security_groups: ["sg-0a1b2c3d4e5f60718"], self: false, protocol: "-1" },
    ]);
  });

  test("have outputs with their ids", () => {
    const { address } = dev.resourceAt("security-group/web/group");
    expect(dev.outputs["security-group-id-web"]).toEqual({
      value: `\${${address}.id}`,
      description: "The security group web",
    });
    expect(dev.outputs["security-group-id-default"]?.description).toMatch(/whatever does not opt out/);
  });
});

test("a rule with a group that the environment does not have is an error, and an id is kept", () => {
  const withRule = (group: string): Estate => {
    const estate = smallWith(() => undefined);
    const rule = { protocol: "tcp", ports: { from: 443, to: 443 }, group, description: "Partners" } as const;
    return {
      ...estate,
      environments: estate.environments.map((environment) => ({
        ...environment,
        securityGroups: environment.securityGroups.map((each) => ({ ...each, ingress: [rule] })),
      })),
    };
  };
  expect(() => synthesize(withRule("missing"))).toThrow(
    /^ci-network: security group must be one of .*default.*, got "missing"$/,
  );
  const [ingress] = synthesize(withRule("sg-0a1b2c3d")).stack("ci-network").at("security-group/default/group")[
    "ingress"
  ] as object[];
  expect(ingress).toMatchObject({ security_groups: ["sg-0a1b2c3d"] });
});

test("outputs the subnets of each further tier", () => {
  const stack = synthesize(awkward()).stack("alpha-network");
  const ids = (tier: string) =>
    ["a", "b", "c"].map((zone) => stack.reference(`network/tier/${tier}/ap-southeast-6${zone}/subnet`));
  expect(stack.outputs).toMatchObject({
    "subnet-ids-analytics": { value: ids("analytics") },
    "subnet-ids-data": { value: ids("data") },
  });
});
