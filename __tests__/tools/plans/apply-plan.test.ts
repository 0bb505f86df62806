import { EC2Client } from "@aws-sdk/client-ec2";
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
import { UserError } from "../../../config/user-error";
import { applyPlan, type AppliedPlan, refusePlan } from "../../../tools/plans/apply-plan";
import type { PendingContent } from "../../../tools/plans/promotion/applied-content";
import { hashesOf } from "../../../tools/plans/plan-folder";
import type { PlanSummary } from "../../../tools/review/review";
import type { SynthesizedStack } from "../terraform/support/synthesized-output";
import { FakeTerraform } from "../terraform/support/fake-terraform";
import { ambiguousPlanFile, planFile } from "../terraform/support/plan-files";
import type { DestructionClients } from "../../../tools/terraform/aws/destruction-clients";
import type { ReadingClients } from "../../../tools/terraform/aws/reading-clients";
import { awsError } from "../terraform/support/fake-s3";
import { RecordingView } from "../terraform/support/recording-view";
import { temporaryFolder } from "../terraform/support/temporary-folder";
import { created as createdResource } from "../review/support/plans";
import { deleted } from "./access-change/plans";
import { EMPTY_PLAN, ESTATE, PRESENT, readsNetwork, writePlanFolder, type PlannedStack, type WrittenPlan } from "./support/plan-folders"; // prettier-ignore

const folder = temporaryFolder();
let fake: FakeTerraform;
let view: RecordingView;
let runs = 0;
/** The summaries that were shown before an apply. */
let shown: PlanSummary[] = [];

const state = (serial: number, outputs: object = {}) =>
  JSON.stringify({ lineage: "l", serial, outputs, resources: [] });

beforeEach(() => {
  fake = new FakeTerraform(folder());
  view = new RecordingView();
  promotion = fakePromotion();
  aws = new FakeAws();
  shown = [];
  fake.answer("state pull", { stdout: state(1) });
  fake.answer("show", { stdout: JSON.stringify(EMPTY_PLAN) });
});

/** Writes a plan folder with these stacks, each with changes unless it says otherwise. */
async function plan(
  stacks: Record<string, PlannedStack>,
  options: { kind?: "destroy"; others?: Record<string, SynthesizedStack> } = {},
): Promise<WrittenPlan> {
  const held = Object.fromEntries(Object.entries(stacks).map(([id, stack]) => [id, withPriorState(id, stack)]));
  for (const [id, { plan: shows = EMPTY_PLAN }] of Object.entries(held))
    fake.answer("show", { stdout: JSON.stringify(shows) }, id);
  return writePlanFolder(folder(), held, options);
}

/** A stack whose plan and whose state in AWS hold the resources with which its changes begin. */
function withPriorState(id: string, stack: PlannedStack): PlannedStack {
  const begun = (stack.plan?.resource_changes ?? []).filter(({ change }) => change.before != null);
  if (!stack.plan || begun.length === 0) return stack;
  const schema_version = 0;
  const pulled = begun.map(({ mode, type, name, change }) => ({ mode, type, name, instances: [{ schema_version, attributes: change.before }] })); // prettier-ignore
  fake.answer("state pull", { stdout: JSON.stringify({ lineage: "l", serial: 1, resources: pulled }) }, id);
  const resources = begun.map(({ change, ...resource }) => ({ ...resource, schema_version, values: change.before }));
  return { ...stack, plan: { ...stack.plan, prior_state: { values: { root_module: { resources } } } } };
}

/** A fake promotion that records calls. */
const fakePromotion = () => ({
  calls: [] as string[],
  refusals: {} as Record<string, string>,
  held: [] as string[],
  /** A refused stack is allowed once its predecessor is recorded. */
  refusalOf: ({ id, after }: { id: string; after?: { stackId: string } }) =>
    Promise.resolve(
      promotion.calls.includes(`applied ${after?.stackId ?? "none"}`) ? undefined : promotion.refusals[id],
    ),
  recordApplied: ({ id }: { id: string }, _by: object, pending?: PendingContent) =>
    Promise.resolve(
      void promotion.calls.push([`applied ${id}`, ...(pending ? [`with ${pending.changes.join()}`] : [])].join(" ")),
    ),
  recordDestroyed: (id: string) => Promise.resolve(void promotion.calls.push(`destroyed ${id}`)),
  pending: undefined as PendingContent | undefined,
  recordPending: (id: string, { changes }: PendingContent) =>
    Promise.resolve(void promotion.calls.push(`pending ${id}: ${changes.join()}`)),
  pendingOf: () => Promise.resolve(promotion.pending),
  recordWaiting: (id: string) => Promise.resolve(void promotion.calls.push(`waiting ${id}`)),
  holds: ({ id }: { id: string }) => Promise.resolve(promotion.held.includes(id)),
  waiting: {} as Record<string, string>,
  waitingSince: (id: string) => Promise.resolve(promotion.waiting[id]),
  stateOf: (_id: string): Promise<{ lineage: string; serial: number }> => Promise.resolve({ lineage: "l", serial: 1 }),
});
let promotion: ReturnType<typeof fakePromotion>;

/** AWS, which answers each operation with what is given, or nothing: no lock, no objects. */
class FakeAws {
  public readonly answers: Record<string, object> = { GetObject: awsError("NoSuchKey", 404), PutObject: { ETag: "1" } };
  public readonly clients = {} as DestructionClients;

  constructor() {
    const send = (command: object): Promise<never> => {
      const answer = this.answers[command.constructor.name.replace(/Command$/, "")] ?? {};
      return answer instanceof Error ? Promise.reject(answer) : Promise.resolve(answer as never);
    };
    const ec2 = Object.assign(new EC2Client({ region: "eu-west-1" }), { send });
    Object.assign(this.clients, { ec2, s3: { send }, rds: { send }, iam: { send } });
  }
}
let aws: FakeAws;
const denied = () => Promise.reject(new Error("AccessDenied"));
/** What the promotion reads of the state. */
const readsSerial = (serial: number) => () => Promise.resolve({ lineage: "l", serial });

const records = () => join(folder(), "records");

function apply(
  { folder: path, manifest, stacks }: WrittenPlan,
  {
    signal,
    beforeApply,
    allow = [],
  }: { signal?: AbortSignal; beforeApply?: () => Promise<void>; allow?: string[] } = {},
): Promise<AppliedPlan> {
  const directory = join(folder(), `run-${runs++}`);
  mkdirSync(directory);
  return applyPlan({
    ...{
      folder: path,
      erroredStates: join(folder(), "errored"),
      manifest,
      promotion,
      present: PRESENT,
      estate: ESTATE,
    },
    ...{ directory, logDir: join(directory, "logs"), allowDestroy: allow, signal, view, parallel: 2 },
    appliedRecords: records(),
    synthesize: () => Promise.resolve(stacks),
    beforeApply: (summary) => {
      shown.push(summary);
      return beforeApply?.() ?? Promise.resolve();
    },
    binary: fake.binary,
    env: () => ({ PATH: process.env.PATH }),
    settingClients: () =>
      Promise.resolve({
        call: denied,
        ec2: { send: denied },
        iam: { send: () => Promise.resolve(passwords) },
        s3: denied,
        s3control: denied,
      }),
    destructionClients: () => Promise.resolve(aws.clients),
    readers: () => Promise.resolve({ s3: () => Promise.resolve(aws.clients.s3) } as ReadingClients),
  });
}
/** What AWS answers if it is asked for the password policy. */
const passwords = { PasswordPolicy: { MinimumPasswordLength: 8 } };

/** A planned stack in which nothing changes. */
const UNCHANGED: PlannedStack = { status: "no changes" };

const statuses = ({ stacks }: AppliedPlan) => stacks.map(({ id, status }) => `${id} ${status}`);
const applies = () => fake.commands.filter((command) => command.startsWith("apply"));

describe("what AWS does not delete", () => {
  const bucket = {
    ...EMPTY_PLAN,
    resource_changes: [deleted("aws_s3_bucket", "b", { bucket: "uploads", force_destroy: false })],
  };

  test("refuses the whole plan before anything is destroyed, although the plan found nothing", async () => {
    aws.answers["ListObjectVersions"] = { Versions: [{}] };
    const stacks = { "dev-application": { plan: bucket }, "dev-database": {} };
    await expect(apply(await plan(stacks, { kind: "destroy" }), { allow: ["aws_s3_bucket.b"] })).rejects.toThrow(
      /nothing was written:\n {2}dev-application: blocked: aws_s3_bucket\.b: .* holds objects.*npm run destroy -- dev-application\.$/,
    );
    expect(applies()).toEqual([]);
  });

  test("refuses the whole plan if another state has since got what it would destroy", async () => {
    const planned = await plan(
      {
        "dev-application": {
          plan: { ...bucket, resource_changes: [deleted("aws_s3_bucket", "b", { id: "uploads" })] },
        },
      },
      { kind: "destroy" },
    );
    const instances = [{ attributes: { id: "uploads" } }];
    const resource = { mode: "managed", type: "aws_s3_bucket", name: "moved", instances };
    const state = {
      version: 4,
      terraform_version: "1.11.4",
      lineage: "l",
      serial: 1,
      outputs: {},
      resources: [resource],
    };
    aws.answers["ListObjectsV2"] = { Contents: [{ Key: "dev/data.tfstate" }] };
    aws.answers["GetObject"] = { Body: { transformToString: () => Promise.resolve(JSON.stringify(state)) } };
    await expect(apply(planned, { allow: ["aws_s3_bucket.b"] })).rejects.toThrow(
      /dev-application: what exists in AWS has changed since it was planned \(aws_s3_bucket\.b: is aws_s3_bucket\.moved of the state dev\/data\.tfstate too/,
    );
    expect(applies()).toEqual([]);
  });

  test("is deleted before Terraform deletes its guards, and stops the stack if AWS refuses", async () => {
    const planned = await plan({ "dev-application": { plan: bucket } }, { kind: "destroy" });
    const allow = ["aws_s3_bucket.b"];
    aws.answers["DeleteBucket"] = awsError("BucketNotEmpty", 409);
    const failed = await apply(planned, { allow });
    expect(failed.stacks[0]?.error?.message).toMatch(/AWS answers BucketNotEmpty.*Terraform has destroyed nothing/);
    expect(applies()).toEqual([]);
    aws.answers["DeleteBucket"] = {};
    expect(statuses(await apply(planned, { allow }))).toEqual(["dev-application applied"]);
    expect(applies()).toEqual(["apply dev-application"]);
  });
});

test("applies exactly the plan files, in the order of the dependencies", async () => {
  const applied = await apply(await plan({ "dev-database": { dependencies: ["dev-network"] }, "dev-network": {} }));
  expect(applied.ok).toBe(true);
  expect(applies()).toEqual(["apply dev-network", "apply dev-database"]);
  const started = fake.events.filter(({ command, event }) => command === "apply" && event === "start");
  expect(started.map(({ args }) => args.at(-1))).toEqual(["plan.tfplan", "plan.tfplan"]);
  expect(fake.commands.filter((command) => command.startsWith("plan"))).toEqual([]);
});

test("a destroy plan is applied in reverse order", async () => {
  await apply(
    await plan({ "dev-database": { dependencies: ["dev-network"] }, "dev-network": {} }, { kind: "destroy" }),
  );
  expect(applies()).toEqual(["apply dev-database", "apply dev-network"]);
});

test("applies a checked copy: changing the plan meanwhile has no effect", async () => {
  const manifest = await plan({ "dev-network": {} });
  fake.answer("init", { milliseconds: 300 });
  const applying = apply(manifest);
  writeFileSync(join(folder(), "plan/stacks/dev-network/plan.tfplan"), "another plan");
  expect((await applying).ok).toBe(true);
  // The next run reads the changed file.
  await expect(apply(manifest)).rejects.toThrow("stacks/dev-network/plan.tfplan has changed since the plan was made");
});

test("uses only the files of the plan: no other configuration, no program declared as a provider, no link", async () => {
  const planned = await plan({ "dev-network": {} });
  const directory = join(folder(), "plan/stacks/dev-network");
  writeFileSync(join(directory, ".terraform.lock.hcl"), "# hashes");
  const json = readFileSync(join(directory, "cdk.tf.json"), "utf8");
  writeFileSync(join(directory, "plan.tfplan"), planFile({ json, locks: "# hashes" }));
  const manifest = { ...planned, manifest: { ...planned.manifest, files: hashesOf(planned.folder) } };
  writeFileSync(join(directory, "evil.tf"), 'terraform { backend "local" {} }');
  writeFileSync(join(directory, "backend_override.tf.json"), "{}");
  mkdirSync(join(directory, ".terraform/providers"), { recursive: true });
  writeFileSync(join(directory, ".terraform/providers/terraform-provider-aws"), "#!/bin/sh");
  const run = `run-${runs}`;
  expect((await apply(manifest)).ok).toBe(true);
  expect(readdirSync(join(folder(), run, "plan/stacks/dev-network")).sort()).toEqual([
    ".terraform.lock.hcl",
    "cdk.tf.json",
    "plan.json",
    "plan.tfplan",
  ]);

  const secret = join(folder(), "secret");
  writeFileSync(secret, `plan of dev-network`);
  rmSync(join(directory, "plan.tfplan"));
  symlinkSync(secret, join(directory, "plan.tfplan"));
  await expect(apply(manifest)).rejects.toThrow("stacks/dev-network/plan.tfplan is missing");
});

test.each([
  ["another serial", state(2), "serial 1 is now 2"],
  ["another lineage", JSON.stringify({ lineage: "other", serial: 1, resources: [] }), "it has another lineage"],
  ["none", "", "it was deleted"],
])("a changed state refuses the whole plan before anything is applied: %s", async (_, stdout, reason) => {
  const manifest = await plan({ "dev-database": { dependencies: ["dev-network"] }, "dev-network": {} });
  fake.answer("state pull", { stdout }, "dev-database");
  await expect(apply(manifest)).rejects.toThrow(
    `dev-database: its state has changed since it was planned (${reason}). Plan again.`,
  );
  expect(applies()).toEqual([]);
});

test("credentials of another account refuse the plan, and the error names that account", async () => {
  fake.answer("init", { exitCode: 1, stderr: "Error: AWS account ID not allowed: 999999999999\n" }, "dev-network");
  await expect(apply(await plan({ "dev-network": {}, "dev-iam": {} }))).rejects.toThrow(
    "dev-network: the credentials must be of account 111111111111, got account 999999999999 from the default AWS profile or this machine's role. Name a profile of account 111111111111 (--profile).",
  );
  expect(applies()).toEqual([]);
});

/** The plan with other files, whose hashes are right: what its author can do. */
function forged(plan: WrittenPlan, files: Readonly<Record<string, string | Buffer>>): WrittenPlan {
  for (const [path, content] of Object.entries(files)) writeFileSync(join(plan.folder, path), content);
  return { ...plan, manifest: { ...plan.manifest, files: hashesOf(plan.folder) } };
}

test("a plan without its signature is made again with one", () => {
  const stacks = [{ id: "dev-network" }] as unknown as WrittenPlan["manifest"]["stacks"];
  const reason = "manifest.json.sig must be a signature, got no file. Plan again with --sign <ssh key>.";
  expect(() => {
    refusePlan([reason], { kind: "plan", stacks });
  }).toThrow(`${reason}\nto plan again: npm run plan -- dev-network --sign <ssh key>`);
});

describe("a plan that its author changed, with all hashes right, is refused before anything is applied", () => {
  const refusal = async (plan: WrittenPlan): Promise<string> => {
    const error = await apply(plan).then(() => new Error("applied"), (thrown: unknown) => thrown as Error); // prettier-ignore
    expect([applies(), shown]).toEqual([[], []]);
    expect(error).toBeInstanceOf(UserError);
    return error.message;
  };

  test("if this code generates another JSON, or no such stack", async () => {
    const planned = await plan({ "dev-network": {}, "dev-iam": {} });
    const other = await writePlanFolder(join(folder(), "other"), { "dev-network": { json: { locals: { x: 1 } } } });
    expect(await refusal({ ...planned, stacks: other.stacks })).toBe(
      [
        "the plan was not applied, and nothing was written:",
        "dev-network: the code at this commit generates another cdk.tf.json. Run npm ci at this commit, or plan again.",
        "dev-iam: the code at this commit generates no such stack. Plan again.\nto plan again: npm run plan -- dev-network",
      ].join("\n  "),
    );
    expect(fake.commands).toEqual([]);
  });

  test("if its modules are not those of this code", async () => {
    const planned = await plan({ "dev-network": {} });
    mkdirSync(join(planned.folder, "stacks/dev-network/assets/m"), { recursive: true });
    const other = { ...planned, ...forged(planned, { "stacks/dev-network/assets/m/main.tf": "" }) };
    expect(await refusal(other)).toContain("dev-network: the code at this commit generates other assets. Plan again.");
  });

  test("if the plan file was made from another JSON", async () => {
    const planned = await plan({ "dev-network": {} });
    const json = JSON.stringify({ ...(JSON.parse(readFileSync(join(planned.folder, "stacks/dev-network/cdk.tf.json"), "utf8")) as object), locals: {} }); // prettier-ignore
    expect(await refusal(forged(planned, { "stacks/dev-network/plan.tfplan": planFile({ json }) }))).toMatch(
      /dev-network: plan\.tfplan was made from another cdk\.tf\.json than the planned one\. Plan again\.$/m,
    );
  });

  test("if Terraform would read another part of the plan file than this program", async () => {
    const planned = await plan({ "dev-network": {} });
    const json = readFileSync(join(planned.folder, "stacks/dev-network/cdk.tf.json"), "utf8");
    const evil = planFile({ json, entries: { "tfconfig/m-/evil.tf.json": "{}" } });
    const ambiguous = ambiguousPlanFile(planFile({ json }), evil);
    const run = `run-${runs}`;
    await apply(forged(planned, { "stacks/dev-network/plan.tfplan": ambiguous }));
    const applied = readFileSync(join(folder(), run, "plan/stacks/dev-network/plan.tfplan"), "latin1");
    expect([ambiguous.toString("latin1"), applied].map((text) => text.includes("evil"))).toEqual([true, false]);
  });

  test.each([
    ["accountId", { accountId: "222222222222" }],
    ["dependencies", { dependencies: [] }],
    ["readers", { readers: ["dev-iam"] }],
    ["content", { content: "a".repeat(64) }],
    ["exact", { exact: undefined }],
    ["after", { after: { stackId: "dev-iam", content: "a".repeat(64) } }],
  ])("if the manifest has another %s of a stack than this code generates", async (key, change) => {
    const planned = await plan({ "dev-database": readsNetwork("vpc-1") }, { others: { "dev-network": {} } });
    const stacks = planned.manifest.stacks.map((stack) => ({ ...stack, ...change }));
    expect(await refusal({ ...planned, manifest: { ...planned.manifest, stacks } })).toContain(
      `dev-database: the code at this commit generates another manifest (${key}). Plan again.`,
    );
  });

  test("if reviewers have not seen the setting that it replaces, or saw one where there is none", async () => {
    const after = { minimum_password_length: 14 };
    const created = createdResource("aws_iam_account_password_policy.p", after).change;
    const hiding = await plan({ "dev-iam": { plan: { ...EMPTY_PLAN, resource_changes: [created] } } });
    expect(await refusal(hiding)).toContain(
      "dev-iam: what exists in AWS has changed since it was planned (aws_iam_account_password_policy.p: replaces the password policy of the account (minimum_password_length: 8 → 14)). Plan again.",
    );
    const planned = await plan({ "dev-network": {} });
    const existing = [{ address: "aws_vpc.x", message: "replaces a network", refused: false }];
    const stacks = planned.manifest.stacks.map((stack) => ({ ...stack, existing }));
    expect(await refusal({ ...planned, manifest: { ...planned.manifest, stacks } })).toContain("(nothing is left)");
    const waiting = stacks.map((stack) => ({ ...stack, status: "waiting" as const }));
    expect(await refusal({ ...planned, manifest: { ...planned.manifest, stacks: waiting } })).toContain("(existing)");
  });

  test("if the plan file contains another state than AWS has", async () => {
    const resource = { address: "aws_vpc.vpc", mode: "managed", type: "aws_vpc", name: "vpc", values: { id: "vpc-1" } };
    const prior_state = { values: { root_module: { resources: [resource] } } };
    expect(await refusal(await plan({ "dev-network": { plan: { ...EMPTY_PLAN, prior_state } } }))).toMatch(
      /dev-network: plan\.tfplan contains another state than AWS has \(aws_vpc\.vpc\)\. Plan again\.$/m,
    );
  });

  test.each(["{", "null", '{"resource_changes":[null]}', '{"resource_changes":5}'])(
    "if the JSON of a stack that waits cannot be read: %s",
    async (text) => {
      const planned = await plan({ "dev-network": {}, "dev-iam": { status: "waiting" } });
      expect(await refusal(forged(planned, { "stacks/dev-iam/plan.json": text }))).toMatch(
        /plan\.json of dev-iam must be Terraform's JSON of a plan, and cannot be read \(.*\)\. Plan again\.$/m,
      );
    },
  );

  test("if the manifest hides which outputs the plan read", async () => {
    const planned = await plan({ "dev-database": readsNetwork("vpc-1") }, { others: { "dev-network": {} } });
    const stacks = planned.manifest.stacks.map((stack) => ({ ...stack, upstreams: [] }));
    expect(await refusal({ ...planned, manifest: { ...planned.manifest, stacks } })).toContain(
      "dev-database: the manifest lists other outputs of other stacks than plan.tfplan read. Plan again.",
    );
  });

  test.each([
    ["another word", (text: string) => text.replace("dev-network", "dev-nothing"), "stacks"],
    [
      "another verdict",
      (text: string) => text.replace('"verdict": "changes"', '"verdict": "nothing to do"'),
      "verdict",
    ],
    ["more text", (text: string) => text.replace("{", '{\n  "note": "approved",'), "note"],
    ["another format", (text: string) => `${text}\n`, "format"],
    ["a text that is no JSON", () => "approved", "verdict, madeAt, kind, commit, dirty, connections, stacks"],
  ])("if a summary is not the one that the plan files give: %s", async (_, change, differing) => {
    const planned = await plan({ "dev-network": {} });
    const text = (name: string) => readFileSync(join(planned.folder, name), "utf8");
    expect(await refusal(forged(planned, { "summary.json": change(text("summary.json")) }))).toContain(
      `summary.json must be the summary that the plan files give, got another (${differing}). Plan again.`,
    );
    const page = { "summary.md": `${text("summary.md")}Safe.`, "summary.json": text("summary.json") };
    expect(await refusal(forged(await plan({ "dev-network": {} }), page))).toContain(
      "summary.md must be the summary that the plan files give, got another. Plan again.",
    );
  });
});

describe("before anything is applied", () => {
  const change = { ...EMPTY_PLAN, resource_changes: [deleted("aws_vpc", "x", {})] };

  test("shows the summary that the plan files give, with the plans of stacks that wait or are applied already", async () => {
    const manifest = await plan({
      "dev-network": { plan: change },
      "dev-iam": {},
      "dev-database": { status: "waiting", reasons: ["it waits"], plan: change },
    });
    promotion.stateOf = (id) => readsSerial(id === "dev-iam" ? 2 : 1)();
    mkdirSync(records());
    writeFileSync(join(records(), "dev-iam.json"), JSON.stringify({ appliedAt: "2026-01-02T03:04:05Z", state: { lineage: "l", serial: 2 } })); // prettier-ignore
    const atThatTime: string[][] = [];
    const beforeApply = () => Promise.resolve(void atThatTime.push(applies()));
    expect(statuses(await apply(manifest, { beforeApply }))).toEqual(["dev-network applied", "dev-iam already"]);
    expect(atThatTime).toEqual([[]]);
    const [summary] = shown;
    expect(summary?.stacks.map(({ id, status, review }) => [id, status, review?.counts.destroy])).toEqual([
      ["dev-network", "changes", 1],
      ["dev-iam", "changes", 0],
      ["dev-database", "waiting", 1],
    ]);
    expect(shown).toHaveLength(1);
  });

  test("applies nothing without the consent", async () => {
    const beforeApply = () => Promise.reject(new UserError("not confirmed"));
    await expect(apply(await plan({ "dev-network": {} }), { beforeApply })).rejects.toThrow("not confirmed");
    expect([applies(), promotion.calls]).toEqual([[], []]);
  });

  test("asks nothing if nothing is to be applied", async () => {
    expect((await apply(await plan({ "dev-iam": UNCHANGED }))).ok).toBe(true);
    expect(shown).toEqual([]);
  });
});

test("refuses a plan file that differs from what was reviewed, even with correct hashes", async () => {
  const manifest = await plan({ "dev-network": {}, "dev-iam": {} });
  const hidden = { ...EMPTY_PLAN, resource_changes: [deleted("aws_db_instance", "x", {})] };
  fake.answer("show", { stdout: JSON.stringify(hidden) }, "dev-network");
  await expect(apply(manifest)).rejects.toThrow(
    "dev-network: the reviewed plan.json differs from what Terraform shows of plan.tfplan. Plan again.",
  );
  expect(applies()).toEqual([]);
});

describe("promotion", () => {
  test("a stack whose predecessor is not applied refuses the whole plan before anything is applied", async () => {
    promotion.refusals = { "dev-network": "dev-network: it is too early" };
    await expect(apply(await plan({ "dev-network": {}, "dev-iam": {} }))).rejects.toThrow(
      "dev-network: it is too early",
    );
    expect(applies()).toEqual([]);
    expect(promotion.calls).toEqual([]);
  });

  describe("within one plan is an order", () => {
    const refusals = { "ci-network": "ci-network: it is too early", "staging-network": "staging-network: too early" };

    test("the earlier environment is applied and recorded first, then the later one", async () => {
      promotion.refusals = refusals;
      const planned = await plan({ "staging-network": {}, "ci-network": {}, "dev-network": {} });
      fake.answer("apply", { milliseconds: 200 }, "dev-network");
      expect((await apply(planned)).ok).toBe(true);
      expect(promotion.calls).toEqual(["dev", "ci", "staging"].flatMap((name) => [`waiting ${name}-network`, `applied ${name}-network`])); // prettier-ignore
    });

    test("an earlier one in which nothing changes is recorded before the later one is applied", async () => {
      promotion.refusals = refusals;
      const applied = await apply(await plan({ "staging-network": {}, "ci-network": UNCHANGED, "dev-network": {} }));
      expect(applied).toMatchObject({ ok: true, unchanged: { recorded: ["ci-network"] } });
      expect(promotion.calls.filter((call) => call.startsWith("applied"))).toEqual(
        ["dev", "ci", "staging"].map((name) => `applied ${name}-network`),
      );
    });

    test("if the earlier one fails, the later one is not started", async () => {
      promotion.refusals = refusals;
      fake.answer("apply", { exitCode: 1, stderr: "Error: no\n" }, "dev-network");
      const applied = await apply(await plan({ "dev-network": {}, "ci-network": {} }));
      expect(statuses(applied)).toEqual(["dev-network failed", "ci-network not started"]);
      expect(applied.stacks[1]?.reason).toBe("dev-network failed");
      expect(applies()).toEqual(["apply dev-network"]);
    });

    test("an unchanged earlier one is recorded after what it reads, and stays marked if that fails", async () => {
      promotion.refusals = { "ci-database": "ci-database: it is too early" };
      const database = { ...readsNetwork("vpc-1"), ...UNCHANGED };
      const planned = await plan({ "dev-network": {}, "dev-database": database, "ci-database": {} });
      fake.answer("apply", { exitCode: 1, stderr: "Error: no\n", milliseconds: 200 }, "dev-network");
      const failed = await apply(planned);
      expect(statuses(failed)).toEqual(["dev-network failed", "ci-database not started"]);
      expect(failed.unchanged).toMatchObject({ recorded: [], early: [expect.stringMatching(/^dev-database: what it reads/)] }); // prettier-ignore
      expect(promotion.calls).toEqual(["waiting dev-network", "waiting dev-database"]);
      promotion.calls = [];
      fake.answer("apply", { milliseconds: 200 }, "dev-network");
      expect((await apply(planned)).ok).toBe(true);
      expect(promotion.calls).toEqual(["waiting dev-network", "waiting dev-database", "applied dev-network", "applied dev-database", "waiting ci-database", "applied ci-database"]); // prettier-ignore
    });

    test("if the earlier one is not recorded, the later one is not started; the same apply continues", async () => {
      promotion.refusals = refusals;
      const { recordApplied } = promotion;
      promotion.recordApplied = denied;
      promotion.stateOf = (id) => readsSerial(id === "dev-network" ? 2 : 1)();
      const planned = await plan({ "dev-network": {}, "ci-network": {}, "ci-database": { dependencies: ["ci-network"] }, "dev-iam": {} }); // prettier-ignore
      const first = await apply(planned);
      promotion.recordApplied = recordApplied;
      expect(first.stacks.map(({ id, status, reason }) => [id, status, reason])).toEqual([
        ["dev-network", "applied", undefined],
        ["ci-network", "not started", "dev-network is not recorded as applied"],
        ["ci-database", "not started", "ci-network was not started"],
        ["dev-iam", "applied", undefined],
      ]);
      expect(statuses(await apply(planned)).slice(0, 2)).toEqual(["dev-network already", "ci-network applied"]);
    });

    test("an earlier one that the plan leaves as it is, or that is too early itself, refuses the whole plan", async () => {
      promotion.refusals = refusals;
      const waiting = await plan({ "dev-network": { status: "waiting", reasons: ["it waits"] }, "ci-network": {} });
      await expect(apply(waiting)).rejects.toThrow("ci-network: it is too early");
      await expect(apply(await plan({ "ci-network": UNCHANGED, "staging-network": {} }))).rejects.toThrow(
        "ci-network: it is too early",
      );
      expect([applies(), promotion.calls]).toEqual([[], []]);
    });
  });

  test("records applied stacks and destroyed stacks", async () => {
    expect((await apply(await plan({ "dev-network": {} }))).ok).toBe(true);
    await apply(await plan({ "dev-iam": {} }, { kind: "destroy" }));
    expect(promotion.calls).toEqual(["waiting dev-network", "applied dev-network", "destroyed dev-iam"]);
  });

  test("records what waits for a maintenance window as pending, and not as applied", async () => {
    const instance = (instance_class: string) => ({ instance_class, maintenance_window: "sun:02:00-sun:03:00" });
    const update = { actions: ["update"] as const, before: instance("db.t4g.micro"), after: instance("db.t4g.small") };
    const address = { address: "aws_db_instance.a", mode: "managed" as const, type: "aws_db_instance", name: "a" };
    const manifest = await plan({
      "dev-database": { plan: { ...EMPTY_PLAN, resource_changes: [{ ...address, change: update }] } },
    });
    promotion.stateOf = readsSerial(2);
    const file = join(folder(), "plan/stacks/dev-database/plan.json");
    const reviewed = readFileSync(file);
    const said = "aws_db_instance.a instance_class: db.t4g.micro → db.t4g.small is applied in the maintenance window (sun:02:00-sun:03:00), and pending until then"; // prettier-ignore
    const applying = apply(manifest);
    rmSync(file); // the copy that is applied has it
    expect(await applying).toMatchObject({ ok: true, stacks: [{ status: "applied", pending: [said] }] });
    expect(promotion.calls).toEqual(["waiting dev-database", `pending dev-database: ${said}`]);
    writeFileSync(file, reviewed);
    // The same apply again records nothing else.
    const [exact = ""] = manifest.manifest.stacks.map((stack) => stack.exact);
    promotion.pending = { exact, changes: [said], until: new Date(Date.now() + 60_000).toISOString() };
    expect(await apply(manifest)).toMatchObject({ ok: true, stacks: [{ status: "already" }] });
    expect(promotion.calls).toHaveLength(2);
  });

  test("keeps a pending change that the code no longer has, when another change is applied", async () => {
    const standby = "aws_db_instance.a multi_az: false → true is applied in the maintenance window";
    promotion.pending = { exact: "0".repeat(64), changes: [standby], until: "2126-01-02T03:00:00.000Z" };
    const instance = (backup_retention_period: number) => ({ backup_retention_period, multi_az: false });
    const change = { actions: ["update"] as const, before: instance(7), after: instance(14) };
    const address = { address: "aws_db_instance.a", mode: "managed" as const, type: "aws_db_instance", name: "a" };
    const manifest = await plan({
      "dev-database": { plan: { ...EMPTY_PLAN, resource_changes: [{ ...address, change }] } },
    });
    promotion.stateOf = readsSerial(2);
    expect(await apply(manifest)).toMatchObject({ ok: true, stacks: [{ status: "applied" }] });
    expect(promotion.calls).toEqual(["waiting dev-database", `applied dev-database with ${standby}`]);
  });

  test("does not record a stack while a change that the code no longer has is pending in RDS", async () => {
    promotion.pending = { exact: "0".repeat(64), changes: ["multi_az"], until: "2126-01-02T03:00:00.000Z" };
    const { unchanged } = await apply(await plan({ "dev-database": UNCHANGED }));
    expect(unchanged.early).toEqual([
      expect.stringMatching(/^dev-database: until 2126-01-02 .*\(multi_az\).*does not cancel them/),
    ]);
    expect(promotion.calls).toEqual([]);
  });

  test("does not record a failed stack", async () => {
    fake.answer("apply", { exitCode: 1, stderr: "Error: no\n" }, "dev-network");
    expect((await apply(await plan({ "dev-network": {} }))).ok).toBe(false);
    // It no longer counts as up to date.
    expect(promotion.calls).toEqual(["waiting dev-network"]);
  });

  test("fails if a record cannot be written; the same apply again writes it and applies nothing", async () => {
    const manifest = await plan({ "dev-network": {} });
    const { recordApplied } = promotion;
    promotion.recordApplied = denied;
    promotion.stateOf = readsSerial(2);
    const first = await apply(manifest);
    promotion.recordApplied = recordApplied;
    expect(first).toMatchObject({ ok: false, stacks: [{ status: "applied" }] });
    expect(first.unchanged.unrecorded).toEqual([
      expect.stringMatching(/^dev-network is applied, but .*AccessDenied.*Run the same apply again\.$/),
    ]);
    const second = await apply(manifest);
    expect(second).toMatchObject({
      ok: true,
      stacks: [{ status: "already" }],
      unchanged: { recorded: ["dev-network"] },
    });
    expect(applies()).toEqual(["apply dev-network"]);
    expect(promotion.calls).toEqual(["waiting dev-network", "applied dev-network"]);
  });

  test("does not record an unchanged stack if another plan has applied a stack that it reads", async () => {
    const [before, after] = ["2026-01-02T03:04:04.000Z", new Date(Date.now() + 60_000).toISOString()];
    const standing = { "dev-iam": UNCHANGED, "dev-database": { ...readsNetwork("vpc-1"), ...UNCHANGED } };
    promotion.waiting = { "dev-iam": before, "dev-database": after };
    const both = await apply(await plan(standing, { others: { "dev-network": {} } }));
    expect(both).toMatchObject({ ok: true, unchanged: { recorded: ["dev-iam"] } });
    expect(both.unchanged.early).toEqual([
      "dev-database: what it reads may have changed since it was planned. Plan it again.",
    ]);
    // This run marks its readers only after that check.
    promotion.waiting = {};
    const { recordWaiting } = promotion;
    promotion.recordWaiting = (id) => Promise.resolve(void (promotion.waiting[id] = after));
    promotion.stateOf = (id) => readsSerial(id === "dev-network" ? 2 : 1)();
    const manifest = await plan({ "dev-network": {}, "dev-database": standing["dev-database"] });
    const applied = await apply(manifest);
    promotion.recordWaiting = recordWaiting;
    expect(applied).toMatchObject({ ok: true, unchanged: { recorded: ["dev-database"], early: [] } });
    // An earlier run of the plan applied it, then another plan applied a stack that it reads.
    promotion.calls = [];
    const again = await apply(manifest);
    expect(again.unchanged).toMatchObject({ recorded: [], early: [expect.stringMatching(/^dev-network: what it reads/), expect.stringMatching(/^dev-database: /)] }); // prettier-ignore
    expect(promotion.calls).toEqual([]);
  });

  test("records the start of an apply for the stack and its readers, and changes nothing if that fails", async () => {
    const reading = await plan({ "dev-network": {} }, { others: { "dev-database": readsNetwork("vpc-1") } });
    const { recordWaiting } = promotion;
    // The record of the stack is written, and that of its reader is not.
    promotion.recordWaiting = (id) => (id === "dev-database" ? denied() : Promise.resolve(undefined));
    const refused = await apply(reading);
    promotion.recordWaiting = recordWaiting;
    expect(refused.stacks[0]?.error?.message).toMatch(
      /dev-network: the start of the apply could not be recorded .*AccessDenied.*: it was not applied$/m,
    );
    expect(applies()).toEqual([]);
    await apply(reading);
    expect(promotion.calls).toEqual(["waiting dev-network", "waiting dev-database", "applied dev-network"]);
  });

  describe("a stack in which nothing changes", () => {
    const standing = () => plan({ "dev-iam": UNCHANGED });

    test("is recorded: its content may differ nevertheless", async () => {
      expect(await apply(await standing())).toMatchObject({ ok: true, unchanged: { recorded: ["dev-iam"] } });
      expect(promotion.calls).toEqual(["applied dev-iam"]);
      expect(fake.commands).toEqual([]);
    });

    test("is not recorded if it is recorded already, or if another apply came since", async () => {
      promotion.held = ["dev-iam"];
      await apply(await standing());
      promotion.held = [];
      promotion.stateOf = readsSerial(2);
      await apply(await standing());
      expect(promotion.calls).toEqual([]);
    });

    test("is not recorded if it waits: its account may not exist yet", async () => {
      promotion.holds = () => Promise.reject(new Error("NoSuchBucket"));
      const waiting = await plan({ "dev-iam": { status: "waiting", reasons: ["the bucket is missing"] } });
      expect(await apply(waiting)).toMatchObject({ ok: true, unchanged: { recorded: [], unrecorded: [] } });
    });

    test("is not recorded before its predecessor, which is no failure", async () => {
      promotion.refusals = { "dev-iam": "dev-iam: it is too early" };
      const unchanged = { recorded: [], early: ["dev-iam: it is too early"] };
      expect(await apply(await standing())).toMatchObject({ ok: true, unchanged });
      expect(promotion.calls).toEqual([]);
    });
  });
});

describe("a state that Terraform could not write", () => {
  const kept = () => join(folder(), "errored", "dev-network.tfstate");

  test("is kept on this machine, and written by the next run, which then requires a new plan", async () => {
    const manifest = await plan({ "dev-network": {} });
    const writes = { "errored.tfstate": "a state" };
    fake.answer("apply", { exitCode: 1, stderr: "Error: Failed to save state\n", writes });
    const { stacks } = await apply(manifest);
    expect(stacks[0]?.error?.message).toContain(`nothing of it is lost: it is stored in ${kept()}`);
    expect(readFileSync(kept(), "utf8")).toBe("a state");

    const message =
      /only the kept state of dev-network was written:\n {2}dev-network: the state that the last run could not write is written now. Plan again./;
    const again = apply(await plan({ "dev-network": {}, "dev-iam": {} }));
    await expect(again).rejects.toThrow(message);
    await expect(again).rejects.not.toThrow(/nothing was written/);
    expect(fake.events.find(({ command }) => command === "state push")?.args.at(-1)).toBe(kept());
    expect(existsSync(kept())).toBe(false);
  });

  test("is kept if it cannot be written again", async () => {
    const manifest = await plan({ "dev-network": {} });
    mkdirSync(join(folder(), "errored"));
    writeFileSync(kept(), "a state");
    fake.answer("state push", { exitCode: 1, stderr: "Error: Error acquiring the state lock\n" });
    await expect(apply(manifest)).rejects.toThrow(/npm run unlock -- dev-network/);
    expect(readFileSync(kept(), "utf8")).toBe("a state");
    expect(applies()).toEqual([]);
  });

  test("is not taken from a plan's folder, which may come from another machine", async () => {
    const manifest = await plan({ "dev-network": {} });
    mkdirSync(join(folder(), "plan/errored"));
    writeFileSync(join(folder(), "plan/errored/dev-network.tfstate"), "a forged state");
    expect((await apply(manifest)).ok).toBe(true);
    expect(fake.commands.filter((command) => command.startsWith("state push"))).toEqual([]);
  });
});

describe("an upstream", () => {
  const others = { "dev-network": {} };

  test("with the planned outputs does not block the plan", async () => {
    fake.answer("state pull", { stdout: state(1, { vpc: { value: "vpc-1" } }) });
    expect((await apply(await plan({ "dev-database": readsNetwork("vpc-1") }, { others }))).ok).toBe(true);
  });

  test("is read with its providers: Terraform installs those of a state's resources from the lock file", async () => {
    fake.answer("state pull", { stdout: state(1, { vpc: { value: "vpc-1" } }) });
    await apply(await plan({ "dev-database": readsNetwork("vpc-1") }, { others }));
    const reader = join(folder(), `run-${runs - 1}`, "upstreams/dev-database/dev-network/main.tf.json");
    expect(JSON.parse(readFileSync(reader, "utf8"))).toMatchObject({
      terraform: { required_providers: { aws: { version: "5.100.0" } } },
    });
  });

  test("with changed outputs outside the plan refuses it", async () => {
    fake.answer("state pull", { stdout: state(1, { vpc: { value: "vpc-2" } }) });
    await expect(apply(await plan({ "dev-database": readsNetwork("vpc-1") }, { others }))).rejects.toThrow(
      "dev-database: the outputs of dev-network have changed since it was planned. Plan again.",
    );
  });

  test("with changed outputs after its apply stops the stacks that were planned with the old ones", async () => {
    fake.answer("state pull", { stdout: state(1, { vpc: { value: "vpc-2" } }) });
    const applied = await apply(await plan({ "dev-database": readsNetwork("vpc-1"), "dev-network": {} }));
    expect(statuses(applied)).toEqual(["dev-database failed", "dev-network applied"]);
    expect(applies()).toEqual(["apply dev-network"]);
  });
});

test("after a failure running stacks finish, no other starts, and a second run continues with the rest", async () => {
  const readers = {
    "dev-database": { dependencies: ["dev-network"] },
    "dev-application": { dependencies: ["dev-iam"] },
  };
  const manifest = await plan({ "dev-network": {}, "dev-iam": {}, ...readers });
  fake.answer("apply", { exitCode: 1, stderr: "Error: AccessDenied\n" }, "dev-network");
  fake.answer("apply", { milliseconds: 500 }, "dev-iam");
  promotion.stateOf = readsSerial(2);
  const first = await apply(manifest);
  expect(first.ok).toBe(false);
  expect(statuses(first)).toEqual([
    "dev-network failed",
    "dev-iam applied",
    "dev-database not started",
    "dev-application not started",
  ]);
  expect(first.stacks[0]).toMatchObject({ stateChanged: false, error: { errors: ["Error: AccessDenied"] } });

  fake.answer("apply", {});
  fake.answer("apply", {}, "dev-network");
  const second = await apply(manifest);
  expect(statuses(second)).toEqual([
    "dev-network applied",
    "dev-iam already",
    "dev-database applied",
    "dev-application applied",
  ]);
  expect(applies().filter((command) => command === "apply dev-iam")).toHaveLength(1);
});

describe("what this machine recorded as applied", () => {
  const recorded = (serial: number) => {
    mkdirSync(records(), { recursive: true });
    const record = { appliedAt: new Date().toISOString(), state: { lineage: "l", serial } };
    writeFileSync(join(records(), "dev-network.json"), JSON.stringify(record));
  };

  test("counts if the state in AWS is the recorded one", async () => {
    const manifest = await plan({ "dev-network": {} });
    recorded(2);
    promotion.stateOf = readsSerial(2);
    expect(statuses(await apply(manifest))).toEqual(["dev-network already"]);
    expect(fake.commands).toEqual([]);
  });

  test.each([1, 2])("does not count if the state is still the planned one: serial %d is recorded", async (serial) => {
    const manifest = await plan({ "dev-network": {} });
    recorded(serial);
    expect(statuses(await apply(manifest))).toEqual(["dev-network applied"]);
    expect(applies()).toEqual(["apply dev-network"]);
  });

  test("does not count if AWS has neither the planned nor the recorded state", async () => {
    const manifest = await plan({ "dev-network": {} });
    recorded(2);
    promotion.stateOf = readsSerial(3);
    fake.answer("state pull", { stdout: state(3) });
    await expect(apply(manifest)).rejects.toThrow(
      "dev-network: its state has changed since it was planned (serial 1 is now 3). Plan again.",
    );
    promotion.stateOf = denied;
    await expect(apply(manifest)).rejects.toThrow("dev-network: its state has changed since it was planned");
  });

  test.each(["{", "{}", '{"appliedAt":"2026-01-02T03:04:05Z"}'])(
    "does not count if it is incomplete: %s",
    async (text) => {
      const manifest = await plan({ "dev-network": {} });
      recorded(2);
      writeFileSync(join(records(), "dev-network.json"), text);
      promotion.stateOf = readsSerial(2);
      expect(statuses(await apply(manifest))).toEqual(["dev-network applied"]);
    },
  );

  test("is not taken from the plan's folder, which may come from elsewhere", async () => {
    const manifest = await plan({ "dev-network": {} });
    recorded(2);
    renameSync(records(), join(folder(), "plan/applied"));
    promotion.stateOf = readsSerial(2);
    expect(statuses(await apply(manifest))).toEqual(["dev-network applied"]);
  });

  test("is nothing if the state could not be read after the apply", async () => {
    const manifest = await plan({ "dev-network": {} });
    promotion.stateOf = denied;
    expect(statuses(await apply(manifest))).toEqual(["dev-network applied"]);
    expect(existsSync(records())).toBe(false);
  });
});

test("after a failure that changed the state, the stack cannot be applied by this plan", async () => {
  const manifest = await plan({ "dev-network": {} });
  fake.answer("apply", { exitCode: 1, stderr: "Error: half\n", milliseconds: 400 }, "dev-network");
  const applying = apply(manifest);
  while (applies().length === 0) await new Promise((resolve) => setTimeout(resolve, 20));
  fake.answer("state pull", { stdout: state(2) }, "dev-network");
  expect((await applying).stacks).toMatchObject([{ status: "failed", stateChanged: true }]);
  await expect(apply(manifest)).rejects.toThrow(/its state has changed/);
});

test("an interrupt is sent to Terraform once, and no other stack starts", async () => {
  const manifest = await plan({ "dev-network": {}, "dev-database": { dependencies: ["dev-network"] } });
  fake.answer("apply", { milliseconds: 20_000 });
  const controller = new AbortController();
  const applying = apply(manifest, { signal: controller.signal });
  while (applies().length === 0) await new Promise((resolve) => setTimeout(resolve, 20));
  controller.abort();
  expect(statuses(await applying)).toEqual(["dev-network failed", "dev-database not started"]);
  expect(fake.events.filter(({ event }) => event === "interrupt")).toHaveLength(1);
  expect(existsSync(records())).toBe(false);
});
