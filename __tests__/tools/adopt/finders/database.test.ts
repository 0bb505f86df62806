import { idsOf, type Answers } from "../fake-account";

const group = {
  type: "aws_security_group",
  address: "aws_security_group.database",
  values: { vpc_id: "${data.terraform_remote_state.network.outputs.vpc}" },
};
const instance = { type: "aws_db_instance", address: "aws_db_instance.database", values: {} };
const siblings = [group, instance];
const inVpc = { "${data.terraform_remote_state.network.outputs.vpc}": "vpc-1" };
const references = { ...inVpc, "aws_db_instance.database": "studies" };

const of = (DBInstanceIdentifier: string, VpcId: string, more: object = {}) => ({
  DBInstanceIdentifier,
  Engine: "postgres",
  DBSubnetGroup: { DBSubnetGroupName: `group-of-${DBInstanceIdentifier}`, VpcId },
  ...more,
});
const instances = (...DBInstances: object[]): Answers => ({ DescribeDBInstances: { DBInstances } });

describe("a database", () => {
  const values = { identifier: "dev-database", engine: "postgres" };
  test.each([
    {
      rule: "its identifier, wherever it is",
      all: [of("dev-database", "vpc-9"), of("studies", "vpc-1")],
      ids: ["dev-database"],
    },
    { rule: "the VPC of the code", all: [of("other", "vpc-9"), of("studies", "vpc-1")], ids: ["studies"] },
    { rule: "both of two in the VPC", all: [of("a", "vpc-1"), of("b", "vpc-1")], ids: ["a", "b"] },
    { rule: "none of another engine", all: [of("a", "vpc-1", { Engine: "mysql" })], ids: [] },
    { rule: "none that AWS deletes", all: [of("a", "vpc-1", { DBInstanceStatus: "deleting" })], ids: [] },
  ])("is found by $rule", async ({ all, ids }) => {
    const asked = { type: "aws_db_instance", values, answers: instances(...all), references, siblings };
    expect(await idsOf(asked)).toEqual(ids);
  });
});

describe("a read replica", () => {
  const replica = { type: "aws_db_instance", values: { identifier: "dev-replica", replicate_source_db: "${source}" } };
  const reader = (id: string, source: string) => of(id, "vpc-1", { ReadReplicaSourceDBInstanceIdentifier: source });
  const all = [of("studies", "vpc-1"), reader("a", "studies"), reader("b", "other")];

  test("is found by its source", async () => {
    expect(await idsOf({ ...replica, answers: instances(...all), references, siblings })).toEqual(["a"]);
  });
  test("is found by its identifier first", async () => {
    const named = instances(...all, reader("dev-replica", "other"));
    expect(await idsOf({ ...replica, answers: named, references, siblings })).toEqual(["dev-replica"]);
  });
  test("is never taken for a database", async () => {
    const values = { identifier: "dev-database", engine: "postgres" };
    const asked = { type: "aws_db_instance", values, answers: instances(...all), references, siblings };
    expect(await idsOf(asked)).toEqual(["studies"]);
  });
});

describe("a subnet group", () => {
  const answers: Answers = {
    ...instances(of("studies", "vpc-1")),
    DescribeDBSubnetGroups: {
      DBSubnetGroups: [
        { DBSubnetGroupName: "dev-database", VpcId: "vpc-1" },
        { DBSubnetGroupName: "group-of-studies", VpcId: "vpc-1" },
      ],
    },
  };
  const asked = { type: "aws_db_subnet_group", values: { name: "dev-database" }, answers, siblings };

  test("is that of the database that was found, because RDS moves no instance", async () => {
    expect(await idsOf({ ...asked, references })).toEqual(["group-of-studies"]);
  });
  test("is found by its name if there is no database", async () => {
    expect(await idsOf({ ...asked, references: inVpc })).toEqual(["dev-database"]);
  });
});

describe("a parameter group", () => {
  const values = { name_prefix: "dev-postgres17-", family: "postgres17" };
  const groups = (...names: string[]): Answers => ({
    DescribeDBParameterGroups: {
      DBParameterGroups: names.map((DBParameterGroupName) => ({
        DBParameterGroupName,
        DBParameterGroupFamily: "postgres17",
      })),
    },
  });
  const using = (DBParameterGroupName: string) =>
    instances(of("studies", "vpc-1", { DBParameterGroups: [{ DBParameterGroupName }] }));

  test.each([
    { rule: "that of the database", used: "own", all: ["own", "dev-postgres17-1"], ids: ["own"] },
    {
      rule: "that with the prefix of the code",
      used: "default.postgres17",
      all: ["default.postgres17", "dev-postgres17-1"],
      ids: ["dev-postgres17-1"],
    },
    { rule: "never one of AWS", used: "default.postgres17", all: ["default.postgres17"], ids: [] },
  ])("is $rule", async ({ used, all, ids }) => {
    const answers = { ...using(used), ...groups(...all) };
    expect(await idsOf({ type: "aws_db_parameter_group", values, answers, references, siblings })).toEqual(ids);
  });
});
