import { chmodSync, copyFileSync, mkdtempSync, readdirSync, readFileSync, renameSync, rmSync, statSync, symlinkSync, writeFileSync } from "node:fs"; // prettier-ignore
import { tmpdir } from "node:os";
import { join } from "node:path";
import { DescribeTrailsCommand } from "@aws-sdk/client-cloudtrail";
import {
  DescribeNetworkAclsCommand,
  DescribeRouteTablesCommand,
  DescribeSecurityGroupRulesCommand,
  DescribeSubnetsCommand,
  DescribeVpcEndpointsCommand,
  DescribeVpcsCommand,
} from "@aws-sdk/client-ec2";
import { ListRulesCommand } from "@aws-sdk/client-eventbridge";
import { GetAccountAuthorizationDetailsCommand } from "@aws-sdk/client-iam";
import {
  CreateAccountCommand,
  DescribeAccountCommand,
  DescribeCreateAccountStatusCommand,
  InviteAccountToOrganizationCommand,
  ListAccountsCommand,
  ListHandshakesForOrganizationCommand,
  ListRootsCommand,
} from "@aws-sdk/client-organizations";
import {
  CreateBucketCommand,
  DeleteObjectCommand,
  GetBucketLifecycleConfigurationCommand,
  GetObjectCommand,
  ListBucketsCommand,
  ListObjectVersionsCommand,
  PutBucketLifecycleConfigurationCommand,
  PutObjectCommand,
} from "@aws-sdk/client-s3";
import { ListSubscriptionsCommand } from "@aws-sdk/client-sns";
import exampleFile from "../../config/example";
import { type Emulator, startEmulator, turnOnIdentityCenter } from "../../tools/emulator/emulator";
import { clientsFor, type Clients } from "../../tools/rehearsal/clients";
import { stackEnvironment } from "../../tools/rehearsal/rehearse";
import { planStacks } from "../../tools/terraform/plan-stacks";
import { SHARED_STACKS, SNAPSHOTS } from "./support/applied-estate";
import { startWorkplace, type Workplace } from "./support/workplace";

/* A snapshot is the whole state of an emulator: a new process that loads it answers like the one that saved it. */

const LAW = `law-${process.pid}`;
const folder = mkdtempSync(join(tmpdir(), "snapshots-"));
const started: Emulator[] = [];

let workplace: Workplace;
/** A process that has loaded what the workplace's emulator saved. */
let second: Emulator;
/** A process that has loaded what `second` saved. */
let third: Emulator;
let before: object[];

async function start(snapshots?: string, without: readonly string[] = []): Promise<Emulator> {
  const logFile = join(folder, `${started.length}.log`);
  const emulator = await startEmulator({ logFile, source: workplace.tools.emulator, snapshots, without });
  started.push(emulator);
  return emulator;
}

beforeAll(async () => {
  workplace = await startWorkplace("snapshots", { estate: exampleFile, applied: SHARED_STACKS });
  await writeThreeVersions();
  await invitePeople();
  before = await everything(workplace.url); // also makes what moto creates when an account is first read
  await workplace.emulator.save(LAW);
  [second, third] = [await start(SNAPSHOTS), await start(SNAPSHOTS)];
  await second.load(LAW);
  await second.save(`${LAW}-again`);
  await third.load(`${LAW}-again`);
});

afterAll(async () => {
  for (const name of [LAW, `${LAW}-again`]) rmSync(join(SNAPSHOTS, name), { force: true });
  await Promise.all(started.map((emulator) => emulator.stop()));
  await workplace.stop();
  rmSync(folder, { recursive: true, force: true });
});

/** A state's versions: two that are written, and the mark of its deletion. Its bucket gets a lifecycle rule. */
async function writeThreeVersions(): Promise<void> {
  const master = workplace.estate.accounts.find(({ kind }) => kind === "master");
  const { id = "none", region = "none", stateBucket: Bucket } = master ?? {};
  const { s3 } = clientsFor(workplace.url, id, region);
  const Key = "three-versions.tfstate";
  for (const Body of ["first", "second"]) await s3.send(new PutObjectCommand({ Bucket, Key, Body }));
  await s3.send(new DeleteObjectCommand({ Bucket, Key }));
  const rule = { ID: "old", Status: "Enabled", Filter: { Prefix: "" } } as const;
  const NoncurrentVersionExpiration = { NoncurrentDays: 90, NewerNoncurrentVersions: 100 };
  const LifecycleConfiguration = { Rules: [{ ...rule, NoncurrentVersionExpiration }] };
  await s3.send(new PutBucketLifecycleConfigurationCommand({ Bucket, LifecycleConfiguration }));
}

/** IAM Identity Center with an assignment, which makes a role in a member, and an invitation to the organization. */
async function invitePeople(): Promise<void> {
  const { id = "none", region = "none" } = workplace.estate.accounts.find(({ kind }) => kind === "master") ?? {};
  const users = ["lead@example.com"];
  await turnOnIdentityCenter(workplace.url, { account: id, region, groups: ["leads"], users });
  const { instance, groups } = await peopleIn(workplace.url, id, region);
  const created = await identityCenter(workplace.url, id, region, "CreatePermissionSet", {
    ...instance,
    Name: "Operator",
  });
  await identityCenter(workplace.url, id, region, "CreateAccountAssignment", {
    ...{ ...instance, PermissionSetArn: (created["PermissionSet"] as { PermissionSetArn: string }).PermissionSetArn },
    ...{ TargetType: "AWS_ACCOUNT", TargetId: id, PrincipalType: "GROUP", PrincipalId: groups[0]?.GroupId },
  });
  const { organizations } = clientsFor(workplace.url, id, region);
  const Target = { Id: "123456789012", Type: "ACCOUNT" } as const;
  await organizations.send(new InviteAccountToOrganizationCommand({ Target }));
}

/** Asks IAM Identity Center or its identity store, whose SDKs the project does not have. */
async function identityCenter(url: string, id: string, region: string, operation: string, body: object) {
  const [service, prefix] =
    "IdentityStoreId" in body ? ["identitystore", "AWSIdentityStore"] : ["sso", "SWBExternalService"];
  const response = await fetch(url, {
    method: "POST",
    body: JSON.stringify(body),
    headers: {
      Authorization: `AWS4-HMAC-SHA256 Credential=${id}/20260101/${region}/${service}/aws4_request, SignedHeaders=host, Signature=0`,
      "Content-Type": "application/x-amz-json-1.1",
      "X-Amz-Target": `${prefix}.${operation}`,
    },
  });
  return (await response.json()) as Record<string, unknown>;
}

async function peopleIn(url: string, id: string, region: string) {
  const ask = (operation: string, body: object) => identityCenter(url, id, region, operation, body);
  const { Instances } = await ask("ListInstances", {});
  const [{ InstanceArn, IdentityStoreId } = {}] = Instances as { InstanceArn?: string; IdentityStoreId?: string }[];
  const { Groups } = await ask("ListGroups", { IdentityStoreId });
  const { Users } = await ask("ListUsers", { IdentityStoreId });
  const provisioned = { InstanceArn, AccountId: id };
  const { PermissionSets } = await ask("ListPermissionSetsProvisionedToAccount", provisioned);
  return { instance: { InstanceArn }, groups: Groups as { GroupId: string }[], Users, PermissionSets };
}

/** What each service answers about an account in its region and in us-east-1. */
const READS: readonly ((clients: Clients) => Promise<object>)[] = [
  ({ cloudtrail }) => cloudtrail.send(new DescribeTrailsCommand({})),
  ({ ec2 }) => ec2.send(new DescribeVpcsCommand({})),
  ({ ec2 }) => ec2.send(new DescribeSubnetsCommand({})),
  ({ ec2 }) => ec2.send(new DescribeRouteTablesCommand({})),
  ({ ec2 }) => ec2.send(new DescribeNetworkAclsCommand({})),
  ({ ec2 }) => ec2.send(new DescribeSecurityGroupRulesCommand({})),
  ({ ec2 }) => ec2.send(new DescribeVpcEndpointsCommand({})),
  ({ events }) => events.send(new ListRulesCommand({})),
  ({ iam }) => iam.send(new GetAccountAuthorizationDetailsCommand({ Filter: ["User", "Role", "LocalManagedPolicy"] })),
  ({ sns }) => sns.send(new ListSubscriptionsCommand({})),
];

async function everything(url: string): Promise<object[]> {
  const answers: object[] = [];
  for (const { id, region, kind, stateBucket } of workplace.estate.accounts) {
    for (const clients of [region, "us-east-1"].map((name) => clientsFor(url, id, name)))
      for (const read of READS) answers.push(await read(clients));
    const { organizations, s3 } = clientsFor(url, id, region);
    if (kind === "master")
      answers.push(
        await s3.send(new GetBucketLifecycleConfigurationCommand({ Bucket: stateBucket })),
        await organizations.send(new ListAccountsCommand({})),
        await organizations.send(new ListRootsCommand({})),
        await organizations.send(new ListHandshakesForOrganizationCommand({})),
        await peopleIn(url, id, region),
      );
    const names = ((await s3.send(new ListBucketsCommand({}))).Buckets ?? []).map(({ Name = "" }) => Name);
    answers.push(names);
    // Each read of a trail's bucket writes to its access log.
    for (const Bucket of names.filter((name) => !name.endsWith("-trail-access"))) {
      const { Versions = [], DeleteMarkers = [] } = await s3.send(new ListObjectVersionsCommand({ Bucket }));
      answers.push([Bucket, DeleteMarkers]);
      for (const version of Versions) {
        const { Key, VersionId } = version;
        const { Body } = await s3.send(new GetObjectCommand({ Bucket, Key, VersionId }));
        answers.push([version, await Body?.transformToString()]);
      }
    }
  }
  return answers.map((answer) => inOneOrder({ ...answer, $metadata: undefined }) as object);
}

/** Sorts all lists: AWS promises no order, and the emulator keeps some of them as sets. */
function inOneOrder(value: unknown): unknown {
  if (Array.isArray(value)) return value.map((each) => JSON.stringify(inOneOrder(each))).sort();
  if (typeof value !== "object" || value === null || value instanceof Date) return value;
  return Object.fromEntries(Object.entries(value).map(([name, each]) => [name, inOneOrder(each)]));
}

test("the AWS clients read the same in each process, in every account, states and their versions included", async () => {
  expect(JSON.stringify(before).length).toBeGreaterThan(300_000);
  expect(JSON.stringify(before)).toMatch(/NewerNoncurrentVersions[\\"]+:100/);
  expect(JSON.stringify(before)).toMatch(/AWSReservedSSO_Operator_[^]*permissionSet\/ssoins-/);
  expect(await everything(second.url)).toEqual(before);
  expect(await everything(third.url)).toEqual(before);
});

test("every stack's plan is empty in the process that loaded it last", async () => {
  const env = stackEnvironment(third.url, workplace.estate, workplace.tools);
  const stacks = SHARED_STACKS.map((id) => workplace.stack(id));
  const planned = await planStacks(stacks, { ...workplace.run, env, noteOf: () => "" });
  const outcomes = Object.fromEntries(planned.map(({ stack, status }) => [stack.id, status]));
  expect(outcomes).toEqual(Object.fromEntries(SHARED_STACKS.map((id) => [id, "no changes"])));
});

test("a process that loaded it gives the next accounts the ids that the estate expects, and refuses an address twice", async () => {
  const { organizations } = clientsFor(third.url, "111111111111", "eu-west-1");
  const again = { AccountName: "again", Email: "aws-dev-analytics@example.com" };
  const { CreateAccountStatus } = await organizations.send(new CreateAccountCommand(again));
  const status = await organizations.send(
    new DescribeCreateAccountStatusCommand({ CreateAccountRequestId: CreateAccountStatus?.Id }),
  );
  expect(status.CreateAccountStatus).toMatchObject({ State: "FAILED", FailureReason: "EMAIL_ALREADY_EXISTS" });
  const known = await organizations.send(new DescribeAccountCommand({ AccountId: "666666666666" }));
  expect(known.Account?.Email).toBe("aws-dev-analytics@example.com");
});

test("what one process changes after loading is not changed in another, and loading again takes it back", async () => {
  const buckets = async ({ url }: Emulator) =>
    (await clientsFor(url, "111111111111", "eu-west-1").s3.send(new ListBucketsCommand({}))).Buckets?.length;
  const before = await buckets(second);
  const { Bucket, s3 } = { Bucket: "one-more", s3: clientsFor(second.url, "111111111111", "us-east-1").s3 };
  await s3.send(new CreateBucketCommand({ Bucket }));
  expect([await buckets(second), await buckets(third)]).toEqual([Number(before) + 1, before]);
  await second.load(LAW);
  expect(await buckets(second)).toBe(before);
});

describe("a snapshot", () => {
  const own = join(folder, "own");
  let emulator: Emulator;

  beforeAll(async () => {
    emulator = await start(own);
    await emulator.save("one");
  });

  test("is a file that only its owner can read, in such a folder, and no draft is left", () => {
    expect([own, join(own, "one")].map((path) => statSync(path).mode & 0o777)).toEqual([0o700, 0o600]);
    expect(readdirSync(own)).toEqual(["one"]);
  });

  test("of another version of the emulator is refused before it is read", async () => {
    const [key = "", ...rest] = readFileSync(join(own, "one"), "latin1").split("\n");
    writeFileSync(join(own, "other"), [key.replace(/^./, "x"), ...rest].join("\n"), {
      encoding: "latin1",
      mode: 0o600,
    });
    await expect(emulator.load("other")).rejects.toThrow(/must be of this emulator's version, got another version's/);
    const unpatched = await start(own, ["budgets"]);
    await expect(unpatched.load("one")).rejects.toThrow(/must be of this emulator's version/);
  });

  test.each([
    ["that others can write", () => { chmodSync(join(own, "two"), 0o622); }], // prettier-ignore
    ["in a folder that others can read", () => { chmodSync(own, 0o755); }], // prettier-ignore
    [
      "behind a link",
      () => {
        renameSync(join(own, "two"), join(folder, "elsewhere"));
        symlinkSync(join(folder, "elsewhere"), join(own, "two"));
      },
    ],
    ["that does not exist", () => { rmSync(join(own, "two")); }], // prettier-ignore
  ])("%s is refused", async (_, change) => {
    copyFileSync(join(own, "one"), join(own, "two"));
    chmodSync(join(own, "two"), 0o600);
    await emulator.load("two");
    change();
    await expect(emulator.load("two")).rejects.toThrow(/does not load a snapshot: HTTP 400, .* must /);
    chmodSync(own, 0o700);
    rmSync(join(own, "two"), { force: true });
  });

  test("outside the folder of the snapshots is refused, and so is every one if the emulator was started without", async () => {
    await expect(emulator.load("..%2fone")).rejects.toThrow(/name of a snapshot must be lower-case letters/);
    await expect(second.load("../accounts")).rejects.toThrow();
    const none = await start();
    await expect(none.save("one")).rejects.toThrow(/snapshots need a folder/);
  });
});
