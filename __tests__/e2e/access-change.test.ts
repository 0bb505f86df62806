import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { Access } from "../../tools/access/decide/access";
import { type Baseline, baselineOf } from "../../tools/access/guard/baseline";
import { accessGraphOf } from "../../tools/access/graph/access-graph-of";
import { accessModelOf } from "../../tools/access/read/model-of";
import { readSynthesized, type SynthesizedStack } from "../../tools/synth/synthesized";
import { compareBaselines, widens, accessChangeLines } from "../../tools/access/guard/compare-baselines";
import type { EstateFile } from "../../config/schema";
import { type AccessChange, accessChange } from "../../tools/plans/access-change";
import type { PlanJson } from "../../tools/review/plan-json";
import { PLAN_FILE } from "./support/planned-changes";
import { startWorkplace, type Workplace } from "./support/workplace";

/*
 * What plans say of access, of states that the provider wrote. They hold much that nobody has written: what AWS makes
 * up, policies told twice, empty texts for what is not set. None of it may look like a change.
 */

const engineer = "arn:aws:iam::222222222222:user/platform-engineer";
const lead = "arn:aws:iam::222222222222:user/platform-lead";

const ESTATE: EstateFile = {
  solution: "galileo",
  defaultRegion: "eu-west-1",
  chargeCode: "platform-0001",
  accounts: {
    dev: {
      ...{ kind: "main", id: "222222222222", email: "aws-dev@example.com", monthlyBudgetUsd: 50 },
      ...{ operators: [engineer], admins: [lead], alarmEmails: ["alarm@example.com"] },
    },
  },
  environments: {
    dev: { account: "dev", profile: "documented", production: true, externalId: "galileo-dev-4f1c" },
  },
};

const STACKS = ["dev-iam", "dev-application"];

let workplace: Workplace;
let applied: readonly SynthesizedStack[];

beforeAll(async () => {
  workplace = await startWorkplace("access-change", { estate: ESTATE });
  await workplace.makeStateBucket("dev");
  applied = synthesized();
  await Promise.all(
    STACKS.map(async (id) => {
      await terraform(id).init();
      await terraform(id).apply();
    }),
  );
}, 5 * 60_000);

afterAll(() => workplace.stop());

const terraform = (id: string) => workplace.terraform(workplace.stack(id));

const synthesized = () => readSynthesized(join(workplace.directory, "cdktf.out"));

/** Plans of the estate as it is changed here, and what is told of them. */
async function toldOf(
  change: (file: EstateFile) => void,
  { stacks = STACKS, destroy = false } = {},
): Promise<{ readonly told?: AccessChange; readonly plans: ReadonlyMap<string, PlanJson> }> {
  const changed = structuredClone(ESTATE);
  change(changed);
  workplace.synthesize(changed);
  if (destroy) stacks.forEach(unprotect);
  const plans = await Promise.all(
    stacks.map(async (id) => {
      await terraform(id).plan({ out: PLAN_FILE, destroy });
      return [id, (await terraform(id).showPlan(PLAN_FILE)) as PlanJson] as const;
    }),
  );
  return { told: await accessChange(synthesized(), new Map(plans)), plans: new Map(plans) };
}

/** Of a stack that protects what it holds no destroy is planned. */
function unprotect(id: string): void {
  const file = join(workplace.stack(id).directory, "cdk.tf.json");
  writeFileSync(file, readFileSync(file, "utf8").replace(/"prevent_destroy":\s*true/g, '"prevent_destroy": false'));
}

async function baselineIn(stacks: readonly SynthesizedStack[]): Promise<Baseline> {
  const access = new Access(accessModelOf(stacks));
  return baselineOf(access.model, await accessGraphOf(access));
}

/** What is known to differ, of stacks as they were applied and as they are synthesized now. */
async function difference(then: readonly SynthesizedStack[] = synthesized()): Promise<AccessChange> {
  const now = then.map((stack) =>
    STACKS.includes(stack.id) ? (applied.find(({ id }) => id === stack.id) ?? stack) : stack,
  );
  const comparison = compareBaselines(await baselineIn(now), await baselineIn(then));
  return { widens: widens(comparison), lines: accessChangeLines(comparison) };
}

const actionsOf = (plans: ReadonlyMap<string, PlanJson>) =>
  new Set(
    [...plans.values()].flatMap(({ resource_changes: all = [] }) => all.map(({ change }) => change.actions.join(", "))),
  );

test("of plans that change nothing, nothing is told", async () => {
  const { told, plans } = await toldOf(() => undefined);
  expect(actionsOf(plans)).toEqual(new Set(["no-op"]));
  expect(told).toBeUndefined();
});

test("tags of everything change, and nobody's access", async () => {
  const { told, plans } = await toldOf((file) => {
    file.chargeCode = "platform-0002";
  });
  expect(actionsOf(plans)).toEqual(new Set(["no-op", "update"]));
  expect(told).toEqual({ widens: false, lines: [] });
});

test("another operator is told, and nothing else", async () => {
  const { told } = await toldOf(
    (file) => {
      Object.assign(file.accounts["dev"] ?? {}, { operators: [lead] });
    },
    { stacks: ["dev-iam"] },
  );
  expect(told).toEqual({
    widens: true,
    lines: [
      "arn:aws:iam::222222222222:role/Operator",
      `  + may now be assumed by ${lead}, if MFA`,
      `  - may no longer be assumed by ${engineer}, if MFA`,
    ],
  });
});

test("what is created, updated and deleted is told as it is of the stacks themselves", async () => {
  const { told, plans } = await toldOf((file) => {
    // A bucket comes, a user with its policies goes, and what the other user and the roles may do becomes another.
    Object.assign(file.environments["dev"] ?? {}, { profile: "hardened", application: { buckets: ["results"] } });
    Object.assign(file.accounts["dev"] ?? {}, {
      serviceUsers: ["elastic-container-registry-user"],
      operatorSessionSeconds: 7200,
    });
  });
  expect(actionsOf(plans)).toEqual(new Set(["no-op", "create", "update", "delete"]));
  const expected = await difference();
  expect(told?.lines).toEqual(expected.lines);
  expect(told?.widens).toBe(expected.widens);
  expect(told?.lines).toEqual(
    expect.arrayContaining(["arn:aws:s3:::222222222222-dev-irl-galileo-results", "  - is gone"]),
  );
});

test("destroyed, everything of the stack is gone, in two regions, and nothing else is another", async () => {
  const { told } = await toldOf(() => undefined, { stacks: ["dev-iam"], destroy: true });
  const then = applied.map(({ id, json }) => ({ id, json: id === "dev-iam" ? { ...json, resource: {} } : json }));
  expect(told?.lines).toEqual((await difference(then)).lines);
  const keys = told?.lines.filter((line) => line.startsWith("arn:aws:kms:")) ?? [];
  expect(keys.map((key) => key.split(":")[3])).toEqual(["eu-west-1", "us-east-1"]);
});
