import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { bestOf, type Finder } from "../../../tools/adopt/finder";
import { Search, type SearchOptions } from "../../../tools/adopt/search";
import type { Stack } from "../../../tools/synth/stacks";
import type { StateDocument } from "../../../tools/terraform/terraform";
import { temporaryFolder } from "../terraform/support/temporary-folder";
import { clientsOf } from "./fake-account";

const folder = temporaryFolder();

/** A synthesized stack of the account 111111111111. */
function stackOf(id: string, json: object): Stack {
  const directory = join(folder(), id);
  mkdirSync(directory, { recursive: true });
  const provider = { aws: [{ region: "eu-west-1" }] };
  writeFileSync(join(directory, "cdk.tf.json"), JSON.stringify({ provider, ...json }));
  const state = { bucket: "states", key: `${id}.tfstate`, region: "eu-west-1" };
  return { id, directory, accountId: "111111111111", region: "eu-west-1", state } as unknown as Stack;
}

/** Things in AWS by type: the id, and the name by which the code means it. */
type InAws = Readonly<Record<string, Readonly<Record<string, string>>>>;

/** Finds things by the attribute `name`, and parts of them by the resolved attribute `of`. */
const findersOf = (aws: InAws): SearchOptions["finders"] =>
  new Map(
    Object.entries(aws).map(([type, things]): [string, Finder] => [
      type,
      async (wanted, { text }) => {
        const name = (await text("of")) ?? wanted.values["name"];
        const candidate = ([id, description]: readonly [string, string]) => ({ id, description });
        return bestOf(Object.entries(things), [([, each]) => each === name], candidate);
      },
    ]),
  );

interface Case {
  readonly stacks: readonly Stack[];
  readonly aws: InAws;
  readonly states?: ReadonlyMap<Stack, StateDocument | undefined>;
  readonly choose?: readonly string[];
}

const searched = ({ stacks, aws, states = new Map(), choose }: Case) =>
  new Search({ stacks, states, choose, finders: findersOf(aws), clientsOf: () => clientsOf({}) }).run();

const outcomes = async (options: Case) =>
  Object.fromEntries((await searched(options)).map(({ resource, outcome }) => [resource.address, outcome]));

const stateOf = (type: string, name: string, attributes: object): StateDocument => ({
  lineage: "x",
  serial: 1,
  resources: [{ mode: "managed", type, name, instances: [{ attributes: { ...attributes } }] }],
});

const found = (id: string, description: string) => ({
  status: "found",
  candidate: { id, description },
  isChosen: false,
});

test("what AWS has once is found, several are ambiguous, the rest is missing, and a type without a finder is reported", async () => {
  const one = stackOf("one", {
    resource: {
      aws_vpc: { a: { name: "a" }, b: { name: "b" }, c: { name: "c" } },
      aws_other: { x: {} },
      aws_ec2_instance_metadata_defaults: { x: {} },
    },
  });
  const aws = { aws_vpc: { "vpc-1": "a", "vpc-2": "b", "vpc-3": "b" } };
  expect(await outcomes({ stacks: [one], aws })).toEqual({
    "aws_vpc.a": found("vpc-1", "a"),
    "aws_vpc.b": {
      status: "ambiguous",
      candidates: [
        { id: "vpc-2", description: "b" },
        { id: "vpc-3", description: "b" },
      ],
    },
    "aws_vpc.c": { status: "missing" },
    "aws_other.x": { status: "not looked for" },
    "aws_ec2_instance_metadata_defaults.x": { status: "missing" },
  });
});

test("a part is found by the id of the whole, also of another stack; of what is missing or ambiguous it is missing", async () => {
  const one = stackOf("one", {
    resource: { aws_vpc: { a: { name: "a" }, b: { name: "b" } }, aws_subnet: { a: { of: "${aws_vpc.a.id}" } } },
    output: { vpc: { value: "${aws_vpc.a.id}" }, other: { value: "${aws_vpc.b.id}" } },
  });
  const data = {
    terraform_remote_state: { one: { config: { bucket: "states", key: "one.tfstate" } } },
  };
  const output = (name: string) => `\${data.terraform_remote_state.one.outputs.${name}}`;
  const two = stackOf("two", {
    data,
    resource: { aws_subnet: { b: { of: output("vpc") }, c: { of: output("other") } } },
  });
  const aws = { aws_vpc: { "vpc-1": "a", "vpc-2": "b", "vpc-3": "b" }, aws_subnet: { "subnet-1": "vpc-1" } };
  const all = await outcomes({ stacks: [one, two], aws });
  // Both mean the same subnet: a person decides whose it is.
  const disputed = { status: "ambiguous", candidates: [{ id: "subnet-1", description: "vpc-1" }] };
  expect([all["aws_subnet.a"], all["aws_subnet.b"], all["aws_subnet.c"]]).toEqual([
    disputed,
    disputed,
    { status: "missing" },
  ]);
});

test("what a state holds is managed, is nobody else's, and its attributes are those of its parts", async () => {
  const one = stackOf("one", {
    resource: {
      aws_vpc: { a: { name: "a" }, twin: { name: "a" } },
      aws_subnet: { a: { of: "${aws_vpc.a.id}" } },
    },
  });
  const states = new Map([[one, stateOf("aws_vpc", "a", { id: "vpc-1" })]]);
  const aws = { aws_vpc: { "vpc-1": "a" }, aws_subnet: { "subnet-1": "vpc-1" } };
  expect(await outcomes({ stacks: [one], states, aws })).toEqual({
    "aws_vpc.a": { status: "managed" },
    "aws_vpc.twin": { status: "missing" },
    "aws_subnet.a": found("subnet-1", "vpc-1"),
  });
});

test("the state of another stack in the account keeps what it holds", async () => {
  const one = stackOf("one", { resource: { aws_vpc: { a: { name: "a" } } } });
  const other = stackOf("other", {});
  const aws = { aws_vpc: { "vpc-1": "a" } };
  const states = new Map([[other, stateOf("aws_vpc", "x", { id: "vpc-1" })]]);
  expect(await outcomes({ stacks: [one], states, aws })).toEqual({ "aws_vpc.a": { status: "missing" } });
  expect(await outcomes({ stacks: [one], aws })).toEqual({ "aws_vpc.a": found("vpc-1", "a") });
});

test("an entry of the file wins if AWS has it, takes the candidate from others, and is not found otherwise", async () => {
  const stack = (id: string) =>
    stackOf("one", {
      resource: { aws_vpc: { a: { name: "a" }, twin: { name: "b" } } },
      import: [{ to: "aws_vpc.a", id }],
    });
  const aws = { aws_vpc: { "vpc-1": "a", "vpc-2": "b" } };
  expect(await outcomes({ stacks: [stack("vpc-2")], aws })).toEqual({
    "aws_vpc.a": { ...found("vpc-2", "b"), isChosen: true },
    "aws_vpc.twin": { status: "missing" },
  });
  expect((await outcomes({ stacks: [stack("vpc-9")], aws }))["aws_vpc.a"]).toEqual({ status: "gone", id: "vpc-9" });
});

test("--choose decides between candidates, and must name one of them", async () => {
  const one = stackOf("one", { resource: { aws_vpc: { b: { name: "b" } } } });
  const aws = { aws_vpc: { "vpc-2": "b", "vpc-3": "b" } };
  expect(await outcomes({ stacks: [one], aws, choose: ["vpc-3"] })).toEqual({ "aws_vpc.b": found("vpc-3", "b") });
  await expect(outcomes({ stacks: [one], aws, choose: ["vpc-9"] })).rejects.toThrow(
    "--choose must name candidates that one resource has, got vpc-9.",
  );
});

test("two resources that ask for each other are found without the other", async () => {
  const one = stackOf("one", {
    resource: {
      aws_vpc: { a: { of: "${aws_subnet.a.id}", name: "a" } },
      aws_subnet: { a: { of: "${aws_vpc.a.id}", name: "s" } },
    },
  });
  const aws = { aws_vpc: { "vpc-1": "subnet-1" }, aws_subnet: { "subnet-1": "s" } };
  const all = await outcomes({ stacks: [one], aws });
  expect(all["aws_vpc.a"]).toEqual(found("vpc-1", "subnet-1"));
});

test("an error of AWS names the stack and the resource", async () => {
  const one = stackOf("one", { resource: { aws_vpc: { a: {} } } });
  const denied = Object.assign(new Error("no"), { name: "AccessDenied", $metadata: { httpStatusCode: 403 } });
  const finders = new Map<string, Finder>([["aws_vpc", () => Promise.reject(denied)]]);
  const search = new Search({ stacks: [one], states: new Map(), finders, clientsOf: () => clientsOf({}) });
  await expect(search.run()).rejects.toThrow("one aws_vpc.a: AWS answers AccessDenied: no");
});
