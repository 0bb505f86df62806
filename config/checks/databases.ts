import { formatValue, type Problem } from "../estate-error";
import { draftEnvironments, given, isDraftValues, textOf, type Draft, type DraftValues } from "./draft";

const [DAY, WEEK, SHORTEST] = [24 * 60, 7 * 24 * 60, 30];
const DAYS = ["mon", "tue", "wed", "thu", "fri", "sat", "sun"];

/** The settings of every database fit together, as ModifyDBInstance demands (API reference of RDS). */
export function* databases(draft: Draft): Iterable<Problem> {
  for (const [name, environment] of draftEnvironments(draft)) {
    const database = environment["database"];
    if (!isDraftValues(database)) continue;
    const path = `environments.${name}.database`;
    yield* storage(path, database);
    yield* windows(path, database);
    yield* support(path, database);
    if (environment["production"] === true) yield* production(path, database);
  }
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
