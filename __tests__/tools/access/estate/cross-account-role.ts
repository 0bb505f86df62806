import { actionsMatching } from "../../../../tools/access/policy/catalog";
import {
  access,
  ACCOUNT,
  ACCOUNTS,
  ADMINISTRATOR_ACCESS,
  allowedOf,
  apiHandler,
  applicationRoles,
  applyRole,
  crossAccountRole,
  deployment,
  ENVIRONMENTS,
  every,
  EXTERNAL_ID,
  FOREIGN,
  masterRole,
  namedActions,
  namespace,
  person,
  planRole,
  refusedBy,
  roleArn,
  rootArn,
  SAMPLE,
  stateBucket,
  studydata,
  type AccountName,
  type EnvironmentName,
} from "./support";

describe("the cross-account role", () => {
  const ROLES: readonly (readonly [profile: string, member: AccountName, environment: EnvironmentName])[] = [
    ["documented", "dev-analytics", "dev"],
    ["documented", "partner-lab", "dev"],
    ["hardened", "prod-analytics", "prod"],
  ];

  const subject = (member: AccountName, environment: EnvironmentName) =>
    access.subject(crossAccountRole(environment, member));
  /** No service control policy applies to it: only its own policies decide. */
  const documented = subject("partner-lab", "dev");
  const hardened = subject("prod-analytics", "prod");

  const analysis = (member: AccountName, rest = "") => `arn:aws:iam::${ACCOUNT[member]}:role/analysis-1${rest}`;
  /** A role that the hardened role of prod creates. */
  const OWN = roleArn("prod-analytics", "bounded/prod-irl-galileo/analysis-1");
  /** Roles that others created: the documented profile, without a boundary, and the hardened role of an environment. */
  const FROM_OTHERS = [
    "analysis-1",
    "analysis-/bounded/prod-irl-galileo/analysis-1",
    "bounded/staging-irl-galileo/analysis-1",
  ].map((name) => roleArn("prod-analytics", name));
  const profileArn = (member: AccountName, name = "analysis-1") =>
    `arn:aws:iam::${ACCOUNT[member]}:instance-profile/${name}`;
  const BOUNDARY = `arn:aws:iam::${ACCOUNT["prod-analytics"]}:policy/prod-irl-galileo-analysis-boundary`;
  const bounded = { "iam:PermissionsBoundary": BOUNDARY };
  const EMR_POLICY = "arn:aws:iam::aws:policy/service-role/AmazonElasticMapReduceRole";
  const OURS = ["ec2.amazonaws.com", "elasticmapreduce.amazonaws.com", "sagemaker.amazonaws.com"];
  const OTHERS = [
    "cloudformation.amazonaws.com",
    "ecs-tasks.amazonaws.com",
    "glue.amazonaws.com",
    "lambda.amazonaws.com",
    "ssm.amazonaws.com",
  ];

  const CLOUDFORMATION = [
    ...["cloudformation:CreateStack", "cloudformation:DeleteStack", "cloudformation:DescribeStackEvents"],
    "cloudformation:DescribeStacks",
  ];
  /** Services whose every action both profiles allow, with some of their actions. */
  const WHOLE: readonly (readonly [service: string, ...some: string[]])[] = [
    ["ce", "ce:GetCostAndUsage", "ce:CreateCostCategoryDefinition"],
    ["ec2", "ec2:RunInstances", "ec2:TerminateInstances", "ec2:CreateVpc", "ec2:AuthorizeSecurityGroupIngress"],
    ["elasticmapreduce", "elasticmapreduce:RunJobFlow", "elasticmapreduce:TerminateJobFlows"],
    ["sagemaker", "sagemaker:CreateNotebookInstance", "sagemaker:DeleteEndpoint"],
    ["ssm", "ssm:StartSession", "ssm:SendCommand", "ssm:GetParameter", "ssm:PutParameter"],
  ];
  const ROLE_ACTIONS = [
    ...["iam:CreateRole", "iam:DeleteRole", "iam:DeleteRolePolicy", "iam:GetRole", "iam:GetRolePolicy"],
    ...["iam:PassRole", "iam:PutRolePolicy", "iam:TagRole"],
  ];
  const PROFILE_ACTIONS = [
    ...["iam:AddRoleToInstanceProfile", "iam:CreateInstanceProfile", "iam:DeleteInstanceProfile"],
    ...["iam:GetInstanceProfile", "iam:RemoveRoleFromInstanceProfile"],
  ];
  const ATTACHING = ["iam:AttachRolePolicy", "iam:DetachRolePolicy"];
  const MAKING = ["iam:CreateRole", "iam:PutRolePolicy", "iam:DeleteRolePolicy"];

  describe("who can assume the cross-account role", () => {
    test.each(ROLES)(
      "%s, in %s: the two application roles of %s, with the ExternalId",
      async (_, member, environment) => {
        for (const from of applicationRoles(environment)) {
          await expect(access).toAllowAssume({
            from,
            to: crossAccountRole(environment, member),
            externalId: EXTERNAL_ID[environment],
          });
        }
      },
    );

    test.each(ROLES)(
      "%s, in %s: any principal that the member's account authorizes, with the ExternalId of %s",
      async (_, member, environment) => {
        const to = crossAccountRole(environment, member);
        const externalId = EXTERNAL_ID[environment];
        for (const from of [
          roleArn(member, "somebody"),
          `arn:aws:iam::${ACCOUNT[member]}:user/somebody`,
          roleArn(member, "Admin"),
        ]) {
          await expect(access).toAllowAssume({ from, to, externalId });
          await expect(access).not.toAllowAssume({ from, to });
          await expect(access).not.toAllowAssume({ from, to, externalId: `${externalId}2` });
        }
        // The account does not authorize a principal without sts:AssumeRole.
        for (const name of ["Operator", "managed-instance", "galileo-pipeline-plan"]) {
          await expect(access).not.toAllowAssume({ from: roleArn(member, name), to, externalId });
        }
      },
    );

    test.each(ROLES)(
      "%s, in %s: nobody with an ExternalId other than that of %s, or with none",
      async (_, member, environment) => {
        const to = crossAccountRole(environment, member);
        const wrong = [
          "",
          "*",
          EXTERNAL_ID[environment].toUpperCase(),
          ...ENVIRONMENTS.map((each) => EXTERNAL_ID[each]),
        ];
        for (const externalId of [undefined, ...wrong.filter((each) => each !== EXTERNAL_ID[environment])]) {
          for (const from of applicationRoles(environment))
            await expect(access).not.toAllowAssume({ from, to, externalId });
        }
      },
    );

    test.each(ROLES)(
      "%s, in %s: no other role of the main account of %s, and not its root",
      async (_, member, environment) => {
        const to = crossAccountRole(environment, member);
        const others = [
          rootArn(environment),
          roleArn(environment, "Admin"),
          roleArn(environment, "Operator"),
          roleArn(environment, "somebody"),
          `arn:aws:iam::${ACCOUNT[environment]}:user/somebody`,
          `${apiHandler(environment)}2`,
          applyRole(environment, environment),
          planRole(environment),
          deployment(environment),
        ];
        for (const from of others) {
          await expect(access).not.toAllowAssume({ from, to, externalId: EXTERNAL_ID[environment], mfa: true });
        }
      },
    );

    test.each(ROLES)("%s, in %s: nobody of an account other than that of %s", async (_, member, environment) => {
      const to = crossAccountRole(environment, member);
      const others = [
        ...ENVIRONMENTS.filter((each) => each !== environment).flatMap((each) => [
          ...applicationRoles(each),
          masterRole(each),
        ]),
        ...ACCOUNTS.filter((each) => each !== member).map((each) => roleArn(each, "Admin")),
        masterRole(environment),
        person("platform-lead"),
        rootArn("master"),
        `arn:aws:iam::${FOREIGN}:root`,
        `arn:aws:iam::${FOREIGN}:role/dev-irl-galileo-ApiHandler`,
        "ec2.amazonaws.com",
        "elasticmapreduce.amazonaws.com",
      ];
      for (const from of others) {
        await expect(access).not.toAllowAssume({ from, to, externalId: EXTERNAL_ID[environment], mfa: true });
      }
    });

    test("the root user, only if no service control policy denies it everything", async () => {
      const attempt = (member: AccountName) => ({
        from: rootArn(member),
        to: crossAccountRole("dev", member),
        externalId: "galileo",
      });
      await expect(access).toAllowAssume(attempt("partner-lab"));
      await expect(access).not.toAllowAssume(attempt("dev-analytics"));
    });
  });

  describe("what both profiles allow", () => {
    test.each(WHOLE)("every action of %s", async (service, ...some) => {
      const all = await actionsMatching(`${service}:*`);
      for (const role of [documented, hardened]) {
        expect((await namedActions(role.principal)).filter((action) => action.startsWith(`${service}:`))).toEqual(all);
        for (const action of some) await expect(role).toBeAllowed(action);
      }
    });

    test.each(PROFILE_ACTIONS)("%s, on profiles whose names begin with analysis-", async (action) => {
      for (const [role, member] of [
        [documented, "partner-lab"],
        [hardened, "prod-analytics"],
      ] as const) {
        await expect(role).toBeAllowed(action, { on: profileArn(member) });
        await expect(role).not.toBeAllowed(action, { on: profileArn(member, "managed-instance") });
        await expect(role).not.toBeAllowed(action, { on: profileArn(member, "x-analysis-1") });
        await expect(role).not.toBeAllowed(action, { on: profileArn("ci") });
      }
    });

    test.each(["iam:GetRole", "iam:TagRole", "iam:GetRolePolicy", "iam:DeleteRole"])(
      "%s, on roles whose names begin with analysis-",
      async (action) => {
        await expect(documented).toBeAllowed(action, { on: analysis("partner-lab") });
        await expect(hardened).toBeAllowed(action, { on: OWN });
      },
    );

    test.each(["elasticmapreduce.amazonaws.com", "elasticmapreduce.amazonaws.com.cn"])(
      "creating the service-linked role for cleanup, only for %s",
      async (service) => {
        for (const [role, member] of [
          [documented, "partner-lab"],
          [hardened, "prod-analytics"],
        ] as const) {
          const linked = (of: string, name: string) =>
            `arn:aws:iam::${ACCOUNT[member]}:role/aws-service-role/${of}/${name}`;
          const on = linked(service, "AWSServiceRoleForEMRCleanup");
          const make = "iam:CreateServiceLinkedRole";
          await expect(role).toBeAllowed(make, { on, context: { "iam:AWSServiceName": service } });
          await expect(role).not.toBeAllowed(make, { on, context: { "iam:AWSServiceName": "spot.amazonaws.com" } });
          await expect(role).not.toBeAllowed(make, { on, absent: ["iam:AWSServiceName"] });
          const other = linked("spot.amazonaws.com", "AWSServiceRoleForEC2Spot");
          await expect(role).not.toBeAllowed(make, { on: other, context: { "iam:AWSServiceName": service } });
        }
      },
    );

    test.each([
      ...["iam:AddUserToGroup", "iam:AttachUserPolicy", "iam:CreateAccessKey", "iam:CreateLoginProfile"],
      ...["iam:CreatePolicy", "iam:CreatePolicyVersion", "iam:CreateUser", "iam:DeleteRolePermissionsBoundary"],
      ...["iam:PutRolePermissionsBoundary", "iam:PutUserPolicy", "iam:SetDefaultPolicyVersion"],
      ...["iam:UpdateAssumeRolePolicy", "iam:UpdateRole"],
      "kms:Decrypt",
      "organizations:LeaveOrganization",
      "secretsmanager:GetSecretValue",
      "sts:AssumeRole",
      ...["cloudformation:UpdateStack", "cloudformation:CreateChangeSet"],
      "rds:DescribeDBInstances",
      "lambda:CreateFunction",
    ])("not %s", async (action) => {
      await expect(documented).not.toBeAllowed(action);
      await expect(hardened).not.toBeAllowed(action);
    });

    test.each(ROLES)(
      "%s, in %s: changes neither itself nor the roles of people or pipelines in %s",
      async (_, member, environment) => {
        const role = subject(member, environment);
        const roles = [
          role.principal.arn,
          roleArn(member, "Admin"),
          roleArn(member, "Operator"),
          planRole(member),
          roleArn(member, "x/analysis-1"),
        ];
        for (const on of roles) {
          expect(
            await allowedOf(role, [...ROLE_ACTIONS, ...ATTACHING], on, {
              context: { ...bounded, "iam:PolicyARN": EMR_POLICY },
            }),
          ).toEqual([]);
        }
        expect(
          await allowedOf(role, ROLE_ACTIONS, "arn:aws:iam::333333333333:role/analysis-1", { context: bounded }),
        ).toEqual([]);
      },
    );
  });

  describe("what the documented profile allows", () => {
    const BOTH = (["dev-analytics", "partner-lab"] as const).map((member) => [member, subject(member, "dev")] as const);

    test.each(BOTH)("the eight policies, action for action, in %s", async (_, role) => {
      const names = role.principal.policies.map(({ name }) => name);
      expect(names.sort()).toEqual(["cloudformation", "cost-explorer", "ec2", "emr", "iam", "s3", "sagemaker", "ssm"]);
      const expected = await every([
        ...CLOUDFORMATION,
        ...["ce:*", "ec2:*", "elasticmapreduce:*", "s3:*", "sagemaker:*", "ssm:*"],
        ...ROLE_ACTIONS,
        ...PROFILE_ACTIONS,
        ...ATTACHING,
        "iam:CreateServiceLinkedRole",
      ]);
      expect(await namedActions(role.principal)).toEqual(expected);
    });

    test.each(BOTH)("no other action of IAM, in %s", async (_, role) => {
      const expected = [...ROLE_ACTIONS, ...PROFILE_ACTIONS, ...ATTACHING, "iam:CreateServiceLinkedRole"].sort();
      expect(await allowedOf(role, await actionsMatching("iam:*"))).toEqual(expected);
    });

    test.each(CLOUDFORMATION)("%s, on any stack", async (action) => {
      for (const name of ["dev-irl-galileo-x", "another"]) {
        await expect(documented).toBeAllowed(action, {
          on: `arn:aws:cloudformation:us-west-2:${ACCOUNT["partner-lab"]}:stack/${name}/1`,
        });
      }
    });

    test.each(["s3:CreateBucket", "s3:DeleteBucket", "s3:PutBucketPolicy", "s3:ListBucket"])(
      "%s, on any bucket",
      async (action) => {
        await expect(documented).toBeAllowed(action, { on: "arn:aws:s3:::any" });
        await expect(documented).toBeAllowed(action, { on: "arn:aws:s3:::777777777777-dev-irl-galileo-results" });
      },
    );

    test.each(["s3:GetObject", "s3:PutObject", "s3:DeleteObjectVersion"])("%s, on any object", async (action) => {
      await expect(documented).toBeAllowed(action, { on: "arn:aws:s3:::any/x" });
    });

    test.each(ROLE_ACTIONS)(
      "%s, on roles whose names begin with analysis-, without other conditions",
      async (action) => {
        for (const [member, role] of BOTH) {
          await expect(role).toBeAllowed(action, { on: analysis(member) });
          await expect(role).toBeAllowed(action, { on: analysis(member, "/x") });
          await expect(role).not.toBeAllowed(action, { on: roleArn(member, "other") });
          await expect(role).not.toBeAllowed(action, { on: roleArn(member, "my-analysis-1") });
          await expect(role).not.toBeAllowed(action, { on: analysis("ci") });
        }
      },
    );

    test.each(ATTACHING)("%s, only with the one policy of EMR", async (action) => {
      const on = analysis("partner-lab");
      await expect(documented).toBeAllowed(action, { on, context: { "iam:PolicyARN": EMR_POLICY } });
      for (const arn of [ADMINISTRATOR_ACCESS.name, `${EMR_POLICY}forEC2`, "arn:aws:iam::777777777777:policy/own"]) {
        await expect(documented).not.toBeAllowed(action, { on, context: { "iam:PolicyARN": arn } });
      }
      await expect(documented).not.toBeAllowed(action, { on, absent: ["iam:PolicyARN"] });
      await expect(documented).not.toBeAllowed(action, {
        on: roleArn("partner-lab", "Admin"),
        context: { "iam:PolicyARN": EMR_POLICY },
      });
    });

    test.each([...OURS, ...OTHERS])("passing an analysis role to %s", async (service) => {
      await expect(documented).toBeAllowed("iam:PassRole", {
        on: analysis("partner-lab"),
        context: { "iam:PassedToService": service },
      });
    });

    test("no boundary, and no other policy", () => {
      for (const [, { principal }] of BOTH) expect(principal.boundary).toBeUndefined();
    });
  });

  describe("what the hardened profile allows", () => {
    const on = OWN;

    test("the same actions as the documented one", async () => {
      expect(await namedActions(hardened.principal)).toEqual(await namedActions(documented.principal));
      const names = hardened.principal.policies.map(({ name }) => name);
      expect(names.sort()).toEqual(documented.principal.policies.map(({ name }) => name).sort());
    });

    test.each(CLOUDFORMATION)("%s, only on stacks of the namespace", async (action) => {
      const stack = (account: AccountName, name: string, region = "eu-west-1") =>
        `arn:aws:cloudformation:${region}:${ACCOUNT[account]}:stack/${name}/1`;
      await expect(hardened).toBeAllowed(action, { on: stack("prod-analytics", "prod-irl-galileo-x") });
      await expect(hardened).not.toBeAllowed(action, { on: stack("prod-analytics", "another") });
      await expect(hardened).not.toBeAllowed(action, { on: stack("prod-analytics", "prod-irl-galileo2-x") });
      await expect(hardened).not.toBeAllowed(action, { on: stack("prod-analytics", "staging-irl-galileo-x") });
      await expect(hardened).not.toBeAllowed(action, { on: stack("prod", "prod-irl-galileo-x") });
    });

    test.each(["s3:CreateBucket", "s3:DeleteBucket", "s3:ListBucket", "s3:PutBucketPolicy"])(
      "%s, only on buckets of the namespace",
      async (action) => {
        await expect(hardened).toBeAllowed(action, {
          on: `arn:aws:s3:::${ACCOUNT["prod-analytics"]}-prod-irl-galileo-results`,
        });
        await expect(hardened).toBeAllowed(action, { on: `arn:aws:s3:::${ACCOUNT.prod}-prod-irl-galileo-results` });
        for (const bucket of OTHER_BUCKETS) await expect(hardened).not.toBeAllowed(action, { on: bucket });
      },
    );

    test.each(["s3:GetObject", "s3:PutObject", "s3:DeleteObject", "s3:DeleteObjectVersion"])(
      "%s, only on objects of the namespace",
      async (action) => {
        await expect(hardened).toBeAllowed(action, {
          on: `arn:aws:s3:::${ACCOUNT["prod-analytics"]}-prod-irl-galileo-results/x`,
        });
        for (const bucket of [...OTHER_BUCKETS, studydata("prod")])
          await expect(hardened).not.toBeAllowed(action, { on: `${bucket}/x` });
      },
    );

    const OTHER_BUCKETS = [
      "arn:aws:s3:::any",
      `arn:aws:s3:::${ACCOUNT["prod-analytics"]}-prod-irl-galileo2-results`,
      `arn:aws:s3:::${ACCOUNT["prod-analytics"]}-staging-irl-galileo-results`,
      `arn:aws:s3:::${ACCOUNT.staging}-prod-irl-galileo-results`,
      stateBucket("prod-analytics"),
      stateBucket("prod"),
    ];

    test.each(MAKING)("%s, only on roles with its boundary", async (action) => {
      await expect(hardened).toBeAllowed(action, { on, context: bounded });
      await expect(hardened).not.toBeAllowed(action, { on, absent: ["iam:PermissionsBoundary"] });
      for (const other of [
        ADMINISTRATOR_ACCESS.name,
        `${BOUNDARY}2`,
        BOUNDARY.replace(ACCOUNT["prod-analytics"], ACCOUNT.prod),
        `arn:aws:iam::${ACCOUNT["prod-analytics"]}:policy/service/terraform-user-boundary`,
      ]) {
        await expect(hardened).not.toBeAllowed(action, { on, context: { "iam:PermissionsBoundary": other } });
      }
      await expect(hardened).not.toBeAllowed(action, { on: roleArn("prod-analytics", "other"), context: bounded });
    });

    test.each(ATTACHING)("%s, with the one policy of EMR, only on roles with its boundary", async (action) => {
      const attached = (policy: string, boundary = BOUNDARY) => ({
        "iam:PolicyARN": policy,
        "iam:PermissionsBoundary": boundary,
      });
      await expect(hardened).toBeAllowed(action, { on, context: attached(EMR_POLICY) });
      await expect(hardened).not.toBeAllowed(action, { on, context: attached(ADMINISTRATOR_ACCESS.name) });
      await expect(hardened).not.toBeAllowed(action, { on, context: attached(EMR_POLICY, `${BOUNDARY}2`) });
      await expect(hardened).not.toBeAllowed(action, {
        on,
        context: { "iam:PolicyARN": EMR_POLICY },
        absent: ["iam:PermissionsBoundary"],
      });
      await expect(hardened).not.toBeAllowed(action, { on, context: bounded, absent: ["iam:PolicyARN"] });
    });

    test.each(OURS)("passing an analysis role to %s", async (service) => {
      const context = { "iam:PassedToService": service };
      await expect(hardened).toBeAllowed("iam:PassRole", { on, context });
      for (const left of FROM_OTHERS) await expect(hardened).not.toBeAllowed("iam:PassRole", { on: left, context });
      await expect(hardened).not.toBeAllowed("iam:PassRole", { on: roleArn("prod-analytics", "Admin"), context });
      await expect(hardened).not.toBeAllowed("iam:PassRole", {
        on: roleArn("prod-analytics", "managed-instance"),
        context,
      });
    });

    test.each(OTHERS)("passing no role to %s", async (service) => {
      await expect(hardened).not.toBeAllowed("iam:PassRole", { on, context: { "iam:PassedToService": service } });
    });

    test("passing no role without a named service", async () => {
      await expect(hardened).not.toBeAllowed("iam:PassRole", { on, absent: ["iam:PassedToService"] });
    });

    test("only reading and removing a role without a boundary that the documented profile left", async () => {
      const all = await actionsMatching("iam:*");
      const [left = ""] = FROM_OTHERS;
      // Whatever is not known about the role is assumed to allow it, but the boundary, which it does not have.
      const services = [...OURS, ...OTHERS].map((service) => ({ "iam:PassedToService": service }));
      for (const context of services)
        expect(
          await allowedOf(hardened, all, left, {
            context: { ...context, "iam:PolicyARN": EMR_POLICY, "iam:ResourceTag/boundary": BOUNDARY },
            absent: ["iam:PermissionsBoundary"],
          }),
        ).toEqual(["iam:DeleteRole", "iam:GetRole", "iam:GetRolePolicy"]);
    });

    test("creating a role with the boundary, giving it policies, and passing it", async () => {
      for (const action of [...MAKING, "iam:TagRole", "iam:GetRole", "iam:DeleteRole"])
        await expect(hardened).toBeAllowed(action, { on: OWN, context: bounded });
      await expect(hardened).toBeAllowed("iam:AddRoleToInstanceProfile", { on: profileArn("prod-analytics") });
      for (const service of OURS)
        await expect(hardened).toBeAllowed("iam:PassRole", { on: OWN, context: { "iam:PassedToService": service } });
      for (const action of ["iam:CreateRole", "iam:PutRolePolicy", "iam:AttachRolePolicy", "iam:TagRole"])
        for (const on of FROM_OTHERS)
          await expect(hardened).not.toBeAllowed(action, { on, context: { ...bounded, "iam:PolicyARN": EMR_POLICY } });
    });

    test.each(["iam:DeleteRolePermissionsBoundary", "iam:PutRolePermissionsBoundary"])("never %s", async (action) => {
      for (const context of [bounded, { "iam:PermissionsBoundary": ADMINISTRATOR_ACCESS.name }]) {
        expect(await refusedBy(hardened, "NeverChangeABoundary", [action], on, { context })).toEqual([action]);
      }
    });

    test.each([
      "iam:CreatePolicyVersion",
      "iam:DeletePolicy",
      "iam:DeletePolicyVersion",
      "iam:SetDefaultPolicyVersion",
    ])("never %s, on its boundary or any other policy", async (action) => {
      for (const policy of [BOUNDARY, `arn:aws:iam::${ACCOUNT["prod-analytics"]}:policy/any`]) {
        expect(await refusedBy(hardened, "NeverChangeABoundary", [action], policy)).toEqual([action]);
      }
    });
  });

  describe("a role that the hardened one creates", () => {
    /** It has every permission from its creator, limited by its boundary. */
    const made = {
      access,
      principal: {
        kind: "role" as const,
        arn: OWN,
        name: "analysis-1",
        accountId: ACCOUNT["prod-analytics"],
        policies: [ADMINISTRATOR_ACCESS],
        boundary: access.model.managedPolicies.find(({ name }) => name === BOUNDARY),
        tags: {},
        source: "the test",
      },
    };

    test("has a boundary that the estate creates", () => {
      expect(made.principal.boundary?.statements.length).toBeGreaterThan(0);
    });

    test.each([
      "cloudwatch:PutMetricData",
      "ec2:RunInstances",
      "ec2messages:GetMessages",
      ...["ecr:BatchCheckLayerAvailability", "ecr:BatchGetImage", "ecr:GetAuthorizationToken"],
      "ecr:GetDownloadUrlForLayer",
      "elasticmapreduce:RunJobFlow",
      ...["iam:GetInstanceProfile", "iam:GetRole", "iam:ListRolePolicies"],
      "logs:PutLogEvents",
      "sagemaker:CreateTrainingJob",
      "ssm:GetParameter",
      "ssmmessages:OpenDataChannel",
    ])("may %s", async (action) => {
      await expect(made).toBeAllowed(action);
    });

    test("reads roles and passes analysis roles, and does nothing else in IAM", async () => {
      expect(await allowedOf(made, await actionsMatching("iam:*"))).toEqual([
        "iam:GetInstanceProfile",
        "iam:GetRole",
        "iam:ListRolePolicies",
        "iam:PassRole",
      ]);
    });

    test.each(OURS)("passes only analysis roles to %s", async (service) => {
      const context = { "iam:PassedToService": service };
      await expect(made).toBeAllowed("iam:PassRole", { on: OWN, context });
      for (const on of FROM_OTHERS) await expect(made).not.toBeAllowed("iam:PassRole", { on, context });
      await expect(made).not.toBeAllowed("iam:PassRole", { on: roleArn("prod-analytics", "Admin"), context });
      await expect(made).not.toBeAllowed("iam:PassRole", { on: hardened.principal.arn, context });
    });

    test.each(OTHERS)("passes no role to %s", async (service) => {
      const context = { "iam:PassedToService": service };
      await expect(made).not.toBeAllowed("iam:PassRole", { on: OWN, context });
    });

    test("reaches only objects of the namespace and EMR's software", async () => {
      const actions = ["s3:GetObject", "s3:PutObject", "s3:DeleteObject"];
      const results = `arn:aws:s3:::${ACCOUNT["prod-analytics"]}-${namespace("prod")}-results/x`;
      expect(await allowedOf(made, actions, results)).toEqual(actions);
      expect(await allowedOf(made, actions, "arn:aws:s3:::eu-west-1.elasticmapreduce/x")).toEqual(["s3:GetObject"]);
      for (const bucket of [
        "arn:aws:s3:::any",
        stateBucket("prod-analytics"),
        studydata("prod"),
        studydata("staging"),
      ]) {
        expect(await allowedOf(made, actions, `${bucket}/x`)).toEqual([]);
      }
    });

    test.each(SAMPLE.filter((action) => !/^(ec2|elasticmapreduce|logs|cloudwatch|sagemaker|ssm):/.test(action)))(
      "never %s",
      async (action) => {
        const names = action === "s3:CreateBucket" ? { on: "arn:aws:s3:::any" } : {};
        await expect(made).not.toBeAllowed(action, names);
      },
    );

    test.each([
      "sts:AssumeRole",
      "organizations:LeaveOrganization",
      "kms:PutKeyPolicy",
      "kms:ScheduleKeyDeletion",
      "dynamodb:GetItem",
    ])("never %s", async (action) => {
      await expect(made).not.toBeAllowed(action);
    });
  });
});
