import { basename, join, relative } from "node:path";
import pc from "picocolors";
import type { Estate } from "../../config/model";
import type { MadePlan } from "../plans/make-plan";
import type { Manifest, ManifestStack } from "../plans/manifest";
import { promotionOfPlan, type PlanPromotion } from "../plans/promotion/plan-order";
import { checkoutRefusals } from "../plans/refusals";
import { signCommand } from "../plans/signature";
import type { PlanSummary, StackSummary } from "../review/review";
import { refusedDestructionsIn } from "../review/verdict";
import { summaryText } from "../review/summary-text";
import type { Checkout } from "../synth/git/checkout";
import type { AwsRun } from "../terraform/aws/aws-run";

interface PrintOptions {
  readonly estate: Estate;
  /** The command that makes the same plan again. */
  readonly again: string;
  readonly checkout: Checkout;
  /** The environment for a stack in AWS. Undefined on an emulator. */
  readonly env?: AwsRun["env"];
}

/** Prints the summary of a plan, and what to do next. */
export async function printPlan(made: MadePlan, { estate, again, checkout, env }: PrintOptions): Promise<void> {
  const { manifest, summary, signedBy } = made;
  const folder = relative(process.cwd(), made.folder);
  console.log(`\n${summaryText(summary, { id: basename(folder) })}`);
  console.log(`\nfor reviewers: ${join(folder, "summary.md")}; logs: ${join(folder, "logs")}`);
  if (signedBy !== undefined) console.log(`signed by ${signedBy}`);
  const promotion = await promotionOf(manifest, estate, env);
  const ended = { summary, folder, again, checkout: checkoutRefusals(checkout), promotion };
  const { problems, next } = planEnding(ended);
  const isApplicable = summary.rehearsedOn === undefined && withStatus(summary, "changes").length > 0;
  if (isApplicable && signedBy === undefined && estate.allowedSigners !== undefined)
    console.log(`sign it before it is applied: ${signCommand(folder)}`);
  if (problems.length > 0) console.log(pc.yellow(["this plan cannot be applied:", ...problems].join("\n  ")));
  for (const line of next) console.log(line);
}

async function promotionOf(manifest: Manifest, estate: Estate, env: PrintOptions["env"]): Promise<PlanPromotion> {
  const isChecked = ({ status, after }: ManifestStack) => status === "no changes" || (status === "changes" && after);
  if (!env || !manifest.stacks.some(isChecked)) return { refusals: [], unrecorded: [] };
  // Lazily: the clients take a second to load.
  const { Promotion } = await import("../plans/promotion/promotion.js");
  const { s3Of } = await import("../plans/promotion/record-store.js");
  return promotionOfPlan(manifest.stacks, new Promotion({ estate, s3Of: s3Of(env) }));
}

/** A plan that is complete, and what decides whether it can be applied. */
interface EndedPlan {
  readonly summary: PlanSummary;
  /** The plan's folder, as the next command names it. */
  readonly folder: string;
  /** The command that makes the same plan again. */
  readonly again: string;
  /** Why nothing that is made from this checkout can be applied. */
  readonly checkout: readonly string[];
  readonly promotion: PlanPromotion;
}

interface PlanEnding {
  /** Why the plan cannot be applied, each with its remedy. */
  readonly problems: readonly string[];
  /** What to do next. */
  readonly next: readonly string[];
}

/**
 * The end of a planning command. It names `npm run apply` only for a plan that apply takes; otherwise it prints what comes
 * first.
 */
export function planEnding(plan: EndedPlan): PlanEnding {
  const { summary, folder } = plan;
  if (summary.rehearsedOn !== undefined) return { problems: [], next: [] };
  const problems = problemsOf(plan);
  const next = [...keptLines(plan), ...firstLines(plan)];
  if (problems.length > 0) return { problems, next: [...next, ...aheadLines(plan, problems.length)] };
  return { problems, next: [...applyLines(summary, folder, plan.promotion.unrecorded), ...next] };
}

const withStatus = ({ stacks }: PlanSummary, ...statuses: readonly StackSummary["status"][]) =>
  stacks.filter(({ status }) => statuses.includes(status));

const idsOf = (stacks: readonly StackSummary[]): string => stacks.map(({ id }) => id).join(", ");

function problemsOf({ summary, again, checkout, promotion }: EndedPlan): string[] {
  const failed = withStatus(summary, "failed");
  const notStarted = withStatus(summary, "not started");
  const refused = summary.stacks.filter(({ review }) => (review?.refused ?? []).length > 0);
  const held = summary.stacks.filter((stack) => refusedDestructionsIn(stack).length > 0);
  const isEmpty = withStatus(summary, "changes").length === 0;
  return [
    ...(failed.length > 0 ? [`the planning of ${idsOf(failed)} failed. Fix the cause, then run ${again}`] : []),
    ...(notStarted.length > 0 ? [`not planned: ${idsOf(notStarted)}. Run ${again}`] : []),
    ...(refused.length > 0
      ? [`changes of ${idsOf(refused)} are refused. Do what is listed under "Refused", then run ${again}`]
      : []),
    ...(held.length > 0
      ? [
          `AWS would refuse to destroy resources of ${idsOf(held)}. Do what is listed under "Refused", then run ${again}`,
        ]
      : []),
    ...(isEmpty ? [] : checkout),
    ...promotion.refusals.map(({ refusal }) => refusal),
  ];
}

function applyLines(summary: PlanSummary, folder: string, unrecorded: readonly string[]): string[] {
  const changing = withStatus(summary, "changes");
  if (changing.some(({ review }) => (review?.destroysState ?? []).length > 0))
    return ['apply exactly this plan, once its data loss is approved: the command is under "Data loss"'];
  if (changing.length > 0) return [`apply exactly this plan: npm run apply -- ${folder}`];
  if (unrecorded.length === 0) return [];
  return [
    `nothing changes, but the record is of other code: ${unrecorded.join(", ")}. To record this code: npm run apply -- ${folder}`,
  ];
}

/** Promotion alone can be skipped. */
function aheadLines({ folder, promotion: { refusals } }: EndedPlan, problems: number): string[] {
  if (refusals.length < problems) return [];
  return [`to apply it anyway: npm run apply -- ${folder} --skip-promotion --reason "<why>"`];
}

function keptLines({ summary, again }: EndedPlan): string[] {
  const kept = withStatus(summary, "kept");
  if (kept.length === 0) return [];
  return [
    `not destroyed: ${idsOf(kept)}. Remove the protection (docs/planning.md, "Destroying"), apply that, then run ${again}`,
  ];
}

/** What to do first for a plan that only waits, or that promotion refuses. */
function firstLines({ summary, promotion }: EndedPlan): string[] {
  // What does not exist yet need not be created to be destroyed.
  const onlyWaits = summary.kind === "plan" && withStatus(summary, "changes").length === 0;
  return linesBefore(
    onlyWaits ? summary.stacks : [],
    promotion.refusals.map(({ first }) => first),
  );
}

type Waiting = Pick<StackSummary, "id" | "accountName" | "status" | "reasons">;

/**
 * What comes before the stacks of a plan that wait, as far as the plan does not apply it.
 * @param others further stacks to apply first
 */
function linesBefore(stacks: readonly Waiting[], others: readonly string[] = []): string[] {
  const planned = new Set(stacks.map(({ id }) => id));
  const waiting = stacks.filter(({ status }) => status === "waiting");
  const reasons = waiting.flatMap(({ accountName, reasons = [] }) =>
    reasons.map((reason) => ({ accountName, reason })),
  );
  const accounts = reasons.filter(({ reason }) => reason.includes("npm run bootstrap")).map((each) => each.accountName);
  const upstreams = reasons.flatMap(({ reason }) => upstreamIn(reason) ?? []).filter((id) => !planned.has(id));
  const first = [...new Set([...upstreams, ...others])];
  return [
    ...(accounts.length > 0 ? [`to bootstrap first: npm run bootstrap -- ${[...new Set(accounts)].join(" ")}`] : []),
    ...(first.length > 0 ? [`to apply first: npm run plan -- ${first.join(" ")}`] : []),
  ];
}

/** The stack that a reason to wait names. */
function upstreamIn(reason: string): string | undefined {
  return /^(\S+) (?:is not applied|does not have|changes outputs)/.exec(reason)?.[1];
}

/** What to do about the stacks that waited, once the others of their plan are applied. */
export function linesAfterApply(stacks: readonly Waiting[]): string[] {
  const planned = new Set(stacks.map(({ id }) => id));
  const waiting = stacks.filter(({ status }) => status === "waiting");
  const isReady = ({ reasons = [] }: Waiting) => reasons.every((reason) => planned.has(upstreamIn(reason) ?? ""));
  const ready = waiting.filter(isReady).map(({ id }) => id);
  return [
    ...(ready.length > 0 ? [`waiting stacks, plan them now: npm run plan -- ${ready.join(" ")}`] : []),
    ...waiting
      .filter((stack) => !isReady(stack))
      .map(({ id, reasons = [] }) => `${id} still waits: ${reasons.join("; ")}`),
    ...linesBefore(stacks),
  ];
}
