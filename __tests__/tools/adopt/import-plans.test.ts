import { existsSync, readFileSync, statSync } from "node:fs";
import { join } from "node:path";
import { planImports } from "../../../tools/adopt/import-plans";
import { readStacks } from "../../../tools/synth/read-stacks";
import type { StateDocument } from "../../../tools/terraform/terraform";
import { FakeTerraform } from "../terraform/support/fake-terraform";
import { RecordingView } from "../terraform/support/recording-view";
import { makesBucket, writeOutput, type SynthesizedStack } from "../terraform/support/synthesized-output";
import { temporaryFolder } from "../terraform/support/temporary-folder";

const folder = temporaryFolder();
let fake: FakeTerraform;

beforeEach(() => {
  fake = new FakeTerraform(folder());
  fake.answer("show", { stdout: '{"format_version":"1.2","terraform_version":"1.11.4"}' });
  fake.answer("plan", { exitCode: 2, writes: { "plan.tfplan": "" } });
  fake.answer("state pull", { stdout: "" });
});

const READS_ONE: SynthesizedStack = {
  json: {
    data: {
      terraform_remote_state: {
        one: { backend: "s3", config: { bucket: "states-111111111111", key: "one.tfstate", region: "eu-west-1" } },
      },
    },
    output: { copy: { value: "${data.terraform_remote_state.one.outputs.vpc}" } },
  },
};

interface Options {
  readonly imports?: Readonly<Record<string, Readonly<Record<string, string>>>>;
  readonly states?: Readonly<Record<string, StateDocument>>;
  readonly managed?: readonly string[];
}

async function plan(
  stacks: Record<string, SynthesizedStack>,
  { imports = {}, states = {}, managed = [] }: Options = {},
) {
  const synthesized = readStacks(writeOutput(join(folder(), "out"), stacks));
  return planImports(synthesized, {
    env: () => ({ PATH: process.env["PATH"] }),
    logDir: join(folder(), "logs"),
    view: new RecordingView(),
    binary: fake.binary,
    directory: join(folder(), "copies"),
    states: new Map(synthesized.map((stack) => [stack, states[stack.id]])),
    imports: new Map(Object.entries(imports).map(([id, each]) => [id, new Map(Object.entries(each))])),
    managed: new Set(managed),
  });
}

const read = (stack: string, name: string) =>
  JSON.parse(readFileSync(join(folder(), "copies/stacks", stack, name), "utf8")) as Record<string, unknown>;

test("a copy has the imports alone, a local state, and no protection: the plan must say what would be replaced", async () => {
  const json = { import: [{ to: "aws_s3_bucket.gone", id: "gone" }] };
  const state: StateDocument = { lineage: "l", serial: 7, resources: [] };
  const plans = await plan(
    { one: { resource: makesBucket("studies"), json: { ...json, resource: makesBucket("studies") } } },
    { imports: { one: { "aws_s3_bucket.state": "studies" } }, states: { one: state } },
  );
  expect([...plans]).toEqual([["one", { plan: { format_version: "1.2", terraform_version: "1.11.4" } }]]);
  const copy = read("one", "cdk.tf.json");
  expect(copy["import"]).toEqual([{ to: "aws_s3_bucket.state", id: "studies" }]);
  expect(copy["terraform"]).toMatchObject({ backend: { local: { path: "terraform.tfstate" } } });
  expect(JSON.stringify(copy)).not.toContain("prevent_destroy");
  expect(read("one", "terraform.tfstate")).toEqual(state);
  expect(statSync(join(folder(), "copies/stacks/one/terraform.tfstate")).mode & 0o777).toBe(0o600);
  expect(existsSync(join(folder(), "out/stacks/one/.terraform"))).toBe(false);
});

test("the stack that creates its own state bucket is planned like any other", async () => {
  const plans = await plan({ one: { bucket: "studies", resource: makesBucket("studies") } });
  expect(plans.get("one")).toHaveProperty("plan");
});

test("a stack that reads another one is planned after it, with its planned outputs", async () => {
  const outputs = { vpc: { sensitive: true, type: "string", value: "vpc-1" }, later: { sensitive: false } };
  const shown = { format_version: "1.2", terraform_version: "1.11.4", planned_values: { outputs } };
  fake.answer("show", { stdout: JSON.stringify(shown) }, "one");
  await plan({ two: READS_ONE, one: {} });
  expect(fake.commands.filter((command) => command.startsWith("plan"))).toEqual(["plan one", "plan two"]);
  const path = join(folder(), "copies/stacks/one/planned.tfstate");
  expect(read("two", "cdk.tf.json")["data"]).toEqual({
    terraform_remote_state: { one: { backend: "local", config: { path } } },
  });
  expect(read("one", "planned.tfstate")["outputs"]).toEqual({
    vpc: { value: "vpc-1", type: "string", sensitive: true },
    later: { value: "(known after apply)", type: "string", sensitive: false },
  });
});

test("a stack whose state holds everything is not planned, and gives its outputs to others", async () => {
  const outputs = { vpc: { value: "vpc-1", type: "string" } };
  const state = { lineage: "l", serial: 1, resources: [], outputs } as StateDocument;
  const plans = await plan({ one: {}, two: READS_ONE }, { managed: ["one"], states: { one: state } });
  expect(plans.get("one")).toEqual({ isManaged: true });
  expect(fake.commands.filter((command) => command.startsWith("plan"))).toEqual(["plan two"]);
  expect(read("one", "planned.tfstate")["outputs"]).toEqual(outputs);
});

test("a failure is reported, and a stack that reads the failed one is not planned", async () => {
  fake.answer("plan", { exitCode: 1, stderr: "Error: Cannot import non-existent remote object\n" }, "one");
  const plans = await plan({ one: {}, two: READS_ONE, three: {} });
  expect(plans.get("one")).toEqual({ problem: expect.stringContaining("Cannot import non-existent") as string });
  expect(plans.get("two")).toEqual({ problem: "it reads one, which could not be planned" });
  expect(plans.get("three")).toHaveProperty("plan");
});
