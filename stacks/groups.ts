import { createHash } from "node:crypto";
import type { AddressFiles } from "../config/address-files";
import { externalOf, type ExternalConfig } from "../config/external-model";
import { stacksOf, type StackSpec } from "../config/layout";
import { listIn, oncePer } from "../config/maps";
import type { Account, Environment, Estate } from "../config/model";
import type { IdentityConfig, OrganizationConfig } from "../config/organization-model";
import { accountNames, adminArns, appliedKey, roleArn } from "../config/naming";
import { predecessorOf } from "../config/predecessor";
import { plannedAccounts } from "../config/resolve/environment";
import { UserError } from "../config/user-error";
import type { RecordReader } from "../modules/state-bucket";

/*
 * Stacks are built in groups, each from its input alone. So equal inputs mean equal stacks as long as the code is the
 * same: `npm run affected` relies on it.
 */

/** The settings of an estate that stacks of any group read. */
export type EstateSettings = Pick<Estate, "solution" | "pipelines" | "planRoleReads" | "custom">;

/** Everything of an estate that the account-wide stacks of one account are made of. Plain data. */
export interface AccountInput {
  readonly settings: EstateSettings;
  readonly account: Account;
  /** In the master account. @default none */
  readonly organization?: OrganizationConfig;
  /** In the account that manages IAM Identity Center. @default none */
  readonly identity?: IdentityConfig;
  /** What is managed outside AWS with its state in the account. @default nothing */
  readonly external?: ExternalConfig;
  /** ARNs of the roles of deployment machines that may plan the account. */
  readonly plannerArns: readonly string[];
  /** The roles of other accounts that apply later stages of a promotion, and so read the records of this account. */
  readonly recordReaders: readonly RecordReader[];
  /** What its stacks import and move. @default nothing */
  readonly addresses?: AddressFiles;
}

/** Everything of an estate that the stacks of one environment are made of. Plain data. */
export interface EnvironmentInput {
  readonly settings: EstateSettings;
  readonly environment: Environment;
  /** Access roles in members of other environments that this environment does not use. */
  readonly otherAccessRoleArns: readonly string[];
  /** What its stacks import and move. @default nothing */
  readonly addresses?: AddressFiles;
}

/** Stacks that are built together. Only they can read each other's values. */
export interface StackGroup {
  /** Computed whenever it is read: a selection needs few of them. */
  readonly input: AccountInput | EnvironmentInput;
  /** The layout of its stacks. */
  readonly specs: readonly StackSpec[];
}

/** A group for each account, of its account-wide stacks, and one for each environment, in the order of the estate. */
export function groupsOf(estate: Estate): StackGroup[] {
  const { solution, pipelines, planRoleReads, custom } = estate;
  const settings: EstateSettings = { solution, pipelines, planRoleReads, custom };
  const byOwner = new Map<Account | Environment, StackSpec[]>();
  for (const spec of stacksOf(estate)) listIn(byOwner, spec.environment ?? spec.account).push(spec);
  const specsOf = (owner: Account | Environment) => byOwner.get(owner) ?? [];
  return [
    ...estate.accounts.map((account) => ({
      get input() {
        return { ...accountInput(estate, settings, account), addresses: addressesOf(estate, specsOf(account)) };
      },
      specs: specsOf(account),
    })),
    ...estate.environments.map((environment) => ({
      get input() {
        return {
          ...{ settings, environment, otherAccessRoleArns: otherAccessRoleArns(estate, environment) },
          addresses: addressesOf(estate, specsOf(environment)),
        };
      },
      specs: specsOf(environment),
    })),
  ];
}

/** Only the entries of these stacks: those of others must not change what a group is made of. */
function addressesOf({ adoptions, moves }: Estate, specs: readonly StackSpec[]): AddressFiles | undefined {
  if (!adoptions && !moves) return undefined;
  const own = <T>(all: Readonly<Record<string, T>> | undefined) => {
    const entries = specs.flatMap(({ id }) => (all && Object.hasOwn(all, id) ? [[id, all[id] as T] as const] : []));
    return entries.length === 0 ? undefined : Object.fromEntries(entries);
  };
  const found = { adoptions: own(adoptions), moves: own(moves) };
  return found.adoptions || found.moves ? found : undefined;
}

function accountInput(estate: Estate, settings: EstateSettings, account: Account): AccountInput {
  return {
    settings,
    account,
    organization: account.kind === "master" ? estate.organization : undefined,
    identity: account.identityRegion === undefined ? undefined : estate.identity,
    external: externalOf(estate.external, account.name),
    plannerArns: (planners(estate).get(account) ?? []).map((each) => roleArn(each.account.id, each.deploymentRole)),
    recordReaders: recordReaders(estate, account),
  };
}

/**
 * The groups of these stacks, and that of the organization if they have own stacks, which its policies may deny.
 *
 * @throws UserError for an id that the estate does not have
 */
export function groupsWith(groups: readonly StackGroup[], ids: readonly string[]): StackGroup[] {
  const wanted = new Set(ids);
  const found = groups.filter(({ specs }) => specs.some(({ id }) => wanted.has(id)));
  const known = new Set(found.flatMap(({ specs }) => specs.map(({ id }) => id)));
  const unknown = ids.filter((id) => !known.has(id));
  if (unknown.length > 0)
    throw new UserError(`the stacks to synthesize must be stacks of the estate, got ${unknown.join(", ")}`);
  const hasOwn = found.some(({ specs }) => specs.some(({ account, environment }) => (environment ?? account).ownStacks.length > 0)); // prettier-ignore
  return hasOwn ? groups.filter((group) => found.includes(group) || hasOrganization(group)) : found;
}

const hasOrganization = ({ specs }: StackGroup): boolean =>
  specs.some(({ name, account }) => account.kind === "master" && name === "organization");

/** For each stack of an estate, the SHA-256 of the input of its group. */
export function inputDigests(groups: readonly StackGroup[]): Map<string, string> {
  // Many groups have the same account and settings in their input: each is read once.
  const known = new Map<unknown, string>();
  const digestOf = (input: unknown): string =>
    createHash("sha256")
      .update(
        JSON.stringify(input, (_, value: unknown) => {
          if (value === undefined) return "\0undefined"; // JSON would leave it out
          return value === input || typeof value !== "object" ? value : (known.get(value) ?? value);
        }),
      )
      .digest("hex");
  for (const { specs } of groups)
    for (const { account } of specs) if (!known.has(account)) known.set(account, digestOf(account));
  return new Map(
    groups.flatMap(({ input, specs }) => {
      if (!known.has(input.settings)) known.set(input.settings, digestOf(input.settings));
      const digest = digestOf(input);
      return specs.map(({ id }) => [id, digest] as const);
    }),
  );
}

/** For each account, the environments whose deployment machines may plan it. */
const planners = oncePer(({ environments }: Estate): ReadonlyMap<Account, readonly Environment[]> => {
  const byAccount = new Map<Account, Environment[]>();
  for (const environment of environments)
    for (const account of plannedAccounts(environment)) listIn(byAccount, account).push(environment);
  return byAccount;
});

interface Follower {
  readonly spec: StackSpec;
  readonly predecessor: StackSpec;
}

/** For each account, the stacks of other accounts that follow one of its stacks in promotion. */
const followers = oncePer((estate: Estate): ReadonlyMap<Account, readonly Follower[]> => {
  const byAccount = new Map<Account, Follower[]>();
  for (const spec of stacksOf(estate)) {
    const predecessor = predecessorOf(spec, estate);
    if (predecessor && predecessor.account !== spec.account)
      listIn(byAccount, predecessor.account).push({ spec, predecessor });
  }
  return byAccount;
});

function recordReaders(estate: Estate, account: Account): RecordReader[] {
  const { solution, pipelines } = estate;
  const byReader = new Map<string, { roleArns: string[]; keys: string[] }>();
  for (const { spec, predecessor } of followers(estate).get(account) ?? []) {
    const { account: follower } = spec;
    const { id } = follower;
    const reader = byReader.get(id) ?? { roleArns: adminArns(follower), keys: [] };
    byReader.set(id, reader);
    const deployment = spec.environment?.name ?? accountNames.accountDeployment;
    const pipeline = pipelines.length > 0 ? [roleArn(id, accountNames.applyRole(solution, deployment))] : [];
    reader.roleArns.push(...pipeline);
    reader.keys.push(appliedKey(predecessor.state.key));
  }
  return [...byReader].map(([accountId, { roleArns, keys }]) => ({
    accountId,
    roleArns: [...new Set(roleArns)],
    keys: [...new Set(keys)],
  }));
}

/** The names of the accounts that are a member of an environment. */
const usedMembers = oncePer(
  ({ environments }: Estate) =>
    new Set(environments.flatMap(({ members }) => members.map(({ account }) => account.name))),
);

function otherAccessRoleArns(estate: Estate, { members }: Environment): string[] {
  const own = new Set(members.map(({ account }) => account.name));
  return (estate.organization?.members ?? [])
    .filter(({ name }) => !own.has(name) && usedMembers(estate).has(name))
    .flatMap(({ id, roleName }) => (id === undefined || roleName === undefined ? [] : [roleArn(id, roleName)]));
}
