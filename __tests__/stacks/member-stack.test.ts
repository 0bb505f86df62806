import { awkward, example } from "../support/estates";
import type { StackReader } from "../support/stack-reader";
import { synthesize } from "../support/synthesize";

const shipped = synthesize(example());
const created = shipped.stack("dev-member-analytics");
const invited = shipped.stack("dev-member-partner-lab");
const ROLE = "cross-account-role/role";

test("has the role that the main account assumes, in the member's own account", () => {
  expect(created.provider).toMatchObject({ allowed_account_ids: ["666666666666"] });
  expect(created.at(`${ROLE}/role`)).toMatchObject({ name: "dev-irl-galileo-cross-account-role" });
  expect(created.trust(`${ROLE}/role`).Statement).toMatchObject([
    {
      Principal: {
        AWS: [
          "arn:aws:iam::222222222222:role/dev-irl-galileo-ApiHandler",
          "arn:aws:iam::222222222222:role/dev-irl-galileo-WorkflowLoopRunner",
          "arn:aws:iam::666666666666:root",
        ],
      },
      Condition: { StringEquals: { "sts:ExternalId": "galileo" } },
    },
  ]);
});

test("follows the environment's profile", () => {
  const boundaries = (id: string) => shipped.stack(id).namesOf("aws_iam_policy");
  expect(boundaries("dev-member-analytics")).toEqual([]);
  expect(boundaries("prod-member-analytics")).toEqual(["prod-irl-galileo-analysis-boundary"]);
});

test("reads no state of another account: the application's roles are known by name", () => {
  for (const stack of [created, invited]) expect(stack.remoteStates).toEqual([]);
  expect(shipped.dependenciesOf("dev-member-analytics")).toEqual(["dev-application"]);
});

describe("a created member", () => {
  test("has a VPC with one public subnet and no private tier", () => {
    expect(created.one("aws_vpc")).toMatchObject({
      cidr_block: "10.0.0.0/16",
      tags: { Name: "dev-irl-galileo-analytics-vpc" },
    });
    expect(
      created
        .all("aws_subnet")
        .map(({ path, values }) => [path, values["cidr_block"], values["map_public_ip_on_launch"]]),
    ).toEqual([["network/public/eu-west-1a/subnet", "10.0.0.0/20", false]]);
    expect(created.one("aws_route")).toMatchObject({ destination_cidr_block: "0.0.0.0/0" });
  });

  test("has the network that the environment describes", () => {
    const lab = synthesize(awkward()).stack("alpha-member-lab");
    expect(lab.one("aws_vpc")).toMatchObject({ cidr_block: "10.64.0.0/18" });
    expect(lab.one("aws_subnet")).toMatchObject({
      cidr_block: "10.64.1.0/26",
      availability_zone: "ap-southeast-6a",
      map_public_ip_on_launch: true,
    });
  });

  test("has a rotated key with the environment's alias", () => {
    expect(created.one("aws_kms_key")).toMatchObject({ enable_key_rotation: true });
    expect(created.one("aws_kms_alias")).toMatchObject({ name: "alias/dev-irl-galileo-analytics" });
  });

  test("outputs role, VPC, subnet and key", () => {
    expect(Object.keys(created.outputs).sort()).toEqual(["cross-account-role-arn", "key-arn", "subnet-id", "vpc-id"]);
    expect(created.outputs).toMatchObject({
      "subnet-id": { value: created.reference("network/public/eu-west-1a/subnet") },
      "key-arn": { value: created.reference("key/key", "arn") },
    });
  });
});

describe("an invited member", () => {
  test("has its own VPC and subnet: the stack creates only the role", () => {
    const types = new Set(invited.resources.map(({ type }) => type));
    expect([...types].filter((type) => !type.startsWith("aws_iam_role"))).toEqual([]);
  });

  test("outputs the role, and the account's own VPC and subnet", () => {
    expect(invited.outputs).toMatchObject({
      "cross-account-role-arn": { description: "The role that the main account assumes to run analytics" },
      "vpc-id": { value: "vpc-0a1b2c3d4e5f60718", description: "The VPC that the member brought" },
      "subnet-id": { value: "subnet-0a1b2c3d4e5f60718", description: "The subnet that the member brought" },
    });
  });
});

test("two environments that share a member account each have their own role, network and key there", () => {
  const { stacks } = synthesize(awkward());
  const [alpha, beta] = ["alpha-member-lab", "beta-member-lab"].map((id) => stacks.find((stack) => stack.id === id));
  if (!alpha || !beta) throw new Error("the awkward estate shares no member");
  expect(alpha.provider["allowed_account_ids"]).toEqual(beta.provider["allowed_account_ids"]);
  for (const [path, key] of [
    [`${ROLE}/role`, "name"],
    ["key/alias", "name"],
  ] as const) {
    expect(alpha.at(path)[key]).not.toBe(beta.at(path)[key]);
  }
  expect(alpha.backend["key"]).not.toBe(beta.backend["key"]);
});

test("Terraform refuses to destroy the key of a production member", () => {
  const { lifecycle } = synthesize(example()).stack("prod-member-analytics").one("aws_kms_key");
  expect(lifecycle).toEqual({ prevent_destroy: true });
  expect(synthesize(example()).stack("dev-member-analytics").one("aws_kms_key")["lifecycle"]).toBeUndefined();
});

test("has interface endpoints in its subnet only if the member lists services", () => {
  const endpoints = (stack: StackReader) =>
    stack.all("aws_vpc_endpoint").filter(({ path }) => path.startsWith("endpoints/"));
  const lab = synthesize(awkward()).stack("alpha-member-lab");
  expect(endpoints(lab).map(({ values }) => values)).toMatchObject([
    {
      service_name: "com.amazonaws.ap-southeast-6.elasticmapreduce",
      vpc_endpoint_type: "Interface",
      subnet_ids: [lab.reference("network/public/ap-southeast-6a/subnet")],
    },
  ]);
  expect(endpoints(synthesize(example()).stack("dev-member-analytics"))).toEqual([]);
});
