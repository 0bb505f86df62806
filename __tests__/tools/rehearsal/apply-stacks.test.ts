import { join } from "node:path";
import { applyStacks, type ApplyOptions, type ApplyReport } from "../../../tools/rehearsal/apply-stacks";
import type { FirstApplyAccount } from "../../../tools/accounts/bootstrap/account";
import { UnexpectedChanges } from "../../../tools/rehearsal/stack-run";
import { TerraformError } from "../../../tools/terraform/terraform-error";
import { FakeTerraform } from "../terraform/support/fake-terraform";
import { RecordingView } from "../terraform/support/recording-view";
import { writeOutput, type SynthesizedStack } from "../terraform/support/synthesized-output";
import { temporaryFolder } from "../terraform/support/temporary-folder";
import { readStacks } from "../../../tools/synth/read-stacks";

const folder = temporaryFolder();
let fake: FakeTerraform;
let view: RecordingView;

beforeEach(() => {
  fake = new FakeTerraform(folder());
  view = new RecordingView();
});

function run(stacks: Record<string, SynthesizedStack>, options: Partial<ApplyOptions> = {}): Promise<ApplyReport> {
  const logDir = join(folder(), "logs");
  return applyStacks(readStacks(writeOutput(join(folder(), "out"), stacks)), {
    env: ({ accountId }) => ({ PATH: process.env.PATH, AWS_ROLE_SESSION_NAME: accountId }),
    logDir,
    view,
    binary: fake.binary,
    parallel: 2,
    ...options,
  });
}
const OTHER = "222222222222";
const statuses = (report: ApplyReport): string[] => report.stacks.map(({ stack, status }) => `${stack.id} ${status}`);

test("stacks are applied in order, each with its own environment and log, then planned again", async () => {
  const report = await run(
    { database: { dependencies: ["network"] }, network: {}, other: { account: OTHER } },
    { parallel: 1 },
  );
  expect(report.ok).toBe(true);
  expect(statuses(report)).toEqual(["database checked", "network checked", "other checked"]);
  const commands = fake.commands;
  expect(commands.filter((command) => !command.startsWith("init"))).toHaveLength(6);
  expect(commands.indexOf("init database")).toBeGreaterThan(commands.indexOf("apply network"));
  expect(fake.events.find(({ folder: stack }) => stack === "other")).toMatchObject({
    env: { AWS_ROLE_SESSION_NAME: OTHER },
  });
  const [database] = report.stacks;
  expect(database).toMatchObject({ isFirstApply: false, logFile: join(folder(), "logs", "database.log") });
  expect(Object.keys(database?.seconds ?? {})).toEqual(["initializing", "planning", "checking"]);
  expect(database?.totalSeconds).toBeGreaterThan(0);
  expect(view.phases.filter((phase) => phase.startsWith("network"))).toEqual([
    "network initializing",
    "network planning",
    "network applied",
    "network checking",
    "network checked",
  ]);
  expect(view.stopped).toBe(true);
});

test("a check waits for every apply in its own account, and not for other accounts", async () => {
  fake.answer("apply", { until: "end plan elsewhere", milliseconds: 300 }, "slow");
  await run({ quick: {}, slow: {}, elsewhere: { account: OTHER } }, { parallel: 3 });
  const at = (event: string, command: string, stack: string): number =>
    fake.events.findIndex((e) => e.event === event && e.command === command && e.folder === stack);
  const slowEnded = at("end", "apply", "slow");
  expect(at("start", "plan", "quick")).toBeGreaterThan(slowEnded);
  expect(at("start", "plan", "slow")).toBeGreaterThan(slowEnded);
  expect(at("end", "plan", "elsewhere")).toBeGreaterThan(-1);
  expect(at("end", "plan", "elsewhere")).toBeLessThan(slowEnded);
});

test("the next stack starts while another only waits for AWS", async () => {
  fake.answer("apply", { stdout: "aws_db_instance.d: Creating...\n", until: "end apply iam" }, "database");
  await run({ database: { resource: { aws_db_instance: { d: {} } } }, iam: {} }, { parallel: 1 });
  const order = fake.events
    .filter(({ command }) => command === "apply")
    .map(({ event, folder: stack }) => `${event} ${stack}`);
  expect(order).toEqual(["start database", "start iam", "end iam", "end database"]);
  expect(view.phases).toContain("database applying");
});

describe("with a count of changes, while a stack only waits for its database", () => {
  const database = {
    resource: { aws_db_instance: { d: {} }, aws_security_group: { s: {} } },
    dependencies: ["network"],
  };
  const created = ["aws_security_group.s: Creating...", "aws_security_group.s: Creation complete after 1s", ""];
  /** The positions of the events in their order. */
  const at = (event: string, command: string, stack: string): number[] =>
    fake.events.flatMap((e, i) => (e.event === event && e.command === command && e.folder === stack ? [i] : []));

  beforeEach(() => {
    fake.answer("apply", { stdout: created.join("\n"), until: "end plan network" }, "database");
  });

  test("the other stacks of its account are checked, and once if nothing has changed since", async () => {
    const report = await run({ database, network: {} }, { changesIn: () => 7 });
    expect(statuses(report)).toEqual(["database checked", "network checked"]);
    const [ended = NaN] = at("end", "apply", "database");
    expect(at("end", "plan", "network")).toHaveLength(1);
    expect(at("end", "plan", "network")[0]).toBeLessThan(ended);
    expect(at("start", "plan", "database")[0]).toBeGreaterThanOrEqual(ended);
  });

  test("of several slow resources, which AWS creates at once, none is waited for", async () => {
    const lifecycles = { aws_s3_bucket_lifecycle_configuration: { a: {}, b: {} }, aws_s3_bucket: { a: {} } };
    const made = "aws_s3_bucket.a: Creating...\naws_s3_bucket.a: Creation complete after 1s\n";
    fake.answer("apply", { stdout: made, until: "end plan network" }, "iam");
    const report = await run({ iam: { resource: lifecycles }, network: {} }, { changesIn: () => 7 });
    expect(statuses(report)).toEqual(["iam checked", "network checked"]);
    expect(at("end", "plan", "network")[0]).toBeLessThan(at("end", "apply", "iam")[0] ?? NaN);
  });

  test("a check still waits until all other resources of its account are created", async () => {
    fake.answer("apply", { milliseconds: 300 }, "iam");
    await run({ database, network: {}, iam: {} }, { changesIn: () => 7, parallel: 9 });
    const [checked = NaN] = at("start", "plan", "network");
    expect(checked).toBeGreaterThan(at("end", "apply", "iam")[0] ?? NaN);
    expect(checked).toBeGreaterThan(at("end", "apply", "network")[0] ?? NaN);
    expect(checked).toBeLessThan(at("end", "apply", "database")[0] ?? NaN);
  });

  test("a check also waits for the last resources of other stacks, which are created before the database", async () => {
    const lifecycles = { aws_s3_bucket_lifecycle_configuration: { a: {} }, aws_s3_bucket: { a: {} } };
    const made = "aws_s3_bucket.a: Creating...\naws_s3_bucket.a: Creation complete after 1s\n";
    fake.answer("apply", { stdout: made, milliseconds: 500 }, "iam");
    await run({ database, network: {}, iam: { resource: lifecycles } }, { changesIn: () => 7, parallel: 9 });
    const [checked = NaN] = at("start", "plan", "network");
    expect(checked).toBeGreaterThan(at("end", "apply", "iam")[0] ?? NaN);
    expect(checked).toBeLessThan(at("end", "apply", "database")[0] ?? NaN);
  });

  test("their checks are repeated if the account has changed since, and only then reported", async () => {
    fake.answer("plan", { stdout: "# aws_security_group.s will be updated in-place\n", exitCode: 2 }, "network");
    let changes = 0;
    const report = await run({ database, network: {} }, { changesIn: () => (changes += 1) });
    expect(statuses(report)).toEqual(["database checked", "network failed"]);
    expect(at("start", "plan", "network")).toHaveLength(2);
    expect(view.errors).toHaveLength(1);
  });

  test("a failure elsewhere ends the run after the database, with the status of both", async () => {
    const slowly = { until: "end apply elsewhere", milliseconds: 500 };
    fake.answer("apply", { stdout: created.join("\n"), ...slowly }, "database");
    const failure = { stderr: "Error: no such role\n", exitCode: 1 };
    fake.answer("apply", { ...failure, until: "end plan network", milliseconds: 100 }, "elsewhere");
    const report = await run({ database, network: {}, elsewhere: { account: OTHER } }, { changesIn: () => 0 });
    expect(statuses(report)).toEqual(["database applied", "network applied", "elsewhere failed"]);
    expect(at("end", "apply", "database")).toHaveLength(1);
  });
});

test("the report lists every stack with unexpected changes, with its plan, as a failure", async () => {
  fake.answer("plan", { stdout: "# aws_vpc.v will be updated in-place\n", exitCode: 2 }, "network");
  fake.answer("plan", { stdout: "# aws_iam_role.r will be destroyed\n", exitCode: 2 }, "iam");
  const report = await run({ network: {}, iam: {}, database: {} }, { parallel: 1 });
  expect(report.ok).toBe(false);
  expect(statuses(report)).toEqual(["network failed", "iam failed", "database checked"]);
  expect(report.stacks[0]?.error).toBeInstanceOf(UnexpectedChanges);
  expect(report.stacks[0]?.error?.message).toContain("# aws_vpc.v will be updated in-place");
  expect(view.errors.map((error) => error.message.split(":")[0]).sort()).toEqual(["iam", "network"]);
});

test("after a failure, running stacks end, no stack starts, and the report has the status of each stack", async () => {
  fake.answer("apply", { stderr: "Error: no such role\n", exitCode: 1 }, "network");
  fake.answer("apply", { until: "end apply network", milliseconds: 300 }, "running");
  const stacks = {
    network: {},
    running: { account: OTHER },
    database: { dependencies: ["network"] },
    far: { dependencies: ["database"] },
  };
  const report = await run(stacks, { parallel: 3 });
  expect(report.ok).toBe(false);
  expect(statuses(report)).toEqual(["network failed", "running applied", "database not started", "far not started"]);
  expect(report.stacks[0]?.error).toBeInstanceOf(TerraformError);
  expect(report.stacks.map(({ reason }) => reason)).toEqual([
    undefined,
    "not checked: network failed before its turn",
    "network failed",
    "database was not started",
  ]);
  expect(fake.commands).not.toContain("init database");
  expect(fake.commands.filter((command) => command.startsWith("plan"))).toEqual([]);
  expect(view.errors).toHaveLength(1);
  expect(view.phases).toContain("far not started");
});

test("an abort interrupts running stacks once and starts no other stack", async () => {
  fake.answer("apply", { milliseconds: 20_000, stdout: "aws_vpc.v: Creating...\n" }, "network");
  const abort = new AbortController();
  const running = run({ network: {}, database: { dependencies: ["network"] } }, { signal: abort.signal });
  for (let i = 0; i < 200 && !fake.commands.includes("apply network"); i++)
    await new Promise((resolve) => setTimeout(resolve, 20));
  abort.abort();
  const report = await running;
  expect(statuses(report)).toEqual(["network failed", "database not started"]);
  expect(report.stacks[0]?.error).toMatchObject({ interruptedBy: "abort" });
  expect(fake.events.filter(({ event }) => event === "interrupt")).toHaveLength(1);
});

test("check: false applies without a second plan", async () => {
  const report = await run({ network: {} }, { check: false });
  expect(report).toMatchObject({ ok: true, stacks: [{ status: "applied" }] });
  expect(report.stacks[0]?.reason).toBeUndefined();
  expect(fake.commands).toEqual(["init network", "apply network"]);
});

test("the view stops even if the run cannot start", async () => {
  await expect(run({ network: {} }, { parallel: 0 })).rejects.toThrow("parallel");
  expect(view.stopped).toBe(true);
});

describe("a stack that makes its own state bucket", () => {
  const resource = { aws_s3_bucket: { state: { bucket: "states-111111111111" } } };
  /** An account with an empty state bucket. */
  const account = (): FirstApplyAccount => {
    const none = () => Promise.resolve(undefined);
    return {
      expectCredentials: () => Promise.resolve(),
      findBucket: () => Promise.resolve({ found: "this account's", region: "eu-west-1" }),
      bucketTags: () => Promise.resolve({}),
      bucketSettings: () => Promise.resolve([]),
      objectKeys: () => Promise.resolve([]),
      isVersioned: () => Promise.resolve(true),
      objectVersion: () => Promise.resolve("v1"),
      ...{ findRole: none, findOidcProvider: none, findKey: none, keysTagged: () => Promise.resolve([]) },
    };
  };
  const STATE = '{"lineage":"l","serial":1,"resources":[]}';

  const pushedStateCanBePulled = (): void => {
    fake.answer("state push", { writes: { [join(fake.folder, "state pull *")]: `stdout='${STATE}'` } });
  };

  test("makes the stacks that use its bucket wait for the bucket, and not for the move of its own state", async () => {
    fake.answer("apply", { writes: { "birth.tfstate": STATE } });
    pushedStateCanBePulled();
    const network = { resource: { aws_vpc: { v: {} } }, dependencies: ["bootstrap"] };
    const report = await run({ bootstrap: { resource }, network }, { parallel: 1, account });
    expect(statuses(report)).toEqual(["bootstrap checked", "network checked"]);
    expect(fake.commands.filter((command) => /^(apply|state push|plan)/.test(command))).toEqual([
      "apply bootstrap",
      "apply network",
      "state push bootstrap",
      "plan bootstrap", // of the moved state
      "plan bootstrap",
      "plan network",
    ]);
  });

  describe("while it only waits for the lifecycle rules of its bucket", () => {
    const lifecycle = { aws_s3_bucket_lifecycle_configuration: { old: {} } };
    const network = { resource: { aws_vpc: { v: {} } }, dependencies: ["bootstrap"] };
    const created = "aws_s3_bucket.state: Creating...\naws_s3_bucket.state: Creation complete after 1s\n";
    const bootstrap = { resource: { ...resource, ...lifecycle } };
    const commandsOf = (event: string) =>
      fake.events.filter((each) => each.event === event).map(({ command, folder: stack }) => `${command} ${stack}`);

    test("other stacks are applied and checked, even with one slot", async () => {
      const waiting = { stdout: created, until: "end plan network" };
      fake.answer("apply", { ...waiting, writes: { "birth.tfstate": STATE } }, "bootstrap");
      pushedStateCanBePulled();
      const report = await run({ bootstrap, network }, { parallel: 1, account, changesIn: () => 7 });
      expect(statuses(report)).toEqual(["bootstrap checked", "network checked"]);
      const ended = commandsOf("end").filter((command) => /^(apply|state push|plan)/.test(command));
      expect(ended.slice(0, 4)).toEqual(["apply network", "plan network", "apply bootstrap", "state push bootstrap"]);
    });

    test("a failure of another stack ends the run after its state was moved", async () => {
      const waiting = { stdout: created, until: "end apply network", milliseconds: 300 };
      fake.answer("apply", { ...waiting, writes: { "birth.tfstate": STATE } }, "bootstrap");
      fake.answer("apply", { stderr: "Error: no such role\n", exitCode: 1 }, "network");
      pushedStateCanBePulled();
      const report = await run({ bootstrap, network }, { parallel: 1, account, changesIn: () => 7 });
      expect(statuses(report)).toEqual(["bootstrap applied", "network failed"]);
      expect(fake.commands).toContain("state push bootstrap");
    });
  });

  test("moves its state even if another stack fails before", async () => {
    fake.answer("apply", { writes: { "birth.tfstate": STATE } }, "bootstrap");
    fake.answer("apply", { stderr: "Error: no such role\n", exitCode: 1 }, "network");
    pushedStateCanBePulled();
    const network = { resource: { aws_vpc: { v: {} } }, dependencies: ["bootstrap"] };
    const report = await run({ bootstrap: { resource }, network }, { parallel: 1, account });
    expect(statuses(report)).toEqual(["bootstrap applied", "network failed"]);
    expect(fake.commands).toContain("state push bootstrap");
  });

  test("is applied like any other stack if its state exists", async () => {
    fake.answer("state pull", { stdout: STATE });
    const report = await run({ bootstrap: { resource } }, { check: false, account });
    expect(report.stacks[0]).toMatchObject({ status: "applied", isFirstApply: false });
    expect(fake.commands).toEqual(["init bootstrap", "state pull bootstrap", "apply bootstrap"]);
  });

  test("gets a first apply if its state does not exist, with its own phases, and is not applied again", async () => {
    fake.answer("apply", { writes: { "birth.tfstate": STATE } });
    pushedStateCanBePulled();
    const applied = await run({ bootstrap: { resource } }, { check: false, account });
    expect(applied.stacks[0]).toMatchObject({ status: "applied", isFirstApply: true });
    expect(applied.steps.map(({ name }) => name)).toEqual([
      "apply bootstrap",
      "wait for the last resource of bootstrap",
      "move the state of bootstrap",
    ]);
    expect(fake.commands.filter((command) => command.startsWith("apply"))).toHaveLength(1);
    expect(view.phases.slice(1)).toEqual(
      ["looking", "planning", "moving state", "verifying", "applied"].map((phase) => `bootstrap ${phase}`),
    );
  });
});
