import type { EC2Client, Filter, NetworkInterface } from "@aws-sdk/client-ec2";
import type { DBSubnetGroup } from "@aws-sdk/client-rds";
import type { DestructionClients } from "../../terraform/aws/destruction-clients";
import { listOf } from "../../support/json";
import { everyPage } from "../../terraform/aws/every-page";
import { attributeOf, type ChangedResource } from "./destroyed-resources";

/** Why AWS would refuse to delete a resource; empty if it would not. */
type Look = (
  resource: ChangedResource,
  clients: DestructionClients,
  all: readonly ChangedResource[],
) => Promise<string[]>;

/** By resource type. The clients of AWS load lazily: most plans destroy nothing of this kind. */
export const LOOKS: Readonly<Record<string, Look>> = {
  aws_db_instance: async (resource, { rds }) => [
    ...(await protectedDatabase(resource, rds)),
    ...(await takenSnapshot(resource, rds)),
  ],
  aws_rds_cluster: async (resource, { rds }) => [
    ...(await protectedCluster(resource, rds)),
    ...(await takenClusterSnapshot(resource, rds)),
  ],
  // "DependencyViolation: The subnet has dependencies and cannot be deleted."
  aws_subnet: async (resource, { ec2, rds }, all) => {
    // An update takes a database out of no subnet.
    const destroyed = all.filter(({ isDestroyed }) => isDestroyed);
    return [
      ...interfacesThatStay(await interfaces(ec2, "subnet-id", resource), destroyed).map(
        (shown) =>
          `it holds the network interface ${shown}, which this plan does not delete. Delete what uses it first.`,
      ),
      ...(await subnetGroupsThatStay(rds, resource, destroyed)),
    ];
  },
  // "DependencyViolation: resource sg-… has a dependent object"
  aws_security_group: async (resource, { ec2 }, all) => [
    ...interfacesThatStay(await interfaces(ec2, "group-id", resource), all).map(
      (shown) => `the network interface ${shown} uses it, and this plan does not change that. Detach the group first.`,
    ),
    ...(await groupsThatRefer(ec2, resource, all)).map(
      (id) => `the security group ${id} refers to it, and this plan does not change that. Remove its rules first.`,
    ),
  ],
  // "DependencyViolation: The vpc has dependencies and cannot be deleted."
  aws_vpc: async (resource, { ec2 }, all) => {
    const { paginateDescribeSecurityGroups, paginateDescribeSubnets } = await import("@aws-sdk/client-ec2");
    const filters = [{ Name: "vpc-id", Values: [attributeOf(resource, "id")] }];
    const subnets = await pagesOf(paginateDescribeSubnets({ client: ec2 }, { Filters: filters }), ({ Subnets = [] }) =>
      Subnets.map(({ SubnetId = "" }) => SubnetId),
    );
    const groups = await pagesOf(paginateDescribeSecurityGroups({ client: ec2 }, { Filters: filters }), (page) =>
      (page.SecurityGroups ?? []).filter(({ GroupName }) => GroupName !== "default").map(({ GroupId = "" }) => GroupId),
    );
    const destroyed = new Set(all.filter(({ isDestroyed }) => isDestroyed).map((each) => attributeOf(each, "id")));
    return [...subnets, ...groups]
      .filter((id) => !destroyed.has(id))
      .map((id) => `it holds ${id}, which this plan does not delete. Delete it first.`);
  },
  // "DeleteConflict: Cannot delete entity, must delete access keys first."
  aws_iam_user: async (resource, { iam }) => {
    if (resource.before["force_destroy"] === true) return [];
    const { ListAccessKeysCommand } = await import("@aws-sdk/client-iam");
    const answer = await iam.send(new ListAccessKeysCommand({ UserName: attributeOf(resource, "name") }));
    const keys = (answer.AccessKeyMetadata ?? []).map(({ AccessKeyId = "" }) => AccessKeyId);
    return keys.length === 0 ? [] : [`it has access keys (${keys.join(", ")}). Delete them once no program uses them.`];
  },
};

/** AWS may have the protection although the state does not: it was set by hand. */
async function protectedDatabase(resource: ChangedResource, rds: DestructionClients["rds"]): Promise<string[]> {
  const { DescribeDBInstancesCommand } = await import("@aws-sdk/client-rds");
  const name = attributeOf(resource, "identifier");
  const Filters = [{ Name: "db-instance-id", Values: [name] }];
  const { DBInstances = [] } = await rds.send(new DescribeDBInstancesCommand({ Filters }));
  return DBInstances.some(({ DeletionProtection }) => DeletionProtection)
    ? [`the database ${name} has deletion protection. Disable it first.`]
    : [];
}

async function protectedCluster(resource: ChangedResource, rds: DestructionClients["rds"]): Promise<string[]> {
  const { DescribeDBClustersCommand } = await import("@aws-sdk/client-rds");
  const name = attributeOf(resource, "cluster_identifier");
  const Filters = [{ Name: "db-cluster-id", Values: [name] }];
  const { DBClusters = [] } = await rds.send(new DescribeDBClustersCommand({ Filters }));
  return DBClusters.some(({ DeletionProtection }) => DeletionProtection)
    ? [`the cluster ${name} has deletion protection. Disable it first.`]
    : [];
}

/** The name of the last snapshot, which RDS takes before it deletes a database or a cluster. Undefined if it takes none. */
function lastSnapshot(resource: ChangedResource): string | undefined {
  const name = attributeOf(resource, "final_snapshot_identifier");
  return name === "" || resource.before["skip_final_snapshot"] === true ? undefined : name;
}

/** "DBSnapshotAlreadyExists" */
async function takenSnapshot(resource: ChangedResource, rds: DestructionClients["rds"]): Promise<string[]> {
  const name = lastSnapshot(resource);
  if (name === undefined) return [];
  const { DescribeDBSnapshotsCommand } = await import("@aws-sdk/client-rds");
  const Filters = [{ Name: "db-snapshot-id", Values: [name] }];
  const { DBSnapshots = [] } = await rds.send(new DescribeDBSnapshotsCommand({ Filters }));
  return DBSnapshots.length === 0 ? [] : [takenName(name)];
}

/** "DBClusterSnapshotAlreadyExistsFault" */
async function takenClusterSnapshot(resource: ChangedResource, rds: DestructionClients["rds"]): Promise<string[]> {
  const name = lastSnapshot(resource);
  if (name === undefined) return [];
  const { DescribeDBClusterSnapshotsCommand } = await import("@aws-sdk/client-rds");
  const Filters = [{ Name: "db-cluster-snapshot-id", Values: [name] }];
  const { DBClusterSnapshots = [] } = await rds.send(new DescribeDBClusterSnapshotsCommand({ Filters }));
  return DBClusterSnapshots.length === 0 ? [] : [takenName(name)];
}

const takenName = (name: string): string =>
  `its last snapshot would be ${name}, which exists. Copy that snapshot to another name and delete it.`;

async function interfaces(ec2: EC2Client, name: string, resource: ChangedResource): Promise<NetworkInterface[]> {
  const Filters: Filter[] = [{ Name: name, Values: [attributeOf(resource, "id")] }];
  const { paginateDescribeNetworkInterfaces } = await import("@aws-sdk/client-ec2");
  return pagesOf(
    paginateDescribeNetworkInterfaces({ client: ec2 }, { Filters }),
    (page) => page.NetworkInterfaces ?? [],
  );
}

/**
 * EC2 deletes a subnet of a DB subnet group in which no database has an interface now. The group then names a subnet that
 * does not exist, and RDS finds no place for a standby or for the next database.
 */
async function subnetGroupsThatStay(
  rds: DestructionClients["rds"],
  subnet: ChangedResource,
  destroyed: readonly ChangedResource[],
): Promise<string[]> {
  const destroyedIds = destroyed.map((each) => attributeOf(each, "id"));
  const isDestroyed = (name: string): boolean =>
    destroyed.some((each) => each.type === "aws_db_subnet_group" && attributeOf(each, "name") === name);
  return (await subnetGroups(rds))
    .map(({ DBSubnetGroupName: name = "", Subnets = [] }) => ({
      name,
      ids: Subnets.map(({ SubnetIdentifier = "" }) => SubnetIdentifier),
    })) // prettier-ignore
    .filter(({ name, ids }) => ids.includes(attributeOf(subnet, "id")) && !isDestroyed(name))
    .map(({ name, ids }) => {
      const others = ids.filter((id) => !destroyedIds.includes(id)).join(" ");
      const way =
        others === ""
          ? "Delete the group with its databases first"
          : `Take the subnet out of the group first (aws rds modify-db-subnet-group --db-subnet-group-name ${name} --subnet-ids ${others}; RDS refuses it while a database is in the subnet)`;
      return `the DB subnet group ${name} uses it, and this plan does not delete that. ${way}, or keep the zone in the estate.`;
    });
}

async function subnetGroups(rds: DestructionClients["rds"]): Promise<DBSubnetGroup[]> {
  const { DescribeDBSubnetGroupsCommand } = await import("@aws-sdk/client-rds");
  return everyPage(async (Marker) => {
    const page = await rds.send(new DescribeDBSubnetGroupsCommand({ Marker }));
    return [page.DBSubnetGroups, page.Marker];
  });
}

/** The interfaces that neither a resource of these plans owns nor one that they destroy. */
function interfacesThatStay(all: readonly NetworkInterface[], changed: readonly ChangedResource[]): string[] {
  const destroyed = new Set(changed.filter(({ isDestroyed }) => isDestroyed).map((each) => attributeOf(each, "id")));
  const databases = changed.filter(({ type }) => type === "aws_db_instance" || type === "aws_rds_cluster");
  const groups = new Set(databases.flatMap(({ before }) => listOf(before["vpc_security_group_ids"])));
  const isReleased = ({
    NetworkInterfaceId,
    Attachment,
    Description = "",
    RequesterId,
    Groups = [],
  }: NetworkInterface) =>
    destroyed.has(NetworkInterfaceId ?? "") ||
    destroyed.has(Attachment?.InstanceId ?? "") ||
    // "VPC Endpoint Interface vpce-…", "Interface for NAT Gateway nat-…"
    [...Description.matchAll(/\b(?:vpce|nat)-\w+/g)].some(([id]) => destroyed.has(id)) ||
    (RequesterId === "amazon-rds" && Groups.some(({ GroupId }) => groups.has(GroupId)));
  return all
    .filter((each) => !isReleased(each))
    .map(({ NetworkInterfaceId = "", Description = "" }) =>
      Description === "" ? NetworkInterfaceId : `${NetworkInterfaceId} ("${Description}")`,
    );
}

/** Groups whose rules name a group, except those whose rules these plans change. */
async function groupsThatRefer(
  ec2: EC2Client,
  resource: ChangedResource,
  all: readonly ChangedResource[],
): Promise<string[]> {
  const changed = new Set(all.flatMap((each) => [attributeOf(each, "id"), attributeOf(each, "security_group_id")]));
  const Filters: Filter[] = [{ Name: "ip-permission.group-id", Values: [attributeOf(resource, "id")] }];
  const { paginateDescribeSecurityGroups } = await import("@aws-sdk/client-ec2");
  const found = await pagesOf(paginateDescribeSecurityGroups({ client: ec2 }, { Filters }), (page) =>
    (page.SecurityGroups ?? []).map(({ GroupId = "" }) => GroupId),
  );
  return found.filter((id) => !changed.has(id));
}

async function pagesOf<P, T>(pages: AsyncIterable<P>, itemsOf: (page: P) => readonly T[]): Promise<T[]> {
  const items: T[] = [];
  for await (const page of pages) items.push(...itemsOf(page));
  return items;
}
