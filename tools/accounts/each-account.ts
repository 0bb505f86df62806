import type { Account, Estate } from "../../config/model";
import { stackId } from "../../config/naming";
import { UserError } from "../../config/user-error";
import { runGraph } from "../terraform/graph";
import type { Stack } from "../synth/stacks";
import { TerraformError } from "../terraform/terraform-error";
import type { View } from "../terraform/view/view";

export interface EachAccountOptions {
  readonly accounts: readonly Account[];
  /** Every synthesized stack of the estate. */
  readonly stacks: readonly Stack[];
  readonly view: View;
  /** How many accounts run at once. @default the number of cores */
  readonly parallel?: number;
  /** When aborted, no further account starts. */
  readonly signal?: AbortSignal;
}

interface AccountOutcome<T> {
  readonly account: Account;
  readonly stack: Stack;
  /** Neither outcome nor error means that it was not started. */
  readonly outcome?: T;
  readonly error?: Error;
}

/** Runs work for the bootstrap stack of each account. Shows a failure in the view, and continues with the others. */
export async function eachAccount<T>(
  options: EachAccountOptions,
  work: (stack: Stack, account: Account) => Promise<T>,
): Promise<AccountOutcome<T>[]> {
  const { accounts, stacks, view, parallel, signal } = options;
  const outcomes = new Map<string, Pick<AccountOutcome<T>, "outcome" | "error">>();
  const nodes = accounts.map((account) => {
    const id = stackId(account.name, "bootstrap");
    const stack = stacks.find((each) => each.id === id);
    if (!stack) throw new Error(`no stack ${id} was synthesized`);
    return { id, dependencies: [], account, stack };
  });
  const attempt = async (stack: Stack, account: Account): Promise<void> => {
    try {
      outcomes.set(stack.id, { outcome: await work(stack, account) });
    } catch (error) {
      if (!(error instanceof UserError || error instanceof TerraformError)) throw error; // a bug
      outcomes.set(stack.id, { error });
      view.fail(stack.id, error);
    }
  };
  view.start(nodes.map(({ id }) => id));
  try {
    const results = await runGraph(nodes, ({ stack, account }) => attempt(stack, account), { parallel, signal });
    for (const result of results.values()) if (result.status === "failed") throw result.error;
  } finally {
    await view.stop();
  }
  return nodes.map(({ account, stack }) => ({ account, stack, ...outcomes.get(stack.id) }));
}

interface SelectedAccounts {
  /** In the order of the estate. */
  readonly accounts: readonly Account[];
  /** Created members without an id in the estate: AWS has not created them, or their id was not added yet. */
  readonly waiting: readonly string[];
}

/**
 * The accounts that a command names.
 *
 * @param all selects every account; no name may be given then
 * @throws UserError that lists every unknown name
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
