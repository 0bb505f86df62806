import { readFileSync } from "node:fs";
import { join } from "node:path";
import { parseJson } from "../../config/input";
import { costsOfPlans } from "../costs/costs-of";
import type { PlanJson } from "../review/plan-json";
import type { Finding, PlanSummary, StackReview, StackSummary } from "../review/review";
import { withNamesOf } from "../review/replacements";
import { reviewPlan } from "../review/review-plan";
import { securityGroupNames } from "../review/network-findings";
import { summaryJson } from "../review/summary-json";
import { summaryMarkdown } from "../review/summary-markdown";
import type { RunConnections } from "../support/environment";
import { differingKeys, listOf, objectOf, withSortedKeys } from "../support/json";
import type { Stack } from "../synth/stacks";
import { synthesizedStack } from "../synth/synthesized";
import { accessChange } from "./access-change";
import type { ExistingSetting } from "./existing-settings";
import { SUMMARY, SUMMARY_JSON } from "./plan-folder";

/** A stack of a summary, before its plan is reviewed. */
export interface PlannedStackSummary extends Omit<StackSummary, "review"> {
  /**
   * Only if the stack was planned: as `terraform show -json` prints the plan file, or what the folder keeps of a plan that
   * cannot be applied, its JSON without secrets.
   */
  readonly plan?: PlanJson;
  /** What exists in AWS, and would be replaced by what the plan creates. @default nothing */
  readonly existing?: readonly ExistingSetting[];
}

/**
 * Summarizes plans for reviewers. Depends on nothing but its arguments, so an apply can derive the same summary again.
 * @param stacks the planned stacks at least, as the code synthesizes them
 * @param everyStack all stacks that the code synthesizes: access is compared in all. @default `stacks`
 */
export async function summaryOfPlans(
  origin: Omit<PlanSummary, "stacks" | "access" | "costs">,
  planned: readonly PlannedStackSummary[],
  stacks: readonly Stack[],
  everyStack: () => readonly Stack[] | Promise<readonly Stack[]> = () => stacks,
): Promise<PlanSummary> {
  const plans = planned.flatMap(({ id, plan }) => (plan ? [[id, plan] as const] : []));
  const withJson = (all: readonly Stack[]) => all.map(synthesizedStack);
  const { connections } = origin;
  const names = securityGroupNames(new Map(plans));
  const stateKeys = new Map(stacks.map(({ id, state }) => [id, state.key]));
  return {
    ...origin,
    connections: connections && (withSortedKeys(connections) as RunConnections),
    // In the order of the file format. An absent duration keeps its place, so that it can be filled in later.
    stacks: planned.map(({ id, accountId, accountName, status, reasons, plan, existing, error, seconds }) => ({
      ...{ id, accountId, accountName, status, reasons },
      review: plan && withExisting(withNames(reviewPlan(plan, names), stateKeys.get(id)), existing),
      ...{ error, seconds },
    })),
    costs: costsOfPlans(new Map(plans), stacks),
    access: await accessChange(withJson(stacks), new Map(plans), async () => withJson(await everyStack())),
  };
}

/** GitHub shows at most 1 MiB of a job's summary. */
const LONGEST_PAGE = 800_000;

/** The page in a plan's folder. A comment of a pull request cuts it. */
export const summaryPage = (summary: PlanSummary): string => summaryMarkdown(summary, { maxLength: LONGEST_PAGE });

/** Findings name keys of the estate: with the names of the stack's own environment, account, member or database. */
function withNames(review: StackReview, stateKey: string | undefined): StackReview {
  if (stateKey === undefined) return review;
  const named = (findings: readonly Finding[]): readonly Finding[] =>
    findings.map(({ address, message }) => ({ address, message: withNamesOf(stateKey, message) }));
  return { ...review, refused: named(review.refused ?? []), replaced: named(review.replaced) };
}

function withExisting(review: StackReview, existing: readonly ExistingSetting[] = []): StackReview {
  const findings = (isRefused: boolean) =>
    existing.filter(({ refused }) => refused === isRefused).map(({ address, message }) => ({ address, message }));
  return { ...review, refused: [...(review.refused ?? []), ...findings(true)], overwritten: findings(false) };
}

/**
 * How the summaries in a plan's folder differ from the one that its plan files give. Hashes prove only that the plan's
 * author wrote them. The durations are the author's: nothing else has them.
 */
export function summaryProblems(folder: string, derived: PlanSummary): string[] {
  const text = readFileSync(join(folder, SUMMARY_JSON), "utf8");
  const written = objectIn(text);
  const seconds = new Map(
    listOf(written["stacks"]).map((stack) => [objectOf(stack)["id"], objectOf(stack)["seconds"]] as const),
  );
  const stacks = derived.stacks.map((stack) => {
    const value = seconds.get(stack.id);
    return typeof value === "number" ? { ...stack, seconds: value } : stack;
  });
  const summary = { ...derived, stacks };
  const differing = differingKeys(objectIn(summaryJson(summary)), written).join(", ");
  return [
    ...(text === summaryJson(summary)
      ? []
      : [
          `${SUMMARY_JSON} must be the summary that the plan files give, got another (${differing || "format"}). Plan again.`,
        ]),
    ...(readFileSync(join(folder, SUMMARY), "utf8") === summaryPage(summary)
      ? []
      : [`${SUMMARY} must be the summary that the plan files give, got another. Plan again.`]),
  ];
}

/**
 * The stacks that the author of a plan found outside the estate. Apply does not touch them, so it shows them as they were
 * found, and does not look again.
 */
export function abandonedIn(folder: string): readonly string[] | undefined {
  const { abandoned } = objectIn(readFileSync(join(folder, SUMMARY_JSON), "utf8"));
  return Array.isArray(abandoned) && abandoned.every((each) => typeof each === "string") ? abandoned : undefined;
}

function objectIn(text: string): ReturnType<typeof objectOf> {
  try {
    return objectOf(parseJson(text));
  } catch {
    return {};
  }
}
