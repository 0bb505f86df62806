import { CrossAccountExecutionRole } from "../../../modules/iam/cross-account-execution-role";
import { documentedPolicy } from "../../support/fixtures";
import { synthModule } from "../../support/module";
import { found } from "../../support/estates";
import { listOf, normalized, statement, type RenderedStatement } from "../../support/policy";

const applicationRoleArns = ["ApiHandler", "WorkflowLoopRunner"].map(
  (name) => `arn:aws:iam::222222222222:role/dev-${name}`,
);
const executionRole = (profile: "documented" | "hardened") =>
  synthModule((scope) => {
    new CrossAccountExecutionRole(scope, "cross-account-role", {
      name: "dev-irl-galileo-cross-account-role",
      boundaryName: "dev-irl-galileo-analysis-boundary",
      rolePath: "/bounded/dev-irl-galileo/",
      profile,
      namespace: "dev-irl-galileo",
      memberAccountId: "666666666666",
      mainAccountId: "222222222222",
      externalId: "galileo",
      applicationRoleArns,
    });
  });
const ROLE = "cross-account-role/role";
const POLICIES = ["cloudformation", "cost-explorer", "ec2", "emr", "iam", "s3", "sagemaker", "ssm"];

const documented = (name: string) =>
  documentedPolicy(`account-roles/${name}.json`, {
    "<aws-account-id-where-analytics-env-needs-to-run>": "666666666666",
  });

describe.each(["documented", "hardened"] as const)("%s", (profile) => {
  const stack = executionRole(profile);

  test("trusts as the documentation says: the two application roles and its own account, with the ExternalId", () => {
    const said = documentedPolicy("account-roles/cross-account-role-trust.json", {
      "${MainAccount}": "222222222222",
      "${MemberAccount}": "666666666666",
      "${ApiHandlerRole}": "dev-ApiHandler",
      "${WorkflowLoopRunnerRole}": "dev-WorkflowLoopRunner",
      "${ExternalId}": '"galileo"',
    });
    const trust = stack.trust(`${ROLE}/role`);
    expect(trust.Version).toBe(said.Version);
    expect(trust.Statement.map(normalized)).toEqual(said.Statement.map(normalized));
  });

  test("has the eight policies, all inline", () => {
    expect(Object.keys(stack.inlinePolicies(ROLE))).toEqual(POLICIES);
    expect(stack.managedPolicies(ROLE)).toEqual([]);
  });
});

describe("documented", () => {
  const stack = executionRole("documented");
  const inline = stack.inlinePolicies(ROLE);

  test.each(POLICIES)("the policy %s equals the documentation, statement by statement", (name) => {
    const said = documented(name).Statement;
    const { Statement } = found(inline, name);
    expect(Statement.map(normalized)).toEqual(said.map(normalized));
    // Documented sids are kept.
    expect(Statement.map(({ Sid }, index) => said[index]?.Sid ?? Sid)).toEqual(Statement.map(({ Sid }) => Sid));
  });

  test("has Version 2012-10-17 in every policy, although only one documented policy has it", () => {
    expect(POLICIES.filter((name) => documented(name).Version !== undefined)).toEqual(["cloudformation"]);
    expect(POLICIES.map((name) => found(inline, name).Version)).toEqual(POLICIES.map(() => "2012-10-17"));
  });

  test("has no boundary, because the documentation has none", () => {
    expect(stack.all("aws_iam_policy")).toEqual([]);
  });
});

describe("hardened", () => {
  const stack = executionRole("hardened");
  const inline = stack.inlinePolicies(ROLE);
  const iam = found(inline, "iam");
  const boundaryArn = "arn:aws:iam::666666666666:policy/dev-irl-galileo-analysis-boundary";
  const ownRoles = "arn:aws:iam::666666666666:role/bounded/dev-irl-galileo/analysis-*";
  const ourBuckets = ["arn:aws:s3:::666666666666-dev-irl-galileo-*", "arn:aws:s3:::222222222222-dev-irl-galileo-*"];
  const allowing = (action: string, document = iam) =>
    document.Statement.filter(({ Effect, Action }) => Effect === "Allow" && listOf(Action).includes(action));
  const isServiceLinked = ({ Resource }: RenderedStatement) =>
    listOf(Resource).every((arn) => arn.includes(":role/aws-service-role/"));

  test.each([
    "iam:CreateRole",
    "iam:PutRolePolicy",
    "iam:DeleteRolePolicy",
    "iam:AttachRolePolicy",
    "iam:DetachRolePolicy",
  ])("allows %s only on analysis roles with the boundary", (action) => {
    const statements = allowing(action).filter((one) => !isServiceLinked(one));
    expect(statements).not.toHaveLength(0);
    const isRemoval = /:(Delete|Detach)/.test(action);
    for (const one of statements) {
      expect(one).toMatchObject({
        Resource: isRemoval ? [ownRoles, "arn:aws:iam::666666666666:role/analysis-*"] : [ownRoles],
        Condition: { StringEquals: { "iam:PermissionsBoundary": boundaryArn } },
      });
    }
  });

  test("attaches the EMR service policy only, as documented", () => {
    expect(statement(iam, "iamRoleServicePolicyAccess").Condition).toEqual({
      ArnLike: { "iam:PolicyARN": "arn:aws:iam::aws:policy/service-role/AmazonElasticMapReduceRole" },
      StringEquals: { "iam:PermissionsBoundary": boundaryArn },
    });
  });

  test("never changes or removes a boundary, even if another statement allows it", () => {
    expect(normalized(statement(iam, "NeverChangeABoundary"))).toEqual({
      Effect: "Deny",
      Action: [
        "iam:CreatePolicyVersion",
        "iam:DeletePolicy",
        "iam:DeletePolicyVersion",
        "iam:DeleteRolePermissionsBoundary",
        "iam:PutRolePermissionsBoundary",
        "iam:SetDefaultPolicyVersion",
      ],
      Resource: ["*"],
      Condition: {},
    });
  });

  test("passes analysis roles to EC2, EMR and SageMaker only", () => {
    expect(allowing("iam:PassRole").map(normalized)).toEqual([
      {
        Effect: "Allow",
        Action: ["iam:PassRole"],
        Resource: [ownRoles],
        Condition: {
          StringEquals: {
            "iam:PassedToService": ["ec2.amazonaws.com", "elasticmapreduce.amazonaws.com", "sagemaker.amazonaws.com"],
          },
        },
      },
    ]);
  });

  test("allows no IAM action that is not in the documentation", () => {
    const actions = (document: typeof iam) =>
      new Set(document.Statement.filter(({ Effect }) => Effect === "Allow").flatMap(({ Action }) => listOf(Action)));
    expect([...actions(iam)].sort()).toEqual([...actions(documented("iam"))].sort());
  });

  test("allows the documented CloudFormation actions, but only on stacks of the environment", () => {
    const [said] = documented("cloudformation").Statement;
    if (!said) throw new Error("the documentation has no such statement");
    expect(found(inline, "cloudformation").Statement.map(normalized)).toEqual([
      { ...normalized(said), Resource: ["arn:aws:cloudformation:*:666666666666:stack/dev-irl-galileo-*/*"] },
    ]);
  });

  test("allows every S3 action, but only on the environment's buckets in the member and main accounts", () => {
    const [s3, ...others] = found(inline, "s3").Statement;
    expect(others).toEqual([]);
    expect(s3).toMatchObject({ Effect: "Allow", Action: ["s3:*"] });
    expect(listOf(s3?.Resource).sort()).toEqual(ourBuckets.flatMap((arn) => [arn, `${arn}/*`]).sort());
  });

  test.each(["cost-explorer", "ec2", "emr", "sagemaker", "ssm"])("the policy %s equals the documentation", (name) => {
    expect(found(inline, name).Statement.map(normalized)).toEqual(documented(name).Statement.map(normalized));
  });

  describe("the boundary", () => {
    const boundary = stack.policy("cross-account-role/boundary");

    test("is the policy in the conditions", () => {
      expect(stack.at("cross-account-role/boundary")).toMatchObject({ name: "dev-irl-galileo-analysis-boundary" });
      expect(stack.at("cross-account-role/boundary")).not.toHaveProperty("path");
    });

    test("allows an analysis role no change in IAM, and only passing analysis roles to the same services", () => {
      const iamActions = boundary.Statement.flatMap(({ Action }) => listOf(Action)).filter((action) =>
        /^(iam|sts|organizations|\*)/.test(action),
      );
      expect(iamActions).toEqual(["iam:GetInstanceProfile", "iam:GetRole", "iam:ListRolePolicies", "iam:PassRole"]);
      expect(allowing("iam:PassRole", boundary).map(normalized)).toEqual(allowing("iam:PassRole").map(normalized));
    });

    test("allows access to buckets of the environment, and reading EMR's software", () => {
      const onS3 = boundary.Statement.filter(({ Action }) => listOf(Action).some((action) => action.startsWith("s3:")));
      const writable = onS3
        .filter(({ Action }) => listOf(Action).includes("s3:*"))
        .flatMap(({ Resource }) => listOf(Resource));
      expect(writable.sort()).toEqual(ourBuckets.flatMap((arn) => [arn, `${arn}/*`]).sort());
      expect(statement(boundary, "ReadEmrSoftware").Action).toEqual(["s3:GetObject", "s3:ListBucket"]);
      expect(onS3).toHaveLength(2);
    });
  });
});
