import { join } from "node:path";
import { destroyStacks, type DestroyReport } from "../../../tools/rehearsal/destroy-stacks";
import { FakeProvider } from "../terraform/support/fake-provider";
import { FakeTerraform, NO_SCHEMA } from "../terraform/support/fake-terraform";
import { isAlive } from "../terraform/support/process-table";
import { RecordingView } from "../terraform/support/recording-view";
import { writeOutput, type SynthesizedStack } from "../terraform/support/synthesized-output";
import { temporaryFolder } from "../terraform/support/temporary-folder";
import { readStacks } from "../../../tools/synth/read-stacks";

const folder = temporaryFolder();
let fake: FakeTerraform;
let view: RecordingView;
const HELD = JSON.stringify({
  lineage: "l",
  serial: 1,
  resources: [{ mode: "managed", type: "aws_vpc", name: "v", instances: [{ attributes: { id: "v" } }] }],
});

beforeEach(() => {
  fake = new FakeTerraform(folder());
  view = new RecordingView();
  fake.answer("state pull", { stdout: HELD });
});

function run(stacks: Record<string, SynthesizedStack>, provider?: FakeProvider): Promise<DestroyReport> {
  return destroyStacks(readStacks(writeOutput(join(folder(), "out"), stacks)), {
    env: () => ({
      PATH: process.env.PATH,
      TF_CLI_CONFIG_FILE: provider?.cliConfig,
      AWS_ENDPOINT_URL: "http://127.0.0.1:1",
    }),
    logDir: join(folder(), "logs"),
    view,
    binary: fake.binary,
    providerLock: provider?.lockFile,
    parallel: 2,
  });
}
const outcomes = (report: DestroyReport): string[] => report.stacks.map(({ stack, status }) => `${stack.id} ${status}`);
const destroyed = (): string[] => fake.commands.filter((command) => command.startsWith("destroy"));

test("stacks are destroyed in the reverse order of their dependencies", async () => {
  const report = await run({
    bootstrap: {},
    network: { dependencies: ["bootstrap"] },
    database: { dependencies: ["network"] },
  });
  expect(report.ok).toBe(true);
  expect(destroyed()).toEqual(["destroy database", "destroy network", "destroy bootstrap"]);
  expect(view.stopped).toBe(true);
});

test("all commands of a stack attach to one provider, which ends with them", async () => {
  const provider = new FakeProvider(folder());
  expect((await run({ a: {} }, provider)).ok).toBe(true);
  const [pid] = provider.pids;
  expect(fake.attachments).toEqual([`init a ${pid}`, `state pull a ${pid}`, `destroy a ${pid}`]);
  expect(provider.pids.filter(isAlive)).toEqual([]);
});

test("a destroy is made again by Terraform alone if the state has a type that Terraform got no schema of", async () => {
  const provider = new FakeProvider(folder());
  fake.answer("destroy", NO_SCHEMA);
  expect((await run({ a: {} }, provider)).ok).toBe(false);
  const [pid] = provider.pids;
  const commands = ["init a", "state pull a", "destroy a"];
  expect(fake.attachments).toEqual([pid, "none"].flatMap((by) => commands.map((command) => `${command} ${by}`)));
});

test("the report lists protected stacks, and the stacks that they need are not tried", async () => {
  const stderr =
    "Error: deleting RDS DB Instance (d): Cannot delete protected DB Instance, please disable deletion protection\n";
  fake.answer("destroy", { stderr, exitCode: 1 }, "database");
  fake.answer("state list", { stdout: "data.aws_region.r\naws_db_instance.d\nmodule.m.data.aws_region.r\n" });
  const report = await run({
    bootstrap: {},
    network: { dependencies: ["bootstrap"] },
    database: { dependencies: ["network"] },
    iam: {},
  });
  expect(report.ok).toBe(true);
  expect(report.stacks.map(({ stack, status, reasons }) => [stack.id, status, reasons])).toEqual([
    ["bootstrap", "kept", ["still used by network"]],
    ["network", "kept", ["still used by database"]],
    ["database", "kept", ["RDS DB Instance (d): deletion protection"]],
    ["iam", "destroyed", []],
  ]);
  expect(report.stacks[2]?.remaining).toEqual(["aws_db_instance.d"]);
  expect(destroyed().sort()).toEqual(["destroy database", "destroy iam"]);
});

test("a stack without a bucket, without a state or with an empty state is absent", async () => {
  fake.answer(
    "init",
    { stderr: 'Error: Failed to get existing workspaces: S3 bucket "b" does not exist.\n', exitCode: 1 },
    "no-bucket",
  );
  fake.answer("state pull", { stdout: "" }, "no-state");
  fake.answer("state pull", { stdout: '{"lineage":"l","serial":9,"resources":[]}' }, "empty");
  const report = await run({ "no-bucket": {}, "no-state": {}, empty: {} });
  expect(report.ok).toBe(true);
  expect(outcomes(report)).toEqual(["no-bucket absent", "no-state absent", "empty absent"]);
  expect(destroyed()).toEqual([]);
});

test("any other error is a failure, and the upstream stacks are not started", async () => {
  fake.answer("destroy", { stderr: "Error: AccessDenied\n", exitCode: 1 }, "database");
  const report = await run({ network: {}, database: { dependencies: ["network"] } });
  expect(report.ok).toBe(false);
  expect(report.stacks).toMatchObject([
    { status: "not started", reasons: ["database failed"] },
    { status: "failed", error: { errors: ["Error: AccessDenied"] } },
  ]);
  expect(view.errors).toHaveLength(1);
});
