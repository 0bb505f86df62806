import {
  DescribeInternetGatewaysCommand,
  DescribeNatGatewaysCommand,
  DescribeRouteTablesCommand,
  DescribeSubnetsCommand,
} from "@aws-sdk/client-ec2";
import { DescribeDBInstancesCommand, type DBInstance } from "@aws-sdk/client-rds";
import type { DatabaseConfig } from "../../config/environment-model";
import { type Environment, type Member } from "../../config/model";
import { stackId } from "../../config/naming";
import { trustOf } from "./account-proofs";
import { applicationProofs } from "./application-proofs";
import type { ClientsOf } from "./clients";
import { expectEqual, expectOne, type Proof } from "./proof";
import { type FoundVpc, inVpc, securityGroupProofs, vpcOf } from "./security-group-proofs";
import {
  applicationRoleArns,
  crossAccountRoleName,
  databaseIdentifier,
  masterRoleName,
} from "../../config/resolve/environment";

/** The proofs of an environment, in every account that it uses. */
export function environmentProofs(environment: Environment, clientsOf: ClientsOf): Proof[] {
  return [
    ...networkProofs(environment, clientsOf),
    ...securityGroupProofs(environment, clientsOf),
    ...environment.databases.flatMap((database) => databaseProofs(environment, database, clientsOf)),
    ...applicationProofs(environment, clientsOf),
    ...masterProofs(environment, clientsOf),
    ...environment.members.flatMap((member) => memberProofs(environment, member, clientsOf)),
  ];
}

function networkProofs({ name, account, region, network }: Environment, clientsOf: ClientsOf): Proof[] {
  const clients = clientsOf(account.id, region);
  const { ec2 } = clients;
  const proof = (claim: string, check: (vpc: FoundVpc) => Promise<void>): Proof => ({
    account: account.name,
    claim: `${name}: ${claim}`,
    check: async () => check(await vpcOf(clients, stackId(name, "network"))),
  });
  const sorted = (cidrBlocks: readonly (string | undefined)[]) => [...cidrBlocks].sort();
  const publicCidrBlocks = network.publicSubnets.map(({ cidrBlock }) => cidrBlock);
  const privateSubnets = [...network.privateSubnets, ...network.tiers.flatMap(({ subnets }) => subnets)];
  const privateCidrBlocks = privateSubnets.map(({ cidrBlock }) => cidrBlock);
  return [
    proof(
      `the VPC is ${network.cidrBlock}, with ${publicCidrBlocks.length} public and ${privateCidrBlocks.length} private subnets`,
      async (vpc) => {
        expectEqual("CIDR block", vpc.CidrBlock, network.cidrBlock);
        const { Subnets = [] } = await ec2.send(new DescribeSubnetsCommand(inVpc(vpc)));
        expectEqual(
          "subnets",
          sorted(Subnets.map(({ CidrBlock }) => CidrBlock)),
          sorted([...publicCidrBlocks, ...privateCidrBlocks]),
        );
      },
    ),
    proof("there is no NAT gateway", async (vpc) => {
      const { NatGateways = [] } = await ec2.send(new DescribeNatGatewaysCommand({ Filter: inVpc(vpc).Filters }));
      expectEqual("NAT gateways", NatGateways.length, 0);
    }),
    proof("only the public tier has a route to the internet", async (vpc) => {
      const { Subnets = [] } = await ec2.send(new DescribeSubnetsCommand(inVpc(vpc)));
      const { RouteTables = [] } = await ec2.send(new DescribeRouteTablesCommand(inVpc(vpc)));
      const open = RouteTables.filter(({ Routes = [] }) =>
        Routes.some(({ DestinationCidrBlock }) => DestinationCidrBlock === "0.0.0.0/0"),
      );
      const ids = open.flatMap(({ Associations = [] }) => Associations.map(({ SubnetId }) => SubnetId));
      const cidrBlocks = Subnets.filter(({ SubnetId }) => ids.includes(SubnetId)).map(({ CidrBlock }) => CidrBlock);
      expectEqual("subnets with a route out", sorted(cidrBlocks), sorted(publicCidrBlocks));
      const attached = { Filters: [{ Name: "attachment.vpc-id", Values: [vpc.VpcId] }] };
      const { InternetGateways = [] } = await ec2.send(new DescribeInternetGatewaysCommand(attached));
      expectEqual("internet gateways", InternetGateways.length, publicCidrBlocks.length > 0 ? 1 : 0);
    }),
  ];
}

function databaseProofs(environment: Environment, database: DatabaseConfig, clientsOf: ClientsOf): Proof[] {
  const { name, account, region, network } = environment;
  const { existing = {} } = database;
  const { publiclyAccessible = false, publicSubnets = false, encrypted = true, masterUsername } = existing;
  const isPublic = publiclyAccessible || publicSubnets;
  const { ec2, rds } = clientsOf(account.id, region);
  const instance = async (DBInstanceIdentifier = databaseIdentifier(environment, database)) => {
    const { DBInstances = [] } = await rds.send(new DescribeDBInstancesCommand({ DBInstanceIdentifier }));
    return expectOne("instances", DBInstances);
  };
  const what = database.name === undefined ? "the database" : `the database ${database.name}`;
  const proof: ProofOf = (claim, check) => ({
    account: account.name,
    claim: `${name}: ${what} ${claim}`,
    check,
  });
  const tier = network.tiers.find((each) => each.name === database.tier)?.subnets ?? network.privateSubnets;
  const subnets = [...tier, ...(publicSubnets ? network.publicSubnets : [])].map(({ cidrBlock }) => cidrBlock);
  return [
    proof(
      `is PostgreSQL ${database.engineVersion} on ${database.instanceClass} with ${database.allocatedStorageGb} GB, in one zone`,
      async () => {
        const { Engine, EngineVersion, DBInstanceClass, AllocatedStorage, MultiAZ } = await instance();
        expectEqual("engine", [Engine, EngineVersion?.split(".")[0]], ["postgres", database.engineVersion]);
        expectEqual("size", [DBInstanceClass, AllocatedStorage], [database.instanceClass, database.allocatedStorageGb]);
        expectEqual("more than one zone", MultiAZ, false);
      },
    ),
    proof(
      isPublic
        ? "has the public access that the estate keeps"
        : "is private: no public address, in private subnets only",
      async () => {
        const { PubliclyAccessible, DBSubnetGroup } = await instance();
        expectEqual("publicly accessible", PubliclyAccessible, publiclyAccessible);
        const SubnetIds = (DBSubnetGroup?.Subnets ?? []).flatMap(({ SubnetIdentifier }) => SubnetIdentifier ?? []);
        const { Subnets = [] } = await ec2.send(new DescribeSubnetsCommand({ SubnetIds }));
        expectEqual("subnets", Subnets.map(({ CidrBlock }) => CidrBlock).sort(), subnets.sort());
      },
    ),
    proof("is encrypted, its password is in Secrets Manager, and its protection matches the estate", async () => {
      const { StorageEncrypted, MasterUserSecret, DeletionProtection, BackupRetentionPeriod, MasterUsername } =
        await instance();
      expectEqual("storage encrypted", StorageEncrypted, encrypted);
      expectEqual(
        "secret in Secrets Manager",
        MasterUserSecret?.SecretArn?.startsWith("arn:aws:secretsmanager:"),
        true,
      );
      expectEqual("deletion protection", DeletionProtection, database.deletionProtection);
      expectEqual("days of backups", BackupRetentionPeriod, database.backupRetentionDays);
      expectEqual("master user", MasterUsername, masterUsername ?? database.masterUsername);
    }),
    ...replicaProofs(database, proof, instance),
  ];
}

type ProofOf = (claim: string, check: () => Promise<void>) => Proof;

function replicaProofs(
  { instanceClass, deletionProtection, existing = {}, replica }: DatabaseConfig,
  proof: ProofOf,
  instance: (id?: string) => Promise<DBInstance>,
): Proof[] {
  if (!replica) return [];
  return [
    proof("has a read replica, which is private, encrypted and protected like it", async () => {
      const { ReadReplicaDBInstanceIdentifiers: [id] = [] } = await instance();
      const { PubliclyAccessible, StorageEncrypted, DeletionProtection, DBInstanceClass } = await instance(id);
      expectEqual("class", DBInstanceClass, replica.instanceClass ?? instanceClass);
      expectEqual("publicly accessible", PubliclyAccessible, false);
      expectEqual("storage encrypted", StorageEncrypted, existing.encrypted ?? true);
      expectEqual("deletion protection", DeletionProtection, deletionProtection);
    }),
  ];
}

function masterProofs(environment: Environment, clientsOf: ClientsOf): Proof[] {
  const { name, account, region, master, externalId } = environment;
  if (!master) return [];
  return [
    {
      account: master.name,
      claim: `${name}: the Master role trusts the account ${account.name} with its ExternalId`,
      check: async () => {
        const trust = await trustOf(clientsOf(master.id, region), masterRoleName(environment));
        expectEqual("principals", trust.principals, [`arn:aws:iam::${account.id}:root`]);
        expectEqual("ExternalId", trust.conditions?.["StringEquals"], { "sts:ExternalId": externalId });
      },
    },
  ];
}

function memberProofs(environment: Environment, member: Member, clientsOf: ClientsOf): Proof[] {
  const { name, region, externalId } = environment;
  const clients = clientsOf(member.account.id, region);
  const role: Proof = {
    account: member.account.name,
    claim: `${name}: the cross-account role trusts the application's two roles and its own account, with the ExternalId`,
    check: async () => {
      const trust = await trustOf(clients, crossAccountRoleName(environment));
      const expected = [...applicationRoleArns(environment), `arn:aws:iam::${member.account.id}:root`];
      expectEqual("principals", [...trust.principals].sort(), expected.sort());
      expectEqual("ExternalId", trust.conditions?.["StringEquals"], { "sts:ExternalId": externalId });
    },
  };
  const { network } = member;
  if (!network) return [role];
  const subnet: Proof = {
    account: member.account.name,
    claim: `${name}: the member has the VPC ${network.cidrBlock} with one public subnet`,
    check: async () => {
      const vpc = await vpcOf(clients, stackId(name, `member-${member.name}`));
      expectEqual("CIDR block", vpc.CidrBlock, network.cidrBlock);
      const { Subnets = [] } = await clients.ec2.send(new DescribeSubnetsCommand(inVpc(vpc)));
      expectEqual(
        "subnets",
        Subnets.map(({ CidrBlock }) => CidrBlock),
        [network.subnet.cidrBlock],
      );
    },
  };
  return [role, subnet];
}
