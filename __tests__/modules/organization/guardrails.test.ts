import type { Construct } from "constructs";
import { Guardrails, type GuardrailsProps } from "../../../modules/organization/guardrails";
import { problemsOf, synthModule } from "../../support/module";
import { listOf, type RenderedStatement } from "../../support/policy";

const build =
  (changes: Partial<GuardrailsProps> = {}) =>
  (scope: Construct) => {
    new Guardrails(scope, "guardrails", {
      policyPrefix: "galileo",
      allowedRegions: ["eu-west-1", "us-east-1"],
      targetIds: { root: "r-1234" },
      suspendedUnitId: "ou-1234-suspended",
      ...changes,
    });
  };
const stack = synthModule(build());

const ROOT = "arn:aws:iam::222222222222:root";

interface Request {
  readonly action: string;
  readonly resource?: string;
  readonly region?: string;
  readonly principal?: string;
}

/** Matches AWS's wildcards. Actions are case-insensitive. */
const like = (pattern: string, value: string, flags = "") =>
  new RegExp(
    `^${pattern
      .replace(/[.+^${}()|[\]\\]/g, "\\$&")
      .replaceAll("*", ".*")
      .replaceAll("?", ".")}$`,
    flags,
  ).test(value);

/** The part of AWS's evaluation that these policies use. An unknown element fails the test. */
function denies(statement: RenderedStatement, request: Request): boolean {
  const { action, resource = "*", region = "eu-west-1", principal = "arn:aws:iam::222222222222:role/Admin" } = request;
  const { Action, NotAction, Resource, NotResource, Condition = {} } = statement;
  const anyOf = (patterns: string | string[] | undefined, value: string, flags = "") =>
    listOf(patterns).some((pattern) => like(pattern, value, flags));
  const holds = ([operator, keys]: [string, Record<string, string | string[]>]) =>
    Object.entries(keys).every(([key, values]) => {
      if (operator === "StringNotEquals" && key === "aws:RequestedRegion") return !listOf(values).includes(region);
      if (operator === "ArnLike" && key === "aws:PrincipalArn") return anyOf(values, principal);
      throw new Error(`this test does not know ${operator} of ${key}`);
    });
  return (
    statement.Effect === "Deny" &&
    (NotAction === undefined ? anyOf(Action, action, "i") : !anyOf(NotAction, action, "i")) &&
    (NotResource === undefined ? anyOf(Resource, resource) : !anyOf(NotResource, resource)) &&
    Object.entries(Condition).every(holds)
  );
}

/** The sids of the statements that deny a request. */
const refusals = (policy: string, request: Request) =>
  stack
    .policy(`guardrails/${policy}/policy`, "content")
    .Statement.filter((each) => denies(each, request))
    .map(({ Sid }) => Sid);

const user = (path: string) => `arn:aws:iam::222222222222:user${path}`;

test("names its policies after the estate", () => {
  const names = stack.namesOf("aws_organizations_policy");
  expect(names).toEqual(["galileo-guardrails", "galileo-regions", "galileo-suspended"]);
});

test("attaches all policies except the suspension to the targets, and only the suspension to the suspended unit", () => {
  const targets = Object.fromEntries(
    ["conduct", "regions", "suspended"].map((policy) => {
      const { address } = stack.resourceAt(`guardrails/${policy}/policy`);
      const attached = stack
        .all("aws_organizations_policy_attachment")
        .filter(({ values }) => values["policy_id"] === `\${${address}.id}`);
      return [policy, attached.map(({ values }) => values["target_id"])];
    }),
  );
  expect(targets).toEqual({ conduct: ["r-1234"], regions: ["r-1234"], suspended: ["ou-1234-suspended"] });
});

test("every policy depends on the organization", () => {
  const waiting = synthModule(build({ dependsOn: [{ fqn: "aws_organizations_organization.it" }] })).all(
    "aws_organizations_policy",
  );
  expect(waiting.map(({ values }) => values["depends_on"])).toEqual(
    Array(3).fill(["aws_organizations_organization.it"]),
  );
});

test("stays within AWS's maximum length with all of AWS's regions", () => {
  const allowedRegions = Array.from({ length: 40 }, (_, index) => `ap-southeast-${index}`);
  expect(problemsOf(build({ allowedRegions }))).toEqual([]);
});

describe("conduct", () => {
  test.each<[string, Request, string]>([
    ["leaving the organization", { action: "organizations:LeaveOrganization" }, "NobodyLeavesTheOrganization"],
    ["stopping a trail", { action: "cloudtrail:StopLogging" }, "NobodyTurnsOffATrail"],
    ["deleting a trail", { action: "cloudtrail:DeleteTrail" }, "NobodyTurnsOffATrail"],
    ["changing a trail", { action: "cloudtrail:UpdateTrail" }, "NobodyTurnsOffATrail"],
    ["narrowing a trail's event selectors", { action: "cloudtrail:PutEventSelectors" }, "NobodyTurnsOffATrail"],
    ["changing a trail's insight selectors", { action: "cloudtrail:PutInsightSelectors" }, "NobodyTurnsOffATrail"],
    ["deleting an analyzer", { action: "access-analyzer:DeleteAnalyzer" }, "NobodyDeletesAnAccessAnalyzer"],
    ["any action of root", { action: "s3:ListAllMyBuckets", principal: ROOT }, "RootUsersDoNothing"],
    ["a person's key", { action: "iam:CreateAccessKey", resource: user("/somebody") }, "OnlyServiceUsersHaveKeys"],
    [
      "an access key of a user whose path has the same prefix",
      { action: "iam:CreateAccessKey", resource: user("/services/x") },
      "OnlyServiceUsersHaveKeys",
    ],
    [
      "moving a service user to another path",
      { action: "iam:UpdateUser", resource: user("/service/x") },
      "ServiceUsersStayWhereTheyAre",
    ],
  ])("denies %s", (_, request, sid) => {
    expect(refusals("conduct", request)).toEqual([sid]);
  });

  test.each<[string, Request]>([
    ["starting a trail", { action: "cloudtrail:StartLogging" }],
    ["reading a trail", { action: "cloudtrail:GetTrailStatus" }],
    ["creating an analyzer", { action: "access-analyzer:CreateAnalyzer" }],
    ["an access key of a service user", { action: "iam:CreateAccessKey", resource: user("/service/terraform-user") }],
    ["renaming a person", { action: "iam:UpdateUser", resource: user("/somebody") }],
    ["an administrator's work", { action: "iam:CreateRole" }],
    ["a role named root", { action: "s3:ListAllMyBuckets", principal: "arn:aws:iam::222222222222:role/root" }],
  ])("does not deny %s", (_, request) => {
    expect(refusals("conduct", request)).toEqual([]);
  });
});

test("sessions of AssumeRoot are spared on request only, and sign-ins of root never", () => {
  const conditionsOf = (rootSessions?: boolean) =>
    synthModule(build({ rootSessions }))
      .policy("guardrails/conduct/policy", "content")
      .Statement.find(({ Sid }) => Sid === "RootUsersDoNothing")?.Condition;
  const signIns = { ArnLike: { "aws:PrincipalArn": "arn:aws:iam::*:root" } };
  expect(conditionsOf()).toEqual(signIns);
  expect(conditionsOf(true)).toEqual({ ...signIns, Null: { "aws:AssumedRoot": "true" } });
});

describe("regions", () => {
  test("the alarm on sign-ins of root may be in us-east-1 too, and nowhere else", () => {
    const only = synthModule(build({ allowedRegions: ["eu-west-1"] }));
    const { Statement } = only.policy("guardrails/regions/policy", "content");
    const denied = (action: string, region: string) =>
      Statement.filter((each) => denies(each, { action, region })).map(({ Sid }) => Sid);
    for (const action of ["events:PutRule", "sns:Publish"]) {
      expect(denied(action, "us-east-1")).toEqual([]);
      expect(denied(action, "eu-west-1")).toEqual([]);
      expect(denied(action, "eu-west-2")).toEqual(["AlarmsInTheRegionOfSignInsToo"]);
    }
    expect(denied("ec2:RunInstances", "us-east-1")).toEqual(["OnlyAllowedRegions"]);
  });

  test("a member manages IAM Identity Center in its home region, wherever that is, and nowhere else", () => {
    const { Statement } = synthModule(build({ allowedRegions: ["eu-west-1"], identityRegion: "eu-central-1" })).policy(
      "guardrails/regions/policy",
      "content",
    );
    const denied = (action: string, region: string) =>
      Statement.filter((each) => denies(each, { action, region })).map(({ Sid }) => Sid);
    for (const action of ["sso:CreateAccountAssignment", "identitystore:DescribeGroup", "sso-directory:SearchUsers"]) {
      expect(denied(action, "eu-central-1")).toEqual([]);
      expect(denied(action, "eu-west-1")).toEqual([]);
      expect(denied(action, "us-east-1")).toEqual(["IdentityCenterInItsHomeRegionToo"]);
    }
    expect(denied("ec2:RunInstances", "eu-central-1")).toEqual(["OnlyAllowedRegions"]);
  });

  test("an allowed home region needs no statement", () => {
    const policy = (identityRegion?: string) => synthModule(build({ identityRegion })).policy("guardrails/regions/policy", "content"); // prettier-ignore
    expect(policy("eu-west-1")).toEqual(policy());
  });

  test.each(["sts:AssumeRoleWithSAML", "sts:TagSession"])(
    "do not deny %s, by which people get a permission set",
    (action) => {
      expect(refusals("regions", { action, region: "ap-northeast-1" })).toEqual([]);
    },
  );

  const elsewhere = "ap-northeast-1";

  test.each([
    "ec2:RunInstances",
    "rds:CreateDBInstance",
    "s3:CreateBucket",
    "kms:CreateKey",
    "acm:RequestCertificate",
    "config:PutConfigurationRecorder",
    "wafv2:CreateWebACL",
    "cloudtrail:CreateTrail",
    "access-analyzer:CreateAnalyzer",
    "lambda:CreateFunction20150331",
    "sso:CreateAccountAssignment",
  ])("deny %s in other regions only", (action) => {
    expect(refusals("regions", { action, region: elsewhere })).toEqual(["OnlyAllowedRegions"]);
    for (const region of ["eu-west-1", "us-east-1"]) expect(refusals("regions", { action, region })).toEqual([]);
  });

  test.each([
    "account:GetContactInformation",
    "iam:CreateRole",
    "organizations:DescribeOrganization",
    "sts:AssumeRole",
    "artifact:GetReport",
    "aws-marketplace:ViewSubscriptions",
    "aws-portal:ViewBilling",
    "billing:GetBillingData",
    "budgets:ModifyBudget",
    "ce:GetCostAndUsage",
    "consolidatedbilling:ListLinkedAccounts",
    "cur:PutReportDefinition",
    "freetier:GetFreeTierUsage",
    "invoicing:GetInvoicePDF",
    "payments:ListPaymentPreferences",
    "pricing:GetProducts",
    "purchase-orders:ListPurchaseOrders",
    "sustainability:GetCarbonFootprintSummary",
    "tax:GetTaxRegistration",
    "health:DescribeEvents",
    "support:CreateCase",
    "supportplans:GetSupportPlan",
    "trustedadvisor:DescribeChecks",
    "cloudfront:CreateDistribution",
    "globalaccelerator:CreateAccelerator",
    "networkmanager:CreateGlobalNetwork",
    "route53:ChangeResourceRecordSets",
    "route53domains:RegisterDomain",
    "shield:DescribeSubscription",
    "cloudtrail:LookupEvents",
    "ec2:DescribeRegions",
    "s3:GetAccountPublicAccessBlock",
    "s3:ListAllMyBuckets",
    "s3:PutAccountPublicAccessBlock",
  ])("do not deny %s, which has no region", (action) => {
    expect(refusals("regions", { action, region: elsewhere })).toEqual([]);
  });

  test("must be given, because no action would be possible otherwise", () => {
    expect(problemsOf(build({ allowedRegions: [] }))).toEqual([
      "allowedRegions must name at least one region, got none",
    ]);
  });
});

test("suspension denies every action in every region", () => {
  for (const action of ["iam:CreateRole", "s3:GetObject", "organizations:LeaveOrganization"]) {
    expect(refusals("suspended", { action, resource: "arn:aws:s3:::any/thing" })).toEqual(["NobodyDoesAnything"]);
  }
});
