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

describe("parameters", () => {
  test.each([
    ["rds.force_ssl", "1", "left out: TLS is always required"],
    ["ssl", "0", "left out: TLS is always required"],
    ["ssl_min_protocol_version", "TLSv1.1", '"TLSv1.2" or "TLSv1.3"'],
    ["password_encryption", "md5", '"scram-sha-256"'],
    ["rds.accepted_password_auth_method", "md5+scram", '"scram"'],
  ])("%s cannot be %s", (name, value, expected) => {
    expect(problems({ parameters: { [name]: value } })).toEqual([
      `${DEV}.parameters.${name} must be ${expected}, got "${value}"`,
    ]);
  });

  test("may be safer than by default, and any other", () => {
    expect(problems({ parameters: { ssl_min_protocol_version: "TLSv1.3", work_mem: "65536" } })).toEqual([]);
  });

  test("are texts by name", () => {
    expect(problems({ parameters: { work_mem: 65536, "Work Mem": "1" } })).toHaveLength(2);
  });
});

test("the tier is one of the network", () => {
  expect(problems({ tier: "data" })).toEqual([
    `${DEV}.tier must be the name of a tier of network.tiers (there are none), got "data"`,
  ]);
  const tiers = { "environments.dev.network.tiers": { data: { prefixLength: 26 } } };
  expect(problemsWith({ ...tiers, [DEV]: { tier: "data" } })).toEqual([]);
});

describe("a read replica", () => {
  const UNMANAGED = { "environments.dev.existing.database": { managedPassword: false } };

  test("is refused while RDS manages the password, which says what to do", () => {
    expect(problems({ replica: {} })).toEqual([
      `${DEV}.replica must be left out unless environments.dev.existing.database.managedPassword is false: RDS creates no read replica of a database whose password it manages, got {}. In AWS, set a password of your own (aws rds modify-db-instance with --no-manage-master-user-password), then set the key.`,
    ]);
    expect(problemsWith({ [DEV]: { replica: {} }, ...UNMANAGED })).toEqual([]);
  });

  test("needs backups, and a zone of the private subnets", () => {
    expect(problemsWith({ [DEV]: { replica: { zone: "eu-west-1c" }, backupRetentionDays: 0 }, ...UNMANAGED })).toEqual([
      `${DEV}.backupRetentionDays must be 1 to 35 days with a replica, got 0`,
      `${DEV}.replica.zone must be a zone of the private subnets (eu-west-1a, eu-west-1b), got "eu-west-1c"`,
    ]);
  });
});

describe("further databases", () => {
  const FURTHER = "environments.dev.databases";

  test("have the same checks and defaults", () => {
    const inProduction = { ...PROD, "environments.prod.databases": { reports: { backupRetentionDays: 0 } } };
    expect(problemsWith(inProduction)).toEqual([
      "environments.prod.databases.reports.backupRetentionDays must be 1 to 35 days in production, got 0",
    ]);
    expect(problemsWith({ [FURTHER]: { reports: { maxAllocatedStorageGb: 20 } } })).toHaveLength(1);
    const [dev] = estateOf({ [FURTHER]: { reports: { deletionProtection: false } } }).environments;
    expect(dev?.databases).toMatchObject([{ name: "reports", applyImmediately: true, finalSnapshot: false }]);
    expect(dev?.database).toBeUndefined();
  });

  test("need two zones, and names that no replica, group or stack has", () => {
    expect(
      problemsWith({
        "environments.dev.network.zones": ["eu-west-1a"],
        [FURTHER]: { reports: {} },
        "environments.dev.securityGroups.database-reports": { work: "application" },
      }),
    ).toEqual([
      'environments.dev.network.zones must be two or three availability zones with a database, got ["eu-west-1a"]',
      `environments.dev.securityGroups.database-reports must be a name other than that of the database's own group, got "database-reports"`,
    ]);
    const replica =
      "1 to 40 lower-case letters, digits and single hyphens, beginning with a letter, not ending in replica";
    expect(problemsWith({ [FURTHER]: { replica: {}, "a-replica": {} } })).toEqual([
      `${FURTHER}.replica must be ${replica}, got "replica"`,
      `${FURTHER}.a-replica must be ${replica}, got "a-replica"`,
    ]);
    const clash = {
      ...PROD,
      "accounts.dev-database": { ...(PROD["accounts.prod"] as object), id: "777777777777", email: "x@example.com" },
    };
    expect(problemsWith({ ...clash, [FURTHER]: { iam: {} } })).toEqual([
      `${FURTHER}.iam must be a name whose stacks have ids of their own, got dev-database-iam (also a stack of accounts.dev-database)`,
    ]);
  });

  test("keep what exists each by itself", () => {
    expect(problemsWith({ [FURTHER]: { reports: {} }, "environments.dev.existing.databases": { other: {} } })).toEqual([
      'environments.dev.existing.databases must be the name of a database (reports), got "other"',
    ]);
    expect(
      problemsWith({
        [DEV]: {},
        [FURTHER]: { reports: {} },
        "environments.dev.existing": { database: { identifier: "one" }, databases: { reports: { identifier: "one" } } },
      }),
    ).toEqual([
      'environments.dev.existing.databases.reports.identifier must be another name than the database of environments.dev, got "one"',
    ]);
    expect(problemsWith({ [DEV]: {}, "environments.dev.existing.database": { replica: "reader" } })).toEqual([
      'environments.dev.existing.database.replica must be left out for a database without a replica, got "reader"',
    ]);
  });
});
