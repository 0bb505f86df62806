import { importsHeldElsewhere } from "../../../tools/plans/held-imports";
import type { Stack } from "../../../tools/synth/stacks";
import { created, planOf, unchanged, type Planned } from "../review/support/plans";
import { FakeS3, awsError } from "../terraform/support/fake-s3";

const stack = {
  id: "dev-network",
  state: { bucket: "states", key: "dev/network.tfstate", region: "eu-west-1" },
} as Stack;

interface Held {
  readonly type: string;
  readonly attributes: object;
  readonly mode?: "data";
}

const stateOf = (...held: readonly Held[]) =>
  JSON.stringify({
    ...{ version: 4, terraform_version: "1.11.4", serial: 1, lineage: "a", outputs: {} },
    resources: held.map(({ type, attributes, mode = "managed" }) => ({
      ...{ mode, type, name: "held", provider: 'provider["registry.terraform.io/hashicorp/aws"]' },
      instances: [{ schema_version: 0, attributes }],
    })),
  });

const imported = (type: string, before: object): Planned =>
  unchanged(`${type}.wanted`, { ...before }, { importing: { id: "any" } });

function look(planned: Planned, states: Readonly<Record<string, string>>, s3 = new FakeS3()) {
  for (const [key, body] of Object.entries(states)) s3.put(key, body);
  return importsHeldElsewhere(planOf([planned]), stack, s3.client);
}

const vpc = { id: "vpc-1", arn: "arn:aws:ec2:eu-west-1:222222222222:vpc/vpc-1" };

test("an import of what another state of the account holds is found, also if the estate no longer has that stack", async () => {
  const states = { "old/network.tfstate": stateOf({ type: "aws_vpc", attributes: vpc }) };
  expect(await look(imported("aws_vpc", vpc), states)).toEqual([
    {
      address: "aws_vpc.wanted",
      message:
        "is aws_vpc.held of the state old/network.tfstate already, and two stacks would manage it. Move it (npm run move), or remove its entry from <estate>.adopt.json, and plan again.",
    },
  ]);
});

test("a resource without an ARN is known by its id", async () => {
  const states = { "prod/network.tfstate": stateOf({ type: "aws_route", attributes: { id: "r-1" } }) };
  expect(await look(imported("aws_route", { id: "r-1" }), states)).toHaveLength(1);
  expect(await look(imported("aws_route", { id: "r-2" }), states)).toEqual([]);
});

test.each([
  { what: "the stack's own state", key: stack.state.key, held: { type: "aws_vpc", attributes: vpc } },
  { what: "a state that only reads it", key: "prod/a.tfstate", held: { type: "aws_vpc", attributes: vpc, mode: "data" as const } }, // prettier-ignore
  {
    what: "a state with another type of this id",
    key: "prod/a.tfstate",
    held: { type: "aws_subnet", attributes: vpc },
  },
  { what: "a state with the same name in another region", key: "prod/a.tfstate", held: { type: "aws_vpc", attributes: { ...vpc, arn: "arn:aws:ec2:us-east-1:222222222222:vpc/vpc-1" } } }, // prettier-ignore
])("$what may have it", async ({ key, held }) => {
  expect(await look(imported("aws_vpc", vpc), { [key]: stateOf(held) })).toEqual([]);
});

test("a plan without imports reads no state", async () => {
  const s3 = new FakeS3();
  expect(await look(created("aws_vpc.wanted", vpc), {}, s3)).toEqual([]);
  expect(s3.requests).toEqual([]);
});

test("an account without a bucket has no state", async () => {
  const s3 = new FakeS3();
  s3.before = () => {
    throw awsError("NoSuchBucket", 404);
  };
  expect(await look(imported("aws_vpc", vpc), {}, s3)).toEqual([]);
});

test("a damaged or unreadable state is an error: what it holds is unknown", async () => {
  await expect(look(imported("aws_vpc", vpc), { "prod/a.tfstate": "{" })).rejects.toThrow(
    /^dev-network: the state prod\/a\.tfstate of its account is /,
  );
  const s3 = new FakeS3();
  s3.before = () => {
    throw awsError("AccessDenied", 403);
  };
  await expect(look(imported("aws_vpc", vpc), {}, s3)).rejects.toThrow("AccessDenied");
});
