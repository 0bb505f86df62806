import type { StackReview, StackStatus, StackSummary } from "../../../tools/review/review";
import { planExitCode, hasChanges, verdictOf } from "../../../tools/review/verdict";
import { reviewOf } from "./support/summaries";

const stack = (status: StackStatus, review?: StackReview): StackSummary => ({
  id: status,
  accountName: "dev",
  accountId: "1",
  status,
  review,
});
const blocked = stack("changes", reviewOf({ destroysState: [{ address: "a", message: "destroys it" }] }));
const refused = stack("changes", reviewOf({ refused: [{ address: "a", message: "AWS refuses it" }] }));
const pending = stack("changes", reviewOf({ pending: [{ address: "a", message: "waits" }] }));

test.each([
  ["nothing to do", 0, []],
  ["nothing to do", 0, [stack("no changes")]],
  ["changes", 2, [stack("no changes"), stack("changes")]],
  ["changes", 2, [stack("no changes"), stack("waiting")]],
  ["blocked", 2, [stack("kept")]],
  ["blocked", 2, [refused]],
  ["blocked", 2, [{ ...stack("changes", reviewOf({})), reasons: ["aws_s3_bucket.b: it holds objects. Empty it."] }]],
  ["changes", 2, [{ ...stack("waiting"), reasons: ["dev-network is not applied yet"] }]],
  ["changes", 2, [pending]],
  ["blocked", 2, [blocked, stack("changes"), stack("waiting")]],
  ["failed", 1, [blocked, stack("failed")]],
  ["failed", 1, [stack("changes"), stack("not started")]],
] as const)("%s, exit code %p", (verdict, code, stacks) => {
  expect(verdictOf(stacks)).toBe(verdict);
  expect(planExitCode(stacks)).toBe(code);
});

test("an output alone is a change, and so is a move", () => {
  expect(hasChanges(reviewOf({}))).toBe(false);
  expect(hasChanges(reviewOf({ outputChanges: ["a"] }))).toBe(true);
  expect(hasChanges(reviewOf({ counts: { ...reviewOf({}).counts, move: 1 } }))).toBe(true);
});
