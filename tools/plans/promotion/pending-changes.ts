import { attributeChanges } from "../../review/attribute-changes";
import { pendingChanges, RDS_TYPES } from "../../review/database-changes";
import type { PlanJson } from "../../review/plan-json";
import { plannedResources, type PlannedResource } from "../../review/planned-resource";
import type { AttributeChange } from "../../review/review";
import { isStateOnly } from "../../review/state-only";
import type { PendingContent } from "./applied-content";

const DAYS = ["sun", "mon", "tue", "wed", "thu", "fri", "sat"];
const [MINUTE, WEEK] = [60_000, 7 * 24 * 60 * 60_000];

/**
 * What an applied plan leaves to the maintenance window of a database, and until when. AWS has the former values until
 * then, so every plan shows the change again. Undefined if nothing waits.
 */
export function pendingIn(plan: PlanJson, now = new Date()): Omit<PendingContent, "exact"> | undefined {
  const pending = pendingChanges(plannedResources(plan));
  if (pending.length === 0) return undefined;
  const ends = pending.map(({ window }) => endOf(window, now).getTime());
  return {
    changes: pending.map(({ address, message }) => `${address} ${message}`),
    until: new Date(Math.max(...ends)).toISOString(),
  };
}

/**
 * What waits in RDS after an apply of this plan, of earlier applies too. A change that the code no longer has is in no
 * plan, and RDS still makes it. Then the result has the content that requested it, and not `exact`.
 *
 * @param exact the hash of the plan's content
 */
export function pendingAfter(plan: PlanJson, exact: string, earlier?: PendingContent): PendingContent | undefined {
  const own = pendingIn(plan);
  const left = earlier && earlier.exact !== exact ? leftBy(plan, earlier) : undefined;
  if (!own || !left) return own ? { exact, ...own } : left;
  return {
    exact,
    changes: [...own.changes, ...left.changes],
    until: own.until > left.until ? own.until : left.until,
  };
}

function leftBy(plan: PlanJson, earlier: PendingContent): PendingContent | undefined {
  const databases = plannedResources(plan).filter(({ type }) => RDS_TYPES.includes(type));
  const changes = earlier.changes.filter((change) => !databases.some((database) => decides(database, change)));
  return changes.length > 0 ? { ...earlier, changes } : undefined;
}

/** Whether Terraform modifies a database of this type in RDS because of a changed attribute. */
const isSent =
  (type: string) =>
  ({ path }: AttributeChange): boolean =>
    !/^tags\b/.test(path) && !isStateOnly(type, path);

/** Whether the apply of a database leaves nothing of a pending change, `<address> <attribute>: …`. */
function decides(database: PlannedResource, change: string): boolean {
  const { address, type, action, after } = database;
  if (!change.startsWith(`${address} `) || action === "none") return false;
  if (action !== "update") return true; // destroyed, and perhaps created again
  const sent = attributeChanges(database).filter(isSent(type));
  // A call with ApplyImmediately makes everything that waits ("ModifyDBInstance", RDS API Reference).
  const isImmediate = sent.length > 0 && after.at("apply_immediately").isTrue;
  return isImmediate || sent.some(({ path }) => change.startsWith(`${address} ${path}:`));
}

/** The end of the next maintenance window, `ddd:hh:mm-ddd:hh:mm` in UTC. RDS may leave the present one out. */
function endOf(window: string | undefined, now: Date): Date {
  const [start, end] = (window?.match(/[a-z]{3}:\d\d:\d\d/g) ?? []).map(timeOfWeek);
  if (start === undefined || end === undefined) return new Date(now.getTime() + WEEK);
  const sunday = Date.UTC(now.getUTCFullYear(), now.getUTCMonth(), now.getUTCDate() - now.getUTCDay());
  const next = sunday + start > now.getTime() ? sunday + start : sunday + start + WEEK;
  return new Date(next + ((end - start + WEEK) % WEEK));
}

function timeOfWeek(time: string): number {
  const [day = "", hour, minute] = time.split(":");
  return ((DAYS.indexOf(day) * 24 + Number(hour)) * 60 + Number(minute)) * MINUTE;
}
