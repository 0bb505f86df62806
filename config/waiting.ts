import { accountStackNames, databaseStackName, memberStackName, stacksOf } from "./layout";
import { oncePer } from "./maps";
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
    .map(({ members, ...each }) => ({ ...each, members: members.filter(({ environment }) => names.has(environment)) }))
    .filter(({ members }) => all || members.length > 0);
  return waitingStacks({ ...estate, waiting }).map(
    ({ account, stackIds }) =>
      `note: waiting for the account ${account} (its id is not in the estate file yet): ${stackIds.join(", ")}; ` +
      `apply ${organizationStack(estate)} (npm run plan -- ${organizationStack(estate)}), then run npm run accounts`,
  );
}

/**
 * The accounts that must enable a region, for each region that AWS enables on request only: those with something in the
 * region or with a stack whose provider calls it, and the master account for those that are reached from it. STS of a
 * region accepts credentials of accounts that have enabled it.
 */
export const optInAccounts = oncePer((estate: Estate): ReadonlyMap<string, ReadonlySet<Account>> => {
  const master = masterOf(estate);
  const byRegion = new Map<string, Set<Account>>();
  const add = (account: Account, regions: readonly string[]) => {
    for (const region of optInRegions(regions)) {
      const users = byRegion.get(region) ?? new Set();
      byRegion.set(region, users.add(account));
      if (account.accessRoleArn && master) users.add(master);
    }
  };
  for (const account of estate.accounts) add(account, account.regions);
  for (const { account, region } of stacksOf(estate)) add(account, [region]);
  return byRegion;
});

/** One line for each region that accounts must enable first, with the accounts. */
export function optInLines(estate: Estate): string[] {
  return [...optInAccounts(estate)].map(([region, users]) => {
    const names = [...users].map(({ name, id }) => `${name} (${id})`);
    return (
      `note: AWS enables ${region} on request only. Enable it in ${names.join(", ")}, with credentials of the account: ` +
      `aws account enable-region --region-name ${region}`
    );
  });
}

/**
 * One line for each environment whose network reaches no API of AWS but S3: it has neither public subnets nor interface
 * endpoints.
 */
export function secludedLines({ environments }: Pick<Estate, "environments">): string[] {
  return environments
    .filter(({ network }) => network.publicSubnets.length === 0 && network.endpoints.length === 0)
    .map(
      ({ name }) =>
        `note: ${name} has private subnets only, which reach no API of AWS but S3: neither Session Manager nor a deployment ` +
        `machine works there. If you need one, list its services in environments.${name}.network.endpoints, which cost money (docs/costs.md)`,
    );
}

/** What the cross-account execution role starts in a member, and the endpoints that it needs. */
const ANALYTICS_ENDPOINTS = ["elasticmapreduce", "sagemaker.api", "sagemaker.runtime"];

/** One line for each member that has endpoints, but not those for the analytics of its role. */
export function incompleteEndpointLines({ environments }: Pick<Estate, "environments">): string[] {
  return environments.flatMap(({ name: environment, members }) =>
    members.flatMap(({ name, network }) => {
      const missing = ANALYTICS_ENDPOINTS.filter((service) => !network?.endpoints.includes(service));
      if (!network || network.endpoints.length === 0 || missing.length === 0) return [];
      return [
        `note: environments.${environment}.members.${name}.endpoints lists no ${missing.join(", ")}: without a public ` +
          `address, machines reach EMR and SageMaker, which the member's role uses, only by these`,
      ];
    }),
  );
}

/** One line for each database that keeps its public address. */
export function publicDatabaseLines(environments: readonly Environment[]): string[] {
  return environments.flatMap(({ name: environment, databases }) =>
    databases
      .filter(({ existing }) => existing?.publiclyAccessible)
      .map(
        ({ name }) =>
          `warning: ${stackId(environment, databaseStackName(name))} has a public address. To turn it off, remove ` +
          `environments.${environment}.existing.${name === undefined ? "database" : `databases.${name}`}.publiclyAccessible, in a change of its own`,
      ),
  );
}

/** One line for each bucket whose objects expire. */
export function expiringBucketLines(environments: readonly Environment[]): string[] {
  return environments.flatMap(({ name: environment, application }) =>
    application.buckets.flatMap(({ name, lifecycle: { objectDays, oldVersionDays } = {} }) =>
      objectDays === undefined
        ? []
        : [
            `warning: ${stackId(environment, "application")}: S3 deletes every object of the bucket ${name} ` +
              `${objectDays} days after it is written, ` +
              `${oldVersionDays === undefined ? "and keeps its versions" : `and its versions ${oldVersionDays} days later`} ` +
              `(environments.${environment}.application.bucketSettings.${name}.expirationDays)`,
          ],
    ),
  );
}

/** Prints `waitingLines`, `publicDatabaseLines` and `expiringBucketLines` on standard error and returns the estate. */
export function printWaiting(estate: Estate, environments: readonly Environment[] = estate.environments): Estate {
  for (const line of [
    ...waitingLines(estate, environments),
    ...publicDatabaseLines(environments),
    ...expiringBucketLines(environments),
  ])
    console.error(line);
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
  return waiting.map(({ account, members, ownStacks = [], trailBucket }) => ({
    account,
    stackIds: [
      ...[...accountStackNames({ kind: "member", trailBucket }), ...ownStacks].map((name) => stackId(account, name)),
      ...members.map(({ environment, member }) => stackId(environment, memberStackName(member))),
    ],
  }));
}
