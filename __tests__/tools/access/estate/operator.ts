import { unknownActions } from "../../../../tools/access/policy/catalog";
import { actionMatcher } from "../../../../tools/access/policy/patterns";
import { accessOf } from "../../../support/access";
import { awkward } from "../../../support/estates";
import {
  access,
  ACCOUNT,
  ACCOUNTS,
  allowedOf,
  applyRole,
  asking,
  databaseOf,
  ENVIRONMENTS,
  every,
  FOREIGN,
  iamWrites,
  masterRole,
  namedActions,
  OFFICE,
  person,
  pairs,
  planRole,
  refusedBy,
  roleArn,
  rootArn,
  sensitiveReadsOf,
  stateBucket,
  studydata,
} from "./support";

describe("Operator", () => {
  const operator = access.role("dev", "Operator");

  describe("who can assume Operator", () => {
    test.each(ACCOUNTS)("in %s: both engineers, with MFA", async (account) => {
      await expect(access).toAllowAssume(asking(person("platform-engineer"), roleArn(account, "Operator")));
      await expect(access).toAllowAssume(asking(person("on-call-engineer"), roleArn(account, "Operator")));
    });

    test.each(ACCOUNTS)("in %s: nobody without MFA", async (account) => {
      const to = roleArn(account, "Operator");
      await expect(access).not.toAllowAssume(asking(person("platform-engineer"), to, { mfa: false }));
      // Requests by a long-lived key lack the MFA condition key.
      await expect(access).not.toAllowAssume(asking(person("platform-engineer"), to, { mfa: undefined }));
    });

    test.each([
      ["another user of the same account", person("somebody-else")],
      ["whose name has the same beginning", person("platform-engineer2")],
      ["an admin who is not an operator", person("platform-lead")],
      ["a user of that name of a foreign account", `arn:aws:iam::${FOREIGN}:user/platform-engineer`],
      ["a user of that name of the account itself", `arn:aws:iam::${ACCOUNT.dev}:user/platform-engineer`],
      ["the root user of the people's account", rootArn("master")],
      ["the root user of the account itself", rootArn("dev")],
      ["the root user of a foreign account", `arn:aws:iam::${FOREIGN}:root`],
      ["a role of that name", roleArn("master", "platform-engineer")],
      ["Operator of another account", roleArn("master", "Operator")],
      ["Admin of the same account", roleArn("dev", "Admin")],
      ["the pipeline", applyRole("dev", "dev")],
      ["a machine", "ec2.amazonaws.com"],
    ])("not %s", async (_, from) => {
      await expect(access).not.toAllowAssume(asking(from, roleArn("dev", "Operator")));
      await expect(access).not.toAllowAssume(asking(from, roleArn("prod", "Operator")));
    });

    test.each(["198.51.100.0", "198.51.100.7", "198.51.100.255"])(
      "in prod: from %s, an address of its network",
      async (sourceIp) => {
        await expect(access).toAllowAssume(
          asking(person("platform-engineer"), roleArn("prod", "Operator"), { sourceIp }),
        );
      },
    );

    test.each(["198.51.99.255", "198.51.101.0", "203.0.113.5"])(
      "from %s, an address outside its network: in other environments, not in prod",
      async (sourceIp) => {
        await expect(access).not.toAllowAssume(
          asking(person("platform-engineer"), roleArn("prod", "Operator"), { sourceIp }),
        );
        await expect(access).toAllowAssume(
          asking(person("platform-engineer"), roleArn("staging", "Operator"), { sourceIp }),
        );
      },
    );

    test("through the STS endpoint of any region, also in prod", async () => {
      await expect(access).toAllowAssume(
        asking(person("on-call-engineer"), roleArn("prod", "Operator"), { region: "ap-southeast-2" }),
      );
    });

    test.each(ACCOUNTS)("in %s: for the configured time", (account) => {
      expect(access.role(account, "Operator").principal.maxSessionSeconds).toBe(account === "prod" ? 14400 : 28800);
    });
  });

  describe("what Operator reads", () => {
    test.each([
      ...["ec2:DescribeInstances", "ec2:DescribeSecurityGroups"],
      "ecs:ListClusters",
      ...["iam:ListRoles", "iam:ListAttachedRolePolicies"],
      ...["lambda:ListAliases", "lambda:ListTags"],
      "s3:ListAllMyBuckets",
      ...["logs:DescribeLogGroups", "logs:FilterLogEvents", "logs:GetLogEvents", "logs:GetQueryResults"],
      ...["logs:ListTagsForResource", "logs:StartQuery", "logs:StopQuery", "logs:TestMetricFilter"],
      ...["cloudwatch:DescribeAlarms", "cloudwatch:GetMetricData", "cloudwatch:GetMetricStatistics"],
      "cloudwatch:ListMetrics",
      "cloudtrail:LookupEvents",
      "health:DescribeEvents",
      ...["events:DescribeRule", "events:ListRules"],
      ...["tag:GetResources", "tag:GetTagKeys", "tag:GetTagValues"],
      ...["rds:DescribeDBInstances", "rds:DescribeDBLogFiles", "rds:DownloadDBLogFilePortion"],
      "rds:ListTagsForResource",
      ...["support:AddAttachmentsToSet", "support:AddCommunicationToCase", "support:CreateCase"],
      ...["support:DescribeCases", "support:ResolveCase"],
    ])("%s", async (action) => {
      await expect(operator).toBeAllowed(action);
      await expect(access.role("prod", "Operator")).toBeAllowed(action);
      await expect(access.role("prod-analytics", "Operator")).toBeAllowed(action);
    });
  });

  describe("what Operator changes", () => {
    const POWER = ["rds:StartDBInstance", "rds:StopDBInstance", "rds:RebootDBInstance"];
    const OTHER = `arn:aws:rds:eu-west-1:${ACCOUNT.dev}:db:other`;
    const tagged = (solution: string, managedBy: string) => ({
      context: { "aws:ResourceTag/Solution": solution, "aws:ResourceTag/ManagedBy": managedBy },
    });

    test.each(ENVIRONMENTS)("starts, stops and reboots the database of %s", async (environment) => {
      for (const action of POWER) {
        await expect(access.role(environment, "Operator")).toBeAllowed(action, { on: databaseOf(environment) });
      }
    });

    test.each(POWER)("%s only if both tags have the values of the estate", async (action) => {
      await expect(operator).toBeAllowedOnlyIf('aws:ResourceTag/Solution is "galileo"', action, { on: OTHER });
      await expect(operator).toBeAllowedOnlyIf('aws:ResourceTag/ManagedBy is "cdktf"', action, { on: OTHER });
      await expect(operator).toBeAllowed(action, { on: OTHER, ...tagged("galileo", "cdktf") });
      await expect(operator).not.toBeAllowed(action, { on: OTHER, ...tagged("other", "cdktf") });
      await expect(operator).not.toBeAllowed(action, { on: OTHER, ...tagged("galileo", "hand") });
      await expect(operator).not.toBeAllowed(action, { on: OTHER, absent: ["aws:ResourceTag/Solution"] });
      await expect(operator).not.toBeAllowed(action, { on: OTHER, absent: ["aws:ResourceTag/ManagedBy"] });
    });

    test.each(POWER)("%s only in its account", async (action) => {
      const { resources } = await access.decide(operator.principal, action);
      expect(resources).toEqual([`arn:aws:rds:*:${ACCOUNT.dev}:db:*`]);
    });

    test.each(pairs(ENVIRONMENTS))("in %s: nothing with the database of %s", async (own, other) => {
      for (const action of POWER)
        await expect(access.role(own, "Operator")).not.toBeAllowed(action, { on: databaseOf(other) });
    });

    test.each([
      ...["rds:AddTagsToResource", "rds:CreateDBSnapshot", "rds:DeleteDBInstance", "rds:ModifyDBInstance"],
      ...["rds:PromoteReadReplica", "rds:RebootDBCluster", "rds:RemoveTagsFromResource", "rds:StartDBCluster"],
      "rds:StopDBCluster",
    ])("never %s", async (action) => {
      await expect(operator).not.toBeAllowed(action);
    });

    test("nothing else: every action that is not read-only is listed here", async () => {
      const sees = /:(Get|List|Describe|BatchGet|BatchDescribe|Search|Lookup|View)/;
      const others = (await namedActions(operator.principal)).filter((action) => !sees.test(action));
      expect(others.length).toBeGreaterThan(10);
      expect(await allowedOf(operator, others)).toEqual([
        "apigateway:GET", // this is its read action
        "lightsail:IsVpcPeered",
        "logs:FilterLogEvents",
        "logs:StartQuery",
        "logs:StopQuery",
        "logs:TestMetricFilter",
        "rds:DownloadDBLogFilePortion",
        "rds:RebootDBInstance",
        "rds:StartDBInstance",
        "rds:StopDBInstance",
        "support:AddAttachmentsToSet",
        "support:AddCommunicationToCase",
        "support:CreateCase",
        "support:ResolveCase",
      ]);
    });

    test("is the same in every account, and no resource names it", () => {
      const statements = ({ policies }: typeof operator.principal) =>
        JSON.stringify(policies.map((policy) => policy.statements)).replaceAll(/\d{12}/g, "account");
      for (const account of ACCOUNTS) {
        expect(statements(access.role(account, "Operator").principal)).toBe(statements(operator.principal));
      }
      const named = access.model.guardedResources.filter(({ policy }) =>
        policy.statements.some(
          ({ effect, principals = {} }) => effect === "Allow" && JSON.stringify(principals).includes("Operator"),
        ),
      );
      expect(named).toEqual([]);
    });
  });

  describe("no data and no secret", () => {
    /** Operator's work: logs, events and the logs of databases. */
    const WORK = [
      "cloudtrail:LookupEvents",
      ...["logs:FilterLogEvents", "logs:GetLogEvents", "logs:GetLogRecord", "logs:GetQueryResults", "logs:StartQuery"],
      "rds:DownloadDBLogFilePortion",
    ];

    test.each(ACCOUNTS)("in %s: nothing of config/sensitive-reads.json but what its work needs", async (account) => {
      expect(await sensitiveReadsOf(access.role(account, "Operator"))).toEqual(WORK);
    });

    test("nor in an unusual estate", async () => {
      for (const { name } of awkward().accounts)
        expect(await sensitiveReadsOf(accessOf(awkward()).role(name, "Operator"))).toEqual(WORK);
    });

    test("its denials are exactly what ViewOnlyAccess and its own statements would allow of the list", async () => {
      const { policies } = operator.principal;
      const denials = policies
        .flatMap(({ statements }) => statements)
        .filter(
          ({ sid }) => sid === "NeverReadSecretsThatViewOnlyAccessShows" || sid === "NeverReadApiKeysOrStageVariables",
        );
      const patterns = denials.flatMap(({ actions = [] }) => actions);
      const without = policies.map((policy) => ({
        ...policy,
        statements: policy.statements.filter(({ effect }) => effect === "Allow"),
      }));
      const bare = { access, principal: { ...operator.principal, policies: without } };
      const admitted = (await sensitiveReadsOf(bare)).filter((action) => !WORK.includes(action));
      expect(admitted).toEqual(
        expect.arrayContaining(["ec2:DescribeInstanceAttribute", "cloudwatch:GetSpaceCredentials"]),
      );
      expect(
        await allowedOf(
          bare,
          (await every(patterns)).filter((action) => action !== "apigateway:GET"),
        ),
      ).toEqual(admitted.filter((action) => action !== "apigateway:GET"));
      expect(patterns.filter((pattern) => !admitted.some((action) => actionMatcher(pattern).test(action)))).toEqual([]);
    });

    const DATA = [
      "s3:GetObject*",
      ...["secretsmanager:GetSecretValue", "secretsmanager:BatchGetSecretValue"],
      "ssm:GetParameter*",
      "kms:Decrypt",
      ...["dynamodb:BatchGetItem", "dynamodb:GetItem", "dynamodb:GetRecords", "dynamodb:PartiQLSelect"],
      ...["dynamodb:Query", "dynamodb:Scan"],
      "rds-db:connect",
    ];

    test.each(DATA)("%s is denied, even if another policy allows it", async (pattern) => {
      expect(await unknownActions([pattern])).toEqual([]);
      const actions = await every([pattern]);
      expect(actions.length).toBeGreaterThan(0);
      for (const account of ["dev", "prod", "partner-lab"] as const) {
        expect(await refusedBy(access.role(account, "Operator"), "NeverReadDataOrSecrets", actions)).toEqual(actions);
      }
    });

    test.each([
      ["s3:GetObject", `${studydata("dev")}/studies/1`],
      ["s3:GetObject", `${stateBucket("dev")}/dev/database.tfstate`],
      ["s3:GetObject", "arn:aws:s3:::somebody-elses/public"],
      ["s3:PutObject", `${studydata("dev")}/studies/1`],
      ["s3:DeleteObject", `${studydata("dev")}/studies/1`],
      ["s3:ListBucket", studydata("dev")],
      ["secretsmanager:GetSecretValue", `arn:aws:secretsmanager:eu-west-1:${ACCOUNT.dev}:secret:rds!db-1`],
      ["ssm:GetParametersByPath", `arn:aws:ssm:eu-west-1:${ACCOUNT.dev}:parameter/any`],
      ["rds-db:connect", `arn:aws:rds-db:eu-west-1:${ACCOUNT.dev}:dbuser:db-1/postgres`],
      ["rds:DownloadCompleteDBLogFile", databaseOf("dev")],
      ["ecr:BatchGetImage", `arn:aws:ecr:eu-west-1:${ACCOUNT.dev}:repository/dev-irl-galileo/dagster`],
      ["lambda:GetFunction", `arn:aws:lambda:eu-west-1:${ACCOUNT.dev}:function:any`],
      ["ssm:StartSession", `arn:aws:ec2:eu-west-1:${ACCOUNT.dev}:instance/i-1`],
      ["sqs:ReceiveMessage", `arn:aws:sqs:eu-west-1:${ACCOUNT.dev}:any`],
    ])("not %s on %s", async (action, on) => {
      await expect(operator).not.toBeAllowed(action, { on });
    });
  });

  describe("no IAM and no further role", () => {
    test("every action of IAM that changes something is denied", async () => {
      const writes = await iamWrites();
      expect(await refusedBy(operator, "NeverChangeIam", writes)).toEqual(writes);
    });

    test.each(["sts:AssumeRole", "sts:AssumeRoleWithSAML", "sts:AssumeRoleWithWebIdentity", "sts:AssumeRoot"])(
      "%s is denied",
      async (action) => {
        expect(await refusedBy(operator, "NeverBecomeAnotherRole", [action])).toEqual([action]);
      },
    );

    test.each([
      ["Admin", roleArn("dev", "Admin")],
      ["the plan role", planRole("dev")],
      ["the Master role, which its account can assume", masterRole("dev")],
      ["Operator of another account", roleArn("ci", "Operator")],
      ["the role of AWS Organizations in a member", roleArn("dev-analytics", "OrganizationAccountAccessRole")],
    ])("does not assume %s", async (_, to) => {
      await expect(access).not.toAllowAssume({
        from: operator.principal.arn,
        to,
        externalId: "galileo",
        mfa: true,
        sourceIp: OFFICE,
      });
    });

    test("does not assume the role that members trust the master account with", async () => {
      const from = roleArn("master", "Operator");
      await expect(access).not.toAllowAssume({ from, to: roleArn("dev-analytics", "OrganizationAccountAccessRole") });
    });
  });

  describe("a session policy", () => {
    const session = (...actions: string[]) => ({
      sessionPolicy: { Version: "2012-10-17", Statement: { Effect: "Allow", Action: actions, Resource: "*" } },
    });

    test("restricts", async () => {
      await expect(operator).toBeAllowed("ec2:DescribeInstances", session("ec2:*"));
      await expect(operator).not.toBeAllowed("logs:FilterLogEvents", session("ec2:*"));
    });

    test.each(["s3:GetObject", "iam:CreateUser", "rds:DeleteDBInstance", "ec2:RunInstances", "sts:AssumeRole"])(
      "never gives %s",
      async (action) => {
        await expect(operator).not.toBeAllowed(action, session("*"));
      },
    );
  });
});
