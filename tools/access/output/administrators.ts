import type { Actor, AccessGraph, Step } from "../graph/access-graph";
import { compareTexts, groupedBy, sortedBy } from "../../support/order";
import { decisiveConditions, type Names } from "./names";
import { type RowCell, cellText, firstText, type FoldedRow, foldedRows } from "./rows";

/** One step of a way to administrator. */
export interface Hop {
  readonly verb: string;
  /** The role or user that the step reaches; empty for the last step of an escalation. */
  readonly to: string;
  /** Whether it is in the account that the way ends in, which `to` then leaves out. */
  readonly isAtEnd: boolean;
  /** `MFA, ExternalId "galileo"`; empty if nothing is required. */
  readonly conditions: string;
}

/** Ways to administrator that are alike. */
export interface AdministratorWay {
  readonly row: FoldedRow;
  readonly who: string;
  /** Empty for a principal whose own policies allow everything. */
  readonly hops: readonly Hop[];
  readonly accounts: readonly string[];
  /** Accounts that an administrator of `accounts` can administer in turn. */
  readonly further: readonly string[];
  /** Whether it begins at a role or user of the estate, and not at an entry such as a person or a GitHub job. */
  readonly isInner: boolean;
}

/** The answer to the first question. */
interface AdministratorWays {
  /** Up to the first account, worst first. */
  readonly ways: readonly AdministratorWay[];
  /** The same without `further`, so that more of them are alike. */
  readonly firstWays: readonly AdministratorWay[];
  /** From administrator of one account to administrator of the next. */
  readonly onwards: readonly AdministratorWay[];
  /** The accounts of `onwards`, by name. */
  readonly links: readonly { readonly from: string; readonly to: string }[];
}

/** Verbs in AWS's terms; any other step is described by its own text. */
export const STEP_VERBS: Readonly<Record<string, string>> = {
  assume: "assumes",
  "make-role": "creates and assumes",
  "change-trust": "changes the trust policy of",
  "make-access-key": "creates an access key of",
  "make-password": "creates a password of",
  "lift-boundary": "removes its own permissions boundary",
  "put-own-policy": "writes its own inline policy",
  "attach-own-policy": "attaches a policy to itself",
  "rewrite-own-policy": "writes a new version of its own policy",
  "loosen-own-policy": "removes its own policies that deny",
};

/** A part of a path that ends at the administrator of an account. */
interface Part {
  readonly steps: readonly Step[];
  readonly further: Set<string>;
}

/** Every path to administrator, in two parts if it leads through the administrator of another account. */
export function administratorWays({ paths }: AccessGraph, names: Names): AdministratorWays {
  const first = new Map<string, Part>();
  const onwards = new Map<string, Part>();
  for (const { steps, accountId } of paths) {
    for (const [index, part] of partsOf(steps, names).entries()) {
      const parts = index === 0 ? first : onwards;
      const key = JSON.stringify(part.map(({ from, to, way }) => [from, to, way]));
      const known = parts.get(key) ?? { steps: part, further: new Set<string>() };
      parts.set(key, known);
      if (index === 0 && accountId !== endOf(part, names)) known.further.add(accountId);
    }
  }
  const links = [...onwards.values()].map(({ steps }) => ({
    from: names.account(sourceOf(steps, names).accountId ?? ""),
    to: names.account(endOf(steps, names)),
  }));
  const parts = [...first.values()];
  return {
    ways: waysOf(parts, names),
    firstWays: waysOf(
      parts.map(({ steps }) => ({ steps, further: new Set() })),
      names,
    ),
    onwards: waysOf([...onwards.values()], names),
    links: sortedBy(links, ({ from, to }) => JSON.stringify([from, to])),
  };
}

function waysOf(parts: readonly Part[], names: Names): AdministratorWay[] {
  const ranked = parts.map((part) => ({ part, ...cellsOf(part, names), rank: rankOf(part.steps, names) }));
  ranked.sort((a, b) => a.rank - b.rank || compareTexts(a.who, b.who) || compareTexts(a.how, b.how));
  return [...groupedBy(ranked, ({ rank }) => String(rank)).values()].flatMap((group) => {
    const alike = groupedBy(group, ({ who, how }) => JSON.stringify([who, how]));
    const rows = [...alike.values()].flatMap((each) => {
      const accounts = names.accountsOf(each.map(({ end }) => end));
      const further = names.accountsOf(each.flatMap(({ part }) => [...part.further]));
      return each
        .slice(0, 1)
        .map(({ who, how }): [string, ...RowCell[]] => [
          ...([who, how, accounts] as const),
          further.filter((name) => !accounts.includes(name)),
        ]);
    });
    const isInner = group.some(({ part }) => ["role", "user", "made"].includes(sourceOf(part.steps, names).kind));
    return foldedRows(rows, names).map((row) => wayOf(row, isInner, names));
  });
}

function cellsOf({ steps }: Part, names: Names): { readonly who: string; readonly how: string; readonly end: string } {
  const end = endOf(steps, names);
  const hops = steps.filter((step) => !isDirect(step, names) || step.conditions.length > 0);
  return {
    who: names.label(sourceOf(steps, names).id, end),
    how: hops.map((step) => hopText(step, end, names)).join("\n"),
    end,
  };
}

function hopText(step: Step, here: string, names: Names): string {
  const { id, kind, accountId } = names.actor(step.to);
  const conditions = decisiveConditions(step.conditions).join(", ");
  const to = kind === "administrator" ? "" : names.label(id, here);
  return [verbOf(step, names), to, conditions, accountId === here ? "end" : ""].join("\t");
}

/** Whether a principal is administrator of its own account as it is. */
function isDirect({ way, to }: Step, names: Names): boolean {
  return way === "administer" && names.actor(to).kind === "administrator";
}

/** What an actor does in a step, followed by the name of what it reaches. */
export function verbOf(step: Step, names: Names): string {
  const { way, text, from, to } = step;
  if (way !== "administer") return STEP_VERBS[way] ?? text.replace(/,? and then .*$/, "");
  if (isDirect(step, names)) return "is administrator";
  return names.actor(from).accountId === names.actor(to).accountId ? "use" : "allow a principal there to assume";
}

function wayOf(row: FoldedRow, isInner: boolean, names: Names): AdministratorWay {
  const [how = "", accounts = [], further = []] = row.others;
  const hops = cellText(how, row, names)
    .split("\n")
    .filter((line) => line !== "")
    .map((line): Hop => {
      const [verb = "", to = "", conditions = "", end = ""] = line.split("\t");
      return { verb, to, conditions, isAtEnd: end !== "" };
    });
  return { row, who: firstText(row, names), hops, accounts: [accounts].flat(), further: [further].flat(), isInner };
}

/** `assumes Admin (MFA) → creates and assumes a new role x`. */
export function howText(hops: readonly Hop[]): string {
  if (hops.length === 0) return "direct: its policies allow everything";
  return hops
    .map(({ verb, to, conditions }) =>
      [verb, to, conditions === "" ? "" : `(${conditions})`].filter((part) => part !== "").join(" "),
    )
    .join(" → ");
}

/**
 * The worst first: identities outside AWS, services, whole accounts, escalations, roles, people with MFA or of groups of
 * Identity Center, administrators.
 */
function rankOf(steps: readonly Step[], names: Names): number {
  const { id, kind } = sourceOf(steps, names);
  if (id === "anyone") return 0;
  if (kind === "subject") return 1;
  if (kind === "group") return 7;
  if (kind === "person") return steps.some(({ conditions }) => conditions.includes("MFA")) ? 7 : 2;
  if (kind === "service") return 3;
  if (kind === "account") return 4;
  if (steps.some(({ way }) => way !== "assume" && way !== "administer")) return 5;
  return steps.length > 1 ? 6 : kind === "made" ? 9 : 8;
}

function sourceOf([step]: readonly Step[], names: Names): Actor {
  if (!step) throw new Error("a path to administrator must have a step");
  return names.actor(step.from);
}

/** The account that a part ends in. */
function endOf(steps: readonly Step[], names: Names): string {
  const last = steps.at(-1);
  const { accountId } = last ? names.actor(last.to) : {};
  if (accountId === undefined) throw new Error("a path to administrator must end in an account");
  return accountId;
}

function partsOf(steps: readonly Step[], names: Names): Step[][] {
  const parts: Step[][] = [[]];
  for (const [index, step] of steps.entries()) {
    parts.at(-1)?.push(step);
    if (names.actor(step.to).kind === "administrator" && index < steps.length - 1) parts.push([]);
  }
  return parts;
}
