import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Estate } from "../../../config/model";
import { estateTags } from "../../../config/naming";
import { findUnmanaged } from "../../../tools/drift/unmanaged-resources";
import { unmanagedExitCode } from "../../../tools/drift/unmanaged-report";
import { appliedText, withApplied } from "../../../tools/plans/promotion/applied-content";
import type { JsonObject } from "../../../tools/support/json";
import { example, exampleWithUsers } from "../../support/estates";
import { awsError, LOCK_INFO } from "../terraform/support/fake-s3";
import { FakeAccount, stateOf, type Answers } from "./support/fake-account";

const directory = mkdtempSync(join(tmpdir(), "unmanaged-"));
const estateFile = join(directory, "estate.json");
const acceptedPath = join(directory, "estate.unmanaged.json");
const [DEV, MASTER] = ["222222222222", "111111111111"] as const;
const REGION = "eu-west-1";

afterEach(() => {
  rmSync(acceptedPath, { force: true });
});

afterAll(() => {
  rmSync(directory, { recursive: true, force: true });
});

const accountNamed = (name: string, estate = example()) => estate.accounts.filter((account) => account.name === name);

const HELD_CENTER = [{ arn: "arn:aws:sso:::permissionSet/1" }, { id: "d/g" }];

interface World {
  readonly estate?: Estate;
  readonly account?: string;
  readonly answers?: Answers;
  /** The attributes of what the state of the network holds. */
  readonly held?: readonly JsonObject[];
  readonly accepted?: readonly object[];
  readonly change?: (account: FakeAccount) => void;
}

async function find({
  estate = example(),
  account = "dev",
  answers,
  held = [],
  accepted,
  change = () => undefined,
}: World) {
  const fake = new FakeAccount(answers);
  fake.s3.put("dev/network.tfstate", stateOf(...held));
  change(fake);
  if (accepted) writeFileSync(acceptedPath, JSON.stringify(accepted));
  const report = await findUnmanaged(estate, accountNamed(account, estate), {
    inAccount: fake.inAccount,
    estateFile,
    pause: () => Promise.resolve(),
  });
  const [first] = report.accounts;
  const listed = first?.resources.map(({ type, id }) => `${type} ${id}`);
  return { report, listed, status: first?.status, errors: first?.errors.join("\n"), code: unmanagedExitCode(report), fake }; // prettier-ignore
}

/** An answer in one region only. */
const here = (answer: object) => (_: JsonObject, region: string) => (region === REGION ? answer : {});

const arn = (service: string, rest: string, account: string = DEV) => `arn:aws:${service}:${account}:${rest}`;
const SET = "arn:aws:sso:::permissionSet/1";
/** IAM Identity Center with one permission set and one group of the estate, which a state holds. */
const CENTER: Answers = {
  ListInstances: { Instances: [{ InstanceArn: "i", IdentityStoreId: "d" }] },
  ListPermissionSets: { PermissionSets: [SET] },
  DescribePermissionSet: { PermissionSet: { Name: "Admin" } },
  GetGroupId: ({ AlternateIdentifier }) => JSON.stringify(AlternateIdentifier).includes('"platform-leads"') ? { GroupId: "g" } : awsError("ResourceNotFoundException", 404),
  GetPermissionsBoundaryForPermissionSet: awsError("ResourceNotFoundException", 404),
}; // prettier-ignore
const iamArn = (rest: string) => `arn:aws:iam::${DEV}:${rest}`;
const OURS = Object.entries(estateTags("galileo")).map(([Key, Value]) => ({ Key, Value }));
const Vpcs = [{ VpcId: "vpc-1", CidrBlock: "192.168.0.0/16" }];
const inVpc = { VpcId: "vpc-1" };

/** A resource of each type, as somebody creates it by hand. */
const BY_HAND: readonly { readonly listed: string; readonly answers: Answers; readonly key: string; account?: string }[] = [ // prettier-ignore
  { listed: "aws_iam_user intern", key: iamArn("user/intern"), answers: { ListUsers: { Users: [{ UserName: "intern", Arn: iamArn("user/intern") }] } } },
  { listed: "aws_iam_role r", key: iamArn("role/r"), answers: { ListRoles: { Roles: [{ RoleName: "r", Path: "/", Arn: iamArn("role/r") }] } } },
  { listed: "aws_iam_policy p", key: iamArn("policy/p"), answers: { ListPolicies: { Policies: [{ PolicyName: "p", Arn: iamArn("policy/p") }] } } },
  { listed: "aws_iam_instance_profile i", key: iamArn("instance-profile/i"), answers: { ListInstanceProfiles: { InstanceProfiles: [{ InstanceProfileName: "i", Arn: iamArn("instance-profile/i") }] } } },
  { listed: "aws_iam_openid_connect_provider ci.example.com", key: iamArn("oidc-provider/ci.example.com"), answers: { ListOpenIDConnectProviders: { OpenIDConnectProviderList: [{ Arn: iamArn("oidc-provider/ci.example.com") }] } } },
  { listed: "aws_s3_bucket b", key: "b", answers: { ListBuckets: { Buckets: [{ Name: "b" }] } } },
  { listed: "aws_budgets_budget b", key: `${DEV}:b`, answers: { DescribeBudgets: { Budgets: [{ BudgetName: "b" }] } } },
  { listed: "aws_kms_key k", key: arn("kms:eu-west-1", "key/k"), answers: { ListKeys: here({ Keys: [{ KeyId: "k", KeyArn: arn("kms:eu-west-1", "key/k") }] }), DescribeKey: { KeyMetadata: { KeyId: "k", Arn: arn("kms:eu-west-1", "key/k"), KeyManager: "CUSTOMER" } } } },
  { listed: "aws_db_instance d", key: arn("rds:eu-west-1", "db:d"), answers: { DescribeDBInstances: here({ DBInstances: [{ DBInstanceIdentifier: "d", DBInstanceArn: arn("rds:eu-west-1", "db:d") }] }) } },
  { listed: "aws_db_subnet_group s", key: arn("rds:eu-west-1", "subgrp:s"), answers: { DescribeDBSubnetGroups: here({ DBSubnetGroups: [{ DBSubnetGroupName: "s", DBSubnetGroupArn: arn("rds:eu-west-1", "subgrp:s") }] }) } },
  { listed: "aws_db_parameter_group g", key: arn("rds:eu-west-1", "pg:g"), answers: { DescribeDBParameterGroups: here({ DBParameterGroups: [{ DBParameterGroupName: "g", DBParameterGroupArn: arn("rds:eu-west-1", "pg:g") }] }) } },
  { listed: "aws_ecr_repository e", key: arn("ecr:eu-west-1", "repository/e"), answers: { DescribeRepositories: here({ repositories: [{ repositoryName: "e", repositoryArn: arn("ecr:eu-west-1", "repository/e") }] }) } },
  { listed: "aws_sns_topic t", key: arn("sns:eu-west-1", "t"), answers: { ListTopics: here({ Topics: [{ TopicArn: arn("sns:eu-west-1", "t") }] }) } },
  { listed: "aws_cloudwatch_event_rule r", key: arn("events:eu-west-1", "rule/r"), answers: { ListRules: here({ Rules: [{ Name: "r", Arn: arn("events:eu-west-1", "rule/r") }] }) } },
  { listed: "aws_cloudtrail t", key: arn("cloudtrail:eu-west-1", "trail/t"), answers: { DescribeTrails: here({ trailList: [{ Name: "t", TrailARN: arn("cloudtrail:eu-west-1", "trail/t") }] }) } },
  { listed: "aws_accessanalyzer_analyzer a", key: arn("access-analyzer:eu-west-1", "analyzer/a"), answers: { ListAnalyzers: here({ analyzers: [{ name: "a", arn: arn("access-analyzer:eu-west-1", "analyzer/a") }] }) } },
  { listed: "aws_cloudwatch_log_group /vpc/dev-irl-galileo-x", key: arn("logs:eu-west-1", "log-group:l"), answers: { DescribeLogGroups: ({ logGroupNamePrefix }, region) => region === REGION && logGroupNamePrefix === "/vpc/dev-irl-galileo" ? { logGroups: [{ logGroupName: "/vpc/dev-irl-galileo-x", arn: `${arn("logs:eu-west-1", "log-group:l")}:*` }] } : {} } },
  { listed: "aws_vpc vpc-2", key: "vpc-2", answers: { DescribeVpcs: here({ Vpcs: [{ VpcId: "vpc-2", CidrBlock: "10.0.0.0/24" }] }) } },
  { listed: "aws_organizations_policy p-1", key: "p-1", account: "master", answers: { ListPolicies: { Policies: [{ Id: "p-1", Name: "x", PolicyName: "x", Arn: "held" }] } } },
  { listed: "aws_organizations_organizational_unit ou-1", key: "ou-1", account: "master", answers: { ListRoots: { Roots: [{ Id: "r" }] }, ListOrganizationalUnitsForParent: ({ ParentId }) => ParentId === "r" ? { OrganizationalUnits: [{ Id: "ou-1", Name: "Sandbox" }] } : {} } },
  { listed: "aws_organizations_account 999999999999", key: "999999999999", account: "master", answers: { ListAccounts: { Accounts: [{ Id: "999999999999", Status: "ACTIVE" }, { Id: DEV, Status: "ACTIVE" }, { Id: "888888888880", Status: "SUSPENDED" }] } } },
  { listed: "aws_ssoadmin_permission_set Everything", key: "arn:aws:sso:::permissionSet/1", account: "master", answers: { ListInstances: { Instances: [{ InstanceArn: "i" }] }, ListPermissionSets: { PermissionSets: ["arn:aws:sso:::permissionSet/1"] }, DescribePermissionSet: { PermissionSet: { Name: "Everything" } } } },
  ...[
    { type: "aws_subnet", operation: "DescribeSubnets", answer: { Subnets: [{ SubnetId: "x-1", ...inVpc }] } },
    { type: "aws_security_group", operation: "DescribeSecurityGroups", answer: { SecurityGroups: [{ GroupId: "x-1", GroupName: "g", ...inVpc }] } },
    { type: "aws_route_table", operation: "DescribeRouteTables", answer: { RouteTables: [{ RouteTableId: "x-1", ...inVpc }] } },
    { type: "aws_network_acl", operation: "DescribeNetworkAcls", answer: { NetworkAcls: [{ NetworkAclId: "x-1", ...inVpc }] } },
    { type: "aws_internet_gateway", operation: "DescribeInternetGateways", answer: { InternetGateways: [{ InternetGatewayId: "x-1", Attachments: [inVpc] }] } },
    { type: "aws_vpc_endpoint", operation: "DescribeVpcEndpoints", answer: { VpcEndpoints: [{ VpcEndpointId: "x-1", State: "available", ...inVpc }] } },
    { type: "aws_flow_log", operation: "DescribeFlowLogs", answer: { FlowLogs: [{ FlowLogId: "x-1", ResourceId: "vpc-1" }] } },
  ].map(({ type, operation, answer }) => ({ listed: `${type} x-1`, key: "x-1", answers: { DescribeVpcs: here({ Vpcs }), [operation]: here(answer) } })),
]; // prettier-ignore

describe("a resource that somebody created", () => {
  test.each(BY_HAND)("$listed is listed while no state holds it", async ({ listed, answers, key, account }) => {
    const vpc = { id: "vpc-1" };
    const policy = { arn: "held" };
    const found = await find({ account, answers, held: [vpc, policy] });
    expect(found).toMatchObject({ status: "unmanaged", code: 2, listed: [listed] });
    const held = await find({ account, answers, held: [vpc, policy, { id: "other", arn: key }] });
    expect(held).toMatchObject({ status: "clean", code: 0, listed: [] });
    expect(await find({ account, answers, held: [vpc, policy, { id: key }] })).toMatchObject({ listed: [] });
  });
});

/** What somebody adds to a permission set or group of the project, as it is listed, with its id in a state. */
const ADDED: readonly { readonly type: string; readonly id: string; readonly key: string; readonly answers: Answers }[] = [
  { type: "aws_ssoadmin_account_assignment", id: "Admin in dev: group auditors", key: `p,GROUP,${DEV},AWS_ACCOUNT,${SET},i`, answers: { ListAccountsForProvisionedPermissionSet: { AccountIds: [DEV] }, ListAccountAssignments: { AccountAssignments: [{ PrincipalId: "p", PrincipalType: "GROUP" }] }, DescribeGroup: { DisplayName: "auditors" } } },
  { type: "aws_ssoadmin_account_assignment", id: "Admin in 999999999999: user u", key: `u,USER,999999999999,AWS_ACCOUNT,${SET},i`, answers: { ListAccountsForProvisionedPermissionSet: { AccountIds: ["999999999999"] }, ListAccountAssignments: { AccountAssignments: [{ PrincipalId: "u", PrincipalType: "USER" }] }, DescribeUser: awsError("ResourceNotFoundException", 404) } },
  { type: "aws_ssoadmin_managed_policy_attachment", id: "Admin policy IAMFullAccess", key: `arn:aws:iam::aws:policy/IAMFullAccess,${SET},i`, answers: { ListManagedPoliciesInPermissionSet: { AttachedManagedPolicies: [{ Name: "IAMFullAccess", Arn: "arn:aws:iam::aws:policy/IAMFullAccess" }] } } },
  { type: "aws_ssoadmin_customer_managed_policy_attachment", id: "Admin policy /x/own", key: `own,/x/,${SET},i`, answers: { ListCustomerManagedPolicyReferencesInPermissionSet: { CustomerManagedPolicyReferences: [{ Name: "own", Path: "/x/" }] } } },
  { type: "aws_ssoadmin_permission_set_inline_policy", id: "Admin inline policy", key: `${SET},i`, answers: { GetInlinePolicyForPermissionSet: { InlinePolicy: "{}" } } },
  { type: "aws_ssoadmin_permissions_boundary_attachment", id: "Admin permissions boundary", key: `${SET},i`, answers: { GetPermissionsBoundaryForPermissionSet: { PermissionsBoundary: {} } } },
  { type: "aws_identitystore_group_membership", id: "platform-leads: user lead@example.org", key: "d/m", answers: { ListGroupMemberships: ({ GroupId }) => GroupId === "g" ? { GroupMemberships: [{ MembershipId: "m", MemberId: { UserId: "u" } }] } : {}, DescribeUser: { UserName: "lead@example.org" } } },
]; // prettier-ignore

describe("what somebody adds to a permission set or a group", () => {
  test.each(ADDED)("$id is listed while no state holds it", async ({ type, id, key, answers }) => {
    const of = { account: "master", answers: { ...CENTER, ...answers }, held: HELD_CENTER };
    expect(await find(of)).toMatchObject({ status: "unmanaged", listed: [`${type} ${id}`] });
    const change = ({ s3 }: FakeAccount) =>
      s3.put("master/identity.tfstate", stateOf({ id: key }).replace("aws_x", type));
    expect(await find({ ...of, change })).toMatchObject({ status: "clean", listed: [] });
    // The inline policy and the boundary of a set have the same id.
    const asOther = ({ s3 }: FakeAccount) => s3.put("master/identity.tfstate", stateOf({ id: key }));
    expect(await find({ ...of, change: asOther })).toMatchObject({ listed: [`${type} ${id}`] });
    const accepted = [{ account: "master", type, id: id.replace(/^\S+/, "*"), reason: "r" }];
    expect(await find({ ...of, accepted })).toMatchObject({ status: "clean", report: { stale: [] } });
    expect(await find({ ...of, account: "dev" })).toMatchObject({ listed: [] });
  });

  test("is not listed if the project does not manage the permission set or group", async () => {
    const answers = Object.assign({}, CENTER, ...ADDED.map((each) => each.answers)) as Answers;
    const found = await find({ account: "master", answers });
    expect(found.listed).toEqual(["aws_ssoadmin_permission_set Admin"]);
  });
});

/** What AWS creates, and what the estate names without creating it. */
const NOBODY_ELSES: readonly { readonly what: string; readonly answers: Answers; readonly account?: string }[] = [
  { what: "a service-linked role", answers: { ListRoles: { Roles: [{ RoleName: "AWSServiceRoleForRDS", Path: "/aws-service-role/rds.amazonaws.com/", Arn: iamArn("role/x") }] } } },
  { what: "a role of IAM Identity Center", answers: { ListRoles: { Roles: [{ RoleName: "AWSReservedSSO_Admin_0123456789abcdef", Path: "/aws-reserved/sso.amazonaws.com/eu-west-1/", Arn: iamArn("role/x") }] } } },
  { what: "the role of AWS Organizations in a created member", account: "dev-analytics", answers: { ListRoles: { Roles: [{ RoleName: "OrganizationAccountAccessRole", Path: "/", Arn: "arn:aws:iam::666666666666:role/OrganizationAccountAccessRole" }] } } },
  { what: "the default VPC and all in it", answers: { DescribeVpcs: here({ Vpcs: [{ VpcId: "vpc-d", CidrBlock: "10.0.0.0/16", IsDefault: true }] }), DescribeSubnets: here({ Subnets: [{ SubnetId: "s", VpcId: "vpc-d" }] }), DescribeInternetGateways: here({ InternetGateways: [{ InternetGatewayId: "i", Attachments: [{ VpcId: "vpc-d" }] }] }) } },
  { what: "a VPC outside of the estate's addresses, with its groups", answers: { DescribeVpcs: here({ Vpcs: [{ VpcId: "vpc-3", CidrBlock: "192.168.0.0/16" }] }), DescribeSecurityGroups: here({ SecurityGroups: [{ GroupId: "g", GroupName: "x", VpcId: "vpc-3" }] }) } },
  { what: "a VPC's default group, main route table and default ACL", answers: { DescribeVpcs: here({ Vpcs }), DescribeSecurityGroups: here({ SecurityGroups: [{ GroupId: "g", GroupName: "default", ...inVpc }] }), DescribeRouteTables: here({ RouteTables: [{ RouteTableId: "r", Associations: [{ Main: true }], ...inVpc }] }), DescribeNetworkAcls: here({ NetworkAcls: [{ NetworkAclId: "a", IsDefault: true, ...inVpc }] }) } },
  { what: "what services create in a VPC, and a deleted endpoint", answers: { DescribeVpcs: here({ Vpcs }), DescribeVpcEndpoints: here({ VpcEndpoints: [{ VpcEndpointId: "e", RequesterManaged: true, ...inVpc }, { VpcEndpointId: "f", State: "deleted", ...inVpc }] }), DescribeSecurityGroups: here({ SecurityGroups: [{ GroupId: "g", GroupName: "GuardDutyManagedSecurityGroup-vpc-1", Tags: [{ Key: "GuardDutyManaged", Value: "true" }], ...inVpc }] }) } },
  { what: "a key of AWS, one with a reserved alias, and one that is being deleted", answers: { ListKeys: here({ Keys: ["a", "b", "c"].map((id) => ({ KeyId: id, KeyArn: id })) }), ListAliases: here({ Aliases: [{ AliasName: "alias/aws/rds", TargetKeyId: "b" }] }), DescribeKey: ({ KeyId }) => ({ KeyMetadata: { KeyId, Arn: KeyId, KeyManager: KeyId === "a" ? "AWS" : "CUSTOMER", KeyState: KeyId === "c" ? "PendingDeletion" : "Enabled" } }) } },
  { what: "RDS's default groups", answers: { DescribeDBParameterGroups: here({ DBParameterGroups: [{ DBParameterGroupName: "default.postgres16", DBParameterGroupArn: "x" }] }), DescribeDBSubnetGroups: here({ DBSubnetGroups: [{ DBSubnetGroupName: "default", DBSubnetGroupArn: "x" }, { DBSubnetGroupName: "default-vpc-1", DBSubnetGroupArn: "y" }] }) } },
  { what: "a rule that a service manages", answers: { ListRules: here({ Rules: [{ Name: "AutoScalingManagedRule", Arn: "x", ManagedBy: "autoscaling.amazonaws.com" }] }) } },
  { what: "the organization's trail in a member", answers: { DescribeTrails: here({ trailList: [{ Name: "t", TrailARN: arn("cloudtrail:eu-west-1", "trail/t", MASTER) }] }) } },
  { what: "an SCP of AWS", account: "master", answers: { ListPolicies: ({ Scope }) => (Scope === undefined ? { Policies: [{ Id: "p-FullAWSAccess", Name: "FullAWSAccess", AwsManaged: true }] } : {}) } },
]; // prettier-ignore

test.each(NOBODY_ELSES)("$what is not listed", async ({ answers, account }) => {
  expect(await find({ account, answers, held: [{ id: "vpc-1" }] })).toMatchObject({ status: "clean", listed: [] });
});

test("the people that the estate names are not listed, and other users are", async () => {
  const arns = ["platform-engineer", "platform-lead", "other"].map((name) => `arn:aws:iam::${MASTER}:user/${name}`);
  const Users = arns.map((Arn) => ({ UserName: Arn.split("/").at(-1), Arn }));
  const found = await find({ estate: exampleWithUsers(), account: "master", answers: { ListUsers: { Users } } });
  expect(found).toMatchObject({ listed: ["aws_iam_user other"] });
});

test("the VPC that a member brings is the member's, with all in it", async () => {
  const [brought] = example().environments.flatMap(({ members }) => members.flatMap((member) => member.brought ?? []));
  const { vpcId: VpcId = "", subnetId: SubnetId = "" } = brought ?? {};
  expect(VpcId).toMatch(/^vpc-/);
  const answers = {
    DescribeVpcs: here({ Vpcs: [{ VpcId, CidrBlock: "10.0.0.0/20" }] }),
    DescribeSubnets: here({
      Subnets: [
        { SubnetId, VpcId, Tags: OURS },
        { SubnetId: "subnet-2", VpcId },
      ],
    }),
  };
  expect(await find({ account: "partner-lab", answers })).toMatchObject({ status: "clean", listed: [] });
});

test.each([
  { what: "the tags of the estate", Tags: OURS, more: undefined, listed: ["aws_vpc vpc-3"] },
  { what: "no tag, and a second address range of the estate", Tags: [], more: "10.0.4.0/24", listed: ["aws_vpc vpc-3"] },
  { what: "the name of an environment", Tags: [{ Key: "Name", Value: "dev-irl-galileo-old" }], more: undefined, listed: ["aws_vpc vpc-3"] },
  { what: "another solution's tags", Tags: [{ Key: "Solution", Value: "other" }, { Key: "ManagedBy", Value: "cdktf" }], more: undefined, listed: [] },
])("a VPC elsewhere with $what: $listed", async ({ Tags, more, listed }) => {
  const CidrBlockAssociationSet = [{ CidrBlock: "192.168.0.0/16" }, ...(more ? [{ CidrBlock: more }] : [])];
  const vpc = { VpcId: "vpc-3", CidrBlock: "192.168.0.0/16", CidrBlockAssociationSet, Tags };
  const answers = { DescribeVpcs: here({ Vpcs: [vpc] }) };
  expect(await find({ answers })).toMatchObject({ listed });
}); // prettier-ignore

const INTERN = { ListUsers: { Users: [{ UserName: "intern", Arn: iamArn("user/intern") }] } };

test("a state of a stack that the estate no longer has holds its resources too", async () => {
  const change = ({ s3 }: FakeAccount) => s3.put("old/iam.tfstate", stateOf({ arn: iamArn("user/intern") }));
  expect(await find({ answers: INTERN, change })).toMatchObject({ status: "clean", listed: [] });
});

/** The record of an apply. */
const RECORD = appliedText(
  withApplied(undefined, "a", {
    ...{ content: "a".repeat(64), exact: "b".repeat(64) },
    ...{ appliedAt: "2026-01-02T03:04:05Z", commit: "c".repeat(40), plan: "p" },
  }),
);
const lock = JSON.stringify({ ...LOCK_INFO, Created: new Date().toISOString() });

test.each<{ what: string; change: (account: FakeAccount) => unknown; status: string; code: number; errors: RegExp }>([
  {
    what: "a damaged state",
    change: ({ s3 }) => s3.put("dev/iam.tfstate", "{"),
    ...{ status: "failed", code: 1, errors: /^s3:\/\/222222222222-galileo-terraform-state\/dev\/iam\.tfstate must be a state, got one that is not JSON\./ }, // prettier-ignore
  },
  {
    what: "a state that was deleted",
    change: ({ s3 }) => s3.put("dev/iam.applied.json", RECORD),
    ...{ status: "failed", code: 1, errors: /^dev-iam has no state, but was applied at .*: its state is lost/ },
  },
  {
    what: "a stack that is applied now",
    change: ({ s3 }) => s3.put("dev/network.tfstate.tflock", lock),
    ...{ status: "locked", code: 0, errors: /^dev-network is locked: held by alice@desk/ },
  },
  {
    what: "a stack that is applied meanwhile",
    change: ({ s3 }) => {
      let asked = 0;
      s3.before = (request) => {
        if (request === "GetObject dev/network.tfstate.tflock" && ++asked === 2)
          s3.put("dev/network.tfstate", stateOf());
      };
    },
    ...{ status: "locked", code: 0, errors: /^dev-network was applied during the check$/ },
  },
])("$what: nothing is listed, and the account is $status", async ({ change, status, code, errors }) => {
  const found = await find({ answers: INTERN, change: (account) => void change(account) });
  expect(found).toMatchObject({ status, code, listed: [] });
  expect(found.errors).toMatch(errors);
});

test("without a state bucket the account was never applied, and nothing is asked", async () => {
  const found = await find({ answers: { ...INTERN, ListObjectsV2: awsError("NoSuchBucket", 404) } });
  expect(found).toMatchObject({ status: "never applied", code: 0, listed: [] });
  expect(found.fake.requests).toEqual(["ListObjectsV2 eu-west-1"]);
});

test("it reads each region of the account, and us-east-1", async () => {
  const { fake } = await find({});
  const regions = fake.requests
    .filter((request) => request.startsWith("DescribeVpcs "))
    .map((each) => each.split(" ")[1]);
  expect([...new Set(regions)].sort()).toEqual([...new Set([...(accountNamed("dev")[0]?.regions ?? []), "us-east-1"])].sort()); // prettier-ignore
});

describe("what is accepted", () => {
  const entry = (id: string, account = "dev") => ({ account, type: "aws_iam_user", id, reason: "leaves in March" });

  test.each(["intern", "int*", "*tern"])("%s accepts the user intern", async (id) => {
    const { report, ...found } = await find({ answers: INTERN, accepted: [entry(id)] });
    expect(found).toMatchObject({ status: "clean", code: 0, listed: [] });
    expect(report).toMatchObject({ accounts: [{ accepted: 1 }], stale: [] });
  });

  test("an entry that matches nothing is reported, unless its account was not read", async () => {
    const accepted = [entry("interns"), entry("intern", "ci"), entry("intern", "prod")];
    const { report, listed } = await find({ answers: INTERN, accepted });
    expect(listed).toEqual(["aws_iam_user intern"]);
    expect(report.stale).toEqual([entry("interns")]);
    expect(report.file).toMatch(/estate\.unmanaged\.json$/);
    const failed = await find({ answers: INTERN, accepted, change: ({ s3 }) => void s3.put("dev/iam.tfstate", "{") });
    expect(failed.report.stale).toEqual([]);
  });
});

test("CloudTrail says who created a resource, where it knows", async () => {
  const event = { EventName: "CreateUser", EventTime: new Date("2026-02-03T04:05:06Z"), Username: "lead" };
  const { report } = await find({ answers: { ...INTERN, LookupEvents: { Events: [event] } } });
  expect(report.accounts[0]?.resources[0]?.maker).toEqual({ by: "lead", at: "2026-02-03T04:05:06.000Z" });
});
