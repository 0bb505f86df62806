import type { BaselinePath } from "./baseline";
import { listed, type SubjectComparison } from "./changes";
import type { Gain } from "./gains";
import type { IndexedBaseline } from "./indexed-baseline";
import { groupOf, groupTitle, permissionSetOfRole } from "../read/permission-set-role";
import { distinct, groupedBy, sortedBy } from "../../support/order";

/* Gains of groups of Identity Center: people use a permission set's role only as members of a group. */

type GainsOf = readonly [subject: string, gains: readonly Gain[]];

/** Between a group with its permission set, and an account. No name has a line break. */
const IN = "\n";

const hasNow = (what: string): Gain => ({ kind: "group", gained: `now has ${what}`, lost: `no longer has ${what}` });

const MEMBERS_UNKNOWN: Gain = {
  kind: "group",
  gained: "may now have members that the stacks do not name",
  lost: "has only the members that the stacks name",
};

/** What the groups of a permission set's role gain in its account; undefined for any other role. */
export function groupGains(
  from: IndexedBaseline,
  to: IndexedBaseline,
  arn: string,
  gains: readonly Gain[],
): readonly GainsOf[] | undefined {
  const set = permissionSetOfRole(arn);
  if (set === undefined) return undefined;
  const before = from.groupsOf(arn);
  const isNew = from.principal(arn) === undefined;
  const ofRole = gains.filter(({ kind }) => kind !== "trust" && kind !== "principal");
  const account = to.principal(arn)?.entry.account ?? "";
  return to.groupsOf(arn).map((group) => {
    const ofGroup: readonly Gain[] = before.includes(group)
      ? ofRole
      : [hasNow("this permission set"), ...(isNew ? ofRole : [])];
    return [`${groupTitle(group)} as ${set}${IN}${account}`, ofGroup];
  });
}

/** People who are in a group now: those who get what the group has. A group without a permission set has nothing. */
export function memberGains({ baseline: from }: IndexedBaseline, to: IndexedBaseline): readonly GainsOf[] {
  const assigned = new Set(Object.keys(to.baseline.principals).flatMap((arn) => to.groupsOf(arn)));
  return Object.entries(to.baseline.identityGroups ?? {})
    .filter(([name]) => assigned.has(name))
    .map(([name, now]) => {
      const then = from.identityGroups?.[name];
      const joined = now.members.filter((member) => !then?.members.includes(member));
      return [
        groupTitle(name),
        [
          ...joined.map((member) => hasNow(`the member ${member}`)),
          ...(then?.created === true && !now.created ? [MEMBERS_UNKNOWN] : []),
        ],
      ];
    });
}

/** Who gains a path. Of a permission set's role the groups gain it, which have paths of their own. */
export function startOf({ from }: BaselinePath): readonly string[] {
  if (permissionSetOfRole(from) !== undefined) return [];
  const group = groupOf(from);
  return [group === undefined ? from : groupTitle(group)];
}

/** Subjects that differ only in their account as one, which lists the accounts. */
export function withAccountsJoined(
  subjects: readonly SubjectComparison[],
  nameOf: (accountId: string) => string,
): readonly SubjectComparison[] {
  const textsOf = ({ gained, lost, changed }: SubjectComparison) =>
    [gained, lost, changed].map((all) => all.map(({ text }) => text));
  const alike = groupedBy(subjects, (each) => JSON.stringify([each.subject.split(IN)[0], textsOf(each)]));
  const joined = [...alike.values()].flatMap((group) =>
    group.slice(0, 1).map((each) => {
      const [title = ""] = each.subject.split(IN);
      const accounts = distinct(group.flatMap(({ subject }) => subject.split(IN).slice(1).map(nameOf)));
      const subject = accounts.length > 0 ? `${title} in ${listed(accounts)}` : title;
      const named = (changes: SubjectComparison["gained"]) => changes.map((change) => ({ ...change, subject }));
      return { subject, gained: named(each.gained), lost: named(each.lost), changed: named(each.changed) };
    }),
  );
  return sortedBy(joined, ({ subject }) => subject);
}
