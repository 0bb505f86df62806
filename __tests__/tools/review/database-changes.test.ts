import { pendingChanges, refusedChanges } from "../../../tools/review/database-changes";
import { created, replaced, resourcesOf, updated } from "./support/plans";

const DATABASE = {
  ...{ engine: "postgres", engine_version: "16.9", instance_class: "db.t4g.micro", allocated_storage: 100 },
  ...{ max_allocated_storage: 200, multi_az: false, backup_retention_period: 7, apply_immediately: false },
  ...{ maintenance_window: "sun:02:00-sun:03:00", engine_lifecycle_support: "open-source-rds-extended-support" },
};
const change = (to: Partial<Record<keyof typeof DATABASE, unknown>>) =>
  resourcesOf(updated("aws_db_instance.a", DATABASE, { ...DATABASE, ...to }));
const refused = (to: Parameters<typeof change>[0]) => refusedChanges(change(to)).map(({ message }) => message);
const pending = (to: Parameters<typeof change>[0]) => pendingChanges(change(to)).map(({ message }) => message);

describe("RDS refuses", () => {
  test.each([
    { what: "an older major version", to: { engine_version: "15", apply_immediately: true }, remedy: /no downgrade/ },
    { what: "an older minor version", to: { engine_version: "16.4" }, remedy: /16.9 → 16.4: RDS has no downgrade/ },
    { what: "a major version that would wait", to: { engine_version: "17" }, remedy: /Set applyImmediately: true/ },
    { what: "less storage", to: { allocated_storage: 99 }, remedy: /allocatedStorageGb to 100 or more/ },
    { what: "slightly more storage", to: { allocated_storage: 105 }, remedy: /allocatedStorageGb to 110 or more/ },
    { what: "a limit below the storage", to: { max_allocated_storage: 105 }, remedy: /maxAllocatedStorageGb to 110/ },
    {
      what: "what the provider does not send",
      to: { engine_lifecycle_support: "open-source-rds-extended-support-disabled" },
      remedy: /aws rds modify-db-instance .*-support-disabled$/,
    },
  ])("$what", ({ to, remedy }) => {
    expect(refused(to)).toEqual([expect.stringMatching(remedy)]);
  });

  test.each([
    { what: "the major version without its minor one", to: { engine_version: "16" } },
    { what: "a newer minor version", to: { engine_version: "16.10" } },
    { what: "a major version at once", to: { engine_version: "17", apply_immediately: true } },
    { what: "a tenth more storage", to: { allocated_storage: 110 } },
    { what: "another limit, or none", to: { max_allocated_storage: null } },
    { what: "a larger class", to: { instance_class: "db.t4g.small" } },
  ])("no change to $what", ({ to }) => {
    expect(refused(to)).toEqual([]);
  });

  test("an older version of a cluster", () => {
    const cluster = { engine: "aurora-postgresql", engine_version: "16.6" };
    const to = (engine_version: string) =>
      refusedChanges(resourcesOf(updated("aws_rds_cluster.c", cluster, { ...cluster, engine_version })));
    expect(to("16.4")).toEqual([
      { address: "aws_rds_cluster.c", message: expect.stringMatching(/^engine_version: 16.6 → 16.4: RDS has no downgrade/) as string },
    ]); // prettier-ignore
    expect(to("17.4")).toEqual([]);
  });

  describe("another tier:", () => {
    const group = (subnets: readonly string[], marks: object = {}) =>
      updated("aws_db_subnet_group.a", { name: "db", subnet_ids: ["subnet-1", "subnet-2"] }, { name: "db", subnet_ids: subnets }, marks); // prettier-ignore
    const of = (...plans: Parameters<typeof resourcesOf>) =>
      refusedChanges(resourcesOf(...plans)).map(({ address, message }) => `${address} ${message}`);
    const inGroup = { ...DATABASE, db_subnet_group_name: "db" };
    const staying = updated("aws_db_instance.a", inGroup, { ...inGroup, instance_class: "db.t4g.small" });

    test("no subnet of its group stays", () => {
      expect(of(group(["subnet-3", "subnet-4"]), staying)).toEqual([
        expect.stringMatching(/^aws_db_subnet_group.a subnet_ids: .*Keep tier as it was/),
      ]);
    });

    test("nothing is refused if a subnet stays, the new ones are not known, or no instance stays", () => {
      expect(of(group(["subnet-2", "subnet-4"]), staying)).toEqual([]);
      expect(of(group([], { after_unknown: { subnet_ids: true } }), staying)).toEqual([]);
      expect(of(group(["subnet-3"]), replaced("aws_db_instance.a", inGroup, inGroup))).toEqual([]);
      expect(of(group(["subnet-3"]))).toEqual([]);
    });
  });

  test("no version of a new instance", () => {
    const older = { ...DATABASE, engine_version: "13", allocated_storage: 20 };
    expect(refusedChanges(resourcesOf(created("aws_db_instance.a", older)))).toEqual([]);
    expect(refusedChanges(resourcesOf(replaced("aws_db_instance.a", DATABASE, older)))).toEqual([]);
  });

  test("no size that another engine takes", () => {
    const [before, after] = [DATABASE, { ...DATABASE, allocated_storage: 105 }].map((each) => ({ ...each, engine: "sqlserver-ex" })); // prettier-ignore
    expect(refusedChanges(resourcesOf(updated("aws_db_instance.a", before ?? {}, after ?? {})))).toEqual([]);
  });
});

describe("a change waits for the maintenance window", () => {
  test.each([
    {
      what: "of the class",
      to: { instance_class: "db.t4g.small" },
      path: "instance_class: db.t4g.micro → db.t4g.small",
    },
    { what: "of the storage", to: { allocated_storage: 150 }, path: "allocated_storage: 100 → 150" },
    { what: "to a standby", to: { multi_az: true }, path: "multi_az: false → true" },
    { what: "that turns backups off", to: { backup_retention_period: 0 }, path: "backup_retention_period: 7 → 0" },
  ])("$what", ({ to, path }) => {
    expect(pending(to)).toEqual([`${path} is applied in the maintenance window (sun:02:00-sun:03:00), and pending until then`]); // prettier-ignore
    expect(pending({ ...to, apply_immediately: true })).toEqual([]);
  });

  test("and others are applied at once", () => {
    const now = { backup_retention_period: 14, max_allocated_storage: 300, maintenance_window: "mon:02:00-mon:03:00" };
    expect(pending(now)).toEqual([]);
  });

  test("until the new window, if that changes too", () => {
    const [found] = pendingChanges(change({ multi_az: true, maintenance_window: "mon:02:00-mon:03:00" }));
    expect(found?.window).toBe("mon:02:00-mon:03:00");
  });
});

test("a cluster and its instances wait for their own windows", () => {
  const window = { preferred_maintenance_window: "sat:02:00-sat:03:00" };
  const cluster = { ...window, engine_version: "16.6", backup_retention_period: 7 };
  const instance = { ...window, instance_class: "db.r8g.large" };
  const plan = (more: object) =>
    resourcesOf(
      updated("aws_rds_cluster.c", cluster, { ...cluster, engine_version: "16.8", ...more }),
      updated("aws_rds_cluster_instance.i", instance, { ...instance, instance_class: "db.r8g.xlarge", ...more }),
    );
  expect(pendingChanges(plan({})).map((found) => [found.address, found.window])).toEqual([
    ["aws_rds_cluster.c", "sat:02:00-sat:03:00"],
    ["aws_rds_cluster_instance.i", "sat:02:00-sat:03:00"],
  ]);
  expect(pendingChanges(plan({ apply_immediately: true }))).toEqual([]);
});
