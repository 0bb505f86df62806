import type { StackSpec } from "../../config/layout";
import { attributeChanges } from "../review/attribute-changes";
import { keptPaths } from "../review/network-findings";
import type { PlanJson } from "../review/plan-json";
import { plannedResources, type PlannedResource } from "../review/planned-resource";
import type { AttributeChange, Finding } from "../review/review";
import { reviewPlan } from "../review/review-plan";
import { replacements } from "../review/replacements";
import { isStateOnly } from "../review/state-only";
import { groupedBy } from "../support/order";
import { attributeIn, keptBy, type Kept } from "./estate-keys";
import type { Candidate } from "./finder";
import type { ImportPlan } from "./import-plans";
import type { Searched } from "./search";

/** What an adoption makes of a resource, in the order of a report. */
export const CATEGORIES = [
  "would be replaced",
  "refused",
  "ambiguous",
  "not found",
  "not planned",
  "not looked for",
  "loses",
  "changes in place",
  "tags only",
  "same",
  "missing",
  "managed",
] as const;

export type Category = (typeof CATEGORIES)[number];

/** Categories that a person must decide before anything is applied. */
const OPEN: readonly Category[] = ["would be replaced", "refused", "ambiguous", "not found", "not planned"];

/** Whether nothing about a resource is left to decide. */
export const isDecided = ({ category }: AdoptionRow): boolean => !OPEN.includes(category);

/** A resource of the code, and what an adoption makes of it. */
export interface AdoptionRow {
  readonly stack: string;
  readonly address: string;
  readonly type: string;
  readonly category: Category;
  /** What is imported. @default nothing */
  readonly found?: Candidate;
  /** Whether the code names the id already. */
  readonly isChosen: boolean;
  /** What a person may choose from. @default none */
  readonly candidates?: readonly Candidate[];
  /** Without secrets. */
  readonly changes: readonly AttributeChange[];
  /** What is lost, refused or replaced, as sentences without a subject. */
  readonly notes: readonly string[];
  /** Routes and rules in it that the code does not have, and that stay. @default none */
  readonly extras?: readonly string[];
  /** Keys of the estate that keep what is changed. */
  readonly kept: readonly Kept[];
}

/** The rows of one stack. @param plan undefined if the state holds the whole stack */
export function rowsOf(
  spec: StackSpec,
  searched: readonly Searched[],
  plan: ImportPlan | undefined,
): readonly AdoptionRow[] {
  const review = plan && "plan" in plan ? reviewed(plan.plan) : undefined;
  return searched.map((each) => rowOf(spec, each, review));
}

interface Reviewed {
  readonly resources: ReadonlyMap<string, PlannedResource>;
  readonly lost: ReadonlyMap<string, readonly Finding[]>;
  readonly refused: ReadonlyMap<string, readonly Finding[]>;
  readonly replaced: ReadonlyMap<string, readonly Finding[]>;
  readonly extras: ReadonlyMap<string, readonly Finding[]>;
}

function reviewed(plan: PlanJson): Reviewed {
  const resources = plannedResources(plan);
  const { accessLost, networkLost, refused = [] } = reviewPlan(plan);
  const byAddress = (findings: readonly Finding[]) => groupedBy(findings, ({ address }) => address);
  return {
    resources: new Map(resources.map((each) => [each.address, each])),
    lost: byAddress([...accessLost, ...networkLost]),
    refused: byAddress(refused),
    replaced: byAddress(replacements(resources)),
    extras: byAddress(keptPaths(resources)),
  };
}

function rowOf(spec: StackSpec, { resource: { address, type }, outcome }: Searched, review?: Reviewed): AdoptionRow {
  const row = { stack: spec.id, address, type, isChosen: false, changes: [], notes: [], kept: [] };
  const lost = messagesOf(review?.lost, address);
  switch (outcome.status) {
    case "ambiguous":
      return { ...row, category: "ambiguous", candidates: outcome.candidates };
    case "gone":
      return { ...row, category: "not found", notes: [`${outcome.id} is not in AWS`] };
    case "found":
      return {
        ...row,
        found: outcome.candidate,
        isChosen: outcome.isChosen,
        extras: messagesOf(review?.extras, address),
        ...imported(spec, address, review),
      };
    default:
      // What is created may take something from what exists, as an exclusive list of policies does.
      return lost.length > 0 && outcome.status !== "managed"
        ? { ...row, category: "loses", notes: lost }
        : { ...row, category: outcome.status };
  }
}

const messagesOf = (findings: ReadonlyMap<string, readonly Finding[]> | undefined, address: string): string[] =>
  (findings?.get(address) ?? []).map(({ message }) => message);

function imported(
  spec: StackSpec,
  address: string,
  review: Reviewed | undefined,
): Pick<AdoptionRow, "category" | "changes" | "notes" | "kept"> {
  const resource = review?.resources.get(address);
  if (!review || !resource) return { category: "not planned", changes: [], notes: [], kept: [] };
  const shown = attributeChanges(resource);
  // It alone is a request, too: AWS then applies at once what waits for the maintenance window.
  const isAtOnce = (path: string) => path === "apply_immediately" && resource.after.at(path).raw === true;
  const all = shown.filter(
    ({ path, forcesReplacement }) => forcesReplacement || isAtOnce(path) || !isStateOnly(resource.type, path),
  );
  const isReplaced = resource.action === "replace";
  const kept = keptBy(spec, resource, all, [...review.resources.values()]);
  const isKept = ({ path }: AttributeChange) => kept.some((each) => each.path === attributeIn(path));
  const changes = isReplaced ? all.filter((each) => each.forcesReplacement || isKept(each)) : all;
  const [lost, refused, replaced] = [review.lost, review.refused, review.replaced].map((findings) =>
    messagesOf(findings, address),
  ) as [string[], string[], string[]];
  if (isReplaced) return { category: "would be replaced", changes, notes: changes.length > 0 ? [] : replaced, kept };
  if (refused.length > 0) return { category: "refused", changes, notes: refused, kept };
  if (lost.length > 0) return { category: "loses", changes, notes: lost, kept };
  const isInStateOnly = all.length === 0 && shown.length > 0 && !resource.after.hasUnknown;
  if (resource.action === "none" || isInStateOnly) return { category: "same", changes: [], notes: [], kept: [] };
  const isTag = ({ path }: AttributeChange) => /^tags(_all)?([.[]|$)/.test(path);
  return {
    category: changes.every(isTag) && changes.length > 0 ? "tags only" : "changes in place",
    changes,
    notes: [],
    kept,
  };
}
