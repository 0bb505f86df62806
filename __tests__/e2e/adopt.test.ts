import { existsSync } from "node:fs";
import { join } from "node:path";
import {
  DescribeInternetGatewaysCommand,
  DescribeRouteTablesCommand,
  DescribeSecurityGroupsCommand,
  DescribeSubnetsCommand,
  DescribeVpcEndpointsCommand,
  DescribeVpcsCommand,
} from "@aws-sdk/client-ec2";
import { DescribeDBInstancesCommand } from "@aws-sdk/client-rds";
import type { PlanSummary } from "../../tools/review/review";
import type { EstateFile } from "../../config/schema";
import { found } from "../support/estates";
import { startClone, type Clone } from "./support/clone";
import { adoptOrphans, killAfterWrite, useProxy } from "./support/killed-apply";
import { makeDatabase, makeNetwork, makeSecurityGroup } from "./support/made-by-hand";
import { startWriteProxy, type WriteProxy } from "./support/write-proxy";

/* A network and a database that somebody made in the console are adopted: nothing is made twice, and nothing destroyed. */

/** `npm run test:long` adopts the database too: it takes minutes. */
const LONG = process.env["LONG_TESTS"] !== undefined;
const STACKS = LONG ? ["dev-network", "dev-database"] : ["dev-network"];

const DEV = "222222222222";
const people = [`arn:aws:iam::${DEV}:user/platform-engineer`];

const estate: EstateFile = {
  solution: "galileo",
  defaultRegion: "eu-west-1",
  chargeCode: "platform-0001",
  accounts: {
    dev: {
      kind: "main",
      id: DEV,
      email: "aws-dev@example.com",
      operators: people,
      admins: people,
      monthlyBudgetUsd: 50,
    },
  },
  environments: {
    dev: {
      account: "dev",
      profile: "documented",
      database: { allowedCidrBlocks: ["10.0.8.0/23"], engineVersion: "16" },
    },
  },
};

const KEPT = {
  identifier: "database-1",
  databaseName: false,
  managedPassword: false,
  storageType: "gp2",
  publiclyAccessible: true,
  publicSubnets: true,
  ownSecurityGroup: { name: "postgres-access", description: "Created by RDS management console" },
} as const;

function keeping(database: NonNullable<EstateFile["environments"][string]["existing"]>["database"]): EstateFile {
  const changed = structuredClone(estate);
  Object.assign(found(changed.environments, "dev"), { existing: { database } });
  return changed;
}

let clone: Clone;
let proxy: WriteProxy;
let subnetGroup: string;
let before: Awaited<ReturnType<typeof idsInAws>>;

beforeAll(async () => {
  clone = await startClone("adopt", { estate });
  await clone.makeStateBucket("dev");
  proxy = await startWriteProxy(clone.url);
  if (LONG) useProxy(clone, proxy);
  const clients = clone.clients(DEV);
  const { vpcId, publicSubnetIds } = await makeNetwork(clients, {
    region: "eu-west-1",
    name: "dagster",
    cidrBlock: "10.0.0.0/20",
    publicSubnets: { a: "10.0.0.0/24", b: "10.0.1.0/24" },
    privateSubnets: { a: "10.0.8.0/24", b: "10.0.9.0/24" },
  });
  await makeSecurityGroup(clients, vpcId, { name: "bastion", description: "a", port: 22, from: ["10.0.0.0/20"] });
  const group = { name: "postgres-access", description: "Created by RDS management console", port: 5432 };
  const groupId = await makeSecurityGroup(clients, vpcId, { ...group, from: ["10.0.8.0/23"] });
  await makeDatabase(clients, vpcId, {
    identifier: "database-1",
    instanceClass: "db.t4g.micro",
    engineVersion: "16.3",
    isPublic: true,
    subnetIds: publicSubnetIds,
    securityGroupIds: [groupId],
  });
  subnetGroup = `default-${vpcId}`;
  before = await idsInAws();
});

afterAll(async () => {
  proxy.stop();
  await clone.stop();
});

/** The ids of everything of a network and a database, and of what AWS itself adds to them. */
async function idsInAws() {
  const { ec2, rds } = clone.clients(DEV);
  const { Vpcs = [] } = await ec2.send(new DescribeVpcsCommand({}));
  const { Subnets = [] } = await ec2.send(new DescribeSubnetsCommand({}));
  const { RouteTables = [] } = await ec2.send(new DescribeRouteTablesCommand({}));
  const { VpcEndpoints = [] } = await ec2.send(new DescribeVpcEndpointsCommand({}));
  const { InternetGateways = [] } = await ec2.send(new DescribeInternetGatewaysCommand({}));
  const { SecurityGroups = [] } = await ec2.send(new DescribeSecurityGroupsCommand({}));
  const { DBInstances = [] } = await rds.send(new DescribeDBInstancesCommand({}));
  return {
    vpcs: Vpcs.map(({ VpcId }) => VpcId).sort(),
    subnets: Subnets.map(({ SubnetId }) => SubnetId).sort(),
    routeTables: RouteTables.map(({ RouteTableId }) => RouteTableId).sort(),
    endpoints: VpcEndpoints.map(({ VpcEndpointId }) => VpcEndpointId).sort(),
    gateways: InternetGateways.map(({ InternetGatewayId }) => InternetGatewayId).sort(),
    groups: SecurityGroups.map(({ GroupId }) => GroupId).sort(),
    databases: DBInstances.map(({ DBInstanceIdentifier, DbiResourceId, MasterUserSecret }) => [
      ...[DBInstanceIdentifier, DbiResourceId],
      MasterUserSecret?.SecretArn, // none: RDS does not manage its password
    ]),
  };
}

const adoptions = () => JSON.parse(clone.read("config/estate.adopt.json")) as Record<string, Record<string, string>>;
const addressesOf = (text: string) => text.replaceAll(/_[0-9A-F]{8}\b/g, "");

async function planAndApply(stack: string): Promise<void> {
  const planned = await clone.run("plan", stack);
  expect(planned).toExitWith(2);
  const { stacks } = JSON.parse(clone.read(join(clone.lastPlan(), "summary.json"))) as PlanSummary;
  expect(stacks.map(({ review }) => [review?.counts.replace, review?.counts.destroy])).toEqual([[0, 0]]);
  expect(await clone.run("apply", clone.lastPlan())).toExitWith(0);
}

test("a dry run finds every part, and writes nothing", async () => {
  const { code, output } = await clone.run("adopt", "--dry-run", ...STACKS);
  expect(output).toContain("--dry-run: config/estate.adopt.json is unchanged");
  expect(code).toBe(LONG ? 1 : 0);
  expect(existsSync(join(clone.directory, "config/estate.adopt.json"))).toBe(false);
  const text = addressesOf(output);
  expect(text).toMatch(/aws_vpc\.network_vpc +vpc-\w+ \(dagster-vpc, 10\.0\.0\.0\/20\) +tags only/);
  expect(text).toMatch(/aws_subnet\.network_public_eu-west-1a_subnet +subnet-\w+ \(dagster-subnet-public1.* tags only/);
  expect(text).toMatch(
    /aws_route_table\.network_private_eu-west-1b_routes +rtb-\w+ \(dagster-rtb-private2.* tags only/,
  );
  expect(text).toMatch(/aws_vpc_endpoint_route_table_association\.network_public_s3 +missing/);
  expect(text).toMatch(/aws_default_security_group\.network_default-security-group +sg-\w+ .* loses/);
  expect(text).toMatch(/Extra: .*\n {2}dev-network aws_security_group sg-\w+ \(bastion, a\)/);
});

if (LONG)
  test("what would replace the database is listed with the keys that keep it", async () => {
    const { code, output } = await clone.run("adopt", ...STACKS);
    expect(code).toBe(1);
    expect(output).toContain("environments.dev.existing.database.databaseName");
    expect(output).toContain('identifier: "database-1"');
    expect(output).toContain("managedPassword: false");
    clone.change(keeping({ ...KEPT, subnetGroup }));
  });

test("the file has the id of every part", async () => {
  const { code, output } = await clone.run("adopt", ...STACKS);
  expect([code, output]).toEqual([0, output]);
  expect(output).toContain(`next: npm run plan -- ${STACKS.join(" ")}`);
  expect(Object.keys(adoptions()).sort()).toEqual([...STACKS].sort());
  expect(Object.keys(adoptions()["dev-network"] ?? {})).toHaveLength(19);
  clone.git("add", "--all");
  clone.git("commit", "--quiet", "--allow-empty", "--message", "adopt");
});

if (LONG)
  test("a SIGKILL in the middle of an import leaves nothing that the next plan does not import", async () => {
    const stack = "dev-network";
    expect(await clone.run("plan", stack)).toExitWith(2);
    const applying = clone.start("apply", clone.lastPlan());
    expect(await killAfterWrite(clone, proxy, { stack, nth: 12, applying })).toEqual(expect.any(String));
    await adoptOrphans(clone, stack);
  });

test("the plans import them without a replacement", async () => {
  for (const stack of STACKS) await planAndApply(stack);
});

test("the second plan is empty, every id is the same, and nothing was made twice", async () => {
  expect(await clone.run("plan", ...STACKS)).toExitWith(0);
  const { groups, ...after } = await idsInAws();
  const { groups: former, ...rest } = before;
  expect(after).toEqual(rest);
  expect(groups).toEqual(expect.arrayContaining(former));
  expect(groups).toHaveLength(former.length + 1); // the estate's default group, which the account lacked
});

test("what the states hold is managed, and its entries can be taken out", async () => {
  const { code, output } = await clone.run("adopt", ...STACKS);
  expect(code).toBe(0);
  expect(output).toMatch(/Used up: a state holds them/);
  expect(output).toMatch(/^\d+ resources: \d+ managed$/m);
});

if (LONG)
  test("without the key that keeps its password, the plan says that it no longer works, and replaces nothing", async () => {
    clone.change(keeping({ ...KEPT, subnetGroup, managedPassword: undefined }));
    expect(await clone.run("plan", "dev-database")).toExitWith(2);
    const { stacks } = JSON.parse(clone.read(join(clone.lastPlan(), "summary.json"))) as PlanSummary;
    expect(stacks.map(({ review }) => review?.counts)).toMatchObject([{ update: 1, replace: 0, destroy: 0 }]);
    expect(clone.read(join(clone.lastPlan(), "summary.md"))).toContain("RDS makes a new master password");
  });
