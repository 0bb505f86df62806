import picomatch from "picomatch";
import { stacksOf, type StackSpec } from "../../config/layout";
import type { Estate, Environment } from "../../config/model";
import { predecessorOf } from "../../config/predecessor";
import { UserError } from "../../config/user-error";
import { isEmulated } from "../support/environment";
import { shortened } from "../support/text";
import type { Stack } from "./stacks";

/**
 * The stacks that a command names, in the order of the estate.
 *
 * A selector is a stack's id (`dev-network`), a glob of ids (`*-iam`), an environment (all its stacks), or an account
 * (all stacks that deploy into it). A name of both an environment and an account selects both; `environment:dev` and
 * `account:dev` select one.
 *
 * @param all selects every stack; no selector may be given then
 * @throws UserError that lists every selector that selects nothing
 */
export function selectStacks(estate: Estate, selectors: readonly string[], all: boolean): readonly StackSpec[] {
  const every = stacksOf(estate);
  if (all && selectors.length > 0)
    throw new UserError(`got --all and ${selectors.join(", ")}, expected one or the other`);
  if (all) return every;
  const known = selectorsOf(estate);
  if (selectors.length === 0) throw new UserError(`nothing is selected, expected --all, or any of: ${known}`);
  const selections = selectors.map((selector) => ({ selector, matches: matcherOf(selector) }));
  const unmatched = selections
    .filter(({ matches }) => !every.some(matches))
    .map(({ selector }) => `"${shortened(selector)}"`);
  if (unmatched.length > 0) throw new UserError(`no stack is selected by ${unmatched.join(", ")}, expected ${known}`);
  return every.filter((stack) => selections.some(({ matches }) => matches(stack)));
}

/**
 * The stacks whose provider is AWS. Names the others in one line on standard error.
 *
 * @param why they are left out, for example "the emulator has AWS only"
 */
export function inAws(stacks: readonly StackSpec[], why: string): readonly StackSpec[] {
  const outside = stacks.filter(({ provider }) => provider !== undefined).map(({ id }) => id);
  if (outside.length === 0) return stacks;
  console.error(`note: left out, since ${why}: ${outside.join(", ")} (docs/beyond-aws.md)`);
  return stacks.filter(({ provider }) => provider === undefined);
}

/** The stacks that a run reaches: an emulator has AWS only. */
export const reachable = (stacks: readonly StackSpec[], isRehearsed = false): readonly StackSpec[] =>
  isRehearsed || isEmulated(process.env) ? inAws(stacks, "the emulator has AWS only") : stacks;

/** Ids are arguments of a command, whose length is limited. */
const MOST_IDS = 150;

/**
 * The ids of the stacks to synthesize for a plan: the selected stacks, and those that they follow in promotion. What they
 * read of other stacks is synthesized with them, see `groupsWith`. Undefined if it is simpler to synthesize every stack.
 */
export function stacksToPlan(selected: readonly StackSpec[], estate: Estate): string[] | undefined {
  const predecessors = selected.flatMap((spec) => predecessorOf(spec, estate) ?? []);
  const ids = [...new Set([...selected, ...predecessors].map(({ id }) => id))];
  return ids.length > MOST_IDS || ids.length === stacksOf(estate).length ? undefined : ids;
}

/** Ids of stacks have at most 130 characters. The library refuses globs that are much longer. */
const LONGEST_GLOB = 1000;

function matcherOf(selector: string): (stack: StackSpec) => boolean {
  const [, kind, name] = /^(environment|account):(.*)$/.exec(selector) ?? [];
  if (kind === "environment") return ({ environment }) => environment?.name === name;
  if (kind === "account") return ({ account }) => account.name === name;
  const isGlobbed =
    selector.length <= LONGEST_GLOB && picomatch.scan(selector).isGlob ? picomatch(selector) : undefined;
  return ({ id, account, environment }) =>
    id === selector || environment?.name === selector || account.name === selector || isGlobbed?.(id) === true;
}

function selectorsOf(estate: Estate): string {
  const environments = estate.environments.map(({ name }) => name).join(", ");
  const accounts = estate.accounts.map(({ name }) => name).join(", ");
  return `an environment (${environments}), an account (${accounts}), a stack's id or a glob of ids (npm start -- --synth-only lists them)`;
}

/**
 * The environments that a command names, in promotion order.
 *
 * @param names names of environments. Default: the first environment in promotion order
 * @throws UserError that lists every unknown name
 */
export function selectEnvironments(estate: Estate, names: readonly string[], all: boolean): readonly Environment[] {
  const known = estate.environments.map(({ name }) => name);
  const unknown = names.filter((name) => !known.includes(name));
  if (unknown.length > 0) throw new UserError(`no environment ${unknown.join(", ")}; known: ${known.join(", ")}`);
  if (all && names.length > 0) throw new UserError(`got --all and ${names.join(", ")}, expected one or the other`);
  if (all) return estate.environments;
  return names.length === 0
    ? estate.environments.slice(0, 1)
    : estate.environments.filter(({ name }) => names.includes(name));
}

/**
 * The stacks of these environments, and the account-wide stacks of every account that they deploy into. All
 * environments select every stack.
 */
export function stacksOfEnvironments(estate: Estate, environments: readonly Environment[]): readonly StackSpec[] {
  const every = stacksOf(estate);
  if (environments.length === estate.environments.length) return every;
  const own = every.filter(({ environment }) => environments.some(({ name }) => name === environment?.name));
  const accounts = new Set(own.map(({ account }) => account.name));
  return every.filter(
    (stack) => own.includes(stack) || (stack.environment === undefined && accounts.has(stack.account.name)),
  );
}

/**
 * Checks that every stack that depends on a selected stack is selected too. A remaining one would keep AWS from destroying
 * its dependency, or would lose it.
 *
 * @throws UserError that lists the dependent stacks that are not selected, and the command that selects all
 */
export function checkDestroy(selected: readonly Stack[], stacks: readonly Stack[]): void {
  const chosen = new Set(selected.map(({ id }) => id));
  const ids = new Set(chosen);
  // A set that grows while it is walked is walked to its new end: dependents of dependents, too.
  for (const id of ids) for (const user of stacks) if (user.dependencies.includes(id)) ids.add(user.id);
  if (ids.size === chosen.size) return;
  const lines = stacks.flatMap((user) =>
    ids.has(user.id) && !chosen.has(user.id)
      ? user.dependencies.filter((id) => ids.has(id)).map((id) => `  ${user.id} needs ${id}`)
      : [],
  );
  const all = stacks.filter(({ id }) => ids.has(id)).map(({ id }) => id);
  throw new UserError(
    [
      "other stacks need the stacks to be destroyed. Select them too:",
      ...lines,
      `npm run destroy -- ${all.join(" ")}`,
    ].join("\n"),
  );
}
