import { pendingChanges } from "../../review/database-changes";
import type { PlanJson } from "../../review/plan-json";
import { plannedResources } from "../../review/planned-resource";
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
