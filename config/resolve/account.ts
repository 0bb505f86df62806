import { listIn } from "../maps";
import type { Account, CredentialMode, Estate } from "../model";
import { accountNames, environmentNames, namespace, ORGANIZATION_ACCESS_ROLE, roleArn } from "../naming";
import type { TrailConfig } from "../organization-model";
import { groupIn } from "../schema/values";
import type { ParsedAccount, ParsedEnvironment, ParsedEstate, ParsedExisting, Profile } from "../schema";

/** The region in which AWS records calls that have no region: root sign-ins, and STS at its global endpoint. */
export const SIGN_IN_REGION = "us-east-1";

/** The bucket that every environment has. */
export const STUDY_DATA = "studydata";

type NamedEnvironment = readonly [name: string, environment: ParsedEnvironment];

/** The environments of each account, in the order of the file. */
export interface EnvironmentsByAccount {
  /** Those whose application runs in the account. */
  readonly hosted: (account: string) => readonly NamedEnvironment[];
  /** Those that have a stack in the account, as main or member account. */
  readonly deployed: (account: string) => readonly NamedEnvironment[];
}

export function environmentsByAccount({ environments }: ParsedEstate): EnvironmentsByAccount {
  const [hosted, deployed] = [new Map<string, NamedEnvironment[]>(), new Map<string, NamedEnvironment[]>()];
  for (const [name, environment] of Object.entries(environments)) {
    const { account: main, members } = environment;
    listIn(hosted, main).push([name, environment]);
    for (const account of new Set([main, ...Object.values(members).map((member) => member.account)]))
      listIn(deployed, account).push([name, environment]);
  }
  return { hosted: (account) => hosted.get(account) ?? [], deployed: (account) => deployed.get(account) ?? [] };
}

export function resolveAccount(
  settings: ParsedEstate,
  name: string,
  id: string,
  byAccount: EnvironmentsByAccount,
  { direct = false }: CredentialMode,
): Omit<Account, "externalStacks" | "ownStacks" | "ownStackReads" | "trailBucket"> {
  const account = entryOf(settings.accounts, name);
  const { kind, membership, region = settings.defaultRegion, furtherRegions, trail = kind === "main" } = account;
  const [hosted, deployed] = [byAccount.hosted(name), byAccount.deployed(name)];
  const production = hosted.some(([, environment]) => environment.production);
  const people = peopleOf(settings, account);
  const role = account.accessRole ?? (membership === "created" ? ORGANIZATION_ACCESS_ROLE : undefined);
  // Each by its name: a copy of the rest is slow in V8, and an estate may have a thousand accounts.
  return {
    kind,
    membership,
    joins: account.joins,
    email: account.email,
    maintainers: account.maintainers,
    sourceIps: account.sourceIps,
    operatorSessionSeconds: account.operatorSessionSeconds,
    monthlyBudgetUsd: account.monthlyBudgetUsd,
    guardDuty: account.guardDuty,
    securityHub: account.securityHub,
    existing: account.existing,
    serviceUsers: account.serviceUsers,
    ...people,
    name,
    id,
    region,
    identityRegion: identityRegion(settings, name),
    regions: regionsOf(settings, { kind, region, furtherRegions }, deployed, regionsOfAdmin(people, production)),
    chargeCode: account.chargeCode ?? settings.chargeCode,
    accessRoleArn: role && roleArn(id, role),
    assumedRoleArn: role && !direct ? roleArn(id, role) : undefined,
    alias: aliasOf(settings.solution, name, account.alias),
    stateBucket: accountNames.stateBucket(settings.solution, id),
    stateKeyAlias: account.stateKey ? accountNames.stateKeyAlias(settings.solution) : undefined,
    configBucket: configBucketOf(settings.solution, id, account.configRecorder),
    oldVersionDays: daysOf(account.oldVersionDays),
    // An invited member belongs to somebody else.
    contacts: { ...(membership !== "invited" && settings.contacts), ...account.contacts },
    trail: trail ? ownTrail(settings, name, id, hosted) : undefined,
    alarm: {
      name: accountNames.adminAlarm(settings.solution),
      emails: account.alarmEmails ?? [account.email],
      ofAdmin: production,
    },
    profile: profileOf(hosted),
    hosts: hosted.map((environment) => hostOf(settings, environment)),
    deployments: kind === "master" ? Object.keys(settings.environments) : deployed.map(([environment]) => environment),
  };
}

function hostOf(settings: ParsedEstate, [name, { region, application, production, existing }]: NamedEnvironment) {
  const of = environmentNamespace(settings, name);
  return {
    namespace: of,
    region: region ?? settings.defaultRegion,
    repositories: application.repositories.map((repository) => repositoryName(repository, of, existing)),
    production,
  };
}

function peopleOf(settings: ParsedEstate, { operators, admins, breakGlass = [] }: ParsedAccount) {
  const adminGroups = groupsIn(admins);
  return {
    operators: usersIn(operators),
    admins: [...new Set([...usersIn(admins), ...breakGlass])],
    operatorGroups: groupsIn(operators),
    adminGroups,
    adminGroupsRegion: adminGroups.length > 0 ? identityHome(settings)?.region : undefined,
  };
}

const usersIn = (people: readonly string[]): string[] => people.filter((person) => groupIn(person) === undefined);
const groupsIn = (people: readonly string[]): string[] =>
  people.flatMap((person) => {
    const group = groupIn(person);
    return group === undefined ? [] : [group];
  });

/** The account that manages IAM Identity Center, and the home region of its instance. */
function identityHome({ identityCenter, accounts, defaultRegion }: ParsedEstate) {
  if (!identityCenter) return undefined;
  const { account = Object.keys(accounts).find((each) => accounts[each]?.kind === "master") } = identityCenter;
  if (account === undefined) return undefined;
  return { account, region: identityCenter.region ?? accounts[account]?.region ?? defaultRegion };
}

/** The home region, if the account of this name manages IAM Identity Center. */
function identityRegion(settings: ParsedEstate, name: string): string | undefined {
  const home = identityHome(settings);
  return home?.account === name ? home.region : undefined;
}

/** The account's own region first. Master roles are IAM's, which has no regions. */
function regionsOf(
  settings: ParsedEstate,
  { kind, region, furtherRegions }: Pick<ParsedAccount, "kind" | "furtherRegions"> & { readonly region: string },
  deployed: readonly NamedEnvironment[],
  alarm: readonly string[],
): string[] {
  // The security account has the organization's analyzer in each region that its members may use.
  const further = kind === "security" ? [...furtherRegions, ...allowedRegionsIn(settings)] : furtherRegions;
  const others = [...deployed.map(([, each]) => each.region ?? settings.defaultRegion), ...further].sort();
  return [...new Set([region, ...others, ...alarm])];
}

/** The regions of the organization's members: by default those in which the estate has stacks or settings, sorted. */
export function allowedRegionsIn(estate: ParsedEstate): string[] {
  const { defaultRegion, accounts, environments, identityCenter, organization } = estate;
  if (organization?.allowedRegions) return organization.allowedRegions;
  const settings = [...Object.values(accounts), ...Object.values(environments)];
  const further = Object.values(accounts).flatMap(({ furtherRegions }) => furtherRegions);
  const home = identityCenter?.region === undefined ? [] : [identityCenter.region];
  // An alarm on use of Admin has a key there.
  const alarms = Object.values(environments).some(({ production, account }) => production && accounts[account]?.joins);
  const all = [...settings.map(({ region }) => region ?? defaultRegion), ...further, ...home];
  return [...new Set(alarms ? [...all, SIGN_IN_REGION] : all)].sort();
}

/** In addition to the account's own, the regions in which Admin's use is an event. */
function regionsOfAdmin({ adminGroupsRegion: home }: Pick<Account, "adminGroupsRegion">, ofAdmin: boolean): string[] {
  if (!ofAdmin) return [];
  return home === undefined ? [SIGN_IN_REGION] : [SIGN_IN_REGION, home];
}

const aliasOf = (solution: string, name: string, alias: string | false | undefined): string | undefined =>
  alias === false ? undefined : (alias ?? accountNames.alias(solution, name));

const configBucketOf = (solution: string, id: string, isRecorded: boolean): string | undefined =>
  isRecorded ? accountNames.configBucket(solution, id) : undefined;

/** The days of a setting in which `false` means never. */
const daysOf = (days: number | false): number | undefined => (days === false ? undefined : days);

function ownTrail(
  ...[settings, name, id, hosted]: [ParsedEstate, string, string, readonly NamedEnvironment[]]
): TrailConfig {
  const account = entryOf(settings.accounts, name);
  const recordedBuckets = account.trailDataEvents ? dataBuckets(settings, id, hosted) : undefined;
  return { ...trailOf(settings.solution, name, id, account), recordedBuckets };
}

const dataBuckets = (settings: ParsedEstate, accountId: string, hosted: readonly NamedEnvironment[]): string[] =>
  hosted.flatMap(([name, { application, existing }]) =>
    [STUDY_DATA, ...application.buckets].map((bucket) =>
      bucketName(bucket, environmentNamespace(settings, name), accountId, existing),
    ),
  );

/** The full name of a bucket of an environment. */
export const bucketName = (
  ...[name, prefix, accountId, existing]: [string, string, string, ParsedExisting | undefined]
): string => existing?.buckets?.[name] ?? environmentNames.bucket(prefix, accountId, name);

/** The full name of an image repository of an environment. */
export const repositoryName = (name: string, prefix: string, existing: ParsedExisting | undefined): string =>
  existing?.repositories?.[name] ?? environmentNames.repository(prefix, name);

/** One hardened environment hardens its account, and so does an account that runs none. */
function profileOf(hosted: readonly NamedEnvironment[]): Profile {
  const documented = hosted.length > 0 && hosted.every(([, { profile }]) => profile === "documented");
  return documented ? "documented" : "hardened";
}

/** The trail of an account with these settings, or of the organization whose log files the account stores. */
export const trailOf = (
  ...[solution, of, accountId, settings]: [
    string,
    string,
    string,
    Pick<ParsedAccount, "trailLockDays" | "oldVersionDays" | "trailKey">,
  ]
): TrailConfig => ({
  lockDays: settings.trailLockDays,
  oldVersionDays: daysOf(settings.oldVersionDays),
  keyAlias: settings.trailKey ? accountNames.trailKeyAlias(solution) : undefined,
  name: accountNames.trail(solution, of),
  bucket: accountNames.trailBucket(solution, accountId),
  accessLogBucket: accountNames.trailAccessLogBucket(solution, accountId),
});

export const environmentNamespace = (settings: ParsedEstate, name: string): string =>
  namespace(name, settings.environments[name]?.region ?? settings.defaultRegion, settings.solution);

/** The account that hosts AWS Organizations; undefined in an estate without one. */
export const masterOf = ({ accounts }: Pick<Estate, "accounts">): Account | undefined =>
  accounts.find(({ kind }) => kind === "master");

/**
 * The regions in which the alarm listens for use of an account's Admin and root: EventBridge receives a call in the
 * region where it was made, and IAM Identity Center makes its calls in its home region.
 */
export const alarmRegions = (account: Pick<Account, "region" | "alarm" | "adminGroupsRegion">): string[] =>
  account.alarm.ofAdmin ? [...new Set([account.region, ...regionsOfAdmin(account, true)])] : [SIGN_IN_REGION];

/** The entry of a record under a name that a check has found to exist. */
export function entryOf<T>(record: Readonly<Record<string, T>>, name: string): T {
  const value = record[name];
  if (value === undefined)
    throw new Error(`the record must have an entry "${name}", got ${Object.keys(record).join(", ")}`);
  return value;
}
