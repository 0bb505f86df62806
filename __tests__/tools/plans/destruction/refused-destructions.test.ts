import { EC2Client } from "@aws-sdk/client-ec2";
import { refusedDestructions } from "../../../../tools/plans/destruction/refused-destructions";
import type { DestructionClients } from "../../../../tools/terraform/aws/destruction-clients";
import type { PlanJson, PlannedChange } from "../../../../tools/review/plan-json";
import type { Stack } from "../../../../tools/synth/stacks";
import { awsError } from "../../terraform/support/fake-s3";

type Answers = Readonly<Record<string, object | undefined>>;

const stack = (id: string) =>
  ({ id, region: "eu-west-1", state: { bucket: "states", key: id, region: "eu-west-1" } }) as unknown as Stack;

/** A change of a resource with these attributes before it. */
const change = (address: string, before: object, ...actions: PlannedChange["actions"]) => {
  const [type = "", name = ""] = address.split(".");
  return { address, mode: "managed", type, name, change: { actions, before } } as const;
};
const destroyed = (address: string, before: object) => change(address, before, "delete");
const planOf = (...resource_changes: NonNullable<PlanJson["resource_changes"]>): PlanJson => ({ format_version: "1.2", terraform_version: "1.11.4", resource_changes }); // prettier-ignore

let asked: string[];

/** Clients that answer each operation, `ListObjectVersions`, with its answer, or with an empty one. */
function clients(answers: Answers, region: string): DestructionClients {
  const answer = (operation: string): Promise<never> => {
    asked.push(`${operation} in ${region}`);
    const given = answers[operation] ?? {};
    return given instanceof Error ? Promise.reject(given) : Promise.resolve(given as never);
  };
  const send = (command: object) => answer(command.constructor.name.replace(/Command$/, ""));
  const ec2 = Object.assign(new EC2Client({ region }), { send });
  return { ec2, ecr: answer, iam: { send }, rds: { send }, s3: { send } };
}

async function reasons(answers: Answers, plan: PlanJson, others: PlanJson = planOf()): Promise<readonly string[]> {
  const found = await refusedDestructions(
    [{ stack: stack("dev-a"), plan }],
    [{ stack: stack("dev-b"), plan: others }],
    (_stack, region) => Promise.resolve(clients(answers, region)),
  );
  return found.get("dev-a") ?? [];
}

beforeEach(() => {
  asked = [];
});

const bucket = (more: object = {}) => destroyed("aws_s3_bucket.b", { bucket: "uploads", region: "eu-west-2", ...more });
const repository = destroyed("aws_ecr_repository.r", { name: "api", arn: "arn:aws:ecr:us-east-1:222222222222:repository/api" }); // prettier-ignore

describe("a bucket", () => {
  test.each([
    { what: "an object", answer: { Versions: [{}] } },
    { what: "only a delete marker", answer: { DeleteMarkers: [{}] } },
  ])("with $what is refused, in its own region", async ({ answer }) => {
    expect(await reasons({ ListObjectVersions: answer }, planOf(bucket()))).toEqual([
      "aws_s3_bucket.b: AWS deletes only empty buckets, and uploads holds objects, old versions or delete markers. Copy what you keep, and empty the bucket with all versions.",
    ]);
    expect(asked).toEqual(["ListObjectVersions in eu-west-2"]);
  });

  test.each([
    { what: "is empty", answers: {}, more: {} },
    { what: "is gone", answers: { ListObjectVersions: awsError("NoSuchBucket", 404) }, more: {} },
    {
      what: "is emptied by Terraform",
      answers: { ListObjectVersions: { Versions: [{}] } },
      more: { force_destroy: true },
    },
  ])("that $what is not refused", async ({ answers, more }) => {
    expect(await reasons(answers, planOf(bucket(more)))).toEqual([]);
  });

  test("that is replaced counts, and one that stays does not", async () => {
    const answers = { ListObjectVersions: { Versions: [{}] } };
    const replaced = change("aws_s3_bucket.b", { bucket: "uploads" }, "delete", "create");
    expect(await reasons(answers, planOf(replaced))).toHaveLength(1);
    expect(await reasons(answers, planOf(change("aws_s3_bucket.b", { bucket: "uploads" }, "update")))).toEqual([]);
  });

  test("that cannot be looked at is refused, with the call that AWS denies", async () => {
    expect(await reasons({ ListObjectVersions: awsError("AccessDenied", 403, "not authorized to perform: s3:ListBucketVersions") }, planOf(bucket()))).toEqual([
      "aws_s3_bucket.b: AWS answers AccessDenied: not authorized to perform: s3:ListBucketVersions. So it is unknown whether AWS would refuse to delete it. Allow this call.",
    ]); // prettier-ignore
    expect(await reasons({ ListObjectVersions: awsError("SlowDown", 503, "Reduce your request rate") }, planOf(bucket()))).toEqual([
      "aws_s3_bucket.b: AWS answers SlowDown: Reduce your request rate. So it is unknown whether AWS would refuse to delete it. Make sure that AWS can answer.",
    ]); // prettier-ignore
    await expect(reasons({ ListObjectVersions: new TypeError("a bug") }, planOf(bucket()))).rejects.toThrow("a bug");
  });
});

test("a repository with images is refused, in the region of its ARN", async () => {
  expect(await reasons({ ListImages: { imageIds: [{}] } }, planOf(repository))).toEqual([
    "aws_ecr_repository.r: AWS deletes only empty repositories, and api holds images. Copy what you keep, and delete all images.",
  ]);
  expect(asked).toEqual(["ListImages in us-east-1"]);
  expect(await reasons({ ListImages: awsError("RepositoryNotFoundException", 400) }, planOf(repository))).toEqual([]);
});

describe("a database", () => {
  const database = (more: object) =>
    destroyed("aws_db_instance.d", { identifier: "db", final_snapshot_identifier: "db-final", ...more });

  test("that has deletion protection, or whose last snapshot exists already, is refused", async () => {
    const answers = {
      DescribeDBInstances: { DBInstances: [{ DeletionProtection: true }] },
      DescribeDBSnapshots: { DBSnapshots: [{}] },
    };
    expect(await reasons(answers, planOf(database({})))).toEqual([
      "aws_db_instance.d: the database db has deletion protection. Disable it first.",
      "aws_db_instance.d: its last snapshot would be db-final, which exists. Copy that snapshot to another name and delete it.",
    ]);
  });

  test("without a last snapshot, or with a free name for it, is not", async () => {
    const taken = { DescribeDBSnapshots: { DBSnapshots: [{}] } };
    expect(await reasons(taken, planOf(database({ skip_final_snapshot: true })))).toEqual([]);
    expect(await reasons({ DescribeDBInstances: { DBInstances: [{}] } }, planOf(database({})))).toEqual([]);
  });
});

test("a cluster that has deletion protection, or whose last snapshot exists already, is refused", async () => {
  const cluster = (more: object) =>
    planOf(destroyed("aws_rds_cluster.c", { cluster_identifier: "c", final_snapshot_identifier: "c-final", ...more }));
  const answers = {
    DescribeDBClusters: { DBClusters: [{ DeletionProtection: true }] },
    DescribeDBClusterSnapshots: { DBClusterSnapshots: [{}] },
  };
  expect(await reasons(answers, cluster({}))).toEqual([
    "aws_rds_cluster.c: the cluster c has deletion protection. Disable it first.",
    "aws_rds_cluster.c: its last snapshot would be c-final, which exists. Copy that snapshot to another name and delete it.",
  ]);
  const unprotected = { ...answers, DescribeDBClusters: { DBClusters: [{}] } };
  expect(await reasons(unprotected, cluster({ skip_final_snapshot: true }))).toEqual([]);
});

describe("a network", () => {
  const subnet = destroyed("aws_subnet.s", { id: "subnet-1" });
  const group = destroyed("aws_security_group.g", { id: "sg-1" });
  const vpc = destroyed("aws_vpc.v", { id: "vpc-1" });
  const stays = (NetworkInterface: object) => ({
    DescribeNetworkInterfaces: { NetworkInterfaces: [{ NetworkInterfaceId: "eni-1", ...NetworkInterface }] },
  });

  test("in use by a machine outside of the plan is refused, with the interface", async () => {
    const answers = stays({ Description: "a build machine", Attachment: { InstanceId: "i-1" } });
    expect(await reasons(answers, planOf(subnet, group))).toEqual([
      'aws_subnet.s: it holds the network interface eni-1 ("a build machine"), which this plan does not delete. Delete what uses it first.',
      'aws_security_group.g: the network interface eni-1 ("a build machine") uses it, and this plan does not change that. Detach the group first.',
    ]);
  });

  test.each([
    { what: "a machine", owner: destroyed("aws_instance.i", { id: "i-1" }), eni: { Attachment: { InstanceId: "i-1" } } },
    { what: "an endpoint", owner: destroyed("aws_vpc_endpoint.e", { id: "vpce-1" }), eni: { Description: "VPC Endpoint Interface vpce-1" } },
    { what: "a database", owner: destroyed("aws_db_instance.d", { id: "db", vpc_security_group_ids: ["sg-2"] }), eni: { RequesterId: "amazon-rds", Groups: [{ GroupId: "sg-2" }] } },
    { what: "an interface", owner: destroyed("aws_network_interface.n", { id: "eni-1" }), eni: {} },
  ])("in use by $what that another plan destroys is not refused", async ({ owner, eni }) => {
    expect(await reasons(stays(eni), planOf(subnet), planOf(owner))).toEqual([]);
    expect(await reasons(stays(eni), planOf(subnet))).toHaveLength(1);
  }); // prettier-ignore

  test("group that others name in their rules is refused, unless the plan changes them", async () => {
    const answers = { DescribeSecurityGroups: { SecurityGroups: [{ GroupId: "sg-9" }] } };
    expect(await reasons(answers, planOf(group))).toEqual([
      "aws_security_group.g: the security group sg-9 refers to it, and this plan does not change that. Remove its rules first.",
    ]);
    const updated = change("aws_security_group.other", { id: "sg-9" }, "update");
    expect(await reasons(answers, planOf(group), planOf(updated))).toEqual([]);
  });

  test("whose database a plan only updates is refused: an update leaves the database in its subnet", async () => {
    const eni = { Description: "RDSNetworkInterface", RequesterId: "amazon-rds", Groups: [{ GroupId: "sg-2" }] };
    const database = change("aws_db_instance.d", { id: "db", vpc_security_group_ids: ["sg-2"] }, "update");
    expect(await reasons(stays(eni), planOf(subnet), planOf(database))).toEqual([
      'aws_subnet.s: it holds the network interface eni-1 ("RDSNetworkInterface"), which this plan does not delete. Delete what uses it first.',
    ]);
    expect(await reasons(stays(eni), planOf(group), planOf(database))).toEqual([]);
  });

  describe("with subnets of a DB subnet group", () => {
    const [NAME, OTHER] = ["dev-irl-galileo-database", "dev-irl-galileo-another"];
    const dbSubnetGroup = (DBSubnetGroupName: string, ...ids: readonly string[]) => ({
      DBSubnetGroupName,
      DBSubnetGroupDescription: "The private subnets",
      VpcId: "vpc-1",
      SubnetGroupStatus: "Complete",
      Subnets: ids.map((SubnetIdentifier) => ({
        SubnetIdentifier,
        SubnetAvailabilityZone: { Name: "eu-west-1c" },
        SubnetOutpost: {},
        SubnetStatus: "Active",
      })),
      DBSubnetGroupArn: `arn:aws:rds:eu-west-1:222222222222:subgrp:${DBSubnetGroupName}`,
      SupportedNetworkTypes: ["IPV4"],
    });
    const used = (...ids: readonly string[]) => ({
      DescribeDBSubnetGroups: { DBSubnetGroups: [dbSubnetGroup(OTHER, "subnet-8"), dbSubnetGroup(NAME, ...ids)] },
    });

    test("is refused even where no database is in them now, and a reviewer learns how to leave the zone", async () => {
      expect(await reasons(used("subnet-7", "subnet-1", "subnet-9"), planOf(subnet))).toEqual([
        "aws_subnet.s: the DB subnet group dev-irl-galileo-database uses it, and this plan does not delete that. Take the subnet out of the group first (aws rds modify-db-subnet-group --db-subnet-group-name dev-irl-galileo-database --subnet-ids subnet-7 subnet-9; RDS refuses it while a database is in the subnet), or keep the zone in the estate.",
      ]);
      expect(asked).toContain("DescribeDBSubnetGroups in eu-west-1");
    });

    test("is refused whole if the group would have none left", async () => {
      const replaced = change("aws_subnet.t", { id: "subnet-7" }, "delete", "create");
      expect(await reasons(used("subnet-7", "subnet-1"), planOf(subnet, replaced))).toEqual([
        expect.stringMatching(/^aws_subnet\.s: .*Delete the group with its databases first, or keep the zone/),
        expect.stringMatching(/^aws_subnet\.t: .*Delete the group with its databases first, or keep the zone/),
      ]);
    });

    test("is not if the group is destroyed too, and is if it only changes", async () => {
      const owner = (action: "delete" | "update") => planOf(change("aws_db_subnet_group.g", { name: NAME }, action));
      expect(await reasons(used("subnet-1"), planOf(subnet), owner("delete"))).toEqual([]);
      expect(await reasons(used("subnet-1"), planOf(subnet), owner("update"))).toHaveLength(1);
    });

    test("is not if another group has others", async () => {
      expect(await reasons(used("subnet-7"), planOf(subnet))).toEqual([]);
    });
  });

  test("with a subnet or a group made by hand is refused; AWS deletes the default group with it", async () => {
    const answers = {
      DescribeSubnets: { Subnets: [{ SubnetId: "subnet-1" }, { SubnetId: "subnet-9" }] },
      DescribeSecurityGroups: { SecurityGroups: [{ GroupId: "sg-0", GroupName: "default" }, { GroupId: "sg-9" }] },
    };
    expect(await reasons(answers, planOf(vpc), planOf(subnet))).toEqual([
      "aws_vpc.v: it holds subnet-9, which this plan does not delete. Delete it first.",
      "aws_vpc.v: it holds sg-9, which this plan does not delete. Delete it first.",
    ]);
  });
});

test("a user with access keys, which are made by hand, is refused", async () => {
  const user = destroyed("aws_iam_user.u", { name: "ci" });
  const answers = { ListAccessKeys: { AccessKeyMetadata: [{ AccessKeyId: "AKIA1" }] } };
  expect(await reasons(answers, planOf(user))).toEqual([
    "aws_iam_user.u: it has access keys (AKIA1). Delete them once no program uses them.",
  ]);
  expect(await reasons({}, planOf(user))).toEqual([]);
});

test("asks nothing for a plan that destroys nothing of this kind", async () => {
  await reasons({}, planOf(destroyed("aws_iam_role.r", { name: "r" })));
  expect(asked).toEqual([]);
});
