import fc from "fast-check";
import { differencesOf } from "../../../../tools/plans/affected/differences";
import { sameJson, type JsonObject } from "../../../../tools/support/json";

const provider = (values: JsonObject = {}) => ({
  region: "eu-west-1",
  allowed_account_ids: ["111111111111"],
  ...values,
});

const STACK = {
  "//": { metadata: { version: "0.21.0" }, outputs: {} },
  terraform: { backend: { s3: { bucket: "states", key: "dev/database.tfstate" } }, required_version: ">= 1.11.0" },
  provider: { aws: [provider(), provider({ alias: "us-east-1", region: "us-east-1" })] },
  resource: {
    aws_db_instance: { database: { "//": { metadata: { path: "p" } }, engine: "postgres", port: 5432 } },
    aws_vpc: { vpc: {} },
  },
  data: { aws_caller_identity: { me: {} } },
  output: { endpoint: { value: "${aws_db_instance.database.endpoint}" } },
  import: [{ id: "vpc-1", to: "aws_vpc.vpc" }],
};

type Stack = { -readonly [Key in keyof typeof STACK]: Record<string, never> };

/** The reported differences of a changed stack. */
function differences(change: (stack: Stack) => void): string[] {
  const now = structuredClone(STACK) as unknown as Stack;
  change(now);
  return differencesOf(now, STACK);
}

const set =
  (...path: (string | number)[]) =>
  (value: unknown) =>
  (stack: Stack) => {
    const holder = path
      .slice(0, -1)
      .reduce<Record<string, unknown>>((at, key) => at[key] as Record<string, unknown>, stack);
    if (value === undefined) Reflect.deleteProperty(holder, path.at(-1) ?? "");
    else holder[path.at(-1) ?? ""] = value;
  };

test.each<[string, (stack: Stack) => void, string[]]>([
  ["an attribute", set("resource", "aws_db_instance", "database", "port")(5433), ["aws_db_instance.database: port"]],
  ["a new resource", set("resource", "aws_vpc", "second")({}), ["aws_vpc.second is new"]],
  [
    "a resource of a new type",
    set("resource", "aws_subnet")({ a: {}, b: {} }),
    ["aws_subnet.a is new", "aws_subnet.b is new"],
  ],
  ["a resource that is no more", set("resource", "aws_vpc")(undefined), ["aws_vpc.vpc is removed"]],
  ["the provider", set("provider", "aws", 0, "default_tags")([{}]), ["the provider: default_tags"]],
  ["another provider", set("provider", "aws", 1, "region")("us-west-2"), ["the provider us-east-1: region"]],
  ["a provider of another name", set("provider", "random")([{}]), ["the provider random is new"]],
  ["where the state lies", set("terraform", "backend", "s3", "bucket")("others"), ["the backend: bucket"]],
  [
    "the version of Terraform",
    set("terraform", "required_version")(">= 1.12.0"),
    ["the settings of Terraform: required_version"],
  ],
  [
    "a data source",
    set("data", "aws_caller_identity", "me", "provider")("aws.us-east-1"),
    ["data.aws_caller_identity.me: provider"],
  ],
  ["an output's value", set("output", "endpoint", "sensitive")(true), ["output endpoint: sensitive"]],
  ["a new output", set("output", "port")({ value: 1 }), ["output port is new"]],
  ["imports", set("import", 0, "id")("vpc-2"), ["import has changed"]],
  ["a section that is no more", set("import")(undefined), ["import is removed"]],
  ["a section nobody has heard of", set("check")({ a: {} }), ["check is new"]],
  ["nothing that has a name", set("locals")({}), ["locals has changed"]],
  ["cdktf's notes", set("//")({ metadata: { version: "0.24.0" } }), []],
])("lists %s", (_, change, expected) => {
  expect(differences(change)).toEqual(expected);
});

test("lists first what an apply destroys, with the content that is lost", () => {
  const change = (stack: Stack) => {
    set("terraform", "required_version")(">= 1.12.0")(stack);
    set("resource")({})(stack);
  };
  expect(differences(change)).toEqual([
    "aws_db_instance.database is removed: apply destroys the database, and all data in it",
    "aws_vpc.vpc is removed",
    "the settings of Terraform: required_version",
  ]);
});

test.each(["moved", "removed"])("a resource with a block %s stays in AWS", (block) => {
  const change = (stack: Stack) => {
    set("resource", "aws_db_instance")(undefined)(stack);
    set(block)([{ from: "aws_db_instance.database" }])(stack);
  };
  expect(differences(change)).toEqual(["aws_db_instance.database is removed", `${block} is new`]);
});

test("lists changes of the whole stack first", () => {
  const change = (stack: Stack) => {
    set("output", "port")({ value: 1 })(stack);
    set("resource", "aws_vpc", "vpc", "tags")({})(stack);
    set("provider", "aws", 0, "region")("eu-west-2")(stack);
    set("terraform", "backend", "s3", "key")("k")(stack);
  };
  expect(differences(change)).toEqual([
    "the backend: key",
    "the provider: region",
    "aws_vpc.vpc: tags",
    "output port is new",
  ]);
});

test("reports a difference exactly if two stacks differ", () => {
  const section = fc.constantFrom("terraform", "provider", "resource", "data", "output", "locals", "moved", "//");
  const stack = fc.dictionary(
    section,
    fc.oneof(fc.jsonValue({ maxDepth: 3 }), fc.dictionary(fc.constantFrom("a", "b", "//"), fc.jsonValue())),
  );
  fc.assert(
    fc.property(stack, stack, (one, other) => {
      expect(differencesOf(one as JsonObject, other as JsonObject).length > 0).toBe(!sameJson(one, other));
    }),
  );
});
