import type { ReviewedChange, StackReview } from "../review";
import { STATEFUL_TYPES } from "../stateful";
import { groupedBy } from "../../support/order";
import { counted } from "../../support/text";
import { accessGroups, type AccessGroup } from "./findings";

/** More lines of an access change than this are folded: the first plan of an account lists the access of every role. */
const MOST_ACCESS_LINES = 40;

const NEW = "  + is new";
const PATH = /^ {2}\+ can now become administrator of ([^:]+):/;
const TRUST = /^ {2}\+ may now be assumed by (.+?)(?:, if (.*))?$/;
/** A principal loses a role, or is deleted: never folded. */
const LOST = /^ {2}- (is deleted|may no longer be assumed by |can no longer become )/;
const EVERYTHING = "  + may now * on *";

/**
 * The lines of an access change for the terminal. A long one is folded: of a new principal, its permissions are counted;
 * of a path to administrator, its steps are left out; denials are counted. Who gains access, to which account, and who
 * may assume a new role is always named.
 */
export function foldedAccess(lines: readonly string[]): readonly string[] {
  if (lines.length <= MOST_ACCESS_LINES) return lines;
  return [...accessGroups(lines).flatMap(folded), "summary.md has every permission, step and condition"];
}

function folded({ subjects, lines }: AccessGroup): readonly string[] {
  const who = subjects.join(", ");
  const accounts = accountsIn(lines);
  if (lines.includes(NEW))
    return [`+ ${who} ${subjects.length > 1 ? "are" : "is"} new: ${newPrincipal(lines, accounts)}`];
  const rest = lines.filter((line) => !PATH.test(line));
  const listed = rest.filter((line) => !line.startsWith("  - ") || LOST.test(line));
  const losses = rest.length - listed.length;
  return [
    ...(accounts.length > 0 ? [`+ ${who} can now become administrator of ${accounts.join(", ")}`] : []),
    ...(rest.length > 0 ? [who, ...listed] : []),
    ...(losses > 0 ? [`  - ${counted(losses, "line")} of denials and removed permissions`] : []),
  ];
}

function newPrincipal(lines: readonly string[], accounts: readonly string[]): string {
  const trusted = lines.flatMap((line) => trustIn(line) ?? []);
  const permissions = lines.filter((line) => line.startsWith("  + may now ") && !TRUST.test(line)).length;
  return [
    lines.includes(EVERYTHING) ? "may do * on *" : counted(permissions, "permission"),
    ...(accounts.length > 0 ? [`administrator of ${accounts.join(", ")}`] : []),
    ...(trusted.length > 0 ? [`assumed by ${[...new Set(trusted)].join(", ")}`] : []),
  ].join("; ");
}

/** Who may assume a role. Of conditions, only MFA is short enough to name. */
function trustIn(line: string): string | undefined {
  const [, principal, condition] = TRUST.exec(line) ?? [];
  if (principal === undefined || condition === undefined) return principal;
  return `${principal} ${condition === "MFA" ? "if MFA" : "under conditions"}`;
}

const accountsIn = (lines: readonly string[]): readonly string[] => [
  ...new Set(lines.flatMap((line) => PATH.exec(line)?.[1] ?? [])),
];

/** If a plan creates more than this, creations are folded. */
const MOST_CREATIONS = 40;
/** Types of created resources that are listed. */
const MOST_TYPES = 8;

/** Whether a plan creates so much that a terminal lists creations by type. */
export function foldsCreations(reviews: readonly StackReview[]): boolean {
  const created = reviews.flatMap(({ changes, outputChanges }) => [...changes.filter(isCreation), ...outputChanges]);
  return created.length > MOST_CREATIONS;
}

export const isCreation = ({ action }: ReviewedChange): boolean => action === "create";

/** Created resources in one line: those that store something by name, the others by type. */
export function foldedCreations(changes: readonly ReviewedChange[]): string {
  const created = changes.filter(isCreation);
  const storing = created.filter(({ type }) => Object.hasOwn(STATEFUL_TYPES, type));
  const others = groupedBy(
    created.filter((each) => !storing.includes(each)),
    ({ type }) => type,
  );
  const types = [...others].sort(([, a], [, b]) => b.length - a.length).map(([type, all]) => `${all.length} ${type}`);
  const more = types.length - MOST_TYPES;
  return [
    ...storing.map(({ address }) => address),
    ...types.slice(0, MOST_TYPES),
    ...(more > 0 ? [counted(more, "more type")] : []),
  ].join(", ");
}
