import { DescribeSecurityGroupsCommand, DescribeVpcsCommand } from "@aws-sdk/client-ec2";
import { ListPoliciesCommand, ListRolesCommand } from "@aws-sdk/client-iam";
import { DescribeDBInstancesCommand } from "@aws-sdk/client-rds";
import { GetObjectCommand, ListBucketsCommand, ListObjectsV2Command } from "@aws-sdk/client-s3";
import type { EstateFile } from "../../config/schema";
import { clientsFor } from "../../tools/rehearsal/clients";
import { environmentProofs } from "../../tools/rehearsal/environment-proofs";
import { tryProofs } from "../../tools/rehearsal/proof";
import { applyStacks, type ApplyReport } from "../../tools/rehearsal/apply-stacks";
import { destroyStacks } from "../../tools/rehearsal/destroy-stacks";
import { planStacks, type PlannedStack } from "../../tools/terraform/plan-stacks";
import type { StateDocument } from "../../tools/terraform/terraform";
import { startWorkplace, type Workplace } from "./support/workplace";

/* Two deployments of one solution share every account: main, master and member. Neither affects the other. */

const people = ["arn:aws:iam::111111111111:user/platform-engineer"];
const team = { operators: people, admins: people, monthlyBudgetUsd: 20 };

const environment: EstateFile["environments"][string] = {
  account: "shared",
  profile: "hardened",
  securityGroups: { web: { work: "application", ingress: [{ port: 443, cidrBlock: "10.0.0.0/20" }] } },
  database: { deletionProtection: false, allowedSecurityGroups: ["web"] },
  application: { buckets: ["results"], repositories: ["dagster"] },
  members: { lab: { account: "lab" } },
};

const ESTATE: EstateFile = {
  solution: "galileo",
  defaultRegion: "eu-west-1",
  chargeCode: "platform-0001",
  repository: "example-org/aws-estate",
  accounts: {
    master: { kind: "master", id: "111111111111", email: "aws-master@example.com", ...team },
    shared: { kind: "main", id: "222222222222", email: "aws-shared@example.com", ...team },
    lab: { kind: "member", membership: "created", id: "666666666666", email: "aws-lab@example.com", ...team },
  },
  environments: { alpha: environment, beta: environment },
};

const ENVIRONMENTS = ["alpha", "beta"] as const;
type Name = (typeof ENVIRONMENTS)[number];

const stacksOf = (name: Name) =>
  ["network", "database", "application", "master-role", "member-lab"].map((stack) => `${name}-${stack}`);
const ACCOUNT_WIDE = ["shared-bootstrap", "shared-iam"];
const APPLIED = [...ACCOUNT_WIDE, ...stacksOf("alpha"), ...stacksOf("beta")];

let workplace: Workplace;
let applied: ApplyReport;

beforeAll(async () => {
  workplace = await startWorkplace("side-by-side", { estate: ESTATE });
  // Other tests cover the rest of master and member.
  await workplace.makeStateBucket("master");
  await workplace.makeStateBucket("lab");
  applied = await applyStacks(
    APPLIED.map((id) => workplace.stack(id)),
    workplace.run,
  );
});

afterAll(() => workplace.stop());

const accounts = () =>
  workplace.estate.accounts.map(({ id, stateBucket }) => ({
    stateBucket,
    ...clientsFor(workplace.url, id, "eu-west-1"),
  }));

/** The states in the buckets of all accounts, by bucket and key. */
async function states(): Promise<Map<string, StateDocument>> {
  const found = new Map<string, StateDocument>();
  for (const { s3, stateBucket: Bucket } of accounts()) {
    const { Contents = [] } = await s3.send(new ListObjectsV2Command({ Bucket }));
    for (const { Key = "" } of Contents) {
      const { Body } = await s3.send(new GetObjectCommand({ Bucket, Key }));
      found.set(`${Bucket}/${Key}`, JSON.parse((await Body?.transformToString()) ?? "") as StateDocument);
    }
  }
  return found;
}

/** Ids and ARNs of all resources in the states of an environment. */
async function identifiersOf(name: Name): Promise<string[]> {
  const own = [...(await states())].filter(([location]) => location.split("/")[1] === name);
  const instances = own
    .flatMap(([, { resources }]) => resources)
    .filter(({ mode }) => mode === "managed")
    .flatMap(({ instances }) => instances);
  const identifiers = instances.flatMap(({ attributes: { id, arn } = {} }) => [id, arn]);
  return [...new Set(identifiers.filter((identifier) => typeof identifier === "string"))];
}

/** The resources of an environment in all accounts, by name or tag, read with the AWS SDK. */
async function thingsOf(name: Name): Promise<string[]> {
  const namespace = `${name}-irl-galileo`;
  const found: (string | undefined)[] = [];
  for (const { ec2, iam, rds, s3 } of accounts()) {
    const { Vpcs = [] } = await ec2.send(
      new DescribeVpcsCommand({ Filters: [{ Name: "tag:Environment", Values: [name] }] }),
    );
    const { SecurityGroups = [] } = await ec2.send(new DescribeSecurityGroupsCommand({}));
    const { Roles = [] } = await iam.send(new ListRolesCommand({}));
    const { Policies = [] } = await iam.send(new ListPoliciesCommand({ Scope: "Local" }));
    const { DBInstances = [] } = await rds.send(new DescribeDBInstancesCommand({}));
    const { Buckets = [] } = await s3.send(new ListBucketsCommand({}));
    const names = [
      ...SecurityGroups.map(({ GroupName }) => GroupName),
      ...[...Roles, ...Policies].map(({ Arn }) => Arn),
      ...DBInstances.map(({ DBInstanceIdentifier }) => DBInstanceIdentifier),
      ...Buckets.map((bucket) => bucket.Name),
    ];
    found.push(
      ...Vpcs.map(({ Tags }) => Tags?.find(({ Key }) => Key === "Name")?.Value),
      ...names.filter((text) => text?.includes(namespace)),
    );
  }
  return found.map((text = "a VPC without a name") => text.replaceAll(namespace, "<namespace>")).sort();
}

async function provenOf(name: Name): Promise<Record<string, string>> {
  const environment = workplace.estate.environments.find((each) => each.name === name);
  const proofs = environment
    ? environmentProofs(environment, (id, region) => clientsFor(workplace.url, id, region))
    : [];
  return Object.fromEntries(
    (await tryProofs(proofs)).map(({ proof, error }) => [proof.claim, error?.message ?? "holds"]),
  );
}

test.each(APPLIED)("%s is applied next to the others, and the next plan is empty", (id) => {
  const report = applied.stacks.find(({ stack }) => stack.id === id);
  expect(report?.error).toBeUndefined();
  expect(report?.status).toBe("checked");
});

test("each stack has its own state, under the name of its environment", async () => {
  const key = (id: string) => id.replace("-", "/");
  const inBucket = (accountId: string, ids: readonly string[]) =>
    ids.map((id) => `${accountId}-galileo-terraform-state/${key(id)}.tfstate`);
  const expected = [
    ...inBucket("222222222222", ACCOUNT_WIDE),
    ...ENVIRONMENTS.flatMap((name) => [
      ...inBucket("111111111111", [`${name}-master-role`]),
      ...inBucket("222222222222", [`${name}-network`, `${name}-database`, `${name}-application`]),
      ...inBucket("666666666666", [`${name}-member-lab`]),
    ]),
  ];
  expect([...(await states()).keys()].sort()).toEqual(expected.sort());
});

test("no resource is in the states of both environments", async () => {
  const [alpha, beta] = [await identifiersOf("alpha"), await identifiersOf("beta")];
  expect(alpha.length).toBeGreaterThan(60);
  expect(beta).toHaveLength(alpha.length);
  expect(alpha.filter((identifier) => beta.includes(identifier))).toEqual([]);
});

test("both have the same resources under different names", async () => {
  const things = await thingsOf("alpha");
  expect(things).toEqual(
    expect.arrayContaining([
      "222222222222-<namespace>-studydata",
      "<namespace>-database",
      "<namespace>-lab-vpc",
      "<namespace>-vpc",
      "<namespace>-web",
      "arn:aws:iam::111111111111:role/<namespace>-prep-raas-master-MasterRole",
      "arn:aws:iam::222222222222:role/<namespace>-ApiHandler",
      "arn:aws:iam::666666666666:role/<namespace>-cross-account-role",
    ]),
  );
  expect(await thingsOf("beta")).toEqual(things);
});

describe("when alpha is destroyed", () => {
  const left = [...ACCOUNT_WIDE, ...stacksOf("beta")];
  const plans = new Map<string, PlannedStack["status"]>();
  let proven: Record<string, string>;

  beforeAll(async () => {
    proven = await provenOf("beta");
    const stacks = stacksOf("alpha").map((id) => workplace.stack(id));
    const report = await destroyStacks(stacks, workplace.run);
    expect(report.stacks.map(({ stack, status, error }) => ({ id: stack.id, status, error }))).toEqual(
      stacks.map(({ id }) => ({ id, status: "destroyed", error: undefined })),
    );
    const planned = await planStacks(
      left.map((id) => workplace.stack(id)),
      { ...workplace.run, noteOf: () => "" },
    );
    for (const { stack, status } of planned) plans.set(stack.id, status);
  });

  test.each(left)("%s has no changes", (id) => {
    expect(plans.get(id)).toBe("no changes");
  });

  test("no resource of alpha is left in any account", async () => {
    expect(await thingsOf("alpha")).toEqual([]);
    expect(await identifiersOf("alpha")).toEqual([]);
  });

  test("beta keeps everything: network, database, buckets, roles and member", async () => {
    const things = await thingsOf("beta");
    expect(things).toContain("<namespace>-database");
    expect(things).toContain("222222222222-<namespace>-studydata");
    expect(Object.values(proven)).not.toEqual([]);
    expect(Object.values(proven).filter((result) => result !== "holds")).toEqual([]);
    expect(await provenOf("beta")).toEqual(proven);
  });
});
