import picomatch from "picomatch";
import { stacksOf, type StackSpec } from "../../config/layout";
import type { Estate } from "../../config/model";
import { UserError } from "../../config/user-error";

/**
 * The stacks that a command names, in the order of the estate.
 *
 * A selector is a stack's id (`dev-network`), a glob of ids (`*-iam`), an environment (all its stacks), or an account
 * (all stacks that deploy into it). One word that is the name of an environment and of an account means both;
 * `environment:dev` and `account:dev` mean one of them.
 *
 * @param all every stack; then no selector may be given
 * @throws UserError that lists every selector that selects nothing
 */
export function selectStacks(estate: Estate, selectors: readonly string[], all: boolean): readonly StackSpec[] {
  const every = stacksOf(estate);
  if (all && selectors.length > 0)
    throw new UserError(`got --all and ${selectors.join(", ")}, expected one or the other`);
  if (all) return every;
  const known = knownTo(estate);
  if (selectors.length === 0) throw new UserError(`nothing is selected, expected --all, or any of: ${known}`);
  const selections = selectors.map((selector) => ({ selector, matches: matcherOf(selector) }));
  const unmatched = selections.filter(({ matches }) => !every.some(matches)).map(({ selector }) => `"${selector}"`);
  if (unmatched.length > 0) throw new UserError(`no stack is selected by ${unmatched.join(", ")}, expected ${known}`);
  return every.filter((stack) => selections.some(({ matches }) => matches(stack)));
}

function matcherOf(selector: string): (stack: StackSpec) => boolean {
  const [, kind, name] = /^(environment|account):(.*)$/.exec(selector) ?? [];
  if (kind === "environment") return ({ environment }) => environment?.name === name;
  if (kind === "account") return ({ account }) => account.name === name;
  const isGlobbed = picomatch.scan(selector).isGlob ? picomatch(selector) : undefined;
  return ({ id, account, environment }) =>
    id === selector || environment?.name === selector || account.name === selector || isGlobbed?.(id) === true;
}

function knownTo(estate: Estate): string {
  const environments = estate.environments.map(({ name }) => name).join(", ");
  const accounts = estate.accounts.map(({ name }) => name).join(", ");
  return `an environment (${environments}), an account (${accounts}), a stack's id or a glob of ids (npm start -- --synth-only lists them)`;
}
