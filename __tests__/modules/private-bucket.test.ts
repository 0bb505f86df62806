import { SnsTopic } from "@cdktf/provider-aws/lib/sns-topic";
import { PrivateBucket, type BucketAccess, type PrivateBucketProps } from "../../modules/private-bucket";
import { problemsOf, synthModule } from "../support/module";
import { listOf, normalized, statement } from "../support/policy";
import type { Construct } from "constructs";

const build =
  (changes: Partial<PrivateBucketProps> = {}) =>
  (scope: Construct) => {
    new PrivateBucket(scope, "bucket", { bucket: "111111111111-dev-studydata", preventDestroy: false, ...changes });
  };
const bucket = (changes?: Partial<PrivateBucketProps>) => synthModule(build(changes));

const anyone = { effect: "Deny", principals: "*" } as const;
const extra = { ...anyone, sid: "Extra", actions: ["s3:DeleteBucket"], resources: ["*"] };

test("keeps every version", () => {
  expect(bucket().one("aws_s3_bucket_versioning")).toMatchObject({ versioning_configuration: { status: "Enabled" } });
});

test("blocks public access in all four ways", () => {
  expect(bucket().one("aws_s3_bucket_public_access_block")).toMatchObject({
    block_public_acls: true,
    block_public_policy: true,
    ignore_public_acls: true,
    restrict_public_buckets: true,
  });
});

test("a bucket has no ACLs: its owner owns every object", () => {
  const { rule } = bucket().one("aws_s3_bucket_ownership_controls");
  expect(rule).toMatchObject({ object_ownership: "BucketOwnerEnforced" });
});

test("the bucket and its objects require TLS", () => {
  const refusal = statement(bucket().policy("bucket/policy"), "RefuseWhateverComesWithoutTls");
  expect(normalized(refusal)).toEqual({
    Effect: "Deny",
    Principal: "*",
    Action: ["s3:*"],
    Resource: ["arn:aws:s3:::111111111111-dev-studydata", "arn:aws:s3:::111111111111-dev-studydata/*"],
    Condition: { Bool: { "aws:SecureTransport": ["false"] } },
  });
});

test("sets its policy after the public access block, because S3 refuses both at once", () => {
  const stack = bucket();
  expect(stack.at("bucket/policy")["depends_on"]).toEqual([stack.resourceAt("bucket/public-access").address]);
});

test("applies every setting to itself", () => {
  const stack = bucket({ lifecycle: {} });
  const settings = stack.resources.filter(({ type }) => type.startsWith("aws_s3_bucket_"));
  expect(settings).toHaveLength(6);
  for (const { values } of settings) expect(values["bucket"]).toBe(stack.reference("bucket/bucket", "bucket"));
});

describe("lifecycle", () => {
  const rulesOf = (lifecycle: PrivateBucketProps["lifecycle"]) =>
    bucket({ lifecycle }).one("aws_s3_bucket_lifecycle_configuration")["rule"];
  const ofAllObjects = { status: "Enabled", filter: [{ prefix: "" }] };
  const incompleteUploads = {
    ...ofAllObjects,
    id: "incomplete-uploads",
    abort_incomplete_multipart_upload: [{ days_after_initiation: 7 }],
  };

  test("is left to others by default", () => {
    expect(bucket().all("aws_s3_bucket_lifecycle_configuration")).toEqual([]);
  });

  test("deletes incomplete uploads, and no version of an object", () => {
    expect(rulesOf({})).toEqual([incompleteUploads]);
  });

  test("deletes old versions on request, but for the newest ones, and never a current version", () => {
    const oldVersions = (expiry: object) => ({
      ...ofAllObjects,
      id: "old-versions",
      noncurrent_version_expiration: [expiry],
    });
    expect(rulesOf({ oldVersionDays: 90 })).toEqual([incompleteUploads, oldVersions({ noncurrent_days: 90 })]);
    expect(rulesOf({ oldVersionDays: 90, keptOldVersions: 100 })).toEqual([
      incompleteUploads,
      oldVersions({ noncurrent_days: 90, newer_noncurrent_versions: 100 }),
    ]);
  });

  test("deletes objects only on request", () => {
    const objects = { ...ofAllObjects, id: "objects", expiration: [{ days: 90 }] };
    expect(rulesOf({ objectDays: 90 })).toEqual([incompleteUploads, objects]);
  });

  test("moves objects to another storage class only on request", () => {
    const archive = { days: 90, storageClass: "GLACIER_IR" };
    const transition = [{ days: 90, storage_class: "GLACIER_IR" }];
    expect(rulesOf({ archive })).toEqual([incompleteUploads, { ...ofAllObjects, id: "archive", transition }]);
  });

  test("is set after versioning: without versions, S3 refuses rules about old ones", () => {
    const stack = bucket({ lifecycle: {} });
    expect(stack.at("bucket/lifecycle")["depends_on"]).toEqual([stack.resourceAt("bucket/versioning").address]);
  });
});

describe("encryption", () => {
  const rule = (changes?: Partial<PrivateBucketProps>) =>
    bucket(changes).one("aws_s3_bucket_server_side_encryption_configuration")["rule"];

  test("uses S3's own key by default", () => {
    expect(rule()).toEqual([
      { apply_server_side_encryption_by_default: { sse_algorithm: "AES256" }, bucket_key_enabled: false },
    ]);
  });

  test("uses the given key, with an S3 bucket key that saves KMS requests", () => {
    const kmsKeyArn = "arn:aws:kms:eu-west-1:111111111111:key/1";
    const byDefault = { sse_algorithm: "aws:kms", kms_master_key_id: kmsKeyArn };
    expect(rule({ kmsKeyArn })).toEqual([
      { apply_server_side_encryption_by_default: byDefault, bucket_key_enabled: true },
    ]);
  });
});

test("Terraform refuses to destroy it only on request", () => {
  expect(bucket({ preventDestroy: true }).one("aws_s3_bucket")["lifecycle"]).toEqual({ prevent_destroy: true });
  expect(bucket({ preventDestroy: false }).one("aws_s3_bucket")).not.toHaveProperty("lifecycle");
});

test("cannot be destroyed while it contains objects", () => {
  expect(bucket().one("aws_s3_bucket")).not.toHaveProperty("force_destroy");
});

test("adds the given statements to the one that requires TLS", () => {
  const { Statement } = bucket({ statements: [extra] }).policy("bucket/policy");
  expect(Statement.map(({ Sid }) => Sid)).toEqual(["RefuseWhateverComesWithoutTls", "Extra"]);
});

test("refuses at synth a policy over S3's maximum length, and accepts one of exactly that length", () => {
  const padded = (length: number) =>
    build({ statements: [{ ...anyone, sid: "Padding", actions: ["s3:*"], resources: ["x".repeat(length)] }] });
  const sizeOf = (length: number) => JSON.stringify(synthModule(padded(length)).policy("bucket/policy")).length;
  const room = 20480 - sizeOf(0);
  expect(problemsOf(padded(room))).toEqual([]);
  expect(problemsOf(padded(room + 1))).toEqual(["bucket policy must have at most 20480 characters, got 20481"]);
});

describe("access", () => {
  const ARN = "arn:aws:s3:::111111111111-dev-studydata";
  const access: BucketAccess = {
    roleArns: ["arn:aws:iam::111111111111:role/api", "arn:aws:iam::111111111111:role/workflow"],
    adminArns: ["arn:aws:iam::111111111111:role/Admin"],
    maintainerArns: ["arn:aws:iam::111111111111:role/pipeline-*"],
  };
  const policy = (changes: Partial<BucketAccess> = {}) =>
    bucket({ access: { ...access, ...changes } }).policy("bucket/policy");
  const OBJECT_ACTIONS = [
    "s3:AbortMultipartUpload",
    "s3:DeleteObject",
    "s3:GetObject",
    "s3:ListMultipartUploadParts",
    "s3:PutObject",
  ] as const;

  test("adds no statement to the policy by default", () => {
    expect(bucket().policy("bucket/policy").Statement).toHaveLength(1);
  });

  test("allows the roles to list, read, write and delete objects", () => {
    expect(normalized(statement(policy(), "RolesReadWriteAndDeleteObjects"))).toEqual({
      Effect: "Allow",
      Principal: { AWS: access.roleArns },
      Action: OBJECT_ACTIONS,
      Resource: [`${ARN}/*`],
      Condition: {},
    });
    expect(normalized(statement(policy(), "RolesListObjects"))).toEqual({
      Effect: "Allow",
      Principal: { AWS: access.roleArns },
      Action: ["s3:ListBucket", "s3:ListBucketMultipartUploads"],
      Resource: [ARN],
      Condition: {},
    });
  });

  test("allows no other principal, no deletion of versions and no change of the bucket", () => {
    const allowed = policy().Statement.filter(({ Effect }) => Effect === "Allow");
    expect(allowed.map(({ Principal }) => Principal)).toEqual([{ AWS: access.roleArns }, { AWS: access.roleArns }]);
    const actions = allowed.flatMap(({ Action }) => listOf(Action));
    expect(actions.filter((action) => /\*|Version|^s3:(Put|Delete)Bucket/.test(action))).toEqual([]);
  });

  test("denies every action on objects to all except the roles and the admins", () => {
    expect(normalized(statement(policy(), "NobodyElseReachesObjects"))).toEqual({
      Effect: "Deny",
      Principal: "*",
      Action: ["s3:*"],
      Resource: [`${ARN}/*`],
      Condition: { ArnNotLike: { "aws:PrincipalArn": [...access.adminArns, ...access.roleArns].sort() } },
    });
  });

  test("denies listing to all except these and the maintainers, because Terraform lists to find the bucket", () => {
    expect(normalized(statement(policy(), "NobodyElseListsObjects"))).toEqual({
      Effect: "Deny",
      Principal: "*",
      Action: ["s3:ListBucket", "s3:ListBucketMultipartUploads", "s3:ListBucketVersions"],
      Resource: [ARN],
      Condition: {
        ArnNotLike: { "aws:PrincipalArn": [...access.adminArns, ...access.roleArns, ...access.maintainerArns].sort() },
      },
    });
  });

  test("denies nobody the bucket's own settings, because its policy must remain changeable", () => {
    const denied = policy().Statement.filter(({ Effect, Condition }) => Effect === "Deny" && Condition?.["ArnNotLike"]);
    const onTheBucket = denied.filter(({ Resource }) => listOf(Resource).some((resource) => !resource.endsWith("/*")));
    expect(
      onTheBucket.flatMap(({ Action }) => listOf(Action)).filter((action) => !action.startsWith("s3:List")),
    ).toEqual([]);
  });

  test("is limited to admins if there is no role, because S3 refuses a statement without principals", () => {
    const { Statement } = policy({ roleArns: [] });
    expect(Statement.map(({ Effect }) => Effect)).toEqual(["Deny", "Deny", "Deny"]);
    expect(JSON.stringify(Statement)).toContain(JSON.stringify({ "aws:PrincipalArn": access.adminArns }));
  });

  test("keeps the statement that requires TLS and the given statements", () => {
    const { Statement } = bucket({ access, statements: [extra] }).policy("bucket/policy");
    expect(Statement[0]).toEqual(bucket().policy("bucket/policy").Statement[0]);
    expect(Statement.at(-1)).toMatchObject({ Sid: "Extra" });
  });

  test("depends on the roles, because S3 refuses a policy that names a role that does not exist", () => {
    const stack = synthModule((scope) => {
      const roles = [new SnsTopic(scope, "role")];
      build({ access: { ...access, dependsOn: roles } })(scope);
    });
    const first = ["bucket/public-access", "role"].map((path) => stack.resourceAt(path).address);
    expect(stack.at("bucket/policy")["depends_on"]).toEqual(first);
  });

  test.each<[string, Partial<BucketAccess>, string]>([
    ["without principal", { roleArns: [], adminArns: [] }, "access must name at least one role or admin, got none"],
    [
      "with a pattern as a role, which is not a principal",
      { roleArns: ["role/*"] },
      'access.roleArns must be ARNs without wildcards, got "role/*"',
    ],
  ])("access %s is refused at synth", (_, changes, problem) => {
    expect(problemsOf(build({ access: { ...access, ...changes } }))).toEqual([problem]);
  });

  test("accepts patterns for admins and maintainers", () => {
    const adminArns = ["arn:aws:iam::111111111111:role/Admin*"];
    expect(problemsOf(build({ access: { ...access, adminArns } }))).toEqual([]);
  });

  test("is included in the length of the policy", () => {
    const roleArns = Array.from({ length: 200 }, (_, index) => `arn:aws:iam::111111111111:role/role-${index}`);
    expect(problemsOf(build({ access: { ...access, roleArns } }))).toEqual([
      expect.stringMatching(/^bucket policy must have at most 20480 characters, got \d+$/),
    ]);
  });
});

describe("an object lock", () => {
  const locked = bucket({ objectLockDays: 365 });

  test("keeps every version for the given days", () => {
    expect(locked.at("bucket/bucket")["object_lock_enabled"]).toBe(true);
    expect(locked.at("bucket/lock")).toMatchObject({ rule: { default_retention: { mode: "GOVERNANCE", days: 365 } } });
  });

  test("is set after versioning, which it requires, and before the policy, which may deny changing it", () => {
    expect(locked.at("bucket/lock")["depends_on"]).toEqual([locked.resourceAt("bucket/versioning").address]);
    expect(locked.at("bucket/policy")["depends_on"]).toContain(locked.resourceAt("bucket/lock").address);
  });

  test("exists on request only", () => {
    expect(bucket().at("bucket/bucket")).not.toHaveProperty("object_lock_enabled");
    expect(bucket().all("aws_s3_bucket_object_lock_configuration")).toEqual([]);
  });
});
