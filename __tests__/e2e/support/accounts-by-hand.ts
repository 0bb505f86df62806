import { DescribeSubnetsCommand, DescribeVpcsCommand } from "@aws-sdk/client-ec2";
import { CreateUserCommand } from "@aws-sdk/client-iam";
import type { EstateFile } from "../../../config/schema";
import type { Clients } from "../../../tools/rehearsal/clients";
import { found } from "../../support/estates";
import { makeDatabase, makeNetwork, makeOrganization, makePeople, makeSecurityGroup } from "./made-by-hand";

/* One estate whose stacks each find an account, or a part of one, that somebody made in another way. */

export const [MASTER, DEV] = ["111111111111", "222222222222"] as const;
const people = ["arn:aws:iam::111111111111:user/platform-engineer"];
const team = { operators: people, admins: people, monthlyBudgetUsd: 50 };
const ANALYTICS = { name: "analytics", email: "aws-analytics@example.com" };
const database = { engineVersion: "16" };

/** As its author writes it first, without a key that keeps what exists. */
export const estate: EstateFile = {
  solution: "galileo",
  defaultRegion: "eu-west-1",
  chargeCode: "platform-0001",
  organization: { trail: false, centralRootAccess: false },
  accounts: {
    master: { kind: "master", id: MASTER, email: "aws-master@example.com", ...team },
    dev: { kind: "main", id: DEV, email: "aws-dev@example.com", trail: false, ...team },
    analytics: { kind: "member", membership: "created", id: "666666666666", email: ANALYTICS.email, ...team },
  },
  environments: {
    dev: {
      account: "dev",
      profile: "documented",
      database: { allowedCidrBlocks: ["10.0.8.0/23"], engineVersion: "16", instanceClass: "db.t3.micro" },
      securityGroups: { web: { work: "application", ingress: [{ port: 443, cidrBlock: "10.0.0.0/20" }] } },
      members: { analytics: { account: "analytics" } },
    },
    ci: {
      account: "dev",
      profile: "documented",
      network: { cidrBlock: "10.1.0.0/20" },
      database,
    },
    staging: { account: "dev", profile: "documented", network: { cidrBlock: "10.2.0.0/20" }, database },
  },
};

type Environment = EstateFile["environments"][string];
type Existing = NonNullable<Environment["existing"]>;

/** How somebody made a part of an account. */
interface Variant {
  readonly title: string;
  readonly stack: string;
  readonly account: string;
  /** In `npm run test:long` only. */
  readonly isLong?: true;
  readonly make: (clients: Clients) => Promise<void>;
  /** What the first search lists of it, without the hash of each address. */
  readonly listed: readonly RegExp[];
  /** Writes the keys into the estate that keep what AWS cannot change. */
  readonly keep?: (changed: EstateFile, clients: Clients) => Promise<void>;
  /** How many things of a kind the apply adds. @default none of those that AWS lets exist twice */
  readonly added?: Readonly<Record<string, number>>;
}

const keepIn = (changed: EstateFile, name: string, existing: Existing): void => {
  const environment = found(changed.environments, name);
  environment.existing = { ...environment.existing, ...existing };
};

const region = "eu-west-1";
const RDS_CONSOLE = "Created by RDS management console";
const WEB = { name: "WebServers", description: "HTTPS from the VPC", port: 443, from: ["10.0.0.0/20"] };
/** A user with a key that keeps its path, and one without. */
export const [USER, MOVED] = ["elastic-container-registry-user", "terraform-user"] as const;
export const READER = "arn:aws:iam::aws:policy/AmazonEC2ContainerRegistryReadOnly";
const OWN_SUBNETS = {
  publicSubnets: [{ zone: "eu-west-1a", cidrBlock: "10.1.4.0/23" }],
  privateSubnets: [
    { zone: "eu-west-1a", cidrBlock: "10.1.0.0/23" },
    { zone: "eu-west-1c", cidrBlock: "10.1.2.0/23" },
  ],
};

const subnetsByZone = (subnets: readonly { readonly zone: string; readonly cidrBlock: string }[]) =>
  Object.fromEntries(subnets.map(({ zone, cidrBlock }) => [zone.slice(-1), cidrBlock]));

async function vpcIdOf({ ec2 }: Clients, range: string): Promise<string> {
  const Filters = [{ Name: "cidr", Values: [range] }];
  const { Vpcs: [vpc] = [] } = await ec2.send(new DescribeVpcsCommand({ Filters }));
  return vpc?.VpcId ?? "";
}

export const VARIANTS: readonly Variant[] = [
  {
    title: "a network of the wizard without one of its subnets",
    stack: "dev-network",
    account: DEV,
    make: async (clients) => {
      const { vpcId } = await makeNetwork(clients, {
        region,
        nameOf: (part) => `dagster-${part}`,
        cidrBlock: "10.0.0.0/20",
        publicSubnets: { a: "10.0.0.0/24", b: "10.0.1.0/24" },
        privateSubnets: { a: "10.0.8.0/24" },
      });
      await makeSecurityGroup(clients, vpcId, WEB);
      await makeSecurityGroup(clients, vpcId, { name: "bastion", description: "a", port: 22, from: ["10.0.0.0/20"] });
    },
    listed: [
      /dev-network +aws_vpc\.network_vpc +vpc-\w+ \(dagster-vpc, 10\.0\.0\.0\/20\) +tags only/,
      /dev-network +aws_subnet\.network_public_eu-west-1a_subnet +subnet-\w+ \(dagster-subnet-public1.* tags only/,
      /dev-network +aws_route_table\.network_private_eu-west-1a_routes +rtb-\w+ \(dagster-rtb-private1.* tags only/,
      /dev-network +aws_subnet\.network_private_eu-west-1b_subnet +missing/,
      /dev-network +aws_vpc_endpoint_route_table_association\.network_public_s3 +missing/,
      /dev-network +aws_default_security_group\.network_default-security-group +sg-\w+ .* loses/,
      /dev-network +aws_security_group\.security-group_web_group +sg-\w+ \(WebServers.* would be replaced/,
      /To keep it: environments\.dev\.existing\.securityGroups\.web/,
      /Extra: .*\n( .*\n)* {2}dev aws_security_group sg-\w+ \(bastion\), eu-west-1/,
    ],
    keep: (changed) => {
      keepIn(changed, "dev", { securityGroups: { web: WEB.name } });
      Object.assign(found(found(changed.environments, "dev").securityGroups ?? {}, "web"), {
        description: WEB.description,
      });
      return Promise.resolve();
    },
    added: { groups: 1, subnets: 1, routeTables: 1 }, // a group: the estate's default one, which no such account has
  },
  {
    title: "a network with names and ranges of the team's own",
    stack: "ci-network",
    account: DEV,
    isLong: true,
    make: async (clients) => {
      await makeNetwork(clients, {
        region,
        nameOf: (part) => `Studies ${part}`,
        cidrBlock: "10.1.0.0/20",
        publicSubnets: subnetsByZone(OWN_SUBNETS.publicSubnets),
        privateSubnets: subnetsByZone(OWN_SUBNETS.privateSubnets),
      });
    },
    listed: [
      /ci-network +aws_vpc\.network_vpc +vpc-\w+ \(Studies vpc, 10\.1\.0\.0\/20\) +tags only/,
      /ci-network +aws_subnet\.network_private_eu-west-1a_subnet +missing/,
      /Extra: .*\n( .*\n)* {2}dev aws_subnet subnet-\w+ \(Studies subnet-private2/,
    ],
    keep: (changed) => {
      keepIn(changed, "ci", { network: OWN_SUBNETS });
      return Promise.resolve();
    },
    added: { groups: 1 },
  },
  {
    title: "a network as the wizard makes it",
    stack: "staging-network",
    account: DEV,
    isLong: true,
    make: async (clients) => {
      await makeNetwork(clients, {
        region,
        nameOf: (part) => `project-${part}`,
        cidrBlock: "10.2.0.0/20",
        publicSubnets: { a: "10.2.0.0/24", b: "10.2.1.0/24" },
        privateSubnets: { a: "10.2.8.0/24", b: "10.2.9.0/24" },
      });
    },
    listed: [
      /staging-network +aws_route_table\.network_private_eu-west-1b_routes +rtb-\w+ \(project-rtb-private2.* tags only/,
      /staging-network +aws_route\.network_public_internet +rtb-\S+ .* same/,
    ],
    added: { groups: 1 },
  },
  {
    title: "users with policies attached",
    stack: "dev-iam",
    account: DEV,
    make: async ({ iam }) => {
      await makePeople({ iam }, { user: USER, policyArn: READER, role: "Operator" });
      await iam.send(new CreateUserCommand({ UserName: MOVED }));
    },
    listed: [
      new RegExp(`removes ${READER}, which the user ${USER} has outside the code`),
      new RegExp(`removes by-hand, which the user ${USER} has outside the code`),
      /removes by-hand, which the role Operator has outside the code/,
      new RegExp(`its ARN becomes arn:aws:iam::${DEV}:user/service/${USER}`),
      new RegExp(`accounts\\.dev\\.existing\\.${USER}\\.user`),
      new RegExp(`"${USER}": {\\n[^}]* keepPolicies: \\["${READER}"\\],\\n`),
    ],
    keep: (changed) => {
      const existing = { [USER]: { user: USER, keepPolicies: [READER] } };
      Object.assign(found(changed.accounts, "dev"), { existing });
      return Promise.resolve();
    },
  },
  {
    title: "an organization with units of its own",
    stack: "master-organization",
    account: MASTER,
    make: (clients) => makeOrganization(clients, { units: ["dev", "Research"], member: ANALYTICS }),
    listed: [
      /aws_organizations_organization\.organization +o-\w+ .* same/,
      /aws_organizations_organizational_unit\.organization_unit_dev +ou-\S+ \(dev\)/,
      /aws_organizations_account\.organization_member_analytics_account +666666666666 .*changes in place/,
    ],
    added: { units: 4, policies: 3 },
  },
  {
    title: "a public database on db.t3.micro, without an initial database",
    stack: "dev-database",
    account: DEV,
    isLong: true,
    make: async (clients) => {
      const vpcId = await vpcIdOf(clients, "10.0.0.0/20");
      const group = { name: "postgres-access", description: RDS_CONSOLE, port: 5432, from: ["10.0.8.0/23"] };
      const groupId = await makeSecurityGroup(clients, vpcId, group);
      const Filters = [{ Name: "vpc-id", Values: [vpcId] }];
      const { Subnets = [] } = await clients.ec2.send(new DescribeSubnetsCommand({ Filters }));
      const isPublic = (range = "") => /^10\.0\.[01]\./.test(range);
      await makeDatabase(clients, vpcId, {
        identifier: "database-1",
        instanceClass: "db.t3.micro",
        engineVersion: "16.3",
        isPublic: true,
        subnetIds: Subnets.filter(({ CidrBlock }) => isPublic(CidrBlock)).map(({ SubnetId = "" }) => SubnetId),
        securityGroupIds: [groupId],
      });
    },
    listed: [
      /environments\.dev\.existing\.database\.databaseName/,
      /identifier: "database-1"/,
      /managedPassword: false/,
    ],
    keep: async (changed, clients) => {
      const subnetGroup = `default-${await vpcIdOf(clients, "10.0.0.0/20")}`;
      keepIn(changed, "dev", { database: { ...KEPT_DATABASE, subnetGroup } });
    },
  },
];

export const KEPT_DATABASE = {
  identifier: "database-1",
  databaseName: false,
  managedPassword: false,
  storageType: "gp2",
  publiclyAccessible: true,
  publicSubnets: true,
  ownSecurityGroup: { name: "postgres-access", description: RDS_CONSOLE },
} as const;
