import type { ScopedResource } from "../../access/read/resolver";
import { listOf } from "../../support/json";
import { blocksOf, eachResource, firstBlock, type Rule, type SynthesizedEstate } from "../rule";

type Problem = (database: ScopedResource, estate: SynthesizedEstate) => string | undefined;

const databaseRule =
  (expected: string, problemOf: Problem): Rule =>
  (estate) =>
    eachResource(estate.all("aws_db_instance"), expected, (database) => problemOf(database, estate));

/** A rule that an argument is true. */
const isOn = (argument: string, expected: string, what: string): Rule =>
  databaseRule(expected, ({ values }) => (values[argument] === true ? undefined : what));

const exported = (log: string): Rule =>
  databaseRule(`the log ${log} in CloudWatch Logs`, ({ values }) =>
    listOf(values["enabled_cloudwatch_logs_exports"]).includes(log) ? undefined : `does not export the log ${log}`,
  );

const tlsForced: Problem = (database, estate) => {
  const group = estate.target(database.stack, database.values["parameter_group_name"]);
  const isForced = blocksOf(group?.values["parameter"]).some(
    ({ name, value }) => name === "rds.force_ssl" && String(value) === "1",
  );
  return isForced ? undefined : "accepts connections without TLS";
};

/** Whether a subnet has a route to an internet gateway. Unknown counts as one. */
function isPublic(subnet: ScopedResource | undefined, estate: SynthesizedEstate): boolean {
  if (subnet?.type !== "aws_subnet") return true;
  const inStack = (type: string) => estate.all(type).filter(({ stack }) => stack === subnet.stack);
  const named = ({ stack, values }: ScopedResource, argument: string) => estate.target(stack, values[argument]);
  const tables = inStack("aws_route_table_association")
    .filter((association) => named(association, "subnet_id") === subnet)
    .map((association) => named(association, "route_table_id"));
  const routed = inStack("aws_route").filter((route) => tables.includes(named(route, "route_table_id")));
  return (
    tables.length === 0 ||
    routed.some((route) => route.values["gateway_id"] !== undefined) ||
    tables.some((table) => blocksOf(table?.values["route"]).some((route) => Boolean(route["gateway_id"])))
  );
}

/** The source of a replica, which has its settings; or else the database itself. */
const sourceOf = (database: ScopedResource, estate: SynthesizedEstate): ScopedResource =>
  estate.target(database.stack, database.values["replicate_source_db"]) ?? database;

const privateOnly: Problem = (replica, estate) => {
  const database = replica.values["db_subnet_group_name"] === undefined ? sourceOf(replica, estate) : replica;
  const group = estate.target(database.stack, database.values["db_subnet_group_name"]);
  const subnets = listOf(group?.values["subnet_ids"]).map((id) => estate.target(database.stack, id));
  return subnets.length > 0 && subnets.every((subnet) => !isPublic(subnet, estate))
    ? undefined
    : "is in a subnet with a route to the internet, or in an unknown one";
};

const DEFAULT_PORTS: Readonly<Record<string, number>> = { postgres: 5432, mysql: 3306, mariadb: 3306 };
const DEFAULT_USERS: Readonly<Record<string, string>> = { postgres: "postgres", mysql: "admin", mariadb: "admin" };
const engineOf = ({ values }: ScopedResource): string => String(values["engine"]);

const repositoryRule =
  (expected: string, problemOf: Problem): Rule =>
  (estate) =>
    eachResource(estate.all("aws_ecr_repository"), expected, (repository) => problemOf(repository, estate));

/** Controls of RDS and ECR, by the key of the list. */
export const DATABASE_RULES = {
  "RDS.2": databaseRule("no public access", ({ values }) =>
    values["publicly_accessible"] === false ? undefined : "is public, or does not say that it is not",
  ),
  "RDS.3": isOn("storage_encrypted", "encryption", "is not encrypted"),
  "RDS.5": isOn("multi_az", "a standby in another zone", "is in a single zone"),
  "RDS.6": databaseRule("enhanced monitoring", ({ values }) =>
    Number(values["monitoring_interval"] ?? 0) > 0 ? undefined : "has no enhanced monitoring",
  ),
  "RDS.8": isOn("deletion_protection", "deletion protection", "can be deleted"),
  "RDS.9": exported("upgrade"),
  "RDS.10": isOn("iam_database_authentication_enabled", "IAM authentication", "has no IAM authentication"),
  "RDS.11": databaseRule("backups of at least 7 days", ({ values }) =>
    Number(values["backup_retention_period"] ?? 0) >= 7 || values["replicate_source_db"] !== undefined
      ? undefined
      : `keeps backups for ${Number(values["backup_retention_period"] ?? 0)} days`,
  ),
  "RDS.13": isOn("auto_minor_version_upgrade", "automatic minor upgrades", "gets no minor upgrades"),
  "RDS.17": isOn("copy_tags_to_snapshot", "snapshots with its tags", "does not copy its tags to snapshots"),
  "RDS.23": databaseRule("another port than the engine's default", (replica, estate) => {
    const database = sourceOf(replica, estate);
    return Number(database.values["port"] ?? DEFAULT_PORTS[engineOf(database)]) === DEFAULT_PORTS[engineOf(database)]
      ? "listens on the engine's default port"
      : undefined;
  }),
  "RDS.25": databaseRule("another master user than the engine's default", (replica, estate) => {
    const database = sourceOf(replica, estate);
    const user = String(database.values["username"]);
    return user === DEFAULT_USERS[engineOf(database)] ? `has the master user ${user}` : undefined;
  }),
  "RDS.36": exported("postgresql"),
  "RDS.38": databaseRule("rds.force_ssl", tlsForced),
  "RDS.46": databaseRule("private subnets only", privateOnly),
  "ECR.1": repositoryRule("a scan of every image", ({ values }) =>
    firstBlock(values["image_scanning_configuration"])["scan_on_push"] === true ? undefined : "does not scan images",
  ),
  "ECR.2": repositoryRule("tags that cannot be moved", ({ values }) =>
    values["image_tag_mutability"] === "IMMUTABLE" ? undefined : "lets a tag move to another image",
  ),
  "ECR.3": repositoryRule("a lifecycle policy", (repository, estate) =>
    estate
      .certain("aws_ecr_lifecycle_policy")
      .some(({ stack, values }) => estate.target(stack, values["repository"]) === repository)
      ? undefined
      : "has no lifecycle policy",
  ),
} satisfies Readonly<Record<string, Rule>>;
