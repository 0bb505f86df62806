import { summaryJson } from "../../../tools/review/summary-json";
import { reviewOf, stackOf, summaryOf } from "./support/summaries";

test("contains the whole summary and the verdict", () => {
  const summary = summaryOf([stackOf("dev-iam")]);
  expect(JSON.parse(summaryJson(summary))).toEqual({ verdict: "nothing to do", ...summary });
  expect(summaryJson(summary)).toMatch(/^\{\n {2}"verdict": "nothing to do",\n[\s\S]*\}\n$/);
});

test("keeps the keys of its format", () => {
  const finding = { address: "aws_s3_bucket.x", message: "destroys the bucket, and all objects in it" };
  const kinds = ["destroysState", "refused", "networkOpened", "protectionLowered", "pending"];
  const review = reviewOf(Object.fromEntries(kinds.map((kind) => [kind, [finding]])));
  const written = [{ address: finding.address, words: finding.message }];
  expect(JSON.parse(summaryJson(summaryOf([stackOf("dev-iam", { review })])))).toMatchObject({
    stacks: [{ review: Object.fromEntries(kinds.map((kind) => [kind, written])) }],
  });
});
