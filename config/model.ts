import { wizardSubnets } from "./cidr";
import { accountNames, environmentNames, namespace, roleArn } from "./naming";
import { zonesOf } from "./regions";
import type {
  AccountSettings,
  ApplicationSettings,
  DatabaseSettings,
  EstateSettings,
  MemberSettings,
  NetworkSettings,
  Profile,
} from "./schema";

/** An account of the estate, with everything that follows from the file. */
export interface Account {
  readonly name: string;
  readonly id: string;
  readonly kind: AccountSettings["kind"];
  /** How a member account came to be; undefined for master and main. */
  readonly membership?: AccountSettings["membership"];
  readonly email: string;
  readonly region: string;
  readonly chargeCode: string;
  readonly operators: readonly string[];
  readonly admins: readonly string[];
  readonly sourceIps?: readonly string[];
  readonly operatorSessionSeconds: number;
  /** The role that Terraform assumes to reach the account; undefined where its credentials are used as they are. */
  readonly accessRoleArn?: string;
  readonly monthlyBudgetUsd: number;
  readonly serviceUsers: AccountSettings["serviceUsers"];
  readonly alias: string;
  readonly stateBucket: string;
  /** The alias of the customer managed key that encrypts the states; undefined where AWS's own key does. */
  readonly stateKeyAlias?: string;
  /** `documented` only where the account runs environments and all of them are: one hardened environment hardens its account. */
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
  readonly database?: DatabaseSettings;
  readonly application: ApplicationConfig;
  readonly members: readonly Member[];
}

/** A valid estate, every reference resolved. Frozen. */
export interface Estate {
  readonly solution: string;
  readonly repository?: string;
  readonly accounts: readonly Account[];
  /** In promotion order. */
  readonly environments: readonly Environment[];
}

/** Turns the settings of a file that has passed every check into the estate that stacks are made of. */
export function resolve(settings: EstateSettings): Estate {
  const accounts = new Map(Object.keys(settings.accounts).map((name) => [name, resolveAccount(settings, name)]));
  const master = [...accounts.values()].find(({ kind }) => kind === "master");
  const environments = promotionOrder(settings).map((name) => resolveEnvironment(settings, name, accounts, master));
  const { solution, repository } = settings;
  return deepFreeze({ solution, repository, accounts: [...accounts.values()], environments });
}

/** Environment names from first to last. */
export function promotionOrder(settings: Pick<EstateSettings, "promotionOrder" | "environments">): string[] {
  return settings.promotionOrder ?? Object.keys(settings.environments);
}

function environmentNamespace(settings: EstateSettings, name: string): string {
  return namespace(name, settings.environments[name]?.region ?? settings.defaultRegion, settings.solution);
}

function resolveAccount(settings: EstateSettings, name: string): Account {
  const account = found(settings.accounts, name);
  const { accessRole, stateKey, region, chargeCode, ...rest } = account;
  const environments = Object.entries(settings.environments);
  const hosted = environments.filter(([, environment]) => environment.account === name);
  const role = accessRole ?? (account.membership === "created" ? "OrganizationAccountAccessRole" : undefined);
  return {
    ...rest,
    name,
    region: region ?? settings.defaultRegion,
    chargeCode: chargeCode ?? settings.chargeCode,
    accessRoleArn: role && roleArn(account.id, role),
    alias: accountNames.alias(settings.solution, name),
    stateBucket: accountNames.stateBucket(settings.solution, account.id),
    stateKeyAlias: stateKey ? accountNames.stateKeyAlias(settings.solution) : undefined,
    profile: hosted.length > 0 && hosted.every(([, environment]) => environment.profile === "documented") ? "documented" : "hardened",
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
  settings: EstateSettings,
  name: string,
  accounts: ReadonlyMap<string, Account>,
  master: Account | undefined,
): Environment {
  const environment = found(settings.environments, name);
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
    database,
    application: resolveApplication(environment.application, prefix, account.id),
    members: Object.entries(environment.members).map(([memberName, member]) => resolveMember(memberName, member, region, accounts)),
  };
}

function resolveNetwork(network: NetworkSettings, region: string, production: boolean): NetworkConfig {
  const { cidrBlock, mapPublicAddresses } = network;
  const zones = network.zones ?? zonesOf(region).slice(0, 2);
  const wizard = wizardSubnets(cidrBlock, zones.length);
  const subnets = (cidrBlocks: readonly string[]) => zones.map((zone, index) => ({ zone, cidrBlock: cidrBlocks[index] ?? "" }));
  return {
    cidrBlock,
    mapPublicAddresses,
    publicSubnets: network.publicSubnets ? subnets(network.publicSubnetCidrBlocks ?? wizard.publicCidrBlocks) : [],
    privateSubnets: subnets(network.privateSubnetCidrBlocks ?? wizard.privateCidrBlocks),
    flowLogRetentionDays: (network.flowLogs ?? production) ? network.flowLogRetentionDays : undefined,
  };
}

function resolveApplication(application: ApplicationSettings, prefix: string, accountId: string): ApplicationConfig {
  const { existingRoles, serviceTrust, buckets, repositories } = application;
  return {
    serviceTrust,
    makesRoles: existingRoles === undefined,
    apiHandlerRole: existingRoles?.apiHandler ?? environmentNames.apiHandlerRole(prefix),
    workflowLoopRunnerRole: existingRoles?.workflowLoopRunner ?? environmentNames.workflowLoopRunnerRole(prefix),
    buckets: ["studydata", ...buckets].map((name) => ({ name, bucket: environmentNames.bucket(prefix, accountId, name) })),
    repositories: repositories.map((name) => ({ name, repository: environmentNames.repository(prefix, name) })),
  };
}

/** The network of a created member where the file names none. */
export const MEMBER_CIDR_BLOCK = "10.0.0.0/16";

function resolveMember(name: string, member: MemberSettings, region: string, accounts: ReadonlyMap<string, Account>): Member {
  const account = accounts.get(member.account);
  if (!account) throw new Error(`no account "${member.account}"`);
  if (member.vpcId && member.subnetId) return { name, account, brought: { vpcId: member.vpcId, subnetId: member.subnetId } };
  const { cidrBlock = MEMBER_CIDR_BLOCK, mapPublicAddresses = false } = member;
  const [firstSubnet = ""] = wizardSubnets(cidrBlock, 1).publicCidrBlocks;
  const subnet = { zone: zonesOf(region)[0] ?? "", cidrBlock: member.subnetCidrBlock ?? firstSubnet };
  return { name, account, network: { cidrBlock, subnet, mapPublicAddresses } };
}

/** ARNs of the two roles that an environment's application runs as. */
export function applicationRoleArns({ account, application }: Environment): string[] {
  return [application.apiHandlerRole, application.workflowLoopRunnerRole].map((role) => roleArn(account.id, role));
}

function found<T>(record: Readonly<Record<string, T>>, name: string): T {
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
