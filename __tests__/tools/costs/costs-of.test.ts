import { costsText } from "../../../tools/cli/costs";
import { costsOfPlans, costsOfStacks } from "../../../tools/costs/costs-of";
import { unknownLines } from "../../../tools/costs/estimate";
import type { PlanJson, PlannedChange } from "../../../tools/review/plan-json";
import { example } from "../../support/estates";
import { synthesize } from "../../support/synthesize";

const stacks = costsOfStacks(synthesize(example()).stacks);
const usdOf = (id: string) => stacks.find(({ stack }) => stack === id)?.usd;

test("the example has a sum for each stack and environment, and nothing unknown", () => {
  expect(usdOf("dev-database")).toBe(15.35);
  expect(usdOf("prod-database")).toBe(16.35); // with a key of its own
  expect(usdOf("dev-network")).toBe(0);
  expect(stacks.flatMap(unknownLines)).toEqual([]);
  expect(stacks.find(({ stack }) => stack === "dev-database")?.environment).toBe("dev");
  expect(stacks.find(({ stack }) => stack === "dev-iam")?.environment).toBeUndefined();
});

test("the table lists what costs something, then what costs by use and what is unknown", () => {
  const text = costsText(
    [...stacks, { stack: "x", usd: 0, lines: [{ stack: "x", address: "aws_instance.a\u001b", item: "aws_instance" }] }],
    true,
  );
  expect(text).toMatch(
    /dev-database +15\.35 +db\.t4g\.micro 12\.41, 20 GB gp3 storage of a database 2\.54, secret of the master user 0\.40/,
  );
  expect(text).toMatch(/\n *prod +all stacks +\d+\.\d\d/);
  expect(text).not.toMatch(/dev-network/);
  expect(text).toContain("By use, not in the sum:\n");
  expect(text).toContain("Unknown, not in the sum:\n  x aws_instance.a\\u001b: aws_instance");
});

test("what a module of Terraform costs is unknown, never free", () => {
  const json = { ...synthesize(example()).stack("dev-network").json, module: { warehouse: { source: "./assets/x" } } };
  const [costs] = costsOfStacks([{ id: "dev-network", json }]);
  expect(costs && unknownLines(costs).map(({ address }) => address)).toEqual(["module.warehouse"]);
});

test("a replica has the engine and the storage of its source", () => {
  const json = structuredClone(synthesize(example()).stack("dev-database").json);
  const replica = { replicate_source_db: "${aws_db_instance.database_instance_D7FC2283.identifier}" };
  Object.assign(json.resource?.["aws_db_instance"] ?? {}, {
    replica: { ...replica, instance_class: "db.t4g.micro", storage_type: "gp3" },
  });
  const [costs] = costsOfStacks([{ id: "dev-database", json }]);
  expect(costs?.usd).toBe(30.3);
});

const database = { engine: "postgres", instance_class: "db.t4g.micro", allocated_storage: 20, storage_type: "gp3" };
const plan = (type: string, change: PlannedChange, configuration?: object): PlanJson => ({
  ...{ format_version: "1.2", terraform_version: "1.11.4", configuration },
  resource_changes: [{ address: `${type}.a`, mode: "managed", type, name: "a", change }],
});
const costsOf = (one: PlanJson) => costsOfPlans(new Map([["dev-x", one]]), [{ id: "dev-x", region: "eu-west-1" }]);

test.each<[string, PlanJson, ReturnType<typeof costsOfPlans>]>([
  [
    "a new database",
    plan("aws_db_instance", { actions: ["create"], before: null, after: database }),
    { before: 0, after: 14.95, byUse: 0, unknown: [] },
  ],
  [
    "a standby",
    plan("aws_db_instance", { actions: ["update"], before: database, after: { ...database, multi_az: true } }),
    { before: 14.95, after: 29.9, byUse: 0, unknown: [] },
  ],
  [
    "a destroyed key",
    plan("aws_kms_key", { actions: ["delete"], before: {}, after: null }),
    { before: 1, after: 0, byUse: 0, unknown: [] },
  ],
  [
    "a new bucket",
    plan("aws_s3_bucket", { actions: ["create"], before: null, after: {} }),
    { before: 0, after: 0, byUse: 1, unknown: [] },
  ],
  [
    "an instance",
    plan("aws_instance", { actions: ["create"], before: null, after: {} }),
    { before: 0, after: 0, byUse: 0, unknown: ["dev-x aws_instance.a"] },
  ],
  [
    "a class that the table does not have, which is no saving,",
    plan("aws_db_instance", { actions: ["update"], before: database, after: { ...database, instance_class: "db.m7g.large" } }), // prettier-ignore
    { before: 0, after: 0, byUse: 0, unknown: ["dev-x aws_db_instance.a"] },
  ],
  [
    "a changed tag of a bucket",
    plan("aws_s3_bucket", { actions: ["update"], before: {}, after: { tags: {} } }),
    undefined,
  ],
  [
    "an unchanged database",
    plan("aws_db_instance", { actions: ["no-op"], before: database, after: database }),
    undefined,
  ],
  ["a forgotten database", plan("aws_db_instance", { actions: ["forget"], before: database, after: null }), undefined],
  ["a role", plan("aws_iam_role", { actions: ["create"], before: null, after: {} }), undefined],
])("%s changes the costs of a plan by as much as it costs", (_, one, expected) => {
  expect(costsOf(one)).toEqual(expected);
});

test("a resource of another provider has the prices of that provider's region", () => {
  const resources = [{ address: "aws_db_instance.a", provider_config_key: "aws.us-east-1" }];
  const providers = { "aws.us-east-1": { expressions: { region: { constant_value: "us-east-1" } } } };
  const change: PlannedChange = { actions: ["create"], before: null, after: database };
  const one = plan("aws_db_instance", change, { root_module: { resources }, provider_config: providers });
  expect(costsOf(one)?.after).toBe(13.98);
  const [instance] = one.resource_changes ?? [];
  const counted = instance && { ...one, resource_changes: [{ ...instance, address: "aws_db_instance.a[0]" }] };
  expect(counted && costsOf(counted)?.after).toBe(13.98);
});
