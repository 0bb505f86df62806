import { pageSections } from "../../../../tools/pipelines/github/plan-comment";
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

test("a heading inside a block of code is a part of it", () => {
  const error = "Error: no\n\n### Access widens\n<details><summary>x</summary>";
  const failed = summaryMarkdown(summaryOf([stackOf("dev-x", { status: "failed", error })]));
  const parts = pageSections([failed]);
  expect(parts.map(({ open }) => open.split("\n")[0])).toEqual([failed.split("\n")[0], "### Waiting"]);
});
