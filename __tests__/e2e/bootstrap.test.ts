import { execFileSync } from "node:child_process";
import { existsSync, readdirSync, readFileSync, statSync } from "node:fs";
import { dirname, join } from "node:path";
import {
  CreateOpenIDConnectProviderCommand,
  CreateRoleCommand,
  GetOpenIDConnectProviderCommand,
  GetRoleCommand,
} from "@aws-sdk/client-iam";
import { ListOpenIDConnectProvidersCommand, ListRolesCommand } from "@aws-sdk/client-iam";
import { CreateVpcCommand } from "@aws-sdk/client-ec2";
import { KMSClient, ListAliasesCommand, paginateListKeys, paginateListResourceTags } from "@aws-sdk/client-kms";
import {
  AcceptHandshakeCommand,
  AttachPolicyCommand,
  CreateOrganizationCommand,
  CreatePolicyCommand,
  EnablePolicyTypeCommand,
  InviteAccountToOrganizationCommand,
  ListRootsCommand,
} from "@aws-sdk/client-organizations";
import {
  CreateBucketCommand,
  DeleteObjectCommand,
  GetBucketVersioningCommand,
  ListBucketsCommand,
  ListObjectVersionsCommand,
  PutBucketTaggingCommand,
  PutBucketVersioningCommand,
  PutObjectCommand,
} from "@aws-sdk/client-s3";
import type { EstateFile } from "../../config/schema";
import { GITLAB, gitlabJobs } from "../support/example-pipelines";
import { startClone, type Clone, type Ended, type Running } from "./support/clone";

/*
 * `npm run bootstrap` on accounts that are empty, hold managed resources, or hold unmanaged ones; and killed at every
 * step.
 */

const people = ["arn:aws:iam::111111111111:user/platform-engineer"];
const team = { operators: people, admins: people, monthlyBudgetUsd: 20 };
const IDS = {
  master: "111111111111",
  bare: "222222222222",
  half: "333333333333",
  cut: "444444444444",
  orphan: "555555555555",
  stopped: "666666666666",
  member: "777777777777",
  foreign: "888888888888",
  lost: "999999999999",
  audience: "101010101010",
  role: "121212121212",
  deleted: "131313131313",
  remote: "141414141414",
};
type Name = keyof typeof IDS;

const OIDC = "https://token.actions.githubusercontent.com";
const bucketOf = (name: Name) => `${IDS[name]}-young-terraform-state`;
const main = (name: Name, more: object = {}) =>
  ({
    kind: "main",
    id: IDS[name],
    email: `aws-${name}@example.com`,
    ...team,
    ...more,
  }) as EstateFile["accounts"][string];

const ESTATE: EstateFile = {
  solution: "young",
  defaultRegion: "eu-west-1",
  chargeCode: "young-1",
  repository: "example-org/aws-estate",
  identityCenter: {},
  accounts: {
    master: { kind: "master", id: IDS.master, email: "aws@example.com", ...team },
    // Without a trail, whose bucket takes a minute: their -iam stacks are applied one after the other.
    bare: main("bare", { trail: false }),
    half: main("half", { trail: false }),
    cut: main("cut", { stateKey: true }),
    orphan: main("orphan"),
    stopped: main("stopped", { stateKey: true }),
    member: { kind: "member", membership: "created", id: IDS.member, email: "aws-member@example.com", ...team },
    foreign: main("foreign"),
    lost: main("lost", { operators: [...people, "group:engineers"] }),
    audience: main("audience"),
    role: main("role"),
    deleted: main("deleted"),
    remote: main("remote", { region: "af-south-1" }),
  },
  environments: {
    bare: { account: "bare", profile: "hardened" },
    half: { account: "half", profile: "hardened" },
  },
};

let clone: Clone;
const births = () => (existsSync(join(clone.directory, "births")) ? readdirSync(join(clone.directory, "births")) : []);
const clients = (name: Name) => {
  const kms = new KMSClient({
    endpoint: clone.url,
    region: "eu-west-1",
    credentials: { accessKeyId: IDS[name], secretAccessKey: "emulator" },
  });
  return { ...clone.clients(IDS[name]), kms };
};

beforeAll(async () => {
  clone = await startClone("bootstrap", { estate: ESTATE });
});
afterAll(() => clone.stop());

const bootstrap = (...args: string[]): Promise<Ended> => clone.run("bootstrap", ...args);

/** Counts the resources of a bootstrap stack that an account has. */
async function counted(name: Name) {
  const { s3, iam, kms } = clients(name);
  const { Buckets = [] } = await s3.send(new ListBucketsCommand({}));
  const { OpenIDConnectProviderList: providers = [] } = await iam.send(new ListOpenIDConnectProvidersCommand({}));
  const { Roles = [] } = await iam.send(new ListRolesCommand({}));
  const { Aliases = [] } = await kms.send(new ListAliasesCommand({}));
  let keys = 0;
  for await (const { Keys = [] } of paginateListKeys({ client: kms }, {})) {
    for (const { KeyId } of Keys) {
      for await (const { Tags = [] } of paginateListResourceTags({ client: kms }, { KeyId })) {
        if (Tags.some(({ TagKey, TagValue }) => TagKey === "Stack" && TagValue === `${name}-bootstrap`)) keys += 1;
      }
    }
  }
  const aliases = Aliases.filter(({ AliasName }) => AliasName === "alias/young-terraform-state").length;
  const roles = Roles.map(({ RoleName = "" }) => RoleName).filter((role) => role.startsWith("young-"));
  return {
    buckets: Buckets.map((bucket) => bucket.Name),
    providers: providers.length,
    roles: roles.sort(),
    keys,
    aliases,
  };
}

const NOTHING = { buckets: [], providers: 0, roles: [], keys: 0, aliases: 0 };
const oneOfEach = (name: Name, keys = 0) => ({
  buckets: [bucketOf(name)],
  providers: 1,
  roles: expect.arrayContaining(["young-pipeline-apply-account", "young-pipeline-plan"]) as unknown,
  keys,
  aliases: keys,
});

/** Checks that the bucket is versioned, holds the state and no lock, and that no local state is left. */
async function expectMoved(name: Name): Promise<void> {
  const { s3 } = clients(name);
  const Bucket = bucketOf(name);
  expect((await s3.send(new GetBucketVersioningCommand({ Bucket }))).Status).toBe("Enabled");
  const { Versions = [], DeleteMarkers = [] } = await s3.send(new ListObjectVersionsCommand({ Bucket }));
  expect(Versions.map(({ Key, IsLatest }) => ({ Key, IsLatest }))).toEqual([
    { Key: `${name}/bootstrap.tfstate`, IsLatest: true },
  ]);
  expect(DeleteMarkers).toEqual([]); // no lock was ever taken there
  expect(births().filter((file) => file.includes(IDS[name]))).toEqual([]);
}

test("a dry run on a bare account lists everything and changes nothing; bootstrap applies it; a second run applies nothing", async () => {
  const dry = await bootstrap("bare", "--dry-run");
  expect(dry.output).toContain(
    [
      `bare (${IDS.bare}): would be bootstrapped`,
      "  identity  the credentials are of this account",
      `  create    the bucket ${bucketOf("bare")}`,
      `  create    the OIDC provider ${OIDC}`,
      "  create    the role young-pipeline-apply-account",
    ].join("\n"),
  );
  expect(dry.output).toMatch(/ {2}total {5}(\d+) to create, 0 to adopt, of \1 resources\n/);
  expect(dry).toExitWith(0);
  expect(await counted("bare")).toEqual(NOTHING);
  expect(existsSync(join(clone.directory, "births"))).toBe(false);

  const first = await bootstrap("bare", "member");
  expect(first.output).toContain(`bare (${IDS.bare}): bootstrapped\n  created   the bucket ${bucketOf("bare")}\n`);
  expect(first.output).toContain("next: npm run plan -- bare-iam member-iam (docs/first-day.md)");
  expect(first).toExitWith(0);
  for (const name of ["bare", "member"] as const) {
    expect(await counted(name)).toEqual(oneOfEach(name));
    await expectMoved(name);
  }

  const second = await bootstrap("bare");
  expect(second.output).toContain(`bare (${IDS.bare}): already bootstrapped\n`);
  expect(second.output).not.toMatch(/bootstrap +(planning|applying)/);
  expect(second).toExitWith(0);
  await expectMoved("bare");
});

test("the jobs of the GitLab example plan with the plan role, by the token in ESTATE_ID_TOKEN, and get an apply role", () => {
  const jobs = gitlabJobs(GITLAB);
  // Without npm, which would install into the clone, and without a remote.
  const job = (name: string) =>
    (jobs.find((each) => each.name === name)?.script ?? "")
      .replaceAll(/npm run (\w+) -- /g, "node --require ./tools/support/typescript.cjs tools/cli/$1.ts ")
      .replaceAll(/\bdev\b/g, "bare")
      .replaceAll(/^.*ls-remote.*$/gm, "");
  const config = join(dirname(clone.directory), "gitlab-aws-config");
  const env = { ESTATE_ACCESS: "direct", ESTATE_PROFILE: "{account}", ESTATE_OUTPUTS: "handover/outputs.env" };
  const run = (script: string) =>
    execFileSync("bash", ["-e", "-c", `mkdir -p handover\n${script}`], {
      cwd: clone.directory,
      env: { ...clone.environment, ...env, ESTATE_ID_TOKEN: "a.b.c", AWS_CONFIG_FILE: config },
      encoding: "utf8",
    });
  const planned = run(job("check dev"));
  expect(planned).toMatch(/bare-network: \d+ to create/);
  expect(readFileSync(config, "utf8")).toContain(`web-identity.mjs arn:aws:iam::${IDS.bare}:role/young-pipeline-plan`);
  expect(clone.read("handover/outputs.env")).toMatch(
    /^stacks=.*\bbare-network\b.*\ncount=[1-9]\d*\nwaiting=.*\nplan=\d{8}T\d{6}Z-[0-9a-f]{40}\n$/,
  );
  run(
    job("apply dev")
      .split("\n")
      .find((line) => line.includes("--deployment")) ?? "",
  );
  expect(readFileSync(config, "utf8")).toContain(`arn:aws:iam::${IDS.bare}:role/young-pipeline-apply-bare`);
});

test("a dry run refuses an account that has not enabled a region, with the command that enables it", async () => {
  const turn = (way: "enable" | "disable") =>
    fetch(`${clone.url}/${way}Region`, {
      method: "POST",
      headers: {
        Authorization: `AWS4-HMAC-SHA256 Credential=${IDS.remote}/20260101/us-east-1/account/aws4_request, SignedHeaders=host, Signature=none`,
      },
      body: JSON.stringify({ RegionName: "af-south-1" }),
    });
  expect((await turn("disable")).status).toBe(200);
  const { code, output } = await bootstrap("remote", "--dry-run");
  expect(output).toContain(
    `remote-bootstrap: af-south-1 must be enabled in the account ${IDS.remote}, but AWS knows the credentials in us-east-1 only. ` +
      "Run aws account enable-region --region-name af-south-1 with credentials of the account",
  );
  expect(output).not.toMatch(/^\s+at /m);
  expect({ code, output }).toExitWith(1);
  await turn("enable");
  const enabled = await bootstrap("remote", "--dry-run");
  expect(enabled.output).toContain(`remote (${IDS.remote}): would be bootstrapped`);
  expect(enabled).toExitWith(0);
});

describe("resources that exist already", () => {
  test("are refused if the project does not manage them, each with a remedy, and nothing is created", async () => {
    const create = (name: Name, Bucket: string) =>
      clients(name).s3.send(
        new CreateBucketCommand({ Bucket, CreateBucketConfiguration: { LocationConstraint: "eu-west-1" } }),
      );
    await create("master", bucketOf("foreign"));
    const tags = { Solution: "young", ManagedBy: "cdktf" };
    const TagSet = (name: Name) =>
      Object.entries({ ...tags, Stack: `${name}-bootstrap` }).map(([Key, Value]) => ({ Key, Value }));
    for (const [name, keys] of [
      ["lost", ["lost/iam.tfstate", "lost/iam.tfstate.tflock"]],
      ["deleted", ["deleted/bootstrap.tfstate"]],
    ] as const) {
      await create(name, bucketOf(name));
      await clients(name).s3.send(
        new PutBucketTaggingCommand({ Bucket: bucketOf(name), Tagging: { TagSet: TagSet(name) } }),
      );
      await clients(name).s3.send(
        new PutBucketVersioningCommand({ Bucket: bucketOf(name), VersioningConfiguration: { Status: "Enabled" } }),
      );
      for (const Key of keys)
        await clients(name).s3.send(new PutObjectCommand({ Bucket: bucketOf(name), Key, Body: "any" }));
    }
    await clients("deleted").s3.send(
      new DeleteObjectCommand({ Bucket: bucketOf("deleted"), Key: "deleted/bootstrap.tfstate" }),
    );
    const provider = {
      Url: OIDC,
      ThumbprintList: ["a".repeat(40)],
      ClientIDList: ["sts.amazonaws.com", "https://github.com/others"],
    };
    await clients("audience").iam.send(new CreateOpenIDConnectProviderCommand(provider));
    const trust = {
      Version: "2012-10-17",
      Statement: [{ Effect: "Allow", Principal: { AWS: "arn:aws:iam::999999999999:root" }, Action: "sts:AssumeRole" }],
    };
    const AssumeRolePolicyDocument = JSON.stringify(trust);
    await clients("role").iam.send(
      new CreateRoleCommand({ RoleName: "young-pipeline-plan", AssumeRolePolicyDocument }),
    );
    const names = ["foreign", "lost", "deleted", "audience", "role"] as const;
    const before = await Promise.all(names.map(counted));

    for (const flags of [["--dry-run"], []]) {
      const { code, output } = await bootstrap(...names, ...flags);
      expect(output).toContain(`foreign-bootstrap: the bucket ${bucketOf("foreign")} belongs to another account`);
      expect(output).toContain(
        `lost-bootstrap: the bucket ${bucketOf("lost")} contains states (lost/iam.tfstate), but never contained lost/bootstrap.tfstate`,
      );
      expect(output).toContain(
        "audience-bootstrap: the audiences of the OIDC provider https://token.actions.githubusercontent.com must be",
      );
      expect(output).toContain("got also https://github.com/others: an apply would remove them");
      expect(output).toContain("role-bootstrap: the role young-pipeline-plan exists, but this stack did not create it");
      expect(output).not.toMatch(/^\s+at /m);
      expect({ code, output }).toExitWith(1);
    }
    expect(await Promise.all(names.map(counted))).toEqual(before);
    expect(births()).toEqual([]);
  });

  test("are neither read nor created with another account's credentials", async () => {
    const { code, output } = await bootstrap("half", "--profile", "bare");
    expect(output).toContain(`the credentials for half-bootstrap must be of the account ${IDS.half}, got ${IDS.bare}`);
    expect(output).not.toMatch(/^\s+at /m);
    expect({ code, output }).toExitWith(1);
    const none = await bootstrap("half", "--profile", "nobody");
    expect(none.output).toMatch(
      /^half-bootstrap: .*\bnobody has no credentials.*; expected credentials of the account 333333333333: --profile <name>, or AWS_PROFILE$/m,
    );
    expect(none).toExitWith(1);
    expect(await counted("half")).toEqual(NOTHING);
  });

  test("are adopted: an empty bucket without tags, the account's OIDC provider, a role of this stack", async () => {
    const { s3, iam } = clients("half");
    await s3.send(
      new CreateBucketCommand({
        Bucket: bucketOf("half"),
        CreateBucketConfiguration: { LocationConstraint: "eu-west-1" },
      }),
    );
    const provider = { Url: OIDC, ThumbprintList: ["a".repeat(40)], ClientIDList: ["sts.amazonaws.com"] };
    const { OpenIDConnectProviderArn } = await iam.send(new CreateOpenIDConnectProviderCommand(provider));
    const tags = { Solution: "young", ManagedBy: "cdktf", Stack: "half-bootstrap" };
    const AssumeRolePolicyDocument = JSON.stringify({
      Version: "2012-10-17",
      Statement: [{ Effect: "Allow", Principal: { AWS: "arn:aws:iam::999999999999:root" }, Action: "sts:AssumeRole" }],
    });
    const Tags = Object.entries(tags).map(([Key, Value]) => ({ Key, Value }));
    await iam.send(new CreateRoleCommand({ RoleName: "young-pipeline-plan", AssumeRolePolicyDocument, Tags }));

    const dry = await bootstrap("half", "--dry-run");
    expect(dry.output).toMatch(/ {2}total {5}\d+ to create, 3 to adopt, of \d+ resources\n/);
    const { code, output } = await bootstrap("half");
    for (const what of [`the bucket ${bucketOf("half")}`, `the OIDC provider ${OIDC}`, "the role young-pipeline-plan"])
      expect(output).toContain(`  adopted   ${what}\n`);
    expect({ code, output }).toExitWith(0);
    expect(await counted("half")).toEqual(oneOfEach("half"));
    await expectMoved("half");
    const adopted = await iam.send(new GetOpenIDConnectProviderCommand({ OpenIDConnectProviderArn }));
    expect(adopted.Tags).toContainEqual({ Key: "Stack", Value: "half-bootstrap" });
    // It no longer trusts its former principals.
    const { Role } = await iam.send(new GetRoleCommand({ RoleName: "young-pipeline-plan" }));
    expect(decodeURIComponent(Role?.AssumeRolePolicyDocument ?? "")).not.toContain("999999999999");
  });
});

test("two main accounts are applied by the commands that each command names, in promotion order", async () => {
  /** Runs the command that the output names last. */
  const next = ({ output }: Ended): Promise<Ended> => {
    const [, script = "", args = ""] = [...output.matchAll(/npm run (\w+) -- ([\w/ -]+)/g)].at(-1) ?? [];
    return clone.run(script, ...args.trim().split(" "));
  };
  // Alone, the later one is refused by promotion: the plan says so, and names the earlier one.
  const alone = await clone.run("plan", "half-iam");
  expect(alone.output).toMatch(/this plan cannot be applied:\n {2}half-iam: bare-iam must be applied first/);
  expect(alone.output).toContain("\nto apply first: npm run plan -- bare-iam\n");

  const bootstrapped = await bootstrap("bare", "half");
  expect(bootstrapped.output).toContain("next: npm run plan -- bare-iam half-iam (docs/first-day.md)");
  const planned = await next(bootstrapped);
  expect(planned.output).toContain("\napply exactly this plan: npm run apply -- plans/");
  expect(planned).toExitWith(2);
  const applied = await next(planned);
  expect(applied.output).toContain("\napplied: bare-iam, half-iam");
  expect(applied.output.search(/bare-iam +applied/)).toBeLessThan(applied.output.search(/half-iam +applying/));
  expect(applied).toExitWith(0);
  expect((await clone.run("promotions")).output).not.toMatch(/(bare|half)-iam waits/);
});

describe("a dry run finds what would make first applies fail", () => {
  /** The account joins an organization of the master account, which denies it an action. */
  async function joinOrganization(name: Name, denied: string): Promise<void> {
    const { organizations } = clients("master");
    await organizations.send(new CreateOrganizationCommand({ FeatureSet: "ALL" }));
    const { Roots: [root] = [] } = await organizations.send(new ListRootsCommand({}));
    const PolicyType = "SERVICE_CONTROL_POLICY";
    await organizations.send(new EnablePolicyTypeCommand({ RootId: root?.Id, PolicyType }));
    const { Handshake } = await organizations.send(
      new InviteAccountToOrganizationCommand({ Target: { Id: IDS[name], Type: "ACCOUNT" } }),
    );
    await clients(name).organizations.send(new AcceptHandshakeCommand({ HandshakeId: Handshake?.Id }));
    const Content = JSON.stringify({
      Version: "2012-10-17",
      Statement: [{ Sid: "Frozen", Effect: "Deny", Action: denied, Resource: "*" }],
    });
    const { Policy } = await organizations.send(
      new CreatePolicyCommand({ Name: "freeze", Description: "", Type: PolicyType, Content }),
    );
    await organizations.send(new AttachPolicyCommand({ PolicyId: Policy?.PolicySummary?.Id, TargetId: IDS[name] }));
  }

  test("a taken role name, a passed quota, a denied action and a missing Identity Center, in accounts that are applied in part", async () => {
    const { iam, ec2 } = clients("half");
    const RoleName = "half-irl-young-deployment";
    const trust = { Version: "2012-10-17", Statement: [{ Effect: "Deny", Principal: "*", Action: "sts:AssumeRole" }] };
    await iam.send(new CreateRoleCommand({ RoleName, AssumeRolePolicyDocument: JSON.stringify(trust) }));
    for (const second of [1, 2, 3, 4, 5]) await ec2.send(new CreateVpcCommand({ CidrBlock: `10.${second}.0.0/16` }));
    await joinOrganization("half", "ec2:CreateVpc");
    clone.change({ ...ESTATE, identityCenter: { region: "eu-central-1" } });

    const { code, output } = await bootstrap("half", "master", "--dry-run");
    const [, half = "", master = ""] = output.split(/^(?=half \(|master \()/m).sort();
    expect(half).toMatch(/^ {2}taken {5}half-application: the role half-irl-young-deployment exists\. Delete it /m);
    expect(half.match(/^ {2}taken /gm)).toHaveLength(1); // what half-iam and half-bootstrap hold is theirs
    expect(half).toMatch(/^ {12}VPCs in eu-west-1 +[56] +1 +5 {2}passed$/m);
    expect(half).toMatch(
      /^ {2}policy {4}ec2:CreateVpc in eu-west-1 \(half-network\): denied by statement Frozen of the service control policy freeze \(p-\w+ at 333333333333\)$/m,
    );
    expect(half).toMatch(/: 3 problems, 0 unknown$/m);
    expect(master).toMatch(/^ {2}sign-in {3}master-identity: IAM Identity Center is not on in eu-central-1, /m);
    expect(master).toContain("master-organization: the account has the organization o-");
    expect({ code, output }).toExitWith(1);
  });

  test("a group that IAM Identity Center lacks", async () => {
    const accounts = { ...ESTATE.accounts, lost: main("lost", { operators: [...people, "group:designers"] }) };
    clone.change({ ...ESTATE, accounts });
    const { code, output } = await bootstrap("master", "--dry-run");
    expect(output).toContain("  sign-in   master-identity: IAM Identity Center has no group designers. ");
    expect(output).toContain(" 2 names of IAM Identity Center: ");
    expect({ code, output }).toExitWith(1);
    clone.change(ESTATE);
  });
});

describe("killed and run again", () => {
  /** A process and its descendants. */
  function tree(pid: number): number[] {
    const all = execFileSync("ps", ["-A", "-o", "pid=,ppid="], { encoding: "utf8" })
      .trim()
      .split("\n")
      .map((line) => line.trim().split(/\s+/).map(Number));
    const below = (parent: number): number[] => [
      parent,
      ...all.filter(([, of]) => of === parent).flatMap(([child = 0]) => below(child)),
    ];
    return below(pid);
  }

  /** Kills like a power cut: Terraform and its providers too. */
  function cut({ process: { pid = 0 } }: Running): void {
    for (const each of tree(pid)) process.kill(each, "SIGKILL");
  }

  const says = (running: Running, name: Name, phase: string) => running.says(new RegExp(`${name}-bootstrap +${phase}`));

  /** The three run at the same time, because each waits most of its time. */
  let scenarios: Record<"cut" | "orphan" | "stopped", Promise<unknown>>;
  const settled = async (scenario: () => Promise<void>): Promise<unknown> =>
    scenario().catch((error: unknown) => error);
  beforeAll(() => {
    scenarios = { cut: settled(powerCuts), orphan: settled(orphans), stopped: settled(interrupt) };
  });

  async function expectWhole(name: Name, keys = 0): Promise<void> {
    const { code, output } = await bootstrap(name);
    expect(output).toMatch(new RegExp(`${name} \\(${IDS[name]}\\): bootstrapped\\n`));
    expect({ code, output }).toExitWith(0);
    expect(await counted(name)).toEqual(oneOfEach(name, keys));
    await expectMoved(name);
  }

  async function powerCuts(): Promise<void> {
    for (const phase of ["looking", "planning", "applying", "applying", "moving state", "verifying"]) {
      const running = clone.start("bootstrap", "cut");
      await says(running, "cut", phase);
      if (phase === "moving state") {
        const mode = (file: string) => statSync(join(clone.directory, "births", file)).mode & 0o777;
        expect([mode("."), mode(`${IDS.cut}-cut-bootstrap.tfstate`)]).toEqual([0o700, 0o600]);
      }
      cut(running);
      await running.ended;
    }
    await expectWhole("cut", 1);
  }

  async function orphans(): Promise<void> {
    // After the first one nothing is left to apply: the surviving Terraform did it.
    for (const phase of ["planning", "moving state", "verifying"]) {
      const running = clone.start("bootstrap", "orphan");
      await says(running, "orphan", phase);
      running.process.kill("SIGKILL");
      await running.ended;
      expect(running.output()).not.toContain("failed");
    }
    await expectWhole("orphan");
  }

  async function interrupt(): Promise<void> {
    const running = clone.start("bootstrap", "stopped");
    await says(running, "stopped", "applying");
    running.process.kill("SIGINT");
    const interrupted = await running.ended;
    expect(interrupted.output).toContain("local, do not delete it: births/");
    expect(interrupted).toExitWith(130);
    await expectWhole("stopped", 1);
  }

  test.each([
    ["by power cuts, after each step: it ends well, and nothing is there twice", "cut"],
    ["while Terraform lives on: the next run waits for it, and takes what it made", "orphan"],
    ["by Ctrl-C in the middle of an apply: what was being made is kept, not made again", "stopped"],
  ] as const)("%s", async (_, scenario) => {
    expect(await scenarios[scenario]).toBeUndefined();
  });
});
