import { byUseLines, estimateCosts, PRICES_DATE, unknownLines } from "../../../tools/costs/estimate";
import prices from "../../../tools/costs/prices.json";

const resource = (type: string, values: Readonly<Record<string, unknown>> = {}, region = "eu-west-1") => ({
  ...{ stack: "dev", address: `${type}.a`, type, region, values },
});
const database = { engine: "postgres", instance_class: "db.t4g.micro", allocated_storage: 20, storage_type: "gp3" };
const usd = (type: string, values?: Readonly<Record<string, unknown>>, region?: string) =>
  estimateCosts([resource(type, values, region)]).usd;

test("the database of the document costs about 15 USD a month", () => {
  expect(usd("aws_db_instance", database)).toBe(14.95);
  expect(usd("aws_db_instance", { ...database, manage_master_user_password: true })).toBe(15.35);
  expect(usd("aws_db_instance", { ...database, multi_az: true })).toBe(29.9);
});

test.each([
  ["aws_kms_key", {}, 1],
  ["aws_secretsmanager_secret", {}, 0.4],
  ["aws_nat_gateway", {}, 35.04],
  ["aws_eip", {}, 3.65],
  ["aws_vpc_endpoint", { vpc_endpoint_type: "Interface", subnet_ids: ["a", "b"] }, 16.06],
  ["aws_vpc_endpoint", { vpc_endpoint_type: "Gateway" }, 0],
  ["aws_iam_role", {}, 0],
  ["azuread_application", {}, 0],
  ["aws_s3_bucket_lifecycle_configuration", {}, 0],
  ["aws_accessanalyzer_analyzer", { type: "ORGANIZATION" }, 0],
  ["aws_kms_key", { count: 3 }, 3],
  ["aws_kms_key", { count: 0 }, 0],
  ["aws_db_instance", { ...database, publicly_accessible: true }, 18.6],
  ["aws_db_instance", { ...database, engine_version: "17" }, 14.95],
])("%s %j costs %d USD a month", (type, values, expected) => {
  const estimate = estimateCosts([resource(type, values)]);
  expect(estimate.usd).toBe(expected);
  expect(unknownLines(estimate)).toEqual([]);
});

test.each([
  ["another region", "aws_db_instance", database, "ap-east-2", 2],
  ["another class", "aws_db_instance", { ...database, instance_class: "db.m7g.large" }, "eu-west-1", 1],
  ["another engine", "aws_db_instance", { ...database, engine: "oracle-ee" }, "eu-west-1", 2],
  ["an unknown size", "aws_db_instance", { ...database, allocated_storage: undefined }, "eu-west-1", 1],
  ["an unknown number of zones", "aws_vpc_endpoint", { vpc_endpoint_type: "Interface" }, "eu-west-1", 1],
  [
    "an endpoint of another kind",
    "aws_vpc_endpoint",
    { vpc_endpoint_type: "Resource", subnet_ids: ["a"] },
    "eu-west-1",
    1,
  ],
  ["extended support", "aws_db_instance", { ...database, engine_version: "13" }, "eu-west-1", 1],
  ["a number that Terraform decides", "aws_kms_key", { count: "${var.keys}" }, "eu-west-1", 1],
  ["a number of keys", "aws_kms_key", { for_each: "${var.keys}" }, "eu-west-1", 1],
  ["an analyzer of unused access", "aws_accessanalyzer_analyzer", { type: "ACCOUNT_UNUSED_ACCESS" }, "eu-west-1", 1],
  ["a setting of a bucket that costs", "aws_s3_bucket_inventory", {}, "eu-west-1", 1],
  ["a type without a rule", "aws_instance", {}, "eu-west-1", 1],
  ["a service of another provider", "aiven_opensearch", {}, "eu-west-1", 1],
])("%s is unknown, never free", (_, type, values, region, count) => {
  const estimate = estimateCosts([resource(type, values, region)]);
  expect(unknownLines(estimate)).toHaveLength(count);
  expect(estimate.lines.map(({ item }) => item).join()).not.toMatch(/NaN|undefined/);
});

test("what costs by use is named, and is not in the sum", () => {
  const estimate = estimateCosts([resource("aws_s3_bucket"), resource("aws_flow_log"), resource("aws_kms_key")]);
  expect(byUseLines(estimate).map(({ byUse }) => byUse)).toEqual([
    "by the gigabyte and by the request",
    "by the gigabyte",
  ]);
  expect(estimate.usd).toBe(1);
});

test("every price has a page of AWS, and appears once for a region", () => {
  expect(PRICES_DATE).toMatch(/^\d{4}-\d\d-\d\d$/);
  const places = prices.prices.map(({ item, region }) => `${item} ${region}`);
  expect(new Set(places).size).toBe(places.length);
  for (const { source, usd: price, unit } of prices.prices) {
    expect(source).toMatch(/^https:\/\/aws\.amazon\.com\/[\w/-]+\/pricing\/$/);
    expect(price).toBeGreaterThan(0);
    expect(["hour", "month", "GB and month"]).toContain(unit);
  }
});
