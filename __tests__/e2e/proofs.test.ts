import { StopLoggingCommand } from "@aws-sdk/client-cloudtrail";
import {
  AuthorizeSecurityGroupIngressCommand,
  CreateNatGatewayCommand,
  CreateRouteCommand,
  CreateSubnetCommand,
  CreateTagsCommand,
  DescribeInternetGatewaysCommand,
  DescribeRouteTablesCommand,
  DescribeSecurityGroupsCommand,
  DescribeVpcsCommand,
  DisableEbsEncryptionByDefaultCommand,
} from "@aws-sdk/client-ec2";
import { DisableRuleCommand } from "@aws-sdk/client-eventbridge";
import {
  AttachRolePolicyCommand,
  CreateAccessKeyCommand,
  CreateUserCommand,
  PutRolePolicyCommand,
  UpdateAssumeRolePolicyCommand,
} from "@aws-sdk/client-iam";
import {
  CreateOrganizationalUnitCommand,
  DetachPolicyCommand,
  ListAccountsCommand,
  ListParentsCommand,
  ListPoliciesForTargetCommand,
  ListRootsCommand,
  MoveAccountCommand,
} from "@aws-sdk/client-organizations";
import { PutBucketPolicyCommand, PutBucketVersioningCommand, PutObjectCommand } from "@aws-sdk/client-s3";
import { ListSubscriptionsCommand, UnsubscribeCommand } from "@aws-sdk/client-sns";
import exampleFile from "../../config/example";
import { stacksOf } from "../../config/layout";
import { clientsFor, type Clients } from "../../tools/rehearsal/clients";
import { proofsOf } from "../../tools/rehearsal/rehearse";
import { tryProofs, type Proof } from "../../tools/rehearsal/proof";
import { SHARED_STACKS } from "./support/applied-estate";
import { startWorkplace, type Workplace } from "./support/workplace";

/* A proof that cannot fail proves nothing: each claim is broken in AWS, and the proof must report it. */

/** The claims about these stacks, for each account and the environment. */
const CLAIMS: Readonly<Record<string, RegExp>> = {
  dev: /^(?!dev: the database)/,
  master: /organization|each member account|service control policies/,
  prod: /^(use of Admin|in us-east-1)/,
};

let workplace: Workplace;
let dev: Clients;
let master: Clients;
let proofs: Proof[];
let vpcId: string;

beforeAll(async () => {
  workplace = await startWorkplace("proofs", { estate: exampleFile, applied: SHARED_STACKS });
  dev = clientsFor(workplace.url, "222222222222", "eu-west-1");
  master = clientsFor(workplace.url, "111111111111", "eu-west-1");
  const environments = workplace.estate.environments.slice(0, 1);
  const specs = stacksOf(workplace.estate).filter(({ id }) => SHARED_STACKS.includes(id));
  proofs = proofsOf(workplace.estate, specs, environments, workplace.url).filter(
    ({ account, claim }) => CLAIMS[account]?.test(claim) && !claim.includes("the Master role"),
  );
  const { Vpcs = [] } = await dev.ec2.send(
    new DescribeVpcsCommand({ Filters: [{ Name: "tag:Stack", Values: ["dev-network"] }] }),
  );
  vpcId = Vpcs[0]?.VpcId ?? "none";
});

afterAll(() => workplace.stop());

/** The claims that fail, with their messages. */
async function broken(): Promise<Record<string, string>> {
  const failed = (await tryProofs(proofs)).filter(({ error }) => error !== undefined);
  return Object.fromEntries(failed.map(({ proof, error }) => [proof.claim, error?.message ?? ""]));
}

test("all hold for what Terraform created", async () => {
  expect(proofs).toHaveLength(25);
  expect(await broken()).toEqual({});
});

test("a NAT gateway, an unmanaged subnet and a private route out are found", async () => {
  const { ec2 } = dev;
  const { Subnet } = await ec2.send(new CreateSubnetCommand({ VpcId: vpcId, CidrBlock: "10.0.4.0/24" }));
  await ec2.send(new CreateNatGatewayCommand({ SubnetId: Subnet?.SubnetId ?? "none", ConnectivityType: "private" }));
  const { RouteTables = [] } = await ec2.send(
    new DescribeRouteTablesCommand({
      Filters: [{ Name: "tag:Name", Values: ["dev-irl-galileo-vpc-private-eu-west-1a"] }],
    }),
  );
  const { InternetGateways = [] } = await ec2.send(
    new DescribeInternetGatewaysCommand({ Filters: [{ Name: "attachment.vpc-id", Values: [vpcId] }] }),
  );
  await ec2.send(
    new CreateRouteCommand({
      RouteTableId: RouteTables[0]?.RouteTableId ?? "none",
      DestinationCidrBlock: "0.0.0.0/0",
      GatewayId: InternetGateways[0]?.InternetGatewayId ?? "none",
    }),
  );
  expect(await broken()).toEqual({
    "dev: the VPC is 10.0.0.0/20, with 2 public and 2 private subnets": expect.stringContaining(
      "10.0.4.0/24",
    ) as string,
    "dev: there is no NAT gateway": "NAT gateways must be 0, got 1",
    "dev: only the public tier has a route to the internet": expect.stringContaining("10.0.8.0/24") as string,
  });
});

test("a group open to everyone and a group with another charge code are found", async () => {
  const { ec2 } = dev;
  const { SecurityGroups: [web] = [] } = await ec2.send(
    new DescribeSecurityGroupsCommand({ Filters: [{ Name: "group-name", Values: ["dev-irl-galileo-web"] }] }),
  );
  await ec2.send(
    new AuthorizeSecurityGroupIngressCommand({
      GroupId: web?.GroupId,
      IpProtocol: "tcp",
      FromPort: 22,
      ToPort: 22,
      CidrIp: "0.0.0.0/0",
    }),
  );
  await ec2.send(
    new CreateTagsCommand({
      Resources: [web?.GroupId ?? "none"],
      Tags: [{ Key: "ChargeCode", Value: "somebody-else" }],
    }),
  );
  expect(await broken()).toMatchObject({
    "dev: each security group has its charge codes: default, web": expect.stringContaining("somebody-else") as string,
    "dev: each security group allows only the sources in the estate, and the internet only with an approval":
      expect.stringContaining("dev-irl-galileo-web") as string,
  });
});

test("a bucket that allows another account and a machine with wider access are found", async () => {
  const Bucket = "222222222222-dev-irl-galileo-studydata";
  const statement = {
    Effect: "Allow",
    Principal: { AWS: "arn:aws:iam::222222222222:root" },
    Action: "s3:GetObject",
    Resource: `arn:aws:s3:::${Bucket}/*`,
  };
  await dev.s3.send(
    new PutBucketPolicyCommand({ Bucket, Policy: JSON.stringify({ Version: "2012-10-17", Statement: [statement] }) }),
  );
  const RoleName = "dev-irl-galileo-deployment";
  const PolicyDocument = JSON.stringify({
    Version: "2012-10-17",
    Statement: [{ Effect: "Allow", Action: "*", Resource: "*" }],
  });
  await dev.iam.send(new PutRolePolicyCommand({ RoleName, PolicyName: "more", PolicyDocument }));
  expect(await broken()).toMatchObject({
    "dev: only the application's two roles may access its buckets": expect.stringContaining(
      "222222222222:root",
    ) as string,
    "dev: the instance profile of its deployment machine has Session Manager and no policy except for planning":
      expect.stringContaining("more") as string,
  });
});

test("stopped trails are found", async () => {
  const trails = { dev: "galileo-dev", master: "galileo-organization" };
  await dev.cloudtrail.send(new StopLoggingCommand({ Name: trails.dev }));
  await master.cloudtrail.send(new StopLoggingCommand({ Name: trails.master }));
  const found = Object.entries(await broken()).filter(([claim]) => claim.startsWith("the trail "));
  expect(found).toHaveLength(2);
  for (const [claim, text] of found)
    expect([claim, text]).toEqual([
      expect.stringMatching(/galileo-(dev|organization)/),
      "recording must be true, got false",
    ]);
});

test("a moved member, an unmanaged unit and a missing policy are found", async () => {
  const { organizations } = master;
  const { Roots: [root] = [] } = await organizations.send(new ListRootsCommand({}));
  const { Accounts = [] } = await organizations.send(new ListAccountsCommand({}));
  const AccountId = Accounts.find(({ Name }) => Name === "dev-analytics")?.Id;
  const { Parents: [parent] = [] } = await organizations.send(new ListParentsCommand({ ChildId: AccountId }));
  await organizations.send(
    new MoveAccountCommand({ AccountId, SourceParentId: parent?.Id, DestinationParentId: root?.Id }),
  );
  await organizations.send(new CreateOrganizationalUnitCommand({ ParentId: root?.Id, Name: "foreign" }));
  const { Policies = [] } = await organizations.send(
    new ListPoliciesForTargetCommand({ TargetId: root?.Id, Filter: "SERVICE_CONTROL_POLICY" }),
  );
  const PolicyId = Policies.find(({ Name }) => Name === "galileo-regions")?.Id;
  await organizations.send(new DetachPolicyCommand({ PolicyId, TargetId: root?.Id }));
  const found = Object.entries(await broken()).filter(([claim]) =>
    /^(the organization|each member|service control)/.test(claim),
  );
  expect(Object.fromEntries(found.map(([claim, text]) => [claim.slice(0, 20), text]))).toEqual({
    "the organization has": expect.stringContaining("foreign") as string,
    "each member account ": expect.stringContaining("dev-analytics") as string,
    "service control poli": expect.stringContaining('must be ["guardrails","regions"]') as string,
  });
});

test("an alarm without events and an alarm without subscribers are found", async () => {
  const [home, signIn] = ["eu-west-1", "us-east-1"].map((region) => clientsFor(workplace.url, "555555555555", region));
  await home?.events.send(new DisableRuleCommand({ Name: "galileo-admin-alarm-assumed" }));
  const { Subscriptions: [subscription] = [] } = (await signIn?.sns.send(new ListSubscriptionsCommand({}))) ?? {};
  await signIn?.sns.send(new UnsubscribeCommand({ SubscriptionArn: subscription?.SubscriptionArn }));
  const found = Object.entries(await broken()).filter(([claim]) => claim.startsWith("use of Admin"));
  expect(
    Object.fromEntries(found.map(([claim, text]) => [claim.replace(/.* in (\S+) is mailed.*/, "$1"), text])),
  ).toEqual({
    "eu-west-1": expect.stringContaining("DISABLED") as string,
    "us-east-1": expect.stringContaining("subscriptions") as string,
  });
});

test("a widened trust and an unmanaged policy, user and key are found", async () => {
  const { iam } = dev;
  const statement = { Effect: "Allow", Principal: { AWS: "arn:aws:iam::222222222222:root" }, Action: "sts:AssumeRole" };
  await iam.send(
    new UpdateAssumeRolePolicyCommand({
      RoleName: "Operator",
      PolicyDocument: JSON.stringify({ Version: "2012-10-17", Statement: [statement] }),
    }),
  );
  await iam.send(
    new AttachRolePolicyCommand({ RoleName: "Admin", PolicyArn: "arn:aws:iam::aws:policy/ReadOnlyAccess" }),
  );
  await iam.send(new CreateUserCommand({ UserName: "somebody-else" }));
  await iam.send(new CreateAccessKeyCommand({ UserName: "terraform-user" }));
  expect(await broken()).toMatchObject({
    "nobody may assume Operator, because the estate names no user for it": expect.stringContaining("root") as string,
    "nobody may assume Admin, because the estate names no user for it": expect.stringContaining(
      "ReadOnlyAccess",
    ) as string,
    "the only users are the people in the estate and the service users, with a boundary and without an access key":
      expect.stringContaining("somebody-else") as string,
  });
});

test("Terraform sees an unmanaged policy, a changed trust and a stopped trail as drift, and the next apply reverts them", async () => {
  const terraform = workplace.terraform(workplace.stack("dev-iam"));
  const { text } = await terraform.plan();
  expect(text).toMatch(/- "arn:aws:iam::aws:policy\/ReadOnlyAccess"/);
  expect(text).toMatch(/Plan: 0 to add, 3 to change, 0 to destroy/);
  await terraform.apply();
  expect(Object.keys(await broken())).not.toContain("only the people in the estate may assume Admin, with MFA");
  expect(Object.keys(await broken())).not.toContain("only the people in the estate may assume Operator, with MFA");
});

test("an unmanaged object among the states and suspended versioning are found", async () => {
  const { s3 } = dev;
  const Bucket = "222222222222-galileo-terraform-state";
  await s3.send(new PutObjectCommand({ Bucket, Key: "dev/other.tfstate", Body: "{}" }));
  await s3.send(new PutBucketVersioningCommand({ Bucket, VersioningConfiguration: { Status: "Suspended" } }));
  expect(await broken()).toMatchObject({
    "the state bucket contains one state for each stack of the account, and nothing else": expect.stringContaining(
      "dev/other.tfstate",
    ) as string,
    "the state bucket is versioned, not public, and keeps the newest versions of each state":
      'versioning must be "Enabled", got "Suspended"',
  });
});

test("EBS volumes without encryption are found in each region that the account uses", async () => {
  const signIn = clientsFor(workplace.url, "555555555555", "us-east-1");
  for (const { ec2 } of [dev, signIn]) await ec2.send(new DisableEbsEncryptionByDefaultCommand({}));
  const text = "encryption by default must be true, got false";
  expect(await broken()).toMatchObject({
    "in eu-west-1, new EBS volumes are encrypted by default": text,
    "in us-east-1, new EBS volumes are encrypted by default": text,
  });
});
