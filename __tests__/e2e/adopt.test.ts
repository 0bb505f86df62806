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
import { DescribeDBInstancesCommand } from "@aws-sdk/client-rds";
import type { EstateFile } from "../../config/schema";
import { startClone, type Clone } from "./support/clone";
import { makeDatabase, makeNetwork, makeSecurityGroup } from "./support/made-by-hand";

/* A network and a database that somebody made in the console are adopted: nothing is made twice, and nothing destroyed. */

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
      securityGroups: { web: { work: "application", ingress: [{ port: 443, cidrBlock: "10.0.0.0/20" }] } },
      database: { allowedCidrBlocks: ["10.0.8.0/23"], engineVersion: "16" },
    },
  },
};

let clone: Clone;
let before: Awaited<ReturnType<typeof idsInAws>>;

beforeAll(async () => {
  clone = await startClone("adopt", { estate });
  await clone.makeStateBucket("dev");
  const clients = clone.clients(DEV);
  const { vpcId, publicSubnetIds } = await makeNetwork(clients, {
    region: "eu-west-1",
    name: "dagster",
    cidrBlock: "10.0.0.0/20",
    publicSubnets: { a: "10.0.0.0/24", b: "10.0.1.0/24" },
    privateSubnets: { a: "10.0.8.0/24", b: "10.0.9.0/24" },
  });
  const web = { name: "web", description: "web", port: 443, from: ["10.0.0.0/20"] };
  await makeSecurityGroup(clients, vpcId, web);
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
  before = await idsInAws();
});

afterAll(() => clone.stop());

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
    databases: DBInstances.map(({ DBInstanceIdentifier, DbiResourceId }) => [DBInstanceIdentifier, DbiResourceId]),
  };
}

const file = () => join(clone.directory, "config/estate.adopt.json");

test("a dry run", async () => {
  const { code, output } = await clone.run("adopt", "--dry-run", "dev");
  console.log(output);
  expect(code).toBe(1);
  expect(existsSync(file())).toBe(false);
  const written = await clone.run("adopt", "dev");
  console.log(written.output, readFileSync(file(), "utf8"));
  expect(await idsInAws()).toEqual(before);
});
