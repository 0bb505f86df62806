import type { Action, Counts, PlanSummary, StackReview, StackStatus, ReviewedChange } from "../review";
import { type PlanVerdict, verdictOf } from "../verdict";
import { endpointsText, namedText, type RunConnections } from "../../support/environment";
import { compareTexts } from "../../support/order";
import { counted, firstPaths } from "../../support/text";
import { utc } from "../../support/time";

export interface Headline {
  /** "Plan of a destroy made 2026-11-22 09:30:00 UTC"; with the id where it is known. */
  readonly title: string;
  readonly verdict: PlanVerdict;
  /** @default it was not rehearsed */
  readonly rehearsed?: string;
  /** "MADE AGAINST AWS_ENDPOINT_URL http://127.0.0.1:5000, not AWS". @default AWS answered */
  readonly endpoint?: string;
  /** "provider from registry; through the proxy HTTPS_PROXY proxy.example.com:3128". @default not known */
  readonly through?: string;
  /** "4 stacks: 2 with changes, 2 without". */
  readonly stacks: string;
  /** "3 to create, 1 to replace". */
  readonly changes: string;
  /** "commit 0a1b2c, with changes that no commit holds". */
  readonly origin: string;
  /** "list price: +15.35 USD a month (0.00 before, 15.35 after)". @default nothing that costs something changes */
  readonly costs?: string;
}

const ACTIONS: readonly Action[] = ["create", "update", "replace", "destroy", "import", "forget", "move"];

const STATUS_LABELS: Readonly<Record<StackStatus, string>> = {
  failed: "failed",
  "not started": "not started",
  kept: "kept",
  changes: "with changes",
  waiting: "waiting",
  "no changes": "without changes",
};

/** @param id the plan's id. @default it is not known yet: the title names the time */
export function headlineOf(summary: PlanSummary, id?: string): Headline {
  const { madeAt, kind, rehearsedOn, commit, dirty, stacks, connections } = summary;
  const endpoints = endpointsText(connections?.endpoints ?? {});
  const byStatus = Object.entries(STATUS_LABELS).flatMap(([status, label]) => {
    const count = stacks.filter((stack) => stack.status === status).length;
    return count > 0 ? [`${count} ${label}`] : [];
  });
  return {
    title: `${kind === "destroy" ? "Plan of a destroy" : "Plan"} ${id ?? `made ${utc(new Date(madeAt))}`}`,
    verdict: verdictOf(stacks),
    rehearsed:
      rehearsedOn === undefined ? undefined : `REHEARSED on an emulator on top of ${rehearsedOn}: can't be applied`,
    endpoint: endpoints === "AWS" ? undefined : `MADE AGAINST ${endpoints}, not AWS`,
    through: connections && throughText(connections),
    stacks: `${counted(stacks.length, "stack")}${byStatus.length > 0 ? `: ${byStatus.join(", ")}` : ""}`,
    changes: changesIn(stacks.flatMap(({ status, review }) => (review && status !== "kept" ? [review] : []))),
    origin: `${commit === undefined ? "no commit" : `commit ${commit}`}${dirty ? ", with changes that no commit holds" : ""}`,
    costs: summary.costs && costsText(summary.costs),
  };
}

function costsText({ before, after, byUse, unknown }: NonNullable<PlanSummary["costs"]>): string {
  const difference = after - before;
  const sign = difference < 0 ? "-" : "+";
  const isAny = before > 0 || after > 0;
  return `list price: ${[
    ...(unknown.length > 0 ? [`unknown for ${firstPaths(unknown)}`] : []),
    ...(isAny
      ? [
          `${sign}${Math.abs(difference).toFixed(2)} USD a month (${before.toFixed(2)} before, ${after.toFixed(2)} after)`,
        ]
      : []),
    ...(byUse > 0 ? [`${counted(byUse, "resource")} charged by use`] : []),
  ].join("; ")}`;
}

function throughText({ providerSources, proxies, caBundles, passed }: RunConnections): string {
  const parts = [
    { what: "provider from", value: providerSources.join(", ") },
    { what: "through the proxies", value: namedText(proxies) },
    { what: "trusting the certificates", value: namedText(caBundles) },
    { what: "with the variables", value: passed.join(", ") },
  ];
  return parts.flatMap(({ what, value }) => (value === "" ? [] : [`${what} ${value}`])).join("; ");
}

/** "3 to create, 1 to replace, 2 outputs to change, 1 pending". */
export function changesIn(reviews: readonly StackReview[]): string {
  const actions = ACTIONS.flatMap((action) => {
    const count = reviews.reduce((sum, { counts }) => sum + counts[action], 0);
    return count > 0 ? [`${count} to ${action}`] : [];
  });
  const outputs = reviews.reduce((sum, { outputChanges }) => sum + outputChanges.length, 0);
  const pending = reviews.reduce((sum, { pending: waiting = [] }) => sum + waiting.length, 0);
  const isMoveAlone = actions.length === 1 && reviews.some(({ counts }) => counts.move > 0);
  return (
    [
      ...(isMoveAlone ? actions.map((text) => `${text}: only addresses change, nothing in AWS`) : actions),
      ...(outputs > 0 ? [`${counted(outputs, "output")} to change`] : []),
      ...(pending > 0 ? [`${pending} pending`] : []),
    ].join(", ") || "no change"
  );
}

/** The table's columns of actions: the first four always, the others where any stack has one. */
export function columnsOf({ stacks }: PlanSummary): readonly Action[] {
  const isAny = (action: Action): boolean => stacks.some(({ review }) => (review?.counts[action] ?? 0) > 0);
  return ACTIONS.filter((action, index) => index < 4 || isAny(action));
}

export function countCell(counts: Counts | undefined, action: Action): string {
  return counts === undefined || counts[action] === 0 ? "-" : String(counts[action]);
}

/** Destroys come first, since they are final. */
const WEIGHT: readonly ReviewedChange["action"][] = ["destroy", "replace", "update", "forget", "create"];

/** The changes in reading order. */
export function inOrder(changes: readonly ReviewedChange[]): readonly ReviewedChange[] {
  return [...changes].sort(
    (a, b) => WEIGHT.indexOf(a.action) - WEIGHT.indexOf(b.action) || compareTexts(a.address, b.address),
  );
}

/** Changes that leave the resources themselves as they are. */
export function quietChanges({
  imported = [],
  moved = [],
  outputChanges,
}: StackReview): readonly { what: string; names: readonly string[] }[] {
  return [
    ...imported.map((address) => ({ what: "import", names: [address] })),
    ...moved.map(({ from, to }) => ({ what: "move", names: [from, to] })),
    ...outputChanges.map((name) => ({ what: "output", names: [name] })),
  ];
}
