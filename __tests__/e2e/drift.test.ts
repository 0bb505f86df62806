import { existsSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import {
  AuthorizeSecurityGroupEgressCommand,
  AuthorizeSecurityGroupIngressCommand,
  CreateSecurityGroupCommand,
  CreateTagsCommand,
  DeleteRouteCommand,
  DescribeRouteTablesCommand,
  DescribeSecurityGroupsCommand,
  DescribeVpcsCommand,
  RevokeSecurityGroupEgressCommand,
} from "@aws-sdk/client-ec2";
import { AttachRolePolicyCommand, CreateUserCommand, DeleteUserPermissionsBoundaryCommand } from "@aws-sdk/client-iam";
import { CreateBucketCommand, DeleteObjectCommand, ListObjectsV2Command, PutObjectCommand } from "@aws-sdk/client-s3";
import exampleFile from "../../config/example";
import type { EstateFile } from "../../config/schema";
import type { DriftReport, StackDrift } from "../../tools/drift/report";
import { SHARED_STACKS } from "./support/applied-estate";
import { REMOVED_STACK_STATE, startClone, type Clone, type Ended } from "./support/clone";

interface PrintedDifference {
  readonly address: string;
  readonly words: string;
}

/** The report as `--json` prints it. */
interface PrintedReport extends Pick<DriftReport, "commit"> {
  readonly stacks: readonly (Omit<StackDrift, "differences" | "unmanaged"> & {
    readonly differences: readonly PrintedDifference[];
    readonly beside: readonly (PrintedDifference & { readonly opens: boolean })[];
  })[];
}

/* Changes made by hand in AWS are found, named and reverted: the real commands in a clone, with the real Terraform. */

const DEV = "222222222222";
const BUCKET = `${DEV}-galileo-terraform-state`;
const STACKS = ["dev-network", "dev-iam"];

let clone: Clone;
let webGroup: string;

beforeAll(async () => {
  clone = await startClone("drift", { estate: exampleFile, applied: SHARED_STACKS });
});

afterAll(() => clone.stop());

async function applyAll(): Promise<void> {
  const planned = await clone.run("plan", ...STACKS);
  expect(planned).toExitWith(2);
  const applied = await clone.run("apply", clone.lastPlan());
  expect(applied).toExitWith(0);
}

async function drift(...args: string[]): Promise<Ended & PrintedReport> {
  const { code, output } = await clone.run("drift", "--json", ...args);
  const lines = output.split("\n").filter((line) => line.startsWith("{"));
  expect([output, lines.length]).toEqual([output, 1]);
  return { code, output, ...(JSON.parse(lines[0] ?? "") as PrintedReport) };
}

/** The reported lines, by address without cdktf's hash. */
const told = (all: readonly { readonly address: string; readonly words: string }[] = []) =>
  all.map(({ address, words }) => `${address} ${words}`.replaceAll(/_[0-9A-F]{8}\b/g, ""));

const ec2 = () => clone.clients(DEV).ec2;
const objects = async () =>
  (await clone.clients(DEV).s3.send(new ListObjectsV2Command({ Bucket: BUCKET }))).Contents ?? [];

const EVERYBODY = [{ CidrIp: "0.0.0.0/0" }];
const SMTP = { IpProtocol: "tcp", FromPort: 25, ToPort: 25, IpRanges: EVERYBODY };

/** Changes AWS by hand, like a person with the AWS CLI. */
async function changeByHand(): Promise<void> {
  const { Vpcs = [] } = await ec2().send(
    new DescribeVpcsCommand({ Filters: [{ Name: "tag:ManagedBy", Values: ["cdktf"] }] }),
  );
  const vpc = Vpcs[0]?.VpcId ?? "";
  const Filters = [{ Name: "vpc-id", Values: [vpc] }];
  await ec2().send(new CreateTagsCommand({ Resources: [vpc], Tags: [{ Key: "Owner", Value: "`somebody` @team" }] }));

  const { RouteTables = [] } = await ec2().send(new DescribeRouteTablesCommand({ Filters }));
  const out = RouteTables.find(({ Routes = [] }) => Routes.some((route) => route.DestinationCidrBlock === "0.0.0.0/0"));
  await ec2().send(new DeleteRouteCommand({ RouteTableId: out?.RouteTableId, DestinationCidrBlock: "0.0.0.0/0" }));

  const { SecurityGroups = [] } = await ec2().send(new DescribeSecurityGroupsCommand({ Filters }));
  webGroup = SecurityGroups.find(({ GroupName }) => GroupName === "dev-irl-galileo-web")?.GroupId ?? "";
  const ssh = { IpProtocol: "tcp", FromPort: 22, ToPort: 22, IpRanges: EVERYBODY };
  await ec2().send(new AuthorizeSecurityGroupIngressCommand({ GroupId: webGroup, IpPermissions: [ssh] }));
  await ec2().send(new AuthorizeSecurityGroupEgressCommand({ GroupId: webGroup, IpPermissions: [SMTP] }));

  const { iam } = clone.clients(DEV);
  await iam.send(
    new AttachRolePolicyCommand({ RoleName: "Operator", PolicyArn: "arn:aws:iam::aws:policy/IAMFullAccess" }),
  );
  await iam.send(new DeleteUserPermissionsBoundaryCommand({ UserName: "terraform-user" }));
}

test("an untouched stack is in sync, a stack never applied is no drift, and the command leaves no file or lock", async () => {
  // The state of a stack that was removed from the code.
  const left = { Bucket: BUCKET, Key: "dev/queue.tfstate" };
  const { s3 } = clone.clients(DEV);
  await s3.send(new PutObjectCommand({ ...left, Body: REMOVED_STACK_STATE }));
  const before = await objects();
  const { code, output } = await clone.run("drift", ...STACKS, "dev-database");
  expect(output).toContain(
    `in AWS, unmanaged:\n  dev-queue: 1 resource in s3://${BUCKET}/dev/queue.tfstate\n  To keep them, `,
  );
  expect(output).toMatch(/\ndev-iam: in sync\n\ndev-network: in sync\n\ndev-database: was never applied\n/);
  expect(output).not.toMatch(/outside the code|not applied yet/);
  expect({ code, output }).toExitWith(0);
  expect(await objects()).toEqual(before); // no state was written, and no lock is left
  await s3.send(new DeleteObjectCommand(left));
  const runs = join(clone.directory, ".cache/drift");
  expect(readdirSync(runs).map((run) => existsSync(join(runs, run, "cdktf.out")))).toEqual([false]);
  expect(readdirSync(runs, { recursive: true, encoding: "utf8" }).filter((file) => file.endsWith(".tfplan"))).toEqual(
    [],
  );
});

describe("resources that no state holds", () => {
  const ACCOUNTS = ["account:dev", "account:prod", "account:master"];
  const names = { user: "intern", group: "by-hand", bucket: "made-by-hand-2222" };

  test("are none in accounts to which only the project was applied", async () => {
    const { code, output } = await clone.run("drift", "--unmanaged", ...ACCOUNTS);
    const clean = ["master", "dev", "prod"].map((name) => `${name}: no resource without a state`);
    expect(output.trim().endsWith(`\n${clean.join("\n\n")}`)).toBe(true);
    expect({ code, output }).toExitWith(0);
  });

  test("are listed after somebody created them, until they are accepted", async () => {
    const { iam, s3 } = clone.clients(DEV);
    const { Vpcs = [] } = await ec2().send(
      new DescribeVpcsCommand({ Filters: [{ Name: "tag:ManagedBy", Values: ["cdktf"] }] }),
    );
    const VpcId = Vpcs[0]?.VpcId;
    const { GroupId = "" } = await ec2().send(
      new CreateSecurityGroupCommand({ VpcId, GroupName: names.group, Description: "by hand" }),
    );
    await iam.send(new CreateUserCommand({ UserName: names.user }));
    await s3.send(
      new CreateBucketCommand({ Bucket: names.bucket, CreateBucketConfiguration: { LocationConstraint: "eu-west-1" } }),
    );
    const found = await clone.run("drift", "--unmanaged", "account:dev");
    expect(found).toExitWith(2);
    expect(found.output).toContain("dev: 3 resources without a state\n");
    expect(found.output).toContain(`\n  aws_iam_user  ${names.user}  us-east-1\n`);
    expect(found.output).toContain(`\n  aws_s3_bucket  ${names.bucket}  eu-west-1\n`);
    expect(found.output).toContain(`\n  aws_security_group  ${GroupId} (${names.group})  eu-west-1\n`);

    const accept = (type: string, id: string) => ({ account: "dev", type, id, reason: "a test" });
    const accepted = [
      accept("aws_iam_user", names.user),
      accept("aws_s3_bucket", "made-by-hand-*"),
      accept("aws_security_group", GroupId),
      accept("aws_iam_role", "nobody"),
    ];
    const file = join(clone.directory, "config/estate.unmanaged.json");
    writeFileSync(file, JSON.stringify(accepted));
    const left = await clone.run("drift", "--unmanaged", "account:dev");
    expect(left).toExitWith(0);
    expect(left.output).toContain("dev: no resource without a state\n  accepted: 3 resources\n");
    expect(left.output).toContain("estate.unmanaged.json: dev has no aws_iam_role nobody that no state holds.");
    rmSync(file);
  });
});

describe("a change made by hand in AWS", () => {
  let found: Awaited<ReturnType<typeof drift>>;

  test("is found and named, and the exit code is 2", async () => {
    await changeByHand();
    found = await drift(...STACKS, "--markdown", "../pages");
    expect(found).toExitWith(2);
    expect(found.commit).toBe(clone.git("rev-parse", "HEAD"));
    const [iam, network] = found.stacks;
    expect(network).toMatchObject({
      stack: "dev-network",
      account: "dev",
      environment: "dev",
      status: "drift",
      unapplied: 0,
    });
    expect(told(network?.differences)).toEqual([
      "aws_route.network_public_internet is deleted in AWS; the code creates it",
      "aws_security_group.security-group_web_group ingress: AWS has tcp 22 from 0.0.0.0/0, the code doesn't",
      'aws_vpc.network_vpc tag Owner: AWS has "`somebody` @team", the code says nothing',
    ]);
    expect(iam).toMatchObject({
      stack: "dev-iam",
      account: "dev",
      environment: null,
      status: "drift",
      unapplied: 0,
      beside: [],
    });
    expect(told(iam?.differences)).toEqual([
      'aws_iam_role_policy_attachments_exclusive.operator_role_no-other-managed policy_arns: AWS has "arn:aws:iam::aws:policy/IAMFullAccess", the code doesn\'t',
      'aws_iam_user.terraform-user permissions_boundary: AWS has nothing, the code says "arn:aws:iam::222222222222:policy/service/terraform-user-boundary"',
    ]);
  });

  test("is found outside the code too, although no plan would change it", () => {
    const network = found.stacks.find(({ stack }) => stack === "dev-network");
    const group = "aws_security_group.security-group_web_group";
    expect(network?.beside).toMatchObject([{ opens: true }]);
    expect(told(network?.beside)).toEqual([`${group} lets ${group} reach 0.0.0.0/0 (everybody) on port 25`]);
  });

  test("is reported on a page for each stack, where values cannot break out of their block", () => {
    expect(readdirSync(join(clone.directory, "../pages")).sort()).toEqual(["dev-iam.md", "dev-network.md"]);
    const page = clone.read("../pages/dev-network.md");
    expect(page).toMatch(/^## dev-network: 4 differences between AWS and the code\n/);
    expect(page).toMatch(
      /\n```text\n(?:[^\n]+\n)*[^\n]*tag Owner: AWS has "`somebody` @team"[^\n]*\n(?:[^\n]+\n)*```\n/,
    );
  });

  test("is reverted by plan and apply, except outside the code, although the state holds it now", async () => {
    await applyAll();
    const { stacks, ...ended } = await drift(...STACKS);
    const repaired = { differences: [], unapplied: 0 };
    expect(stacks).toMatchObject([
      { stack: "dev-iam", status: "in sync", beside: [], ...repaired },
      { stack: "dev-network", status: "drift", beside: [{ opens: true }], ...repaired },
    ]);
    expect(ended).toExitWith(2);
  });
});

test("a repaired stack, code that is not applied yet and a locked stack are reported, and are no drift", async () => {
  await ec2().send(new RevokeSecurityGroupEgressCommand({ GroupId: webGroup, IpPermissions: [SMTP] }));
  const changed = structuredClone<EstateFile>(exampleFile);
  Object.assign(changed.accounts["dev"] ?? {}, { operatorSessionSeconds: 7200 });
  clone.change(changed);
  const Body = JSON.stringify({
    ID: "1",
    Operation: "OperationTypeApply",
    Who: "a@b",
    Version: "1.11.4",
    Created: new Date().toISOString(),
  });
  await clone.clients(DEV).s3.send(new PutObjectCommand({ Bucket: BUCKET, Key: "dev/bootstrap.tfstate.tflock", Body }));
  const { code, output } = await clone.run("drift", "dev-bootstrap", ...STACKS);
  expect(output).toMatch(/\ndev-bootstrap: is locked: held by a@b, for apply, since .* ago\), .*; look again\n/);
  expect(output).toMatch(/\ndev-iam: 1 change of the code is not applied yet: npm run plan -- dev-iam\n/);
  expect(output).toMatch(/\ndev-network: in sync\n/);
  expect({ code, output }).toExitWith(0);
});
