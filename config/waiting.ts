import { accountStackNames, memberStackName } from "./layout";
import { listIn } from "./list-in";
import type { Account, Environment, Estate } from "./model";
import { stackId } from "./naming";
import { optInRegions } from "./regions";
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

/** One line for each region that accounts must enable first, with the accounts. */
export function optInLines({ accounts }: Pick<Estate, "accounts">): string[] {
  const master = accounts.find(({ kind }) => kind === "master");
  const byRegion = new Map<string, Account[]>();
  for (const account of accounts)
    for (const region of optInRegions(account.regions)) {
      listIn(byRegion, region).push(account);
      // STS of that region gives the access role, and accepts credentials of accounts that have enabled the region.
      if (account.accessRoleArn && master) listIn(byRegion, region).push(master);
    }
  return [...byRegion].map(([region, users]) => {
    const names = [...new Set(users)].map(({ name, id }) => `${name} (${id})`);
    return (
      `note: AWS enables ${region} on request only. Enable it in ${names.join(", ")}, with credentials of the account: ` +
      `aws account enable-region --region-name ${region}`
    );
  });
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
