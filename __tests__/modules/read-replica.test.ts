import { Database, type DatabaseProps } from "../../modules/database";
import { found, smallWith } from "../support/estates";
import { synthModule } from "../support/module";

const settings = smallWith((file) => (found(file.environments, "ci").database = {})).environments[0]?.database;
if (!settings) throw new Error("the environment must have a database");
const props: DatabaseProps = {
  ...settings,
  allowedSecurityGroups: [],
  name: "dev-database",
  vpcId: "vpc-1",
  subnetIds: ["subnet-a", "subnet-b"],
  existing: { managedPassword: false },
  replica: {},
};
const database = (changes: Partial<DatabaseProps> = {}) =>
  synthModule((scope) => {
    new Database(scope, "database", { ...props, ...changes });
  });
const replica = (changes?: Partial<DatabaseProps>) => database(changes).at("database/replica/instance");

test("copies the database, with its groups, parameters and class, in private", () => {
  const stack = database();
  const source = stack.at("database/instance");
  const copied = stack.at("database/replica/instance");
  expect(copied).toMatchObject({
    identifier: "dev-database-replica",
    replicate_source_db: `\${${stack.resourceAt("database/instance").address}.identifier}`,
    instance_class: source["instance_class"],
    publicly_accessible: false,
    storage_encrypted: true,
    multi_az: false,
  });
  for (const key of ["vpc_security_group_ids", "parameter_group_name", "storage_type", "apply_immediately"])
    expect(copied[key]).toEqual(source[key]);
});

test("leaves to RDS what it takes from its source: it refuses a user, a password, a subnet group and a last snapshot", () => {
  const given = Object.keys(replica());
  for (const key of ["username", "db_name", "engine", "manage_master_user_password", "db_subnet_group_name"])
    expect(given).not.toContain(key);
  expect(replica()).toMatchObject({ skip_final_snapshot: true });
  expect(given).not.toContain("final_snapshot_identifier");
});

test("is protected like its source", () => {
  expect(replica()).toMatchObject({ deletion_protection: true, lifecycle: { prevent_destroy: true } });
  const unprotected = replica({ deletionProtection: false });
  expect(unprotected["deletion_protection"]).toBe(false);
  expect(unprotected).not.toHaveProperty("lifecycle");
});

test("may have a class, a zone and an identifier of its own, and has a log with a retention", () => {
  const own = { existing: { replica: "reader" }, replica: { instanceClass: "db.t4g.small", zone: "eu-west-1b" } };
  expect(replica(own)).toMatchObject({
    identifier: "reader",
    instance_class: "db.t4g.small",
    availability_zone: "eu-west-1b",
  });
  expect(database(own).at("database/replica/log")).toMatchObject({
    name: "/aws/rds/instance/reader/postgresql",
    retention_in_days: 30,
  });
});
