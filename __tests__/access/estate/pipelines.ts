import { smallWith } from "../../support/estates";
import { accessOf } from "../../support/access";
import {
  access,
  ACCOUNT,
  ACCOUNTS,
  allowedOf,
  APPLY_ROLES,
  applyRole,
  apiHandler,
  asking,
  deployment,
  DEPLOYMENTS,
  ENVIRONMENTS,
  iamWrites,
  MEMBERS,
  namedActions,
  person,
  planRole,
  refusedBy,
  roleArn,
  rootArn,
  SAMPLE,
  serviceUserArn,
  stateBucket,
  studydata,
  type AccountName,
} from "./support";

describe("pipelines", () => {
  const HOST = "token.actions.githubusercontent.com";
  const REPOSITORY = "repo:example-org/aws-estate";
  const AUDIENCE = "sts.amazonaws.com";

  const provider = (account: AccountName, host = HOST) => `arn:aws:iam::${ACCOUNT[account]}:oidc-provider/${host}`;
  /** A job of GitHub Actions that asks for a role. */
  const job = (account: AccountName, to: string, sub: string, aud = AUDIENCE) => ({ from: provider(account), to, claims: { aud, sub } });
  const apply = (account: AccountName, deploys: string) => access.subject(applyRole(account, deploys));
  const githubEnvironment = (account: AccountName, deploys: string) => (deploys === "account" ? `account-${account}` : deploys);

  /** Subjects of jobs that no role of the estate is for. */
  const STRANGERS = [
    "repo:example-org/aws-estate-evil:pull_request",
    "repo:example-org/aws-estate-evil:ref:refs/heads/main",
    "repo:example-org-evil/aws-estate:pull_request",
    "repo:evil/aws-estate:ref:refs/heads/main",
    "repo:evil/example-org/aws-estate:pull_request",
    "repo:Example-Org/AWS-Estate:pull_request",
    "example-org/aws-estate:pull_request",
    "",
  ] as const;

  /** Subjects of the repository itself that plan nothing, and apply nothing. */
  const OTHER_JOBS = [
    `${REPOSITORY}:ref:refs/heads/develop`,
    `${REPOSITORY}:ref:refs/heads/main2`,
    `${REPOSITORY}:ref:refs/heads/main/x`,
    `${REPOSITORY}:ref:refs/heads/feature/main`,
    `${REPOSITORY}:ref:refs/tags/main`,
    `${REPOSITORY}:ref:refs/heads/*`,
    `${REPOSITORY}:pull_request_target`,
    `${REPOSITORY}:environment:qa`,
    `${REPOSITORY}:*`,
    REPOSITORY,
  ] as const;

  describe("who plans", () => {
    test.each(ACCOUNTS)("pull requests and the main branch, in %s", async (account) => {
      const to = planRole(account);
      await expect(access).toAllowAssume(job(account, to, `${REPOSITORY}:pull_request`));
      await expect(access).toAllowAssume(job(account, to, `${REPOSITORY}:ref:refs/heads/main`));
    });

    test.each([...STRANGERS, ...OTHER_JOBS, `${REPOSITORY}:environment:dev`, `${REPOSITORY}:environment:account-dev`])(
      "not %j",
      async (sub) => {
        for (const account of ["dev", "prod", "master"] as const) {
          await expect(access).not.toAllowAssume(job(account, planRole(account), sub));
        }
      },
    );

    test.each(["https://github.com/example-org", "sts.amazonaws.com.evil", "STS.amazonaws.com", ""])("no token for %j", async (aud) => {
      await expect(access).not.toAllowAssume(job("dev", planRole("dev"), `${REPOSITORY}:pull_request`, aud));
      await expect(access).not.toAllowAssume(job("dev", applyRole("dev", "dev"), `${REPOSITORY}:environment:dev`, aud));
    });

    test("no token without a subject, or without an audience", async () => {
      const from = provider("dev");
      for (const [to, sub] of [
        [planRole("dev"), `${REPOSITORY}:pull_request`],
        [applyRole("dev", "dev"), `${REPOSITORY}:environment:dev`],
      ] as const) {
        await expect(access).not.toAllowAssume({ from, to, claims: { aud: AUDIENCE } });
        await expect(access).not.toAllowAssume({ from, to, claims: { sub } });
        await expect(access).not.toAllowAssume({ from, to });
      }
    });

    test("no token of another provider, or of another account's", async () => {
      const claims = { aud: AUDIENCE, sub: `${REPOSITORY}:pull_request` };
      await expect(access).not.toAllowAssume({ from: provider("dev", "gitlab.com"), to: planRole("dev"), claims });
      await expect(access).not.toAllowAssume({ from: provider("ci"), to: planRole("dev"), claims });
    });

    test.each(ACCOUNTS)("the machines of the environments that are in %s, and no other", async (account) => {
      for (const environment of ENVIRONMENTS) {
        const attempt = { from: deployment(environment), to: planRole(account) };
        const plans = account === environment || MEMBERS[environment].includes(account);
        if (plans) await expect(access).toAllowAssume(attempt);
        else await expect(access).not.toAllowAssume(attempt);
      }
    });

    test.each(ACCOUNTS)("no person, machine or other role in %s", async (account) => {
      const others = [
        person("platform-lead"),
        person("platform-engineer"),
        rootArn(account),
        roleArn(account, "Admin"),
        roleArn(account, "Operator"),
        roleArn(account, "managed-instance"),
        roleArn(account, "somebody-with-everything"),
        serviceUserArn(account, "terraform-user"),
        apiHandler("dev"),
        "ec2.amazonaws.com",
        "codebuild.amazonaws.com",
      ];
      for (const from of others) await expect(access).not.toAllowAssume(asking(from, planRole(account)));
    });
  });

  describe("the plan role", () => {
    const plan = (account: AccountName) => access.subject(planRole(account));

    test.each(ACCOUNTS)("reads the states of %s, and writes lock files alone", async (account) => {
      const bucket = stateBucket(account);
      await expect(plan(account)).toBeAllowed("s3:ListBucket", { on: bucket });
      for (const key of [`${account}/bootstrap.tfstate`, "dev/network.tfstate"]) {
        await expect(plan(account)).toBeAllowed("s3:GetObject", { on: `${bucket}/${key}` });
        for (const action of ["s3:PutObject", "s3:DeleteObject"]) {
          await expect(plan(account)).not.toBeAllowed(action, { on: `${bucket}/${key}` });
          await expect(plan(account)).toBeAllowed(action, { on: `${bucket}/${key}.tflock` });
        }
        for (const action of ["s3:DeleteObjectVersion", "s3:PutObjectAcl", "s3:RestoreObject"]) {
          await expect(plan(account)).not.toBeAllowed(action, { on: `${bucket}/${key}` });
          await expect(plan(account)).not.toBeAllowed(action, { on: `${bucket}/${key}.tflock` });
        }
      }
    });

    test.each(ACCOUNTS)("writes no lock file beside the states of %s", async (account) => {
      const others = [...ACCOUNTS.filter((each) => each !== account).map(stateBucket), studydata("dev"), "arn:aws:s3:::somebody-elses"];
      for (const bucket of others) {
        await expect(plan(account)).not.toBeAllowed("s3:PutObject", { on: `${bucket}/x.tflock` });
        await expect(plan(account)).not.toBeAllowed("s3:DeleteObject", { on: `${bucket}/x.tflock` });
      }
    });

    test.each(["s3:GetObject", "s3:GetObjectVersion", "s3:GetObjectTagging", "s3:GetObjectAcl", "s3:GetObjectTorrent"])(
      "may not %s beside the states",
      async (action) => {
        for (const environment of ENVIRONMENTS) {
          for (const bucket of [studydata(environment), `arn:aws:s3:::${ACCOUNT[environment]}-galileo-trail`, "arn:aws:s3:::any"]) {
            expect(await refusedBy(plan(environment), "NeverReadObjectsBesideStates", [action], `${bucket}/x`)).toEqual([action]);
          }
        }
      },
    );

    test.each([
      "dynamodb:BatchGetItem",
      "dynamodb:GetItem",
      "dynamodb:PartiQLSelect",
      "dynamodb:Query",
      "dynamodb:Scan",
      "secretsmanager:BatchGetSecretValue",
      "secretsmanager:GetSecretValue",
      "ssm:GetParameter",
      "ssm:GetParameters",
      "ssm:GetParameterHistory",
      "ssm:GetParametersByPath",
    ])("may not %s", async (action) => {
      for (const account of ["dev", "prod", "prod-analytics"] as const) {
        expect(await refusedBy(plan(account), "NeverReadSecretsOrItems", [action])).toEqual([action]);
      }
    });

    test.each([
      "ec2:DescribeInstances",
      "iam:GetRole",
      "iam:GetRolePolicy",
      "kms:DescribeKey",
      "organizations:DescribeOrganization",
      "rds:DescribeDBInstances",
      "s3:GetBucketPolicy",
      "secretsmanager:DescribeSecret",
      "sns:GetTopicAttributes",
    ])("may %s, which a plan needs", async (action) => {
      const on = action.startsWith("kms:") ? stateKeyOf("prod") : "*";
      await expect(plan("prod")).toBeAllowed(action, { on });
    });

    test("opens the state key, and no other", async () => {
      const on = stateKeyOf("prod");
      for (const action of ["kms:Decrypt", "kms:GenerateDataKey"]) {
        await expect(plan("prod")).toBeAllowedOnlyIf('some kms:ResourceAliases is "alias/galileo-terraform-state"', action, { on });
        await expect(plan("prod")).toBeAllowed(action, { on, context: { "kms:ResourceAliases": ["alias/galileo-terraform-state"] } });
        await expect(plan("prod")).not.toBeAllowed(action, { on, context: { "kms:ResourceAliases": ["alias/other"] } });
        await expect(plan("prod")).not.toBeAllowed(action, { on, absent: ["kms:ResourceAliases"] });
        expect(await allowedOf(plan("dev"), [action])).toEqual([]);
      }
      await expect(plan("prod")).not.toBeAllowed("kms:Encrypt", { on });
      await expect(plan("prod")).not.toBeAllowed("kms:CreateGrant", { on });
    });

    test("changes nothing of IAM", async () => {
      expect(await allowedOf(plan("dev"), await iamWrites())).toEqual([]);
      expect(await allowedOf(plan("prod-analytics"), await iamWrites())).toEqual([]);
    });

    test("writes nothing else: of all that it may, this does not sound like reading", async () => {
      const changes =
        /:(Accept|Add|Allocate|Associate|Attach|Authorize|Batch(Delete|Put|Update|Write)|Cancel|Copy|Create|Delete|Deregister|Detach|Disable|Enable|Execute|Import|Invoke|Modify|Publish|Put|Reboot|Register|Reject|Remove|Replace|Reset|Restore|Revoke|Run|Send|Set|Start|Stop|Tag|Terminate|Untag|Update|Upload|Write)/;
      const named = (await namedActions(plan("prod").principal)).filter((action) => changes.test(action));
      expect(await allowedOf(plan("prod"), named)).toEqual([
        "devops-guru:StartCostEstimation",
        "logs:StartLiveTail",
        "logs:StartQuery",
        "logs:StopLiveTail",
        "logs:StopQuery",
        "s3:DeleteObject",
        "s3:PutObject",
        "s3express:CreateSession", // to read
        "servicequotas:StartQuotaUtilizationReport",
        "xray:CancelTraceRetrieval",
        "xray:StartTraceRetrieval",
      ]);
    });

    test.each(ACCOUNTS)("becomes nobody in %s", async (account) => {
      await expect(plan(account)).not.toBeAllowed("sts:AssumeRole");
      await expect(plan(account)).not.toBeAllowed("iam:PassRole");
    });
  });

  /** The key of the states of an account, as the model knows it. Requests say its alias themselves: the model does not. */
  function stateKeyOf(account: AccountName): string {
    const key = access.model.resources.find(
      ({ type, arn }) => type === "aws_kms_key" && arn.includes(`:${ACCOUNT[account]}:key/prod-bootstrap`),
    );
    if (!key) throw new Error(`no state key in ${account}`);
    return key.arn;
  }

  describe("who applies", () => {
    test("the roles that apply are these", () => {
      const roles = access.model.principals.filter(({ name }) => name.startsWith("galileo-pipeline-apply-")).map(({ arn }) => arn);
      expect(roles.sort()).toEqual(APPLY_ROLES.map(([account, deploys]) => applyRole(account, deploys)).sort());
    });

    test.each(APPLY_ROLES)("in %s as %s: jobs of one protected GitHub environment", async (account, deploys) => {
      const to = applyRole(account, deploys);
      const own = githubEnvironment(account, deploys);
      const environments = [...ENVIRONMENTS, ...ACCOUNTS.map((each) => `account-${each}`), "account", `${own}2`, "*"];
      for (const environment of environments) {
        const attempt = job(account, to, `${REPOSITORY}:environment:${environment}`);
        if (environment === own) await expect(access).toAllowAssume(attempt);
        else await expect(access).not.toAllowAssume(attempt);
      }
    });

    test.each(APPLY_ROLES)("in %s as %s: no other job, no person, no machine", async (account, deploys) => {
      const to = applyRole(account, deploys);
      const own = githubEnvironment(account, deploys);
      const subjects = [
        ...STRANGERS.slice(0, 4),
        ...OTHER_JOBS.slice(0, 4),
        `${REPOSITORY}:pull_request`,
        `${REPOSITORY}:ref:refs/heads/main`,
        `repo:example-org/aws-estate-evil:environment:${own}`,
        `repo:evil/aws-estate:environment:${own}`,
        `${REPOSITORY}:environment:${own}:ref:refs/heads/main`,
      ];
      for (const sub of subjects) await expect(access).not.toAllowAssume(job(account, to, sub));
      const others = [
        person("platform-lead"),
        rootArn(account),
        roleArn(account, "Admin"),
        roleArn(account, "managed-instance"),
        planRole(account),
        applyRole(account, deploys === "account" ? "dev" : "account"),
        ...ENVIRONMENTS.map(deployment),
        "codebuild.amazonaws.com",
      ];
      for (const from of others) await expect(access).not.toAllowAssume(asking(from, to));
    });

    test("nobody, and nobody plans, where no repository is named", () => {
      const without = accessOf(smallWith((file) => delete file.repository));
      expect(without.model.principals.filter(({ name }) => name.includes("pipeline"))).toEqual([]);
    });
  });

  describe("an apply role", () => {
    const PIPELINE = [planRole("dev"), applyRole("dev", "dev"), applyRole("dev", "account"), roleArn("dev", "galileo-pipeline-apply-new")];

    test.each(SAMPLE)("may %s", async (action) => {
      await expect(apply("dev", "dev")).toBeAllowed(action);
      await expect(apply("prod", "account")).toBeAllowed(action);
    });

    test.each([...PIPELINE, provider("dev")])("changes nothing of %s", async (on) => {
      const kind = on.includes(":role/") ? /Role/ : /OpenIDConnectProvider/;
      // Those that do not act on it would be refused as impossible.
      const writes = (await iamWrites()).filter(
        (action) => kind.test(action) && !/InstanceProfile|DelegationRequest|ServiceLinkedRole|Roles|RoleAlias/.test(action),
      );
      expect(writes.length).toBeGreaterThan(4);
      for (const deploys of DEPLOYMENTS.dev) {
        expect(await refusedBy(apply("dev", deploys), "NeverChangePipelineRolesOrTheirProvider", writes, on)).toEqual(writes);
      }
    });

    test("sees these roles and their provider", async () => {
      await expect(apply("dev", "dev")).toBeAllowed("iam:GetRole", { on: planRole("dev") });
      await expect(apply("dev", "dev")).toBeAllowed("iam:ListRolePolicies", { on: applyRole("dev", "account") });
      await expect(apply("dev", "dev")).toBeAllowed("iam:GetOpenIDConnectProvider", { on: provider("dev") });
    });

    test("changes other roles and providers", async () => {
      await expect(apply("dev", "dev")).toBeAllowed("iam:PutRolePolicy", { on: roleArn("dev", "dev-irl-galileo-ApiHandler") });
      await expect(apply("dev", "account")).toBeAllowed("iam:DeleteRole", { on: roleArn("dev", "Operator") });
      await expect(apply("dev", "dev")).toBeAllowed("iam:DeleteOpenIDConnectProvider", { on: provider("dev", "gitlab.com") });
    });

    test.each([
      "s3:DeleteBucket",
      "s3:DeleteBucketPolicy",
      "s3:PutBucketAcl",
      "s3:PutBucketLogging",
      "s3:PutBucketObjectLockConfiguration",
      "s3:PutBucketOwnershipControls",
      "s3:PutBucketPolicy",
      "s3:PutBucketPublicAccessBlock",
      "s3:PutBucketVersioning",
      "s3:PutEncryptionConfiguration",
      "s3:PutLifecycleConfiguration",
      "s3:PutReplicationConfiguration",
    ])("may not %s of the state bucket, and may of another", async (action) => {
      for (const [account, deploys] of APPLY_ROLES) {
        expect(await refusedBy(apply(account, deploys), "NeverChangeTheStateBucket", [action], stateBucket(account))).toEqual([action]);
      }
      await expect(apply("prod", "prod")).toBeAllowed(action, { on: studydata("prod") });
    });

    test.each(APPLY_ROLES)("in %s as %s takes no version of a state away, its own neither", async (account, deploys) => {
      const on = `${stateBucket(account)}/${deploys}/network.tfstate`;
      const actions = ["s3:DeleteObjectVersion", "s3:DeleteObjectVersionTagging", "s3:BypassGovernanceRetention"];
      expect(await refusedBy(apply(account, deploys), "NeverChangeTheStateBucket", actions, on)).toEqual(actions);
    });

    test.each(["kms:DeleteAlias", "kms:DisableKey", "kms:PutKeyPolicy", "kms:ScheduleKeyDeletion", "kms:UpdateAlias"])(
      "may not %s of the state key, and may of another",
      async (action) => {
        const on = stateKeyOf("prod");
        const aliases = (...values: string[]) => ({ on, context: { "kms:ResourceAliases": values } });
        for (const deploys of DEPLOYMENTS.prod) {
          await expect(apply("prod", deploys)).not.toBeAllowed(action, aliases("alias/galileo-terraform-state"));
          await expect(apply("prod", deploys)).not.toBeAllowed(action, aliases("alias/other", "alias/galileo-terraform-state"));
          await expect(apply("prod", deploys)).toBeAllowed(action, aliases("alias/other"));
        }
      },
    );

    test.each(ENVIRONMENTS)("manages the buckets of %s, and reaches none of their objects", async (environment) => {
      for (const deploys of DEPLOYMENTS[environment]) {
        const role = apply(environment, deploys);
        await expect(role).toBeAllowed("s3:ListBucket", { on: studydata(environment) });
        await expect(role).toBeAllowed("s3:PutBucketPolicy", { on: studydata(environment) });
        const objects = [
          "s3:GetObject",
          "s3:GetObjectVersion",
          "s3:PutObject",
          "s3:PutObjectAcl",
          "s3:DeleteObject",
          "s3:DeleteObjectVersion",
        ];
        expect(await allowedOf(role, objects, `${studydata(environment)}/x`)).toEqual([]);
      }
    });

    test("does nothing in another account", async () => {
      for (const account of ACCOUNTS.filter((each) => each !== "prod")) {
        await expect(apply("prod", "prod")).not.toBeAllowed("iam:CreateUser", { on: `arn:aws:iam::${ACCOUNT[account]}:user/x` });
        await expect(apply("prod", "prod")).not.toBeAllowed("s3:GetObject", { on: `${stateBucket(account)}/prod/network.tfstate` });
      }
    });

    test.each(["dev-analytics", "prod-analytics"] as const)("is bound by service control policies in %s", async (account) => {
      for (const deploys of DEPLOYMENTS[account]) {
        expect(await refusedBy(apply(account, deploys), "NobodyTurnsOffATrail", ["cloudtrail:StopLogging"])).toEqual([
          "cloudtrail:StopLogging",
        ]);
      }
    });
  });
});
