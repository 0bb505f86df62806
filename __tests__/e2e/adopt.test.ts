import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import {
  DescribeInternetGatewaysCommand,
  DescribeRouteTablesCommand,
  DescribeSecurityGroupsCommand,
  DescribeSubnetsCommand,
  DescribeVpcEndpointsCommand,
  DescribeVpcsCommand,
} from "@aws-sdk/client-ec2";
import { ListAttachedUserPoliciesCommand, ListRolesCommand, ListUsersCommand } from "@aws-sdk/client-iam";
import {
  ListAccountsCommand,
  ListOrganizationalUnitsForParentCommand,
  ListPoliciesCommand,
  ListRootsCommand,
} from "@aws-sdk/client-organizations";
import { DescribeDBInstancesCommand } from "@aws-sdk/client-rds";
import type { Clients } from "../../tools/rehearsal/clients";
import type { PlanSummary } from "../../tools/review/review";
import { found } from "../support/estates";
import { estate, DEV, KEPT_DATABASE, MASTER, MOVED, READER, USER, VARIANTS } from "./support/accounts-by-hand";
import { NOBODY, startClone, startProcess, type Clone } from "./support/clone";
import { stepsOf, type DocStep } from "./support/doc-steps";
import { adoptOrphans, killAfterWrite, useProxy } from "./support/killed-apply";
import { startWriteProxy, type WriteProxy } from "./support/write-proxy";

/*
 * Accounts that somebody made by hand, each in another way, are adopted by the commands of docs/adopting.md in their
 * order: nothing is destroyed, replaced or made twice. `npm run test:long` takes every way, the database too, which takes
 * minutes, and bootstraps the accounts; otherwise they have their state buckets already.
 */

const LONG = process.env["LONG_TESTS"] !== undefined;
const MADE = VARIANTS.filter(({ isLong }) => LONG || !isLong);
const STACKS: readonly string[] = MADE.map(({ stack }) => stack);
const ACCOUNTS = ["master", "dev"];
const [LOOK, WRITE, BOOTSTRAP, IMPORT, AGAIN, ...MORE] = stepsOf(
  readFileSync(join(__dirname, "../../docs/adopting.md"), "utf8"),
);

let clone: Clone;
let proxy: WriteProxy;
let before: Awaited<ReturnType<typeof ids>>;

const ids = async () => ({ ...(await idsIn(clone.clients(DEV))), ...(await idsOfOrganization(clone.clients(MASTER))) });

beforeAll(async () => {
  clone = await startClone("adopt", { estate });
  proxy = await startWriteProxy(clone.url);
  if (LONG) useProxy(clone, proxy);
  else for (const account of ACCOUNTS) await clone.makeStateBucket(account);
  for (const { account, make } of MADE) await make(clone.clients(account));
  before = await ids();
});

afterAll(async () => {
  proxy.stop();
  await clone.stop();
});

type Ids = Readonly<Record<string, readonly string[]>>;

const sorted = <Each>(all: readonly Each[] | undefined, id: (each: Each) => unknown): readonly string[] =>
  (all ?? []).map((each) => String(id(each))).sort();

/** The ids of what AWS lets exist twice, and of users and roles, whose ids end with them. */
async function idsIn({ ec2, iam, rds }: Clients): Promise<Ids> {
  const { Vpcs } = await ec2.send(new DescribeVpcsCommand({}));
  const { Subnets } = await ec2.send(new DescribeSubnetsCommand({}));
  const { RouteTables } = await ec2.send(new DescribeRouteTablesCommand({}));
  const { VpcEndpoints } = await ec2.send(new DescribeVpcEndpointsCommand({}));
  const { InternetGateways } = await ec2.send(new DescribeInternetGatewaysCommand({}));
  const { SecurityGroups } = await ec2.send(new DescribeSecurityGroupsCommand({}));
  const { DBInstances } = await rds.send(new DescribeDBInstancesCommand({}));
  return {
    vpcs: sorted(Vpcs, ({ VpcId }) => VpcId),
    subnets: sorted(Subnets, ({ SubnetId }) => SubnetId),
    routeTables: sorted(RouteTables, ({ RouteTableId }) => RouteTableId),
    endpoints: sorted(VpcEndpoints, ({ VpcEndpointId }) => VpcEndpointId),
    gateways: sorted(InternetGateways, ({ InternetGatewayId }) => InternetGatewayId),
    groups: sorted(SecurityGroups, ({ GroupId }) => GroupId),
    // No secret: RDS does not manage its password.
    databases: sorted(DBInstances, ({ DBInstanceIdentifier: name, DbiResourceId: id, MasterUserSecret: secret }) =>
      [name, id, secret?.SecretArn].join(),
    ),
    users: sorted((await iam.send(new ListUsersCommand({}))).Users, ({ UserId }) => UserId),
    roles: sorted((await iam.send(new ListRolesCommand({}))).Roles, ({ RoleId }) => RoleId),
  };
}

/** The ids of an organization's parts. */
async function idsOfOrganization({ organizations }: Clients): Promise<Ids> {
  const { Roots } = await organizations.send(new ListRootsCommand({}));
  const ParentId = Roots?.[0]?.Id;
  const units = await organizations.send(new ListOrganizationalUnitsForParentCommand({ ParentId }));
  const { Policies } = await organizations.send(new ListPoliciesCommand({ Filter: "SERVICE_CONTROL_POLICY" }));
  const { Accounts } = await organizations.send(new ListAccountsCommand({}));
  return {
    roots: sorted(Roots, ({ Id }) => Id),
    units: sorted(units.OrganizationalUnits, ({ Id }) => Id),
    policies: sorted(Policies, ({ Id }) => Id),
    accounts: sorted(Accounts, ({ Id }) => Id),
  };
}

/**
 * Runs the commands of a step of the page, without npm around them: its `dev` is what was made by hand.
 *
 * @returns what they print
 */
async function follow(step: DocStep | undefined, selected: readonly string[] = STACKS): Promise<string> {
  let printed = "";
  for (const { text, exitCode } of step?.commands ?? []) {
    const line = text.replace("-- dev", `-- ${selected.join(" ")}`).replace("plans/<id>", () => clone.lastPlan());
    const [, command, args = ""] = /^npm run (\w+) -- (.*?)(?: +#.*)?$/.exec(line) ?? [];
    const running =
      command === undefined
        ? startProcess("sh", ["-c", line], {
            directory: clone.directory,
            environment: { ...clone.environment, ...NOBODY },
          })
        : clone.start(command, ...args.split(" "));
    const { code, output } = await running.ended;
    expect({ code, output: `${line}\n${output}` }).toExitWith(exitCode);
    printed += output;
  }
  return printed;
}

const counts = () =>
  (JSON.parse(clone.read(join(clone.lastPlan(), "summary.json"))) as PlanSummary).stacks.map(({ id, review }) => ({
    id,
    replace: review?.counts.replace,
    destroy: review?.counts.destroy,
  }));

describe("the first search", () => {
  let printed = "";

  test("finds every part, and writes nothing", async () => {
    expect([BOOTSTRAP, AGAIN, MORE]).toEqual([expect.anything(), expect.anything(), []]);
    printed = (await follow(LOOK)).replaceAll(/_[0-9A-F]{8}\b/g, "");
    expect(printed).toContain("--dry-run: config/estate.adopt.json is unchanged");
    expect(existsSync(join(clone.directory, "config/estate.adopt.json"))).toBe(false);
  });

  test.each(MADE.map((each) => [each.title, each] as const))("lists %s", (_, { listed }) => {
    for (const expected of listed) expect(printed).toMatch(expected);
  });

  test("lists no setting that only Terraform's state holds", () => {
    expect(printed).not.toMatch(/force_destroy|revoke_rules_on_delete|close_on_deletion|skip_final_snapshot/);
  });
});

test("with the listed keys, the file has the id of every part", async () => {
  const changed = structuredClone(estate);
  for (const { account, keep } of MADE) await keep?.(changed, clone.clients(account));
  clone.change(changed);
  expect(await follow(WRITE)).toContain(`next: npm run plan -- ${STACKS.join(" ")}`);
  const adopted = JSON.parse(clone.read("config/estate.adopt.json")) as Record<string, Record<string, string>>;
  expect(Object.keys(adopted).sort()).toEqual([...STACKS].sort());
  expect(Object.keys(adopted["dev-network"] ?? {})).toHaveLength(16);
});

if (LONG) {
  test("the accounts get their state buckets", () => follow(BOOTSTRAP, ACCOUNTS));

  test("a SIGKILL in the middle of an import leaves nothing that the next plan does not import", async () => {
    const stack = "dev-network";
    expect(await clone.run("plan", stack)).toExitWith(2);
    const applying = clone.start("apply", clone.lastPlan());
    expect(await killAfterWrite(clone, proxy, { stack, nth: 12, applying })).toEqual(expect.any(String));
    await adoptOrphans(clone, stack);
  });
}

test("the plan imports them without a replacement, and is applied", async () => {
  await follow(IMPORT);
  const waiting = STACKS.filter((id): boolean => id === "dev-database");
  expect(counts()).toEqual(
    expect.arrayContaining(STACKS.filter((id) => !waiting.includes(id)).map((id) => ({ id, replace: 0, destroy: 0 }))),
  );
  if (waiting.length === 0) return;
  await follow(IMPORT, waiting);
  expect(counts()).toEqual(waiting.map((id) => ({ id, replace: 0, destroy: 0 })));
});

test("the second plan is empty, and what the states hold is used up", async () => {
  const printed = await follow(AGAIN);
  expect(printed).toMatch(/Used up: a state holds them/);
  expect(printed).toMatch(/^\d+ resources: \d+ managed$/m);
});

test("every id is the same, and nothing was made twice", async () => {
  const after = await ids();
  for (const [kind, former] of Object.entries(before)) {
    const now = found(after, kind);
    expect(now).toEqual(expect.arrayContaining([...former]));
    const added = MADE.reduce((sum, variant) => sum + (variant.added?.[kind] ?? 0), 0);
    // AWS lets no two users, roles or policies have one name.
    if (!["users", "roles"].includes(kind)) expect([kind, now.length]).toEqual([kind, former.length + added]);
  }
});

test("a user keeps the policy that a key names, and its path if a key names it", async () => {
  const { iam } = clone.clients(DEV);
  const { AttachedPolicies = [] } = await iam.send(new ListAttachedUserPoliciesCommand({ UserName: USER }));
  expect(AttachedPolicies.map(({ PolicyArn }) => PolicyArn)).toContain(READER);
  const { Users = [] } = await iam.send(new ListUsersCommand({}));
  const paths = Object.fromEntries(Users.map(({ UserName = "", Path }) => [UserName, Path]));
  expect(paths).toMatchObject({ [USER]: "/", [MOVED]: "/service/" });
});

if (LONG)
  test("without the key that keeps its password, the plan says that it no longer works, and replaces nothing", async () => {
    const changed = structuredClone(estate);
    for (const { account, keep } of MADE) await keep?.(changed, clone.clients(account));
    Object.assign(found(changed.environments, "dev").existing?.database ?? {}, {
      ...KEPT_DATABASE,
      managedPassword: undefined,
    });
    clone.change(changed);
    expect(await clone.run("plan", "dev-database")).toExitWith(2);
    expect(counts()).toEqual([{ id: "dev-database", replace: 0, destroy: 0 }]);
    expect(clone.read(join(clone.lastPlan(), "summary.md"))).toContain("RDS makes a new master password");
  });
