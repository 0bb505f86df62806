import type { PlannedResource } from "./planned-resource";
import type { Finding } from "./review";
import type { Value } from "./value";

/** The databases of RDS: instances by themselves, and clusters with their instances. */
export const RDS_TYPES: readonly string[] = ["aws_db_instance", "aws_rds_cluster", "aws_rds_cluster_instance"];

/**
 * What waits for the maintenance window unless it is applied immediately ("Settings for DB instances", RDS User Guide).
 * Every other setting changes at once.
 */
const WAITING: readonly string[] = [
  ...["instance_class", "db_cluster_instance_class", "multi_az", "engine_version", "ca_cert_identifier"],
  ...["allocated_storage", "storage_type", "iops", "storage_throughput", "iam_database_authentication_enabled"],
];

/** Changes that RDS keeps until the maintenance window. Until then, AWS has the former values. */
export function pendingChanges(resources: readonly PlannedResource[]): readonly PendingChange[] {
  return updated(resources, RDS_TYPES).flatMap(({ address, type, before, after }) => {
    if (after.at("apply_immediately").isTrue) return [];
    const name = type === "aws_db_instance" ? "maintenance_window" : "preferred_maintenance_window";
    const window = after.at(name).text ?? before.at(name).text;
    const waits = (setting: string): boolean =>
      !after.at(setting).isUnknown && differs(before.at(setting), after.at(setting));
    const changes = [...WAITING.filter(waits), ...(turnsBackups(before, after) ? ["backup_retention_period"] : [])];
    return changes.map((setting) => ({
      address,
      message: `${setting}: ${before.at(setting).display} → ${after.at(setting).display} is applied in the maintenance window (${window ?? "a time that AWS chooses"}), and pending until then`,
      window,
    }));
  });
}

interface PendingChange extends Finding {
  /** UTC, `ddd:hh:mm-ddd:hh:mm`. Undefined if the plan does not know it. */
  readonly window?: string;
}

const differs = (before: Value, after: Value): boolean => !before.isEmpty && before.display !== after.display;

/** Only turning backups on or off waits. */
const turnsBackups = (before: Value, after: Value): boolean => {
  const [was, will] = [before, after].map((side) => side.at("backup_retention_period").number ?? 0);
  return (was === 0) !== (will === 0);
};

/** Changes that RDS refuses, or that would fail halfway ("ModifyDBInstance", RDS API Reference). */
export function refusedChanges(resources: readonly PlannedResource[]): readonly Finding[] {
  const ofDatabases = updated(resources, ["aws_db_instance"]).flatMap(({ address, before, after }) =>
    [...refusedVersion(before, after), ...refusedStorage(before, after), ...refusedSupport(before, after)].map(
      (message) => ({ address, message }),
    ),
  );
  const ofClusters = updated(resources, ["aws_rds_cluster"]).flatMap(({ address, before, after }) =>
    refusedDowngrade(before, after, "Keep the version").map((message) => ({ address, message })),
  );
  return [...ofDatabases, ...ofClusters, ...refusedSubnets(resources)];
}

/** "Some of the subnets to be deleted are currently in use" (ModifyDBSubnetGroup): an instance is in one of them. */
function refusedSubnets(resources: readonly PlannedResource[]): readonly Finding[] {
  const staying = resources.filter(
    ({ type, action }) => type === "aws_db_instance" && (action === "none" || action === "update"),
  );
  return resources
    .filter(({ type, action }) => type === "aws_db_subnet_group" && action === "update")
    .filter(({ before, after }) => {
      const name = before.at("name").text;
      const [was, will] = [before, after].map((side) => side.at("subnet_ids"));
      const kept = was?.elements().some(({ text }) => will?.elements().some((subnet) => subnet.text === text));
      const isUsed = staying.some((database) => database.before.at("db_subnet_group_name").text === name);
      return isUsed && was?.isEmpty === false && will?.hasUnknown === false && !kept;
    })
    .map(({ address }) => ({
      address,
      message:
        "subnet_ids: none of the subnets stays, and RDS moves no instance out of its subnet. Keep tier as it was. For another tier, restore a snapshot into another database.",
    }));
}

const updated = (resources: readonly PlannedResource[], types: readonly string[]): readonly PlannedResource[] =>
  resources.filter(({ type, action }) => types.includes(type) && action === "update");

const isPostgres = (database: Value): boolean => database.at("engine").text?.startsWith("postgres") === true;

function refusedVersion(before: Value, after: Value): readonly string[] {
  const [was, will] = [before.at("engine_version").text, after.at("engine_version").text];
  if (was === undefined || will === undefined) return [];
  const change = `engine_version: ${was} → ${will}`;
  const [major, newMajor] = [was, will].map((version) => version.split(".")[0] ?? "");
  const downgrade = refusedDowngrade(before, after, `Keep engineVersion "${major}"`);
  if (downgrade.length > 0) return downgrade;
  if (isPostgres(before) && major !== newMajor && !after.at("apply_immediately").isTrue)
    return [
      `${change}: a major version upgrade must not wait for the maintenance window, because the parameter group of version ${major} cannot be destroyed before. Set applyImmediately: true with it.`,
    ];
  return [];
}

function refusedDowngrade(before: Value, after: Value, keep: string): readonly string[] {
  const [was, will] = [before.at("engine_version").text, after.at("engine_version").text];
  if (was === undefined || will === undefined || compareVersions(will, was) >= 0) return [];
  return [
    `engine_version: ${was} → ${will}: RDS has no downgrade. ${keep}, or restore a snapshot of the former version into another database.`,
  ];
}

/** Compares the parts that both versions name: 17 is not older than 17.4. */
function compareVersions(one: string, other: string): number {
  const [left, right] = [one, other].map((version) => [...version.matchAll(/\d+/g)].map(Number));
  const index = left?.findIndex((part, at) => right?.[at] !== undefined && right[at] !== part) ?? -1;
  return index < 0 ? 0 : (left?.[index] ?? 0) - (right?.[index] ?? 0);
}

function refusedStorage(before: Value, after: Value): readonly string[] {
  const [was, will] = [before, after].map((side) => side.at("allocated_storage").number);
  const limit = after.at("max_allocated_storage").number ?? 0;
  if (was === undefined || will === undefined) return [];
  const change = `allocated_storage: ${was} → ${will}`;
  const least = tenthMore(was);
  if (will < was)
    return [
      `${change}: RDS cannot shrink storage. Set allocatedStorageGb to ${was} or more, or keep maxAllocatedStorageGb: then storage that grew by itself stays.`,
    ];
  if (will > was && will < least && isPostgres(before))
    return [`${change}: RDS rounds an increase of less than a tenth up. Set allocatedStorageGb to ${least} or more.`];
  if (limit > 0 && limit < tenthMore(will))
    return [
      `max_allocated_storage: ${limit}: the limit must be at least a tenth more than the storage, ${will} GB. Set maxAllocatedStorageGb to ${tenthMore(will)} or more.`,
    ];
  return [];
}

/** Version 5.100.0 of the provider plans an update, and sends nothing: every plan would show the change again. */
function refusedSupport(before: Value, after: Value): readonly string[] {
  const [was, will] = [before, after].map((side) => side.at("engine_lifecycle_support"));
  if (!was || !will || will.isUnknown || was.display === will.display) return [];
  return [
    `engine_lifecycle_support: ${was.display} → ${will.display}: the provider sets it only when it creates a database. Change it in AWS first: aws rds modify-db-instance --db-instance-identifier ${before.at("identifier").display} --engine-lifecycle-support ${will.display}`,
  ];
}

const tenthMore = (size: number): number => size + Math.ceil(size / 10);
