import { stacksOf, type StackSpec } from "../../config/layout";
import { UserError } from "../../config/user-error";
import type { Environment, Estate } from "../../config/model";

/**
 * The environments that a command names, in promotion order.
 *
 * @param names environment names; the first environment in promotion order where there are none
 * @throws UserError that lists every name that no environment has
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
 * The stacks of these environments, and the account-wide stacks of every account that they touch; with all
 * environments, every stack.
 */
export function selectStacks(estate: Estate, environments: readonly Environment[]): readonly StackSpec[] {
  const every = stacksOf(estate);
  if (environments.length === estate.environments.length) return every;
  const own = every.filter(({ environment }) => environments.some(({ name }) => name === environment?.name));
  const accounts = new Set(own.map(({ account }) => account.name));
  return every.filter(
    (stack) => own.includes(stack) || (stack.environment === undefined && accounts.has(stack.account.name)),
  );
}
