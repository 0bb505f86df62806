import type { BaselinePath } from "./baseline";
import { type Atom, EVERYTHING } from "./atoms";
import { Coverage } from "./coverage";
import type { Holder, Says, Side } from "./side";

type RuleKind =
  "permission" | "denial" | "boundary" | "trust" | "resource policy" | "service control policy" | "managed policy";

/** What one side lets happen and the other does not. */
export type Gain =
  | { readonly kind: RuleKind; readonly rule: Rule }
  | { readonly kind: "principal" }
  | { readonly kind: "boundary removed"; readonly name: string }
  | { readonly kind: "session"; readonly seconds: number; readonly was: number }
  | { readonly kind: "tag"; readonly tag: string; readonly value?: string; readonly was?: string }
  | { readonly kind: "level"; readonly name: string }
  | { readonly kind: "path to administrator"; readonly path: BaselinePath };

/** An Allow that is there, or a Deny that is not any more. */
export interface Rule {
  readonly atom: Atom;
  /** Whose it is, where that is not plain: a boundary, a level of an organization. */
  readonly of?: string;
  /** What the other side had instead, that differs in its conditions alone. */
  readonly formerly?: Atom;
  /** Resources on which the other side had it too. */
  readonly soFar?: readonly string[];
}

/** A role's longest session where nothing is written ("CreateRole", MaxSessionDuration). */
const DEFAULT_SESSION_SECONDS = 3600;

/**
 * What a principal may do on side `to` that it may not on side `from`, and what others may do with it. A principal that
 * is not there may nothing.
 */
export function principalGains(from: Side, to: Side, arn: string): readonly Gain[] {
  const [then, now] = [from.holder(arn), to.holder(arn)];
  if (!now) return [];
  const isEffective = (atom: Atom) => takesEffect(now, atom);
  const permissions = ruled("permission", missing(now.allows, then?.allows).filter(isEffective), then?.allows);
  const trust = resourceRules("trust", then?.trust, now.trust);
  if (!then) return [{ kind: "principal" }, ...permissions, ...trust];
  const mayAct = (atom: Atom) => now.allows.mayMeet(atom) || to.resourceAllows.mayMeet(atom);
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
export function resourceGains(from: Side, to: Side, arn: string): readonly Gain[] {
  return resourceRules("resource policy", from.resource(arn), to.resource(arn));
}

/**
 * What service control policies keep an account of side `from` from, and that of side `to` not. Whom it concerns is not
 * asked: an account has more principals than those of the estate.
 */
export function accountGains(from: Side, to: Side, accountId: string): readonly Gain[] {
  if (!Object.hasOwn(to.baseline.accounts, accountId)) return [];
  const [then, now] = [from.control(accountId), to.control(accountId)];
  const denials = ruled("service control policy", missing(then.denies, now.denies), now.denies);
  const levels = then.levels.flatMap((level): Gain[] => {
    const lets = (wider: Coverage) => missing(wider, level.allows);
    if (now.levels.some(({ allows }) => lets(allows).length === 0) || level.allows.covers(EVERYTHING)) return [];
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
export function managedPolicyGains(from: Side, to: Side, arn: string): readonly Gain[] {
  const [then, now] = [from.managedPolicy(arn), to.managedPolicy(arn)];
  if (!now || !to.isNamed(arn)) return [];
  // A policy of AWS is there before it is attached. One that is new, and that nobody was held to, holds somebody to
  // less than before.
  if (!then && (arn.startsWith("arn:aws:iam::aws:") || !from.isNamed(arn))) return [];
  return resourceRules("managed policy", then, now);
}

/** Ways to administrator that side `from` has none for that asks for as little. */
export function pathGains(from: Side, to: Side): readonly (Gain & { readonly kind: "path to administrator" })[] {
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
function missing(atoms: Coverage, other: Coverage | undefined): readonly Atom[] {
  const unique = [...new Map(atoms.atoms.map((atom) => [atom.id, atom])).values()];
  return other ? unique.filter((atom) => !other.covers(atom)) : unique;
}

/**
 * An Allow that a Deny wholly covers, or that the boundary or a level of the organization has nothing for, allows
 * nothing.
 */
function takesEffect({ allDenies, boundary, control }: Holder, atom: Atom): boolean {
  const limits = [...(boundary ? [boundary.allows] : []), ...control.levels.map(({ allows }) => allows)];
  return limits.every((allows) => allows.mayMeet(atom)) && !allDenies.covers(atom);
}

function resourceRules(kind: RuleKind, then: Says | undefined, now: Says | undefined): readonly Gain[] {
  const allows = now ? missing(now.allows, then?.allows).filter((atom) => !now.denies.covers(atom)) : [];
  const denies = then ? missing(then.denies, now?.denies) : [];
  return [...ruled(kind, allows, then?.allows), ...ruled(kind, denies, now?.denies)];
}

function boundaryGains(then: Holder, now: Holder, mayAct: (atom: Atom) => boolean): readonly Gain[] {
  if (!then.boundary || then.boundary.allows.covers(EVERYTHING)) return [];
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

function sessionGains({ entry: then }: Holder, { entry: now }: Holder): readonly Gain[] {
  const [seconds, was] = [
    now.maxSessionSeconds ?? DEFAULT_SESSION_SECONDS,
    then.maxSessionSeconds ?? DEFAULT_SESSION_SECONDS,
  ];
  return seconds > was ? [{ kind: "session", seconds, was }] : [];
}

/** What a tag lets its principal do is not asked: any other value may let it do something else. */
function tagGains(from: Side, to: Side, { entry: then }: Holder, { entry: now }: Holder): readonly Gain[] {
  const spoken = [...from.spokenTags].filter((tag) => to.spokenTags.has(tag)).sort();
  const valueOf = (tags: Readonly<Record<string, string>> = {}, tag: string) =>
    Object.entries(tags).find(([key]) => key.toLowerCase() === tag)?.[1];
  return spoken
    .map((tag) => ({ kind: "tag" as const, tag, value: valueOf(now.tags, tag), was: valueOf(then.tags, tag) }))
    .filter(({ value, was }) => value !== was);
}

function ruled(kind: RuleKind, atoms: readonly Atom[], other: Coverage | undefined): readonly Gain[] {
  return atoms.map((atom) => {
    const isAllow = atom.effect === "Allow";
    const formerly = other && formerlyOf(atom, other);
    const soFar = isAllow && !formerly ? soFarOf(atom, other) : [];
    return { kind, rule: { atom, ...(formerly && { formerly }), ...(soFar.length > 0 && { soFar }) } };
  });
}

/** What differs in its conditions alone: the one with the fewest. */
function formerlyOf(atom: Atom, other: Coverage): Atom | undefined {
  return other.coveringBut(atom).toSorted((a, b) => a.requirements.length - b.requirements.length)[0];
}

function soFarOf(atom: Atom, other: Coverage | undefined): readonly string[] {
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
