import { estateOf, PROD, problemsWith, type Changes } from "../estate-fixture";

const DEV = "environments.dev.database";
const PROD_DATABASE = "environments.prod.database";
const problems = (database: object) => problemsWith({ [DEV]: database });

describe("the limit of the storage", () => {
  test.each([
    [{ maxAllocatedStorageGb: 22 }, []],
    [{ allocatedStorageGb: 100, maxAllocatedStorageGb: 110 }, []],
    [
      { allocatedStorageGb: 100, maxAllocatedStorageGb: 109 },
      [`${DEV}.maxAllocatedStorageGb must be at least 110, a tenth more than allocatedStorageGb, got 109`],
    ],
    [
      { allocatedStorageGb: 400, maxAllocatedStorageGb: 100 },
      [`${DEV}.maxAllocatedStorageGb must be at least 440, a tenth more than allocatedStorageGb, got 100`],
    ],
  ])("%p", (database, expected) => {
    expect(problems(database)).toEqual(expected);
  });
});

describe("windows", () => {
  test.each([
    ["01:00-01:30", "sun:01:30-sun:02:00"],
    ["23:45-00:15", "sun:00:15-sun:00:45"],
    ["02:00-02:30", "sat:23:30-sun:00:30"],
    ["12:00-12:30", "mon:13:00-tue:11:00"],
  ])("accepts the backup %s and the maintenance %s", (backupWindow, maintenanceWindow) => {
    expect(problems({ backupWindow, maintenanceWindow })).toEqual([]);
  });

  test.each([
    ["01:00-01:30", "sun:01:15-sun:02:00"],
    ["01:00-01:30", "sun:00:30-sun:01:15"],
    ["23:45-00:30", "sun:00:15-sun:00:45"],
    ["00:00-00:30", "sat:23:30-sun:00:15"],
    ["12:00-12:30", "mon:13:00-tue:12:15"],
    ["12:00-12:30", "mon:12:10-mon:12:45"],
    ["12:00-12:30", "mon:13:00-wed:13:00"],
  ])("refuses the backup %s and the maintenance %s, which overlap", (backupWindow, maintenanceWindow) => {
    expect(problems({ backupWindow, maintenanceWindow })).toEqual([
      `${DEV}.maintenanceWindow must be a time that does not overlap the daily backup (${backupWindow}), got "${maintenanceWindow}"`,
    ]);
  });

  test("refuses windows of less than 30 minutes", () => {
    expect(problems({ backupWindow: "01:00-01:29" })).toEqual([
      `${DEV}.backupWindow must be at least 30 minutes long, got "01:00-01:29"`,
    ]);
    expect(problems({ maintenanceWindow: "sun:23:50-mon:00:10" })).toEqual([
      `${DEV}.maintenanceWindow must be at least 30 minutes long, got "sun:23:50-mon:00:10"`,
    ]);
  });

  test.each(["1:00-2:00", "01:00 - 02:00", "24:00-24:30", "01:60-02:30", "sun:01:00-sun:02:00", ""])(
    "refuses %p as a time of day",
    (backupWindow) => {
      expect(problems({ backupWindow })).toEqual([
        `${DEV}.backupWindow must be a time of day in UTC, hh:mm-hh:mm, got ${JSON.stringify(backupWindow)}`,
      ]);
    },
  );

  test.each(["01:00-02:00", "Sun:01:00-Sun:02:00", "sunday:01:00-sunday:02:00"])(
    "refuses %p as a time of the week",
    (maintenanceWindow) => {
      expect(problems({ maintenanceWindow })).toEqual([
        `${DEV}.maintenanceWindow must be a time of the week in UTC, ddd:hh:mm-ddd:hh:mm, got ${JSON.stringify(maintenanceWindow)}`,
      ]);
    },
  );
});

describe("a database of production", () => {
  const inProduction = (database: object) => problemsWith({ ...PROD, [PROD_DATABASE]: database });

  test("is protected, has backups, and leaves a snapshot", () => {
    expect(inProduction({ deletionProtection: false, backupRetentionDays: 0 })).toEqual([
      `${PROD_DATABASE}.deletionProtection must be true in production, unless finalSnapshot is true, got false`,
      `${PROD_DATABASE}.backupRetentionDays must be 1 to 35 days in production, got 0`,
    ]);
    expect(inProduction({ finalSnapshot: false })).toEqual([
      `${PROD_DATABASE}.finalSnapshot must be true in production, got false`,
    ]);
    expect(inProduction({})).toEqual([]);
  });

  test("can be destroyed deliberately, with a snapshot", () => {
    expect(inProduction({ deletionProtection: false, finalSnapshot: true })).toEqual([]);
  });
});

describe("a version that has left standard support", () => {
  const refused = `${DEV}.engineVersion must be a version in standard support of RDS, which ended on 2026-02-28 for 13; or extendedSupport must be true, which costs 0.10 USD and more per vCPU and hour, about 146 USD a month for db.t4g.micro, got "13"`;

  test("is refused with its price, unless the estate accepts it", () => {
    expect(problems({ engineVersion: "13" })).toEqual([refused]);
    expect(problems({ engineVersion: "13", extendedSupport: false })).toEqual([refused]);
    expect(problems({ engineVersion: "13", extendedSupport: true })).toEqual([]);
  });

  test.each(["14", "15", "16", "17", "18"])("is not %s", (engineVersion) => {
    expect(problems({ engineVersion })).toEqual([]);
  });
});

describe("defaults", () => {
  const database = (changes: Changes, name = "dev") =>
    estateOf(changes).environments.find((environment) => environment.name === name)?.database;

  test("changes are applied at once outside production, and in the window in production", () => {
    expect(database({ [DEV]: {} })?.applyImmediately).toBe(true);
    expect(database({ ...PROD, [PROD_DATABASE]: {} }, "prod")?.applyImmediately).toBe(false);
    expect(database({ [DEV]: { applyImmediately: false } })?.applyImmediately).toBe(false);
  });

  test("a protected database leaves a snapshot, another none", () => {
    expect(database({ [DEV]: {} })?.finalSnapshot).toBe(true);
    expect(database({ [DEV]: { deletionProtection: false } })?.finalSnapshot).toBe(false);
    expect(database({ [DEV]: { deletionProtection: false, finalSnapshot: true } })?.finalSnapshot).toBe(true);
  });
});

describe("the instance class", () => {
  test.each([
    "db.t4g.micro",
    "db.t3.medium",
    "db.m8g.large",
    "db.r6idn.xlarge",
    "db.x2iedn.32xlarge",
    "db.m6gd.16xlarge",
    "db.r5b.24xlarge",
    "db.m9g.large", // a later generation is left to RDS
  ])("may be %s", (instanceClass) => {
    expect(problems({ instanceClass })).toEqual([]);
  });

  test.each([
    "t4g.micro",
    "db.t4g",
    "db.t2.micro",
    "db.m4.large",
    "db.r4.xlarge",
    "db.serverless",
    "db.m7g.micro",
    "db.t4g.nano",
    "db.r5.large.tpc2.mem2x",
    "db.z1d.large",
    "db.x2iezn.2xlarge",
    "db.c6gd.large",
    "db.m7gd.large",
    "db.r6g.24xlarge",
    "db.m5.10xlarge",
  ])("may not be %s, which PostgreSQL does not run on", (instanceClass) => {
    expect(problems({ instanceClass })).toEqual([
      `${DEV}.instanceClass must be an instance class of RDS for PostgreSQL, for example db.t4g.micro, got "${instanceClass}"`,
    ]);
  });
});
