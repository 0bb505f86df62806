import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { verdictOfPlan } from "../../../tools/report/plan-verdict";
import { readReportedPlan } from "../../../tools/report/plan-file";
import { EXAMPLE, planPage, reportWith } from "./support/pages";
import { planOf, updated } from "../review/support/plans";
import { HOSTILE, PASSWORD, REVIEWED, SAFE, writeWholePlan } from "./support/plans";

const parent = mkdtempSync(join(tmpdir(), "report-plans-"));
afterAll(() => {
  rmSync(parent, { recursive: true });
});
const read = async (planned: typeof REVIEWED) => readReportedPlan(await writeWholePlan(parent, planned));

let page: string;
let panel: string;
beforeAll(async () => {
  const plan = await read(REVIEWED);
  const costs = { before: 0, after: 15.35, byUse: 0, unknown: [] };
  const commit = "76543210fedcba9876543210fedcba9876543210";
  page = await reportWith({ plan: { ...plan, summary: { ...plan.summary, costs } }, commit });
  panel = page.slice(page.indexOf('<section id="plan"'), page.indexOf('<section id="map"'));
}, 60_000);

test("the verdict says blocked, and lists every reason with a link to where the page explains it", async () => {
  const reviewed = await read(REVIEWED);
  expect(reviewed.summary.costs).toEqual(expect.objectContaining({ byUse: 2 }));
  const verdict = verdictOfPlan(reviewed);
  expect(verdict.word).toBe("blocked");
  expect(verdict.reasons).toEqual([
    {
      ...{ title: "Data loss", count: 2, section: "plan-data-loss", blocks: true },
      examples: [
        expect.stringMatching(/^dev-database, aws_\S+: .*the database/),
        expect.stringMatching(/^prod-application, aws_\S+: /),
      ],
    },
    { title: "Stacks without a complete plan", count: 1, section: "plan-waiting", blocks: false },
    expect.objectContaining({ title: "Network exposure increases", section: "plan-network-exposure-increases" }),
    expect.objectContaining({ title: "Replaced, because AWS cannot change it in place", count: 1, blocks: false }),
    { title: "Resources destroyed", count: 1, section: "plan-changes", blocks: false },
  ]);
  for (const { section } of verdict.reasons) {
    expect(panel).toContain(`href="#${section}"`);
    expect(panel).toContain(`id="${section}"`);
  }
  expect(panel).toContain('<p class="word">blocked</p>');
});

test("a removed lifecycle rule is a point of the verdict, which names bucket and rule", async () => {
  const rule = { id: "old", status: "Enabled", noncurrent_version_expiration: [{ noncurrent_days: 30 }] };
  const address = (name: string) => `aws_s3_bucket_lifecycle_configuration.${name}`;
  const without = ["a", "b", "c"].map((bucket) => updated(address(bucket), { bucket, rule: [rule] }, { bucket, rule: [] })); // prettier-ignore
  const plan = await read({ "dev-application": { plan: planOf(without) } });
  const { word, reasons } = verdictOfPlan(plan);
  expect(word).toBe("review");
  const examples = [
    `dev-application, ${address("a")}: old versions of objects no longer expire, was after 30 days (rule old of bucket a)`,
    `dev-application, ${address("b")}: old versions of objects no longer expire, was after 30 days (rule old of bucket b)`,
    "and 1 more",
  ];
  expect(reasons).toEqual([expect.objectContaining({ title: "Protection removed", count: 3, examples })]);
  const html = await planPage(plan);
  for (const text of examples) expect(html).toContain(`<div class="quiet">${text}</div>`);
});

test("access that cannot be compared lists problems, not changes", async () => {
  const plan = await read({ "dev-database": REVIEWED["dev-database"] ?? {} });
  const access = { widens: true, lines: ["cannot be compared:", "  dev-iam: unclear", "  ci-iam: unclear"] };
  expect(await planPage({ ...plan, summary: { ...plan.summary, access } })).toContain("2 problems</span>");
});

test("the counts are followed by what the plan changes of the monthly costs", () => {
  expect(panel).toContain("</ul><p>List price: +15.35 USD a month (0.00 before, 15.35 after)</p>");
});

test.each([
  { planned: SAFE, word: "safe" },
  { planned: { "dev-network": REVIEWED["dev-network"] ?? {} }, word: "review" },
  { planned: { "ci-iam": REVIEWED["ci-iam"] ?? {} }, word: "nothing to do" },
  { planned: { "dev-network": { status: "failed" as const } }, word: "failed" },
])("a plan is $word, and never safe if the code fails a control", async ({ planned, word }) => {
  const plan = await read(planned);
  expect(verdictOfPlan(plan).word).toBe(word);
  const { word: withFailure, reasons } = verdictOfPlan(plan, 1);
  expect(withFailure).toBe(word === "safe" ? "review" : word);
  expect(reasons).toContainEqual({
    title: "Controls that the code fails",
    count: 1,
    section: "controls",
    blocks: false,
  });
  expect(page).toContain('<section id="controls"');
});

test("a rehearsed plan does not say that it can be applied", async () => {
  const { summary, ...plan } = await read({
    "dev-network": REVIEWED["dev-network"] ?? {},
    "ci-iam": REVIEWED["ci-iam"] ?? {},
  });
  const meaningOf = (rehearsedOn?: string) => verdictOfPlan({ ...plan, summary: { ...summary, rehearsedOn } }).meaning;
  expect(meaningOf()).toBe("It can be applied. These points need your judgement:");
  expect(meaningOf("0a1b2c3")).toMatch(/^Nothing blocks the change; this rehearsal of it cannot be applied\. These/);
});

test("a rehearsed plan without any point to judge lists none; what is no list has no number", async () => {
  const { summary, ...plan } = await read({ "dev-application": SAFE["dev-network"] ?? {} });
  const verdict = verdictOfPlan({ ...plan, summary: { ...summary, rehearsedOn: "0a1b2c3" } });
  expect(verdict).toMatchObject({ word: "review", reasons: [] });
  expect(verdict.meaning).toBe("Nothing blocks the change; this rehearsal of it cannot be applied.");
  const { reasons } = verdictOfPlan({ ...plan, summary: { ...summary, dirty: true } });
  expect(reasons).toEqual([expect.objectContaining({ title: "The code differs from its commit", count: undefined })]);
});

test("stacks without a plan are counted, with a link to what they would create", async () => {
  const { summary, ...plan } = await read({ "ci-network": { status: "waiting", reasons: ["not yet"] } });
  const stacks = summary.stacks.map((stack) => ({ ...stack, review: undefined }));
  const html = await planPage({ ...plan, summary: { ...summary, stacks } });
  expect(html).toContain('<li class="destroy"><strong>1</strong> stack without a plan</li>');
  expect(html).toMatch(
    /ci-network<\/strong>.*not yet. Not counted: <a href="#stack-ci-network">its \d+ resources<\/a>/,
  );
});

test("a stack of a whole account is found by the environments that run in the account, in the plan and on the map", async () => {
  const stacks = EXAMPLE.stacks.filter(({ id }) => ["prod-iam", "dev-analytics-iam", "master-iam"].includes(id));
  const html = await planPage(await read({ "prod-iam": SAFE["dev-network"] ?? {} }), { stacks });
  expect(html).toContain('data-environment="prod|account-wide" data-action="create"');
  expect(html).toContain('id="stack-dev-analytics-iam" data-group="true" data-environment="dev|account-wide"');
  expect(html).toContain('id="stack-master-iam" data-group="true" data-environment="account-wide"');
});

test("of many changes, those of tags alone are closed", async () => {
  const groups = Array.from({ length: 41 }, (_, index) => {
    const [name, more] = [`aws_security_group.g${String(index)}`, index === 7 ? { name: "b" } : {}];
    return updated(name, { name: "a", tags: { Code: "1" } }, { name: "a", tags: { Code: "2" }, ...more });
  });
  const html = await planPage(await read({ "dev-network": { plan: planOf(groups) } }));
  expect(html.match(/<details class="change update" id="[^"]*" open/g)).toEqual([
    '<details class="change update" id="dev-network:aws_security_group.g7" open',
  ]);
});

test("every change has its address, action, environment and service, and old and new values", () => {
  expect(panel).toMatch(
    /<details class="change update" id="dev-network:aws_security_group.web" open data-item(="[^"]*")? data-environment="dev" data-action="update" data-service="VPC" data-address="aws_security_group.web">/,
  );
  expect(panel).toMatch(/<code>storage_encrypted<\/code> <span class="badge replace">forces replacement<\/span><\/td><td><del><code>false<\/code><\/del><\/td><td><ins><code>true<\/code>/); // prettier-ignore
  expect(panel).toContain('id="prod-application:aws_s3_bucket.reports"');
  expect(panel).toContain('data-environment="prod" data-action="create" data-service="S3"');
});

test("the table of stacks shows what is destroyed before the columns that a narrow screen cuts", () => {
  const [, head = ""] = /aria-label="Changes by stack".*?<thead>(.*?)<\/thead>/s.exec(panel) ?? [];
  expect([...head.matchAll(/<th scope="col">(.*?)<\/th>/g)].map(([, text]) => text)).toEqual([
    ...["stack", "status", "destroy", "replace", "update", "create", "environment", "account"],
  ]);
});

test("access is named: no ARN of a role or id of an account of the estate", async () => {
  const role = "arn:aws:iam::222222222222:role/Operator";
  const access = { widens: true, lines: [role, `  + may now be assumed by account:333333333333`] };
  const plan = await read({ "dev-database": REVIEWED["dev-database"] ?? {} });
  const html = await planPage({ ...plan, summary: { ...plan.summary, access } });
  const [, card = ""] = /<section class="card risk" id="plan-access"(.*?)<\/section>/s.exec(html) ?? [];
  expect(card).toContain("<strong>Operator in dev</strong>");
  expect(card).toContain("may now be assumed by any principal that ci authorizes");
  expect(card).not.toContain("arn:aws:iam");
  expect(html).toContain("<h3>Access widens</h3>");
  const example = "Operator in dev: may now be assumed by any principal that ci authorizes";
  expect(html).toContain(`<div class="quiet">${example}</div>`);
  const both = { widens: true, lines: [...access.lines, "  - may no longer be assumed by lambda.amazonaws.com"] };
  const mixed = await planPage({ ...plan, summary: { ...plan.summary, access: both } });
  expect(mixed).toContain("<h3>Access widens, and narrows</h3>");
  const edited = { widens: true, lines: [role, "  ~ may be assumed by ec2.amazonaws.com, if MFA (was without)"] };
  const change = await planPage({ ...plan, summary: { ...plan.summary, access: edited } });
  expect(change).toContain("<h3>Conditions of access change</h3>");
  expect(change).toMatch(/<a href="#plan-access">Conditions of access change<\/a> <span class="number">1<\/span>/);
  expect(change).toMatch(/<li class="changed"><span class="sign">changed<\/span> may be assumed/);
  expect(change).toContain(
    '<div class="quiet">Operator in dev: may be assumed by ec2.amazonaws.com, if MFA (was without)</div>',
  );
  expect(change).not.toContain("Access narrows");
});

test("says what changes by type and attribute", () => {
  expect(panel).toContain('<span class="badge destroy">destroy</span> aws_cloudwatch_log_group (1)');
  expect(panel).toMatch(/aws_security_group \(1\)<ul><li>ingress\[0\] added on 1 resource/);
});

test("says so if the other tabs show another commit than the plan's", async () => {
  expect(panel).toContain("The other tabs show commit 76543210fedc, not the plan");
  const plan = await read({ "prod-application": REVIEWED["prod-application"] ?? {} });
  const ofItsCommit = await planPage(plan, { commit: plan.summary.commit ?? "" });
  expect(ofItsCommit).not.toContain("The other tabs show");
});

test("values that the summary cuts are whole", async () => {
  const long = `{"Statement":[${"x".repeat(300)}]}`;
  const planned = { "dev-network": { ...SAFE["dev-network"], plan: planWith(long) } };
  expect(await planPage(await read(planned))).toContain("x".repeat(300));
});

test("secrets are masked", () => {
  expect(page).not.toContain(PASSWORD);
  expect(panel).toContain("(sensitive value");
});

test("hostile texts are shown as texts, wherever they are", () => {
  expect(HOSTILE).toContain("</script>");
  expect(panel.match(/<script|<img|onerror=alert\(1\)>(?!&gt;|[^<]*<)/g)).toBeNull();
  expect(page.match(/<script/g)).toHaveLength(1);
  expect(page).not.toContain("\u202E");
  expect(panel).toContain("\\u202etxt.exe");
  expect(page.match(/href="(?!#)/g)).toBeNull();
});

test("a stack of the map has the status of the plan", () => {
  expect(page).toMatch(/class="node stack waiting"/);
  expect(page).toContain(`<a href="#plan-dev-network">What the plan changes here</a>`);
  expect(EXAMPLE.stacks.length).toBeGreaterThan(30);
});

test("a summary that is none is refused in one line", async () => {
  const path = await writeWholePlan(parent, SAFE);
  writeFileSync(join(path, "summary.json"), "{}");
  expect(() => readReportedPlan(path)).toThrow("summary.json has changed since the plan was made. Plan again.");
  rmSync(path, { recursive: true });
  expect(() => readReportedPlan(path)).toThrow("is not a plan folder");
});

function planWith(policy: string) {
  return {
    ...{ format_version: "1.2", terraform_version: "1.11.4" },
    resource_changes: [
      {
        ...{ address: "aws_iam_policy.long", mode: "managed" as const, type: "aws_iam_policy", name: "long" },
        change: { actions: ["update" as const], before: { description: "short" }, after: { description: policy } },
      },
    ],
  };
}
