import fc from "fast-check";
import { summaryText } from "../../../tools/review/summary-text";
import { summaryMarkdown } from "../../../tools/review/summary-markdown";
import type { StackSummary } from "../../../tools/review/review";
import { CONNECTIONS, reviewOf, stackOf, summaryOf } from "./support/summaries";

const review = reviewOf({
  counts: { ...reviewOf({}).counts, create: 1, destroy: 1 },
  destroysState: [{ address: "aws_db_instance.a", message: "destroys the database" }],
  changes: [
    { address: "aws_x.new", type: "aws_x", action: "create", attributes: [] },
    { address: "aws_db_instance.a", type: "aws_db_instance", action: "destroy", attributes: [] },
  ],
  outputChanges: ["endpoint"],
});

test("names first the endpoint that answered in place of AWS, then what the run went through", () => {
  const text = summaryText(summaryOf([stackOf("dev-iam")], { connections: CONNECTIONS }), { colour: false });
  expect(text.split("\n\n")[0]).toBe(` MADE AGAINST AWS_ENDPOINT_URL http://127.0.0.1:5000, not AWS 
Plan made 2026-01-02 03:04:05 UTC: nothing to do
1 stack: 1 without changes; no change; made from commit 0a1b2c3
provider from filesystem mirror /mirror, plugin cache /cache; through the proxies HTTPS_PROXY proxy.example.com:3128; trusting the certificates AWS_CA_BUNDLE /ca.pem; with the variables VAULT_ADDR`);
});

test("names only the source of the provider if nothing is in between", () => {
  const connections = { providerSources: ["registry"], endpoints: {}, proxies: {}, caBundles: {}, passed: [] };
  const text = summaryText(summaryOf([], { connections }), { colour: false });
  expect(text).toMatch(/^Plan made .*\n.*\nprovider from registry$/);
});

test("says what the plan costs a month, in text and page, if that changes", () => {
  const costs = { before: 14.95, after: 1, byUse: 1, unknown: ["dev <b>aws_x.a</b>\u001b[2J"] };
  const line = "list price: unknown for dev <b>aws_x.a</b>\\u001b[2J; -13.95 USD a month (14.95 before, 1.00 after); 1 resource charged by use"; // prettier-ignore
  const summary = summaryOf([], { costs });
  expect(summaryText(summary)).toContain(line);
  expect(summaryMarkdown(summary)).toContain("list price: unknown for dev &lt;b&gt;aws");
  expect(summaryText(summaryOf([], { costs: { ...costs, before: 0, after: 0 } }))).not.toContain("0.00");
  expect(summaryText(summaryOf([]))).not.toContain("list price");
});

test("prints plain lines without colours", () => {
  const stacks = [
    stackOf("dev-iam"),
    stackOf("dev-database", { review }),
    stackOf("dev-x", { status: "failed", error: "Error: no\n  such" }),
  ];
  const access = { widens: true, lines: ["role/Operator", "  + s3:GetObject"] };
  expect(summaryText(summaryOf(stacks, { access, abandoned: ["old"] }), { colour: false, id: "2026-01-02-1" }))
    .toBe(`Plan 2026-01-02-1: failed
3 stacks: 1 failed, 1 with changes, 1 without changes; 1 to create, 1 to destroy, 1 output to change; made from commit 0a1b2c3

stack         account             status      create  update  replace  destroy
dev-iam       dev (222222222222)  no changes       -       -        -        -
dev-database  dev (222222222222)  changes          1       -        -        1
dev-x         dev (222222222222)  failed           -       -        -        -

Data loss
  dev-database  aws_db_instance.a  destroys the database
  to apply all of these:
  npm run apply -- plans/2026-01-02-1 --allow-destroy dev-database:aws_db_instance.a

Access widens
  + newly allowed, ~ under other conditions, - no longer allowed
  role/Operator
    + s3:GetObject

Waiting
  dev-x failed
    Error: no
      such

Removed from the code; their resources stay in AWS, unmanaged
  old
  To keep them, put them back into the estate. To destroy them, run npm run destroy at a commit that has them.

dev-database: 1 to create, 1 to destroy, 1 output to change
  destroy  aws_db_instance.a
  create   aws_x.new
  output   endpoint`);
});

test("says of a plan that only moves that nothing in AWS changes", () => {
  const moved = [{ from: "aws_x.a", to: "aws_x.b" }];
  const text = (more: Partial<typeof review.counts>) => {
    const counts = { ...reviewOf({}).counts, move: 1, ...more };
    return summaryText(summaryOf([stackOf("dev-x", { review: reviewOf({ counts, moved }) })]), { colour: false });
  };
  expect(text({})).toContain("1 to move: only addresses change, nothing in AWS; made from");
  expect(text({})).toContain("  move     aws_x.a → aws_x.b");
  expect(text({ update: 1 })).toContain("1 to update, 1 to move; made from");
});

test("frames the table in colour mode, with the same text", () => {
  const summary = summaryOf([stackOf("dev-database", { review })], { rehearsedOn: "0a1b2c3" });
  const text = summaryText(summary, { colour: true });
  expect(text).toContain("┌");
  // eslint-disable-next-line no-control-regex -- the colours
  expect(text.replace(/\u001b\[\d+m/g, "")).toContain(
    " REHEARSED on an emulator on top of 0a1b2c3: can't be applied \nPlan made 2026-01-02 03:04:05 UTC: blocked\n",
  );
});

test("control characters and line breaks from a plan are escaped", () => {
  const hostile = fc
    .array(fc.constantFrom("\u001b[2J", "\r", "\n", "\u0007", "\u202e", "a"), { maxLength: 6 })
    .map((parts) => parts.join(""));
  fc.assert(
    fc.property(hostile, (text) => {
      const matter = [{ address: text, message: text }];
      const attributes = [{ path: text, before: text, after: text, forcesReplacement: true }];
      const changes = [{ address: text, type: text, action: "update" as const, attributes }];
      const review = reviewOf({ destroysState: matter, networkOpened: matter, changes, outputChanges: [text], drifted: matter, moved: [{ from: text, to: text }] }); // prettier-ignore
      const of = (each: string) =>
        summaryText(summaryOf([stackOf(each, { reasons: [each], status: "waiting", accountName: each, review })], { abandoned: [each], commit: each }), { colour: false }); // prettier-ignore
      expect(["\u001b", "\r", "\u0007", "\u202e"].filter((character) => of(text).includes(character))).toEqual([]);
      expect(of(text).split("\n")).toHaveLength(of("a").split("\n").length);
    }),
  );
});

test("an update names the attributes that change, the first six at most", () => {
  const attribute = (path: string) => ({ path, before: "a", after: "b", forcesReplacement: false });
  const change = (address: string, count: number, action: "update" | "create") => ({
    ...{ address, type: "aws_x", action },
    attributes: Array.from({ length: count }, (_, index) => attribute(`a${index}`)),
  });
  const changes = [change("aws_x.a", 1, "update"), change("aws_x.b", 8, "update"), change("aws_x.c", 2, "create")];
  const text = summaryText(summaryOf([stackOf("dev-x", { review: reviewOf({ changes }) })]), { colour: false });
  expect(text.split("\n").slice(-3)).toEqual([
    "  update   aws_x.a: a0",
    "  update   aws_x.b: a0, a1, a2, a3, a4, a5, 2 more",
    "  create   aws_x.c",
  ]);
});

describe("a plan that creates much", () => {
  const creations = Array.from({ length: 60 }, (_, index) => ({
    ...{ address: `aws_iam_role.r${index}`, type: "aws_iam_role", action: "create" as const, attributes: [] },
  }));
  const bucket = { address: "aws_s3_bucket.states", type: "aws_s3_bucket", action: "create" as const, attributes: [] };
  const textOf = (...stacks: readonly StackSummary[]) => summaryText(summaryOf(stacks), { colour: false });

  test("counts creations by type, and names what stores something", () => {
    const review = reviewOf({ changes: [...creations, bucket], outputChanges: ["a", "b"] });
    const small = reviewOf({ changes: [bucket] });
    expect(textOf(stackOf("dev-iam", { review }), stackOf("dev-x", { review: small }))).toMatch(
      /\n\ndev-iam: .*\n {2}create {3}aws_s3_bucket\.states, 60 aws_iam_role\ndev-x: .*\n {2}create {3}aws_s3_bucket\.states\n\nsummary\.md lists every resource, with its attributes$/,
    );
  });

  test("lists each creation of a small plan", () => {
    const text = textOf(stackOf("dev-iam", { review: reviewOf({ changes: creations.slice(0, 40) }) }));
    for (const { address } of creations.slice(0, 40)) expect(text).toContain(`  create   ${address}`);
  });

  test("still lists every other change and every finding", () => {
    const actions = ["destroy", "replace", "update", "forget"] as const;
    const others = actions.flatMap((action) =>
      creations.map(({ address, type }) => ({ address: `${address}-${action}`, type, action, attributes: [] })),
    );
    const finding = (kind: string) => [{ address: `aws_x.${kind}`, message: `finding of ${kind}` }];
    const lists = ["destroysState", "refused", "networkOpened", "protectionLowered", "accessLost", "networkLost", "replaced", "pending"]; // prettier-ignore
    const findings = Object.fromEntries(lists.map((list) => [list, finding(list)]));
    const moved = [{ from: "aws_x.old", to: "aws_x.new" }];
    const review = reviewOf({
      ...findings,
      changes: [...creations, ...others],
      moved,
      drifted: [{ address: "aws_x.drifted", message: "deleted in AWS" }],
    });
    const text = textOf(
      stackOf("dev-iam", { review }),
      stackOf("dev-x", { status: "waiting", reasons: ["dev-iam is not applied yet"] }),
      stackOf("dev-y", { status: "kept", reasons: ["aws_x.y: deletion protection"] }),
    );
    const expected = [
      ...others.map(({ action, address }) => `  ${action.padEnd(7)}  ${address}`),
      ...lists.map((list) => `aws_x.${list}  finding of ${list}`),
      ...["aws_x.old → aws_x.new", "aws_x.drifted", "dev-iam is not applied yet", "deletion protection"],
    ];
    expect(expected.filter((line) => !text.includes(line))).toEqual([]);
  });
});

describe("a long access change", () => {
  const filler = Array.from({ length: 12 }, (_, index) => [`role/r${index}`, "  + is new", "  + may now a:B on *", "  + may now c:D on x"]).flat(); // prettier-ignore
  const textOf = (...lines: string[]) =>
    summaryText(summaryOf([stackOf("a")], { access: { widens: true, lines: [...lines, ...filler] } }), {
      colour: false,
    });

  test("has one line for a new principal: what it may do, where it is administrator, and who assumes it", () => {
    const lines = [
      ...["role/Admin", "role/Owner", "  + is new"],
      "  + can now become administrator of 222222222222: administer → x, if y",
      "  + can now become administrator of 333333333333: assume → z",
      ...["  + may now * on *", "  + may now be assumed by user/lead, if MFA"],
      "  + may now be assumed by 444444444444, if ExternalId",
    ];
    const text = textOf(...lines);
    expect(text).toContain(
      "\n  + role/Admin, role/Owner are new: may do * on *; administrator of 222222222222, 333333333333; assumed by user/lead if MFA, 444444444444 under conditions\n",
    );
    expect(text).toContain("\n  + role/r0 is new: 2 permissions\n");
    expect(text).toContain("\n  summary.md has every permission, step and condition");
  });

  test("lists every grant to a principal or resource that exists", () => {
    const grants = Array.from({ length: 30 }, (_, index) => `  + may now s3:Get${index} on *`);
    const text = textOf("role/Old", ...grants, "  - now denies everybody s3:* on x", "  - may no longer a:B on y");
    expect(grants.filter((grant) => !text.includes(`\n  ${grant}\n`))).toEqual([]);
    expect(text).toContain("\n    - 2 lines of denials and removed permissions\n");
  });

  test("lists who loses a role or is deleted", () => {
    const lost = ["is deleted", "may no longer be assumed by user/lead, if MFA", "can no longer become administrator of 1: x"]; // prettier-ignore
    const text = textOf("role/Old", ...lost.map((line) => `  - ${line}`), "  - may no longer a:B on y");
    expect(lost.filter((line) => !text.includes(`\n    - ${line}\n`))).toEqual([]);
    expect(text).toContain("\n    - 1 line of denials and removed permissions\n");
  });

  test("is shown completely up to 40 lines", () => {
    const lines = ["role/r", "  + is new", ...Array.from({ length: 38 }, (_, index) => `  + may now a:B${index} on *`)];
    const text = summaryText(summaryOf([stackOf("a")], { access: { widens: true, lines } }), { colour: false });
    expect(lines.filter((line) => !text.includes(`\n  ${line}`))).toEqual([]);
  });
});

test("lists what AWS refuses and what waits for a maintenance window, as the page does", () => {
  const refused = [{ address: "aws_db_instance.a", message: "RDS has no downgrade" }];
  const pending = [{ address: "aws_db_instance.b", message: "is applied in the maintenance window" }];
  const summary = summaryOf([stackOf("dev-database", { review: reviewOf({ refused, pending }) })]);
  const text = summaryText(summary, { colour: false });
  expect(text.split("\n")[1]).toContain("; 1 pending; made from");
  expect(text).toContain("Refused\n  dev-database  aws_db_instance.a  RDS has no downgrade\n");
  expect(text).toContain(
    "Database changes in the maintenance window\n  dev-database  aws_db_instance.b  is applied in the maintenance window",
  );
  expect(summaryMarkdown(summary)).toMatch(
    /### Refused\n\n- .*downgrade\n\n### Database changes in the maintenance window\n\n- .*window/,
  );
});

test("lists what AWS would refuse to delete, and names no command that applies it", () => {
  const review = reviewOf({ destroysState: [{ address: "aws_s3_bucket.b", message: "destroys the bucket" }] });
  const reasons = ["aws_s3_bucket.b: it holds objects. Empty it."];
  const summary = summaryOf([stackOf("dev-application", { status: "changes", review, reasons })]);
  const text = summaryText(summary, { colour: false });
  expect(text).toContain("Refused\n  dev-application  aws_s3_bucket.b  it holds objects. Empty it.");
  expect(text).not.toContain("npm run apply");
  expect(summaryMarkdown(summary)).toMatch(/### Refused\n\n- `dev-application` `aws_s3_bucket\.b` it holds/);
});
