import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { GetObjectCommand, type HeadObjectCommand } from "@aws-sdk/client-s3";
import { strToU8, zipSync } from "fflate";
import type { StackSpec } from "../../../config/layout";
import { findDrift } from "../../../tools/drift/drift";
import { driftExitCode } from "../../../tools/drift/report";
import { appliedText, destroyed, withApplied } from "../../../tools/plans/promotion/applied-content";
import type { S3 } from "../../../tools/terraform/state/state-lock";
import { awsError } from "../terraform/support/fake-s3";
import { FakeTerraform } from "../terraform/support/fake-terraform";
import { RecordingView } from "../terraform/support/recording-view";
import { makesBucket, writeOutput, type SynthesizedStack } from "../terraform/support/synthesized-output";
import { temporaryFolder } from "../terraform/support/temporary-folder";
import { planOf, updated } from "../review/support/plans";
import { readStacks } from "../../../tools/synth/read-stacks";

const folder = temporaryFolder();
let fake: FakeTerraform;

const SECRET = "correct horse battery staple";
const drift = [updated("aws_x.a", { n: 1, password: "old" }, { n: 2, password: SECRET })];
const drifted = planOf([updated("aws_x.a", { n: 2, password: SECRET }, { n: 1, password: "old" })], {
  resource_drift: drift.map(({ change }) => change),
});
const unmanaged = planOf([], { resource_drift: [] });

/** The parts of Terraform's plan file that the project reads. */
const planFile = (lineage: string) =>
  `base64:${Buffer.from(zipSync({ tfstate: strToU8(JSON.stringify({ lineage, serial: 1 })) })).toString("base64")}`;
const planned = (exitCode: number, lineage = "l") => ({ exitCode, writes: { "plan.tfplan": planFile(lineage) } });

beforeEach(() => {
  fake = new FakeTerraform(folder());
  fake.answer("plan", planned(0));
  fake.answer("show", { stdout: JSON.stringify(unmanaged) });
});

/** A bucket with every state. Each object has a list of answers, one for each request. */
function bucket(answers: Readonly<Record<string, readonly (string | undefined)[]>>): S3 {
  const asked = new Map<string, number>();
  const send = (command: GetObjectCommand | HeadObjectCommand): Promise<unknown> => {
    const key = command.input.Key ?? "";
    const time = asked.get(key) ?? 0;
    asked.set(key, time + 1);
    const all = answers[key] ?? (key.endsWith(".tfstate") ? ["1"] : []);
    const answer = all[Math.min(time, all.length - 1)];
    if (answer === undefined) return Promise.reject(awsError("NotFound", 404));
    if (answer === "denied") return Promise.reject(awsError("AccessDenied", 403));
    const Body = { transformToString: () => Promise.resolve(answer) };
    return Promise.resolve(command instanceof GetObjectCommand ? { Body, ETag: answer } : { ETag: answer });
  };
  return { send: send as S3["send"] };
}

async function look(
  stacks: Record<string, SynthesizedStack>,
  objects: Parameters<typeof bucket>[0] = {},
  signal?: AbortSignal,
) {
  const synthesized = readStacks(writeOutput(join(folder(), "out"), stacks));
  const specs = Object.keys(stacks).map((id) => ({
    id,
    account: { name: "main" },
    environment: id === "a" ? { name: "dev" } : undefined,
  })) as unknown as StackSpec[];
  const s3 = bucket(objects);
  return findDrift(specs, synthesized, {
    env: () => ({ PATH: process.env.PATH }),
    ...{
      logDir: join(folder(), "logs"),
      view: new RecordingView(),
      binary: fake.binary,
      parallel: 2,
      signal,
      commit: "0a1b2c3",
    },
    s3Of: () => s3,
  });
}

/** The record of a stack that was applied. */
const APPLIED = appliedText(
  withApplied(undefined, "a", {
    ...{ content: "a".repeat(64), exact: "b".repeat(64) },
    ...{ appliedAt: "2026-01-02T03:04:05Z", commit: "c".repeat(40), plan: "p" },
  }),
);
const lock = (hours: number) =>
  JSON.stringify({
    ID: "1",
    Operation: "OperationTypeApply",
    Who: "a@b",
    Created: new Date(Date.now() - hours * 3_600_000),
  });
const statuses = ({ stacks }: Awaited<ReturnType<typeof look>>) =>
  stacks.map(({ stack, status }) => `${stack}: ${status}`);

test("reports differences with commit, account and environment, and leaves no secret and no plan file", async () => {
  fake.answer("plan", planned(2), "a");
  fake.answer("show", { stdout: JSON.stringify(drifted) }, "a");
  const report = await look({ a: {}, b: {} });
  expect(report).toEqual({
    commit: "0a1b2c3",
    stacks: [
      {
        ...{ stack: "a", account: "main", environment: "dev", status: "drift", unmanaged: [], unapplied: 0 },
        differences: [
          { address: "aws_x.a", message: "n: AWS has 2, the code says 1" },
          { address: "aws_x.a", message: "password: AWS has another value than the code (sensitive)" },
        ],
      },
      {
        stack: "b",
        account: "main",
        environment: null,
        status: "in sync",
        differences: [],
        unmanaged: [],
        unapplied: 0,
      },
    ],
  });
  for (const id of ["a", "b"]) {
    expect(existsSync(join(folder(), "out/stacks", id, "plan.tfplan"))).toBe(false);
    expect(readFileSync(join(folder(), "logs", `${id}.log`), "utf8")).not.toContain(SECRET);
  }
});

test("a change that waits for the maintenance window is no drift, and is listed as pending", async () => {
  const database = { instance_class: "db.t4g.micro", maintenance_window: "sun:02:00-sun:03:00" };
  const plan = planOf([updated("aws_db_instance.a", database, { ...database, instance_class: "db.t4g.small" })]);
  fake.answer("plan", planned(2));
  fake.answer("show", { stdout: JSON.stringify(plan) });
  const report = await look({ a: {} });
  expect(report.stacks).toMatchObject([
    {
      ...{ status: "not applied yet", differences: [], unapplied: 1 },
      pending: [expect.stringMatching(/^aws_db_instance.a {2}instance_class: .* is applied in the maintenance window/)],
    },
  ]);
});

test("takes no lock", async () => {
  await look({ a: {} });
  expect(fake.events.find(({ command }) => command === "plan")?.args).toContain("-lock=false");
});

test("finds unmanaged changes in a plan without changes", async () => {
  const group = { ingress: [], egress: [{ protocol: "tcp", from_port: 25, to_port: 25, cidr_blocks: ["0.0.0.0/0"] }] };
  const plan = planOf([{ ...updated("aws_security_group.a", group, group), written: { ingress: true } }]);
  const { change } = plan.resource_changes?.[0] ?? {};
  const quiet = {
    ...plan,
    resource_changes: plan.resource_changes?.map((each) => ({ ...each, change: { ...change, actions: ["no-op"] } })),
  };
  fake.answer("show", { stdout: JSON.stringify(quiet) });
  const report = await look({ a: {} });
  expect(report.stacks).toMatchObject([{ status: "drift", differences: [], unmanaged: [{ opens: true }] }]);
});

test("a stack without a state is not drift; a waiting stack is not applied yet", async () => {
  const waits = {
    exitCode: 1,
    stderr: "Error: Unsupported attribute\n\n  data.terraform_remote_state.cross-stack-reference-input-a\n",
  };
  fake.answer("plan", waits, "b");
  fake.answer("plan", waits, "c");
  fake.answer("state pull", { stdout: '{"lineage":"l","serial":4,"resources":[]}' }, "b");
  // Without a state there is nothing to plan. If the state cannot be read, Terraform reports the cause.
  const stacks = { a: {}, b: {}, c: {}, d: { bucket: "d", resource: makesBucket("d") } };
  const report = await look(stacks, { "a.tfstate": [], "c.tfstate": ["denied"], "d.tfstate": [] });
  expect(statuses(report)).toEqual(["a: never applied", "b: not applied yet", "c: never applied", "d: never applied"]);
  expect(new Set(fake.events.map(({ folder: at }) => at))).toEqual(new Set(["b", "c"]));
  expect(report.stacks[1]).toMatchObject({ waits: ["a does not have the required output yet"] });
});

test("an applied stack that lost its state is a failure with a remedy; a destroyed stack is not", async () => {
  const report = await look(
    { a: {}, b: {}, c: {} },
    {
      ...{ "a.tfstate": [], "a.applied.json": [APPLIED] },
      ...{ "b.tfstate": [], "b.applied.json": [appliedText(destroyed("b"))] },
      ...{ "c.tfstate": [], "c.applied.json": ["denied"] },
    },
  );
  expect(statuses(report)).toEqual(["a: failed", "b: never applied", "c: failed"]);
  expect(report.stacks[0]?.error).toMatch(
    /^a has no state, but was applied at 2026-01-02T03:04:05Z from commit c{12}: .*npm run state -- restore a/s,
  );
  expect(report.stacks[2]?.error).toMatch(/^c: the record of its applies cannot be read \(.*S3.*denied/i);
  expect(driftExitCode(report)).toBe(1);
});

test("a stack with its first apply running is reported as locked", async () => {
  const state = JSON.stringify({
    version: 4,
    terraform_version: "1.11.4",
    serial: 1,
    lineage: "l",
    outputs: {},
    resources: [],
  });
  const report = await look({ a: {} }, { "a.tfstate": [undefined, state], "a.applied.json": [APPLIED] });
  expect(report.stacks).toMatchObject([{ status: "locked", error: "was applied during the check" }]);
});

test("a failure is reported with its remedy, and other stacks are still checked", async () => {
  fake.answer("plan", { exitCode: 1, stderr: "Error: No valid credential sources found\n" }, "a");
  const report = await look({ a: {}, b: {} });
  expect(statuses(report)).toEqual(["a: failed", "b: in sync"]);
  expect(report.stacks[0]?.error).toMatch(/No valid credential sources found(.*\n)+.*Sign in, or name a profile/);
});

test("an interrupted run reports the stacks that it did not check", async () => {
  const report = await look({ a: {} }, {}, AbortSignal.abort());
  expect(report.stacks).toMatchObject([{ status: "failed", error: "interrupted" }]);
});

describe("a stack with a running operation", () => {
  test("is reported as locked, and not checked", async () => {
    const report = await look({ a: {}, b: {} }, { "a.tfstate.tflock": [lock(0)], "a.tfstate": ["1"] });
    expect(statuses(report)).toEqual(["a: locked", "b: in sync"]);
    expect(report.stacks[0]?.error).toMatch(/^is locked: held by a@b, for apply, since /);
    expect(fake.commands).toEqual(["init b", "plan b", "show b"]);
  });

  test("that starts during the check is reported as locked", async () => {
    fake.answer("plan", planned(2));
    fake.answer("show", { stdout: JSON.stringify(drifted) });
    const report = await look({ a: {}, b: {} }, { "a.tfstate.tflock": [undefined, lock(0)], "b.tfstate": ["1", "2"] });
    expect(statuses(report)).toEqual(["a: locked", "b: locked"]);
    expect(report.stacks).toMatchObject([
      { differences: [] },
      { differences: [], error: "was applied during the check" },
    ]);
  });

  test.each([
    ["for longer than an apply may take", lock(1.1)],
    ["with a damaged lock", "{"],
  ])("%s is a failure: the lock is abandoned", async (_, held) => {
    const report = await look({ a: {} }, { "a.tfstate.tflock": [held] });
    expect(report.stacks).toMatchObject([
      { status: "failed", error: expect.stringMatching(/run npm run unlock -- a\.$/) as string },
    ]);
  });

  test("is checked if its lock cannot be read: Terraform reports the cause", async () => {
    expect(statuses(await look({ a: {} }, { "a.tfstate.tflock": ["denied"], "a.tfstate": ["1", "2"] }))).toEqual([
      "a: in sync",
    ]);
  });
});
