import { type Environment, type Estate } from "./model";
import { stackId } from "./naming";
import { memberStackName, accountStackNames } from "./layout";
import { masterOf } from "./resolve/account";

/**
 * What people are told of the accounts whose ids are not known yet, with the stacks that wait for them: a line each,
 * none where none waits.
 *
 * @param environments whose members are meant. Default: all, and accounts that are nobody's member
 */
export function waitingLines(estate: Estate, environments: readonly Environment[] = estate.environments): string[] {
  const names = new Set(environments.map(({ name }) => name));
  const all = environments.length === estate.environments.length;
  const waiting = estate.waiting
    .map(({ account, members }) => ({ account, members: members.filter(({ environment }) => names.has(environment)) }))
    .filter(({ members }) => all || members.length > 0);
  const remedy = `apply ${organizationStack(estate)}, then: npm run accounts`;
  return waitingStacks({ ...estate, waiting }).map(
    ({ account, stackIds }) =>
      `note: waiting for the account ${account} (its id is not in the estate file yet): ${stackIds.join(", ")}; ${remedy}`,
  );
}

/** Tells on standard error what waits: `waitingLines`. Gives the estate back. */
export function printWaiting(estate: Estate, environments?: readonly Environment[]): Estate {
  for (const line of waitingLines(estate, environments)) console.error(line);
  return estate;
}

/** The stack that makes the created members. An estate that has some has a master account. */
export function organizationStack(estate: Estate): string {
  return stackId(masterOf(estate)?.name ?? "master", "organization");
}

/** What an estate would also have if the ids of its accounts were known: the account, and the ids of its stacks. */
interface WaitingStacks {
  readonly account: string;
  readonly stackIds: readonly string[];
}

/** The created members whose id is not known yet, with the stacks that wait for it. */
export function waitingStacks({ waiting }: Estate): WaitingStacks[] {
  return waiting.map(({ account, members }) => ({
    account,
    stackIds: [
      ...accountStackNames({ kind: "member" }).map((name) => stackId(account, name)),
      ...members.map(({ environment, member }) => stackId(environment, memberStackName(member))),
    ],
  }));
}
