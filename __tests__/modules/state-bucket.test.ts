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

test("has a key of ours only where asked for", () => {
  expect(stateBucket().all("aws_kms_key")).toEqual([]);
  const stack = stateBucket({ keyAlias: "alias/states" });
  const [rule] = stack.one("aws_s3_bucket_server_side_encryption_configuration")["rule"] as unknown[];
  expect(rule).toMatchObject({
    apply_server_side_encryption_by_default: {
      sse_algorithm: "aws:kms",
      kms_master_key_id: `\${${stack.resourceAt("state/key/key").address}.arn}`,
    },
  });
  expect(stack.one("aws_kms_alias")).toMatchObject({ name: "alias/states" });
});

test("never loses that key: no state could be read without it", () => {
  expect(stateBucket({ keyAlias: "alias/states" }).one("aws_kms_key")["lifecycle"]).toEqual({ prevent_destroy: true });
});

describe("an apply role", () => {
  const policy = stateBucket({ confinedRoles }).policy("state/bucket/policy");
  const bucket = "arn:aws:s3:::states";
  const ownPrefix = `${bucket}/\${aws:PrincipalTag/StatePrefix}/*`;
  const withCompanions = (stack: string) =>
    [".record", ".tfstate", ".tfstate.tflock"].map((end) => `${bucket}/${stack}${end}`);
  const denied = { Effect: "Deny", Principal: "*" };
  // A principal that does not exist yet would make S3 refuse the policy: hence the condition.
  const isApplyRole = { ArnLike: { "aws:PrincipalArn": [confinedRoles.roleArns] } };

  test("reaches nothing beyond the prefix that its tag names, by whatever action, but records", () => {
    expect(normalized(statement(policy, "ConfineApplyRolesToTheirPrefix"))).toEqual({
      ...denied,
      NotAction: ["s3:GetObject"],
      // Without the bucket itself it could not even be listed.
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

  test("that lacks the tag reaches no object at all, no record neither", () => {
    expect(normalized(statement(policy, "RefuseApplyRolesWithoutAPrefix"))).toEqual({
      ...denied,
      Action: ["s3:*"],
      Resource: [`${bucket}/*`],
      Condition: { ...isApplyRole, Null: { "aws:PrincipalTag/StatePrefix": ["true"] } },
    });
  });

  test("reads, writes and deletes its own states and records, and takes no version away", () => {
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

  test("of an environment does not reach account-wide states and records, even where the environment has the account's name", () => {
    expect(normalized(statement(policy, "KeepEnvironmentsOffAccountWideStates"))).toEqual({
      ...denied,
      Action: ["s3:*"],
      Resource: [...withCompanions("dev/bootstrap"), ...withCompanions("dev/iam")],
      Condition: { ...isApplyRole, ArnNotEquals: { "aws:PrincipalArn": [confinedRoles.accountRoleArn] } },
    });
  });

  test("of an account reaches the account-wide states that it applies and their records, and nothing else under that prefix", () => {
    expect(normalized(statement(policy, "ConfineTheAccountRoleToItsStates"))).toEqual({
      ...denied,
      Action: ["s3:*"],
      NotResource: [bucket, ...withCompanions("dev/iam")],
      Condition: { ArnEquals: { "aws:PrincipalArn": [confinedRoles.accountRoleArn] } },
    });
  });
});

describe("who reads records in another account", () => {
  const ci = {
    accountId: "333333333333",
    roleArns: ["arn:aws:iam::333333333333:role/Admin", "arn:aws:iam::333333333333:role/apply-ci"],
    keys: ["dev/network.record", "dev/iam.record"],
  };
  const lab = {
    accountId: "444444444444",
    roleArns: ["arn:aws:iam::444444444444:role/Admin"],
    keys: ["dev/iam.record"],
  };
  const statements = stateBucket({ recordReaders: [ci, lab] }).policy("state/bucket/policy").Statement;

  test.each([ci, lab])(
    "these roles of $accountId alone, these records alone, and nothing but read",
    ({ accountId, roleArns, keys }) => {
      const own = statements.filter(({ Principal }) => JSON.stringify(Principal).includes(accountId));
      expect(own.map(normalized)).toEqual([
        {
          Effect: "Allow",
          // Not the roles themselves: S3 refuses a policy that names one that does not exist yet.
          Principal: { AWS: [`arn:aws:iam::${accountId}:root`] },
          Action: ["s3:GetObject"],
          Resource: keys.map((key) => `arn:aws:s3:::states/${key}`).sort(),
          Condition: { ArnEquals: { "aws:PrincipalArn": roleArns } },
        },
      ]);
    },
  );

  test("nobody else: there is a statement for each account, and no other that allows", () => {
    expect(statements.filter(({ Effect }) => Effect === "Allow")).toHaveLength(2);
    expect(
      stateBucket()
        .policy("state/bucket/policy")
        .Statement.filter(({ Effect }) => Effect === "Allow"),
    ).toEqual([]);
  });
});

test("confines nobody who is not named", () => {
  expect(stateBucket().policy("state/bucket/policy").Statement).toHaveLength(1);
});
