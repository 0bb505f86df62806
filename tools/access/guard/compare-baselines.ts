import type { Baseline, BaselinePath } from "./baseline";
import { type BaselineComparison, describeGains, type Direction, type SubjectComparison } from "./changes";
import { pairedGains, type Gain, type StatementGain, type StatementKind } from "./gains";
import { differingEntries, type EntryNames } from "./differing-entries";
import { IndexedBaseline, type PolicyPermissions, type PrincipalEntry } from "./indexed-baseline";
import { groupGains, memberGains, startOf, withAccountsJoined } from "./group-gains";
import { distinct, groupedBy } from "../../support/order";
import { ALLOW_EVERYTHING, type AtomicStatement, StatementCoverage } from "./statement-coverage";

/**
 * Compares what two baselines allow. A request that the first denies and the second allows is a gain; a policy that is
 * only written differently is none. If the answer is uncertain, it is a gain.
 *
 * AWS decides a request by parts that each allow or deny it alone: the principal's policies, its boundary, each level
 * of the organization, the resource's policy ("Policy evaluation logic"). More Allows or fewer Denies never turn an
 * allowed request into a denied one. So if a request is denied before and allowed after, some part allows it now and
 * did not before: it suffices to compare each part by itself.
 *
 * @param reading the `readingActions` of both. They only order the texts
 */
export function compareBaselines(before: Baseline, after: Baseline, reading: ReadonlySet<string>): BaselineComparison {
  const [then, now] = [new IndexedBaseline(before), new IndexedBaseline(after)];
  const accounts = { ...before.accounts, ...after.accounts };
  const titleOf = (id: string) => `account ${accounts[id]?.name ?? "without a name"} (${id})`;
  const differing = differingEntries(before, after);
  const [gained, lost] = [gainsBySubject(then, now, differing, titleOf), gainsBySubject(now, then, differing, titleOf)];
  const subjects = distinct([...gained.keys(), ...lost.keys()]).map((subject) => {
    const pairs = pairedGains(gained.get(subject) ?? [], lost.get(subject) ?? []);
    const describe = (direction: Direction) => describeGains(subject, pairs[direction], direction, reading);
    return { subject, gained: describe("gained"), lost: describe("lost"), changed: describe("changed") };
  });
  return { subjects: withAccountsJoined(subjects, (id) => accounts[id]?.name ?? id) };
}

/** Whether the second baseline allows any request that the first denies. */
export function widens({ subjects }: BaselineComparison): boolean {
  return subjects.some(isWider);
}

const isWider = ({ gained, changed }: SubjectComparison): boolean => gained.length + changed.length > 0;

/** Lines to print, by subject, those with gains first. Subjects with the same changes share them. */
export function accessChangeLines({ subjects }: BaselineComparison): readonly string[] {
  const groups = new Map<string, { names: string[]; lines: readonly string[]; gains: boolean }>();
  for (const comparison of subjects) {
    const lines = linesOf(comparison);
    const key = lines.join("\n");
    const group = groups.get(key) ?? { names: [], lines, gains: isWider(comparison) };
    group.names.push(comparison.subject);
    groups.set(key, group);
  }
  return [...groups.values()]
    .sort((a, b) => Number(b.gains) - Number(a.gains))
    .flatMap(({ names, lines }) => [...names, ...lines]);
}

const SIGNS: Readonly<Record<Direction, string>> = { gained: "+", changed: "~", lost: "-" };

function linesOf(comparison: SubjectComparison): readonly string[] {
  return (["gained", "changed", "lost"] as const).flatMap((direction) =>
    comparison[direction].map(({ text }) => `  ${SIGNS[direction]} ${text}`),
  );
}

/** What `to` allows and `from` does not, by subject. */
function gainsBySubject(
  from: IndexedBaseline,
  to: IndexedBaseline,
  { accounts, principals, guardedResources, managedPolicies }: EntryNames,
  titleOf: (accountId: string) => string,
): ReadonlyMap<string, readonly Gain[]> {
  const found: (readonly [string, readonly Gain[]])[] = [
    ...accounts.map((id) => [titleOf(id), accountGains(from, to, id)] as const),
    ...principals.flatMap((arn) => {
      const gains = principalGains(from, to, arn);
      return groupGains(from, to, arn, gains) ?? [[arn, gains] as const];
    }),
    ...memberGains(from, to),
    ...guardedResources.map(
      (arn) => [arn, policyGains("resource policy", from.resource(arn), to.resource(arn))] as const,
    ),
    ...managedPolicies.map((arn) => [arn, managedPolicyGains(from, to, arn)] as const),
    ...newPaths(from, to).flatMap((path) =>
      startOf(path).map((start) => [start, [{ kind: "path to administrator", path }]] as const),
    ),
  ];
  const bySubject = new Map<string, readonly Gain[]>();
  for (const [subject, gains] of found) {
    if (gains.length > 0) bySubject.set(subject, [...(bySubject.get(subject) ?? []), ...gains]);
  }
  return bySubject;
}

/** The longest session of a role without a setting ("CreateRole", MaxSessionDuration). */
const DEFAULT_SESSION_SECONDS = 3600;

/** What a principal gains, and what others gain by its trust policy. A principal that is missing may do nothing. */
function principalGains(from: IndexedBaseline, to: IndexedBaseline, arn: string): readonly Gain[] {
  const [then, now] = [from.principal(arn), to.principal(arn)];
  if (!now) return [];
  const effective = now.allows.missingFrom(then?.allows).filter((each) => takesEffect(now, each));
  const permissions = statementGains("permission", effective, then?.allows);
  const trust = policyGains("trust", then?.trust, now.trust);
  if (!then) return [{ kind: "principal" }, ...permissions, ...trust];
  const mayAct = (statement: AtomicStatement) =>
    now.allows.mayOverlap(statement) || to.resourceAllows.mayOverlap(statement);
  const own = new StatementCoverage([...then.denies.statements, ...(then.boundary?.denies.statements ?? [])]);
  const denials = statementGains("denial", own.missingFrom(now.allDenies).filter(mayAct), now.allDenies);
  return [
    ...permissions,
    ...denials,
    ...boundaryGains(then, now, mayAct),
    ...trust,
    ...sessionGains(then, now),
    ...tagGains(from, to, then, now),
  ];
}

/**
 * What service control policies no longer forbid in an account. It counts for all principals: an account also has
 * principals outside the estate.
 */
function accountGains(from: IndexedBaseline, to: IndexedBaseline, accountId: string): readonly Gain[] {
  if (!Object.hasOwn(to.baseline.accounts, accountId)) return [];
  const [then, now] = [from.organizationLimits(accountId), to.organizationLimits(accountId)];
  const denials = statementGains("service control policy", then.denies.missingFrom(now.denies), now.denies);
  const levels = then.levels.flatMap(({ name, allows }): Gain[] => {
    const isStillLimited = now.levels.some((level) => level.allows.missingFrom(allows).length === 0);
    if (isStillLimited || allows.covers(ALLOW_EVERYTHING)) return [];
    const same = now.levels.find((level) => level.name === name);
    if (!same) return [{ kind: "level", name }];
    return same.allows
      .missingFrom(allows)
      .map((statement) => ({ kind: "service control policy", statement, owner: name }));
  });
  return [...denials, ...levels];
}

/**
 * What a managed policy allows that conditions of `to` name. Such a condition restricts a principal to this policy as
 * the boundary of the roles it creates, or as the policy it attaches. A wider policy therefore restricts it less.
 */
function managedPolicyGains(from: IndexedBaseline, to: IndexedBaseline, arn: string): readonly Gain[] {
  const [then, now] = [from.managedPolicy(arn), to.managedPolicy(arn)];
  if (!now || !to.isNamedByCondition(arn)) return [];
  // AWS managed policies exist before they are attached. A new policy that no condition named before only restricts.
  if (!then && (arn.startsWith("arn:aws:iam::aws:") || !from.isNamedByCondition(arn))) return [];
  return policyGains("managed policy", then, now);
}

/** Paths to administrator for which `from` has none with the same start and as few conditions. */
function newPaths(from: IndexedBaseline, to: IndexedBaseline): readonly BaselinePath[] {
  const conditions = ({ steps }: BaselinePath) => new Set(steps.flatMap((step) => step.conditions));
  const needsNoMore = (path: BaselinePath, than: BaselinePath) =>
    [...conditions(path)].every((each) => conditions(than).has(each));
  const ends = ({ from: start, account }: BaselinePath) => `${account} ${start}`;
  const before = groupedBy(from.baseline.pathsToAdministrator, ends);
  return to.baseline.pathsToAdministrator.filter(
    (path) => !(before.get(ends(path)) ?? []).some((each) => needsNoMore(each, path)),
  );
}

/** False if a Deny covers the Allow completely, or if the boundary or a level of the organization allows none of it. */
function takesEffect({ allDenies, boundary, limits }: PrincipalEntry, statement: AtomicStatement): boolean {
  const allows = [...(boundary ? [boundary] : []), ...limits.levels].map((each) => each.allows);
  return allows.every((each) => each.mayOverlap(statement)) && !allDenies.covers(statement);
}

function policyGains(
  kind: StatementKind,
  then: PolicyPermissions | undefined,
  now: PolicyPermissions | undefined,
): readonly StatementGain[] {
  const allows = (now?.allows.missingFrom(then?.allows) ?? []).filter((each) => !now?.denies.covers(each));
  const denies = then?.denies.missingFrom(now?.denies) ?? [];
  return [...statementGains(kind, allows, then?.allows), ...statementGains(kind, denies, now?.denies)];
}

function boundaryGains(
  then: PrincipalEntry,
  now: PrincipalEntry,
  mayAct: (statement: AtomicStatement) => boolean,
): readonly Gain[] {
  if (!then.boundary || then.boundary.allows.covers(ALLOW_EVERYTHING)) return [];
  const { name, allows } = then.boundary;
  if (now.boundary) {
    const { name: owner, allows: wider } = now.boundary;
    const unblocked = wider.missingFrom(allows).filter((each) => mayAct(each) && !now.allDenies.covers(each));
    return unblocked.map((statement) => ({ kind: "boundary", statement, owner }));
  }
  const blocked = now.allows.missingFrom(allows).filter((each) => takesEffect(now, each));
  return [
    { kind: "boundary removed", name },
    ...blocked.map((statement) => ({ kind: "boundary" as const, statement, owner: name })),
  ];
}

function sessionGains({ entry: then }: PrincipalEntry, { entry: now }: PrincipalEntry): readonly Gain[] {
  const seconds = now.maxSessionSeconds ?? DEFAULT_SESSION_SECONDS;
  const other = then.maxSessionSeconds ?? DEFAULT_SESSION_SECONDS;
  return seconds > other ? [{ kind: "session", seconds, other }] : [];
}

/** Every change of a tag that policies of both baselines name: the new value may allow something else. */
function tagGains(
  from: IndexedBaseline,
  to: IndexedBaseline,
  { entry: then }: PrincipalEntry,
  { entry: now }: PrincipalEntry,
): readonly Gain[] {
  const named = [...from.namedTags].filter((tag) => to.namedTags.has(tag)).sort();
  const valueOf = (tags: Readonly<Record<string, string>> = {}, tag: string) =>
    Object.entries(tags).find(([key]) => key.toLowerCase() === tag)?.[1];
  return named
    .map((tag) => ({ kind: "tag" as const, tag, value: valueOf(now.tags, tag), other: valueOf(then.tags, tag) }))
    .filter(({ value, other }) => value !== other);
}

function statementGains(
  kind: StatementKind,
  statements: readonly AtomicStatement[],
  other: StatementCoverage | undefined,
): readonly StatementGain[] {
  return statements.map((statement) => {
    // Of several counterparts, the one with the fewest conditions.
    const [counterpart] = (other?.coveringWithoutConditions(statement) ?? []).toSorted(
      (a, b) => a.conditions.length - b.conditions.length,
    );
    const shared = statement.effect === "Allow" && !counterpart ? sharedResources(statement, other) : [];
    return { kind, statement, counterpart, sharedResources: shared };
  });
}

function sharedResources(statement: AtomicStatement, other: StatementCoverage | undefined): readonly string[] {
  const actions = String(statement.actions.patterns);
  const narrower = (other?.statements ?? []).filter((each) => {
    if (each.resources.not || String(each.actions.patterns) !== actions) return false;
    const onSame = new StatementCoverage([{ ...each, resources: statement.resources }]);
    const onLess = { ...statement, resources: each.resources };
    return onSame.covers(statement) && new StatementCoverage([statement]).covers(onLess);
  });
  return [...new Set(narrower.flatMap(({ resources }) => resources.written))].sort();
}
