import { planEnding, linesAfterApply } from "../../../tools/cli/plan-ending";
import type { StackReview, StackSummary } from "../../../tools/review/review";
import { missingUpstreams } from "../../../tools/terraform/known-errors";
import { EMPTY_PLAN } from "../plans/support/plan-folders";
import { reviewPlan } from "../../../tools/review/review-plan";

const NOTHING = { refusals: [], unrecorded: [] };
const APPLY = "apply exactly this plan: npm run apply -- plans/1";

const stack = (id: string, status: StackSummary["status"], others: Partial<StackSummary> = {}): StackSummary => ({
  ...{ id, status, accountName: id.split("-")[0] ?? "", accountId: "111111111111" },
  ...others,
});
const reviewed = (changes: Partial<StackReview>): StackReview => ({ ...reviewPlan(EMPTY_PLAN), ...changes });
const finding = { address: "aws_db_instance.x", message: "destroys the database" };

const endingOf = (
  stacks: readonly StackSummary[],
  others: Partial<Parameters<typeof planEnding>[0]> & { readonly rehearsedOn?: string } = {},
) => {
  const { rehearsedOn, ...plan } = others;
  return planEnding({
    summary: { madeAt: "2026-01-02T03:04:05Z", kind: "plan", dirty: false, rehearsedOn, stacks },
    ...{ folder: "plans/1", again: "npm run plan -- dev", checkout: [], promotion: NOTHING },
    ...plan,
  });
};

test("names the apply of a plan that apply takes, and nothing for one that changes nothing or is rehearsed", () => {
  const changes = [stack("dev-network", "changes"), stack("dev-iam", "no changes")];
  expect(endingOf(changes)).toEqual({ problems: [], next: [APPLY] });
  expect(endingOf(changes, { rehearsedOn: "a commit" })).toEqual({ problems: [], next: [] });
  expect(endingOf([stack("dev-iam", "no changes")])).toEqual({ problems: [], next: [] });
});

test("names nothing to create before a destroy of what does not exist", () => {
  const reasons = ["its account is not bootstrapped yet (npm run bootstrap)"];
  const summary = {
    madeAt: "2026-01-02T03:04:05Z",
    dirty: false,
    stacks: [stack("dev-bootstrap", "waiting", { reasons })],
  };
  expect(endingOf([], { summary: { ...summary, kind: "plan" } }).next).toEqual([
    "to bootstrap first: npm run bootstrap -- dev",
  ]);
  expect(endingOf([], { summary: { ...summary, kind: "destroy" } }).next).toEqual([]);
});

test.each([
  {
    what: "failed stacks",
    stacks: [stack("dev-iam", "failed"), stack("dev-network", "changes"), stack("dev-x", "not started")],
    others: {},
    problems: [
      "the planning of dev-iam failed. Fix the cause, then run npm run plan -- dev",
      "not planned: dev-x. Run npm run plan -- dev",
    ],
  },
  {
    what: "changes that AWS refuses",
    stacks: [stack("dev-database", "changes", { review: reviewed({ refused: [finding] }) })],
    others: {},
    problems: ['changes of dev-database are refused. Do what is listed under "Refused", then run npm run plan -- dev'],
  },
  {
    what: "what AWS would not delete",
    stacks: [stack("dev-application", "changes", { reasons: ["aws_s3_bucket.b: it holds objects. Empty it."] })],
    others: { again: "npm run destroy -- dev" },
    problems: [
      'AWS would refuse to destroy resources of dev-application. Do what is listed under "Refused", then run npm run destroy -- dev',
    ],
  },
  {
    what: "uncommitted files",
    stacks: [stack("dev-network", "changes")],
    others: { checkout: ["the checkout has uncommitted changes (main.ts). Commit or stash them."] },
    problems: ["the checkout has uncommitted changes (main.ts). Commit or stash them."],
  },
])("does not name the apply of a plan with $what, and says why", ({ stacks, others, problems }) => {
  expect(endingOf(stacks, others)).toEqual({ problems, next: [] });
});

test("a plan that promotion refuses names the stack to apply first", () => {
  const refusals = [{ refusal: "prod-iam: dev-iam must be applied first", first: "dev-iam" }];
  const promotion = { ...NOTHING, refusals };
  const first = "to apply first: npm run plan -- dev-iam";
  expect(endingOf([stack("prod-iam", "changes")], { promotion })).toEqual({
    problems: ["prod-iam: dev-iam must be applied first"],
    next: [first, 'to apply it anyway: npm run apply -- plans/1 --skip-promotion --reason "<why>"'],
  });
  expect(endingOf([stack("prod-iam", "changes")], { promotion, checkout: ["uncommitted"] }).next).toEqual([first]);
});

test("a plan that only waits names what comes first, and nothing that it plans itself", () => {
  const reasonsOf = (kind: string, id: string) =>
    missingUpstreams([`Error: ${kind}\n  on data.terraform_remote_state.cross-stack-reference-input-${id}`]) ?? [];
  const unbootstrapped = ["the bucket b is missing: its account is not bootstrapped yet (npm run bootstrap)"];
  const upstreams = [
    reasonsOf("Unable to find remote state", "dev-network"),
    reasonsOf("Unsupported attribute", "dev-x"),
  ];
  const { problems, next } = endingOf([
    stack("dev-database", "waiting", { reasons: upstreams.flat() }),
    stack("dev-application", "waiting", { reasons: ["dev-database is not applied yet"] }),
    stack("ci-iam", "waiting", { reasons: unbootstrapped }),
    stack("ci-network", "waiting", { reasons: unbootstrapped }),
  ]);
  expect(problems).toEqual([]);
  expect(next).toEqual([
    "to bootstrap first: npm run bootstrap -- ci",
    "to apply first: npm run plan -- dev-network dev-x",
  ]);
});

test("a blocked plan names what unblocks it", () => {
  const review = reviewed({ destroysState: [finding] });
  expect(endingOf([stack("dev-database", "changes", { review })]).next).toEqual([
    'apply exactly this plan, once its data loss is approved: the command is under "Data loss"',
  ]);
  const kept = stack("prod-database", "kept", { reasons: ["aws_db_instance.x: prevent_destroy"] });
  const line =
    'not destroyed: prod-database. Remove the protection (docs/planning.md, "Destroying"), apply that, then run npm run plan -- dev';
  expect(endingOf([kept]).next).toEqual([line]);
  expect(endingOf([kept, stack("prod-x", "changes")]).next).toEqual([APPLY, line]);
});

test("a plan without changes names the apply that records it, where another content is recorded", () => {
  const promotion = { ...NOTHING, unrecorded: ["dev-iam"] };
  expect(endingOf([stack("dev-iam", "no changes")], { promotion }).next).toEqual([
    "nothing changes, but the record is of other code: dev-iam. To record this code: npm run apply -- plans/1",
  ]);
  expect(endingOf([stack("dev-iam", "no changes"), stack("dev-x", "changes")], { promotion }).next).toEqual([APPLY]);
});

test("an apply names the stacks that waited for it, and what the others still wait for", () => {
  const reasons = ["dev-network changes outputs that it reads. Plan it again once dev-network is applied."];
  const unbootstrapped = ["its account is not bootstrapped yet (npm run bootstrap)"];
  const stacks = [
    stack("dev-network", "changes"),
    stack("dev-database", "waiting", { reasons }),
    stack("dev-member-x", "waiting", { reasons: ["dev-application is not applied yet"] }),
    stack("ci-iam", "waiting", { reasons: unbootstrapped }),
  ];
  expect(linesAfterApply(stacks)).toEqual([
    "waiting stacks, plan them now: npm run plan -- dev-database",
    "dev-member-x still waits: dev-application is not applied yet",
    "ci-iam still waits: its account is not bootstrapped yet (npm run bootstrap)",
    "to bootstrap first: npm run bootstrap -- ci",
    "to apply first: npm run plan -- dev-application",
  ]);
  expect(linesAfterApply([stack("dev-network", "changes")])).toEqual([]);
  // Before the apply, its own command is the next one.
  expect(endingOf(stacks).next).toEqual([APPLY]);
});
