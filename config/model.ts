import { wizardSubnets } from "./cidr";
import { accountNames, environmentNames, namespace, ORGANIZATION_ACCESS_ROLE, roleArn } from "./naming";
import { zonesOf } from "./regions";
import type {
  ParsedAccount,
  ParsedApplication,
  ParsedDatabase,
  ParsedEstate,
  ParsedMember,
  ParsedNetwork,
  Profile,
  ParsedSecurityGroup,
} from "./schema";

/** An account of the estate, with everything that follows from the file. */
export interface Account {
  readonly name: string;
  readonly id: string;
  readonly kind: ParsedAccount["kind"];
  /** How a member account came to be; undefined for master and main. */
  readonly membership?: ParsedAccount["membership"];
  readonly email: string;
  readonly region: string;
  readonly chargeCode: string;
  readonly operators: readonly string[];
  readonly admins: readonly string[];
  /** Patterns of who applies Terraform beside Admin, pipelines and the access role. */
  readonly maintainers: readonly string[];
  readonly sourceIps?: readonly string[];
  readonly operatorSessionSeconds: number;
  /**
   * The role through which the master account reaches it; undefined where it is reached by its own credentials only.
   */
  readonly accessRoleArn?: string;
  /** The role that Terraform assumes in this run: that one, but where the account's own credentials are to be used. */
  readonly assumedRoleArn?: string;
  readonly monthlyBudgetUsd: number;
  readonly serviceUsers: ParsedAccount["serviceUsers"];
  readonly alias: string;
  readonly stateBucket: string;
  /** The alias of the customer managed key that encrypts the states; undefined where AWS's own key does. */
  readonly stateKeyAlias?: string;
  /** A trail of its own; undefined where the organization's covers it, or its owner's. */
  readonly trail?: TrailConfig;
  /** Who is told when Admin or root is used; undefined where the account runs no production environment. */
  readonly alarm?: { readonly name: string; readonly emails: readonly string[] };
  /**
   * `documented` only where the account runs environments and all of them are: one hardened environment hardens its
   * account.
   */
  readonly profile: Profile;
  /** The environments whose application runs here. */
  readonly hosts: readonly HostedEnvironment[];
  /** The names of all environments that have a stack here: as main, master or member account. */
  readonly deployments: readonly string[];
}

/** What account-wide IAM must know of an environment whose application runs in the account. */
export interface HostedEnvironment {
  readonly namespace: string;
  readonly region: string;
  readonly repositories: readonly string[];
  readonly production: boolean;
}

export interface TrailConfig {
  readonly name: string;
  readonly bucket: string;
  /** For how long nobody can delete what it wrote, in days. */
  readonly lockDays: number;
}

export interface SecurityGroupRuleConfig {
  readonly protocol: "tcp" | "udp" | "icmp" | "all";
  /** Inclusive; none for icmp and all. */
  readonly ports?: { readonly from: number; readonly to: number };
  /** An IPv4 network, or undefined where a group is named. */
  readonly cidrBlock?: string;
  /** A group of the environment by name, or an id `sg-…`. */
  readonly group?: string;
  readonly description: string;
}

export interface SecurityGroupConfig {
  readonly name: string;
  readonly groupName: string;
  readonly description: string;
  /** One, unless the file says several. */
  readonly chargeCodes: readonly string[];
  readonly ingress: readonly SecurityGroupRuleConfig[];
  readonly egress: readonly SecurityGroupRuleConfig[];
}

export interface Subnet {
  readonly zone: string;
  readonly cidrBlock: string;
}

export interface NetworkConfig {
  readonly cidrBlock: string;
  /** Empty where the environment is private only. */
  readonly publicSubnets: readonly Subnet[];
  readonly privateSubnets: readonly Subnet[];
  readonly mapPublicAddresses: boolean;
  readonly flowLogRetentionDays?: number;
}

export interface ApplicationConfig {
  readonly serviceTrust: readonly string[];
  /** Whether the project makes the two roles, or they exist already. */
  readonly makesRoles: boolean;
  readonly apiHandlerRole: string;
  readonly workflowLoopRunnerRole: string;
  /** Full names, `studydata` first. */
  readonly buckets: readonly { readonly name: string; readonly bucket: string }[];
  /** Full names, `<namespace>/<name>`. */
  readonly repositories: readonly { readonly name: string; readonly repository: string }[];
}

export interface Member {
  readonly name: string;
  readonly account: Account;
  /** A created member's network; an invited one brings its own. */
  readonly network?: { readonly cidrBlock: string; readonly subnet: Subnet; readonly mapPublicAddresses: boolean };
  /** An invited member's VPC and subnet. */
  readonly brought?: { readonly vpcId: string; readonly subnetId: string };
}

export interface Environment {
  readonly name: string;
  readonly namespace: string;
  readonly region: string;
  readonly account: Account;
  /** The account that hosts AWS Organizations; undefined in an estate without one. */
  readonly master?: Account;
  readonly production: boolean;
  readonly profile: Profile;
  readonly externalId: string;
  readonly chargeCode: string;
  readonly network: NetworkConfig;
  /** `default` first: it is attached to whatever does not opt out. */
  readonly securityGroups: readonly SecurityGroupConfig[];
  /** The name of a machine's role and instance profile from which the environment is deployed. */
  readonly deploymentRole: string;
  readonly database?: ParsedDatabase;
  readonly application: ApplicationConfig;
  readonly members: readonly Member[];
}

/** A member account that the organization creates. */
export interface OrganizationMemberConfig {
  readonly name: string;
  readonly email: string;
  /** The role through which the master account reaches it. */
  readonly roleName: string;
  /** The unit it is in: the last environment, in promotion order, that works in it. Undefined: the root. */
  readonly unit?: string;
  /** Undefined until AWS has made the account. */
  readonly id?: string;
}

/** AWS Organizations, in the master account. */
export interface OrganizationConfig {
  /** Whether it is read, and not made. */
  readonly existing: boolean;
  readonly units: readonly string[];
  /** AWS services that work for all of it, beside CloudTrail. */
  readonly trustedServices: readonly string[];
  readonly allowedRegions: readonly string[];
  readonly members: readonly OrganizationMemberConfig[];
  /** Names of members that Terraform forgets. */
  readonly retired: readonly string[];
  readonly trail?: TrailConfig;
}

/** A created member whose id is not known yet, and where it is a member. */
export interface WaitingAccount {
  readonly account: string;
  readonly members: readonly { readonly environment: string; readonly member: string }[];
}

/** A valid estate, every reference resolved. Frozen. */
export interface Estate {
  readonly solution: string;
  readonly repository?: string;
  /** Those that have stacks: neither retired nor waiting for their id. */
  readonly accounts: readonly Account[];
  /** In promotion order. */
  readonly environments: readonly Environment[];
  /** Undefined where no master account hosts one. */
  readonly organization?: OrganizationConfig;
  readonly waiting: readonly WaitingAccount[];
}

export interface CredentialMode {
  /**
   * Every account by credentials of its own, through no access role: as pipelines do, which have a role in each.
   * @default false
   */
  readonly direct?: boolean;
}

/** Turns the settings of a file that has passed every check into the estate that stacks are made of. */
export function resolveEstate(settings: ParsedEstate, access: CredentialMode = {}): Estate {
  const known = Object.entries(settings.accounts).flatMap(([name, { id, retired }]) =>
    id === undefined || retired ? [] : [{ name, id }],
  );
  const accounts = new Map(known.map(({ name, id }) => [name, resolveAccount(settings, name, id, access)]));
  const master = masterOf({ accounts: [...accounts.values()] });
  const environments = promotionOrder(settings).map((name) => resolveEnvironment(settings, name, accounts, master));
  const organization = master && resolveOrganization(settings, master);
  const { solution, repository } = settings;
  return deepFreeze({
    ...{ solution, repository, accounts: [...accounts.values()], environments, organization },
    waiting: createdMembers(settings)
      .filter(({ id }) => id === undefined)
      .map(({ name }) => ({ account: name, members: membershipsOf(settings, name) })),
  });
}

/** The members that the organization holds and keeps, in the order of the file. */
function createdMembers({ accounts }: ParsedEstate): (ParsedAccount & { readonly name: string })[] {
  return Object.entries(accounts)
    .filter(([, { membership, retired }]) => membership === "created" && !retired)
    .map(([name, account]) => ({ ...account, name }));
}

/** Where an account is a member, in promotion order. */
function membershipsOf(settings: ParsedEstate, account: string): { environment: string; member: string }[] {
  return promotionOrder(settings).flatMap((environment) =>
    Object.entries(entryOf(settings.environments, environment).members)
      .filter(([, member]) => member.account === account)
      .map(([member]) => ({ environment, member })),
  );
}

/** Every region that the estate has stacks in. */
function regionsIn({ defaultRegion, accounts, environments }: ParsedEstate): string[] {
  const settings = [...Object.values(accounts), ...Object.values(environments)];
  return [...new Set(settings.map(({ region }) => region ?? defaultRegion))].sort();
}

function resolveOrganization(settings: ParsedEstate, master: Account): OrganizationConfig {
  const { existing = false, trail = true, trustedServices = [], allowedRegions } = settings.organization ?? {};
  const { solution, accounts } = settings;
  return {
    existing,
    trustedServices,
    units: promotionOrder(settings),
    allowedRegions: allowedRegions ?? regionsIn(settings),
    members: createdMembers(settings).map(({ name, email, accessRole, id }) => ({
      ...{ name, email, id, roleName: accessRole ?? ORGANIZATION_ACCESS_ROLE },
      unit: membershipsOf(settings, name).at(-1)?.environment,
    })),
    retired: Object.keys(accounts).filter((name) => accounts[name]?.retired),
    trail: trail
      ? trailOf(solution, "organization", master.id, entryOf(accounts, master.name).trailLockDays)
      : undefined,
  };
}

function trailOf(solution: string, of: string, accountId: string, lockDays: number): TrailConfig {
  return { name: accountNames.trail(solution, of), bucket: accountNames.trailBucket(solution, accountId), lockDays };
}

/** Environment names from first to last. */
export function promotionOrder(settings: Pick<ParsedEstate, "promotionOrder" | "environments">): string[] {
  return settings.promotionOrder ?? Object.keys(settings.environments);
}

function environmentNamespace(settings: ParsedEstate, name: string): string {
  return namespace(name, settings.environments[name]?.region ?? settings.defaultRegion, settings.solution);
}

function resolveAccount(settings: ParsedEstate, name: string, id: string, { direct = false }: CredentialMode): Account {
  const account = entryOf(settings.accounts, name);
  const {
    accessRole,
    stateKey,
    region,
    chargeCode,
    trail = account.kind === "main",
    trailLockDays,
    alarmEmails,
    ...rest
  } = account;
  const environments = Object.entries(settings.environments);
  const hosted = environments.filter(([, environment]) => environment.account === name);
  const role = accessRole ?? (account.membership === "created" ? ORGANIZATION_ACCESS_ROLE : undefined);
  return {
    ...rest,
    name,
    id,
    region: region ?? settings.defaultRegion,
    chargeCode: chargeCode ?? settings.chargeCode,
    accessRoleArn: role && roleArn(id, role),
    assumedRoleArn: role && !direct ? roleArn(id, role) : undefined,
    alias: accountNames.alias(settings.solution, name),
    stateBucket: accountNames.stateBucket(settings.solution, id),
    stateKeyAlias: stateKey ? accountNames.stateKeyAlias(settings.solution) : undefined,
    trail: trail ? trailOf(settings.solution, name, id, trailLockDays) : undefined,
    alarm: hosted.some(([, { production }]) => production)
      ? { name: accountNames.adminAlarm(settings.solution), emails: alarmEmails ?? [account.email] }
      : undefined,
    profile:
      hosted.length > 0 && hosted.every(([, environment]) => environment.profile === "documented")
        ? "documented"
        : "hardened",
    hosts: hosted.map(([environmentName, environment]) => ({
      namespace: environmentNamespace(settings, environmentName),
      region: environment.region ?? settings.defaultRegion,
      repositories: environment.application.repositories.map((repository) =>
        environmentNames.repository(environmentNamespace(settings, environmentName), repository),
      ),
      production: environment.production,
    })),
    deployments: environments
      .filter(
        ([, { account: main, members }]) =>
          account.kind === "master" || [main, ...Object.values(members).map((m) => m.account)].includes(name),
      )
      .map(([environmentName]) => environmentName),
  };
}

function resolveEnvironment(
  settings: ParsedEstate,
  name: string,
  accounts: ReadonlyMap<string, Account>,
  master: Account | undefined,
): Environment {
  const environment = entryOf(settings.environments, name);
  const { production, profile, externalId, database } = environment;
  const region = environment.region ?? settings.defaultRegion;
  const account = accounts.get(environment.account);
  if (!account) throw new Error(`no account "${environment.account}"`);
  const prefix = environmentNamespace(settings, name);
  return {
    name,
    namespace: prefix,
    region,
    account,
    master,
    production,
    profile,
    externalId,
    chargeCode: environment.chargeCode ?? settings.chargeCode,
    network: resolveNetwork(environment.network, region, production),
    securityGroups: resolveSecurityGroups(
      environment.securityGroups,
      prefix,
      environment.chargeCode ?? settings.chargeCode,
    ),
    deploymentRole: environmentNames.deployment(prefix),
    database,
    application: resolveApplication(environment.application, prefix, account.id),
    members: Object.entries(environment.members).flatMap(([memberName, member]) => {
      const account = accounts.get(member.account);
      return account ? [resolveMember(memberName, member, region, account)] : []; // one without is waiting for its id
    }),
  };
}

function resolveNetwork(network: ParsedNetwork, region: string, production: boolean): NetworkConfig {
  const { cidrBlock, mapPublicAddresses } = network;
  const zones = network.zones ?? zonesOf(region).slice(0, 2);
  const wizard = wizardSubnets(cidrBlock, zones.length);
  const subnets = (cidrBlocks: readonly string[]) =>
    zones.map((zone, index) => ({ zone, cidrBlock: cidrBlocks[index] ?? "" }));
  return {
    cidrBlock,
    mapPublicAddresses,
    publicSubnets: network.publicSubnets ? subnets(network.publicSubnetCidrBlocks ?? wizard.publicCidrBlocks) : [],
    privateSubnets: subnets(network.privateSubnetCidrBlocks ?? wizard.privateCidrBlocks),
    flowLogRetentionDays: (network.flowLogs ?? production) ? network.flowLogRetentionDays : undefined,
  };
}

/** The group that every environment has. */
export const DEFAULT_SECURITY_GROUP = "default";

function resolveSecurityGroups(
  groups: Readonly<Record<string, ParsedSecurityGroup>>,
  prefix: string,
  environmentChargeCode: string,
): SecurityGroupConfig[] {
  const { [DEFAULT_SECURITY_GROUP]: ofAll = { ingress: [], egress: [] }, ...named } = groups;
  return Object.entries({ [DEFAULT_SECURITY_GROUP]: ofAll, ...named }).map(([name, group]) => ({
    name,
    groupName: environmentNames.securityGroup(prefix, name),
    description:
      group.description ??
      (name === DEFAULT_SECURITY_GROUP ? `Attached unless opted out of in ${prefix}` : `${name} in ${prefix}`),
    chargeCodes: group.chargeCodes ?? [group.chargeCode ?? environmentChargeCode],
    ingress: group.ingress.map((rule) => resolveRule(rule, "from")),
    egress: group.egress.map((rule) => resolveRule(rule, "to")),
  }));
}

function resolveRule(rule: ParsedSecurityGroup["ingress"][number], direction: "from" | "to"): SecurityGroupRuleConfig {
  const { protocol, port, toPort, cidrBlock, group, approval } = rule;
  const ports = port === undefined ? undefined : { from: port, to: toPort ?? port };
  const which = ports ? ` ${ports.from}${ports.to === ports.from ? "" : ` to ${ports.to}`}` : "";
  const words = `${protocol === "all" ? "everything" : protocol.toUpperCase()}${which} ${direction} ${cidrBlock ?? group ?? ""}`;
  return { protocol, ports, cidrBlock, group, description: approval ?? words };
}

function resolveApplication(application: ParsedApplication, prefix: string, accountId: string): ApplicationConfig {
  const { existingRoles, serviceTrust, buckets, repositories } = application;
  return {
    serviceTrust,
    makesRoles: existingRoles === undefined,
    apiHandlerRole: existingRoles?.apiHandler ?? environmentNames.apiHandlerRole(prefix),
    workflowLoopRunnerRole: existingRoles?.workflowLoopRunner ?? environmentNames.workflowLoopRunnerRole(prefix),
    buckets: ["studydata", ...buckets].map((name) => ({
      name,
      bucket: environmentNames.bucket(prefix, accountId, name),
    })),
    repositories: repositories.map((name) => ({ name, repository: environmentNames.repository(prefix, name) })),
  };
}

/** The network of a created member where the file names none. */
export const MEMBER_CIDR_BLOCK = "10.0.0.0/16";

function resolveMember(name: string, member: ParsedMember, region: string, account: Account): Member {
  if (member.vpcId && member.subnetId)
    return { name, account, brought: { vpcId: member.vpcId, subnetId: member.subnetId } };
  const { cidrBlock = MEMBER_CIDR_BLOCK, mapPublicAddresses = false } = member;
  const [firstSubnet = ""] = wizardSubnets(cidrBlock, 1).publicCidrBlocks;
  const subnet = { zone: zonesOf(region)[0] ?? "", cidrBlock: member.subnetCidrBlock ?? firstSubnet };
  return { name, account, network: { cidrBlock, subnet, mapPublicAddresses } };
}

/** The account that hosts AWS Organizations; undefined in an estate without one. */
export function masterOf({ accounts }: Pick<Estate, "accounts">): Account | undefined {
  return accounts.find(({ kind }) => kind === "master");
}

/** Where AWS records what has no region: sign-ins of root, and calls of STS at its global endpoint. */
const SIGN_IN_REGION = "us-east-1";

/**
 * The regions in which the use of an account's Admin and root is heard: EventBridge hears of a call where it was made.
 */
export function alarmRegions({ region }: Account): string[] {
  return [...new Set([region, SIGN_IN_REGION])];
}

/**
 * The accounts whose plan roles an environment's deployment machine may assume: where the environment runs, and its
 * members. Not the master account: what reads there reads the organization, and a trust policy has no room for every
 * environment of a large estate.
 */
export function plannedAccounts({ account, members }: Environment): Account[] {
  return [...new Set([account, ...members.map((member) => member.account)])];
}

/** ARNs of the two roles that an environment's application runs as. */
export function applicationRoleArns({ account, application }: Environment): string[] {
  return [application.apiHandlerRole, application.workflowLoopRunnerRole].map((role) => roleArn(account.id, role));
}

function entryOf<T>(record: Readonly<Record<string, T>>, name: string): T {
  const value = record[name];
  if (value === undefined) throw new Error(`no "${name}"`);
  return value;
}

function deepFreeze<T>(value: T): T {
  if (typeof value === "object" && value !== null && !Object.isFrozen(value)) {
    Object.freeze(value);
    Object.values(value).forEach(deepFreeze);
  }
  return value;
}
