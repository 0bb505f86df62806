import { requirementText } from "../policy/decision";
import { type AtomicStatement, type PatternSet } from "./statement-coverage";
import { isImpliedBy } from "./conditions";
import type { BaselinePath } from "./baseline";
/** Whether what is told is there from now on, or not any more. */
export type Direction = "gained" | "lost";

type Ruled = Extract<Gain, { readonly rule: ChangedStatement }>;

const MOST_NAMES = 8;

/** Sentences for what was found: what differs in actions alone, or then in resources alone, is one of them. */
export function describeGains(
  subject: string,
  gains: readonly Gain[],
  direction: Direction,
): readonly BaselineChange[] {
  const ruled = gains.filter(isRuled);
  const plain = gains.filter((gain) => !isRuled(gain));
  return [
    ...plain.map((gain) => ({ kind: kindOf(gain), subject, text: plainText(gain, direction) })),
    ...phrasesOf(ruled, direction).map((phrase) => changeOf(subject, phrase)),
  ];
}

function isRuled(gain: Gain): gain is Ruled {
  return "rule" in gain;
}

function kindOf({ kind }: Gain): BaselineChange["kind"] {
  if (kind === "boundary removed") return "boundary";
  return kind === "level" ? "service control policy" : kind;
}

function plainText(gain: Exclude<Gain, Ruled>, direction: Direction): string {
  const isGained = direction === "gained";
  switch (gain.kind) {
    case "principal":
      return isGained ? "is new" : "is gone";
    case "boundary removed":
      return `is ${isGained ? "no longer" : "now"} bound by ${gain.name}`;
    case "level":
      return `is ${isGained ? "no longer" : "now"} limited by what the level ${gain.name} of the organization allows`;
    case "session": {
      const [now, was] = isGained ? [gain.seconds, gain.was] : [gain.was, gain.seconds];
      return `may ${isGained ? "now" : "only"} be held for ${now} seconds (was ${was})`;
    }
    case "tag": {
      const [now, was] = isGained ? [gain.value, gain.was] : [gain.was, gain.value];
      return `its tag ${gain.tag}, of which policies speak, is now ${told(now)} (was ${told(was)})`;
    }
    case "path to administrator":
      return pathWords(gain.path, isGained);
  }
}

function told(value: string | undefined): string {
  return value === undefined ? "not there" : JSON.stringify(value);
}

function pathWords({ account, steps }: Extract<Gain, { path: unknown }>["path"], isGained: boolean): string {
  const conditions = [...new Set(steps.flatMap((step) => step.conditions))].sort();
  const ways = steps.map(({ way, to }) => `${way} → ${to}`).join(", ");
  const when = conditions.length > 0 ? `, if ${conditions.join(" and ")}` : "";
  return `${isGained ? "can now become" : "can no longer become"} administrator of ${account}: ${ways}${when}`;
}

/** A sentence in the making: what several atoms have in common, and in what they differ. */
interface Phrase {
  readonly kind: Ruled["kind"];
  readonly lead: string;
  /** Behind actions and resources. */
  readonly tail: string;
  readonly speaksOfActions: boolean;
  readonly speaksOfResources: boolean;
  readonly actions: readonly string[];
  readonly resources: readonly string[];
}

function phrasesOf(gains: readonly Ruled[], direction: Direction): readonly Phrase[] {
  const single = gains.map((gain) => phraseOf(gain, direction));
  const byAction = joined(single, "actions", ({ kind, lead, tail, resources }) =>
    JSON.stringify([kind, lead, tail, resources]),
  );
  return joined(byAction, "resources", ({ kind, lead, tail, actions }) => JSON.stringify([kind, lead, tail, actions]));
}

function joined(
  phrases: readonly Phrase[],
  what: "actions" | "resources",
  likeness: (phrase: Phrase) => string,
): readonly Phrase[] {
  const groups = new Map<string, Phrase>();
  for (const phrase of phrases) {
    const key = likeness(phrase);
    const all = [...(groups.get(key)?.[what] ?? []), ...phrase[what]];
    groups.set(key, { ...phrase, [what]: [...new Set(all)].sort() });
  }
  return [...groups.values()];
}

function phraseOf({ kind, rule }: Ruled, direction: Direction): Phrase {
  const { atom, formerly, soFar = [] } = rule;
  const assumes =
    kind === "trust" && !atom.actions.not && atom.actions.patterns.every((each) => each.startsWith("sts:assumerole"));
  const only = soFar.length > 0 ? ` (${direction === "gained" ? "so far only" : "still"} on ${listed(soFar)})` : "";
  return {
    kind,
    lead: leadOf(kind, rule, direction, assumes, formerly !== undefined),
    tail: only + conditionsTail(atom, formerly, direction),
    speaksOfActions: !assumes,
    speaksOfResources: kind !== "trust",
    actions: namesOf(atom.actions),
    resources: namesOf(atom.resources),
  };
}

function leadOf(
  kind: Ruled["kind"],
  { atom, of }: ChangedStatement,
  direction: Direction,
  assumes: boolean,
  differsInConditions: boolean,
): string {
  const isAllow = atom.effect === "Allow";
  const isGained = direction === "gained";
  const who = whoWords(atom);
  // What is still there under other conditions is neither new nor gone.
  const may = differsInConditions ? "may" : isGained ? "may now" : "may no longer";
  const lets = differsInConditions ? "lets" : isGained ? "now lets" : "no longer lets";
  const refuses = differsInConditions ? "refuses" : isGained ? "no longer refuses" : "now refuses";
  const forbidden = isGained ? "no longer forbidden" : "now forbidden";
  switch (kind) {
    case "permission":
      return may;
    case "trust": {
      if (isAllow) return assumes ? `${may} be assumed by ${who}` : `${may} be used by ${who} for`;
      return assumes ? `${refuses} to be assumed by ${who}` : `${refuses} ${who}`;
    }
    case "resource policy":
      return `${isAllow ? lets : refuses} ${who}`;
    case "boundary":
      return isAllow ? `its boundary ${of ?? ""} ${isGained ? "no longer stops" : "now stops"}` : `${forbidden}:`;
    case "service control policy":
      if (isAllow) return `the level ${of ?? ""} of the organization ${isGained ? "now" : "no longer"} allows`;
      return `${forbidden} by service control policies:`;
    case "managed policy":
      return isAllow ? (isGained ? "now allows" : "no longer allows") : isGained ? "no longer denies" : "now denies";
    case "denial":
      return `${forbidden}:`;
  }
}

function whoWords({ who }: AtomicStatement): string {
  const names = (who?.values ?? []).map((value) =>
    value === "AWS *" ? "everybody" : value.slice(value.indexOf(" ") + 1),
  );
  return who?.not ? `everybody but ${listed(names)}` : listed(names);
}

function namesOf({ not, written }: PatternSet): readonly string[] {
  return not ? [`everything but ${listed([...written].sort())}`] : written;
}

/** `if …`, and what of the conditions of the other side is not asked any more. */
function conditionsTail(atom: AtomicStatement, formerly: AtomicStatement | undefined, direction: Direction): string {
  const ifs = wordsOfAll(atom.requirements);
  const when = ifs.length > 0 ? `, if ${ifs.join(" and ")}` : "";
  if (!formerly) return when;
  // Of a Deny, `atom` is on the other side than what is told.
  const dropped = formerly.requirements.filter((each) => !isImpliedBy(each, atom.requirements));
  const words = wordsOfAll(dropped);
  if (atom.effect === "Deny")
    return `${when}; ${direction === "gained" ? "now only" : "so far only"} if ${wordsOfAll(formerly.requirements).join(" and ")}`;
  if (direction === "lost") return `${when}; now only if ${words.join(" and ")}`;
  const mfa = dropped.find(
    ({ key, values }) => key.toLowerCase() === "aws:multifactorauthpresent" && values.includes("true"),
  );
  if (mfa && words.length === 1 && ifs.length === 0) return ` without MFA (${mfa.key} was "true")`;
  return `${when}; no longer only if ${words.join(" and ")}`;
}

function wordsOfAll(requirements: AtomicStatement["requirements"]): readonly string[] {
  return requirements.map(requirementText).sort();
}

function changeOf(
  subject: string,
  { kind, lead, tail, speaksOfActions, speaksOfResources, actions, resources }: Phrase,
): BaselineChange {
  const what = speaksOfActions ? ` ${listed(actions)}` : "";
  const on = speaksOfResources ? ` on ${listed(resources)}` : "";
  return { kind, subject, text: `${lead}${what}${on}${tail}`, actions, resources };
}

/** The first of them, and how many more there are. */
function listed(names: readonly string[]): string {
  const rest = names.length - MOST_NAMES;
  const shown = names.slice(0, rest === 1 ? names.length : MOST_NAMES);
  return shown.join(", ") + (rest > 1 ? ` and ${rest} more` : "");
}

/** One thing that changed. */
export interface BaselineChange {
  readonly kind:
    | "principal"
    | "permission"
    | "denial"
    | "boundary"
    | "trust"
    | "session"
    | "tag"
    | "resource policy"
    | "service control policy"
    | "managed policy"
    | "path to administrator";
  /** Of what: an ARN, `account dev (222222222222)`, or whoever finds a path. */
  readonly subject: string;
  /** What people read: a sentence about the subject. */
  readonly text: string;
  /** All actions and resources of which the words speak, or name the first. */
  readonly actions?: readonly string[];
  readonly resources?: readonly string[];
}

/** What changed about one principal, resource, account, or one who finds a path. */
export interface SubjectComparison {
  readonly subject: string;
  /** What may happen now and could not before. */
  readonly gained: readonly BaselineChange[];
  readonly lost: readonly BaselineChange[];
}

/** What changed between two baselines, by subject; subjects of which nothing did are not in it. */
export interface BaselineComparison {
  readonly subjects: readonly SubjectComparison[];
}

export type RuleKind =
  "permission" | "denial" | "boundary" | "trust" | "resource policy" | "service control policy" | "managed policy";

/** What one side lets happen and the other does not. */
export type Gain =
  | { readonly kind: RuleKind; readonly rule: ChangedStatement }
  | { readonly kind: "principal" }
  | { readonly kind: "boundary removed"; readonly name: string }
  | { readonly kind: "session"; readonly seconds: number; readonly was: number }
  | { readonly kind: "tag"; readonly tag: string; readonly value?: string; readonly was?: string }
  | { readonly kind: "level"; readonly name: string }
  | { readonly kind: "path to administrator"; readonly path: BaselinePath };

/** An Allow that is there, or a Deny that is not any more. */
export interface ChangedStatement {
  readonly atom: AtomicStatement;
  /** Whose it is, where that is not plain: a boundary, a level of an organization. */
  readonly of?: string;
  /** What the other side had instead, that differs in its conditions alone. */
  readonly formerly?: AtomicStatement;
  /** Resources on which the other side had it too. */
  readonly soFar?: readonly string[];
}
