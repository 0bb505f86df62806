import type { PlannedResource } from "./planned-resource";
import type { Finding } from "./review";
import type { Value } from "./value";

/**
 * What waits for the maintenance window unless it is applied immediately ("Settings for DB instances", RDS User Guide).
 * Every other setting changes at once.
 */
const WAITING = [
  ...["instance_class", "multi_az", "engine_version", "ca_cert_identifier"],
  ...["allocated_storage", "storage_type", "iops", "storage_throughput", "iam_database_authentication_enabled"],
];

/** Changes that RDS keeps until the maintenance window. Until then, AWS has the former values. */
export function pendingChanges(resources: readonly PlannedResource[]): readonly PendingChange[] {
  return updatedDatabases(resources).flatMap(({ address, before, after }) => {
    if (after.at("apply_immediately").isTrue) return [];
    const window = after.at("maintenance_window").text ?? before.at("maintenance_window").text;
    const waits = (name: string): boolean => !after.at(name).isUnknown && differs(before.at(name), after.at(name));
    const changes = [...WAITING.filter(waits), ...(turnsBackups(before, after) ? ["backup_retention_period"] : [])];
    return changes.map((name) => ({
      address,
      message: `${name}: ${before.at(name).display} → ${after.at(name).display} is applied in the maintenance window (${window ?? "a time that AWS chooses"}), and pending until then`,
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
  const ofDatabases = updatedDatabases(resources).flatMap(({ address, before, after }) =>
    [...refusedVersion(before, after), ...refusedStorage(before, after), ...refusedSupport(before, after)].map(
      (message) => ({ address, message }),
    ),
  );
  return [...ofDatabases, ...refusedSubnets(resources)];
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

const updatedDatabases = (resources: readonly PlannedResource[]): readonly PlannedResource[] =>
  resources.filter(({ type, action }) => type === "aws_db_instance" && action === "update");

const isPostgres = (database: Value): boolean => database.at("engine").text?.startsWith("postgres") === true;

function refusedVersion(before: Value, after: Value): readonly string[] {
  const [was, will] = [before.at("engine_version").text, after.at("engine_version").text];
  if (was === undefined || will === undefined) return [];
  const change = `engine_version: ${was} → ${will}`;
  const [major, newMajor] = [was, will].map((version) => version.split(".")[0] ?? "");
  if (compareVersions(will, was) < 0)
    return [
      `${change}: RDS has no downgrade. Keep engineVersion "${major}", or restore a snapshot of the former version into another database.`,
    ];
  if (isPostgres(before) && major !== newMajor && !after.at("apply_immediately").isTrue)
    return [
      `${change}: a major version upgrade must not wait for the maintenance window, because the parameter group of version ${major} cannot be destroyed before. Set applyImmediately: true with it.`,
    ];
  return [];
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
