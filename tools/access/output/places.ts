import type { Actor, AccessGraph, Step } from "../graph/access-graph";
import type { AccountAccess } from "../read/model";
import { VaryingWords } from "./words-that-vary";

const GITHUB = "token.actions.githubusercontent.com";

/** Names of accounts and actors as people read them, with the words marked in which accounts that are alike differ. */
export class Places {
  readonly words: VaryingWords;
  private readonly names: ReadonlyMap<string, string>;
  private readonly actors: ReadonlyMap<string, Actor>;

  constructor({ actors }: Pick<AccessGraph, "actors">, accounts: readonly AccountAccess[]) {
    this.words = new VaryingWords(accounts, actors);
    this.names = new Map(accounts.map(({ id, name }) => [id, name]));
    this.actors = new Map(actors.map((actor) => [actor.id, actor]));
  }

  actor(id: string): Actor {
    return this.actors.get(id) ?? { id, kind: "role", name: id };
  }

  /** An account's name, marked; its id where the estate does not know it. */
  account(id: string): string {
    return this.words.mark(this.names.get(id) ?? id);
  }

  /** An actor's name, marked. */
  name(id: string): string {
    return this.words.mark(shortName(this.actor(id)));
  }

  /** An actor's name and where it is, unless that is known already. */
  located(id: string, from?: string): string {
    const { accountId, kind } = this.actor(id);
    const isSaid = accountId === undefined || accountId === from || ["administrator", "account"].includes(kind);
    return isSaid ? this.name(id) : `${this.name(id)} in ${this.account(accountId)}`;
  }

  /** `assumes Operator in dev`; `may do everything there`. */
  does({ words, to }: Pick<Step, "words" | "to">, from: string | undefined): string {
    const { kind, accountId = "" } = this.actor(to);
    if (kind !== "administrator") return `${words} ${this.located(to, from)}`;
    return `${words.replace(/ in$/, "")} ${accountId === from ? "there" : `in ${this.account(accountId)}`}`;
  }
}

/** What people call an actor: GitHub, and not the host that speaks for it. */
export function shortName({ kind, name }: Pick<Actor, "kind" | "name">): string {
  return kind === "subject" ? name.replace(`${GITHUB} `, "GitHub ") : name;
}

/** Conditions as people read them: whose token is meant is the step's to say, not the condition's. */
export function conditionTexts(conditions: readonly string[]): string[] {
  return conditions.map((condition) => condition.replaceAll(`${GITHUB}:aud is `, "audience "));
}

/** ` (MFA, from "198.51.100.0/24")`; empty where nothing is asked for. */
export function inBrackets(conditions: readonly string[]): string {
  return conditions.length === 0 ? "" : ` (${conditionTexts(conditions).join(", ")})`;
}
