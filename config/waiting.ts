import { accountStackNames, memberStackName } from "./layout";
import type { Environment, Estate } from "./model";
import { stackId } from "./naming";
import { masterOf } from "./resolve/account";

/**
 * One line for each account without an id, with the stacks that wait for it.
 * @param environments only accounts that are members of these. Default: all accounts, including unused ones
 */
export function waitingLines(estate: Estate, environments: readonly Environment[] = estate.environments): string[] {
  const names = new Set(environments.map(({ name }) => name));
  const all = environments.length === estate.environments.length;
  const waiting = estate.waiting
    .map(({ account, members }) => ({ account, members: members.filter(({ environment }) => names.has(environment)) }))
    .filter(({ members }) => all || members.length > 0);
  return waitingStacks({ ...estate, waiting }).map(
    ({ account, stackIds }) =>
      `note: waiting for the account ${account} (its id is not in the estate file yet): ${stackIds.join(", ")}; ` +
      `apply ${organizationStack(estate)}, then: npm run accounts`,
  );
}

/** Prints `waitingLines` on standard error and returns the estate. */
export function printWaiting(estate: Estate, environments?: readonly Environment[]): Estate {
  for (const line of waitingLines(estate, environments)) console.error(line);
  return estate;
}

/** The stack that creates the created members, in the master account. */
export function organizationStack(estate: Estate): string {
  const master = masterOf(estate);
  if (!master) throw new Error("an estate with created members must have a master account, got none");
  return stackId(master.name, "organization");
}

interface WaitingStacks {
  readonly account: string;
  readonly stackIds: readonly string[];
}

/** The created members without an id, each with the stacks that the estate gets once it has one. */
export function waitingStacks({ waiting }: Estate): WaitingStacks[] {
  return waiting.map(({ account, members }) => ({
    account,
    stackIds: [
      ...accountStackNames({ kind: "member" }).map((name) => stackId(account, name)),
      ...members.map(({ environment, member }) => stackId(environment, memberStackName(member))),
    ],
  }));
}
