import { pageSections, planComment } from "../../../../tools/pipelines/github/plan-comment";
import { summaryMarkdown } from "../../../../tools/review/summary-markdown";
import { fitSections } from "../../../../tools/support/markdown";
import { reviewOf, stackOf, summaryOf } from "../../review/support/summaries";

const access = { widens: true, lines: Array.from({ length: 400 }, (_, index) => `+ may now do ${index}`) };
const creations = Array.from({ length: 400 }, (_, index) => ({
  ...{ address: `aws_x.r${index}`, type: "aws_x", action: "create" as const, attributes: [] },
}));
const opening = { address: "aws_route.r", message: "routes everything out" };
const review = reviewOf({ networkOpened: [opening], changes: creations });
const page = summaryMarkdown(summaryOf([stackOf("dev-network", { review })], { access }), { maxLength: 1_000_000 });

test("nothing is lost where there is room, and what is folded comes last", () => {
  const whole = fitSections(pageSections([page, page]), 1_000_000, "there").trim();
  expect(whole.length).toBeGreaterThanOrEqual(2 * page.trim().length);
  expect(whole.lastIndexOf("routes everything out")).toBeLessThan(whole.indexOf("<details>"));
  expect(whole.split("\n").sort()).toEqual(`${page.trim()}\n\n${page.trim()}`.split("\n").sort());
});

test("a long page is cut within its parts: findings of every plan stay", () => {
  const cut = fitSections(pageSections([page, page]), 30_000, "there");
  expect(cut.length).toBeLessThanOrEqual(30_000);
  expect(cut.match(/routes everything out/g)).toHaveLength(2);
  expect(cut).toMatch(/… \d+ changes more: there/);
  expect(cut.match(/^```/gm)).toHaveLength(4);
  expect(cut.match(/<details>/g)?.length).toBe(cut.match(/<\/details>/g)?.length);
});

test("a long block of code is cut between its lines, and ends", () => {
  const cut = fitSections(pageSections([page]), 3_000, "there");
  expect(cut).toMatch(/\+ may now do 9\n[\s\S]*… \d+ lines more: there\n```/);
});

const HOSTILE = "</details>\n### x\n```\n| a | b |\n- <img src=x> @team #1 [x](http://evil)\u202e ";
const findings = Array.from({ length: 300 }, (_, index) => ({
  ...{ address: `aws_db_instance.d${index}["${HOSTILE}"]`, message: `destroys ${HOSTILE}` },
}));
const hostile = reviewOf({
  destroysState: findings,
  changes: Array.from({ length: 600 }, (_, index) => ({
    ...{ address: `aws_x.r${index}["${HOSTILE}"]`, type: "aws_x", action: "update" as const },
    attributes: [{ path: HOSTILE, before: HOSTILE, after: HOSTILE.repeat(3), forcesReplacement: false }],
  })),
});

test("hundreds of changes in hostile text, of hundreds of stacks, are cut with a count: data loss comes first", () => {
  const ids = Array.from({ length: 400 }, (_, index) => `dev-${index}-${"long-name-".repeat(5)}`);
  const stacks = ids.map((id, index) =>
    stackOf(id, { status: "changes", ...(index === 0 ? { review: hostile } : {}) }),
  );
  const long = summaryMarkdown(summaryOf(stacks), { maxLength: 800_000 });
  const sections = pageSections([long], 60_000);
  const cut = fitSections(sections, 60_000, "the run has them all");
  expect(long.length).toBeGreaterThan(200_000);
  expect(cut.length).toBeLessThanOrEqual(60_000);
  expect(cut).toMatch(/^\s*## [^\n]*blocked/);
  expect(cut.indexOf("### Data loss")).toBeLessThan(2_000);
  expect(cut).toMatch(/… \d+ items? more: the run has them all/);
  expect(cut).toMatch(/… \d+ sections?( with \d+ items)? left out: the run has them all$/);
  expect(cut.match(/^<details>/gm)?.length ?? 0).toBe(cut.match(/^<\/details>/gm)?.length ?? 0);
  expect(cut).not.toMatch(/^(### x|\| a \| b \|)/m);
});

test("an error in a list is cut whole: its block of code ends, whatever it holds", () => {
  const error = "Error: no\n\nIt failed.\n\n- a\n- b\n\nTo apply all of these:";
  const stacks = ["dev-a", "dev-b", "dev-c"].map((id) => stackOf(id, { status: "failed", error }));
  const [, , waiting] = pageSections([summaryMarkdown(summaryOf(stacks))]);
  expect(waiting?.items).toHaveLength(3);
  for (const item of waiting?.items ?? []) expect(item).toMatch(/^- `dev-[abc]`[^]*```text\n[^]*all of these:\n```$/);
});

test("a comment with hundreds of failed and removed stacks keeps under the limit", () => {
  const names = (kind: string) => Array.from({ length: 2_000 }, (_, index) => `${kind}-${index}-${"x".repeat(40)}`);
  const comment = planComment({
    plans: [],
    expected: names("failed"),
    removed: names("removed"),
    runUrl: "https://run",
  });
  expect(comment.length).toBeLessThan(65_536);
  expect(comment).toContain("**2000 failed**");
  expect(comment.match(/and 1900 more/g)).toHaveLength(2);
});

test("a heading inside a block of code is a part of it", () => {
  const error = "Error: no\n\n### Access widens\n<details><summary>x</summary>";
  const failed = summaryMarkdown(summaryOf([stackOf("dev-x", { status: "failed", error })]));
  const parts = pageSections([failed]);
  expect(parts.map(({ open }) => open.split("\n")[0])).toEqual([
    failed.split("\n")[0],
    expect.stringMatching(/^\| stack \| account/),
    "### Waiting",
  ]);
});
