import { EXTERNAL_PROVIDERS, type ExternalProvider, type ExternalStackName } from "./external-model";
import { oncePer } from "./maps";
import type { Account, Environment, Estate, Member, OwnStackConfig } from "./model";
import { accountNames, stackId, stateKey } from "./naming";

/** The object that stores a state. */
export interface StateLocation {
  readonly bucket: string;
  readonly key: string;
  readonly region: string;
}

/** A stack of an estate: its name, the account and region that it deploys into, and the location of its state. */
export interface StackSpec {
  readonly id: string;
  /** The last part of the id, for example `network`. */
  readonly name: string;
  readonly account: Account;
  readonly region: string;
  readonly chargeCode: string;
  readonly state: StateLocation;
  /** The environment that it belongs to; undefined for account-wide stacks. */
  readonly environment?: Environment;
  /** Terraform's name of its provider, if it is not AWS. @default AWS */
  readonly provider?: ExternalProvider;
}

export interface EnvironmentStackSpec extends StackSpec {
  readonly environment: Environment;
}

/** The stack of IAM Identity Center, in the account that manages it. */
const IDENTITY = "identity";

/** The stack with the bucket of the organization's trail, in the security account. */
export const TRAIL_BUCKET = "trail-bucket";

const stateOf = (owner: string, name: string, account: Account): StateLocation => ({
  bucket: account.stateBucket,
  key: stateKey(owner, name),
  region: account.region,
});

/**
 * An account-wide stack. It belongs to the account, not to an environment, since IAM names are global in an account.
 */
export function accountStack(account: Account, name: string): StackSpec {
  const { name: owner, chargeCode, identityRegion = account.region } = account;
  const region = name === IDENTITY ? identityRegion : account.region;
  return { id: stackId(owner, name), name, account, state: stateOf(owner, name, account), region, chargeCode };
}

/**
 * A stack of an environment, by default in its main account. Its state is stored in the account that it deploys into.
 */
export function environmentStack(
  environment: Environment,
  name: string,
  account = environment.account,
): EnvironmentStackSpec {
  const { name: owner, region, chargeCode } = environment;
  const state = stateOf(owner, name, account);
  return { id: stackId(owner, name), name, account, state, region, chargeCode, environment };
}

export const memberStack = (environment: Environment, member: Member): EnvironmentStackSpec =>
  environmentStack(environment, memberStackName(member.name), member.account);

/** The stack that a team added to an account or, in its main account, to an environment. */
export function ownStack(owner: Account | Environment, { name, region }: OwnStackConfig): StackSpec {
  return { ...("account" in owner ? environmentStack(owner, name) : accountStack(owner, name)), region };
}

/** The stack of a provider outside AWS, with its state in an account. */
export const externalStack = (account: Account, name: ExternalStackName): StackSpec => ({
  ...accountStack(account, name),
  provider: EXTERNAL_PROVIDERS[name],
});

/**
 * The names of the stacks of an environment, if it has them. `memberStackName` builds those of members, and
 * `databaseStackName` those of `databases`.
 */
export const ENVIRONMENT_STACKS = ["network", "database", "application", "master-role"] as const;

export const memberStackName = (member: string): string => `member-${member}`;

/** @param database the name in `databases`; undefined for the one of the key `database` */
export const databaseStackName = (database?: string): string =>
  database === undefined ? "database" : `database-${database}`;

/** The names of the account-wide stacks of an account, in the order in which they can be applied. */
export const accountStackNames = ({
  kind,
  identityRegion,
  externalStacks = [],
  trailBucket,
  ownStacks = [],
}: Pick<Account, "kind" | "identityRegion"> &
  Partial<Pick<Account, "externalStacks" | "ownStacks">> & { readonly trailBucket?: unknown }): readonly string[] => [
  "bootstrap",
  ...(trailBucket === undefined ? [] : [TRAIL_BUCKET]),
  "iam",
  ...(kind === "master" ? ["organization"] : []),
  ...(identityRegion === undefined ? [] : [IDENTITY]),
  ...externalStacks,
  ...ownStacks.map(({ name }) => name),
];

/** The environments that stacks belong to, in promotion order. */
export function environmentsOf(
  specs: readonly StackSpec[],
  { environments }: Pick<Estate, "environments">,
): Environment[] {
  return environments.filter(({ name }) => specs.some(({ environment }) => environment?.name === name));
}

/**
 * The GitHub environment from which a stack is applied: that of its environment, or `account-<account>` for
 * account-wide stacks. Its approvers approve the stack.
 */
export const deploymentOf = ({ environment, account }: Pick<StackSpec, "environment" | "account">): string =>
  environment?.name ?? `${accountNames.accountDeployment}-${account.name}`;

/** Every stack of an estate. Adding an account or an environment to the estate file adds its stacks here. */
export const stacksOf = oncePer(everyStack);

function everyStack(estate: Estate): readonly StackSpec[] {
  return [...estate.accounts, ...estate.environments].flatMap(stacksOfOwner);
}

/** The account-wide stacks of an account, or the stacks of an environment, in the order in which they can be applied. */
export function stacksOfOwner(owner: Account | Environment): readonly StackSpec[] {
  const own = owner.ownStacks.map((config) => ownStack(owner, config));
  if (!("account" in owner)) {
    const { kind, identityRegion, trailBucket } = owner;
    return [
      ...accountStackNames({ kind, identityRegion, trailBucket }).map((name) => accountStack(owner, name)),
      ...owner.externalStacks.map((name) => externalStack(owner, name)),
      ...own,
    ];
  }
  return [
    environmentStack(owner, "network"),
    ...owner.databases.map(({ name }) => environmentStack(owner, databaseStackName(name))),
    environmentStack(owner, "application"),
    ...(owner.master ? [environmentStack(owner, "master-role", owner.master)] : []),
    ...owner.members.map((member) => memberStack(owner, member)),
    ...own,
  ];
}
