import { mkdtempSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { duplicates, isAdopting } from "../../../tools/plans/duplicates";
import { changedSettings, existingSettings } from "../../../tools/plans/existing-settings";
import type { Stack } from "../../../tools/synth/stacks";
import { awsError, clientsOf, type Answers } from "../adopt/fake-account";
import { created, destroyed, planOf, unchanged, updated, type Planned } from "../review/support/plans";

function stackWith(json: object): Stack {
  const directory = mkdtempSync(join(tmpdir(), "duplicates-"));
  writeFileSync(join(directory, "cdk.tf.json"), JSON.stringify(json));
  const state = { bucket: "states", key: "dev/network.tfstate", region: "eu-west-1" };
  return { id: "dev-network", directory, accountId: "222222222222", region: "eu-west-1", state } as Stack;
}

const stack = stackWith({});
const imported = unchanged("aws_vpc.v", { id: "vpc-1" }, { importing: { id: "vpc-1" } });

const ROWS: readonly { what: string; planned: Planned; answers: Answers }[] = [
  {
    what: "a VPC with this range (vpc-2)",
    planned: created("aws_vpc.a", { cidr_block: "10.0.0.0/20" }),
    answers: { DescribeVpcs: { Vpcs: [{ VpcId: "vpc-2" }] } },
  },
  {
    what: "a subnet with this range (subnet-1)",
    planned: created("aws_subnet.a", { vpc_id: "vpc-1", cidr_block: "10.0.0.0/24" }),
    answers: { DescribeSubnets: { Subnets: [{ SubnetId: "subnet-1" }] } },
  },
  {
    what: "the gateway of the VPC (igw-1)",
    planned: created("aws_internet_gateway.a", { vpc_id: "vpc-1" }),
    answers: { DescribeInternetGateways: { InternetGateways: [{ InternetGatewayId: "igw-1" }] } },
  },
  {
    what: "a security group of this name (sg-1)",
    planned: created("aws_security_group.a", { vpc_id: "vpc-1", name: "web" }),
    answers: { DescribeSecurityGroups: { SecurityGroups: [{ GroupId: "sg-1" }] } },
  },
  {
    what: "the route table of the subnet (rtb-1)",
    planned: created("aws_route_table_association.a", { subnet_id: "subnet-1" }),
    answers: { DescribeRouteTables: { RouteTables: [{ RouteTableId: "rtb-1" }] } },
  },
  {
    what: "an endpoint of this service (vpce-1)",
    planned: created("aws_vpc_endpoint.a", { vpc_id: "vpc-1", service_name: "s3" }),
    answers: {
      DescribeVpcEndpoints: {
        VpcEndpoints: [
          { VpcEndpointId: "vpce-0", State: "deleted" },
          { VpcEndpointId: "vpce-1", State: "available" },
        ],
      },
    },
  },
  {
    what: "the inline policy logs of the role Reader",
    planned: created("aws_iam_role_policy.a", { role: "Reader", name: "logs" }),
    answers: { GetRolePolicy: {} },
  },
  {
    what: "the policy of the bucket logs",
    planned: created("aws_s3_bucket_policy.a", { bucket: "logs" }),
    answers: { GetBucketPolicy: {} },
  },
  {
    what: "the lifecycle of the bucket logs",
    planned: created("aws_s3_bucket_lifecycle_configuration.a", { bucket: "logs" }),
    answers: { GetBucketLifecycleConfiguration: {} },
  },
  {
    what: "the role reader",
    planned: created("aws_iam_role.a", { name: "reader" }),
    answers: { ListRoles: { Roles: [{ RoleName: "Reader" }] } },
  },
  {
    what: "the database subnet group data",
    planned: created("aws_db_subnet_group.a", { name: "data" }),
    answers: { DescribeDBSubnetGroups: { DBSubnetGroups: [{ DBSubnetGroupName: "data" }] } },
  },
];

const look = (planned: Planned, answers: Answers) =>
  duplicates(planOf([imported, planned]), stack, () => Promise.resolve(clientsOf(answers)));

test.each(ROWS)("$what would exist twice", async ({ what, planned, answers }) => {
  expect(await look(planned, answers)).toEqual([
    {
      address: planned.change.address,
      message: `${what} exists, and the plan would create it again. Run npm run adopt, which writes its id into <estate>.adopt.json, and plan again.`,
    },
  ]);
  // AWS has nothing of it.
  const empty = Object.fromEntries(
    Object.keys(answers)
      .filter((name) => !name.startsWith("Get"))
      .map((name) => [name, {}]),
  );
  expect(await look(planned, empty)).toEqual([]);
});

test("in a place that the plan creates, nothing can exist, and AWS is not asked", async () => {
  const planned = created("aws_subnet.a", { cidr_block: "10.0.0.0/24" }, { after_unknown: { vpc_id: true } });
  const DescribeSubnets = () => {
    throw new Error("AWS was asked");
  };
  expect(await look(planned, { DescribeSubnets })).toEqual([]);
});

test("a stack adopts if its plan imports, or its JSON has imports, which may be done already", () => {
  expect(isAdopting(stack, planOf([imported]))).toBe(true);
  expect(isAdopting(stack, planOf([updated("aws_vpc.v", {}, {})]))).toBe(false);
  expect(isAdopting(stackWith({ import: [{ to: "aws_vpc.v", id: "vpc-1" }] }), planOf([]))).toBe(true);
});

describe("a plan", () => {
  const vpc = created("aws_vpc.a", { cidr_block: "10.0.0.0/20" });
  const settings = async (resources: readonly Planned[], answers: Answers) => {
    const plans = [{ stack, plan: planOf(resources) }];
    const none = () => Promise.reject(new Error("no setting is created"));
    const clients = clientsOf({ ListObjectsV2: {}, ...answers });
    const all = await existingSettings(plans, none, undefined, () => Promise.resolve(clients));
    return all.get(stack.id) ?? [];
  };
  const DescribeVpcs = { Vpcs: [{ VpcId: "vpc-2" }] };

  test("that imports is blocked by what it would create twice", async () => {
    expect(await settings([imported, vpc], { DescribeVpcs })).toMatchObject([{ address: "aws_vpc.a", refused: true }]);
  });

  test.each([
    { does: "imports", planned: imported },
    { does: "destroys", planned: destroyed("aws_vpc.v", { id: "vpc-1" }) },
  ])("that $does what another state holds is blocked", async ({ planned }) => {
    const resource = { mode: "managed", type: "aws_vpc", name: "v", instances: [{ attributes: { id: "vpc-1" } }] };
    const state = { version: 4, serial: 1, lineage: "a", outputs: {}, resources: [resource] };
    const answers = {
      ListObjectsV2: { Contents: [{ Key: "prod/network.tfstate" }] },
      GetObject: { Body: { transformToString: () => Promise.resolve(JSON.stringify(state)) } },
    };
    expect(await settings([planned], answers)).toMatchObject([{ address: "aws_vpc.v", refused: true }]);
  });

  test("that imports nothing does not ask AWS", async () => {
    expect(await settings([vpc], { DescribeVpcs })).toEqual([]);
  });

  const denied = () => {
    throw awsError("UnauthorizedOperation", 403);
  };

  test("that destroys is blocked if the other states cannot be read", async () => {
    const [found] = await settings([destroyed("aws_vpc.v", { id: "vpc-1" })], { ListObjectsV2: denied });
    expect(found).toMatchObject({ address: "destroy", refused: true });
    expect(found?.message).toMatch(/it is unknown what the plan would destroy of other stacks\. Allow this call/);
  });

  test("that destroys is applied by a role that may read the states of its own deployment alone", async () => {
    const clients = clientsOf({ ListObjectsV2: { Contents: [{ Key: "dev/bootstrap.tfstate" }] }, GetObject: denied });
    const none = () => Promise.reject(new Error("no setting is created"));
    const plan = planOf([destroyed("aws_vpc.v", { id: "vpc-1" })]);
    const applies = [{ id: stack.id, stack, plan, planned: {} }];
    expect(await changedSettings(applies, none, undefined, () => Promise.resolve(clients))).toEqual([]);
    expect(await settings([destroyed("aws_vpc.v", { id: "vpc-1" })], { ListObjectsV2: { Contents: [{ Key: "a/b.tfstate" }] }, GetObject: denied })).toHaveLength(1); // prettier-ignore
  });

  test("is blocked if AWS does not answer", async () => {
    const [found] = await settings([imported, vpc], { DescribeVpcs: denied });
    expect(found).toMatchObject({ refused: true });
    expect(found?.message).toMatch(
      /it is unknown what the plan would create twice\. Allow this call, and plan again\./,
    );
  });
});
