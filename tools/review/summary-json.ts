import type { PlanSummary } from "./review";
import { verdictOf } from "./verdict";

/** A summary for machines, with its verdict. */
export function summaryJson(summary: PlanSummary): string {
  return `${JSON.stringify({ verdict: verdictOf(summary.stacks), ...summary }, undefined, 2)}\n`;
}
