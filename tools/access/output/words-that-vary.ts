import type { Actor } from "../graph/access-graph";
import type { AccountAccess } from "../read/model";
import { compareTexts, distinct } from "../../support/order";

/** Around a word that varies: characters of private use, which no name of AWS has. */
export const OPEN = "\uE000";
export const CLOSE = "\uE001";

/** The words in which accounts that are alike differ: their names, and what their roles are called after. */
export class VaryingWords {
  private readonly pattern: RegExp | undefined;
  private readonly order: ReadonlyMap<string, number>;
  private readonly accountNames: readonly string[];

  constructor(accounts: readonly AccountAccess[], actors: readonly Pick<Actor, "kind" | "name">[]) {
    this.accountNames = [...accounts].sort((a, b) => compareTexts(a.id, b.id)).map(({ name }) => name);
    const roles = distinct(actors.filter(({ kind }) => kind === "role").map(({ name }) => name));
    const words = distinct([...this.accountNames, ...firstWords(roles)]).filter((word) => word !== "");
    const longestFirst = words.sort((a, b) => b.length - a.length || compareTexts(a, b)).map(escaped);
    if (longestFirst.length > 0)
      this.pattern = new RegExp(`(?<![\\p{L}\\p{N}_])(?:${longestFirst.join("|")})(?![\\p{L}\\p{N}_])`, "gu");
    this.order = new Map(this.accountNames.map((name, index) => [name, index]));
  }

  /** Marks every word of a name that varies. */
  mark(name: string): string {
    const plain = unmarked(name);
    return this.pattern ? plain.replace(this.pattern, `${OPEN}$&${CLOSE}`) : plain;
  }

  /** Words in the order of their accounts; those of no account last. */
  sorted(words: Iterable<string>): string[] {
    const place = (word: string) => this.order.get(word) ?? this.accountNames.length;
    return [...new Set(words)].sort((a, b) => place(a) - place(b) || compareTexts(a, b));
  }

  /** `dev, ci`, or `every account`. */
  list(words: Iterable<string>): string {
    const sorted = this.sorted(words);
    const isEvery =
      sorted.length > 2 &&
      this.accountNames.every((name) => sorted.includes(name)) &&
      sorted.length === this.accountNames.length;
    return isEvery ? "every account" : sorted.join(", ");
  }
}

/** A text without the words that vary. */
export function unvarying(text: string): string {
  return text.replaceAll(new RegExp(`${OPEN}[^${CLOSE}]*${CLOSE}`, "g"), "");
}

export function unmarked(text: string): string {
  return text.replaceAll(OPEN, "").replaceAll(CLOSE, "");
}

/**
 * What stands before the end that names of several roles share: `dev` and `ci` in `dev-irl-galileo-ApiHandler` and
 * `ci-irl-galileo-ApiHandler`.
 */
function firstWords(names: readonly string[]): string[] {
  const fronts = new Map<string, string[]>();
  for (const name of names)
    for (const [front, rest] of splits(name)) fronts.set(rest, [...(fronts.get(rest) ?? []), front]);
  return names.flatMap((name) => {
    const shared = splits(name).find(([, rest]) => (fronts.get(rest) ?? []).length > 1);
    return shared ? [shared[0]] : [];
  });
}

/** A name cut in two at each of its dashes but the last: an end of one word says too little. */
function splits(name: string): (readonly [front: string, rest: string])[] {
  const parts = name.split("-");
  return parts
    .slice(2)
    .map((_, index) => [parts.slice(0, index + 1).join("-"), parts.slice(index + 1).join("-")] as const);
}

function escaped(word: string): string {
  return word.replace(/[\\^$.*+?()[\]{}|/]/g, "\\$&");
}
