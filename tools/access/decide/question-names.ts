import { questionOf, type QuestionParts } from "./iam-simulate";
import { actionPiece, comparedPiece, knownPiece, policyPieces, valuePiece } from "./question-pieces";
import { ACCOUNT_ID, type Piece, PLACEHOLDER, RUN } from "./question-words";

/*
 * Accounts and environments ask mostly the same questions, except for account ids and names: of buckets, roles, states.
 * The library only compares names, so a question keeps its answer if names are replaced one by one by others. That holds
 * for a name that is a whole word wherever it occurs: no wildcard and no variable is next to it, and no pattern matches a
 * part of it. Words that the library knows, such as `role`, are no names.
 */

/** A question, and its pieces: everything that not all questions have is in one of them. */
export interface QuestionInPieces {
  readonly asked: QuestionParts;
  readonly pieces: readonly Piece[];
}

export function inPieces(asked: QuestionParts): QuestionInPieces {
  const { request, identity, boundary, session, organization, resource, discover, absentKeys } = asked;
  const levels = organization.map(({ policies }) => policies);
  const labels = [identity, boundary ? [boundary] : [], ...levels].map((list) => list.map(({ label }) => label));
  const values = Object.entries(request.context);
  const shape = values.map(([key, value]) => [key, typeof value === "string" || value.length]);
  const kinds = [resource !== undefined, discover, absentKeys];
  const pieces = [knownPiece(JSON.stringify([request.action, shape, labels, kinds]))];
  for (const text of [request.principal, request.resource, request.resourceAccountId]) pieces.push(comparedPiece(text));
  for (const [, value] of values) for (const text of [value].flat()) pieces.push(valuePiece(text));
  for (const { name } of organization) pieces.push(comparedPiece(name));
  const labelled = [...identity, ...(boundary ? [boundary] : []), ...levels.flat()].map(({ policy }) => policy);
  for (const policy of [...labelled, session, resource]) if (policy) pieces.push(...policyPieces(policy));
  return { asked, pieces };
}

/** Equal for equal questions only. */
export const contentKeyOf = ({ pieces }: QuestionInPieces): string => pieces.map(({ content }) => content).join();

/** A question without its names and account ids. */
interface Nameless {
  /** Equal only if the texts are equal. */
  readonly key: string;
  /** The question as JSON. Names and account ids are numbered in the order in which the pieces have them. */
  readonly text: () => string;
  /** Puts names and account ids back into a text. */
  readonly restore: (text: string) => string;
}

export async function withoutNames({ asked, pieces }: QuestionInPieces): Promise<Nameless> {
  const replacements = new Replacements([await actionPiece(asked.request.action), ...pieces]);
  const replaced = ({ pattern, words }: Piece) => `${pattern} ${words.map((word) => replacements.of(word)).join(" ")}`;
  return {
    key: pieces.map(replaced).join(),
    text: () => JSON.stringify(questionOf(asked)).replace(RUN, (word) => replacements.of(word)),
    restore: (text) => replacements.restore(text),
  };
}

/** What replaces the words of a question. */
class Replacements {
  private readonly beginnings: ReadonlyMap<string, string>;
  private readonly keepsIds: boolean;
  private readonly done = new Map<string, string>();
  /** By number: the end of a name that is replaced. */
  private readonly ends: string[] = [];
  private readonly ids: string[] = [];

  constructor(pieces: readonly Piece[]) {
    this.beginnings = replaceable(pieces);
    this.keepsIds = pieces.some(({ digitsMatter }) => digitsMatter);
  }

  of(word: string): string {
    const done = this.done.get(word) ?? this.replacementOf(word);
    this.done.set(word, done);
    return done;
  }

  private replacementOf(word: string): string {
    const beginning = this.beginnings.get(word);
    const text = beginning === undefined ? word : `${beginning}${placeholder(this.ends.length)}`;
    if (beginning !== undefined) this.ends.push(word.slice(beginning.length));
    return this.keepsIds ? text : text.replace(ACCOUNT_ID, (id) => this.idPlaceholder(id));
  }

  private idPlaceholder(id: string): string {
    if (!this.ids.includes(id)) this.ids.push(id);
    return String(this.ids.indexOf(id)).padStart(12, "0");
  }

  restore(text: string): string {
    return text
      .replace(ACCOUNT_ID, (id) => this.ids[Number(id)] ?? id)
      .replace(PLACEHOLDER, (same, number: string) => this.ends[Number(number)] ?? same);
  }
}

const placeholder = (number: number) => `zq${String(number)}qz`;

/**
 * The names that can be replaced, each with the beginning that is kept. A pattern such as `apply-*` then matches the
 * replacement of `apply-dev` too.
 */
function replaceable(pieces: readonly Piece[]): ReadonlyMap<string, string> {
  const found = new Map<string, string>();
  if (pieces.some(({ isUnclear }) => isUnclear)) return found;
  const [beginnings, ends, middles] = (["beginnings", "ends", "middles"] as const).map((kind) =>
    pieces.flatMap((piece) => piece[kind]),
  ) as [string[], string[], string[]];
  const isAlike = (one: string, other: string) =>
    beginnings.every((part) => one.startsWith(part.toLowerCase()) === other.startsWith(part.toLowerCase())) &&
    ends.every((part) => one.endsWith(part.toLowerCase()) === other.endsWith(part.toLowerCase())) &&
    // Even a beginning that is kept must not hold one: `dev-*-*` matches `dev-eu-1`, and not `dev-zq0qz`.
    middles.every((part) => !one.includes(part.toLowerCase()) && !other.includes(part.toLowerCase()));
  for (const [lower, name] of namesIn(pieces)) {
    const beginning = longest(beginnings.filter((part) => name.startsWith(part)));
    if (isAlike(lower, `${beginning}${placeholder(0)}`.toLowerCase())) found.set(name, beginning);
  }
  return found;
}

/** By its lower case, each name that no piece has in another case or as another word: AWS ignores case in some places. */
function namesIn(pieces: readonly Piece[]): ReadonlyMap<string, string> {
  const names = new Map<string, string>();
  const others = new Set<string>();
  for (const { names: own } of pieces) {
    for (const { name, lower } of own) {
      if ((names.get(lower) ?? name) !== name || pieces.some((piece) => piece.others.has(lower))) others.add(lower);
      names.set(lower, name);
    }
  }
  for (const lower of others) names.delete(lower);
  return names;
}

function longest(texts: readonly string[]): string {
  return texts.reduce((most, text) => (text.length > most.length ? text : most), "");
}
