import { existsSync, statSync } from "node:fs";
import { join } from "node:path";
import { strToU8, zipSync } from "fflate";
import { planStacks, type PlannedStack } from "../../../tools/terraform/plan-stacks";
import { FakeTerraform } from "./support/fake-terraform";
import { RecordingView } from "./support/recording-view";
import { makesBucket, writeOutput, type SynthesizedStack } from "./support/synthesized-output";
import { temporaryFolder } from "./support/temporary-folder";
import { readStacks } from "../../../tools/synth/read-stacks";

const folder = temporaryFolder();
let fake: FakeTerraform;
let view: RecordingView;

beforeEach(() => {
  fake = new FakeTerraform(folder());
  view = new RecordingView();
  fake.answer("state pull", { stdout: '{"lineage":"l","serial":4,"resources":[]}' });
  fake.answer("show", { stdout: '{"format_version":"1.2"}' });
});

/** The parts of Terraform's plan file that the project reads. */
function planMadeOn(state: object): string {
  const zip = zipSync({ tfplan: strToU8("opaque"), tfstate: strToU8(JSON.stringify(state)) });
  return `base64:${Buffer.from(zip).toString("base64")}`;
}

const changes = { exitCode: 2, writes: { "plan.tfplan": planMadeOn({ lineage: "l", serial: 3 }) } };
const planFile = (id: string) => join(folder(), "out/stacks", id, "plan.tfplan");

async function plan(
  stacks: Record<string, SynthesizedStack>,
  options: { destroy?: boolean; look?: boolean; signal?: AbortSignal; logDirName?: string } = {},
) {
  const env = (): NodeJS.ProcessEnv => ({ PATH: process.env.PATH });
  const synthesized = readStacks(writeOutput(join(folder(), "out"), stacks));
  const logDir = join(folder(), "logs");
  return planStacks(synthesized, {
    env,
    logDir,
    view,
    binary: fake.binary,
    parallel: 2,
    noteOf: () => "a note",
    ...options,
  });
}
const statuses = (planned: readonly PlannedStack[]) => planned.map(({ stack, status }) => `${stack.id}: ${status}`);

test("keeps the plan file of a stack with changes, readable only by its owner, and returns its state", async () => {
  fake.answer("plan", changes, "a");
  const planned = await plan({ a: {}, b: {} });
  expect(planned).toMatchObject([
    { status: "changes", state: { lineage: "l", serial: 3 }, plan: { format_version: "1.2" } },
    { status: "no changes", state: { lineage: "l", serial: 4 } },
  ]);
  expect(statSync(planFile("a")).mode & 0o777).toBe(0o600);
  expect(fake.commands.filter((command) => command.startsWith("show"))).toEqual(["show a"]);
  expect(view.phases).toContain("a planned");
  expect(view.phases).toContain("b no changes");
});

test.each([
  [
    "from the plan file, without reading the state",
    planMadeOn({ lineage: "l", serial: 3 }),
    { lineage: "l", serial: 3 },
    ["init a", "plan a", "show a"],
  ],
  ["there was none", planMadeOn({ lineage: "", serial: 0 }), undefined, ["init a", "plan a", "show a"]],
  [
    "from AWS, if the file has no state",
    "",
    { lineage: "l", serial: 4 },
    ["init a", "plan a", "state pull a", "show a"],
  ],
])("the state that a plan is based on: %s", async (_, file, state, commands) => {
  fake.answer("plan", { exitCode: 2, writes: { "plan.tfplan": file } });
  const [planned] = await plan({ a: {} });
  expect(planned?.state).toEqual(state);
  expect(fake.commands).toEqual(commands);
});

test("look takes no lock, returns plans without changes too, and leaves no plan file", async () => {
  fake.answer("plan", changes, "a");
  fake.answer("plan", { ...changes, exitCode: 0 }, "b");
  expect(await plan({ a: {}, b: {} }, { look: true })).toMatchObject([
    { status: "changes", state: { serial: 3 }, plan: { format_version: "1.2" } },
    { status: "no changes", state: { serial: 3 }, plan: { format_version: "1.2" } },
  ]);
  for (const id of ["a", "b"]) expect(existsSync(planFile(id))).toBe(false);
  const plans = fake.events.filter(({ event, command }) => event === "start" && command === "plan");
  expect(plans.map(({ args }) => args.filter((arg) => arg.startsWith("-lock")))).toEqual([
    ["-lock=false"],
    ["-lock=false"],
  ]);
});

test("the largest stack starts first, and others start next to it", async () => {
  const large = { resource: { aws_sqs_queue: { one: {}, two: {} } } };
  fake.answer("plan", { until: "start plan a" }, "b");
  await plan({ a: {}, b: large });
  // Their processes start at the same time, and either may be first.
  expect(view.phases.filter((phase) => phase.endsWith("initializing"))).toEqual(["b initializing", "a initializing"]);
});

test("a failure stops no other plan, and leaves no plan file", async () => {
  fake.answer("plan", { exitCode: 1, stderr: "Error: AccessDenied\n", writes: { "plan.tfplan": "" } }, "a");
  const planned = await plan({ a: {}, b: {}, c: {} });
  expect(statuses(planned)).toEqual(["a: failed", "b: no changes", "c: no changes"]);
  expect(view.errors.map(({ message }) => message)).toEqual([expect.stringContaining("AccessDenied")]);
  expect(view.errors[0]?.message).toMatch(new RegExp(`log: ${join(folder(), "logs/a.log")}$`));
  expect(existsSync(planFile("a"))).toBe(false);
});

test("a failure names its log as the folder is called once the run has ended", async () => {
  fake.answer("plan", { exitCode: 1, stderr: "Error: AccessDenied\n" });
  await plan({ a: {} }, { logDirName: "<plan folder>/logs" });
  expect(view.errors[0]?.message).toMatch(/AccessDenied\n {2}log: <plan folder>\/logs\/a\.log$/);
});

test("a stack whose upstream was never applied waits instead of failing", async () => {
  const stderr =
    "Error: Unable to find remote state\n\n  with data.terraform_remote_state.cross-stack-reference-input-b,\n";
  fake.answer("plan", { exitCode: 1, stderr }, "a");
  expect(await plan({ a: {} })).toMatchObject([{ status: "waiting", reasons: ["b is not applied yet"] }]);
  expect(view.errors).toEqual([]);
});

test("an account without a state bucket or bootstrap state is not bootstrapped", async () => {
  fake.answer(
    "init",
    { exitCode: 1, stderr: 'Error: Failed to get existing workspaces: S3 bucket "b" does not exist.\n' },
    "a",
  );
  fake.answer("state pull", { stdout: '{"lineage":"","serial":0,"resources":[]}' }, "bootstrap");
  const planned = await plan({ a: {}, bootstrap: { resource: makesBucket("states-111111111111") } });
  expect(planned).toMatchObject([
    { status: "waiting", reasons: [expect.stringContaining("not bootstrapped yet (npm run bootstrap)")] },
    { status: "waiting", reasons: [expect.stringContaining("not bootstrapped yet (npm run bootstrap)")] },
  ]);
  expect(fake.commands.filter((command) => command.startsWith("plan"))).toEqual([]);
});

test('a protected resource makes a destroy plan "kept"; the same error in another plan is a failure', async () => {
  const stderr = "Error: Instance cannot be destroyed\n\nResource aws_s3_bucket.b has lifecycle.prevent_destroy set\n";
  fake.answer("plan", { exitCode: 1, stderr });
  fake.answer("state pull", { stdout: '{"lineage":"l","serial":4,"resources":[]}' });
  // With its state: a stack without one would count as applied during the check.
  expect(await plan({ a: {} }, { destroy: true })).toMatchObject([
    { status: "kept", reasons: ["aws_s3_bucket.b: prevent_destroy"], state: { lineage: "l", serial: 4 } },
  ]);
  expect(fake.events.find(({ command }) => command === "plan")?.args).toContain("-destroy");
  expect(await plan({ a: {} })).toMatchObject([{ status: "failed" }]);
});

const LAB = "aws_organizations_account.lab";
const PREVENTED = `Error: Instance cannot be destroyed\n\nResource ${LAB} has lifecycle.prevent_destroy\nset, but the plan calls for it. To avoid this error, either disable\nlifecycle.prevent_destroy or reduce the scope.\n`;

test.each([
  [
    "alone",
    PREVENTED,
    /^a: lab \(\S+lab\) is protected from being destroyed, .*old@example\.com.*\n {2}log: .*a\.log$/,
  ],
  [
    "among other errors",
    `Error: AccessDenied\n\n${PREVENTED}`,
    /AccessDenied[^]*\na: lab \(\S+lab\) is protected .*\n {2}log: .*$/,
  ],
])("a refused replacement names the key that would replace a protected resource, %s", async (_, stderr, message) => {
  const change = {
    ...{ actions: ["delete", "create"], replace_paths: [["email"]] },
    ...{ before: { name: "lab", email: "old@example.com" }, after: { name: "lab", email: "new@example.com" } },
  };
  const resource_changes = [{ address: LAB, type: "aws_organizations_account", mode: "managed", name: "lab", change }];
  fake.answer("plan", { exitCode: 1, stderr, writes: { "plan.tfplan": "" } });
  fake.answer("show", { stdout: JSON.stringify({ format_version: "1.2", resource_changes }) });
  const [planned] = await plan({ a: {} });
  expect(planned).toMatchObject({ status: "failed", error: { message: expect.stringMatching(message) as string } });
  expect(existsSync(planFile("a"))).toBe(false);
});

test("an interrupt ends the running plan and starts no further one", async () => {
  fake.answer("plan", { milliseconds: 20_000 });
  const controller = new AbortController();
  const planning = plan({ a: {}, b: {}, c: {} }, { signal: controller.signal });
  while (fake.events.filter(({ command }) => command === "plan").length < 2)
    await new Promise((resolve) => setTimeout(resolve, 20));
  controller.abort();
  const ended = (await planning).map(({ status }) => status).sort();
  expect(ended).toEqual(["failed", "failed", "not started"]);
});
