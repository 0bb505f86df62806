import type { Construct } from "constructs";
import { Database, type DatabaseProps } from "../../modules/database";
import { estateSchema, type ParsedDatabase } from "../../config/schema";
import { problemsOf, synthModule } from "../support/module";
import { found } from "../support/estates";

/** The resolved configuration of an estate file with `database: {}`. */
function defaults(): ParsedDatabase {
  const environment = { account: "main", profile: "documented", database: {} };
  const { environments } = estateSchema.pick({ environments: true }).parse({ environments: { dev: environment } }) as {
    environments: Record<string, { database: ParsedDatabase }>;
  };
  return found(environments, "dev").database;
}

const props: DatabaseProps = {
  ...defaults(),
  applyImmediately: false,
  finalSnapshot: true,
  allowedSecurityGroups: [],
  name: "dev-database",
  vpcId: "vpc-1",
  subnetIds: ["subnet-private-a", "subnet-private-b"],
};

const build =
  (changes: Partial<DatabaseProps> = {}) =>
  (scope: Construct) => {
    new Database(scope, "database", { ...props, ...changes });
  };
const database = (changes?: Partial<DatabaseProps>) => synthModule(build(changes));
const instance = (changes?: Partial<DatabaseProps>) => database(changes).one("aws_db_instance");

test("costs about 15 USD a month by default: PostgreSQL 17, single zone, db.t4g.micro, 20 GB gp3", () => {
  expect(instance()).toMatchObject({
    identifier: "dev-database",
    engine: "postgres",
    engine_version: "17",
    auto_minor_version_upgrade: true,
    instance_class: "db.t4g.micro",
    allocated_storage: 20,
    storage_type: "gp3",
    multi_az: false,
    db_name: "dagster",
    username: "postgres",
    backup_retention_period: 7,
    port: 5432,
  });
});

test("is never publicly accessible", () => {
  expect(instance()).toMatchObject({ publicly_accessible: false });
});

test("the database is in the given subnets and no others", () => {
  const stack = database();
  const group = stack.resourceAt("database/subnets");
  expect(group.values["subnet_ids"]).toEqual(["subnet-private-a", "subnet-private-b"]);
  expect(stack.one("aws_db_instance")["db_subnet_group_name"]).toBe(`\${${group.address}.name}`);
});

test("forces TLS", () => {
  const stack = database();
  const parameters = stack.resourceAt("database/parameters");
  expect(parameters.values).toMatchObject({ family: "postgres17", parameter: [{ name: "rds.force_ssl", value: "1" }] });
  expect(stack.one("aws_db_instance")["parameter_group_name"]).toBe(`\${${parameters.address}.name}`);
});

test("creates the next major version's parameter group next to the old one, because an upgrade needs both", () => {
  const groups = ["16", "17"].map((engineVersion) => database({ engineVersion }).at("database/parameters"));
  // No fixed name: going back to 16 while the old group still exists would fail.
  expect(groups.map(({ name_prefix: prefix, name }) => [prefix, name])).toEqual([
    ["dev-database-postgres16-", undefined],
    ["dev-database-postgres17-", undefined],
  ]);
  expect(instance()).toMatchObject({ allow_major_version_upgrade: true });
  expect(database().at("database/parameters")["lifecycle"]).toEqual({ create_before_destroy: true });
});

test("RDS manages the master password, and the code contains none", () => {
  const values = instance();
  expect(values).toMatchObject({ manage_master_user_password: true, iam_database_authentication_enabled: true });
  expect(Object.keys(values).filter((key) => key.includes("password"))).toEqual(["manage_master_user_password"]);
});

describe("encryption", () => {
  test("uses the account's RDS key by default", () => {
    const stack = database();
    expect(stack.one("aws_db_instance")).toMatchObject({ storage_encrypted: true });
    expect(stack.one("aws_db_instance")).not.toHaveProperty("kms_key_id");
    expect(stack.all("aws_kms_key")).toEqual([]);
  });

  test("uses a customer managed key on request", () => {
    const stack = database({ customerManagedKey: true });
    const key = stack.resourceAt("database/key/key");
    expect(stack.one("aws_db_instance")).toMatchObject({
      storage_encrypted: true,
      kms_key_id: `\${${key.address}.arn}`,
    });
    expect(stack.one("aws_kms_alias")).toMatchObject({ name: "alias/dev-database" });
  });

  test("protects its key if the database is protected", () => {
    const lifecycle = (deletionProtection: boolean) =>
      database({ customerManagedKey: true, deletionProtection }).one("aws_kms_key")["lifecycle"];
    expect(lifecycle(true)).toEqual({ prevent_destroy: true });
    expect(lifecycle(false)).toBeUndefined();
  });
});

describe("allowed sources", () => {
  const rules = (changes?: Partial<DatabaseProps>) => database(changes).at("database/security-group")["ingress"];
  const onPort = {
    protocol: "tcp",
    from_port: 5432,
    to_port: 5432,
    ipv6_cidr_blocks: [],
    prefix_list_ids: [],
    self: false,
  };
  const named = {
    allowedCidrBlocks: ["10.0.8.0/23", "192.0.2.4/32"],
    allowedSecurityGroupIds: ["sg-0123abcd"],
    allowedSecurityGroups: [{ name: "web", id: "sg-4567cdef" }],
  };

  test("are none by default, with an explicitly empty list", () => {
    expect(rules()).toEqual([]);
    expect(database().one("aws_security_group")).not.toHaveProperty("egress");
  });

  test("are the configured ones, on port 5432 only", () => {
    expect(rules(named)).toEqual([
      { ...onPort, cidr_blocks: ["10.0.8.0/23"], security_groups: [], description: "PostgreSQL from 10.0.8.0/23" },
      { ...onPort, cidr_blocks: ["192.0.2.4/32"], security_groups: [], description: "PostgreSQL from 192.0.2.4/32" },
      { ...onPort, cidr_blocks: [], security_groups: ["sg-0123abcd"], description: "PostgreSQL from sg-0123abcd" },
      { ...onPort, cidr_blocks: [], security_groups: ["sg-4567cdef"], description: "PostgreSQL from web" },
    ]);
  });

  test("are rules of the instance's only security group", () => {
    const stack = database({ allowedCidrBlocks: ["10.0.8.0/23"] });
    const group = stack.reference("database/security-group");
    expect(stack.one("aws_db_instance")["vpc_security_group_ids"]).toEqual([group]);
  });

  test("former separate rule resources are removed from the state and not destroyed", () => {
    // The addresses in applied estates.
    const addresses = ["10-0-8-0-23_5F2C0B02", "192-0-2-4-32_A981063A", "sg-0123abcd_8B199B89", "web_A957833C"];
    expect(database(named).json.removed).toEqual(
      addresses.map((end) => ({
        from: `aws_vpc_security_group_ingress_rule.database_security-group_from_${end}`,
        lifecycle: { destroy: false },
      })),
    );
    expect(database().json).not.toHaveProperty("removed");
  });
});

describe("additional security groups", () => {
  const groups = (count: number) => Array.from({ length: count }, (_, index) => `sg-${index}`);

  test("are the configured ones", () => {
    const stack = database({ securityGroupIds: ["sg-default", "sg-extra"] });
    const own = stack.reference("database/security-group");
    expect(stack.one("aws_db_instance")["vpc_security_group_ids"]).toEqual([own, "sg-default", "sg-extra"]);
  });

  test("add no rule to the database's own group", () => {
    expect(database({ securityGroupIds: ["sg-default"] }).at("database/security-group")["ingress"]).toEqual([]);
  });

  test("are at most four: AWS's limit is five, including the database's own group", () => {
    expect(problemsOf(build({ securityGroupIds: groups(4) }))).toEqual([]);
    expect(problemsOf(build({ securityGroupIds: groups(5) }))).toEqual([
      "dev-database must be in at most 5 security groups, got 6",
    ]);
  });
});

describe("protection", () => {
  test("on: AWS and Terraform refuse deletion", () => {
    expect(instance({ deletionProtection: true })).toMatchObject({
      deletion_protection: true,
      lifecycle: { prevent_destroy: true },
    });
  });

  test("off: the database can be destroyed", () => {
    const values = instance({ deletionProtection: false });
    expect(values).toMatchObject({ deletion_protection: false });
    expect(values).not.toHaveProperty("lifecycle");
  });

  test("is on by default", () => {
    expect(instance()).toMatchObject({ deletion_protection: true });
  });
});

describe("the final snapshot", () => {
  test("is taken on request, protected or not", () => {
    for (const deletionProtection of [true, false]) {
      expect(instance({ deletionProtection, finalSnapshot: true })).toMatchObject({ skip_final_snapshot: false });
      const without = instance({ deletionProtection, finalSnapshot: false });
      expect(without).toMatchObject({ skip_final_snapshot: true });
      expect(without).not.toHaveProperty("final_snapshot_identifier");
    }
  });

  test("has the name of the parameter group, which the provider never gives twice", () => {
    const stack = database();
    const { address } = stack.resourceAt("database/parameters");
    expect(stack.one("aws_db_instance")["final_snapshot_identifier"]).toBe(`\${${address}.name}-final`);
  });

  test.each<Partial<DatabaseProps>>([
    { databaseName: "other" },
    { masterUsername: "other" },
    { customerManagedKey: true },
  ])("of an instance that %p replaces has another name than the next one's", (changes) => {
    const group = (other: Partial<DatabaseProps> = {}) => database(other).at("database/parameters")["description"];
    expect(group(changes)).not.toBe(group());
  });
});

test("only a database without Extended Support names it: RDS enrolls the others", () => {
  expect(instance({ extendedSupport: false })).toMatchObject({
    engine_lifecycle_support: "open-source-rds-extended-support-disabled",
  });
  for (const extendedSupport of [true, undefined])
    expect(instance({ extendedSupport })).not.toHaveProperty("engine_lifecycle_support");
});

test("growth, standby, windows and the time of changes follow the settings", () => {
  expect(
    instance({
      maxAllocatedStorageGb: 100,
      multiAz: true,
      backupWindow: "01:00-01:30",
      maintenanceWindow: "sun:02:00-sun:03:00",
      applyImmediately: true,
      performanceInsights: true,
    }),
  ).toMatchObject({
    max_allocated_storage: 100,
    multi_az: true,
    backup_window: "01:00-01:30",
    maintenance_window: "sun:02:00-sun:03:00",
    apply_immediately: true,
    performance_insights_enabled: true,
  });
  const values = instance();
  expect(values).toMatchObject({ apply_immediately: false, performance_insights_enabled: false });
  for (const key of ["max_allocated_storage", "backup_window", "maintenance_window"])
    expect(values).not.toHaveProperty(key);
});

test("the PostgreSQL log goes to a log group with a retention, created before the instance", () => {
  const stack = database({ logRetentionDays: 90 });
  const log = stack.resourceAt("database/log");
  expect(log.values).toEqual({ name: "/aws/rds/instance/dev-database/postgresql", retention_in_days: 90 });
  expect(stack.one("aws_db_instance")).toMatchObject({
    enabled_cloudwatch_logs_exports: ["postgresql"],
    depends_on: [log.address],
  });
});

test("parameters are applied at once, or at the next restart if PostgreSQL reads them at its start", () => {
  const parameters = { work_mem: "65536", shared_preload_libraries: "pg_stat_statements", log_line_prefix: "%m ${x}" };
  expect(database({ parameters }).one("aws_db_parameter_group")["parameter"]).toEqual([
    { name: "rds.force_ssl", value: "1" },
    { name: "work_mem", value: "65536", apply_method: "immediate" },
    { name: "shared_preload_libraries", value: "pg_stat_statements", apply_method: "pending-reboot" },
    { name: "log_line_prefix", value: "%m $${x}", apply_method: "immediate" },
  ]);
});
