import { summaryJson } from "../../../tools/review/summary-json";
import { stackOf, summaryOf } from "./support/summaries";

test("holds the whole summary, and the verdict", () => {
  const summary = summaryOf([stackOf("dev-iam")]);
  expect(JSON.parse(summaryJson(summary))).toEqual({ verdict: "nothing to do", ...summary });
  expect(summaryJson(summary)).toMatch(/^\{\n {2}"verdict": "nothing to do",\n[\s\S]*\}\n$/);
});
