import type { Baseline, BaselinePath } from "./baseline";
import {
  type BaselineComparison,
  type SubjectComparison,
  describeGains,
  type Direction,
  Gain,
  RuleKind,
} from "./changes";
import { IndexedBaseline, type PrincipalEntry, type Permissions } from "./indexed-baseline";
import { type AtomicStatement, ALLOW_ALL, Coverage } from "./statement-coverage";

/**
 * Compares what two baselines let happen. A request that is denied by the first and allowed by the second has a gain;
 * what is only written in other words has none. Where the answer is not sure, there is one.
 *
 * A request is decided by parts that each allow or deny it alone: the principal's policies, its boundary, each level of
 * the organization, the resource's policy ("Policy evaluation logic"). More of an Allow, or less of a Deny, never makes
 * an allowed request a denied one; so a request that is denied before and allowed after is one that some part lets
 * through now and did not before, and each part is compared by itself.
 */
export function compareBaselines(before: Baseline, after: Baseline): BaselineComparison {
  const [then, now] = [new IndexedBaseline(before), new IndexedBaseline(after)];
  const names = { ...before.accounts, ...after.accounts };
  const titleOf = (id: string) => `account ${names[id]?.name ?? ""} (${id})`;
  const [gained, lost] = [gainsOf(then, now, titleOf), gainsOf(now, then, titleOf)];
  const subjects = [...new Set([...gained.keys(), ...lost.keys()])].sort();
  return {
    subjects: subjects.map((subject) => ({
      subject,
      gained: describeGains(subject, gained.get(subject) ?? [], "gained"),
      lost: describeGains(subject, lost.get(subject) ?? [], "lost"),
    })),
  };
}

/** Whether somebody may do something after that nobody let them do before. */
export function widens({ subjects }: BaselineComparison): boolean {
  return subjects.some(({ gained }) => gained.length > 0);
}

/** Lines to print, by subject, those that gain first; subjects that changed alike are told together. */
export function accessChangeLines({ subjects }: BaselineComparison): readonly string[] {
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
    comparison[direction].map(({ text }) => `  ${SIGNS[direction]} ${text}`),
  );
}

/** What side `to` lets happen and side `from` does not, by subject. */
function gainsOf(
  from: IndexedBaseline,
  to: IndexedBaseline,
  titleOf: (accountId: string) => string,
): ReadonlyMap<string, readonly Gain[]> {
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
  one: IndexedBaseline,
  other: IndexedBaseline,
  part: "accounts" | "principals" | "guardedResources" | "managedPolicies",
): readonly string[] {
  return [...new Set([...Object.keys(one.baseline[part]), ...Object.keys(other.baseline[part])])].sort();
}

/** A role's longest session where nothing is written ("CreateRole", MaxSessionDuration). */
const DEFAULT_SESSION_SECONDS = 3600;

/**
 * What a principal may do on side `to` that it may not on side `from`, and what others may do with it. A principal that
 * is not there may nothing.
 */
export function principalGains(from: IndexedBaseline, to: IndexedBaseline, arn: string): readonly Gain[] {
  const [then, now] = [from.holder(arn), to.holder(arn)];
  if (!now) return [];
  const isEffective = (atom: AtomicStatement) => takesEffect(now, atom);
  const permissions = ruled("permission", missing(now.allows, then?.allows).filter(isEffective), then?.allows);
  const trust = resourceRules("trust", then?.trust, now.trust);
  if (!then) return [{ kind: "principal" }, ...permissions, ...trust];
  const mayAct = (atom: AtomicStatement) => now.allows.mayMeet(atom) || to.resourceAllows.mayMeet(atom);
  const own = new Coverage([...then.denies.atoms, ...(then.boundary?.denies.atoms ?? [])]);
  const denials = ruled("denial", missing(own, now.allDenies).filter(mayAct), now.allDenies);
  return [
    ...permissions,
    ...denials,
    ...boundaryGains(then, now, mayAct),
    ...trust,
    ...sessionGains(then, now),
    ...tagGains(from, to, then, now),
  ];
}

/** What a resource's own policy lets on side `to` and not on side `from`. */
export function resourceGains(from: IndexedBaseline, to: IndexedBaseline, arn: string): readonly Gain[] {
  return resourceRules("resource policy", from.resource(arn), to.resource(arn));
}

/**
 * What service control policies keep an account of side `from` from, and that of side `to` not. Whom it concerns is not
 * asked: an account has more principals than those of the estate.
 */
export function accountGains(from: IndexedBaseline, to: IndexedBaseline, accountId: string): readonly Gain[] {
  if (!Object.hasOwn(to.baseline.accounts, accountId)) return [];
  const [then, now] = [from.control(accountId), to.control(accountId)];
  const denials = ruled("service control policy", missing(then.denies, now.denies), now.denies);
  const levels = then.levels.flatMap((level): Gain[] => {
    const lets = (wider: Coverage) => missing(wider, level.allows);
    if (now.levels.some(({ allows }) => lets(allows).length === 0) || level.allows.covers(ALLOW_ALL)) return [];
    const same = now.levels.find(({ name }) => name === level.name);
    if (!same) return [{ kind: "level", name: level.name }];
    return lets(same.allows).map((atom) => ({ kind: "service control policy", rule: { atom, of: level.name } }));
  });
  return [...denials, ...levels];
}

/**
 * What a managed policy lets that conditions of side `to` name: whoever is held to it, as the boundary of a role that
 * they make or as the policy that they attach, is held to less.
 */
export function managedPolicyGains(from: IndexedBaseline, to: IndexedBaseline, arn: string): readonly Gain[] {
  const [then, now] = [from.managedPolicy(arn), to.managedPolicy(arn)];
  if (!now || !to.isNamed(arn)) return [];
  // A policy of AWS is there before it is attached. One that is new, and that nobody was held to, holds somebody to
  // less than before.
  if (!then && (arn.startsWith("arn:aws:iam::aws:") || !from.isNamed(arn))) return [];
  return resourceRules("managed policy", then, now);
}

/** Ways to administrator that side `from` has none for that asks for as little. */
export function pathGains(
  from: IndexedBaseline,
  to: IndexedBaseline,
): readonly (Gain & { readonly kind: "path to administrator" })[] {
  const conditions = ({ steps }: BaselinePath) => new Set(steps.flatMap((step) => step.conditions));
  const asksNoMore = (path: BaselinePath, than: BaselinePath) =>
    [...conditions(path)].every((each) => conditions(than).has(each));
  return to.baseline.pathsToAdministrator
    .filter((path) => {
      const before = from.baseline.pathsToAdministrator.filter(
        (each) => each.from === path.from && each.account === path.account,
      );
      return !before.some((each) => asksNoMore(each, path));
    })
    .map((path) => ({ kind: "path to administrator", path }));
}

/** Atoms of which the other side does not have all. */
function missing(atoms: Coverage, other: Coverage | undefined): readonly AtomicStatement[] {
  const unique = [...new Map(atoms.atoms.map((atom) => [atom.id, atom])).values()];
  return other ? unique.filter((atom) => !other.covers(atom)) : unique;
}

/**
 * An Allow that a Deny wholly covers, or that the boundary or a level of the organization has nothing for, allows
 * nothing.
 */
function takesEffect({ allDenies, boundary, control }: PrincipalEntry, atom: AtomicStatement): boolean {
  const limits = [...(boundary ? [boundary.allows] : []), ...control.levels.map(({ allows }) => allows)];
  return limits.every((allows) => allows.mayMeet(atom)) && !allDenies.covers(atom);
}

function resourceRules(kind: RuleKind, then: Permissions | undefined, now: Permissions | undefined): readonly Gain[] {
  const allows = now ? missing(now.allows, then?.allows).filter((atom) => !now.denies.covers(atom)) : [];
  const denies = then ? missing(then.denies, now?.denies) : [];
  return [...ruled(kind, allows, then?.allows), ...ruled(kind, denies, now?.denies)];
}

function boundaryGains(
  then: PrincipalEntry,
  now: PrincipalEntry,
  mayAct: (atom: AtomicStatement) => boolean,
): readonly Gain[] {
  if (!then.boundary || then.boundary.allows.covers(ALLOW_ALL)) return [];
  const { name, allows } = then.boundary;
  if (now.boundary) {
    const wider = missing(now.boundary.allows, allows).filter((atom) => mayAct(atom) && !now.allDenies.covers(atom));
    return wider.map((atom) => ({ kind: "boundary", rule: { atom, of: now.boundary?.name } }));
  }
  const stopped = missing(now.allows, allows).filter((atom) => takesEffect(now, atom));
  return [
    { kind: "boundary removed", name },
    ...stopped.map((atom) => ({ kind: "boundary" as const, rule: { atom, of: name } })),
  ];
}

function sessionGains({ entry: then }: PrincipalEntry, { entry: now }: PrincipalEntry): readonly Gain[] {
  const [seconds, was] = [
    now.maxSessionSeconds ?? DEFAULT_SESSION_SECONDS,
    then.maxSessionSeconds ?? DEFAULT_SESSION_SECONDS,
  ];
  return seconds > was ? [{ kind: "session", seconds, was }] : [];
}

/** What a tag lets its principal do is not asked: any other value may let it do something else. */
function tagGains(
  from: IndexedBaseline,
  to: IndexedBaseline,
  { entry: then }: PrincipalEntry,
  { entry: now }: PrincipalEntry,
): readonly Gain[] {
  const spoken = [...from.spokenTags].filter((tag) => to.spokenTags.has(tag)).sort();
  const valueOf = (tags: Readonly<Record<string, string>> = {}, tag: string) =>
    Object.entries(tags).find(([key]) => key.toLowerCase() === tag)?.[1];
  return spoken
    .map((tag) => ({ kind: "tag" as const, tag, value: valueOf(now.tags, tag), was: valueOf(then.tags, tag) }))
    .filter(({ value, was }) => value !== was);
}

function ruled(kind: RuleKind, atoms: readonly AtomicStatement[], other: Coverage | undefined): readonly Gain[] {
  return atoms.map((atom) => {
    const isAllow = atom.effect === "Allow";
    const formerly = other && formerlyOf(atom, other);
    const soFar = isAllow && !formerly ? soFarOf(atom, other) : [];
    return { kind, rule: { atom, ...(formerly && { formerly }), ...(soFar.length > 0 && { soFar }) } };
  });
}

/** What differs in its conditions alone: the one with the fewest. */
function formerlyOf(atom: AtomicStatement, other: Coverage): AtomicStatement | undefined {
  return other.coveringBut(atom).toSorted((a, b) => a.requirements.length - b.requirements.length)[0];
}

function soFarOf(atom: AtomicStatement, other: Coverage | undefined): readonly string[] {
  const actions = String(atom.actions.patterns);
  const narrower = (other?.atoms ?? []).filter((each) => {
    if (each.resources.not || String(each.actions.patterns) !== actions) return false;
    const [onSame, onLess] = [
      { ...each, resources: atom.resources },
      { ...atom, resources: each.resources },
    ];
    return new Coverage([onSame]).covers(atom) && new Coverage([atom]).covers(onLess);
  });
  return [...new Set(narrower.flatMap(({ resources }) => resources.written))].sort();
}
