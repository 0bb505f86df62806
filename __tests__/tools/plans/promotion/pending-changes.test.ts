import { pendingAfter, pendingIn } from "../../../../tools/plans/promotion/pending-changes";
import { created, destroyed, planOf, replaced, unchanged, updated, type Planned } from "../../review/support/plans";

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

describe("what an earlier apply left to the window", () => {
  const CLASS = "aws_db_instance.a instance_class: db.t4g.micro → db.t4g.small is applied in the maintenance window";
  const STANDBY = "aws_db_instance.a multi_az: false → true is applied in the maintenance window";
  const earlier = { exact: "e".repeat(64), changes: [CLASS, STANDBY], until: "2126-01-02T03:00:00.000Z" };
  const EXACT = "f".repeat(64);
  const NOW_IN_AWS = {
    instance_class: "db.t4g.micro",
    multi_az: false,
    backup_retention_period: 7,
    apply_immediately: false,
    tags: { Name: "a" },
  };
  const change = (to: object, address = "aws_db_instance.a") => updated(address, NOW_IN_AWS, { ...NOW_IN_AWS, ...to });
  const after = (...resources: Planned[]) => pendingAfter(planOf(resources), EXACT, earlier);

  test.each<{ what: string; plan: Planned }>([
    { what: "a plan that changes something else of the database", plan: change({ backup_retention_period: 14 }) },
    { what: "a plan that changes another resource", plan: created("aws_db_parameter_group.a", { name: "a" }) },
    { what: "a plan that changes another database", plan: change({ multi_az: true, apply_immediately: true }, "aws_db_instance.b") }, // prettier-ignore
    { what: "a plan that leaves the database as it is", plan: unchanged("aws_db_instance.a", NOW_IN_AWS) },
    { what: "a plan that changes tags alone at once", plan: change({ apply_immediately: true, tags: { Name: "b" } }) },
  ])("still waits after $what", ({ plan }) => {
    expect(after(plan)).toEqual(earlier);
  });

  test.each<{ what: string; plan: Planned; left?: readonly string[] }>([
    { what: "another value of one of them, at once", plan: change({ multi_az: true, apply_immediately: true }) },
    { what: "anything at once", plan: change({ backup_retention_period: 14, apply_immediately: true }) },
    { what: "the database destroyed", plan: destroyed("aws_db_instance.a", NOW_IN_AWS) },
    { what: "the database replaced", plan: replaced("aws_db_instance.a", NOW_IN_AWS, NOW_IN_AWS) },
  ])("no longer waits with $what", ({ plan }) => {
    expect(after(plan)).toBeUndefined();
  });

  test("waits together with what this plan leaves to the window, until the last of them is made", () => {
    const pending = after(change({ instance_class: "db.m7g.large", maintenance_window: "sun:02:00-sun:03:00" }));
    expect(pending).toEqual({
      exact: EXACT,
      changes: [expect.stringMatching(/^aws_db_instance\.a instance_class: db\.t4g\.micro → db\.m7g\.large /), STANDBY],
      until: earlier.until,
    });
  });

  test("is over if the same content is applied again and AWS has it: somebody applied it by hand", () => {
    const plan = planOf([change({ backup_retention_period: 14 })]);
    expect(pendingAfter(plan, earlier.exact, earlier)).toBeUndefined();
  });
});
