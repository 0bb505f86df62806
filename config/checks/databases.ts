import { formatValue, type Problem } from "../estate-error";
import {
  draftDatabases,
  draftEnvironments,
  given,
  isDraftValues,
  keptOfDatabase,
  nameAmong,
  namesIn,
  textOf,
  zonesIn,
  type Draft,
  type DraftValues,
} from "./draft";

const [DAY, WEEK, SHORTEST] = [24 * 60, 7 * 24 * 60, 30];
const DAYS = ["mon", "tue", "wed", "thu", "fri", "sat", "sun"];

/** The settings of every database fit together, as ModifyDBInstance demands (API reference of RDS). */
export function* databases(draft: Draft): Iterable<Problem> {
  for (const [name, environment] of draftEnvironments(draft))
    for (const { key, values } of draftDatabases(environment)) {
      const path = `environments.${name}.${key}`;
      yield* storage(path, values);
      yield* windows(path, values);
      yield* support(path, values);
      yield* parameters(path, values);
      yield* tier(path, environment, values);
      if (environment["production"] === true) yield* production(path, values);
      if (isDraftValues(values["replica"]))
        yield* replica(`environments.${name}`, draft, { environment, key, values, settings: values["replica"] });
    }
}

/** What a value of a parameter must be, for those that decide whether connections and passwords are safe. */
const SAFE_PARAMETERS: Readonly<Record<string, { readonly expected: string; readonly values: RegExp }>> = {
  "rds.force_ssl": { expected: "left out: TLS is always required", values: /(?!)/ },
  ssl: { expected: "left out: TLS is always required", values: /(?!)/ },
  ssl_min_protocol_version: { expected: '"TLSv1.2" or "TLSv1.3"', values: /^TLSv1\.[23]$/ },
  password_encryption: { expected: '"scram-sha-256"', values: /^scram-sha-256$/ },
  "rds.accepted_password_auth_method": { expected: '"scram"', values: /^scram$/ },
};

function* parameters(path: string, database: DraftValues): Iterable<Problem> {
  const listed = database["parameters"];
  if (!isDraftValues(listed)) return;
  for (const [name, { expected, values }] of Object.entries(SAFE_PARAMETERS)) {
    const value = textOf(listed[name]);
    if (value !== undefined && !values.test(value))
      yield { path: `${path}.parameters.${name}`, expected, got: formatValue(value) };
  }
}

function* tier(path: string, environment: DraftValues, database: DraftValues): Iterable<Problem> {
  const name = textOf(database["tier"]);
  if (name === undefined) return;
  const network = given(environment, "network", {});
  const names = isDraftValues(network) ? ("tiers" in network ? namesIn(network, "tiers") : []) : undefined;
  if (names && !names.includes(name))
    yield { path: `${path}.tier`, expected: nameAmong("a tier of network.tiers", names), got: formatValue(name) };
}

interface WithReplica {
  readonly environment: DraftValues;
  readonly key: string;
  readonly values: DraftValues;
  readonly settings: DraftValues;
}

/**
 * RDS refuses a replica of an instance without backups, and of one whose password it manages: "Creating a read replica
 * when the source DB manages credentials with Secrets Manager" is one of the limitations (RDS User Guide).
 */
function* replica(path: string, draft: Draft, { environment, key, values, settings }: WithReplica): Iterable<Problem> {
  const kept = keptOfDatabase(environment, key);
  if (kept["managedPassword"] !== false)
    yield {
      path: `${path}.${key}.replica`,
      expected: `left out unless ${path}.existing.${key}.managedPassword is false: RDS creates no read replica of a database whose password it manages`,
      got: formatValue(settings),
      remedy:
        "In AWS, set a password of your own (aws rds modify-db-instance with --no-manage-master-user-password), then set the key",
    };
  if (values["backupRetentionDays"] === 0)
    yield { path: `${path}.${key}.backupRetentionDays`, expected: "1 to 35 days with a replica", got: "0" };
  const [zone, zones] = [textOf(settings["zone"]), zonesIn(draft, environment)];
  if (zone !== undefined && zones && !zones.includes(zone))
    yield {
      path: `${path}.${key}.replica.zone`,
      expected: `a zone of the private subnets (${zones.join(", ")})`,
      got: formatValue(zone),
    };
}

/** "The maximum storage threshold must be at least 10% more than the current allocated storage" (RDS User Guide). */
function* storage(path: string, database: DraftValues): Iterable<Problem> {
  const [allocated, limit] = [given(database, "allocatedStorageGb", 20), database["maxAllocatedStorageGb"]];
  if (typeof allocated !== "number" || typeof limit !== "number") return;
  const least = allocated + Math.ceil(allocated / 10);
  if (limit < least)
    yield {
      path: `${path}.maxAllocatedStorageGb`,
      expected: `at least ${least}, a tenth more than allocatedStorageGb`,
      got: String(limit),
    };
}

/**
 * The end of standard support ("Release calendar for Amazon RDS for PostgreSQL", read 2026-11). Fixed, because an estate
 * must not become invalid overnight: version 14 follows on 2027-02-28. Each version ends a year after the one before.
 */
const SUPPORT_ENDED: Readonly<Record<string, string>> = { "13": "2026-02-28" };

function* support(path: string, database: DraftValues): Iterable<Problem> {
  const version = textOf(database["engineVersion"]) ?? "";
  const ended = SUPPORT_ENDED[version];
  if (ended !== undefined && database["extendedSupport"] !== true)
    yield {
      path: `${path}.engineVersion`,
      expected: `a version in standard support of RDS, which ended on ${ended} for ${version}; or extendedSupport must be true, which costs 0.10 USD and more per vCPU and hour, about 146 USD a month for db.t4g.micro`,
      got: formatValue(version),
    };
}

/** Both windows last at least 30 minutes and do not overlap. */
function* windows(path: string, database: DraftValues): Iterable<Problem> {
  if (!("backupWindow" in database) && !("maintenanceWindow" in database)) return;
  const spans = (["backupWindow", "maintenanceWindow"] as const).map((key) => {
    const text = textOf(database[key]);
    const [start = 0, end = 0] = text?.split("-").map(minuteOf) ?? [];
    const period = key === "backupWindow" ? DAY : WEEK;
    return { key, text, start, length: (end - start + period) % period };
  });
  for (const { key, text, length } of spans)
    if (text !== undefined && length < SHORTEST)
      yield { path: `${path}.${key}`, expected: `at least ${SHORTEST} minutes long`, got: formatValue(text) };
  const [backup, maintenance] = spans;
  if (backup?.text === undefined || maintenance?.text === undefined) return;
  const sinceStart = (backup.start - (maintenance.start % DAY) + DAY) % DAY;
  if (sinceStart < maintenance.length || sinceStart + backup.length > DAY)
    yield {
      path: `${path}.maintenanceWindow`,
      expected: `a time that does not overlap the daily backup (${backup.text})`,
      got: formatValue(maintenance.text),
    };
}

/** The minute of the day, or of the week if a day is named. */
function minuteOf(time: string): number {
  const [, day = "mon", hour, minute] = /^(?:([a-z]{3}):)?(\d\d):(\d\d)$/.exec(time) ?? [];
  return DAYS.indexOf(day) * DAY + Number(hour) * 60 + Number(minute);
}

function* production(path: string, database: DraftValues): Iterable<Problem> {
  if (database["deletionProtection"] === false && database["finalSnapshot"] !== true)
    yield {
      path: `${path}.deletionProtection`,
      expected: "true in production, unless finalSnapshot is true",
      got: "false",
    };
  if (database["finalSnapshot"] === false)
    yield { path: `${path}.finalSnapshot`, expected: "true in production", got: "false" };
  if (database["backupRetentionDays"] === 0)
    yield { path: `${path}.backupRetentionDays`, expected: "1 to 35 days in production", got: "0" };
}
