import {
  AuthorizeSecurityGroupEgressCommand,
  AuthorizeSecurityGroupIngressCommand,
  DescribeInternetGatewaysCommand,
  DescribeRouteTablesCommand,
  DescribeSecurityGroupsCommand,
  DescribeSubnetsCommand,
  DescribeVpcEndpointsCommand,
} from "@aws-sdk/client-ec2";
import { DescribeDBInstancesCommand } from "@aws-sdk/client-rds";
import type { EstateFile } from "../../config/schema";
import { clientsFor } from "../../tools/rehearsal/clients";
import { inVpc, vpcOf } from "../../tools/rehearsal/security-group-proofs";
import { PLAN_FILE, plannedChanges } from "./support/planned-changes";
import { startWorkplace, type Workplace } from "./support/workplace";

/* A VPC that loses its public tier keeps everything else. */

const people = ["arn:aws:iam::222222222222:user/platform-engineer"];

const estateWith = (publicSubnets: boolean): EstateFile => ({
  solution: "galileo",
  defaultRegion: "eu-west-1",
  chargeCode: "platform-0001",
  accounts: {
    dev: {
      kind: "main",
      id: "222222222222",
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
      network: { publicSubnets },
      securityGroups: { web: { work: "application", ingress: [{ port: 443, cidrBlock: "10.0.0.0/20" }] } },
      database: { allowedCidrBlocks: ["10.0.8.0/23"], allowedSecurityGroups: ["web"] },
    },
  },
});

const PUBLIC_TIER = [
  "aws_internet_gateway.network_public_gateway",
  "aws_route.network_public_internet",
  "aws_route_table.network_public_routes",
  "aws_route_table_association.network_public_eu-west-1a_association",
  "aws_route_table_association.network_public_eu-west-1b_association",
  "aws_subnet.network_public_eu-west-1a_subnet",
  "aws_subnet.network_public_eu-west-1b_subnet",
  "aws_vpc_endpoint_route_table_association.network_public_s3",
];

/** Every address of the public tier, with its planned action. */
const publicTier = (action: string) => Object.fromEntries(PUBLIC_TIER.map((address) => [address, action]));

let workplace: Workplace;
let before: Seen;

beforeAll(async () => {
  workplace = await startWorkplace("private-only", { estate: estateWith(true) });
  await workplace.makeStateBucket("dev");
  const stacks = ["dev-network", "dev-database"];
  await workplace.attach(...stacks);
  for (const id of stacks) {
    await terraform(id).init();
    await terraform(id).apply();
  }
  before = await seen();
});

afterAll(() => workplace.stop());

const terraform = (id: string) => workplace.terraform(workplace.stack(id));

type Seen = Awaited<ReturnType<typeof seen>>;

/** Everything in the VPC, and the database, as AWS describes them; the public tier separately. */
async function seen() {
  const clients = clientsFor(workplace.url, "222222222222", "eu-west-1");
  const { ec2, rds } = clients;
  const vpc = await vpcOf(clients, "dev-network");
  const { Subnets = [] } = await ec2.send(new DescribeSubnetsCommand(inVpc(vpc)));
  const { RouteTables = [] } = await ec2.send(new DescribeRouteTablesCommand(inVpc(vpc)));
  const { VpcEndpoints = [] } = await ec2.send(new DescribeVpcEndpointsCommand(inVpc(vpc)));
  const { SecurityGroups = [] } = await ec2.send(new DescribeSecurityGroupsCommand(inVpc(vpc)));
  const { InternetGateways = [] } = await ec2.send(new DescribeInternetGatewaysCommand({}));
  const { DBInstances = [] } = await rds.send(new DescribeDBInstancesCommand({}));
  const isPublic = ({ Tags = [] }: { readonly Tags?: readonly { readonly Key?: string; readonly Value?: string }[] }) =>
    Tags.some(({ Key, Value }) => Key === "Name" && Value?.startsWith("dev-irl-galileo-vpc-public"));
  const publicTables = RouteTables.filter(isPublic);
  const publicTableIds = publicTables.map(({ RouteTableId }) => RouteTableId);
  return {
    private: {
      vpc,
      subnets: Subnets.filter((subnet) => !isPublic(subnet)),
      routeTables: RouteTables.filter((table) => !isPublic(table)),
      endpoints: VpcEndpoints.map(({ RouteTableIds = [], ...endpoint }) => ({
        ...endpoint,
        RouteTableIds: RouteTableIds.filter((id) => !publicTableIds.includes(id)).sort(),
      })),
      securityGroups: SecurityGroups,
      databases: DBInstances.map((instance) => ({ ...instance, LatestRestorableTime: "goes on by itself" })),
    },
    public: {
      subnets: Subnets.filter(isPublic).map(({ CidrBlock }) => CidrBlock),
      routeTables: publicTables.length,
      reachingS3: VpcEndpoints.flatMap(({ RouteTableIds = [] }) => RouteTableIds).filter((id) =>
        publicTableIds.includes(id),
      ).length,
      gateways: InternetGateways.length,
      waysOut: RouteTables.flatMap(({ Routes = [] }) => Routes).filter(
        ({ DestinationCidrBlock: to }) => to === "0.0.0.0/0",
      ).length,
    },
  };
}

test("the network starts with two public subnets with a route out and two private ones without, which hold the database", () => {
  expect(before.public).toEqual({
    subnets: ["10.0.0.0/24", "10.0.1.0/24"],
    routeTables: 1,
    reachingS3: 1,
    gateways: 1,
    waysOut: 1,
  });
  const { subnets, routeTables, endpoints, securityGroups, databases } = before.private;
  expect(subnets.map(({ CidrBlock }) => CidrBlock)).toEqual(["10.0.8.0/24", "10.0.9.0/24"]);
  expect([routeTables, endpoints, securityGroups].map(({ length }) => length)).toEqual([3, 1, 4]);
  expect(endpoints[0]?.RouteTableIds).toHaveLength(2);
  const [database] = databases;
  expect(database?.Endpoint?.Address).toMatch(/^dev-irl-galileo-database\./);
  expect(database?.DbiResourceId).toMatch(/^db-/);
  expect(database?.DBSubnetGroup?.Subnets?.map(({ SubnetIdentifier }) => SubnetIdentifier).sort()).toEqual(
    subnets.map(({ SubnetId }) => SubnetId).sort(),
  );
});

test("the plan to go private deletes the public tier and nothing else", async () => {
  workplace.synthesize(estateWith(false));
  expect(await plannedChanges(terraform("dev-network"))).toEqual(publicTier("delete"));
});

test("the apply removes the public tier and keeps everything private, including the database's endpoint and resource id", async () => {
  await terraform("dev-network").apply({ planFile: PLAN_FILE });
  const after = await seen();
  expect(after.public).toEqual({ subnets: [], routeTables: 0, reachingS3: 0, gateways: 0, waysOut: 0 });
  expect(after.private).toEqual(before.private);
});

test.each(["dev-network", "dev-database"])("%s has no changes afterwards", async (id) => {
  expect((await terraform(id).plan()).text).toContain("No changes.");
});

test("a group opened by hand, even one without rules, shows in the plan, and the apply closes it", async () => {
  const { ec2 } = clientsFor(workplace.url, "222222222222", "eu-west-1");
  const anybody = {
    IpProtocol: "tcp",
    FromPort: 22,
    ToPort: 22,
    IpRanges: [{ CidrIp: "0.0.0.0/0", Description: "only for a moment" }],
  };
  for (const { GroupId, GroupName } of before.private.securityGroups) {
    await ec2.send(new AuthorizeSecurityGroupIngressCommand({ GroupId, IpPermissions: [anybody] }));
    if (GroupName === "default")
      await ec2.send(new AuthorizeSecurityGroupEgressCommand({ GroupId, IpPermissions: [anybody] }));
  }
  expect(await plannedChanges(terraform("dev-network"))).toEqual({
    "aws_default_security_group.network_default-security-group": "update",
    "aws_security_group.security-group_default_group": "update",
    "aws_security_group.security-group_web_group": "update",
  });
  expect(await plannedChanges(terraform("dev-database"))).toEqual({
    "aws_security_group.database_security-group": "update",
  });
  for (const id of ["dev-network", "dev-database"]) {
    await terraform(id).apply({ planFile: PLAN_FILE });
    expect((await terraform(id).plan()).text).toContain("No changes.");
  }
  expect((await seen()).private).toEqual(before.private);
});

test("the plan to go public again creates the same public tier and nothing else", async () => {
  workplace.synthesize(estateWith(true));
  expect(await plannedChanges(terraform("dev-network"))).toEqual(publicTier("create"));
});
