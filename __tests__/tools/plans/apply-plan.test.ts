import {
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import { join } from "node:path";
import { applyPlan, type AppliedPlan } from "../../../tools/plans/apply-plan";
import type { Manifest, ManifestStack } from "../../../tools/plans/manifest";
import { hashesOf } from "../../../tools/plans/plan-folder";
import { fingerprintOf } from "../../../tools/synth/upstreams";
import { FakeTerraform } from "../terraform/support/fake-terraform";
import { RecordingView } from "../terraform/support/recording-view";
import { writeOutput, type SynthesizedStack } from "../terraform/support/synthesized-output";
import { temporaryFolder } from "../terraform/support/temporary-folder";
import { deleted } from "./access-change/plans";
import { COMMIT, manifestWith, NO_HASH, stackWith, TREE } from "./support/manifests";

const folder = temporaryFolder();
let fake: FakeTerraform;
let view: RecordingView;
let runs = 0;

/** The reviewed plan, and what Terraform shows of the plan file. */
const REVIEWED = JSON.stringify({ format_version: "1.2", terraform_version: "1.11.4", resource_changes: [] });

const state = (serial: number, outputs: object = {}) =>
  JSON.stringify({ lineage: "l", serial, outputs, resources: [] });

beforeEach(() => {
  fake = new FakeTerraform(folder());
  view = new RecordingView();
  promotion = fakePromotion();
  fake.answer("state pull", { stdout: state(1) });
  fake.answer("show", { stdout: REVIEWED });
});

/** Writes a plan folder with these stacks, each with changes. */
function plan(
  stacks: Record<string, SynthesizedStack & Partial<Pick<ManifestStack, "upstreams">>>,
  changes: Partial<Manifest> = {},
): Manifest {
  writeOutput(join(folder(), "plan"), stacks);
  const planned = Object.entries(stacks).map(([id, { dependencies = [], upstreams = [] }]) => {
    const directory = join(folder(), "plan", "stacks", id);
    writeFileSync(join(directory, "plan.tfplan"), `plan of ${id}`);
    writeFileSync(join(directory, "plan.json"), REVIEWED);
    return stackWith(id, {
      ...{ status: "changes", dependencies: [...dependencies], upstreams, state: { lineage: "l", serial: 1 } },
    });
  });
  rmSync(join(folder(), "plan/manifest.json"));
  return manifestWith(planned, { files: hashesOf(join(folder(), "plan")), ...changes });
}

/** A fake promotion that records calls. */
const fakePromotion = () => ({
  calls: [] as string[],
  refusals: {} as Record<string, string>,
  held: [] as string[],
  refusalOf: ({ id }: { id: string }) => Promise.resolve(promotion.refusals[id]),
  recordApplied: ({ id }: { id: string }) => Promise.resolve(void promotion.calls.push(`applied ${id}`)),
  recordDestroyed: (id: string) => Promise.resolve(void promotion.calls.push(`destroyed ${id}`)),
  recordWaiting: (id: string) => Promise.resolve(void promotion.calls.push(`waiting ${id}`)),
  holds: ({ id }: { id: string }) => Promise.resolve(promotion.held.includes(id)),
  waiting: {} as Record<string, string>,
  waitingSince: (id: string) => Promise.resolve(promotion.waiting[id]),
  stateOf: (_id: string): Promise<{ lineage: string; serial: number }> => Promise.resolve({ lineage: "l", serial: 1 }),
});
let promotion: ReturnType<typeof fakePromotion>;
const denied = () => Promise.reject(new Error("AccessDenied"));
/** What the promotion reads of the state. */
const readsSerial = (serial: number) => () => Promise.resolve({ lineage: "l", serial });

const records = () => join(folder(), "records");

function apply(manifest: Manifest, signal?: AbortSignal): Promise<AppliedPlan> {
  const directory = join(folder(), `run-${runs++}`);
  mkdirSync(directory);
  return applyPlan({
    ...{ folder: join(folder(), "plan"), erroredStates: join(folder(), "errored"), manifest, promotion },
    appliedRecords: records(),
    ...{ directory, logDir: join(directory, "logs"), allowDestroy: [], signal, view, parallel: 2 },
    present: {
      checkout: { commit: COMMIT, tree: TREE, changedPaths: [] },
      ...{ estateSha256: NO_HASH, terraformVersion: "1.11.4", providerVersion: "5.100.0", endpoints: {} },
    },
    binary: fake.binary,
    env: () => ({ PATH: process.env.PATH }),
  });
}

const statuses = ({ stacks }: AppliedPlan) => stacks.map(({ id, status }) => `${id} ${status}`);
const applies = () => fake.commands.filter((command) => command.startsWith("apply"));

test("applies exactly the plan files, in the order of the dependencies", async () => {
  const applied = await apply(plan({ database: { dependencies: ["network"] }, network: {} }));
  expect(applied.ok).toBe(true);
  expect(applies()).toEqual(["apply network", "apply database"]);
  const started = fake.events.filter(({ command, event }) => command === "apply" && event === "start");
  expect(started.map(({ args }) => args.at(-1))).toEqual(["plan.tfplan", "plan.tfplan"]);
  expect(fake.commands.filter((command) => command.startsWith("plan"))).toEqual([]);
});

test("a destroy plan is applied in reverse order", async () => {
  await apply(plan({ database: { dependencies: ["network"] }, network: {} }, { kind: "destroy" }));
  expect(applies()).toEqual(["apply database", "apply network"]);
});

test("applies a checked copy: changing the plan meanwhile has no effect", async () => {
  const manifest = plan({ network: {} });
  fake.answer("init", { milliseconds: 300 });
  const applying = apply(manifest);
  writeFileSync(join(folder(), "plan/stacks/network/plan.tfplan"), "another plan");
  expect((await applying).ok).toBe(true);
  // The next run reads the changed file.
  await expect(apply(manifest)).rejects.toThrow("stacks/network/plan.tfplan has changed since the plan was made");
});

test("uses only the files of the plan: no other configuration, no program declared as a provider, no link", async () => {
  const planned = plan({ network: {} });
  const directory = join(folder(), "plan/stacks/network");
  writeFileSync(join(directory, ".terraform.lock.hcl"), "# hashes");
  const manifest = { ...planned, files: hashesOf(join(folder(), "plan")) };
  writeFileSync(join(directory, "evil.tf"), 'terraform { backend "local" {} }');
  writeFileSync(join(directory, "backend_override.tf.json"), "{}");
  mkdirSync(join(directory, ".terraform/providers"), { recursive: true });
  writeFileSync(join(directory, ".terraform/providers/terraform-provider-aws"), "#!/bin/sh");
  const run = `run-${runs}`;
  expect((await apply(manifest)).ok).toBe(true);
  expect(readdirSync(join(folder(), run, "plan/stacks/network")).sort()).toEqual([
    ".terraform.lock.hcl",
    "cdk.tf.json",
    "plan.json",
    "plan.tfplan",
  ]);

  const secret = join(folder(), "secret");
  writeFileSync(secret, `plan of network`);
  rmSync(join(directory, "plan.tfplan"));
  symlinkSync(secret, join(directory, "plan.tfplan"));
  await expect(apply(manifest)).rejects.toThrow("stacks/network/plan.tfplan is missing");
});

test.each([
  ["another serial", state(2), "serial 1 is now 2"],
  ["another lineage", JSON.stringify({ lineage: "other", serial: 1, resources: [] }), "it has another lineage"],
  ["none", "", "it was deleted"],
])("a changed state refuses the whole plan before anything is applied: %s", async (_, stdout, reason) => {
  const manifest = plan({ database: { dependencies: ["network"] }, network: {} });
  fake.answer("state pull", { stdout }, "database");
  await expect(apply(manifest)).rejects.toThrow(
    `database: its state has changed since it was planned (${reason}). Plan again.`,
  );
  expect(applies()).toEqual([]);
});

test("credentials of another account refuse the plan, and the error names that account", async () => {
  fake.answer("init", { exitCode: 1, stderr: "Error: AWS account ID not allowed: 999999999999\n" }, "network");
  await expect(apply(plan({ network: {}, iam: {} }))).rejects.toThrow(
    "network: the credentials must be of account 111111111111, got account 999999999999",
  );
  expect(applies()).toEqual([]);
});

test("refuses a plan file that differs from what was reviewed, even with correct hashes", async () => {
  const shown = { ...(JSON.parse(REVIEWED) as object), resource_changes: [deleted("aws_db_instance", "x", {})] };
  fake.answer("show", { stdout: JSON.stringify(shown) }, "network");
  await expect(apply(plan({ network: {}, iam: {} }))).rejects.toThrow(
    "network: the reviewed plan.json differs from what Terraform shows of plan.tfplan. Plan again.",
  );
  expect(applies()).toEqual([]);
});

describe("promotion", () => {
  const CONTENT = "c".repeat(64);
  const withContent = (manifest: Manifest): Manifest => ({
    ...manifest,
    stacks: manifest.stacks.map((each) => ({ ...each, content: CONTENT, exact: CONTENT })),
  });

  test("a stack whose predecessor is not applied refuses the whole plan before anything is applied", async () => {
    promotion.refusals = { network: "network: it is too early" };
    await expect(apply(withContent(plan({ network: {}, iam: {} })))).rejects.toThrow("network: it is too early");
    expect(applies()).toEqual([]);
    expect(promotion.calls).toEqual([]);
  });

  test("records applied stacks and destroyed stacks", async () => {
    expect((await apply(withContent(plan({ network: {} })))).ok).toBe(true);
    await apply(plan({ iam: {} }, { kind: "destroy" }));
    expect(promotion.calls).toEqual(["waiting network", "applied network", "destroyed iam"]);
  });

  test("does not record a failed stack", async () => {
    fake.answer("apply", { exitCode: 1, stderr: "Error: no\n" }, "network");
    expect((await apply(withContent(plan({ network: {} })))).ok).toBe(false);
    // It no longer counts as up to date.
    expect(promotion.calls).toEqual(["waiting network"]);
  });

  test("fails if a record cannot be written; the same apply again writes it and applies nothing", async () => {
    const manifest = withContent(plan({ network: {} }));
    const { recordApplied } = promotion;
    promotion.recordApplied = denied;
    promotion.stateOf = readsSerial(2);
    const first = await apply(manifest);
    promotion.recordApplied = recordApplied;
    expect(first).toMatchObject({ ok: false, stacks: [{ status: "applied" }] });
    expect(first.unchanged.unrecorded).toEqual([
      expect.stringMatching(/^network is applied, but .*AccessDenied.*Run the same apply again\.$/),
    ]);
    const second = await apply(manifest);
    expect(second).toMatchObject({ ok: true, stacks: [{ status: "already" }], unchanged: { recorded: ["network"] } });
    expect(applies()).toEqual(["apply network"]);
    expect(promotion.calls).toEqual(["waiting network", "applied network"]);
  });

  test("does not record an unchanged stack if another plan has applied a stack that it reads", async () => {
    const [before, after] = ["2026-01-02T03:04:04.000Z", new Date(Date.now() + 60_000).toISOString()];
    const standing = ["iam", "database"].map((id) => stackWith(id, { content: CONTENT, exact: CONTENT, state: { lineage: "l", serial: 1 } })); // prettier-ignore
    promotion.waiting = { iam: before, database: after };
    const both = await apply(manifestWith(standing));
    expect(both).toMatchObject({ ok: true, unchanged: { recorded: ["iam"] } });
    expect(both.unchanged.early).toEqual([
      "database: what it reads may have changed since it was planned. Plan it again.",
    ]);
    // This run marks its readers only after that check.
    promotion.waiting = {};
    const { recordWaiting } = promotion;
    promotion.recordWaiting = (id) => Promise.resolve(void (promotion.waiting[id] = after));
    promotion.stateOf = (id) => readsSerial(id === "network" ? 2 : 1)();
    const manifest = withContent(plan({ network: {} }));
    const stacks = [...manifest.stacks.map((each) => ({ ...each, readers: ["database"] })), ...standing.slice(1)];
    const applied = await apply({ ...manifest, stacks });
    promotion.recordWaiting = recordWaiting;
    expect(applied).toMatchObject({ ok: true, unchanged: { recorded: ["database"], early: [] } });
    // An earlier run of the plan applied it, then another plan applied a stack that it reads.
    promotion.calls = [];
    const again = await apply({ ...manifest, stacks });
    expect(again.unchanged).toMatchObject({ recorded: [], early: [expect.stringMatching(/^network: what it reads/), expect.stringMatching(/^database: /)] }); // prettier-ignore
    expect(promotion.calls).toEqual([]);
  });

  test("records the start of an apply for the stack and its readers, and changes nothing if that fails", async () => {
    const manifest = withContent(plan({ network: {} }));
    const reading = { ...manifest, stacks: manifest.stacks.map((each) => ({ ...each, readers: ["database"] })) };
    const { recordWaiting } = promotion;
    // The record of the stack is written, and that of its reader is not.
    promotion.recordWaiting = (id) => (id === "database" ? denied() : Promise.resolve(undefined));
    const refused = await apply(reading);
    promotion.recordWaiting = recordWaiting;
    expect(refused.stacks[0]?.error?.message).toMatch(
      /network: the start of the apply could not be recorded .*AccessDenied.*: it was not applied$/m,
    );
    expect(applies()).toEqual([]);
    await apply(reading);
    expect(promotion.calls).toEqual(["waiting network", "waiting database", "applied network"]);
  });

  describe("a stack in which nothing changes", () => {
    const standing = () =>
      manifestWith([stackWith("iam", { content: CONTENT, exact: CONTENT, state: { lineage: "l", serial: 1 } })]);

    test("is recorded: its content may differ nevertheless", async () => {
      expect(await apply(standing())).toMatchObject({ ok: true, unchanged: { recorded: ["iam"] } });
      expect(promotion.calls).toEqual(["applied iam"]);
      expect(fake.commands).toEqual([]);
    });

    test("is not recorded if it is recorded already, or if another apply came since", async () => {
      promotion.held = ["iam"];
      await apply(standing());
      promotion.held = [];
      promotion.stateOf = readsSerial(2);
      await apply(standing());
      expect(promotion.calls).toEqual([]);
    });

    test("is not recorded if it waits: its account may not exist yet", async () => {
      promotion.holds = () => Promise.reject(new Error("NoSuchBucket"));
      const waits = { status: "waiting" as const, reasons: ["the bucket is missing"] };
      const waiting = withContent(manifestWith([stackWith("iam", waits)]));
      expect(await apply(waiting)).toMatchObject({ ok: true, unchanged: { recorded: [], unrecorded: [] } });
    });

    test("is not recorded before its predecessor, which is no failure", async () => {
      promotion.refusals = { iam: "iam: it is too early" };
      const unchanged = { recorded: [], early: ["iam: it is too early"] };
      expect(await apply(standing())).toMatchObject({ ok: true, unchanged });
      expect(promotion.calls).toEqual([]);
    });
  });
});

describe("a state that Terraform could not write", () => {
  const kept = () => join(folder(), "errored", "network.tfstate");

  test("is kept on this machine, and written by the next run, which then requires a new plan", async () => {
    const manifest = plan({ network: {} });
    const writes = { "errored.tfstate": "a state" };
    fake.answer("apply", { exitCode: 1, stderr: "Error: Failed to save state\n", writes });
    const { stacks } = await apply(manifest);
    expect(stacks[0]?.error?.message).toContain(`nothing of it is lost: it is stored in ${kept()}`);
    expect(readFileSync(kept(), "utf8")).toBe("a state");

    const message =
      /only the kept state of network was written:\n {2}network: the state that the last run could not write is written now. Plan again./;
    const again = apply(plan({ network: {}, iam: {} }));
    await expect(again).rejects.toThrow(message);
    await expect(again).rejects.not.toThrow(/nothing was written/);
    expect(fake.events.find(({ command }) => command === "state push")?.args.at(-1)).toBe(kept());
    expect(existsSync(kept())).toBe(false);
  });

  test("is kept if it cannot be written again", async () => {
    const manifest = plan({ network: {} });
    mkdirSync(join(folder(), "errored"));
    writeFileSync(kept(), "a state");
    fake.answer("state push", { exitCode: 1, stderr: "Error: Error acquiring the state lock\n" });
    await expect(apply(manifest)).rejects.toThrow(/npm run unlock -- network/);
    expect(readFileSync(kept(), "utf8")).toBe("a state");
    expect(applies()).toEqual([]);
  });

  test("is not taken from a plan's folder, which may come from another machine", async () => {
    const manifest = plan({ network: {} });
    mkdirSync(join(folder(), "plan/errored"));
    writeFileSync(join(folder(), "plan/errored/network.tfstate"), "a forged state");
    expect((await apply(manifest)).ok).toBe(true);
    expect(fake.commands.filter((command) => command.startsWith("state push"))).toEqual([]);
  });
});

describe("an upstream", () => {
  const name = "cross-stack-reference-input-network";
  const config = { bucket: "states-111111111111", key: "network.tfstate" };
  const database = (vpc: string) => ({
    dependencies: ["network"],
    json: { data: { terraform_remote_state: { [name]: { backend: "s3", config } } } },
    upstreams: [{ stackId: "network", outputs: ["vpc"], sha256: fingerprintOf(["vpc"], { vpc }) }],
  });

  test("with the planned outputs does not block the plan", async () => {
    fake.answer("state pull", { stdout: state(1, { vpc: { value: "vpc-1" } }) });
    expect((await apply(plan({ database: database("vpc-1") }))).ok).toBe(true);
  });

  test("with changed outputs outside the plan refuses it", async () => {
    fake.answer("state pull", { stdout: state(1, { vpc: { value: "vpc-2" } }) });
    await expect(apply(plan({ database: database("vpc-1") }))).rejects.toThrow(
      "database: the outputs of network have changed since it was planned. Plan again.",
    );
  });

  test("with changed outputs after its apply stops the stacks that were planned with the old ones", async () => {
    fake.answer("state pull", { stdout: state(1, { vpc: { value: "vpc-2" } }) });
    const applied = await apply(plan({ database: database("vpc-1"), network: {} }));
    expect(statuses(applied)).toEqual(["database failed", "network applied"]);
    expect(applies()).toEqual(["apply network"]);
  });
});

test("after a failure running stacks finish, no other starts, and a second run continues with the rest", async () => {
  const readers = { database: { dependencies: ["network"] }, application: { dependencies: ["iam"] } };
  const manifest = plan({ network: {}, iam: {}, ...readers });
  fake.answer("apply", { exitCode: 1, stderr: "Error: AccessDenied\n" }, "network");
  fake.answer("apply", { milliseconds: 500 }, "iam");
  promotion.stateOf = readsSerial(2);
  const first = await apply(manifest);
  expect(first.ok).toBe(false);
  expect(statuses(first)).toEqual(["network failed", "iam applied", "database not started", "application not started"]);
  expect(first.stacks[0]).toMatchObject({ stateChanged: false, error: { errors: ["Error: AccessDenied"] } });

  fake.answer("apply", {});
  fake.answer("apply", {}, "network");
  const second = await apply(manifest);
  expect(statuses(second)).toEqual(["network applied", "iam already", "database applied", "application applied"]);
  expect(applies().filter((command) => command === "apply iam")).toHaveLength(1);
});

describe("what this machine recorded as applied", () => {
  const recorded = (serial: number) => {
    mkdirSync(records(), { recursive: true });
    const record = { appliedAt: new Date().toISOString(), state: { lineage: "l", serial } };
    writeFileSync(join(records(), "network.json"), JSON.stringify(record));
  };

  test("counts if the state in AWS is the recorded one", async () => {
    const manifest = plan({ network: {} });
    recorded(2);
    promotion.stateOf = readsSerial(2);
    expect(statuses(await apply(manifest))).toEqual(["network already"]);
    expect(fake.commands).toEqual([]);
  });

  test.each([1, 2])("does not count if the state is still the planned one: serial %d is recorded", async (serial) => {
    const manifest = plan({ network: {} });
    recorded(serial);
    expect(statuses(await apply(manifest))).toEqual(["network applied"]);
    expect(applies()).toEqual(["apply network"]);
  });

  test("does not count if AWS has neither the planned nor the recorded state", async () => {
    const manifest = plan({ network: {} });
    recorded(2);
    promotion.stateOf = readsSerial(3);
    fake.answer("state pull", { stdout: state(3) });
    await expect(apply(manifest)).rejects.toThrow(
      "network: its state has changed since it was planned (serial 1 is now 3). Plan again.",
    );
    promotion.stateOf = denied;
    await expect(apply(manifest)).rejects.toThrow("network: its state has changed since it was planned");
  });

  test.each(["{", "{}", '{"appliedAt":"2026-01-02T03:04:05Z"}'])(
    "does not count if it is incomplete: %s",
    async (text) => {
      const manifest = plan({ network: {} });
      recorded(2);
      writeFileSync(join(records(), "network.json"), text);
      promotion.stateOf = readsSerial(2);
      expect(statuses(await apply(manifest))).toEqual(["network applied"]);
    },
  );

  test("is not taken from the plan's folder, which may come from elsewhere", async () => {
    const manifest = plan({ network: {} });
    recorded(2);
    renameSync(records(), join(folder(), "plan/applied"));
    promotion.stateOf = readsSerial(2);
    expect(statuses(await apply(manifest))).toEqual(["network applied"]);
  });

  test("is nothing if the state could not be read after the apply", async () => {
    const manifest = plan({ network: {} });
    promotion.stateOf = denied;
    expect(statuses(await apply(manifest))).toEqual(["network applied"]);
    expect(existsSync(records())).toBe(false);
  });
});

test("after a failure that changed the state, the stack cannot be applied by this plan", async () => {
  const manifest = plan({ network: {} });
  fake.answer("apply", { exitCode: 1, stderr: "Error: half\n", milliseconds: 400 }, "network");
  const applying = apply(manifest);
  while (applies().length === 0) await new Promise((resolve) => setTimeout(resolve, 20));
  fake.answer("state pull", { stdout: state(2) }, "network");
  expect((await applying).stacks).toMatchObject([{ status: "failed", stateChanged: true }]);
  await expect(apply(manifest)).rejects.toThrow(/its state has changed/);
});

test("an interrupt is sent to Terraform once, and no other stack starts", async () => {
  const manifest = plan({ network: {}, database: { dependencies: ["network"] } });
  fake.answer("apply", { milliseconds: 20_000 });
  const controller = new AbortController();
  const applying = apply(manifest, controller.signal);
  while (applies().length === 0) await new Promise((resolve) => setTimeout(resolve, 20));
  controller.abort();
  expect(statuses(await applying)).toEqual(["network failed", "database not started"]);
  expect(fake.events.filter(({ event }) => event === "interrupt")).toHaveLength(1);
  expect(existsSync(records())).toBe(false);
});
