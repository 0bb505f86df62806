import type { Finding, PlanSummary, StackReview } from "./review";
import { withoutSecrets } from "../../config/secret-text";
import { FINDING_LISTS } from "./summary/findings";
import { verdictOf } from "./verdict";

/** The content of summary.json: a summary with its verdict. Its keys are a file format. */
export function summaryJson(raw: PlanSummary): string {
  const summary = withoutSecrets(raw);
  const stacks = summary.stacks.map((stack) => (stack.review ? { ...stack, review: reviewJson(stack.review) } : stack));
  return `${JSON.stringify({ verdict: verdictOf(summary.stacks), ...summary, stacks }, undefined, 2)}\n`;
}

function reviewJson(review: StackReview): unknown {
  const findings = FINDING_LISTS.map((list) => [list, (review[list] ?? []).map(findingJson)] as const);
  return { ...review, ...Object.fromEntries(findings), drifted: review.drifted.map(findingJson) };
}

const findingJson = ({ address, message }: Finding): unknown => ({ address, words: message });
