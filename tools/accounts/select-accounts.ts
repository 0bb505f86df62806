import type { Account, Estate } from "../../config/model";
import { UserError } from "../../config/user-error";

export interface SelectedAccounts {
  /** In the order of the estate. */
  readonly accounts: readonly Account[];
  /** Names of created members that AWS has not made yet, or whose id is not in the estate yet. */
  readonly waiting: readonly string[];
}

/**
 * The accounts that a command names.
 *
 * @param all every account; then no name may be given
 * @throws UserError that lists every name that is no account's
 */
export function selectAccounts(estate: Estate, names: readonly string[], all: boolean): SelectedAccounts {
  const waiting = estate.waiting.map(({ account }) => account);
  const known = [...estate.accounts.map(({ name }) => name), ...waiting].join(", ");
  if (all && names.length > 0) throw new UserError(`got --all and ${names.join(", ")}, expected one or the other`);
  if (!all && names.length === 0) throw new UserError(`no account is named, expected --all, or any of: ${known}`);
  const isKnown = (name: string) => waiting.includes(name) || estate.accounts.some((account) => account.name === name);
  const unknown = [...new Set(names)].filter((name) => !isKnown(name)).map((name) => `"${name}"`);
  if (unknown.length > 0) throw new UserError(`no account ${unknown.join(", ")}, expected --all, or any of: ${known}`);
  const isNamed = (name: string) => all || names.includes(name);
  return { accounts: estate.accounts.filter(({ name }) => isNamed(name)), waiting: waiting.filter(isNamed) };
}
