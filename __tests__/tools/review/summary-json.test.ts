import { summaryJson } from "../../../tools/review/summary-json";
import { reviewOf, stackOf, summaryOf } from "./support/summaries";

test("contains the whole summary and the verdict", () => {
  const summary = summaryOf([stackOf("dev-iam")]);
  expect(JSON.parse(summaryJson(summary))).toEqual({ verdict: "nothing to do", ...summary });
  expect(summaryJson(summary)).toMatch(/^\{\n {2}"verdict": "nothing to do",\n[\s\S]*\}\n$/);
});

test("keeps the keys of its format", () => {
  const finding = { address: "aws_s3_bucket.x", message: "destroys the bucket, and all objects in it" };
  const review = reviewOf({ destroysState: [finding], networkOpened: [finding], protectionLowered: [finding] });
  const written = [{ address: finding.address, words: finding.message }];
  expect(JSON.parse(summaryJson(summaryOf([stackOf("dev-iam", { review })])))).toMatchObject({
    stacks: [{ review: { destroysState: written, networkOpened: written, protectionLowered: written } }],
  });
});
