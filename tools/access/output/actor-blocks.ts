import type { Actor, AccessGraph, Step } from "../graph/access-graph";
import type { AccountAccess } from "../read/model";
import { inBrackets, Places } from "./places";
import { type Said, saidOnce } from "./said-once";
import { compareTexts, distinct, groupedBy } from "../../support/order";

/** Actors that take the same steps, those of accounts that are alike together. */
export interface ActorBlock {
  /** `Admin; Operator`. */
  readonly names: string;
  /** Each `assumes Operator in dev (MFA)`. */
  readonly steps: readonly string[];
  /** What letters stand for. */
  readonly where: string;
}

/** Blocks of the same accounts. */
export interface ActorGroup {
  /** `dev, ci`; empty for whoever is in no account. */
  readonly accounts: string;
  readonly blocks: readonly ActorBlock[];
}

const BETWEEN = "\n";

/** Who takes which steps, by account: what several accounts share is said once. */
export function actorGroups(accessGraph: AccessGraph, accounts: readonly AccountAccess[]): ActorGroup[] {
  const places = new Places(accessGraph, accounts);
  const out = groupedBy(accessGraph.steps, ({ from }) => from);
  // Whoever may do everything in an account, and leads to nothing else, needs no block.
  const told = accessGraph.actors.filter(({ id, kind }) => kind !== "administrator" || out.has(id));
  const texts = told.map((actor) => blockText(actor, out.get(actor.id) ?? [], places));
  const groups = groupedBy(sameSteps(saidOnce(texts, places.words)), ({ accounts: each }) => each);
  const names = places.words.sorted(accounts.map(({ name }) => name));
  const order = (each: string) => names.indexOf(each.split(", ")[0] ?? "");
  const widthOf = (each: string) => (each === "every account" ? names.length : each.split(", ").length);
  return [...groups]
    .sort(
      ([a], [b]) =>
        Number(b === "") - Number(a === "") || widthOf(b) - widthOf(a) || order(a) - order(b) || compareTexts(a, b),
    )
    .map(([each, blocks]) => ({
      accounts: each,
      blocks: blocks.map(({ names, steps, where }) => ({ names, steps, where })),
    }));
}

/** The account, the actor's name and its steps, a line each. */
function blockText(actor: Actor, steps: readonly Step[], places: Places): string {
  const account = actor.accountId === undefined ? "" : places.account(actor.accountId);
  return [account, places.name(actor.id), ...stepTexts(actor, steps, places)].join(BETWEEN);
}

/** One line for all steps of the same way to roles of the same accounts; what is everything comes first. */
function stepTexts({ accountId }: Actor, steps: readonly Step[], places: Places): string[] {
  const named = groupedBy(steps, ({ to, words, conditions }) =>
    JSON.stringify([words, places.actor(to).kind, places.name(to), conditions]),
  );
  const lines = [...named.values()].map((group) => stepLine(accountId, group, places));
  const alike = groupedBy(lines, ({ order, verb, where }) => JSON.stringify([order, verb, where]));
  return [...alike.values()]
    .flatMap(([first, ...others]) =>
      first
        ? [
            {
              ...first,
              name: [first, ...others]
                .map(({ name }) => name)
                .sort(compareTexts)
                .join(", "),
            },
          ]
        : [],
    )
    .sort((a, b) => a.order - b.order || compareTexts(a.verb + a.name, b.verb + b.name))
    .map(({ verb, name, where }) => [verb, name].filter((part) => part !== "").join(" ") + where);
}

/** Steps to actors of one name, in several accounts. */
function stepLine(accountId: string | undefined, steps: readonly Step[], places: Places) {
  const [{ to, words, conditions } = { to: "", words: "", conditions: [] }] = steps;
  if (places.actor(to).kind === "administrator") {
    return { order: 0, verb: places.does({ to, words }, accountId), name: "", where: inBrackets(conditions) };
  }
  const ids = distinct(steps.map((step) => places.actor(step.to).accountId ?? "")).filter((id) => id !== "");
  const isHere = ids.length === 0 || (ids.length === 1 && ids[0] === accountId);
  const where = isHere ? "" : ` in ${ids.map((id) => places.account(id)).join(", ")}`;
  return { order: 1, verb: words, name: places.name(to), where: where + inBrackets(conditions) };
}

function sameSteps(said: readonly Said[]): (ActorBlock & { readonly accounts: string })[] {
  const parsed = said.map(({ text, where }) => {
    const [accounts = "", name = "", ...steps] = text.split(BETWEEN);
    return { accounts: accountsOf(accounts, where), letters: accounts, name, steps, where };
  });
  const groups = groupedBy(parsed, ({ accounts, letters, steps, where }) =>
    JSON.stringify([accounts, letters, steps, where]),
  );
  return [...groups.values()].flatMap(([first, ...others]) =>
    first ? [{ ...first, names: distinct([first, ...others].map(({ name }) => name)).join("; ") }] : [],
  );
}

/** Accounts that a letter stands for. */
function accountsOf(accounts: string, where: string): string {
  const meant = where.split("; ").find((each) => each.startsWith(`${accounts}: `));
  return meant === undefined || accounts === "" ? accounts : meant.slice(accounts.length + 2);
}
