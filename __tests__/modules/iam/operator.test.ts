import { Operator, type OperatorProps } from "../../../modules/iam/operator";
import { synthModule } from "../../support/module";
import { found } from "../../support/estates";
import { listOf, normalized, statement, type RenderedStatement } from "../../support/policy";

const engineer = "arn:aws:iam::111111111111:user/platform-engineer";
const operator = (changes: Partial<OperatorProps> = {}) =>
  synthModule((scope) => {
    new Operator(scope, "operator", {
      name: "Operator",
      accountId: "222222222222",
      principalArns: [engineer],
      maxSessionSeconds: 28800,
      estateTags: { Solution: "galileo", ManagedBy: "cdktf" },
      ...changes,
    });
  });

const stack = operator();
const policies = stack.inlinePolicies("operator/role");
const statements = Object.values(policies).flatMap(({ Statement }) => Statement);
const withEffect = (effect: RenderedStatement["Effect"]) => statements.filter(({ Effect }) => Effect === effect);
/** Whether one of the patterns matches the action by IAM's rules. */
const covers = (patterns: readonly string[], action: string) =>
  patterns.some((pattern) => new RegExp(`^${pattern.replaceAll("*", ".*")}$`, "i").test(action));
const denied = withEffect("Deny").flatMap(({ Action }) => listOf(Action));
const allowed = withEffect("Allow").flatMap(({ Action }) => listOf(Action));

test("has AWS's ViewOnlyAccess", () => {
  expect(stack.managedPolicies("operator/role")).toEqual(["arn:aws:iam::aws:policy/job-function/ViewOnlyAccess"]);
});

test("can be assumed by the named people only, with MFA, for the account's session length", () => {
  expect(stack.trust("operator/role/role").Statement.map(normalized)).toEqual([
    {
      Effect: "Allow",
      Principal: { AWS: [engineer] },
      Action: ["sts:AssumeRole"],
      Condition: { Bool: { "aws:MultiFactorAuthPresent": ["true"] } },
    },
  ]);
  expect(operator({ maxSessionSeconds: 14400 }).one("aws_iam_role")).toMatchObject({ max_session_duration: 14400 });
});

test("can be assumed from the given networks only, if any are given", () => {
  expect(operator({ sourceIps: ["198.51.100.0/24"] }).trust("operator/role/role").Statement).toMatchObject([
    {
      Condition: { Bool: { "aws:MultiFactorAuthPresent": "true" }, IpAddress: { "aws:SourceIp": ["198.51.100.0/24"] } },
    },
  ]);
});

test.each([
  ["logs", "logs:FilterLogEvents"],
  ["log queries", "logs:StartQuery"],
  ["metrics", "cloudwatch:GetMetricData"],
  ["alarms", "cloudwatch:DescribeAlarms"],
  ["events", "cloudtrail:LookupEvents"],
  ["tags", "tag:GetResources"],
  ["database logs", "rds:DownloadDBLogFilePortion"],
  ["support cases", "support:CreateCase"],
])("may work with %s", (_, action) => {
  expect(covers(allowed, action)).toBe(true);
  expect(covers(denied, action)).toBe(false);
});

test("may start, stop and reboot only databases of this account with every tag of the estate", () => {
  expect(normalized(statement(found(policies, "database-power"), "StartStopAndRebootEstateDatabases"))).toEqual({
    Effect: "Allow",
    Action: ["rds:RebootDBInstance", "rds:StartDBInstance", "rds:StopDBInstance"],
    Resource: ["arn:aws:rds:*:222222222222:db:*"],
    Condition: { StringEquals: { "aws:ResourceTag/Solution": ["galileo"], "aws:ResourceTag/ManagedBy": ["cdktf"] } },
  });
});

test("may change nothing else: all other allowed actions read, or work on support cases and log queries", () => {
  const reading = /^\w+:(Describe|Get|List|Lookup|Filter|Download|StartQuery|StopQuery|TestMetricFilter)/;
  const others = allowed.filter((action) => !reading.test(action) && !action.startsWith("support:"));
  expect(others.sort()).toEqual(["rds:RebootDBInstance", "rds:StartDBInstance", "rds:StopDBInstance"]);
});

test.each([
  "s3:GetObject",
  "s3:GetObjectVersion",
  "secretsmanager:GetSecretValue",
  "secretsmanager:BatchGetSecretValue",
  "ssm:GetParameter",
  "ssm:GetParametersByPath",
  "kms:Decrypt",
  "dynamodb:GetItem",
  "dynamodb:BatchGetItem",
  "dynamodb:Query",
  "dynamodb:Scan",
  "rds-db:connect",
])("never reads data or secrets: %s", (action) => {
  expect(covers(denied, action)).toBe(true);
});

test.each([
  "iam:CreateRole",
  "iam:CreateAccessKey",
  "iam:PutRolePolicy",
  "iam:AttachUserPolicy",
  "iam:DeleteRolePermissionsBoundary",
  "iam:UpdateAssumeRolePolicy",
  "iam:AddUserToGroup",
  "iam:SetDefaultPolicyVersion",
  "iam:PassRole",
  "iam:DeactivateMFADevice",
  "iam:UploadSSHPublicKey",
  "iam:TagRole",
])("never changes IAM: %s", (action) => {
  expect(covers(denied, action)).toBe(true);
});

test.each(["sts:AssumeRole", "sts:AssumeRoleWithSAML", "sts:AssumeRoleWithWebIdentity"])(
  "Operator never assumes another role: %s",
  (action) => {
    expect(covers(denied, action)).toBe(true);
  },
);

test("may read IAM", () => {
  for (const action of ["iam:GetRole", "iam:ListUsers", "iam:SimulatePrincipalPolicy"])
    expect(covers(denied, action)).toBe(false);
});

test("has denials without conditions, and on all resources unless these are API keys", () => {
  for (const denial of withEffect("Deny")) {
    if (denial.Sid !== "NeverReadApiKeysOrStageVariables") expect(denial).toMatchObject({ Resource: ["*"] });
    expect(denial).not.toHaveProperty("Condition");
  }
});

test.each([
  "autoscaling:DescribeLaunchConfigurations",
  "cloudwatch:GetSpaceCredentials",
  "cloudwatch:GetSpaceCredentialsForOrganization",
  "cognito-idp:ListUsers",
  "ec2:DescribeInstanceAttribute",
  "ec2:DescribeSpotInstanceRequests",
  "ecs:DescribeTaskDefinition",
  "lambda:ListFunctions",
])("never reads a secret that ViewOnlyAccess shows: %s", (action) => {
  expect(covers(denied, action)).toBe(true);
});

test("allows metrics, events and logs by name, so that it gets no action that AWS adds to a pattern of Get", () => {
  expect(allowed.filter((action) => /:Get\w*\*/.test(action))).toEqual([]);
});
