import { StateBucket, type ConfinedRoles } from "../../modules/state-bucket";
import { synthModule } from "../support/module";
import { normalized, statement } from "../support/policy";

const stateBucket = (props: { keyAlias?: string; confinedRoles?: ConfinedRoles } = {}) =>
  synthModule((scope) => {
    new StateBucket(scope, "state", { bucket: "states", ...props });
  });

const confinedRoles: ConfinedRoles = {
  roleArns: "arn:aws:iam::111111111111:role/apply-*",
  accountRoleArn: "arn:aws:iam::111111111111:role/apply-account",
  accountStateKeys: ["dev/iam.tfstate"],
  accountWideKeys: ["dev/bootstrap.tfstate", "dev/iam.tfstate"],
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
  const withLock = (key: string) => [`arn:aws:s3:::states/${key}`, `arn:aws:s3:::states/${key}.tflock`];
  const denied = {
    Effect: "Deny",
    Principal: "*",
    Action: ["s3:DeleteObject*", "s3:GetObject*", "s3:PutObject*", "s3:ReplicateObject", "s3:RestoreObject"],
  };

  test("reaches the states under the prefix that its tag names and no others", () => {
    expect(normalized(statement(policy, "ConfineApplyRolesToTheirPrefix"))).toEqual({
      ...denied,
      NotResource: ["arn:aws:s3:::states/${aws:PrincipalTag/StatePrefix}/*"],
      // A principal that does not exist yet would make S3 refuse the policy: hence the condition.
      Condition: { ArnLike: { "aws:PrincipalArn": [confinedRoles.roleArns] } },
    });
  });

  test("that lacks the tag reaches no state at all", () => {
    expect(normalized(statement(policy, "RefuseApplyRolesWithoutAPrefix"))).toEqual({
      ...denied,
      Resource: ["arn:aws:s3:::states/*"],
      Condition: { ArnLike: { "aws:PrincipalArn": [confinedRoles.roleArns] }, Null: { "aws:PrincipalTag/StatePrefix": ["true"] } },
    });
  });

  test("of an environment does not reach account-wide states, even where the environment has the account's name", () => {
    expect(normalized(statement(policy, "KeepEnvironmentsOffAccountWideStates"))).toEqual({
      ...denied,
      Resource: [...withLock("dev/bootstrap.tfstate"), ...withLock("dev/iam.tfstate")],
      Condition: {
        ArnLike: { "aws:PrincipalArn": [confinedRoles.roleArns] },
        ArnNotEquals: { "aws:PrincipalArn": [confinedRoles.accountRoleArn] },
      },
    });
  });

  test("of an account reaches the account-wide states that it applies, and nothing else under that prefix", () => {
    expect(normalized(statement(policy, "ConfineTheAccountRoleToItsStates"))).toEqual({
      ...denied,
      NotResource: withLock("dev/iam.tfstate"),
      Condition: { ArnEquals: { "aws:PrincipalArn": [confinedRoles.accountRoleArn] } },
    });
  });
});

test("confines nobody who is not named", () => {
  expect(stateBucket().policy("state/bucket/policy").Statement).toHaveLength(1);
});
