import { differencesIn } from "../../../tools/drift/differences";
import { unmanagedChanges } from "../../../tools/drift/unmanaged-changes";
import { SECRETS } from "../../support/secrets";
import { planOf, updated } from "../review/support/plans";
import fc from "fast-check";
import { driftMarkdown } from "../../../tools/drift/report-pages";
import { driftCount, driftJson, type DriftStatus, driftExitCode, type StackDrift } from "../../../tools/drift/report";
import { driftText } from "../../../tools/drift/report-pages";

const stackOf = (stack: string, status: DriftStatus, rest: Partial<StackDrift> = {}): StackDrift => ({
  ...{ stack, account: "dev", environment: "dev", status, differences: [], unmanaged: [], unapplied: 0 },
  ...rest,
});
const reportOf = (...stacks: StackDrift[]) => ({ commit: "0a1b2c3", stacks });
const text = (...stacks: StackDrift[]) => driftText(reportOf(...stacks), { colour: false });

const owner = { address: "aws_vpc.a", message: 'tag Owner: AWS has "somebody", the code says nothing' };
const egress = {
  address: "aws_security_group.a",
  message: "lets aws_security_group.a reach 0.0.0.0/0 (everybody) on port 25",
  opens: true,
};
const backup = {
  address: "aws_db_instance.a",
  message: 'backup_window: AWS has "b", the state says "a"',
  opens: false,
};

describe("the exit code", () => {
  test.each<[number, DriftStatus[]]>([
    [0, []],
    [0, ["in sync", "not applied yet", "never applied", "locked"]],
    [2, ["in sync", "drift", "locked"]],
    [1, ["drift", "failed"]],
    [1, ["failed"]],
  ])("%d of %j", (code, statuses) => {
    expect(driftExitCode(reportOf(...statuses.map((status, index) => stackOf(`s${index}`, status))))).toBe(code);
  });
});

test("an unmanaged change counts as drift if it opens something", () => {
  expect(driftCount({ differences: [owner], unmanaged: [egress, backup] })).toBe(2);
  expect(driftCount({ differences: [], unmanaged: [backup] })).toBe(0);
});

test("the text lists each stack, its differences, and the remedy", () => {
  expect(
    text(
      stackOf("dev-network", "drift", { differences: [owner], unmanaged: [egress], unapplied: 2 }),
      stackOf("dev-database", "in sync", { unmanaged: [backup] }),
      stackOf("dev-iam", "not applied yet", { unapplied: 1, pending: ["aws_db_instance.a  waits"] }),
      stackOf("dev-application", "not applied yet", { waits: ["dev-network does not have the required output yet"] }),
      stackOf("dev-master-role", "never applied"),
      stackOf("dev-member-a", "locked", { error: "is locked: held by a@b" }),
      stackOf("dev-member-b", "failed", { error: "Error: AccessDenied\n  in it" }),
    ),
  ).toBe(`dev-network: 2 differences
  aws_vpc.a  tag Owner: AWS has "somebody", the code says nothing
  outside the code (apply does not change it):
    aws_security_group.a  lets aws_security_group.a reach 0.0.0.0/0 (everybody) on port 25
  2 changes of the code are not applied yet: npm run plan -- dev-network

dev-database: in sync
  outside the code (apply does not change it):
    aws_db_instance.a  backup_window: AWS has "b", the state says "a"

dev-iam: 1 change of the code is not applied yet: npm run plan -- dev-iam
  aws_db_instance.a  waits

dev-application: can't be planned yet: dev-network does not have the required output yet

dev-master-role: was never applied

dev-member-a: is locked: held by a@b; look again

dev-member-b: failed
  Error: AccessDenied
    in it

npm run plan -- dev-network and npm run apply restore the code's values; or change the code
apply does not revert changes outside the code: remove them in AWS or add them to the code`);
});

test("without drift the text has no remedy", () => {
  expect(text(stackOf("dev-iam", "in sync"))).toBe("dev-iam: in sync");
});

test("the JSON is one line for any value in AWS", () => {
  const report = reportOf(stackOf("dev-network", "drift", { differences: [{ ...owner, message: "a\nb\u2028c" }] }));
  expect(driftJson(report)).not.toMatch(/\n/);
  const { unmanaged, ...stack } = report.stacks[0] ?? stackOf("none", "failed");
  const differences = [{ address: owner.address, words: "a\nb\u2028c" }];
  expect(JSON.parse(driftJson(report))).toEqual({
    commit: report.commit,
    stacks: [{ ...stack, differences, beside: unmanaged }],
  });
});

describe("the page", () => {
  const page = (message: string, maxLength?: number) =>
    driftMarkdown(
      stackOf("dev-network", "drift", { differences: [{ address: "aws_vpc.a", message }] }),
      { commit: "0a1b2c3" },
      { maxLength },
    );

  test("names the differences, commit and account, and the remedy", () => {
    const drift = stackOf("dev-network", "drift", { differences: [owner], unmanaged: [egress] });
    expect(driftMarkdown(drift, { commit: "0a1b2c3" })).toBe(`## dev-network: 2 differences between AWS and the code

account dev, environment dev; compared with commit 0a1b2c3.

\`\`\`text
${owner.address}  ${owner.message}
outside the code (apply does not change it):
  ${egress.address}  ${egress.message}
\`\`\`

\`npm run plan -- dev-network\` and \`npm run apply\` restore the code's values; or change the code.

Apply does not revert changes outside the code: remove them in AWS or add them to the code.
`);
    expect(driftMarkdown({ ...drift, environment: null }, { commit: null })).toMatch(
      /\naccount dev; compared with no commit\.\n/,
    );
  });

  test.each([
    "```\n# owned\n```",
    "@everybody",
    "<img src=x onerror=y>",
    "</details>",
    "[x](http://evil)",
    "````\n@a\n````",
    "~~~\n@a",
  ])("shows %j without interpreting it", (hostile) => {
    const [before = "", fence = "", ...rest] = page(`tag a: AWS has "${hostile}"`).split(/(?:^|\n)(`{3,})text\n/);
    const inside = rest.join("").split(`\n${fence}\n`)[0] ?? "";
    expect(inside).not.toMatch(new RegExp(`^\`{${fence.length},}\\s*$`, "m")); // nothing in it ends the block
    expect(inside.split("\n")).toHaveLength(1);
    expect(inside).not.toContain(fence);
    expect(`${before}${rest.join("").slice(inside.length)}`).not.toMatch(/owned|@|<|http/);
  });

  test("fits into an issue, counts the omitted lines, and closes its block", () => {
    fc.assert(
      fc.property(
        fc.array(fc.string({ unit: fc.constantFrom("`", "@", "<", "\n", "a") }), { minLength: 1, maxLength: 40 }),
        (message) => {
          const differences = Array.from({ length: 200 }, (_, index) => ({
            address: `aws_x.${index}`,
            message: message.join("").repeat(1 + (index % 9) * 30),
          }));
          const whole = driftMarkdown(stackOf("dev-network", "drift", { differences }), { commit: "0a1b2c3" });
          expect(whole.length).toBeLessThanOrEqual(65_536);
          const fence = /^(`{3,})text$/m.exec(whole)?.[1] ?? "none";
          expect(whole.split("\n").filter((line) => line === fence)).toHaveLength(1);
        },
      ),
      { numRuns: 50 },
    );
    const differences = Array.from({ length: 2_000 }, (_, index) => ({
      address: `aws_x.${index}`,
      message: "x".repeat(100),
    }));
    const cut = driftMarkdown(stackOf("dev-network", "drift", { differences }), { commit: "0a1b2c3" });
    expect(cut).toMatch(/^## dev-network: 2000 differences/);
    expect(cut).toMatch(/\n… \d+ lines more: npm run drift -- dev-network\n```\n/);
  });
});

test("control characters from AWS are escaped in the text", () => {
  const hostile = stackOf("dev-network", "drift", {
    differences: [{ address: "aws_x.a\u001b[2J", message: "\u001b[31m\nowned\u202e" }],
    unmanaged: [{ ...egress, message: "a\r\u001b]0;x\u0007" }],
  });
  // eslint-disable-next-line no-control-regex -- the text must not contain them
  const moves = /[\u0000-\u0009\u000b-\u001f\u007f\u202e]|\nowned/;
  expect(text(hostile, stackOf("a", "failed", { error: "\u001b[2J" }))).not.toMatch(moves);
});

test.each(Object.keys(SECRETS))("no page shows a value or a name that looks like a secret: %s", (kind) => {
  fc.assert(
    fc.property(SECRETS[kind] ?? fc.constant(undefined as never), ({ text: secret, secrets }) => {
      const changed = updated("aws_s3_bucket.a", { bucket: "b", tags: { note: `see ${secret}`, [secret]: "x" }, list: [secret], acl: secret }, { bucket: "b", tags: { note: "none" }, list: [], acl: secret }, { written: { tags: true, list: true } }); // prettier-ignore
      const left = updated("aws_s3_bucket.a", { bucket: "b", acl: "private" }, { bucket: "b", acl: secret });
      const plan = planOf([changed], { resource_drift: [left.change] });
      const drift = stackOf("dev-x", "drift", { differences: differencesIn(plan).inAws, unmanaged: unmanagedChanges(plan) }); // prettier-ignore
      const failed = stackOf("dev-y", "failed", { error: `Error: got ${secret}` });
      const report = reportOf(drift, failed);
      const pages = [text(drift, failed), driftJson(report), driftMarkdown(drift, report)];
      expect(pages[0]).toContain("(sensitive value");
      for (const part of secrets) for (const page of pages) expect(page).not.toContain(part);
    }),
    { numRuns: 5 },
  );
});
