import type { Baseline } from "./baseline";
import type { Comparison, SubjectComparison } from "./comparison";
import { accountGains, type Gain, managedPolicyGains, pathGains, principalGains, resourceGains } from "./gains";
import { Side } from "./side";
import { changesOf, type Direction } from "./words";

export type { Change, Comparison, SubjectComparison } from "./comparison";

/**
 * Compares what two baselines let happen. A request that is denied by the first and allowed by the second has a gain;
 * what is only written in other words has none. Where the answer is not sure, there is one.
 *
 * A request is decided by parts that each allow or deny it alone: the principal's policies, its boundary, each level of
 * the organization, the resource's policy ("Policy evaluation logic"). More of an Allow, or less of a Deny, never makes
 * an allowed request a denied one; so a request that is denied before and allowed after is one that some part lets
 * through now and did not before, and each part is compared by itself.
 */
export function compareBaselines(before: Baseline, after: Baseline): Comparison {
  const [then, now] = [new Side(before), new Side(after)];
  const names = { ...before.accounts, ...after.accounts };
  const titleOf = (id: string) => `account ${names[id]?.name ?? ""} (${id})`;
  const [gained, lost] = [gainsOf(then, now, titleOf), gainsOf(now, then, titleOf)];
  const subjects = [...new Set([...gained.keys(), ...lost.keys()])].sort();
  return {
    subjects: subjects.map((subject) => ({
      subject,
      gained: changesOf(subject, gained.get(subject) ?? [], "gained"),
      lost: changesOf(subject, lost.get(subject) ?? [], "lost"),
    })),
  };
}

/** Whether somebody may do something after that nobody let them do before. */
export function widens({ subjects }: Comparison): boolean {
  return subjects.some(({ gained }) => gained.length > 0);
}

/** Lines to print, by subject, those that gain first; subjects that changed alike are told together. */
export function wordsOf({ subjects }: Comparison): readonly string[] {
  const alike = new Map<string, { names: string[]; lines: readonly string[]; gains: boolean }>();
  for (const comparison of subjects) {
    const lines = linesOf(comparison);
    const group = alike.get(lines.join("\n")) ?? { names: [], lines, gains: comparison.gained.length > 0 };
    group.names.push(comparison.subject);
    alike.set(lines.join("\n"), group);
  }
  const groups = [...alike.values()];
  return [...groups.filter(({ gains }) => gains), ...groups.filter(({ gains }) => !gains)].flatMap(
    ({ names, lines }) => [...names, ...lines],
  );
}

const SIGNS: Readonly<Record<Direction, string>> = { gained: "+", lost: "-" };

function linesOf(comparison: SubjectComparison): readonly string[] {
  return (["gained", "lost"] as const).flatMap((direction) =>
    comparison[direction].map(({ words }) => `  ${SIGNS[direction]} ${words}`),
  );
}

/** What side `to` lets happen and side `from` does not, by subject. */
function gainsOf(from: Side, to: Side, titleOf: (accountId: string) => string): ReadonlyMap<string, readonly Gain[]> {
  const found: (readonly [string, readonly Gain[]])[] = [
    ...keys(from, to, "accounts").map((id) => [titleOf(id), accountGains(from, to, id)] as const),
    ...keys(from, to, "principals").map((arn) => [arn, principalGains(from, to, arn)] as const),
    ...keys(from, to, "guardedResources").map((arn) => [arn, resourceGains(from, to, arn)] as const),
    ...keys(from, to, "managedPolicies").map((arn) => [arn, managedPolicyGains(from, to, arn)] as const),
    ...pathGains(from, to).map((gain) => [gain.path.from, [gain]] as const),
  ];
  const bySubject = new Map<string, readonly Gain[]>();
  for (const [subject, gains] of found) {
    if (gains.length > 0) bySubject.set(subject, [...(bySubject.get(subject) ?? []), ...gains]);
  }
  return bySubject;
}

function keys(
  one: Side,
  other: Side,
  part: "accounts" | "principals" | "guardedResources" | "managedPolicies",
): readonly string[] {
  return [...new Set([...Object.keys(one.baseline[part]), ...Object.keys(other.baseline[part])])].sort();
}
