import { compareOutputs, type Output } from "../../../tools/trial/compare-outputs";

const STACK = "stacks/dev-network/cdk.tf.json";
const NOTE = { metadata: { path: "dev-network/vpc", uniqueId: "vpc" } };

const outputOf = (stack: unknown, others: Readonly<Record<string, unknown>> = {}): Output =>
  new Map(Object.entries({ [STACK]: stack, ...others }));

const vpc = (attributes: object) => ({ resource: { aws_vpc: { main: { cidr_block: "10.0.0.0/20", ...attributes } } } });

test("notes of cdktf, the order of keys and the version in the manifest are metadata", () => {
  const before = outputOf(
    { "//": { metadata: { version: "0.21.0" } }, ...vpc({ "//": NOTE, tags: { Name: "a" } }) },
    { "manifest.json": { version: "0.21.0", stacks: { "dev-network": {} } } },
  );
  const now = outputOf(
    { resource: { aws_vpc: { main: { tags: { Name: "a" }, cidr_block: "10.0.0.0/20" } } } },
    { "manifest.json": { version: "0.24.0", stacks: { "dev-network": {} } } },
  );
  expect(compareOutputs(before, now)).toEqual([]);
});

test("a key // in tags is no metadata", () => {
  const differences = compareOutputs(outputOf(vpc({ tags: { "//": "a" } })), outputOf(vpc({ tags: { "//": "b" } })));
  expect(differences).toEqual([
    { stack: "dev-network", block: "aws_vpc.main", attribute: "tags.//", before: "a", now: "b" },
  ]);
});

test("a changed, a removed and an added attribute are named by resource", () => {
  const before = outputOf(vpc({ tags: { Name: "a" }, instance_tenancy: "default" }));
  const now = outputOf(vpc({ tags: { Name: "b" }, region: "eu-west-1" }));
  const where = { stack: "dev-network", block: "aws_vpc.main" };
  expect(compareOutputs(before, now)).toEqual([
    { ...where, attribute: "tags.Name", before: "a", now: "b" },
    { ...where, attribute: "instance_tenancy", before: "default", now: undefined },
    { ...where, attribute: "region", before: undefined, now: "eu-west-1" },
  ]);
});

test("elements of a list are compared one by one, unless their number differs", () => {
  const rules = (...ports: readonly number[]) => outputOf(vpc({ ingress: ports.map((port) => ({ port })) }));
  expect(compareOutputs(rules(1, 2), rules(1, 3))).toMatchObject([{ attribute: "ingress.1.port", before: 2, now: 3 }]);
  expect(compareOutputs(rules(1), rules(1, 3))).toMatchObject([
    { attribute: "ingress", before: [{ port: 1 }], now: [{ port: 1 }, { port: 3 }] },
  ]);
});

test("each block of a new or removed section is a block", () => {
  const before = outputOf({ output: { id: { value: "a" } } });
  const now = outputOf({ data: { aws_region: { here: {} }, aws_partition: { here: {} } } });
  expect(compareOutputs(before, now).map(({ block, attribute }) => [block, attribute])).toEqual([
    ["output.id", ""],
    ["data.aws_region.here", ""],
    ["data.aws_partition.here", ""],
  ]);
});

test("a stack or another file that only one output has is a difference, and so is the text of a file", () => {
  const before = outputOf({}, { "stacks/dev-network/assets/main.tf": "a", "stacks/old/cdk.tf.json": {} });
  const now = outputOf({}, { "stacks/dev-network/assets/main.tf": "b", "stacks/new/cdk.tf.json": {} });
  expect(compareOutputs(before, now)).toEqual([
    { stack: "stacks/dev-network/assets/main.tf", block: "", attribute: "", before: "a", now: "b" },
    { stack: "new", block: "", attribute: "", before: undefined, now: {} },
    { stack: "old", block: "", attribute: "", before: {}, now: undefined },
  ]);
});

test("the manifest's dependencies are compared", () => {
  const manifest = (...dependencies: readonly string[]) =>
    outputOf({}, { "manifest.json": { stacks: { "dev-network": { dependencies } } } });
  expect(compareOutputs(manifest("dev-bootstrap"), manifest())).toMatchObject([
    { stack: "manifest.json", block: "stacks", attribute: "dev-network.dependencies" },
  ]);
});
