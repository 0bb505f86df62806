import { reviewPlan } from "../../../../tools/review/review-plan";
import { summaryMarkdown } from "../../../../tools/review/summary-markdown";
import { overviewOf } from "../../../../tools/review/summary/overview";
import { planOf, updated, type Planned } from "../support/plans";
import { stackOf, summaryOf } from "../support/summaries";

const stacksOf = (...resources: Planned[]) => [
  stackOf("dev-iam", { status: "changes", review: reviewPlan(planOf(resources)) }),
];
const attributesOf = (...resources: Planned[]) =>
  overviewOf(stacksOf(...resources)).flatMap(({ attributes }) => attributes);

const roles = (before: object | null, after: object | null) =>
  ["a", "b"].map((name) => updated(`aws_iam_role.${name}`, { name, tags: before }, { name, tags: after }));

test.each([
  { before: { C: "1" }, after: { C: "2" }, text: "tag C changed on 2 resources: 1 → 2" },
  { before: {}, after: { C: "2" }, text: "tag C added on 2 resources: 2" },
  { before: null, after: { C: "2" }, text: "tag C added on 2 resources: 2" },
  { before: { C: "1", D: "x" }, after: { D: "x" }, text: "tag C removed on 2 resources: 1" },
  { before: { C: "1" }, after: null, text: "tag C removed on 2 resources: 1" },
])("a tag of several resources is one line that says what becomes of it: $text", ({ before, after, text }) => {
  const resources = roles(before, after);
  expect(attributesOf(...resources)).toEqual([text]);
  expect(summaryMarkdown(summaryOf(stacksOf(...resources)))).toContain(`### Changed in place\n\n- ${text}\n`);
});

test("a tag of the provider is the same tag, and what is added here and changed there are two lines", () => {
  const byDefault = (before: object) =>
    updated("aws_vpc.a", { tags_all: { C: "1", ...before } }, { tags_all: { C: "2", D: "3" } });
  expect(attributesOf(...roles({ C: "1" }, { C: "2" }), byDefault({}))).toEqual([
    "tag C changed on 3 resources: 1 → 2",
    "tag D added on 1 resource: 3",
  ]);
});

test("values that differ, or are long, are left to the list of changes", () => {
  const long = "x".repeat(61);
  const described = (name: string, before: string, after: string) =>
    updated(`aws_iam_role.${name}`, { description: before }, { description: after });
  expect(attributesOf(described("a", "1", "2"), described("b", "1", "3"))).toEqual([
    "description changed on 2 resources",
  ]);
  expect(attributesOf(described("a", "1", long))).toEqual(["description changed on 1 resource"]);
});

test("the most frequent of many attributes are named, and the others counted", () => {
  const many = (value: string) => Object.fromEntries(Array.from({ length: 14 }, (_, index) => [`a${index}`, value]));
  const texts = attributesOf(updated("aws_x.a", many("1"), many("2")), updated("aws_x.b", { a13: "1" }, { a13: "2" }));
  expect(texts).toHaveLength(13);
  expect(texts[0]).toBe("a13 changed on 2 resources: 1 → 2");
  expect(texts.at(-1)).toBe("2 more attributes");
});
