import fc from "fast-check";
import type { PlanSummary } from "../../../tools/review/review";
import { summaryMarkdown } from "../../../tools/review/summary-markdown";
import { CONNECTIONS, reviewOf, stackOf, summaryOf } from "./support/summaries";

const attribute = (path: string, before: string, after: string, forcesReplacement = false) => ({
  path,
  before,
  after,
  forcesReplacement,
});

const full = (): PlanSummary =>
  summaryOf(
    [
      stackOf("dev-iam"),
      stackOf("dev-database", {
        review: reviewOf({
          counts: { ...reviewOf({}).counts, replace: 1, move: 1 },
          destroysState: [{ address: "aws_db_instance.a", message: "replaces, and so destroys, the database" }],
          networkOpened: [{ address: "aws_route.r", message: "routes 0.0.0.0/0 to igw-1" }],
          protectionLowered: [{ address: "aws_db_instance.a", message: "deletion protection is turned off" }],
          accessLost: [{ address: "aws_db_instance.a", message: "clients must connect to another port" }],
          networkLost: [{ address: "aws_route.r", message: "no longer routes 10.0.0.0/8 to vgw-1" }],
          replaced: [{ address: "aws_db_instance.a", message: "username: a → b" }],
          changes: [
            {
              address: "aws_db_instance.a",
              type: "aws_db_instance",
              action: "replace",
              attributes: [attribute("username", "a", "b", true)],
            },
            { address: "aws_x.new", type: "aws_x", action: "create", attributes: [attribute("name", "(absent)", "n")] },
          ],
          moved: [{ from: "aws_x.old", to: "aws_x.now" }],
          outputChanges: ["endpoint"],
          drifted: [{ address: "aws_x.drifted", message: "deleted in AWS: this plan creates it again" }],
        }),
      }),
      stackOf("dev-application", { status: "waiting", reasons: ["dev-network is not applied yet"] }),
      stackOf("dev-network", { status: "failed", error: "Error: no\n  such thing" }),
    ],
    { dirty: true, abandoned: ["old-network"], access: { widens: true, lines: ["role/Operator", "  + s3:GetObject"] } },
  );

test("begins with the verdict, what was planned, and a table of the stacks", () => {
  expect(summaryMarkdown(full()).split("\n### ")[0]).toBe(`## Plan made 2026-01-02 03:04:05 UTC: **failed**

4 stacks: 1 failed, 1 with changes, 1 waiting, 1 without changes; 1 to replace, 1 to move, 1 output to change; made from commit 0a1b2c3, with changes that no commit holds.

| stack | account | status | create | update | replace | destroy | move |
| --- | --- | --- | ---: | ---: | ---: | ---: | ---: |
| dev-iam | dev (222222222222) | no changes | - | - | - | - | - |
| dev-database | dev (222222222222) | changes | - | - | 1 | - | 1 |
| dev-application | dev (222222222222) | **waiting** | - | - | - | - | - |
| dev-network | dev (222222222222) | **failed** | - | - | - | - | - |
`);
});

test("warns that another endpoint answered in place of AWS, and names what the run went through", () => {
  const connections = { ...CONNECTIONS, providerSources: ["filesystem mirror /a_b_c"] };
  expect(summaryMarkdown(summaryOf([], { connections }))).toBe(`## Plan made 2026-01-02 03:04:05 UTC: nothing to do

> [!CAUTION]
> **\`MADE AGAINST AWS_ENDPOINT_URL http://127.0.0.1:5000, not AWS\`**

0 stacks; no change; made from commit 0a1b2c3.

provider from filesystem mirror /a_b_c; through the proxies HTTPS_PROXY proxy.example.com:3128; trusting the certificates AWS_CA_BUNDLE /ca.pem; with the variables VAULT_ADDR.
`);
});

test("then lists findings by severity, and folds all other changes", () => {
  const page = summaryMarkdown(full());
  expect(page.match(/^(###|<details>).*/gm)).toEqual([
    "### Data loss",
    "### Access widens",
    "### Network exposure increases",
    "### Protection removed",
    "### Access lost",
    "### Network paths removed",
    "### Replaced, because AWS cannot change it in place",
    "### Waiting",
    "### Removed from the code; their resources stay in AWS, unmanaged",
    "### Changed outside of Terraform",
    "<details><summary>dev-database: 1 to replace, 1 to move, 1 output to change</summary>",
  ]);
  expect(page).toContain("- `dev-database` `aws_db_instance.a` replaces, and so destroys, the database\n");
  expect(page).toContain("- `dev-application` **waiting**: dev-network is not applied yet\n");
  expect(page).toContain("- `dev-network` **failed**\n\n```text\nError: no\n  such thing\n```\n");
  expect(page).toContain(`
- **replace** \`aws_db_instance.a\`
  - \`username\`: \`a\` → \`b\` **forces the replacement**
- create \`aws_x.new\`
  - \`name\`: \`n\`
- move \`aws_x.old\` → \`aws_x.now\`
- output \`endpoint\`

</details>
`);
});

describe("the remedy", () => {
  const destroying = (address: string) => reviewOf({ destroysState: [{ address, message: "destroys it" }] });
  const commandIn = (summary: PlanSummary): string | undefined =>
    /^npm run apply .*/m.exec(summaryMarkdown(summary))?.[0];

  test("is one command that allows each destruction, quoted for the shell", () => {
    const stacks = [
      stackOf("a", { review: destroying("aws_x.y") }),
      stackOf("b", { review: destroying(`aws_x.y["it's"]`) }),
    ];
    expect(commandIn(summaryOf(stacks))).toBe(
      `npm run apply -- plans/<id> --allow-destroy a:aws_x.y --allow-destroy 'b:aws_x.y["it'\\''s"]'`,
    );
  });

  test("covers only stacks that can be applied", () => {
    const waiting = stackOf("b", { status: "waiting", review: destroying("aws_x.y") });
    const kept = stackOf("c", {
      status: "kept",
      reasons: ["aws_x.z: deletion protection"],
      review: { ...destroying("aws_x.z"), counts: { ...reviewOf({}).counts, destroy: 1 } },
    });
    expect(commandIn(summaryOf([waiting, kept]))).toBeUndefined();
    expect(summaryMarkdown(summaryOf([waiting]))).toContain("destroys it (with current inputs: the stack waits)");
    expect(summaryMarkdown(summaryOf([kept]))).not.toContain("Data loss");
    expect(summaryMarkdown(summaryOf([kept]))).toContain("1 stack: 1 kept; no change;");
    expect(
      commandIn(summaryOf([stackOf("a", { review: destroying("aws_x.y") })], { rehearsedOn: "0a1b2c3" })),
    ).toBeUndefined();
  });
});

test("a rehearsed plan starts with a caution", () => {
  expect(summaryMarkdown(summaryOf([], { rehearsedOn: "0a1b2c3" }))).toContain(
    "> [!CAUTION]\n> **REHEARSED on an emulator on top of 0a1b2c3: can't be applied**\n",
  );
  expect(summaryMarkdown(summaryOf([]))).not.toContain("REHEARSED");
});

test("names a missing commit and a plan of a destroy", () => {
  expect(summaryMarkdown(summaryOf([], { commit: undefined, kind: "destroy" }))).toBe(
    "## Plan of a destroy made 2026-01-02 03:04:05 UTC: nothing to do\n\n0 stacks; no change; made from no commit.\n",
  );
});

test("access that only narrows is not folded", () => {
  const page = summaryMarkdown(summaryOf([], { access: { widens: false, lines: ["role/x", "  - s3:GetObject"] } }));
  expect(page).toContain("\n### Access narrows\n\n```text\nrole/x\n  - s3:GetObject\n```\n");
});

describe("texts from a plan are shown and never interpreted", () => {
  const hostile = fc.array(
    fc.constantFrom("`", "``", "```", "\n", "\n\n", "|", "<b>", "</details>", "<!--", "@someone", "#12", "*", "_", "[x](https://y)", "a", " ", "\\", "\u001b[2J", "\u202e", "~~~", "- ", "# ", "$x$", "&lt;"),
    { maxLength: 12 },
  ).map((parts) => parts.join("")); // prettier-ignore

  /** The page of a summary with this text in every place. */
  const pageOf = (text: string): string =>
    summaryMarkdown(
      summaryOf(
        [
          stackOf(text, {
            status: "waiting",
            accountName: text,
            reasons: [text],
            error: text,
            review: reviewOf({
              destroysState: [{ address: text, message: text }],
              networkOpened: [{ address: text, message: text }],
              changes: [{ address: text, type: text, action: "update", attributes: [attribute(text, text, text)] }],
              moved: [{ from: text, to: text }],
              outputChanges: [text],
              drifted: [{ address: text, message: text }],
            }),
          }),
        ],
        { access: { widens: true, lines: text.split("\n") }, abandoned: [text], commit: text, rehearsedOn: text },
      ),
    );

  /** A page without code and escaped characters. An escaped backtick opens no code; code contains no escapes. */
  const markupOf = (page: string): string =>
    page
      .replace(/<summary>[^<\n]*<\/summary>/g, "<summary></summary>") // HTML, in which asterisks and backticks are plain text
      .replace(/^(`{3,})text\n[\s\S]*?\n\1$/gm, "BLOCK")
      .replace(/\\[\\`*[\]|~$!_]|(?<!`)(`+)(?!`)[^\n]*?(?<!`)\1(?!`)/g, (found) =>
        found.startsWith("`") ? "CODE" : "",
      );

  test("the markup is the same for every text", () => {
    fc.assert(
      fc.property(hostile, (text) => {
        const page = pageOf(text);
        const [markup, plain] = [markupOf(page), markupOf(pageOf("a"))];
        const count = (whole: string, what: RegExp) => whole.match(what)?.length ?? 0;
        for (const what of [
          /^\s*</gm,
          /<\w/g,
          /<\//g,
          /<!/g,
          /^#+ /gm,
          /^\s*- /gm,
          /^>/gm,
          /^\|/gm,
          /BLOCK/g,
          /(?<!\\)\*\*/g,
        ]) {
          expect([what, count(markup, what)]).toEqual([what, count(plain, what)]);
        }
        expect(markup).not.toMatch(/(?<!&)[@#]\w/);
        expect(["\u001b", "\u202e"].filter((character) => page.includes(character))).toEqual([]);
      }),
      { numRuns: 500, examples: [["a\n```\n<b>\n````\n</details>"], ["` a </details> ``"]] },
    );
  });

  test("in the table, no bar adds a column and no line break adds a row", () => {
    const rows = pageOf("a|b\nc").split("\n").filter((line) => line.startsWith("| ")); // prettier-ignore
    expect(rows).toHaveLength(3);
    for (const row of rows) expect(row.match(/(?<!\\)\|/g)).toHaveLength(8);
  });
});

describe("a page that is too long", () => {
  const changes = Array.from({ length: 400 }, (_, index) => ({ address: `aws_x.change${index}`, type: "aws_x", action: "update", attributes: [] }) as const); // prettier-ignore
  const matters = Array.from({ length: 30 }, (_, index) => ({ address: `aws_x.matter${index}`, message: "opens" }));
  const long = summaryOf(
    ["a", "b", "c"].map((id) => stackOf(id, { review: reviewOf({ changes, networkOpened: matters }) })),
  );

  test("cuts folded sections with a note, and keeps the findings", () => {
    const page = summaryMarkdown(long, { maxLength: 12_000 });
    expect(page.length).toBeLessThanOrEqual(12_000);
    expect(page.match(/matter\d/g)).toHaveLength(90);
    expect(page).toMatch(/… \d+ changes more: the plan folder's summary\.json has all\n\n<\/details>/);
    expect(page).toMatch(/\n… 2 sections with 800 items left out: the plan folder's summary\.json has all\n$/);
  });

  test("never exceeds its limit, and closes every element", () => {
    fc.assert(
      fc.property(fc.integer({ min: 1_000, max: 40_000 }), (maxLength) => {
        const page = summaryMarkdown(long, { maxLength });
        expect(page.length).toBeLessThanOrEqual(maxLength);
        expect(page.match(/<details>/g)?.length).toBe(page.match(/<\/details>/g)?.length);
      }),
    );
  });

  test("shows the beginning of an error", () => {
    const page = summaryMarkdown(summaryOf([stackOf("a", { status: "failed", error: "x".repeat(100_000) })]));
    expect(page.length).toBeLessThan(8_000);
  });
});
