import { Access } from "../../../../tools/access/decide/access";
import { accessModelOf } from "../../../../tools/access/read/model-of";
import type { SynthesizedStack } from "../../../../tools/synth/synthesized";
import { accessGraphOf } from "../../../../tools/access/graph/access-graph-of";
import { accessOf, stacksOf } from "../../../support/access";
import { example, exampleWith, found } from "../../../support/estates";
import {
  access,
  ACCOUNT,
  ACCOUNTS,
  ADMINISTRATOR_ACCESS,
  allowedOf,
  applyRole,
  crossAccountRole,
  DEPLOYMENTS,
  planRole,
  refusedBy,
  SAMPLE,
  serviceUserArn,
  type AccountName,
} from "./support";

describe("the organization", () => {
  const CREATED = ["dev-analytics", "prod-analytics"] as const;
  const UNBOUND = ACCOUNTS.filter((account) => !(CREATED as readonly string[]).includes(account));

  const LEAVING = ["organizations:LeaveOrganization"];
  const TRAIL = [
    ...["cloudtrail:DeleteTrail", "cloudtrail:PutEventSelectors", "cloudtrail:PutInsightSelectors"],
    ...["cloudtrail:StopLogging", "cloudtrail:UpdateTrail"],
  ];
  const ANALYZER = ["access-analyzer:DeleteAnalyzer"];
  const KEYS = ["iam:CreateAccessKey", "iam:CreateServiceSpecificCredential"];

  /** The administrators of an account, by its own policies alone. */
  const administrators = (account: AccountName) => [
    access.role(account, "Admin"),
    ...DEPLOYMENTS[account].map((deploys) => access.subject(applyRole(account, deploys))),
    ...((CREATED as readonly string[]).includes(account)
      ? [access.role(account, "OrganizationAccountAccessRole")]
      : []),
  ];

  const root = (account: AccountName) => ({
    access,
    principal: {
      ...access.role(account, "Admin").principal,
      kind: "user" as const,
      arn: `arn:aws:iam::${ACCOUNT[account]}:root`,
      name: "root",
    },
  });

  const user = (account: AccountName, name: string) => `arn:aws:iam::${ACCOUNT[account]}:user/${name}`;
  const region = (name: string) => ({ context: { "aws:RequestedRegion": name } });

  describe("where service control policies are attached", () => {
    test.each([
      ["dev-analytics", ["root", "dev", "dev-analytics"]],
      ["prod-analytics", ["root", "prod", "prod-analytics"]],
    ] as const)("above %s", (account, levels) => {
      const path = access.organizationOf(ACCOUNT[account]) ?? [];
      expect(path.map(({ name }) => name)).toEqual(levels);
      expect(
        path.flatMap(({ policies }) => policies.map(({ name }) => name)).filter((name) => name !== "FullAWSAccess"),
      ).toEqual(["galileo-guardrails", "galileo-regions"]);
    });

    test.each(UNBOUND)("none limit %s", (account) => {
      expect(access.organizationOf(ACCOUNT[account])).toBeUndefined();
    });

    test("root users cannot be assumed if the organization leaves them alone", async () => {
      const own = accessOf(
        exampleWith((file) => (file.organization = { ...file.organization, centralRootAccess: false })),
      );
      const on = `arn:aws:iam::${ACCOUNT["dev-analytics"]}:root`;
      await expect(own.role("master", "Admin")).not.toBeAllowed("sts:AssumeRoot", { on });
      expect((await accessGraphOf(own)).steps.filter(({ way }) => way === "assume-root")).toEqual([]);
    });

    test("the organization is in the master account", () => {
      expect(access.model.accounts.filter(({ management }) => management).map(({ name }) => name)).toEqual(["master"]);
    });
  });

  describe.each(CREATED)("in %s, a created member", (account) => {
    test.each([
      ["leaves the organization", "NobodyLeavesTheOrganization", LEAVING],
      ["turns off a trail", "NobodyTurnsOffATrail", TRAIL],
      ["deletes an analyzer", "NobodyDeletesAnAccessAnalyzer", ANALYZER],
    ])("nobody %s", async (_, sid, actions) => {
      for (const subject of administrators(account)) expect(await refusedBy(subject, sid, actions)).toEqual(actions);
    });

    test("the root user does nothing", async () => {
      const actions = [...SAMPLE, "iam:CreateAccessKey", "sts:AssumeRole", "s3:PutBucketPolicy"];
      expect(await refusedBy(root(account), "RootUsersDoNothing", actions)).toEqual(actions);
    });

    test("a session of AssumeRoot may perform a root task of AWS, and no other request contains its key", async () => {
      const session = { context: { "aws:AssumedRoot": "true" } };
      await expect(root(account)).toBeAllowed("s3:PutBucketPolicy", session);
      await expect(root(account)).not.toBeAllowed("s3:PutBucketPolicy");
    });

    test("only administrators of the master account may assume its root user", async () => {
      const on = `arn:aws:iam::${ACCOUNT[account]}:root`;
      await expect(access.role("master", "Admin")).toBeAllowed("sts:AssumeRoot", { on });
      const { principals } = access.model;
      const may = await Promise.all(
        principals.map(async (principal) => (await access.decide(principal, "sts:AssumeRoot", on)).allowed),
      );
      expect(principals.filter((_, index) => may[index]).map(({ arn }) => arn)).toEqual([
        access.role("master", "Admin").principal.arn,
      ]);
    });

    test("only root users are denied: a user or role called root is not", async () => {
      const { principal } = access.role(account, "Admin");
      for (const arn of [user(account, "root"), principal.arn.replace("Admin", "root")]) {
        expect(await allowedOf({ access, principal: { ...principal, arn } }, ["ec2:RunInstances"])).toEqual([
          "ec2:RunInstances",
        ]);
      }
    });

    test.each(KEYS)("nobody does %s, except for users under /service/", async (action) => {
      for (const subject of administrators(account)) {
        for (const name of ["somebody", "services/x", "x/service/y", "service"]) {
          expect(await refusedBy(subject, "OnlyServiceUsersHaveKeys", [action], user(account, name))).toEqual([action]);
        }
        await expect(subject).toBeAllowed(action, { on: serviceUserArn(account, "terraform-user") });
      }
    });

    test("nobody renames a user under /service/, or moves it", async () => {
      for (const subject of administrators(account)) {
        const on = serviceUserArn(account, "terraform-user");
        expect(await refusedBy(subject, "ServiceUsersStayWhereTheyAre", ["iam:UpdateUser"], on)).toEqual([
          "iam:UpdateUser",
        ]);
        await expect(subject).toBeAllowed("iam:UpdateUser", { on: user(account, "somebody") });
      }
    });

    test.each(["us-east-1", "us-west-2", "eu-west-2", "eu-central-1", "eu-west-12", "ap-southeast-2"])(
      "nobody works in %s",
      async (name) => {
        const regional = [
          "ec2:RunInstances",
          "kms:CreateKey",
          "lambda:CreateFunction",
          "rds:DeleteDBInstance",
          "s3:CreateBucket",
        ];
        for (const subject of administrators(account)) {
          expect(await refusedBy(subject, "OnlyAllowedRegions", regional, "*", region(name))).toEqual(regional);
        }
      },
    );

    test("nobody uses a regional service in another region", async () => {
      const ofAlarms = SAMPLE.filter((action) => /^(events|sns):/.test(action));
      const regional = SAMPLE.filter((action) => !/^(budgets|cloudfront|events|iam|route53|sns|sts):/.test(action));
      const admin = access.role(account, "Admin");
      expect(await refusedBy(admin, "OnlyAllowedRegions", regional, "*", region("us-east-1"))).toEqual(regional);
      const alarms = "AlarmsInTheRegionOfSignInsToo";
      expect(await refusedBy(admin, alarms, ofAlarms, "*", region("us-west-2"))).toEqual(ofAlarms);
      expect(await allowedOf(admin, ofAlarms, "*", region("us-east-1"))).toEqual(ofAlarms);
    });

    test("everything is allowed in the allowed region", async () => {
      const actions = SAMPLE.filter((action) => !ANALYZER.includes(action));
      expect(await allowedOf(access.role(account, "Admin"), actions, "*", region("eu-west-1"))).toEqual(actions);
    });

    test.each([
      "account:GetContactInformation",
      "artifact:GetReport",
      "aws-marketplace:ViewSubscriptions",
      "billing:GetBillingData",
      "budgets:ViewBudget",
      "ce:GetCostAndUsage",
      "cloudfront:CreateDistribution",
      "cloudtrail:LookupEvents",
      "consolidatedbilling:ListLinkedAccounts",
      "cur:DescribeReportDefinitions",
      "ec2:DescribeRegions",
      "freetier:GetFreeTierUsage",
      "globalaccelerator:ListAccelerators",
      "health:DescribeEvents",
      "iam:CreateRole",
      "invoicing:ListInvoiceSummaries",
      "networkmanager:ListCoreNetworks",
      "organizations:DescribeOrganization",
      "payments:ListPaymentPreferences",
      "pricing:GetProducts",
      "purchase-orders:ListPurchaseOrders",
      "route53:ChangeResourceRecordSets",
      "route53domains:ListDomains",
      ...["s3:GetAccountPublicAccessBlock", "s3:ListAllMyBuckets", "s3:PutAccountPublicAccessBlock"],
      "shield:ListProtections",
      "sts:GetFederationToken",
      "support:DescribeCases",
      "supportplans:GetSupportPlan",
      "sustainability:GetCarbonFootprintSummary",
      "tax:GetTaxRegistration",
      "trustedadvisor:DescribeChecks",
    ])("%s, which is global, is allowed", async (action) => {
      for (const name of ["us-east-1", "us-west-2"])
        await expect(access.role(account, "Admin")).toBeAllowed(action, region(name));
    });

    test.each([
      "acm:RequestCertificate",
      ...["cloudtrail:CreateTrail", "cloudtrail:DescribeTrails"],
      "config:DescribeConfigRules",
      ...["ec2:DescribeInstances", "ec2:RunInstances"],
      "kms:CreateKey",
      ...["s3:CreateBucket", "s3:GetObject", "s3:ListBucket"],
      "secretsmanager:GetSecretValue",
      "wafv2:ListWebACLs",
    ])("%s, which is regional, is denied", async (action) => {
      expect(
        await refusedBy(access.role(account, "Admin"), "OnlyAllowedRegions", [action], "*", region("us-east-1")),
      ).toEqual([action]);
    });
  });

  test.each([
    ["prod-analytics", "prod"],
    ["dev-analytics", "dev"],
  ] as const)("the cross-account role of %s is limited too", async (account, environment) => {
    const role = access.subject(crossAccountRole(environment, account));
    expect(await refusedBy(role, "OnlyAllowedRegions", ["ec2:RunInstances"], "*", region("us-east-1"))).toEqual([
      "ec2:RunInstances",
    ]);
    await expect(role).toBeAllowed("ec2:RunInstances", region("eu-west-1"));
  });

  describe.each(UNBOUND)("in %s, which no service control policy limits,", (account) => {
    test("administrators may do everything", async () => {
      const actions = [...LEAVING, ...TRAIL, ...ANALYZER, ...KEYS, "iam:UpdateUser"];
      for (const subject of administrators(account)) {
        expect(await allowedOf(subject, actions)).toEqual(actions);
        expect(await allowedOf(subject, ["ec2:RunInstances", "kms:CreateKey"], "*", region("us-east-1"))).toHaveLength(
          2,
        );
        await expect(subject).toBeAllowed("iam:CreateAccessKey", { on: user(account, "somebody") });
      }
      expect(await allowedOf(root(account), ["ec2:RunInstances"])).toEqual(["ec2:RunInstances"]);
    });
  });

  describe("an account that is moved to the unit Suspended", () => {
    const suspended = new Access(accessModelOf(stacksOf(example()).map(movedToSuspended)));

    test("is in the unit", () => {
      expect(suspended.organizationOf(ACCOUNT["dev-analytics"])?.map(({ name }) => name)).toEqual([
        "root",
        "Suspended",
        "dev-analytics",
      ]);
    });

    test("has no principal that may do anything", async () => {
      for (const name of [
        "Admin",
        "OrganizationAccountAccessRole",
        "galileo-pipeline-apply-dev",
        "dev-irl-galileo-cross-account-role",
      ]) {
        const subject = suspended.role("dev-analytics", name);
        for (const action of [
          "ec2:DescribeInstances",
          "iam:GetRole",
          "s3:ListAllMyBuckets",
          "sts:GetFederationToken",
          "support:DescribeCases",
        ]) {
          const decision = await suspended.decide(subject.principal, action);
          expect(decision).toMatchObject({ allowed: false, explicit: true });
          expect(decision.because.map(({ statement }) => statement)).toContain("NobodyDoesAnything");
        }
      }
    });

    test("leaves other accounts unchanged", async () => {
      await expect(suspended.role("prod-analytics", "Admin")).toBeAllowed("ec2:DescribeInstances");
      await expect(suspended.role("dev", "Admin")).toBeAllowed("ec2:DescribeInstances");
    });
  });

  test.each(["master", "dev", "ci", "staging", "prod"] as const)(
    "nobody in %s shortens the retention of its trail",
    async (account) => {
      const on = `arn:aws:s3:::${ACCOUNT[account]}-galileo-trail/AWSLogs/1`;
      for (const subject of administrators(account)) {
        expect(await refusedBy(subject, "NobodyEndsARetentionEarly", ["s3:BypassGovernanceRetention"], on)).toEqual([
          "s3:BypassGovernanceRetention",
        ]);
      }
    },
  );

  describe("the organization's trail in a security account", () => {
    const WATCH = "999999999999";
    const [logs, accessLog] = [`arn:aws:s3:::${WATCH}-galileo-trail`, `arn:aws:s3:::${WATCH}-galileo-trail-access`];
    const stored = () =>
      accessOf(
        exampleWith((file) => {
          const { operators, admins } = found(file.accounts, "dev-analytics");
          const people = { operators, admins, monthlyBudgetUsd: 10, trailKey: true };
          const kind = { kind: "security", membership: "created", id: WATCH, email: "aws-watch@example.com" } as const;
          file.accounts["watch"] = { ...kind, ...people };
          file.organization = { ...file.organization, trailAccount: "watch" };
        }),
      );

    test("is out of reach of the master account's administrators, who would have to assume a role there", async () => {
      const own = stored();
      const actions = ["s3:GetObject", "s3:DeleteObject", "s3:DeleteObjectVersion", "s3:BypassGovernanceRetention"];
      const ofBucket = ["s3:PutBucketPolicy", "s3:DeleteBucket", "s3:PutBucketObjectLockConfiguration"];
      for (const principal of own.model.principals.filter(({ accountId }) => accountId !== WATCH))
        for (const bucket of [logs, accessLog]) {
          expect(await allowedOf({ access: own, principal }, actions, `${bucket}/AWSLogs/1`)).toEqual([]);
          expect(await allowedOf({ access: own, principal }, ofBucket, bucket)).toEqual([]);
        }
      await expect(own).toAllowAssume({
        from: own.role("master", "Admin").principal.arn,
        to: `arn:aws:iam::${WATCH}:role/OrganizationAccountAccessRole`,
      });
    });

    test("is read by the security account's Admin, who cannot end a retention early, and not by its Operator", async () => {
      const own = stored();
      const on = `${logs}/AWSLogs/1`;
      await expect(own.role("watch", "Admin")).toBeAllowed("s3:GetObject", { on });
      await expect(own.role("watch", "Operator")).not.toBeAllowed("s3:GetObject", { on });
      expect(
        await refusedBy(own.role("watch", "Admin"), "NobodyEndsARetentionEarly", ["s3:BypassGovernanceRetention"], on),
      ).toEqual(["s3:BypassGovernanceRetention"]);
    });

    test("has a key that the master account's roles look up for a plan, and use for nothing", async () => {
      const own = stored();
      const key = own.model.resources.find(({ type, arn }) => type === "aws_kms_key" && arn.includes(WATCH));
      const on = key?.arn ?? "none";
      for (const arn of [
        own.role("master", "Admin").principal.arn,
        planRole("master"),
        applyRole("master", "account"),
      ]) {
        await expect(own.subject(arn)).toBeAllowed("kms:DescribeKey", { on });
        expect(
          await allowedOf(own.subject(arn), ["kms:Decrypt", "kms:ScheduleKeyDeletion", "kms:PutKeyPolicy"], on),
        ).toEqual([]);
      }
      await expect(own.role("dev", "Admin")).not.toBeAllowed("kms:DescribeKey", { on });
      await expect(own.role("watch", "Admin")).toBeAllowed("kms:Decrypt", { on });
    });
  });

  test("no account is in the units Suspended and Security", () => {
    const units = access.model.accounts.flatMap(({ organizationPath = [] }) =>
      organizationPath.map(({ name }) => name),
    );
    expect(units).not.toEqual(expect.arrayContaining(["Suspended"]));
    expect(units).not.toEqual(expect.arrayContaining(["Security"]));
  });

  test("the role of AWS Organizations in members is trusted to the master account alone", async () => {
    for (const account of CREATED) {
      const to = `arn:aws:iam::${ACCOUNT[account]}:role/OrganizationAccountAccessRole`;
      expect(access.subject(to).principal.policies).toEqual([ADMINISTRATOR_ACCESS]);
      for (const other of ACCOUNTS) {
        const attempt = { from: `arn:aws:iam::${ACCOUNT[other]}:role/Admin`, to };
        if (other === "master") await expect(access).toAllowAssume(attempt);
        else await expect(access).not.toAllowAssume(attempt);
      }
    }
  });

  /** The organization's stack with `dev-analytics` in the unit Suspended; the others unchanged. */
  function movedToSuspended(stack: SynthesizedStack): SynthesizedStack {
    if (stack.id !== "master-organization") return stack;
    const text = JSON.stringify(stack.json);
    const [, unit = ""] = /"(organization_unit_Suspended_\w+)":/.exec(text) ?? [];
    const moved = text.replace(
      /("name":"dev-analytics","parent_id":")[^"]+"/,
      `$1\${aws_organizations_organizational_unit.${unit}.id}"`,
    );
    expect(moved).not.toBe(text);
    return { id: stack.id, json: JSON.parse(moved) as SynthesizedStack["json"] };
  }
});
