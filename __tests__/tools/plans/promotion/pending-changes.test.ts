import { pendingIn } from "../../../../tools/plans/promotion/pending-changes";
import { planOf, updated } from "../../review/support/plans";

/** A Saturday. */
const NOW = new Date("2026-01-03T12:00:00.000Z");

const until = (maintenance_window: string | undefined, apply_immediately = false) => {
  const database = { maintenance_window, apply_immediately, multi_az: false };
  return pendingIn(planOf([updated("aws_db_instance.a", database, { ...database, multi_az: true })]), NOW)?.until;
};

test.each([
  { what: "tomorrow", window: "sun:02:00-sun:03:00", end: "2026-01-04T03:00:00.000Z" },
  { what: "today, later", window: "sat:13:00-sat:13:30", end: "2026-01-03T13:30:00.000Z" },
  { what: "today, over", window: "sat:02:00-sat:03:00", end: "2026-01-10T03:00:00.000Z" },
  { what: "now: the next one", window: "sat:11:30-sat:12:30", end: "2026-01-10T12:30:00.000Z" },
  { what: "over midnight of the week", window: "sat:23:30-sun:00:30", end: "2026-01-04T00:30:00.000Z" },
  { what: "unknown: a week", window: undefined, end: "2026-01-10T12:00:00.000Z" },
])("a window $what", ({ window, end }) => {
  expect(until(window)).toBe(end);
});

test("nothing is pending if it is applied immediately", () => {
  expect(until("sun:02:00-sun:03:00", true)).toBeUndefined();
});
