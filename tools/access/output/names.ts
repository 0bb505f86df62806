import { oncePerText } from "../../../config/maps";
import type { Actor, AccessGraph } from "../graph/access-graph";
import type { AccessModel, AccountAccess } from "../read/model";
import { compareTexts, distinct } from "../../support/order";
import { pipelineEventOf } from "./pipeline-events";

const isStartOfWord = /(?<![\p{L}\p{N}_])/uy;
const isEndOfWord = /(?![\p{L}\p{N}_])/uy;

function matchesAt(boundary: RegExp, text: string, at: number): boolean {
  boundary.lastIndex = at;
  return boundary.test(text);
}

/**
 * Finds known words in texts. A word is found only whole: not next to a letter, a digit or an underscore. The time does
 * not depend on the number of known words, because texts are searched once for all of them.
 */
export class WholeWords {
  /** Long words first. */
  private readonly ranks: ReadonlyMap<string, number>;
  private readonly lengths: readonly number[];
  /** All known words in a text, in its order; at the same place, the longest first. Many cells of a table are equal. */
  readonly in = oncePerText((text) => this.wordsIn(text));

  constructor(words: Iterable<string>) {
    const known = [...new Set(words)].filter((word) => word !== "");
    known.sort((a, b) => b.length - a.length || (a < b ? -1 : 1));
    this.ranks = new Map(known.map((word, index) => [word, index]));
    this.lengths = [...new Set(known.map(({ length }) => length))];
  }

  private wordsIn(text: string): readonly string[] {
    const words: string[] = [];
    for (const { index } of text.matchAll(/(?<![\p{L}\p{N}_])[^]/gu)) {
      for (const length of this.lengths) {
        const word = text.slice(index, index + length);
        if (this.ranks.has(word) && matchesAt(isEndOfWord, text, index + length)) words.push(word);
      }
    }
    return words;
  }

  /** The longest of the known words among these; of equally long ones, the first in the order of texts. */
  longest(words: readonly string[]): string | undefined {
    const rank = (word: string) => this.ranks.get(word) ?? Infinity;
    return words
      .filter((word) => this.ranks.has(word))
      .reduce<string | undefined>(
        (best, word) => (best === undefined || rank(word) < rank(best) ? word : best),
        undefined,
      );
  }

  /** The text with a known word replaced wherever it is whole. */
  replaced(text: string, word: string, replacement: string): string {
    if (!this.ranks.has(word)) return text;
    const parts: string[] = [];
    let done = 0;
    for (let at = text.indexOf(word); at !== -1; at = text.indexOf(word, Math.max(at + 1, done))) {
      if (!matchesAt(isStartOfWord, text, at) || !matchesAt(isEndOfWord, text, at + word.length)) continue;
      parts.push(text.slice(done, at), replacement);
      done = at + word.length;
    }
    return parts.join("") + text.slice(done);
  }
}

/** Names of accounts and actors as the report prints them. Accounts are in the order of their ids. */
export class Names {
  readonly accounts: readonly AccountAccess[];
  /** Names of environments. */
  readonly environments: ReadonlySet<string>;
  /** Names of environments and accounts. */
  readonly words: WholeWords;
  private readonly namesById: ReadonlyMap<string, string>;
  /** Places in `accounts`, by name. */
  private readonly places: ReadonlyMap<string, number>;
  private readonly actors: ReadonlyMap<string, Actor>;
  private readonly hasOneRepository: boolean;

  constructor(
    { accounts, principals }: Pick<AccessModel, "accounts" | "principals">,
    { actors }: Pick<AccessGraph, "actors">,
  ) {
    this.accounts = [...accounts].sort((a, b) => compareTexts(a.id, b.id));
    this.environments = new Set(
      principals.flatMap(({ environment }) => (environment === undefined ? [] : [environment])),
    );
    this.words = new WholeWords([...this.environments, ...accounts.map(({ name }) => name)]);
    this.namesById = new Map(accounts.map(({ id, name }) => [id, name]));
    this.places = new Map(this.accounts.map(({ name }, index) => [name, index]));
    this.actors = new Map(actors.map((actor) => [actor.id, actor]));
    const repositories = actors.flatMap((actor) => pipelineEventOf(actor)?.repository ?? []);
    this.hasOneRepository = new Set(repositories).size < 2;
  }

  actor(id: string): Actor {
    const actor = this.actors.get(id);
    if (!actor) throw new Error(`the access graph must have the actor ${id}`);
    return actor;
  }

  /** An account's name; its id if the estate does not have the account. */
  account(id: string): string {
    return this.namesById.get(id) ?? id;
  }

  /** The place of an account in `accounts`, by its name. */
  place(name: string): number | undefined {
    return this.places.get(name);
  }

  /** The account names of these ids, each once and in order. */
  accountsOf(ids: Iterable<string>): string[] {
    return this.sorted([...ids].map((id) => this.account(id)));
  }

  /** Distinct names in the order of the accounts; other names are last. */
  sorted(names: readonly string[]): string[] {
    if (names.length < 2) return [...names];
    const place = (name: string) => this.place(name) ?? Infinity;
    return distinct(names).sort((a, b) => (place(a) === place(b) ? compareTexts(a, b) : place(a) - place(b)));
  }

  /**
   * An actor's name, with its account unless that is `here`.
   *
   * @param here the id of the account that the reader knows already
   */
  label(id: string, here?: string): string {
    const actor = this.actor(id);
    const { kind, name, accountId } = actor;
    const account = accountId === undefined ? "" : this.account(accountId);
    if (kind === "administrator") return `administrators of ${account}`;
    if (kind === "account") return `any principal that ${account} authorizes`;
    if (kind === "subject") return this.subjectLabel(actor);
    if (kind === "group") return name;
    const isUser = kind === "user" || (kind === "person" && accountId !== undefined);
    const title = isUser ? `user ${name}` : name.replace(", within ", " within ");
    const isNamed = kind === "person" || kind === "root";
    return accountId === undefined || (accountId === here && !isNamed) ? title : `${title} in ${account}`;
  }

  private subjectLabel(actor: Actor): string {
    const job = pipelineEventOf(actor);
    if (!job) return actor.name;
    return `${job.service} ${job.event}${this.hasOneRepository ? "" : ` of ${job.repository}`}`;
  }
}

/** Conditions in AWS's words: `MFA`, `source IP "198.51.100.0/24"`, `audience "sts.amazonaws.com"`. */
export function conditionTexts(conditions: readonly string[]): string[] {
  return conditions.map((condition) =>
    condition
      .replace(/(?<=^|and |or )from (?=")/g, "source IP ")
      .replace(/(?<=^|and |or )in (?=")/g, "region ")
      .replace(/(?<=^|and |or )[\w-]+(\.[\w-]+)+(\/[\w-]+)*:aud is /g, "audience "),
  );
}

const AUDIENCES: ReadonlySet<string> = new Set([
  'audience "sts.amazonaws.com"',
  'audience "api://AzureADTokenExchange"',
]);

/** Conditions without the audience that every token of a pipeline for AWS has. */
export function decisiveConditions(conditions: readonly string[]): string[] {
  return conditionTexts(conditions).filter((condition) => !AUDIENCES.has(condition));
}
