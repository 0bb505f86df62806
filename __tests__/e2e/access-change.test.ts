import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { AttachRolePolicyCommand, AttachUserPolicyCommand } from "@aws-sdk/client-iam";
import { Access } from "../../tools/access/decide/access";
import { type Baseline, baselineOf, readingActions } from "../../tools/access/guard/baseline";
import { accessGraphOf } from "../../tools/access/graph/access-graph-of";
import { accessModelOf } from "../../tools/access/read/model-of";
import { readSynthesized, type SynthesizedStack } from "../../tools/synth/synthesized";
import { compareBaselines, widens, accessChangeLines } from "../../tools/access/guard/compare-baselines";
import type { EstateFile } from "../../config/schema";
import { type AccessChange, accessChange } from "../../tools/plans/access-change";
import { clientsFor } from "../../tools/rehearsal/clients";
import type { PlanJson } from "../../tools/review/plan-json";
import { reviewPlan } from "../../tools/review/review-plan";
import { PLAN_FILE } from "./support/planned-changes";
import { startWorkplace, type Workplace } from "./support/workplace";

/*
 * Access changes read from plans of states that the provider wrote. Such states hold values that no code sets: AWS's
 * defaults, policies listed twice, empty texts for unset values. None of these may look like a change.
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
  environments: { dev: { account: "dev", profile: "documented", production: true, externalId: "galileo-dev-4f1c" } },
};

const STACKS = ["dev-iam", "dev-application"];

let workplace: Workplace;
let applied: readonly SynthesizedStack[];

beforeAll(async () => {
  workplace = await startWorkplace("access-change", { estate: ESTATE });
  await workplace.makeStateBucket("dev");
  await workplace.attach(...STACKS);
  applied = synthesized();
  await Promise.all(
    STACKS.map(async (id) => {
      await terraform(id).init();
      await terraform(id).apply();
    }),
  );
});

afterAll(() => workplace.stop());

const terraform = (id: string) => workplace.terraform(workplace.stack(id));

const synthesized = () => readSynthesized(join(workplace.directory, "cdktf.out"));

/** Plans of the changed estate, and the access changes reported for them. */
async function changeOf(
  change: (file: EstateFile) => void,
  { stacks = STACKS, destroy = false } = {},
): Promise<{ readonly change?: AccessChange; readonly plans: ReadonlyMap<string, PlanJson> }> {
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
  return { change: await accessChange(synthesized(), new Map(plans)), plans: new Map(plans) };
}

/** Protected stacks are left out: Terraform plans no destroy for them. */
function unprotect(id: string): void {
  const file = join(workplace.stack(id).directory, "cdk.tf.json");
  writeFileSync(file, readFileSync(file, "utf8").replace(/"prevent_destroy":\s*true/g, '"prevent_destroy": false'));
}

async function baselineIn(stacks: readonly SynthesizedStack[]): Promise<Baseline> {
  const access = new Access(accessModelOf(stacks));
  return baselineOf(access.model, await accessGraphOf(access));
}

/** The differences between the stacks as applied and as synthesized now. */
async function difference(then: readonly SynthesizedStack[] = synthesized()): Promise<AccessChange> {
  const now = then.map((stack) =>
    STACKS.includes(stack.id) ? (applied.find(({ id }) => id === stack.id) ?? stack) : stack,
  );
  const both = [await baselineIn(now), await baselineIn(then)] as const;
  const comparison = compareBaselines(...both, await readingActions(...both));
  return { widens: widens(comparison), lines: accessChangeLines(comparison) };
}

const actionsOf = (plans: ReadonlyMap<string, PlanJson>) =>
  new Set(
    [...plans.values()].flatMap(({ resource_changes: all = [] }) => all.map(({ change }) => change.actions.join(", "))),
  );

test("plans without changes report no access change", async () => {
  const { change, plans } = await changeOf(() => undefined);
  expect(actionsOf(plans)).toEqual(new Set(["no-op"]));
  expect(change).toBeUndefined();
});

test("a change of all tags changes nobody's access", async () => {
  const { change, plans } = await changeOf((file) => {
    file.chargeCode = "platform-0002";
  });
  expect(actionsOf(plans)).toEqual(new Set(["no-op", "update"]));
  expect(change).toEqual({ widens: false, lines: [] });
});

test("a new operator is the only access change reported", async () => {
  const { change } = await changeOf(
    (file) => {
      Object.assign(file.accounts["dev"] ?? {}, { operators: [lead] });
    },
    { stacks: ["dev-iam"] },
  );
  expect(change).toEqual({
    widens: true,
    lines: [
      "arn:aws:iam::222222222222:role/Operator",
      `  + may now be assumed by ${lead}, if MFA`,
      `  - may no longer be assumed by ${engineer}, if MFA`,
    ],
  });
});

test("a plan and the stacks themselves give the same access changes, for created, updated and deleted resources", async () => {
  const { change, plans } = await changeOf((file) => {
    // A bucket is created, a user is deleted with its policies, and the permissions of the other user and the roles change.
    Object.assign(file.environments["dev"] ?? {}, { profile: "hardened", application: { buckets: ["results"] } });
    Object.assign(file.accounts["dev"] ?? {}, {
      serviceUsers: ["elastic-container-registry-user"],
      operatorSessionSeconds: 7200,
    });
  });
  expect(actionsOf(plans)).toEqual(new Set(["no-op", "create", "update", "delete"]));
  const expected = await difference();
  expect(change?.lines).toEqual(expected.lines);
  expect(change?.widens).toBe(expected.widens);
  expect(change?.lines).toEqual(
    expect.arrayContaining(["arn:aws:s3:::222222222222-dev-irl-galileo-results", "  - is deleted"]),
  );
});

test("destroying a stack removes its access in two regions and changes no other", async () => {
  const { change } = await changeOf(() => undefined, { stacks: ["dev-iam"], destroy: true });
  const then = applied.map(({ id, json }) => ({ id, json: id === "dev-iam" ? { ...json, resource: {} } : json }));
  expect(change?.lines).toEqual((await difference(then)).lines);
  const keys = change?.lines.filter((line) => line.startsWith("arn:aws:kms:")) ?? [];
  expect(keys.map((key) => key.split(":")[3])).toEqual(["eu-west-1", "us-east-1"]);
});

test("policies attached by hand, another sign-in address and later alerts are findings in a plan of real states", async () => {
  const { iam } = clientsFor(workplace.url, "222222222222", "eu-west-1");
  const PolicyArn = "arn:aws:iam::aws:policy/IAMReadOnlyAccess";
  await iam.send(new AttachRolePolicyCommand({ RoleName: "Operator", PolicyArn }));
  await iam.send(new AttachUserPolicyCommand({ UserName: "terraform-user", PolicyArn }));
  const settings = { alias: "another-name", monthlyBudgetUsd: 500, alarmEmails: ["other@example.com"] };
  const { plans } = await changeOf((file) => Object.assign(file.accounts["dev"] ?? {}, settings), {
    stacks: ["dev-iam"],
  });
  const plan = plans.get("dev-iam");
  const review = plan && reviewPlan(plan);
  const messages = (list: "accessLost" | "protectionLowered" | "replaced") =>
    review?.[list].map(({ message }) => message).sort();
  expect(messages("accessLost")).toEqual([
    "people sign in at another address (account_alias: galileo-dev → another-name)",
    `removes ${PolicyArn}, which the role Operator has outside the code`,
    `removes ${PolicyArn}, which the user terraform-user has outside the code`,
  ]);
  const subscriber = "the subscriber is no longer notified";
  expect(messages("protectionLowered")).toEqual([
    expect.stringMatching(/^alerts come at higher costs \(limit_amount: 50(\.0)? → 500\)$/),
    ...[subscriber, subscriber],
  ]);
  expect(messages("replaced")).toEqual([
    "account_alias: galileo-dev → another-name. To keep it, leave accounts.<account>.alias as it was",
  ]);
});
