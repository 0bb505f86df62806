import type { PlanSummary, StackReview, StackSummary } from "../../../../tools/review/review";

/** A run with something of each kind between it and AWS. */
export const CONNECTIONS = {
  providerSources: ["filesystem mirror /mirror", "plugin cache /cache"],
  endpoints: { AWS_ENDPOINT_URL: "http://127.0.0.1:5000" },
  proxies: { HTTPS_PROXY: "proxy.example.com:3128" },
  caBundles: { AWS_CA_BUNDLE: "/ca.pem" },
  passed: ["VAULT_ADDR"],
};

/** A review with only the given changes. */
export function reviewOf(review: Partial<StackReview>): StackReview {
  return {
    counts: { create: 0, update: 0, replace: 0, destroy: 0, forget: 0, import: 0, move: 0 },
    ...{ destroysState: [], networkOpened: [], protectionLowered: [], accessLost: [], networkLost: [], replaced: [] },
    ...{ changes: [], outputChanges: [], drifted: [] },
    ...review,
  };
}

export function stackOf(id: string, stack: Partial<StackSummary> = {}): StackSummary {
  return {
    id,
    accountName: "dev",
    accountId: "222222222222",
    status: stack.review ? "changes" : "no changes",
    ...stack,
  };
}

export function summaryOf(stacks: readonly StackSummary[], summary: Partial<PlanSummary> = {}): PlanSummary {
  return { madeAt: "2026-01-02T03:04:05.678Z", kind: "plan", commit: "0a1b2c3", dirty: false, stacks, ...summary };
}
