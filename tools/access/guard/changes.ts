import { requirementText } from "../policy/decision";
import type { BaselinePath } from "./baseline";
import { changedTail, conditionsOfPath, type Gain, type OtherGain, type StatementGain, type StatementKind } from "./gains"; // prettier-ignore
import { isImpliedBy, type ParsedCondition } from "./conditions";
import type { AtomicStatement, PatternSet } from "./statement-coverage";
import { distinct, groupedBy } from "../../support/order";

/** One change between two baselines. */
interface BaselineChange {
  readonly kind: StatementKind | "principal" | "session" | "tag" | "group" | "path to administrator";
  /** What changed: an ARN, `account dev (222222222222)`, a group of Identity Center, or the start of a path. */
  readonly subject: string;
  /** A sentence about the subject. */
  readonly text: string;
  /** All actions and resources that the text is about; it may list only the first ones. */
  readonly actions?: readonly string[];
  readonly resources?: readonly string[];
}

/** The changes of one principal, resource, account, or start of a path. */
export interface SubjectComparison {
  readonly subject: string;
  /** What is allowed after, and was not before. */
  readonly gained: readonly BaselineChange[];
  readonly lost: readonly BaselineChange[];
  /** What is allowed before and after, under other conditions: something is gained, and something lost. */
  readonly changed: readonly BaselineChange[];
}

/** The changes between two baselines, by subject. Subjects without a change are left out. */
export interface BaselineComparison {
  readonly subjects: readonly SubjectComparison[];
}

/** Whether the later baseline has it, only the earlier one, or both under other conditions. */
export type Direction = "gained" | "lost" | "changed";

const MAX_NAMES = 8;

/**
 * Describes gains. Those that differ only in actions, and then those that differ only in resources, share a sentence,
 * which names first what does more than read.
 *
 * @param reading the actions that only read
 */
export function describeGains(
  subject: string,
  gains: readonly Gain[],
  direction: Direction,
  reading: ReadonlySet<string>,
): readonly BaselineChange[] {
  const phrases = gains.flatMap((gain) => ("statement" in gain ? phraseOf(gain, direction) : []));
  const byAction = joined(phrases, "actions", ({ kind, lead, tail, resources }) => [kind, lead, tail, resources]);
  const byBoth = joined(byAction, "resources", ({ kind, lead, tail, actions }) => [kind, lead, tail, actions]);
  return [
    ...gains.flatMap((gain) =>
      "statement" in gain ? [] : { kind: kindOf(gain), subject, text: describeOther(gain, direction) },
    ),
    ...byBoth.map(({ kind, lead, tail, showsActions, showsResources, actions, resources }) => {
      const what =
        (showsActions ? ` ${listedActions(actions, reading)}` : "") +
        (showsResources ? ` on ${listed(resources)}` : "");
      return { kind, subject, text: `${lead}${what}${tail}`, actions, resources };
    }),
  ];
}

function kindOf({ kind }: OtherGain): BaselineChange["kind"] {
  if (kind === "boundary removed") return "boundary";
  return kind === "level" ? "service control policy" : kind;
}

function describeOther(gain: OtherGain, direction: Direction): string {
  const isGained = direction !== "lost";
  switch (gain.kind) {
    case "principal":
      return isGained ? "is new" : "is deleted";
    case "boundary removed":
      return `${isGained ? "no longer" : "now"} has the boundary ${gain.name}`;
    case "level":
      return `is ${isGained ? "no longer" : "now"} limited by the organization level ${gain.name}`;
    case "group":
      return isGained ? gain.gained : gain.lost;
    case "session": {
      const [now, was] = isGained ? [gain.seconds, gain.other] : [gain.other, gain.seconds];
      return `its sessions may now last ${isGained ? "" : "only "}${now} seconds (was ${was})`;
    }
    case "tag": {
      const [now, was] = isGained ? [gain.value, gain.other] : [gain.other, gain.value];
      return `its tag ${gain.tag}, which policies compare, is now ${quoted(now)} (was ${quoted(was)})`;
    }
    case "path to administrator":
      return describePath(gain.path, direction, gain.was);
  }
}

function quoted(value: string | undefined): string {
  return value === undefined ? "absent" : JSON.stringify(value);
}

const CAN_BECOME: Readonly<Record<Direction, string>> = {
  gained: "can now become",
  lost: "can no longer become",
  changed: "can become",
};

function describePath(path: BaselinePath, direction: Direction, was?: BaselinePath): string {
  const conditions = conditionsOfPath(path);
  const ways = path.steps.map(({ way, to }) => `${way} → ${to}`).join(", ");
  const when = conditions.length > 0 ? `, if ${conditions.join(" and ")}` : "";
  const tail = was ? changedTail(conditions, conditionsOfPath(was)) : when;
  return `${CAN_BECOME[direction]} administrator of ${path.account}: ${ways}${tail}`;
}

/** The parts of a sentence about statements. */
interface Phrase {
  readonly kind: StatementKind;
  readonly lead: string;
  /** After actions and resources. */
  readonly tail: string;
  readonly showsActions: boolean;
  readonly showsResources: boolean;
  readonly actions: readonly string[];
  readonly resources: readonly string[];
}

function joined(
  phrases: readonly Phrase[],
  what: "actions" | "resources",
  commonOf: (phrase: Phrase) => readonly unknown[],
): readonly Phrase[] {
  const groups = groupedBy(phrases, (phrase) => JSON.stringify(commonOf(phrase)));
  return [...groups.values()].flatMap((alike) =>
    alike.slice(-1).map((last) => ({ ...last, [what]: distinct(alike.flatMap((phrase) => phrase[what])) })),
  );
}

function phraseOf(gain: StatementGain, direction: Direction): Phrase {
  const { kind, statement, sharedResources = [] } = gain;
  const { effect, actions, resources } = statement;
  const isAssume = !actions.not && actions.patterns.every((each) => each.startsWith("sts:assumerole"));
  const saysAssumed = kind === "trust" && effect === "Allow" && isAssume;
  const only = direction === "gained" ? "previously only" : "now only";
  return {
    kind,
    lead: leadOf(gain, direction, saysAssumed),
    tail: (sharedResources.length > 0 ? ` (${only} on ${listed(sharedResources)})` : "") + tailOf(gain, direction),
    showsActions: !saysAssumed,
    showsResources: kind !== "trust",
    actions: namesOf(actions),
    resources: namesOf(resources),
  };
}

function leadOf(gain: StatementGain, direction: Direction, saysAssumed: boolean): string {
  const { kind, statement, counterpart } = gain;
  const isAllow = statement.effect === "Allow";
  const isNow = (direction === "gained") === isAllow;
  const adverb = adverbOf(direction, isNow);
  // A statement that only changes its conditions is neither new nor removed.
  const verb = isAllow ? "allows" : "denies";
  const start = counterpart ? "" : adverb;
  switch (kind) {
    case "permission":
      return `may ${start}`.trimEnd();
    case "trust":
      return isAllow ? assumeLead(statement, start, saysAssumed) : `${start}denies ${principalsOf(statement)}`;
    case "resource policy":
      return `${start}${verb} ${principalsOf(statement)}`;
    case "boundary":
      return `its boundary ${ownerOf(gain)} ${direction === "changed" ? verb : `${adverbOf(direction, !isNow)}blocks`}`;
    case "service control policy":
      return isAllow
        ? `the organization level ${ownerOf(gain)} ${adverb}allows`
        : `${adverb}denied by service control policies:`;
    case "managed policy":
      return `${adverb}${verb}`;
    case "denial":
      return `${adverb}denied:`;
  }
}

function adverbOf(direction: Direction, isNow: boolean): string {
  if (direction === "changed") return "";
  return isNow ? "now " : "no longer ";
}

function ownerOf({ kind, owner }: StatementGain): string {
  if (owner === undefined) throw new Error(`a gain of kind "${kind}" must have an owner, got none`);
  return owner;
}

function assumeLead(statement: AtomicStatement, start: string, saysAssumed: boolean): string {
  const who = principalsOf(statement);
  return `may ${start}be ${saysAssumed ? `assumed by ${who}` : `used by ${who} for`}`;
}

function principalsOf({ who }: AtomicStatement): string {
  const names = (who?.values ?? []).map((value) =>
    value === "AWS *" ? "everybody" : value.slice(value.indexOf(" ") + 1),
  );
  return who?.not ? `everybody except ${listed(names)}` : listed(names);
}

function namesOf({ not, written }: PatternSet): readonly string[] {
  return not ? [`everything except ${listed([...written].sort())}`] : written;
}

/** The conditions of the statement, and how those of its counterpart differ. */
function tailOf({ statement, counterpart }: StatementGain, direction: Direction): string {
  const conditions = conditionTexts(statement.conditions);
  const when = conditions.length > 0 ? `, if ${conditions.join(" and ")}` : "";
  if (!counterpart) return when;
  if (direction === "changed") return changedTail(conditions, conditionTexts(counterpart.conditions));
  if (statement.effect === "Deny") {
    const denied = direction === "gained" ? "still denied" : "until now denied only";
    return `${when}; ${denied} if ${conditionTexts(counterpart.conditions).join(" and ")}`;
  }
  const dropped = counterpart.conditions.filter((each) => !isImpliedBy(each, statement.conditions));
  const texts = conditionTexts(dropped);
  if (direction === "lost") return `${when}; now requires ${texts.join(" and ")}`;
  const isMfa = ({ key, values }: ParsedCondition) =>
    key.toLowerCase() === "aws:multifactorauthpresent" && values.includes("true");
  const mfa = dropped.find(isMfa);
  if (mfa && texts.length === 1 && conditions.length === 0) return ` without MFA (${mfa.key} was "true")`;
  return `${when}; no longer requires ${texts.join(" and ")}`;
}

function conditionTexts(conditions: readonly ParsedCondition[]): readonly string[] {
  return conditions.map(requirementText).sort();
}

/** The first actions, those that do more than read before the others, and how many of the rest do more than read. */
function listedActions(actions: readonly string[], reading: ReadonlySet<string>): string {
  const [reads, writes] = [actions.filter((each) => reading.has(each)), actions.filter((each) => !reading.has(each))];
  const text = listed([...writes, ...reads]);
  if (reads.length === 0 || actions.length <= MAX_NAMES + 1) return text;
  const hidden = writes.length - MAX_NAMES;
  return `${text} (${hidden > 0 ? `${hidden} of which write` : "which only read"})`;
}

/** The first names, and the number of the others. */
export function listed(names: readonly string[]): string {
  const rest = names.length - MAX_NAMES;
  const shown = names.slice(0, rest === 1 ? names.length : MAX_NAMES);
  return shown.join(", ") + (rest > 1 ? ` and ${rest} more` : "");
}
