import type { AccessGraph, Step } from "../graph/access-graph";
import type { AccessModel, Principal } from "../read/model";
import { titleOf } from "../read/permission-set-role";
import { compareTexts, distinct, groupedBy } from "../../support/order";
import { conditionTexts, type Names } from "./names";
import { subjectOf } from "./pipeline-events";
import { type RowCell, foldedRows, rowTexts } from "./rows";

/** Role, accounts, who may assume it, on which conditions, and for how long. Every role is in the table. */
export function trustRows({ principals }: AccessModel, { steps }: AccessGraph, names: Names): string[][] {
  const into = groupedBy(
    steps.filter(({ way }) => way === "assume"),
    ({ to }) => to,
  );
  const roles = principals.filter(({ kind }) => kind === "role");
  const rows = roles
    .sort((a, b) => compareTexts(titleOf(a), titleOf(b)) || compareTexts(a.arn, b.arn))
    .flatMap((role) => rowsOf(role, into.get(role.arn) ?? [], names));
  return foldedRows(rows, names).map((row) => rowTexts(row, names));
}

/** Groups of Identity Center, and who decides on their members. */
export function groupRows({ identityCenter }: AccessModel): string[][] {
  return (identityCenter?.groups ?? []).map(({ name, members, created }) => [
    name,
    created ? "this project" : "the identity source",
    members.join(", ") || (created ? "nobody" : ""),
  ]);
}

function rowsOf(role: Principal, steps: readonly Step[], names: Names): [string, ...RowCell[]][] {
  const { accountId, maxSessionSeconds, permissionSet } = role;
  const terms = steps.map((step) => ({
    ...whoOf(step, accountId, names),
    conditions: conditionTexts(step.conditions),
  }));
  const alike = groupedBy(terms, ({ group, conditions }) => JSON.stringify([group, conditions]));
  const rows = [...alike.values()].map((each): [who: string, conditions: string] => {
    const subjects = distinct(each.flatMap(({ subject }) => (subject === undefined ? [] : [JSON.stringify(subject)])));
    const conditions = each[0]?.conditions ?? [];
    const all = [...(subjects.length > 0 ? [`subject ${subjects.join(" or ")}`] : []), ...conditions];
    return [distinct(each.map(({ who }) => who)).join(", "), all.join(", ")];
  });
  const known = rows.length > 0 ? rows.sort(([a], [b]) => compareTexts(a, b)) : [["nobody", ""] as const];
  return known.map(([who, conditions]) => [
    titleOf(role),
    [names.account(accountId)],
    who,
    conditions === "" ? (permissionSet === undefined ? "none" : "sign-in of Identity Center") : conditions,
    duration(maxSessionSeconds ?? 3600),
  ]);
}

/** Users of one identity provider differ by their subject, a condition of the trust policy. */
function whoOf({ from }: Step, here: string, names: Names) {
  const actor = names.actor(from);
  if (actor.kind !== "subject") return { group: "", who: names.label(from, here), subject: undefined };
  const { host, subject } = subjectOf(actor);
  return { group: host, who: host, subject };
}

function duration(seconds: number): string {
  return seconds % 3600 === 0 ? `${String(seconds / 3600)} h` : `${String(Math.floor(seconds / 60))} min`;
}
