import { execFileSync, spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { connect } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createInterface } from "node:readline";
import {
  AuthorizeSecurityGroupIngressCommand,
  CreateSecurityGroupCommand,
  CreateVpcCommand,
  DescribeBundleTasksCommand,
  DescribeSecurityGroupRulesCommand,
  DescribeSubnetsCommand,
  DisableImageBlockPublicAccessCommand,
  DisableSnapshotBlockPublicAccessCommand,
  EC2Client,
  EnableImageBlockPublicAccessCommand,
  EnableSnapshotBlockPublicAccessCommand,
  GetImageBlockPublicAccessStateCommand,
  GetInstanceMetadataDefaultsCommand,
  GetSnapshotBlockPublicAccessStateCommand,
  ModifyInstanceMetadataDefaultsCommand,
  RevokeSecurityGroupIngressCommand,
  UpdateSecurityGroupRuleDescriptionsIngressCommand,
} from "@aws-sdk/client-ec2";
import {
  CreateRoleCommand,
  CreateUserCommand,
  DeleteUserPermissionsBoundaryCommand,
  DisableOrganizationsRootSessionsCommand,
  EnableOrganizationsRootCredentialsManagementCommand,
  EnableOrganizationsRootSessionsCommand,
  GetAccountAuthorizationDetailsCommand,
  GetPolicyCommand,
  GetRoleCommand,
  GetUserCommand,
  IAMClient,
  ListAttachedRolePoliciesCommand,
  ListOrganizationsFeaturesCommand,
  ListRolesCommand,
  ListUsersCommand,
  ListUserTagsCommand,
  PutUserPermissionsBoundaryCommand,
  ResetServiceSpecificCredentialCommand,
  UpdateRoleCommand,
  UpdateUserCommand,
} from "@aws-sdk/client-iam";
import {
  AcceptHandshakeCommand,
  CancelHandshakeCommand,
  CloseAccountCommand,
  CreateAccountCommand,
  CreateOrganizationCommand,
  DeclineHandshakeCommand,
  DescribeAccountCommand,
  DescribeCreateAccountStatusCommand,
  DescribeHandshakeCommand,
  EnableAWSServiceAccessCommand,
  type Handshake,
  type HandshakePartyType,
  InviteAccountToOrganizationCommand,
  ListAccountsCommand,
  ListDelegatedAdministratorsCommand,
  ListHandshakesForAccountCommand,
  ListHandshakesForOrganizationCommand,
  ListParentsCommand,
  OrganizationsClient,
  RegisterDelegatedAdministratorCommand,
} from "@aws-sdk/client-organizations";
import {
  CreateDBInstanceCommand,
  CreateDBInstanceReadReplicaCommand,
  type CreateDBInstanceCommandInput,
  CreateDBParameterGroupCommand,
  CreateDBSubnetGroupCommand,
  type DBInstance,
  DescribeDBInstancesCommand,
  DescribeDBParametersCommand,
  DescribeDBSubnetGroupsCommand,
  ModifyDBInstanceCommand,
  ModifyDBParameterGroupCommand,
  ModifyDBSubnetGroupCommand,
  RDSClient,
  ResetDBParameterGroupCommand,
} from "@aws-sdk/client-rds";
import {
  CreateBucketCommand,
  GetBucketLifecycleConfigurationCommand,
  GetBucketVersioningCommand,
  GetObjectCommand,
  HeadBucketCommand,
  type LifecycleRule,
  ListBucketsCommand,
  PutBucketLifecycleConfigurationCommand,
  PutBucketLoggingCommand,
  PutBucketPolicyCommand,
  PutObjectCommand,
  S3Client,
} from "@aws-sdk/client-s3";
import { AssumeRoleCommand, GetCallerIdentityCommand, STSClient } from "@aws-sdk/client-sts";
import { isRunning } from "../tools/emulator/is-running";
import {
  type Emulator,
  findEmulator,
  LAUNCHER,
  startEmulator,
  turnOnIdentityCenter,
} from "../../tools/emulator/emulator";
import { findPython } from "../../tools/emulator/python";
import { TYPESCRIPT } from "../../tools/support/project";

const account = "111111111111";
const region = "eu-central-1";
const linesOf = (option: string) =>
  execFileSync("python3", [LAUNCHER, option], { encoding: "utf8" }).trim().split("\n");
const listedPatches = linesOf("--list-patches");
/** Tested in strict-emulator.test.ts. */
const refusals = linesOf("--list-refusals").map((line) => line.split("\t")[0]);
const folder = mkdtempSync(join(tmpdir(), "emulator-"));
/** Ignore an emulator that the developer's environment names. */
const environment = { ...process.env, EMULATOR_URL: undefined };

let patched: Emulator;
let plain: Emulator;
const started: Emulator[] = [];
beforeAll(async () => {
  const start = async (name: string, without: string[]) => {
    const emulator = await startEmulator({ logFile: join(folder, `${name}.log`), environment, without });
    started.push(emulator);
    return emulator;
  };
  [patched, plain] = await Promise.all([start("patched", []), start("plain", listedPatches)]);
});
afterAll(async () => {
  await Promise.all(started.map((emulator) => emulator.stop()));
  rmSync(folder, { recursive: true });
});

/** One attempt: plain moto often fails with HTTP 500, which an SDK would repeat. */
function settings({ url }: Emulator, accountId = account) {
  return { endpoint: url, region, credentials: { accessKeyId: accountId, secretAccessKey: "any" }, maxAttempts: 1 };
}

/** The answer to a raw request: JSON, or text if it is not JSON. */
interface Body {
  readonly __type?: string;
  readonly AccountAssignmentCreationStatus?: { readonly RequestId: string; readonly Status: string };
  readonly AccountName?: string;
  readonly Groups?: readonly {
    readonly GroupId: string;
    readonly DisplayName: string;
    readonly Description?: string;
  }[];
  readonly GroupId?: string;
  readonly Instances?: readonly { readonly InstanceArn: string; readonly IdentityStoreId: string }[];
  readonly MembershipId?: string;
  readonly PermissionSet?: { readonly PermissionSetArn: string; readonly SessionDuration: unknown };
  readonly PermissionsBoundary?: unknown;
  readonly PermissionSetProvisioningStatus?: { readonly RequestId: string; readonly Status: string };
  readonly Tags?: unknown;
  readonly UserId?: string;
  readonly Users?: readonly { readonly UserName: string }[];
  readonly arn?: string;
  readonly Budget: {
    readonly BudgetLimit: { readonly Amount: string };
    readonly TimePeriod: { readonly Start: number };
  };
  readonly detectorId?: string;
  readonly AutoEnableControls?: boolean;
  readonly StandardsSubscriptions?: readonly { readonly StandardsArn: string }[];
  readonly features?: readonly { readonly name: string; readonly status: string }[];
  readonly IsLogging?: boolean;
  readonly KeyMetadata?: { readonly KeyId: string };
  readonly Notifications?: unknown;
  readonly ResourceTags?: unknown;
  readonly Subscribers?: unknown;
  readonly TrailARN?: string;
  readonly trailList?: readonly unknown[];
}

interface Answer {
  readonly status: number;
  readonly body: Body;
}

/** Sends a request like an SDK, with a signature that the emulator does not check. */
async function call(
  emulator: Emulator,
  service: string,
  request: string,
  body?: unknown,
  headers: Record<string, string> = {},
  key = account,
) {
  const [method = "", path = ""] = request.split(" ");
  const authorization = `AWS4-HMAC-SHA256 Credential=${key}/20260101/${region}/${service}/aws4_request, SignedHeaders=host, Signature=0`;
  const text = typeof body === "string" ? body : JSON.stringify(body);
  const response = await fetch(emulator.url + path, {
    method,
    body: text,
    headers: { Authorization: authorization, ...headers },
  });
  const answer = await response.text();
  const isJson = answer.startsWith("{") || answer.startsWith("[");
  return { status: response.status, body: (isJson ? JSON.parse(answer) : answer) as Body };
}

/** An operation of a service that speaks JSON with a target header. */
function callJson(
  emulator: Emulator,
  service: "budgets" | "cloudtrail" | "identitystore" | "kms" | "sso",
  operation: string,
  body: object,
  key = account,
): Promise<Answer> {
  const targets = {
    identitystore: "AWSIdentityStore",
    kms: "TrentService",
    sso: "SWBExternalService",
    budgets: "AWSBudgetServiceGateway",
    cloudtrail: "com.amazonaws.cloudtrail.v20131101.CloudTrail_20131101",
  };
  const headers = { "Content-Type": "application/x-amz-json-1.1", "X-Amz-Target": `${targets[service]}.${operation}` };
  return call(emulator, service, "POST /", body, headers, key);
}

/** The name of the error of a refused call. */
function refusal(attempt: Promise<unknown>): Promise<string> {
  return attempt.then(
    () => "accepted",
    (error: unknown) => (error as Error).name,
  );
}

/** Jest's own matchers are of type `any`. */
const anything: unknown = expect.anything();
const anyText: unknown = expect.any(String);
const refused: unknown = expect.not.stringMatching("accepted");
const matching = (pattern: RegExp): unknown => expect.stringMatching(pattern);
const containing = (part: object): unknown => expect.objectContaining(part);

const testedPatches: string[] = [];

/**
 * Runs the same check on both emulators: it must pass with the patch and fail on plain moto. If plain moto passes, drop
 * the patch.
 */
function patchTest(
  patch: string,
  title: string,
  observe: (emulator: Emulator) => Promise<unknown>,
  expected: { patched: unknown; plain: unknown },
) {
  testedPatches.push(patch);
  test(`${patch}: ${title}`, async () => {
    expect(await observe(patched)).toEqual(expected.patched);
    expect(await observe(plain)).toEqual(expected.plain);
  });
}

test("every patch has a test", () => {
  expect([...new Set(testedPatches), ...refusals].sort()).toEqual([...listedPatches].sort());
});

const boundaryArn = "arn:aws:iam::aws:policy/PowerUserAccess";
const boundary = { PermissionsBoundaryArn: boundaryArn, PermissionsBoundaryType: "PermissionsBoundaryPolicy" };

patchTest(
  "user-permissions-boundary",
  "a user keeps the boundary it is created with, in GetUser and in the account's details, but not in ListUsers",
  async (emulator) => {
    const iam = new IAMClient(settings(emulator));
    const created = await iam.send(new CreateUserCommand({ UserName: "created", PermissionsBoundary: boundaryArn }));
    const details = await iam.send(new GetAccountAuthorizationDetailsCommand({ Filter: ["User"] }));
    return {
      create: created.User?.PermissionsBoundary,
      get: (await iam.send(new GetUserCommand({ UserName: "created" }))).User?.PermissionsBoundary,
      details: details.UserDetailList?.find((user) => user.UserName === "created")?.PermissionsBoundary,
      list: (await iam.send(new ListUsersCommand({}))).Users?.find((user) => user.UserName === "created")
        ?.PermissionsBoundary,
    };
  },
  { patched: { create: boundary, get: boundary, details: boundary, list: undefined }, plain: {} },
);

patchTest(
  "user-permissions-boundary",
  "it is put on a user and taken away, and must be a policy",
  async (emulator) => {
    const iam = new IAMClient(settings(emulator));
    await iam.send(new CreateUserCommand({ UserName: "changed" }));
    const get = async () => (await iam.send(new GetUserCommand({ UserName: "changed" }))).User?.PermissionsBoundary;
    const put = (arn: string) =>
      refusal(iam.send(new PutUserPermissionsBoundaryCommand({ UserName: "changed", PermissionsBoundary: arn })));
    return {
      before: await get(),
      put: await put(boundaryArn),
      after: await get(),
      putNoPolicy: await put("arn:aws:iam::aws:role/PowerUserAccess"),
      delete: await refusal(iam.send(new DeleteUserPermissionsBoundaryCommand({ UserName: "changed" }))),
      finally: await get(),
    };
  },
  {
    patched: { put: "accepted", after: boundary, putNoPolicy: "InvalidParameterValue", delete: "accepted" },
    plain: { put: refused, putNoPolicy: anything, delete: refused },
  },
);

patchTest(
  "renamed-user-tags",
  "a user keeps its tags with another path and with another name",
  async (emulator) => {
    const iam = new IAMClient(settings(emulator));
    const tags = async (UserName: string) => (await iam.send(new ListUserTagsCommand({ UserName }))).Tags;
    await iam.send(new CreateUserCommand({ UserName: "moved", Tags: [{ Key: "Stack", Value: "dev-iam" }] }));
    await iam.send(new UpdateUserCommand({ UserName: "moved", NewPath: "/service/" }));
    const moved = await tags("moved");
    await iam.send(new UpdateUserCommand({ UserName: "moved", NewUserName: "renamed" }));
    // Another user under the previous ARN has none.
    await iam.send(new CreateUserCommand({ UserName: "moved", Path: "/service/" }));
    return { moved, renamed: await tags("renamed"), other: await tags("moved") };
  },
  {
    patched: {
      moved: [{ Key: "Stack", Value: "dev-iam" }],
      renamed: [{ Key: "Stack", Value: "dev-iam" }],
      other: [],
    },
    plain: { moved: [], renamed: [], other: [] },
  },
);

patchTest(
  "role-update",
  "another session length leaves the description of a role, and the reverse",
  async (emulator) => {
    const iam = new IAMClient(settings(emulator));
    const statement = { Effect: "Allow", Principal: { Service: "ec2.amazonaws.com" }, Action: "sts:AssumeRole" };
    const AssumeRolePolicyDocument = JSON.stringify({ Version: "2012-10-17", Statement: [statement] });
    const role = { RoleName: "updated", Description: "first", MaxSessionDuration: 7200, AssumeRolePolicyDocument };
    await iam.send(new CreateRoleCommand(role));
    const get = async () => {
      const { Role } = await iam.send(new GetRoleCommand({ RoleName: "updated" }));
      return [Role?.Description, Role?.MaxSessionDuration];
    };
    await iam.send(new UpdateRoleCommand({ RoleName: "updated", MaxSessionDuration: 14400 }));
    const longer = await get();
    await iam.send(new UpdateRoleCommand({ RoleName: "updated", Description: "second" }));
    return [longer, await get()];
  },
  {
    patched: [
      ["first", 14400],
      ["second", 14400],
    ],
    plain: [
      [undefined, 14400],
      ["second", 3600],
    ],
  },
);

const analyzerArn = `arn:aws:access-analyzer:${region}:${account}:analyzer/outside`;
const analyzer = { arn: analyzerArn, name: "outside", type: "ACCOUNT", status: "ACTIVE", createdAt: anyText };

patchTest(
  "access-analyzer",
  "an analyzer is created, shown, listed, tagged and deleted",
  async (emulator) => {
    const request = (line: string, body?: object) =>
      call(emulator, "access-analyzer", line, body, { "Content-Type": "application/json" });
    const tags = `/tags/${encodeURIComponent(analyzerArn)}`;
    return [
      await request("PUT /analyzer", { analyzerName: "outside", type: "ACCOUNT", tags: { Stack: "iam", Old: "yes" } }),
      await request("PUT /analyzer", { analyzerName: "outside", type: "ACCOUNT" }),
      await request("GET /analyzer/outside"),
      await request(`POST ${tags}`, { tags: { Stack: "other", New: "yes" } }),
      await request(`DELETE ${tags}?tagKeys=Old`),
      await request(`GET ${tags}`),
      await request("GET /analyzer"),
      await request("GET /analyzer?type=ORGANIZATION"),
      await request("DELETE /analyzer/outside"),
      await request("GET /analyzer/outside"),
    ];
  },
  {
    patched: [
      { status: 200, body: { arn: analyzerArn } },
      { status: 409, body: containing({ __type: "ConflictException" }) },
      { status: 200, body: { analyzer: { ...analyzer, tags: { Stack: "iam", Old: "yes" } } } },
      { status: 200, body: {} },
      { status: 200, body: {} },
      { status: 200, body: { tags: { Stack: "other", New: "yes" } } },
      { status: 200, body: { analyzers: [{ ...analyzer, tags: { Stack: "other", New: "yes" } }] } },
      { status: 200, body: { analyzers: [] } },
      { status: 200, body: {} },
      { status: 404, body: containing({ __type: "ResourceNotFoundException" }) },
    ],
    plain: Array(10).fill(containing({ status: 500 })),
  },
);

patchTest(
  "guard-duty",
  "a region has one detector, which keeps its tags and every protection plan but those turned off by name",
  async (emulator) => {
    const request = (line: string, body?: object) =>
      call(emulator, "guardduty", line, body, { "Content-Type": "application/json" });
    const created = await request("POST /detector", { enable: true, tags: { Stack: "iam", Old: "yes" } });
    const detector = `/detector/${created.body.detectorId ?? ""}`;
    const tags = `/tags/${encodeURIComponent(`arn:aws:guardduty:${region}:${account}:${detector.slice(1)}`)}`;
    for (const name of ["S3_DATA_EVENTS", "RDS_LOGIN_EVENTS"])
      await request(`POST ${detector}`, { features: [{ name, status: "DISABLED" }] });
    const { features = [] } = (await request(`GET ${detector}`)).body;
    await request(`POST ${tags}`, { tags: { Stack: "other", New: "yes" } });
    await request(`DELETE ${tags}?tagKeys=Old`);
    return {
      enabled: features.filter(({ status }) => status === "ENABLED").map(({ name }) => name),
      tags: (await request(`GET ${tags}`)).body,
      second: (await request("POST /detector", { enable: true })).status,
      afterDelete: [
        (await request(`DELETE ${detector}`)).status,
        (await request("POST /detector", { enable: true })).status,
      ],
    };
  },
  {
    patched: {
      enabled: [
        ...["CLOUD_TRAIL", "DNS_LOGS", "FLOW_LOGS", "EKS_AUDIT_LOGS", "EBS_MALWARE_PROTECTION"],
        "LAMBDA_NETWORK_LOGS",
      ],
      tags: { tags: { Stack: "other", New: "yes" } },
      second: 400,
      afterDelete: [200, 200],
    },
    plain: { enabled: [], tags: anything, second: 200, afterDelete: [200, 200] },
  },
);

patchTest(
  "security-hub",
  "a region has one hub, which keeps its settings and the standards that are asked for",
  async (emulator) => {
    const request = (line: string, body?: object) =>
      call(emulator, "securityhub", line, body, { "Content-Type": "application/json" });
    const standard = `arn:aws:securityhub:${region}::standards/aws-foundational-security-best-practices/v/1.0.0`;
    const subscription = standard.replace("::standards/", `:${account}:subscription/`);
    const standards = async () => {
      const { StandardsSubscriptions = [] } = (await request("POST /standards/get", {})).body;
      return StandardsSubscriptions.map(({ StandardsArn }) => StandardsArn);
    };
    await request("POST /accounts", { EnableDefaultStandards: false });
    const first = await standards();
    await request("PATCH /accounts", { AutoEnableControls: false });
    await request("POST /standards/register", { StandardsSubscriptionRequests: [{ StandardsArn: standard }] });
    const asked = await standards();
    const second = (await request("POST /accounts", { EnableDefaultStandards: false })).status;
    const controls = (await request("GET /accounts")).body.AutoEnableControls;
    await request("POST /standards/deregister", { StandardsSubscriptionArns: [subscription] });
    const removed = await standards();
    await request("DELETE /accounts");
    await request("POST /accounts", {});
    return { first, asked, second, controls, removed, byDefault: (await standards()).length };
  },
  {
    patched: {
      first: [],
      asked: [`arn:aws:securityhub:${region}::standards/aws-foundational-security-best-practices/v/1.0.0`],
      second: 409,
      controls: false,
      removed: [],
      byDefault: 2,
    },
    plain: { first: [], asked: [], second: 200, controls: true, removed: [], byDefault: 0 },
  },
);

patchTest(
  "cloudtrail-by-arn",
  "a trail is started, stopped and deleted by its ARN, and a missing one is not found",
  async (emulator) => {
    await new S3Client(settings(emulator)).send(new CreateBucketCommand({ Bucket: "trail-logs" }));
    const created = await callJson(emulator, "cloudtrail", "CreateTrail", {
      Name: "trail",
      S3BucketName: "trail-logs",
    });
    const Name = created.body.TrailARN;
    const isLogging = async () => (await callJson(emulator, "cloudtrail", "GetTrailStatus", { Name })).body.IsLogging;
    return [
      (await callJson(emulator, "cloudtrail", "StartLogging", { Name })).status,
      await isLogging(),
      (await callJson(emulator, "cloudtrail", "StopLogging", { Name })).status,
      await isLogging(),
      (await callJson(emulator, "cloudtrail", "DeleteTrail", { Name })).status,
      (await callJson(emulator, "cloudtrail", "DescribeTrails", {})).body.trailList?.length,
      (await callJson(emulator, "cloudtrail", "DeleteTrail", { Name })).body.__type,
    ];
  },
  {
    patched: [200, true, 200, false, 200, 0, "TrailNotFoundException"],
    plain: [500, false, 500, false, 200, 1, undefined],
  },
);

const budget = {
  BudgetName: "monthly",
  BudgetType: "COST",
  TimeUnit: "MONTHLY",
  BudgetLimit: { Amount: "100", Unit: "USD" },
};
const budgetOf = { AccountId: account, BudgetName: "monthly" };
const over80 = {
  NotificationType: "ACTUAL",
  ComparisonOperator: "GREATER_THAN",
  Threshold: 80,
  ThresholdType: "PERCENTAGE",
};
const over90 = { ...over80, Threshold: 90 };
const forecast = { ...over80, NotificationType: "FORECASTED", Threshold: 100 };
const email = (Address: string) => ({ SubscriptionType: "EMAIL", Address });

patchTest(
  "budgets",
  "a budget is updated and keeps its tags",
  async (emulator) => {
    const budgets = (operation: string, body: object) => callJson(emulator, "budgets", operation, body);
    const arn = { ResourceARN: `arn:aws:budgets::${account}:budget/monthly` };
    await budgets("CreateBudget", {
      AccountId: account,
      Budget: budget,
      ResourceTags: [{ Key: "Stack", Value: "iam" }],
    });
    await budgets("UpdateBudget", {
      AccountId: account,
      NewBudget: { ...budget, BudgetLimit: { Amount: "250", Unit: "USD" } },
    });
    const updated = (await budgets("DescribeBudget", budgetOf)).body.Budget;
    const tags = [(await budgets("ListTagsForResource", arn)).body.ResourceTags];
    await budgets("TagResource", { ...arn, ResourceTags: [{ Key: "Owner", Value: "team" }] });
    await budgets("UntagResource", { ...arn, ResourceTagKeys: ["Stack"] });
    tags.push((await budgets("ListTagsForResource", arn)).body.ResourceTags);
    await budgets("DeleteBudget", budgetOf);
    return { limit: updated.BudgetLimit.Amount, hasStart: updated.TimePeriod.Start > 0, tags };
  },
  {
    patched: {
      limit: "250",
      hasStart: true,
      tags: [[{ Key: "Stack", Value: "iam" }], [{ Key: "Owner", Value: "team" }]],
    },
    plain: { limit: "100", hasStart: true, tags: [undefined, undefined] },
  },
);

patchTest(
  "budgets",
  "its notifications and their subscribers are created, changed and deleted, and no two are alike",
  async (emulator) => {
    const budgets = (operation: string, body: object = {}) =>
      callJson(emulator, "budgets", operation, { ...budgetOf, ...body });
    const subscribers = async (Notification: object) =>
      (await budgets("DescribeSubscribersForNotification", { Notification })).body.Subscribers;
    const sameAsOver80 = { ...over80, ThresholdType: undefined };
    await budgets("CreateBudget", { Budget: budget });
    await budgets("CreateNotification", { Notification: over80, Subscribers: [email("a@example.com")] });
    await budgets("CreateNotification", { Notification: forecast, Subscribers: [email("a@example.com")] });
    const seen: unknown[] = [
      (await budgets("CreateNotification", { Notification: sameAsOver80, Subscribers: [] })).status,
    ];
    seen.push(await subscribers(over80));
    await budgets("CreateSubscriber", { Notification: over80, Subscriber: email("b@example.com") });
    await budgets("UpdateSubscriber", {
      Notification: over80,
      OldSubscriber: email("a@example.com"),
      NewSubscriber: email("c@example.com"),
    });
    seen.push(await subscribers(over80));
    await budgets("DeleteSubscriber", { Notification: over80, Subscriber: email("b@example.com") });
    await budgets("UpdateNotification", { OldNotification: over80, NewNotification: over90 });
    seen.push(await subscribers(over90), await subscribers(forecast));
    await budgets("DeleteNotification", { Notification: over90 });
    seen.push((await budgets("DescribeNotificationsForBudget")).body.Notifications);
    await budgets("DeleteBudget");
    return seen;
  },
  {
    patched: [
      400,
      [email("a@example.com")],
      [email("c@example.com"), email("b@example.com")],
      [email("c@example.com")],
      [email("a@example.com")],
      [forecast],
    ],
    plain: [200, undefined, undefined, undefined, undefined, [over80, forecast, anything]],
  },
);

patchTest(
  "security-group-rule-description",
  "the description of a rule that names a group is shown, can be changed, and makes no second rule",
  async (emulator) => {
    const ec2 = new EC2Client(settings(emulator));
    const { Vpc } = await ec2.send(new CreateVpcCommand({ CidrBlock: "10.0.0.0/20" }));
    const group = async (GroupName: string) => {
      const { GroupId = "" } = await ec2.send(
        new CreateSecurityGroupCommand({ GroupName, Description: "any", VpcId: Vpc?.VpcId }),
      );
      return GroupId;
    };
    const [source, GroupId] = [await group("source"), await group("target")];
    const rule = (Description: string) => ({
      GroupId,
      IpPermissions: [
        { IpProtocol: "tcp", FromPort: 5432, ToPort: 5432, UserIdGroupPairs: [{ GroupId: source, Description }] },
      ],
    });
    const descriptions = async () => {
      const filter = { Name: "group-id", Values: [GroupId] };
      const rules = await ec2.send(new DescribeSecurityGroupRulesCommand({ Filters: [filter] }));
      return rules.SecurityGroupRules?.filter((each) => !each.IsEgress).map((each) => each.Description);
    };
    await ec2.send(new AuthorizeSecurityGroupIngressCommand(rule("first")));
    const seen: unknown[] = [await descriptions()];
    seen.push(await refusal(ec2.send(new AuthorizeSecurityGroupIngressCommand(rule("second")))));
    await ec2.send(new UpdateSecurityGroupRuleDescriptionsIngressCommand(rule("third")));
    seen.push(await descriptions());
    seen.push(await refusal(ec2.send(new RevokeSecurityGroupIngressCommand(rule("any")))), await descriptions());
    return seen;
  },
  {
    patched: [["first"], "InvalidPermission.Duplicate", ["third"], "accepted", []],
    plain: [[undefined], "accepted", [undefined, undefined], "InvalidPermission.NotFound", [undefined, undefined]],
  },
);

patchTest(
  "db-parameter-group",
  "a parameter says that a user set it, and can be reset",
  async (emulator) => {
    const rds = new RDSClient(settings(emulator));
    const group = { DBParameterGroupName: "parameters" };
    const parameter = (ParameterName: string) => ({
      ParameterName,
      ParameterValue: "1",
      ApplyMethod: "immediate" as const,
    });
    const shown = async () => {
      const { Parameters = [] } = await rds.send(new DescribeDBParametersCommand(group));
      return Parameters.map((each) => `${each.ParameterName} ${each.ParameterValue} ${each.Source}`);
    };
    await rds.send(
      new CreateDBParameterGroupCommand({ ...group, DBParameterGroupFamily: "postgres17", Description: "any" }),
    );
    const both = [parameter("rds.force_ssl"), parameter("log_connections")];
    await rds.send(new ModifyDBParameterGroupCommand({ ...group, Parameters: both }));
    const seen: unknown[] = [await shown()];
    seen.push(
      await refusal(
        rds.send(new ResetDBParameterGroupCommand({ ...group, Parameters: [parameter("log_connections")] })),
      ),
    );
    seen.push(await shown());
    await refusal(rds.send(new ResetDBParameterGroupCommand({ ...group, ResetAllParameters: true })));
    seen.push(await shown());
    return seen;
  },
  {
    patched: [["rds.force_ssl 1 user", "log_connections 1 user"], "accepted", ["rds.force_ssl 1 user"], []],
    plain: [
      ["rds.force_ssl 1 undefined", "log_connections 1 undefined"],
      refused,
      ["rds.force_ssl 1 undefined", "log_connections 1 undefined"],
      ["rds.force_ssl 1 undefined", "log_connections 1 undefined"],
    ],
  },
);

patchTest(
  "db-subnet-group-kept",
  "a subnet group that is modified still exists",
  async (emulator) => {
    const rds = new RDSClient(settings(emulator));
    const { Subnets = [] } = await new EC2Client(settings(emulator)).send(new DescribeSubnetsCommand({}));
    const [SubnetIds, group] = [Subnets.map(({ SubnetId = "" }) => SubnetId), { DBSubnetGroupName: "subnets" }];
    const modified = (DBSubnetGroupDescription: string) => ({ ...group, SubnetIds, DBSubnetGroupDescription });
    await rds.send(new CreateDBSubnetGroupCommand(modified("before")));
    await rds.send(new ModifyDBSubnetGroupCommand(modified("after")));
    const { DBSubnetGroups = [] } = await rds.send(new DescribeDBSubnetGroupsCommand({}));
    return DBSubnetGroups.map(({ DBSubnetGroupDescription }) => DBSubnetGroupDescription);
  },
  { patched: ["after"], plain: [] },
);

async function createDatabase(
  rds: RDSClient,
  name: string,
  props: Partial<CreateDBInstanceCommandInput> = {},
): Promise<DBInstance | undefined> {
  const size = {
    DBInstanceClass: "db.t4g.micro",
    Engine: "postgres",
    AllocatedStorage: 20,
    MasterUsername: "owner",
    MasterUserPassword: "unused-password",
  };
  const { DBInstance } = await rds.send(new CreateDBInstanceCommand({ DBInstanceIdentifier: name, ...size, ...props }));
  return DBInstance;
}

patchTest(
  "db-instance-monitoring",
  "enhanced monitoring and Performance Insights are kept, and can be turned off",
  async (emulator) => {
    const rds = new RDSClient(settings(emulator));
    const monitored = { MonitoringInterval: 60, MonitoringRoleArn: `arn:aws:iam::${account}:role/monitoring` };
    await createDatabase(rds, "monitored", { ...monitored, EnablePerformanceInsights: true });
    const shown = async () => {
      const instance = (await rds.send(new DescribeDBInstancesCommand({ DBInstanceIdentifier: "monitored" })))
        .DBInstances?.[0];
      const { MonitoringInterval, MonitoringRoleArn, PerformanceInsightsEnabled, PerformanceInsightsRetentionPeriod } =
        instance ?? {};
      return [MonitoringInterval, MonitoringRoleArn, PerformanceInsightsEnabled, PerformanceInsightsRetentionPeriod];
    };
    const before = await shown();
    const off = { MonitoringInterval: 0, EnablePerformanceInsights: false };
    await rds.send(new ModifyDBInstanceCommand({ DBInstanceIdentifier: "monitored", ...off }));
    return [before, await shown()];
  },
  {
    patched: [
      [60, `arn:aws:iam::${account}:role/monitoring`, true, 7],
      [0, undefined, false, undefined],
    ],
    plain: [
      [undefined, undefined, undefined, undefined],
      [0, undefined, undefined, undefined],
    ],
  },
);

patchTest(
  "db-instance-certificate",
  "an instance has the authority that AWS gives it, or the one asked for",
  async (emulator) => {
    const rds = new RDSClient(settings(emulator));
    const byDefault = await createDatabase(rds, "by-default");
    const asked = await createDatabase(rds, "asked", { CACertificateIdentifier: "rds-ca-ecc384-g1" });
    return [byDefault?.CACertificateIdentifier, asked?.CACertificateIdentifier];
  },
  { patched: ["rds-ca-rsa2048-g1", "rds-ca-ecc384-g1"], plain: ["rds-ca-default", "rds-ca-ecc384-g1"] },
);

patchTest(
  "db-instance-resource-id",
  "two instances have a resource id each, and so has a replica",
  async (emulator) => {
    const rds = new RDSClient(settings(emulator));
    const [one, other] = [await createDatabase(rds, "one"), await createDatabase(rds, "other")];
    const { DBInstance: replica } = await rds.send(
      new CreateDBInstanceReadReplicaCommand({ DBInstanceIdentifier: "copy", SourceDBInstanceIdentifier: "one" }),
    );
    const ids = [one, other, replica].map((instance) => instance?.DbiResourceId ?? "");
    return [ids.every((id) => /^db-[0-9A-Z]{26}$/.test(id)), new Set(ids).size];
  },
  { patched: [true, 3], plain: [true, 1] },
);

patchTest(
  "bucket-policy-conditions",
  "a statement counts only when it has no condition and names what it is about",
  async (emulator) => {
    const s3 = new S3Client(settings(emulator));
    const [Bucket, everything] = ["guarded", ["arn:aws:s3:::guarded", "arn:aws:s3:::guarded/*"]];
    await s3.send(new CreateBucketCommand({ Bucket }));
    await s3.send(new PutObjectCommand({ Bucket, Key: "state", Body: "any" }));
    const readUnder = async (statement: object) => {
      const Policy = JSON.stringify({
        Version: "2012-10-17",
        Statement: [{ Principal: "*", Action: "s3:*", ...statement }],
      });
      await s3.send(new PutBucketPolicyCommand({ Bucket, Policy }));
      const owner = await call(emulator, "s3", "GET /guarded/state");
      const stranger = await fetch(`${emulator.url}/guarded/state`);
      return { owner: owner.status, stranger: stranger.status };
    };
    const insecure = { Bool: { "aws:SecureTransport": "false" } };
    const byAnother = { ArnEquals: { "aws:PrincipalArn": `arn:aws:iam::${account}:role/another` } };
    return {
      deny: await readUnder({ Effect: "Deny", Resource: everything }),
      allow: await readUnder({ Effect: "Allow", Resource: everything }),
      denyUnderCondition: await readUnder({ Effect: "Deny", Resource: everything, Condition: insecure }),
      allowUnderCondition: await readUnder({ Effect: "Allow", Resource: everything, Condition: byAnother }),
      denyElsewhere: await readUnder({ Effect: "Deny", NotResource: everything }),
    };
  },
  {
    patched: {
      deny: { owner: 403, stranger: 403 },
      allow: { owner: 200, stranger: 200 },
      denyUnderCondition: { owner: 200, stranger: 403 },
      allowUnderCondition: { owner: 200, stranger: 403 },
      denyElsewhere: { owner: 200, stranger: 403 },
    },
    plain: {
      deny: { owner: 403, stranger: 403 },
      allow: { owner: 200, stranger: 200 },
      denyUnderCondition: { owner: 403, stranger: 403 },
      allowUnderCondition: { owner: 200, stranger: 200 },
      denyElsewhere: { owner: 200, stranger: 200 },
    },
  },
);

patchTest(
  "access-log-policy",
  "a bucket accepts an access log by its policy, which also denies requests without TLS to everybody",
  async (emulator) => {
    const s3 = new S3Client({ ...settings(emulator), forcePathStyle: true });
    const [Bucket, log] = ["logged-bucket", "access-log-bucket"];
    for (const each of [Bucket, log])
      await s3.send(
        new CreateBucketCommand({ Bucket: each, CreateBucketConfiguration: { LocationConstraint: region } }),
      );
    const start = () => {
      const LoggingEnabled = { TargetBucket: log, TargetPrefix: "a/" };
      return refusal(s3.send(new PutBucketLoggingCommand({ Bucket, BucketLoggingStatus: { LoggingEnabled } })));
    };
    const before = await start();
    const Policy = JSON.stringify({
      Version: "2012-10-17",
      Statement: [
        {
          Effect: "Deny",
          Principal: "*",
          Action: ["s3:*"],
          Resource: [`arn:aws:s3:::${log}`],
          Condition: { Bool: { "aws:SecureTransport": "false" } },
        },
        {
          Effect: "Allow",
          Principal: { Service: ["logging.s3.amazonaws.com"] },
          Action: ["s3:PutObject"],
          Resource: [`arn:aws:s3:::${log}/*`],
        },
      ],
    });
    await s3.send(new PutBucketPolicyCommand({ Bucket: log, Policy }));
    return [before, await start()];
  },
  {
    patched: ["InvalidTargetBucketForLogging", "accepted"],
    plain: ["InvalidTargetBucketForLogging", refused],
  },
);

patchTest(
  "service-quotas",
  "answers the quotas of services other than VPCs",
  (emulator) => {
    const headers = { "X-Amz-Target": "ServiceQuotasV20190624.GetServiceQuota" };
    const input = { ServiceCode: "iam", QuotaCode: "L-858F3967" };
    return call(emulator, "servicequotas", "POST /", input, headers);
  },
  {
    patched: containing({ status: 200, body: containing({ Quota: containing({ Value: 100 }) }) }),
    plain: containing({ status: 400 }),
  },
);

patchTest(
  "account-switches",
  "an account keeps in each region whether snapshots and images may be public, and its defaults of instance metadata",
  async (emulator) => {
    const ec2 = new EC2Client(settings(emulator));
    const elsewhere = new EC2Client({ ...settings(emulator), region: "eu-west-3" });
    const states = async (client: EC2Client) => [
      (await client.send(new GetSnapshotBlockPublicAccessStateCommand({}))).State,
      (await client.send(new GetImageBlockPublicAccessStateCommand({}))).ImageBlockPublicAccessState,
      (await client.send(new GetInstanceMetadataDefaultsCommand({}))).AccountLevel?.HttpTokens,
    ];
    try {
      await ec2.send(new EnableSnapshotBlockPublicAccessCommand({ State: "block-all-sharing" }));
      await ec2.send(new EnableImageBlockPublicAccessCommand({ ImageBlockPublicAccessState: "block-new-sharing" }));
      await ec2.send(
        new ModifyInstanceMetadataDefaultsCommand({ HttpTokens: "required", HttpPutResponseHopLimit: -1 }),
      );
      const set = [await states(ec2), await states(elsewhere)];
      await ec2.send(new DisableSnapshotBlockPublicAccessCommand({}));
      await ec2.send(new DisableImageBlockPublicAccessCommand({}));
      await ec2.send(new ModifyInstanceMetadataDefaultsCommand({ HttpTokens: "no-preference" }));
      return [...set, await states(ec2)];
    } catch (error) {
      return (error as Error).name;
    }
  },
  {
    patched: [
      ["block-all-sharing", "block-new-sharing", "required"],
      ["unblocked", "unblocked", undefined],
      ["unblocked", "unblocked", undefined],
    ],
    plain: refused,
  },
);

const none = "NoSuchLifecycleConfiguration";
patchTest(
  "kept-old-versions",
  "a lifecycle rule keeps the number of old versions that it keeps",
  async (emulator) => {
    const s3 = new S3Client({ ...settings(emulator), forcePathStyle: true });
    const Bucket = "kept-old-versions";
    await s3.send(new CreateBucketCommand({ Bucket, CreateBucketConfiguration: { LocationConstraint: region } }));
    const rule = (ID: string, expiry: object): LifecycleRule => ({
      ID,
      Status: "Enabled",
      Filter: { Prefix: "" },
      NoncurrentVersionExpiration: expiry,
    });
    const Rules = [
      rule("some", { NoncurrentDays: 365, NewerNoncurrentVersions: 100 }),
      rule("none", { NoncurrentDays: 30 }),
    ];
    const missing = await refusal(s3.send(new GetBucketLifecycleConfigurationCommand({ Bucket: "kept-nowhere" })));
    const before = await refusal(s3.send(new GetBucketLifecycleConfigurationCommand({ Bucket })));
    await s3.send(new PutBucketLifecycleConfigurationCommand({ Bucket, LifecycleConfiguration: { Rules } }));
    const answer = await s3.send(new GetBucketLifecycleConfigurationCommand({ Bucket }));
    return [missing, before, ...(answer.Rules ?? []).map((each) => each.NoncurrentVersionExpiration)];
  },
  {
    patched: ["NoSuchBucket", none, { NoncurrentDays: 365, NewerNoncurrentVersions: 100 }, { NoncurrentDays: 30 }],
    plain: ["NoSuchBucket", none, { NoncurrentDays: 365 }, { NoncurrentDays: 30 }],
  },
);

patchTest(
  "expected-bucket-owner",
  "a bucket of another account than the request expects is refused, for the bucket and for its objects",
  async (emulator) => {
    const [Bucket, owner, other] = ["owned", account, "222222222222"];
    const s3 = new S3Client(settings(emulator));
    await s3.send(new CreateBucketCommand({ Bucket }));
    await s3.send(new PutObjectCommand({ Bucket, Key: "state", Body: "any" }));
    const expecting = async (key: string, ExpectedBucketOwner: string) => {
      const asked = new S3Client(settings(emulator, key));
      return {
        head: await refusal(asked.send(new HeadBucketCommand({ Bucket, ExpectedBucketOwner }))),
        settings: await refusal(asked.send(new GetBucketVersioningCommand({ Bucket, ExpectedBucketOwner }))),
        object: await refusal(asked.send(new GetObjectCommand({ Bucket, Key: "state", ExpectedBucketOwner }))),
      };
    };
    return {
      itsOwner: await expecting(owner, owner),
      another: await expecting(other, other),
      missing: await refusal(s3.send(new HeadBucketCommand({ Bucket: "nobodys", ExpectedBucketOwner: owner }))),
    };
  },
  {
    patched: {
      itsOwner: { head: "accepted", settings: "accepted", object: "accepted" },
      another: { head: "Unknown", settings: "AccessDenied", object: "AccessDenied" },
      missing: "NotFound",
    },
    plain: {
      itsOwner: { head: "accepted", settings: "accepted", object: "accepted" },
      another: { head: "accepted", settings: "accepted", object: "accepted" },
      missing: "NotFound",
    },
  },
);

/** Sets the ids that an emulator gives to accounts that are created later. */
async function expectAccounts(emulator: Emulator, ids: unknown): Promise<{ status: number; body: unknown }> {
  const body = typeof ids === "string" ? ids : JSON.stringify(ids);
  const response = await fetch(`${emulator.url}/moto-api/launcher/accounts`, { method: "PUT", body });
  return { status: response.status, body: await response.json() };
}

async function createAccount(
  organizations: OrganizationsClient,
  AccountName: string,
  Email: string,
  RoleName?: string,
) {
  const created = await organizations.send(new CreateAccountCommand({ AccountName, Email, RoleName }));
  const request = { CreateAccountRequestId: created.CreateAccountStatus?.Id };
  return (await organizations.send(new DescribeCreateAccountStatusCommand(request))).CreateAccountStatus;
}

patchTest(
  "organizations-account-id",
  "an account gets the id that is expected of its address, with its access role in it, and others get any",
  async (emulator) => {
    await expectAccounts(emulator, { "known@example.com": "777777777777" });
    const organizations = new OrganizationsClient(settings(emulator, "666666666666"));
    await organizations.send(new CreateOrganizationCommand({ FeatureSet: "ALL" }));
    const known = await createAccount(organizations, "known", "known@example.com", "AccessRole");
    const other = await createAccount(organizations, "other", "other@example.com");
    const iam = new IAMClient(settings(emulator, "777777777777"));
    const listed = (await organizations.send(new ListAccountsCommand({}))).Accounts ?? [];
    return {
      known: known?.AccountId,
      other: other?.AccountId,
      role: await refusal(iam.send(new GetRoleCommand({ RoleName: "AccessRole" }))),
      listed: listed.filter(({ Id }) => Id === "777777777777").map(({ Arn, Name }) => [Arn?.split("/").at(-1), Name]),
    };
  },
  {
    patched: {
      known: "777777777777",
      other: matching(/^(?!777777777777)\d{12}$/),
      role: "accepted",
      listed: [["777777777777", "known"]],
    },
    plain: {
      known: matching(/^(?!777777777777)\d{12}$/),
      other: matching(/^\d{12}$/),
      role: "NoSuchEntityException",
      listed: [],
    },
  },
);

const refusedAddress = ["FAILED", "EMAIL_ALREADY_EXISTS"];

patchTest(
  "organizations-account-id",
  "no two accounts have one address, in another organization either",
  async (emulator) => {
    const first = new OrganizationsClient(settings(emulator, "888888888888"));
    const second = new OrganizationsClient(settings(emulator, "999999999999"));
    for (const each of [first, second]) await each.send(new CreateOrganizationCommand({ FeatureSet: "ALL" }));
    const outcome = async (organizations: OrganizationsClient, name: string) => {
      const { State, FailureReason } = (await createAccount(organizations, name, "taken@example.com")) ?? {};
      return [State, FailureReason];
    };
    const seen = [await outcome(first, "one"), await outcome(first, "two"), await outcome(second, "three")];
    const listed = await first.send(new ListAccountsCommand({}));
    return { seen, accounts: listed.Accounts?.length };
  },
  {
    patched: { seen: [["SUCCEEDED", undefined], refusedAddress, refusedAddress], accounts: 2 },
    plain: { seen: Array(3).fill(["SUCCEEDED", undefined]), accounts: 3 },
  },
);

patchTest(
  "account-name",
  "an account names itself",
  async (emulator) => {
    const request = (operation: string, body: object) =>
      call(emulator, "account", `POST /${operation}`, body, {}, "171717171717");
    const before = await request("getAccountInformation", {});
    const put = await request("putAccountName", { AccountName: "analytics" });
    const after = await request("getAccountInformation", {});
    return [before.body.AccountName, put.status, after.body.AccountName];
  },
  { patched: ["account 171717171717", 200, "analytics"], plain: [undefined, 404, undefined] },
);

/** The answer, or the name of the error. */
function orError<T>(attempt: Promise<T>): Promise<T | string> {
  return attempt.catch((error: unknown) => (error as Error).name);
}

patchTest(
  "handshakes",
  "an account is invited once, by id or address, and joins the root when it accepts",
  async (emulator) => {
    const ids = { sender: "181818181801", guest: "181818181802", stranger: "181818181803" };
    await expectAccounts(emulator, { "guest@example.com": ids.guest });
    const of = (id: string) => new OrganizationsClient(settings(emulator, id));
    const [sender, guest, stranger] = [of(ids.sender), of(ids.guest), of(ids.stranger)];
    const invite = (Id: string, Type: HandshakePartyType = "ACCOUNT") =>
      sender.send(new InviteAccountToOrganizationCommand({ Target: { Id, Type }, Notes: "welcome" }));
    const outside = await refusal(invite(ids.guest));
    await sender.send(new CreateOrganizationCommand({ FeatureSet: "ALL" }));
    const invited = (id: string, type?: HandshakePartyType) =>
      invite(id, type).then(
        ({ Handshake = {} }) => Handshake,
        (): Handshake => ({}),
      );
    const first = await invited(ids.guest);
    const twice = [await refusal(invite(ids.guest)), await refusal(invite("guest@example.com", "EMAIL"))];
    const own = await refusal(invite(ids.sender));
    const HandshakeId = first.Id;
    const canceled = [
      await refusal(guest.send(new CancelHandshakeCommand({ HandshakeId }))),
      await refusal(sender.send(new CancelHandshakeCommand({ HandshakeId }))),
      await refusal(guest.send(new AcceptHandshakeCommand({ HandshakeId }))),
    ];
    const again = { HandshakeId: (await invited("guest@example.com", "EMAIL")).Id };
    const accepted = [
      await refusal(sender.send(new AcceptHandshakeCommand(again))),
      await refusal(stranger.send(new DescribeHandshakeCommand(again))),
      await refusal(guest.send(new AcceptHandshakeCommand(again))),
      await refusal(guest.send(new AcceptHandshakeCommand(again))),
      await refusal(invite(ids.guest)),
    ];
    const declined = { HandshakeId: (await invited(ids.stranger)).Id };
    const decline = await refusal(stranger.send(new DeclineHandshakeCommand(declined)));
    const member = await orError(sender.send(new DescribeAccountCommand({ AccountId: ids.guest })));
    const parent = await orError(sender.send(new ListParentsCommand({ ChildId: ids.guest })));
    const sent = await orError(sender.send(new ListHandshakesForOrganizationCommand({ MaxResults: 2 })));
    const received = await orError(guest.send(new ListHandshakesForAccountCommand({})));
    const states = (page: typeof sent) =>
      typeof page === "string" ? page : page.Handshakes?.map(({ State }) => State);
    const iam = new IAMClient(settings(emulator, ids.guest));
    return {
      first: [first.State, first.Action, first.Parties?.map(({ Type }) => Type), first.Resources?.at(-1)?.Value],
      refused: [outside, twice, own].flat(),
      canceled,
      accepted,
      decline,
      member: typeof member === "string" ? member : [member.Account?.Email, member.Account?.JoinedMethod],
      parent: typeof parent === "string" ? parent : parent.Parents?.[0]?.Type,
      sent: states(sent),
      next: typeof sent === "string" ? sent : sent.NextToken,
      received: states(received),
      roles: (await iam.send(new ListRolesCommand({}))).Roles?.length,
    };
  },
  {
    patched: {
      first: ["OPEN", "INVITE", ["ORGANIZATION", "ACCOUNT"], "welcome"],
      refused: [
        "AWSOrganizationsNotInUseException",
        "DuplicateHandshakeException",
        "DuplicateHandshakeException",
        "HandshakeConstraintViolationException",
      ],
      canceled: ["AccessDeniedException", "accepted", "InvalidHandshakeTransitionException"],
      accepted: [
        "AccessDeniedException",
        "AccessDeniedException",
        "accepted",
        "HandshakeAlreadyInStateException",
        "HandshakeConstraintViolationException",
      ],
      decline: "accepted",
      member: ["guest@example.com", "INVITED"],
      parent: "ROOT",
      sent: ["CANCELED", "ACCEPTED"],
      next: "2",
      received: ["CANCELED", "ACCEPTED"],
      roles: 0,
    },
    plain: containing({ decline: refused, member: "AccountNotFoundException", sent: refused, received: refused }),
  },
);

patchTest(
  "pending-closure",
  "the closure of an account is pending before it is suspended",
  async (emulator) => {
    const organizations = new OrganizationsClient(settings(emulator, "181818181804"));
    await organizations.send(new CreateOrganizationCommand({ FeatureSet: "ALL" }));
    const { AccountId } = (await createAccount(organizations, "closed", "closed@example.com")) ?? {};
    const state = async () => (await organizations.send(new DescribeAccountCommand({ AccountId }))).Account?.State;
    const close = () => refusal(organizations.send(new CloseAccountCommand({ AccountId })));
    return [await state(), await close(), await close(), await state(), await state(), await close()];
  },
  {
    patched: [
      "ACTIVE",
      ...["accepted", "AccountAlreadyClosedException"],
      ...["PENDING_CLOSURE", "SUSPENDED", "AccountAlreadyClosedException"],
    ],
    plain: [
      "ACTIVE",
      ...["accepted", "AccountAlreadyClosedException"],
      ...["SUSPENDED", "SUSPENDED", "AccountAlreadyClosedException"],
    ],
  },
);

const trust = (organizations: OrganizationsClient, service: string) =>
  organizations.send(new EnableAWSServiceAccessCommand({ ServicePrincipal: `${service}.amazonaws.com` }));

patchTest(
  "root-access",
  "the management account turns central root access on and off, once IAM is trusted",
  async (emulator) => {
    const [id, outsider] = ["181818181805", "181818181806"];
    const organizations = new OrganizationsClient(settings(emulator, id));
    const iam = new IAMClient(settings(emulator, id));
    const list = (client = iam) =>
      client.send(new ListOrganizationsFeaturesCommand({})).then(
        ({ EnabledFeatures }) => EnabledFeatures,
        (error: unknown) => (error as Error).name,
      );
    const outside = await list(new IAMClient(settings(emulator, outsider)));
    await organizations.send(new CreateOrganizationCommand({ FeatureSet: "ALL" }));
    const untrusted = await list();
    await orError(trust(organizations, "iam"));
    const changes = [
      await refusal(iam.send(new EnableOrganizationsRootCredentialsManagementCommand({}))),
      await refusal(iam.send(new EnableOrganizationsRootSessionsCommand({}))),
    ];
    const both = await list();
    changes.push(await refusal(iam.send(new DisableOrganizationsRootSessionsCommand({}))));
    return { outside, untrusted, changes, both, one: await list() };
  },
  {
    patched: {
      outside: "OrganizationNotFoundException",
      untrusted: "ServiceAccessNotEnabledException",
      changes: ["accepted", "accepted", "accepted"],
      both: ["RootCredentialsManagement", "RootSessions"],
      one: ["RootCredentialsManagement"],
    },
    plain: containing({ changes: [refused, refused, refused], both: refused }),
  },
);

patchTest(
  "integrated-services",
  "IAM is trusted, and a member account administers Identity Center and CloudTrail",
  async (emulator) => {
    const organizations = new OrganizationsClient(settings(emulator, "181818181807"));
    await organizations.send(new CreateOrganizationCommand({ FeatureSet: "ALL" }));
    const { AccountId } = (await createAccount(organizations, "security", "security@example.com")) ?? {};
    const delegate = async (service: string) => {
      const trusted = await refusal(trust(organizations, service));
      const to = { AccountId, ServicePrincipal: `${service}.amazonaws.com` };
      return [trusted, await refusal(organizations.send(new RegisterDelegatedAdministratorCommand(to)))];
    };
    return [await delegate("iam"), await delegate("sso"), await delegate("cloudtrail")];
  },
  {
    patched: Array(3).fill(["accepted", "accepted"]),
    plain: [
      ["InvalidInputException", "InvalidInputException"],
      ...Array<unknown>(2).fill(["accepted", "InvalidInputException"]),
    ],
  },
);

patchTest(
  "shared-keys",
  "a key is described from another account by the ARN of its alias, if its policy names that account",
  async (emulator) => {
    const [owner, reader, stranger] = ["181818181830", "181818181831", "181818181832"] as const;
    const to = (id: string, Action: string) => ({
      ...{ Effect: "Allow", Action, Resource: "*" },
      Principal: { AWS: `arn:aws:iam::${id}:root` },
    });
    const Policy = JSON.stringify({
      Version: "2012-10-17",
      Statement: [to(owner, "kms:*"), to(reader, "kms:DescribeKey")],
    });
    const kms = (operation: string, body: object, id: string) => callJson(emulator, "kms", operation, body, id);
    const { KeyMetadata } = (await kms("CreateKey", { Policy }, owner)).body;
    await kms("CreateAlias", { AliasName: "alias/shared", TargetKeyId: KeyMetadata?.KeyId }, owner);
    const KeyId = `arn:aws:kms:${region}:${owner}:alias/shared`;
    const described = async (id: string) => (await kms("DescribeKey", { KeyId }, id)).body.KeyMetadata?.KeyId === KeyMetadata?.KeyId; // prettier-ignore
    return [await described(owner), await described(reader), await described(stranger)];
  },
  { patched: [true, true, false], plain: [true, false, false] },
);

patchTest(
  "cloudtrail-delegation",
  "CloudTrail names its delegated administrator, and takes the name back",
  async (emulator) => {
    const id = "181818181808";
    const organizations = new OrganizationsClient(settings(emulator, id));
    await organizations.send(new CreateOrganizationCommand({ FeatureSet: "ALL" }));
    const { AccountId } = (await createAccount(organizations, "trails", "trails@example.com")) ?? {};
    const trail = async (operation: string, body: object) =>
      (await callJson(emulator, "cloudtrail", operation, body, id)).status;
    const count = async () => {
      const of = { ServicePrincipal: "cloudtrail.amazonaws.com" };
      const listed = await orError(organizations.send(new ListDelegatedAdministratorsCommand(of)));
      return typeof listed === "string" ? listed : listed.DelegatedAdministrators?.length;
    };
    const untrusted = await trail("RegisterOrganizationDelegatedAdmin", { MemberAccountId: AccountId });
    await trust(organizations, "cloudtrail");
    const registered = await trail("RegisterOrganizationDelegatedAdmin", { MemberAccountId: AccountId });
    const seen = [untrusted, registered, await count()];
    const removed = await trail("DeregisterOrganizationDelegatedAdmin", { DelegatedAdminAccountId: AccountId });
    return [...seen, removed, await count()];
  },
  {
    patched: [400, 200, 1, 200, 0],
    plain: [500, 500, "InvalidInputException", 500, "InvalidInputException"],
  },
);

const tag = (Key: string) => ({ Key, Value: "yes" });
const reservedRole = `/aws-reserved/sso.amazonaws.com/${region}/AWSReservedSSO_Operator_<suffix>`;
const instanceAccount = "181818181810";
const delegated = "181818181811";

/** Creates an organization with a member and an instance, and names a delegated administrator once the instance was seen. */
async function instanceOf(emulator: Emulator, account: string, member: string) {
  await expectAccounts(emulator, { [`member-of-${account}@example.com`]: member });
  const organizations = new OrganizationsClient(settings(emulator, account));
  await organizations.send(new CreateOrganizationCommand({ FeatureSet: "ALL" }));
  await createAccount(organizations, "member", `member-of-${account}@example.com`);
  await turnOnIdentityCenter(emulator.url, { account, region });
  const { body } = await callJson(emulator, "sso", "ListInstances", {}, account);
  const { InstanceArn = "", IdentityStoreId = "" } = body.Instances?.[0] ?? {};
  return { organizations, InstanceArn, IdentityStoreId };
}

patchTest(
  "identity-center",
  "an instance is turned on in the management account, for itself and its delegated administrator, in one region",
  async (emulator) => {
    const count = async (key: string) =>
      (await callJson(emulator, "sso", "ListInstances", {}, key)).body.Instances?.length;
    const before = await count(instanceAccount);
    const { organizations } = await instanceOf(emulator, instanceAccount, delegated);
    const on = [await count(instanceAccount), await count(delegated)];
    const elsewhere = orError(turnOnIdentityCenter(emulator.url, { account: instanceAccount, region: "eu-west-1" }));
    const inMember = orError(turnOnIdentityCenter(emulator.url, { account: delegated, region }));
    const refusals = [await elsewhere, await inMember];
    await trust(organizations, "sso");
    const to = { AccountId: delegated, ServicePrincipal: "sso.amazonaws.com" };
    await orError(organizations.send(new RegisterDelegatedAdministratorCommand(to)));
    return { before, on, refusals, delegated: await count(delegated) };
  },
  {
    patched: { before: 0, on: [1, 0], refusals: ["UserError", "UserError"], delegated: 1 },
    plain: containing({ before: 1 }),
  },
);

patchTest(
  "identity-center",
  "it is turned on with a delegated administrator, accounts, groups and users that exist, any number of times",
  async (emulator) => {
    const [owner, administrator, joined] = ["181818181816", "181818181817", "181818181818"];
    const props = {
      account: owner,
      region,
      administrator,
      accounts: [joined],
      groups: ["A"],
      users: ["a@example.com"],
    };
    await turnOnIdentityCenter(emulator.url, props);
    await turnOnIdentityCenter(emulator.url, props);
    await new OrganizationsClient(settings(emulator, owner)).send(new CreateOrganizationCommand({ FeatureSet: "ALL" }));
    const send = async (service: "identitystore" | "sso", operation: string, body: object) =>
      (await callJson(emulator, service, operation, body, administrator)).body;
    const [{ InstanceArn, IdentityStoreId } = {}] = (await send("sso", "ListInstances", {})).Instances ?? [];
    const { Groups: [group] = [] } = await send("identitystore", "ListGroups", { IdentityStoreId });
    const { Users } = await send("identitystore", "ListUsers", { IdentityStoreId });
    const { PermissionSet } = await send("sso", "CreatePermissionSet", { InstanceArn, Name: "Operator" });
    const set = { InstanceArn, PermissionSetArn: PermissionSet?.PermissionSetArn };
    const principal = { PrincipalType: "GROUP", PrincipalId: group?.GroupId };
    const assign = (TargetId: string) =>
      send("sso", "CreateAccountAssignment", { ...set, ...principal, TargetType: "AWS_ACCOUNT", TargetId });
    return {
      group: group?.DisplayName,
      users: Users?.map(({ UserName }) => UserName),
      joined: (await assign(joined)).AccountAssignmentCreationStatus?.Status,
      outside: (await assign("181818181819")).__type,
    };
  },
  {
    patched: { group: "A", users: ["a@example.com"], joined: "SUCCEEDED", outside: "ResourceNotFoundException" },
    plain: containing({ group: undefined, users: [] }),
  },
);

patchTest(
  "identity-center",
  "a permission set has tags and a boundary, and a role in each account to which it is assigned and provisioned",
  async (emulator) => {
    const [owner, member] = ["181818181812", "181818181813"];
    const { InstanceArn, IdentityStoreId } = await instanceOf(emulator, owner, member);
    const sso = (operation: string, body: object) =>
      callJson(emulator, "sso", operation, { InstanceArn, ...body }, owner);
    const group = await callJson(
      emulator,
      "identitystore",
      "CreateGroup",
      { IdentityStoreId, DisplayName: "A" },
      owner,
    );
    const created = (await sso("CreatePermissionSet", { Name: "Operator", Tags: [tag("Old"), tag("Kept")] })).body;
    const PermissionSetArn = created.PermissionSet?.PermissionSetArn ?? "";
    const set = { PermissionSetArn };
    const resource = { ResourceArn: PermissionSetArn };
    await sso("TagResource", { ...resource, Tags: [tag("New")] });
    await sso("UntagResource", { ...resource, TagKeys: ["Old"] });
    const PermissionsBoundary = { ManagedPolicyArn: boundaryArn };
    const boundaries = [
      (await sso("GetPermissionsBoundaryForPermissionSet", set)).status,
      (await sso("PutPermissionsBoundaryToPermissionSet", { ...set, PermissionsBoundary })).status,
      (await sso("GetPermissionsBoundaryForPermissionSet", set)).body.PermissionsBoundary,
    ];
    const iam = new IAMClient(settings(emulator, member));
    const roles = async () => {
      const { Roles = [] } = await iam.send(new ListRolesCommand({ PathPrefix: "/aws-reserved/" }));
      const [{ RoleName, Arn } = {}] = Roles;
      if (RoleName === undefined) return Roles.length;
      const { AttachedPolicies } = await iam.send(new ListAttachedRolePoliciesCommand({ RoleName }));
      const { Role } = await iam.send(new GetRoleCommand({ RoleName }));
      return [
        Arn?.split(":role")[1]?.replace(/[0-9a-f]{16}$/, "<suffix>"),
        AttachedPolicies?.map(({ PolicyName }) => PolicyName),
        Role?.PermissionsBoundary?.PermissionsBoundaryArn,
      ];
    };
    const principal = { PrincipalType: "GROUP", PrincipalId: group.body.GroupId };
    const assignment = { ...set, ...principal, TargetType: "AWS_ACCOUNT", TargetId: member };
    const seen = [await roles()];
    const { AccountAssignmentCreationStatus: status } = (await sso("CreateAccountAssignment", assignment)).body;
    const assigned = await sso("DescribeAccountAssignmentCreationStatus", {
      AccountAssignmentCreationRequestId: status?.RequestId,
    });
    seen.push(await roles());
    await sso("AttachManagedPolicyToPermissionSet", {
      ...set,
      ManagedPolicyArn: "arn:aws:iam::aws:policy/ReadOnlyAccess",
    });
    seen.push(await roles());
    const provisioned = await sso("ProvisionPermissionSet", { ...set, TargetType: "ALL_PROVISIONED_ACCOUNTS" });
    const described = await sso("DescribePermissionSetProvisioningStatus", {
      ProvisionPermissionSetRequestId: provisioned.body.PermissionSetProvisioningStatus?.RequestId,
    });
    seen.push(await roles());
    // An account without the policy cannot have the role.
    const CustomerManagedPolicyReference = { Name: "missing" };
    await sso("AttachCustomerManagedPolicyReferenceToPermissionSet", { ...set, CustomerManagedPolicyReference });
    const failing = await sso("CreateAccountAssignment", { ...assignment, TargetId: owner });
    await sso("DeleteAccountAssignment", assignment);
    seen.push(await roles());
    return {
      duration: created.PermissionSet?.SessionDuration,
      arn: PermissionSetArn,
      tags: (await sso("ListTagsForResource", resource)).body.Tags,
      boundaries,
      assigned: assigned.body.AccountAssignmentCreationStatus?.Status,
      described: described.body.PermissionSetProvisioningStatus?.Status,
      failing: failing.body.AccountAssignmentCreationStatus?.Status,
      seen,
    };
  },
  {
    patched: {
      duration: "PT1H",
      arn: matching(/^arn:aws:sso:::permissionSet\/ssoins-[a-z0-9]{16}\/ps-[a-f0-9]{16}$/),
      tags: [tag("Kept"), tag("New")],
      boundaries: [400, 200, { ManagedPolicyArn: boundaryArn }],
      assigned: "SUCCEEDED",
      described: "SUCCEEDED",
      failing: "FAILED",
      seen: [
        0,
        [reservedRole, [], boundaryArn],
        [reservedRole, [], boundaryArn],
        [reservedRole, ["ReadOnlyAccess"], boundaryArn],
        0,
      ],
    },
    plain: containing({ duration: 3600, tags: undefined, boundaries: [500, 500, undefined], seen: [0, 0, 0, 0, 0] }),
  },
);

patchTest(
  "identity-store",
  "the store is that of the instance. Groups change, and memberships are found and end with their group",
  async (emulator) => {
    const { IdentityStoreId } = await instanceOf(emulator, "181818181814", "181818181815");
    const store = (operation: string, body: object, id = IdentityStoreId) =>
      callJson(emulator, "identitystore", operation, { IdentityStoreId: id, ...body }, "181818181814");
    const { GroupId } = (await store("CreateGroup", { DisplayName: "Developers" })).body;
    const Name = { GivenName: "Any", FamilyName: "Body" };
    const { UserId } = (await store("CreateUser", { UserName: "any", DisplayName: "Any", Name })).body;
    const membership = { GroupId, MemberId: { UserId } };
    const { MembershipId } = (await store("CreateGroupMembership", membership)).body;
    const Operations = [{ AttributePath: "description", AttributeValue: "changed" }];
    return {
      twice: (await store("CreateGroupMembership", membership)).status,
      update: (await store("UpdateGroup", { GroupId, Operations })).status,
      groups: (await store("ListGroups", {})).body.Groups?.map((group) => [group.DisplayName, group.Description]),
      described: (await store("DescribeGroupMembership", { MembershipId })).body.GroupId === GroupId,
      found: (await store("GetGroupMembershipId", membership)).body.MembershipId === MembershipId,
      elsewhere: (await store("ListGroups", {}, "d-0000000000")).status,
      deleted: (await store("DeleteGroup", { GroupId })).status,
      after: (await store("DescribeGroupMembership", { MembershipId })).status,
    };
  },
  {
    patched: {
      ...{ twice: 400, update: 200, groups: [["Developers", "changed"]], described: true, found: true },
      ...{ elsewhere: 400, deleted: 200, after: 400 },
    },
    plain: containing({ twice: 200, update: 500, described: false, found: false, elsewhere: 200, after: 500 }),
  },
);

patchTest(
  "account-primary-email",
  "the management account changes the address of a member in two steps",
  async (emulator) => {
    const management = "121212121212";
    const organizations = new OrganizationsClient(settings(emulator, management));
    await organizations.send(new CreateOrganizationCommand({ FeatureSet: "ALL" }));
    const { AccountId } = (await createAccount(organizations, "moved", "before@example.com")) ?? {};
    const update = async (operation: string, code: object) => {
      const body = { AccountId, PrimaryEmail: "after@example.com", ...code };
      return (await call(emulator, "account", `POST /${operation}`, body, {}, management)).status;
    };
    const email = async () => {
      const { Accounts = [] } = await organizations.send(new ListAccountsCommand({}));
      return Accounts.find(({ Id }) => Id === AccountId)?.Email;
    };
    return [
      await update("startPrimaryEmailUpdate", {}),
      await email(),
      await update("acceptPrimaryEmailUpdate", { Otp: "012345" }),
      await email(),
    ];
  },
  {
    patched: [200, "before@example.com", 200, "after@example.com"],
    plain: [404, "before@example.com", 404, "before@example.com"],
  },
);

type ServiceError = Error & { readonly $metadata: { readonly httpStatusCode: number } };

/** Uses an SDK, so that the wire format is checked too. */
function failureSeen(attempt: Promise<unknown>): Promise<string> {
  return attempt.then(
    () => "accepted",
    (error: unknown) => {
      const { name, message, $metadata } = error as ServiceError;
      return `${$metadata.httpStatusCode} ${name}: ${message}`;
    },
  );
}

patchTest(
  "one-request-at-a-time",
  "roles can be made while others are looked through",
  async (emulator) => {
    const Principal = { AWS: `arn:aws:iam::${account}:root` };
    const statement = { Effect: "Allow", Principal, Action: "sts:AssumeRole" };
    const AssumeRolePolicyDocument = JSON.stringify({ Version: "2012-10-17", Statement: [statement] });
    const makeForty = async (iam: IAMClient, maker: number): Promise<number> => {
      let failures = 0;
      for (let index = 0; index < 40; index++) {
        const made = iam.send(new CreateRoleCommand({ RoleName: `role-${maker}-${index}`, AssumeRolePolicyDocument }));
        if ((await refusal(made)) !== "accepted") failures += 1;
      }
      return failures;
    };
    const makers = Array.from({ length: 20 }, (_, maker) => makeForty(new IAMClient(settings(emulator)), maker));
    return (await Promise.all(makers)).reduce((sum, failures) => sum + failures, 0);
  },
  // On plain moto one or two of a thousand fail, at random.
  { patched: 0, plain: anything },
);

patchTest(
  "handler-exception",
  "an SDK sees HTTP 400, EmulatorFailure and its text, from a service of each wire format",
  async (emulator) => {
    const [iam, ec2, s3] = [
      new IAMClient(settings(emulator)),
      new EC2Client(settings(emulator)),
      new S3Client(settings(emulator)),
    ];
    await s3.send(new CreateBucketCommand({ Bucket: "failing" }));
    s3.middlewareStack.add(
      (next) => (step) =>
        next(Object.assign(step, { request: Object.assign(step.request as object, { body: "no XML" }) })),
      { step: "build", priority: "high" },
    );
    const credential = { UserName: "any", ServiceSpecificCredentialId: "ACCAEXAMPLE123EXAMPLE" };
    return {
      query: await failureSeen(iam.send(new ResetServiceSpecificCredentialCommand(credential))),
      ec2: await failureSeen(ec2.send(new DescribeBundleTasksCommand({}))),
      s3: await failureSeen(
        s3.send(
          new PutBucketLifecycleConfigurationCommand({ Bucket: "failing", LifecycleConfiguration: { Rules: [] } }),
        ),
      ),
    };
  },
  {
    patched: {
      query:
        "400 EmulatorFailure: NotImplementedError: The reset_service_specific_credential action has not been implemented",
      ec2: "400 EmulatorFailure: NotImplementedError: Windows.describe_bundle_tasks is not yet implemented",
      s3: "400 EmulatorFailure: ExpatError: syntax error: line 1, column 0",
    },
    plain: { query: matching(/^500 /), ec2: matching(/^500 /), s3: matching(/^500 /) },
  },
);

const error = (text: string) => `<Code>EmulatorFailure</Code><Message>${text}</Message>`;

patchTest(
  "handler-exception",
  "the body is in the wire format of the service, exactly",
  async (emulator) => {
    await new S3Client(settings(emulator)).send(new CreateBucketCommand({ Bucket: "failing-raw" }));
    const form = { "Content-Type": "application/x-www-form-urlencoded; charset=utf-8" };
    return {
      query: await call(emulator, "iam", "POST /", "Action=ResetServiceSpecificCredential&Version=2010-05-08", form),
      ec2: await call(emulator, "ec2", "POST /", "Action=DescribeBundleTasks&Version=2016-11-15", form),
      s3: await call(emulator, "s3", "PUT /failing-raw?lifecycle", "<>"),
      restXml: await call(emulator, "route53", "POST /2013-04-01/hostedzone", "<>", {
        "Content-Type": "application/xml",
      }),
      json: await callJson(emulator, "cloudtrail", "ListChannels", {}),
      restJson: await call(emulator, "lambda", "POST /2015-03-31/functions", [], {
        "Content-Type": "application/json",
      }),
      unknownService: await call(emulator, "no-such-service", "GET /"),
    };
  },
  {
    patched: {
      query: {
        status: 400,
        body: `<ErrorResponse><Error><Type>Sender</Type>${error(
          "NotImplementedError: The reset_service_specific_credential action has not been implemented",
        )}</Error><RequestId>emulator</RequestId></ErrorResponse>`,
      },
      ec2: {
        status: 400,
        body: `<Response><Errors><Error>${error(
          "NotImplementedError: Windows.describe_bundle_tasks is not yet implemented",
        )}</Error></Errors><RequestID>emulator</RequestID></Response>`,
      },
      s3: {
        status: 400,
        body: `<Error>${error("ExpatError: not well-formed (invalid token): line 1, column 1")}<RequestId>emulator</RequestId></Error>`,
      },
      restXml: {
        status: 400,
        body: `<ErrorResponse><Error><Type>Sender</Type>${error(
          "RequestParserError: Unable to parse response (not well-formed (invalid token): line 1, column 1), invalid XML received. " +
            "Further retries may succeed: b'&lt;&gt;'",
        )}</Error><RequestId>emulator</RequestId></ErrorResponse>`,
      },
      json: {
        status: 400,
        body: {
          __type: "EmulatorFailure",
          message: "NotImplementedError: The list_channels action has not been implemented",
        },
      },
      restJson: {
        status: 400,
        body: { __type: "EmulatorFailure", message: "TypeError: list indices must be integers or slices, not str" },
      },
      unknownService: {
        status: 400,
        body: { __type: "EmulatorFailure", message: "NotImplementedError: moto does not have this service" },
      },
    },
    plain: Object.fromEntries(
      ["query", "ec2", "s3", "restXml", "json", "restJson", "unknownService"].map((format) => [
        format,
        containing({ status: 500 }),
      ]),
    ),
  },
);

describe("accounts", () => {
  test("a 12-digit access key id is the account of that number", async () => {
    const identity = (accountId: string) =>
      new STSClient(settings(patched, accountId)).send(new GetCallerIdentityCommand({}));
    expect([(await identity("222222222222")).Account, (await identity("333333333333")).Account]).toEqual([
      "222222222222",
      "333333333333",
    ]);
  });

  test("resources of one account are not visible in another", async () => {
    await new IAMClient(settings(patched, "222222222222")).send(new CreateUserCommand({ UserName: "only-here" }));
    await new S3Client(settings(patched, "222222222222")).send(new CreateBucketCommand({ Bucket: "only-here" }));
    const seenFrom = async (accountId: string) => [
      (await new IAMClient(settings(patched, accountId)).send(new ListUsersCommand({}))).Users?.map(
        (user) => user.UserName,
      ),
      (await new S3Client(settings(patched, accountId)).send(new ListBucketsCommand({}))).Buckets?.map(
        (bucket) => bucket.Name,
      ),
    ];
    expect(await seenFrom("222222222222")).toEqual([["only-here"], ["only-here"]]);
    expect(await seenFrom("333333333333")).toEqual([[], []]);
  });

  test("an assumed role acts in its own account, in patched services too", async () => {
    const sts = new STSClient(settings(patched, "222222222222"));
    const assumed = await sts.send(
      new AssumeRoleCommand({ RoleArn: "arn:aws:iam::444444444444:role/deploy", RoleSessionName: "test" }),
    );
    const { AccessKeyId = "", SecretAccessKey = "", SessionToken = "" } = assumed.Credentials ?? {};
    const credentials = { accessKeyId: AccessKeyId, secretAccessKey: SecretAccessKey, sessionToken: SessionToken };
    const identity = await new STSClient({ ...settings(patched), credentials }).send(new GetCallerIdentityCommand({}));
    expect(identity.Account).toBe("444444444444");
    const body = { analyzerName: "theirs", type: "ACCOUNT" };
    const created = await call(
      patched,
      "access-analyzer",
      "PUT /analyzer",
      body,
      { "Content-Type": "application/json" },
      AccessKeyId,
    );
    expect(created.body.arn).toBe(`arn:aws:access-analyzer:${region}:444444444444:analyzer/theirs`);
  });

  test("a role can have an AWS managed policy", async () => {
    const { Policy } = await new IAMClient(settings(patched)).send(
      new GetPolicyCommand({ PolicyArn: "arn:aws:iam::aws:policy/ReadOnlyAccess" }),
    );
    expect(Policy?.PolicyName).toBe("ReadOnlyAccess");
  });

  test("the log names account, service, action and status of a request", async () => {
    await new STSClient(settings(patched, "555555555555")).send(new GetCallerIdentityCommand({}));
    expect(readFileSync(join(folder, "patched.log"), "utf8")).toMatch(/^\S+ 555555555555 sts GetCallerIdentity 200$/m);
  });
});

function isListening(port: number, host = "127.0.0.1"): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect({ port, host, timeout: 1000 });
    const settle = (answer: boolean) => () => {
      socket.destroy();
      resolve(answer);
    };
    socket.on("connect", settle(true)).on("error", settle(false)).on("timeout", settle(false));
  });
}

async function about({ url }: { url: string }): Promise<{ pid: number; moto: string; patches: string[] }> {
  return (await fetch(`${url}/moto-api/launcher`)).json() as Promise<{ pid: number; moto: string; patches: string[] }>;
}

async function eventually(condition: () => Promise<boolean>): Promise<boolean> {
  for (const deadline = Date.now() + 10_000; Date.now() < deadline;) {
    if (await condition()) return true;
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
  return false;
}

describe("ids for accounts that are created later", () => {
  test.each<[string, unknown, string]>([
    ["text that is no JSON", "777777777777", 'expected JSON, {"<email>": "<12 digits>"}'],
    ["a list", [], 'expected JSON, {"<email>": "<12 digits>"}'],
    [
      "an id that is too short",
      { "a@example.com": "77777777777" },
      'expected 12 digits for a@example.com, got "77777777777"',
    ],
    [
      "an id that is a number",
      { "a@example.com": 777777777777 },
      "expected 12 digits for a@example.com, got 777777777777",
    ],
    ["a name for an address", { analytics: "777777777770" }, 'expected the address of an account, got "analytics"'],
  ])("%s is refused", async (_, ids, message) => {
    expect(await expectAccounts(patched, ids)).toEqual({ status: 400, body: { message } });
  });

  test("one id for two addresses is refused, and neither is stored", async () => {
    const twice = { "b@example.com": "121212121212", "c@example.com": "121212121212" };
    expect(await expectAccounts(patched, twice)).toEqual({
      status: 400,
      body: { message: matching(/^expected an id of its own for each/) },
    });
    expect(await expectAccounts(patched, { "c@example.com": "121212121212" })).toEqual({ status: 200, body: {} });
    expect(await expectAccounts(patched, { "d@example.com": "121212121212" })).toMatchObject({ status: 400 });
    expect(await expectAccounts(patched, { "c@example.com": "131313131313" })).toEqual({ status: 200, body: {} });
    expect(await expectAccounts(patched, { "d@example.com": "121212121212" })).toEqual({ status: 200, body: {} });
  });

  test("are passed to an emulator that is started, and to one named by URL", async () => {
    const named = { ...environment, EMULATOR_URL: patched.url };
    const start = (accountIds: Record<string, string>) =>
      startEmulator({ logFile: join(folder, "unused.log"), environment: named, accountIds });
    await start({ "given@example.com": "141414141414" });
    const organizations = new OrganizationsClient(settings(patched, "151515151515"));
    await organizations.send(new CreateOrganizationCommand({ FeatureSet: "ALL" }));
    expect((await createAccount(organizations, "given", "given@example.com"))?.AccountId).toBe("141414141414");
    await expect(start({ "given@example.com": "no id" })).rejects.toThrow(
      `the emulator at ${patched.url} does not accept account ids: HTTP 400, ` +
        '{"message": "expected 12 digits for given@example.com, got \\"no id\\""}',
    );
  });
});

describe("a call that a client repeats because it got no answer", () => {
  const owner = "161616161616";
  const createVpc = async (attempt: number, invocation: string) => {
    const response = await fetch(patched.url, {
      method: "POST",
      headers: {
        "Content-Type": "application/x-www-form-urlencoded",
        Authorization: `AWS4-HMAC-SHA256 Credential=${owner}/20260101/${region}/ec2/aws4_request, SignedHeaders=host, Signature=0`,
        "amz-sdk-invocation-id": invocation,
        "amz-sdk-request": `attempt=${attempt}; max=3`,
      },
      body: "Action=CreateVpc&Version=2016-11-15&CidrBlock=10.0.0.0/16",
    });
    return /<vpcId>([^<]+)/.exec(await response.text())?.[1];
  };

  test("is answered again and not carried out again", async () => {
    const first = await createVpc(1, "lost");
    expect(first).toMatch(/^vpc-/);
    expect(await createVpc(2, "lost")).toBe(first);
    expect(await createVpc(3, "lost")).toBe(first);
  });

  test("is answered again if it is a PUT, which could not be carried out twice", async () => {
    const createAnalyzer = async (attempt: number) => {
      const response = await fetch(`${patched.url}/analyzer`, {
        method: "PUT",
        headers: {
          "Content-Type": "application/json",
          Authorization: `AWS4-HMAC-SHA256 Credential=${owner}/20260101/${region}/access-analyzer/aws4_request, SignedHeaders=host, Signature=0`,
          "amz-sdk-invocation-id": "lost PUT",
          "amz-sdk-request": `attempt=${attempt}; max=3`,
        },
        body: JSON.stringify({ analyzerName: "account", type: "ACCOUNT" }),
      });
      return { status: response.status, body: await response.text() };
    };
    const first = await createAnalyzer(1);
    expect(first.status).toBe(200);
    expect(await createAnalyzer(2)).toEqual(first);
  });

  test("is carried out if it is the first attempt, like every other call", async () => {
    const made = [
      await createVpc(2, "first try failed"),
      await createVpc(1, "one"),
      await createVpc(1, "another"),
      await createVpc(1, "one"),
    ];
    expect(new Set(made).size).toBe(4);
  });
});

describe("throttling", () => {
  const list = () => callJson(patched, "sso", "ListInstances", {});

  test("each n-th call of the chosen services is refused and counted, until it is turned off", async () => {
    await patched.throttle(["sso", "identitystore"], 3);
    const seen = [];
    for (let number = 0; number < 6; number++) seen.push(await list());
    const { status } = await call(patched, "access-analyzer", "GET /analyzer", undefined);
    const counted = await patched.throttledCalls();
    await patched.throttle([], 2);
    expect(seen.map((answer) => answer.body.__type ?? answer.status)).toEqual([
      ...[200, 200, "ThrottlingException"],
      ...[200, 200, "ThrottlingException"],
    ]);
    expect([status, counted]).toEqual([
      200,
      { sso: { calls: 6, throttled: 2 }, identitystore: { calls: 0, throttled: 0 } },
    ]);
    expect([(await list()).status, (await list()).status, await patched.throttledCalls()]).toEqual([200, 200, {}]);
  });

  test("of each call, one attempt must succeed", async () => {
    await expect(patched.throttle(["sso"], 1)).rejects.toThrow('"each\\": <2 or more>}');
  });
});

describe("processes", () => {
  test("two emulators have different ports and list their patches", async () => {
    expect(new URL(patched.url).port).not.toBe(new URL(plain.url).port);
    expect((await about(patched)).patches).toEqual(listedPatches);
    expect((await about(plain)).patches).toEqual([]);
  });

  test("the emulator listens on 127.0.0.1 and no other address", async () => {
    const port = Number(new URL(patched.url).port);
    expect(await isListening(port)).toBe(true);
    expect(await isListening(port, "127.0.0.2")).toBe(false);
  });

  test("an emulator named by URL is used and not stopped", async () => {
    const named = { ...environment, EMULATOR_URL: patched.url };
    expect(await findEmulator({ environment: named })).toEqual({ url: patched.url });
    const emulator = await startEmulator({ logFile: join(folder, "unused.log"), environment: named });
    await emulator.stop();
    expect((await about(patched)).moto).toBe("5.2.1");
  });

  test("stop ends the emulator and can be called twice", async () => {
    const emulator = await startEmulator({ logFile: join(folder, "stopped.log"), environment });
    const { pid } = await about(emulator);
    await Promise.all([emulator.stop(), emulator.stop()]);
    expect([await isRunning(pid), await isListening(Number(new URL(emulator.url).port))]).toEqual([false, false]);
    await emulator.stop();
  });

  test("an emulator that dies before it listens reports why", async () => {
    const logFile = join(folder, "early.log");
    const start = startEmulator({ logFile, environment, without: ["no-such-patch"] });
    await expect(start).rejects.toThrow(
      /^the emulator ended before it listened \(exit code 2\); its log \(.*early\.log\) ends:\n.*invalid choice: 'no-such-patch'/s,
    );
  });

  test("a Python without moto is refused", async () => {
    const shim = join(folder, "python3");
    // Hides the installed packages, and installs none.
    writeFileSync(shim, '#!/bin/sh\n[ "$1" = -m ] && exit 1\nPATH="${PATH#*:}" exec python3 -S "$@"\n', {
      mode: 0o755,
    });
    const path = `${folder}:${process.env["PATH"] ?? ""}`;
    const finding = findPython({ cacheFolder: join(folder, "moto"), environment: { ...environment, PATH: path } });
    await expect(finding).rejects.toThrow("python3 cannot run moto.server: moto is not installed;");
  });

  test("SIGKILL of the parent process leaves no emulator", async () => {
    const program = `
      const { startEmulator } = require("./tools/emulator/emulator");
      void startEmulator({ logFile: ${JSON.stringify(join(folder, "orphan.log"))} }).then(({ url }) => {
        console.log(url);
        setInterval(() => undefined, 1000);
      });`;
    const parent = spawn(process.execPath, ["--require", TYPESCRIPT, "--input-type=commonjs", "--eval", program], {
      env: environment,
      cwd: join(__dirname, "..", ".."),
      stdio: ["ignore", "pipe", "inherit"],
    });
    const [url] = (await once(createInterface({ input: parent.stdout }), "line")) as [string];
    const { pid } = await about({ url });
    parent.kill("SIGKILL");
    await once(parent, "exit");
    expect(await eventually(async () => !(await isRunning(pid)))).toBe(true);
    expect(await isListening(Number(new URL(url).port))).toBe(false);
  });

  test("a parent that dies during the start leaves no emulator", async () => {
    const launcher = spawn("python3", [LAUNCHER], { stdio: ["pipe", "pipe", "ignore"] });
    let announced = "";
    launcher.stdout.on("data", (text: Buffer) => (announced += text.toString()));
    launcher.stdin.destroy();
    expect(await once(launcher, "exit")).toEqual([0, null]);
    expect(announced).toBe("");
  });
});
