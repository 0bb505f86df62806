import { actionsMatching } from "../../../../tools/access/policy/catalog";
import { example } from "../../../support/estates";
import { synthesize } from "../../../support/synthesize";
import {
  access,
  ACCOUNT,
  ACCOUNTS,
  ADMINISTRATOR_ACCESS,
  allowedOf,
  DOCUMENTED,
  ENVIRONMENTS,
  every,
  givenToo,
  HARDENED,
  namedActions,
  namespace,
  SAMPLE,
  serviceUserArn,
  stateBucket,
  studydata,
  type AccountName,
} from "./support";

describe("service users", () => {
  const USERS = ["terraform-user", "elastic-container-registry-user"] as const;

  /** One action of each AWS service, and those of the sample. */
  async function broadSample(): Promise<string[]> {
    const first = new Map((await actionsMatching("*")).map((action) => [action.split(":")[0], action]));
    expect(first.size).toBeGreaterThan(300);
    return [...new Set([...first.values(), ...SAMPLE])].sort();
  }

  describe("service users", () => {
    const stacks = synthesize(example()).stacks;

    test.each(ACCOUNTS)("are in %s under /service/, with a boundary", (account) => {
      for (const name of USERS) {
        const { principal } = access.user(account, name);
        expect(principal.arn).toBe(serviceUserArn(account, name));
        expect(principal.boundary?.name).toBe(`arn:aws:iam::${ACCOUNT[account]}:policy/service/${name}-boundary`);
      }
    });

    test("are the only users", () => {
      const users = access.model.principals.filter(({ kind }) => kind === "user").map(({ name }) => name);
      expect(new Set(users)).toEqual(new Set(USERS));
    });

    test.each([
      ["access key", "aws_iam_access_key"],
      ["console login", "aws_iam_user_login_profile"],
      ["group", "aws_iam_group"],
      ["membership of a group", "aws_iam_user_group_membership"],
      ["password for a service", "aws_iam_service_specific_credential"],
      ["SSH key", "aws_iam_user_ssh_key"],
    ])("have no %s from Terraform", (_, type) => {
      expect(stacks.filter(({ json }) => Object.keys(json.resource ?? {}).includes(type)).map(({ id }) => id)).toEqual(
        [],
      );
    });

    test.each(USERS)("%s assumes no role: no policy names it, and its policies do not allow it", async (name) => {
      for (const account of ACCOUNTS) {
        const user = access.user(account, name);
        await expect(user).not.toBeAllowed("sts:AssumeRole");
        const naming = [
          ...access.model.principals.flatMap(({ trust }) => (trust ? [trust] : [])),
          ...access.model.guardedResources.map(({ policy }) => policy),
        ].flatMap(({ statements }) => statements.filter(({ effect }) => effect === "Allow"));
        expect(
          naming.filter(({ principals = {} }) =>
            (principals["AWS"] ?? []).some((arn) => arn === "*" || arn.includes(":user/service/")),
          ),
        ).toEqual([]);
      }
    });

    test.each(USERS)("%s changes nothing of IAM, itself included", async (name) => {
      for (const action of [
        ...["iam:CreateAccessKey", "iam:PutUserPolicy", "iam:AttachUserPolicy"],
        "iam:DeleteUserPermissionsBoundary",
      ]) {
        await expect(access.user("dev", name)).not.toBeAllowed(action, { on: serviceUserArn("dev", name) });
      }
    });
  });

  describe("terraform-user", () => {
    const EIGHT = [
      ...["ec2:DescribeInternetGateways", "ec2:DescribeNatGateways", "ec2:DescribeRouteTables"],
      ...["ec2:DescribeSecurityGroups", "ec2:DescribeSubnets", "ec2:DescribeVpcAttribute"],
      ...["ec2:DescribeVpcEndpoints", "ec2:DescribeVpcs"],
    ];

    test.each(EIGHT)("may %s", async (action) => {
      await expect(access.user("dev", "terraform-user")).toBeAllowed(action);
      await expect(access.user("prod", "terraform-user")).toBeAllowed(action);
    });

    test("has no other permission, of all AWS actions", async () => {
      const all = await actionsMatching("*");
      expect(await allowedOf(access.user("dev", "terraform-user"), all)).toEqual(EIGHT);
    });

    test.each(ACCOUNTS)("has a policy in %s that names its eight actions, by one statement", async (account) => {
      const { principal } = access.user(account, "terraform-user");
      expect(await namedActions(principal)).toEqual(EIGHT);
      expect(principal.policies.flatMap(({ statements }) => statements.map(({ sid }) => sid))).toEqual([
        "TerraformerRDSPermissions",
      ]);
    });

    test("is limited to them by its boundary, even with every other permission", async () => {
      for (const account of ["dev", "prod"] as const) {
        const tempted = givenToo(access.user(account, "terraform-user"), ADMINISTRATOR_ACCESS);
        const sample = account === "dev" ? await broadSample() : await actionsMatching("ec2:Describe*");
        const actions = [...new Set([...sample, ...EIGHT])].sort();
        expect(await allowedOf(tempted, actions)).toEqual(EIGHT);
        const decision = await access.decide(tempted.principal, "s3:GetObject", `${stateBucket(account)}/x.tfstate`);
        expect(decision).toMatchObject({ allowed: false, blockedBy: ["permissions boundary"] });
      }
    });
  });

  describe("elastic-container-registry-user", () => {
    const NAME = "elastic-container-registry-user";
    const PUSH_AND_PULL = [
      ...["ecr:BatchCheckLayerAvailability", "ecr:BatchGetImage", "ecr:CompleteLayerUpload", "ecr:DescribeImages"],
      ...["ecr:DescribeRepositories", "ecr:GetDownloadUrlForLayer", "ecr:InitiateLayerUpload", "ecr:ListImages"],
      ...["ecr:PutImage", "ecr:UploadLayerPart"],
    ];
    const LOG_IN = "ecr:GetAuthorizationToken";
    const WITHOUT_REPOSITORIES: AccountName[] = ["master", "dev-analytics", "partner-lab", "prod-analytics"];
    const repository = (account: AccountName, name: string, region = "eu-west-1") =>
      `arn:aws:ecr:${region}:${ACCOUNT[account]}:repository/${name}`;
    const secret = (account: AccountName, name: string, region = "eu-west-1") =>
      `arn:aws:secretsmanager:${region}:${ACCOUNT[account]}:secret:${name}-AbCdEf`;

    test.each(ENVIRONMENTS)("pushes and pulls the images of %s", async (environment) => {
      const on = repository(environment, `${namespace(environment)}/dagster`);
      for (const action of PUSH_AND_PULL) await expect(access.user(environment, NAME)).toBeAllowed(action, { on });
      await expect(access.user(environment, NAME)).toBeAllowed(LOG_IN);
    });

    test.each([
      ["of another environment in the same account", "dev", repository("dev", "ci-irl-galileo/dagster")],
      ["another one of its environment", "dev", repository("dev", "dev-irl-galileo/other")],
      ["one whose name has the same beginning", "dev", repository("dev", "dev-irl-galileo/dagster2")],
      ["one of another region", "dev", repository("dev", "dev-irl-galileo/dagster", "us-east-1")],
      ["another account's", "dev", repository("ci", "ci-irl-galileo/dagster")],
      ["production's", "staging", repository("prod", "prod-irl-galileo/dagster")],
    ] as const)("neither pushes nor pulls images of %s", async (_, account, on) => {
      for (const action of PUSH_AND_PULL) await expect(access.user(account, NAME)).not.toBeAllowed(action, { on });
    });

    test.each([
      ...["ecr:BatchDeleteImage", "ecr:CreateRepository", "ecr:DeleteLifecyclePolicy", "ecr:DeleteRepository"],
      ...["ecr:DeleteRepositoryPolicy", "ecr:PutImageTagMutability", "ecr:PutLifecyclePolicy"],
      "ecr:SetRepositoryPolicy",
      ...["iam:CreateUser", "iam:PassRole"],
      ...["kms:Decrypt", "kms:ListKeys"],
      "cloudformation:CreateChangeSet",
      "lambda:InvokeFunction",
      "rds:DescribeDBInstances",
      ...["s3:GetObject", "s3:PutObject"],
      "ssm:GetParameter",
      "sts:AssumeRole",
      "tag:GetResources",
    ])("never %s", async (action) => {
      for (const account of ["dev", "prod"] as const) await expect(access.user(account, NAME)).not.toBeAllowed(action);
    });

    test.each(ENVIRONMENTS)("reads no object of %s", async (environment) => {
      for (const bucket of [studydata(environment), stateBucket(environment)]) {
        await expect(access.user(environment, NAME)).not.toBeAllowed("s3:GetObject", { on: `${bucket}/x` });
      }
    });

    describe("in an account with the documented profile", () => {
      test.each(DOCUMENTED)("reads and writes any secret of %s", async (account) => {
        for (const name of [`${namespace(account)}/dagster`, "other/x", "rds!db-1"]) {
          for (const action of [
            "secretsmanager:GetSecretValue",
            "secretsmanager:PutSecretValue",
            "secretsmanager:DeleteSecret",
          ]) {
            await expect(access.user(account, NAME)).toBeAllowed(action, { on: secret(account, name) });
          }
        }
        await expect(access.user(account, NAME)).not.toBeAllowed("secretsmanager:GetSecretValue", {
          on: secret("prod", "x"),
        });
      });

      test.each(DOCUMENTED)("has no other permission in %s", async (account) => {
        const user = access.user(account, NAME);
        const expected = [...PUSH_AND_PULL, LOG_IN, ...(await actionsMatching("secretsmanager:*"))].sort();
        expect(await allowedOf(user, await namedActions(user.principal))).toEqual(expected);
      });
    });

    describe("in an account with the hardened profile", () => {
      const SECRETS = [
        ...["secretsmanager:CreateSecret", "secretsmanager:DescribeSecret", "secretsmanager:GetSecretValue"],
        ...["secretsmanager:ListSecretVersionIds", "secretsmanager:PutSecretValue", "secretsmanager:TagResource"],
        "secretsmanager:UpdateSecret",
      ];

      test.each(HARDENED)("reads and writes secrets of the namespace in %s", async (account) => {
        for (const action of SECRETS) {
          await expect(access.user(account, NAME)).toBeAllowed(action, {
            on: secret(account, `${namespace(account)}/dagster`),
          });
        }
      });

      test.each(HARDENED)("and no other in %s", async (account) => {
        const other = account === "prod" ? "staging" : "prod";
        const others = [
          secret(account, "dagster"),
          secret(account, "rds!db-1"),
          secret(account, `${namespace(account)}2/dagster`),
          secret(account, `${namespace(other)}/dagster`),
          secret(account, `${namespace(account)}/dagster`, "us-east-1"),
          secret(other, `${namespace(other)}/dagster`),
        ];
        for (const on of others) {
          for (const action of SECRETS) await expect(access.user(account, NAME)).not.toBeAllowed(action, { on });
        }
      });

      test.each(HARDENED)("and no other in %s, even without its boundary", async (account) => {
        const unbounded = { access, principal: { ...access.user(account, NAME).principal, boundary: undefined } };
        expect(await allowedOf(unbounded, SECRETS, secret(account, "other/x"))).toEqual([]);
        expect(await allowedOf(unbounded, SECRETS, secret(account, `${namespace(account)}/dagster`))).toEqual(SECRETS);
      });

      test.each(HARDENED)("has no other permission in %s", async (account) => {
        const user = access.user(account, NAME);
        expect(await namedActions(user.principal)).toEqual([...PUSH_AND_PULL, LOG_IN, ...SECRETS].sort());
      });
    });

    test.each(WITHOUT_REPOSITORIES)("only logs in to the registry in %s, which has no repository", async (account) => {
      expect(await namedActions(access.user(account, NAME).principal)).toEqual([LOG_IN]);
      await expect(access.user(account, NAME)).toBeAllowed(LOG_IN);
    });

    test.each(["dev", "prod", "prod-analytics"] as const)(
      "is limited in %s to registry and secrets by its boundary, even with every other permission",
      async (account) => {
        const tempted = givenToo(access.user(account, NAME), ADMINISTRATOR_ACCESS);
        const actions = SAMPLE.filter((action) => !/^(ecr|secretsmanager):/.test(action));
        expect(await allowedOf(tempted, actions)).toEqual([]);
        await expect(tempted).toBeAllowed("ecr:DeleteRepository");
      },
    );

    test.each([...HARDENED, "master", "prod-analytics"] as const)(
      "is denied other secrets in %s by its boundary",
      async (account) => {
        const tempted = givenToo(access.user(account, NAME), ADMINISTRATOR_ACCESS);
        const actions = await every(["secretsmanager:*"]);
        expect(await allowedOf(tempted, actions, secret(account, "other/x"))).toEqual([]);
      },
    );
  });
});
