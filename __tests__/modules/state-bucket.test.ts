import { StateBucket, type StateBucketProps } from "../../modules/state-bucket";
import { synthModule } from "../support/module";
import { normalized, statement } from "../support/policy";

const stateBucket = (props: Omit<StateBucketProps, "bucket"> = {}) =>
  synthModule((scope) => {
    new StateBucket(scope, "state", { bucket: "states", ...props });
  });

const confinedRoles = {
  roleArns: "arn:aws:iam::111111111111:role/apply-*",
  accountRoleArn: "arn:aws:iam::111111111111:role/apply-account",
  accountStateKeys: ["dev/iam.tfstate"],
  accountWideKeys: ["dev/bootstrap.tfstate", "dev/iam.tfstate"],
  recordKeyOf: (stateKey: string) => stateKey.replace(/\.tfstate$/, ".record"),
};

test("keeps every version of every state, and cannot be destroyed", () => {
  const stack = stateBucket();
  expect(stack.one("aws_s3_bucket")).toMatchObject({ bucket: "states", lifecycle: { prevent_destroy: true } });
  expect(stack.one("aws_s3_bucket_versioning")).toMatchObject({ versioning_configuration: { status: "Enabled" } });
});

test("keeps the newest 100 old versions of each state whatever their age, so that a deleted state can be restored", () => {
  expect(stateBucket().all("aws_s3_bucket_lifecycle_configuration")).toEqual([]);
  const rules = stateBucket({ oldVersionDays: 365 }).one("aws_s3_bucket_lifecycle_configuration")["rule"] as object[];
  expect(rules.filter((rule) => "expiration" in rule)).toEqual([]); // would delete states, or the marks of deleted ones
  expect(rules).toContainEqual(
    expect.objectContaining({
      noncurrent_version_expiration: [{ noncurrent_days: 365, newer_noncurrent_versions: 100 }],
    }),
  );
});

test("has a customer managed key only on request", () => {
  expect(stateBucket().all("aws_kms_key")).toEqual([]);
  const stack = stateBucket({ keyAlias: "alias/states" });
  const [rule] = stack.one("aws_s3_bucket_server_side_encryption_configuration")["rule"] as unknown[];
  expect(rule).toMatchObject({
    apply_server_side_encryption_by_default: {
      sse_algorithm: "aws:kms",
      kms_master_key_id: stack.reference("state/key/key", "arn"),
    },
  });
  expect(stack.one("aws_kms_alias")).toMatchObject({ name: "alias/states" });
});

test("protects that key, because no state can be read without it", () => {
  expect(stateBucket({ keyAlias: "alias/states" }).one("aws_kms_key")["lifecycle"]).toEqual({ prevent_destroy: true });
});

describe("an apply role", () => {
  const policy = stateBucket({ confinedRoles }).policy("state/bucket/policy");
  const bucket = "arn:aws:s3:::states";
  const ownPrefix = `${bucket}/\${aws:PrincipalTag/StatePrefix}/*`;
  const withCompanions = (stack: string) =>
    [".record", ".tfstate", ".tfstate.tflock"].map((end) => `${bucket}/${stack}${end}`);
  const denied = { Effect: "Deny", Principal: "*" };
  // A condition names the roles: S3 refuses a policy with a principal that does not exist.
  const isApplyRole = { ArnLike: { "aws:PrincipalArn": [confinedRoles.roleArns] } };

  test("can access only records outside the prefix in its tag", () => {
    expect(normalized(statement(policy, "ConfineApplyRolesToTheirPrefix"))).toEqual({
      ...denied,
      NotAction: ["s3:GetObject"],
      // Without the bucket itself the role could not list it.
      NotResource: [bucket, ownPrefix],
      Condition: isApplyRole,
    });
    expect(normalized(statement(policy, "BeyondTheirPrefixApplyRolesReadRecordsAlone"))).toEqual({
      ...denied,
      Action: ["s3:GetObject"],
      NotResource: [ownPrefix, `${bucket}/*.record`],
      Condition: isApplyRole,
    });
  });

  test("without the tag can access no object, including records", () => {
    expect(normalized(statement(policy, "RefuseApplyRolesWithoutAPrefix"))).toEqual({
      ...denied,
      Action: ["s3:*"],
      Resource: [`${bucket}/*`],
      Condition: { ...isApplyRole, Null: { "aws:PrincipalTag/StatePrefix": ["true"] } },
    });
  });

  test("may read, write and delete its own states and records, but delete no version", () => {
    expect(normalized(statement(policy, "ApplyRolesReadWriteAndDeleteAlone"))).toEqual({
      ...denied,
      NotAction: [
        "s3:AbortMultipartUpload",
        "s3:DeleteObject",
        "s3:GetObject*",
        "s3:ListMultipartUploadParts",
        "s3:PutObject",
      ],
      Resource: [`${bucket}/*`],
      Condition: isApplyRole,
    });
  });

  test("of an environment cannot access account-wide states and records, even if it has the account's name", () => {
    expect(normalized(statement(policy, "KeepEnvironmentsOffAccountWideStates"))).toEqual({
      ...denied,
      Action: ["s3:*"],
      Resource: [...withCompanions("dev/bootstrap"), ...withCompanions("dev/iam")],
      Condition: { ...isApplyRole, ArnNotEquals: { "aws:PrincipalArn": [confinedRoles.accountRoleArn] } },
    });
  });

  test("of an account can access only the account-wide states that it applies and their records under that prefix", () => {
    expect(normalized(statement(policy, "ConfineTheAccountRoleToItsStates"))).toEqual({
      ...denied,
      Action: ["s3:*"],
      NotResource: [bucket, ...withCompanions("dev/iam")],
      Condition: { ArnEquals: { "aws:PrincipalArn": [confinedRoles.accountRoleArn] } },
    });
  });
});

describe("readers of records in another account", () => {
  const ci = {
    accountId: "333333333333",
    roleArns: ["arn:aws:iam::333333333333:role/Admin", "arn:aws:iam::333333333333:role/apply-ci"],
    keys: ["dev/network.record", "dev/iam.record"],
  };
  const roleArns = ["arn:aws:iam::444444444444:role/Admin"];
  const lab = { accountId: "444444444444", roleArns, keys: ["dev/iam.record"] };
  const statements = stateBucket({ recordReaders: [ci, lab] }).policy("state/bucket/policy").Statement;

  test.each([ci, lab])(
    "only these roles of $accountId may read, and only these records",
    ({ accountId, roleArns, keys }) => {
      const own = statements.filter(({ Principal }) => JSON.stringify(Principal).includes(accountId));
      expect(own.map(normalized)).toEqual([
        {
          Effect: "Allow",
          // A condition names the roles: S3 refuses a policy with a principal that does not exist.
          Principal: { AWS: [`arn:aws:iam::${accountId}:root`] },
          Action: ["s3:GetObject"],
          Resource: keys.map((key) => `arn:aws:s3:::states/${key}`).sort(),
          Condition: { ArnEquals: { "aws:PrincipalArn": roleArns } },
        },
      ]);
    },
  );

  test("the policy has exactly one Allow statement for each account", () => {
    expect(statements.filter(({ Effect }) => Effect === "Allow")).toHaveLength(2);
    const { Statement } = stateBucket().policy("state/bucket/policy");
    expect(Statement.filter(({ Effect }) => Effect === "Allow")).toEqual([]);
  });
});

test("denies nothing to principals that it does not name", () => {
  expect(stateBucket().policy("state/bucket/policy").Statement).toHaveLength(1);
});
