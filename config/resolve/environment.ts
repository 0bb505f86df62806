import { placeTiers, wizardSubnets } from "../cidr";
import type {
  ApplicationConfig,
  DatabaseConfig,
  NetworkConfig,
  SecurityGroupConfig,
  SecurityGroupRuleConfig,
} from "../environment-model";
import type { Account, Environment, Member } from "../model";
import type { DeclaredStack } from "../custom";
import { environmentNames, roleArn } from "../naming";
import { zonesOf } from "../regions";
import type { ParsedDatabase, ParsedEnvironment, ParsedEstate, ParsedMember, ParsedSecurityGroup } from "../schema";
import { bucketName, entryOf, environmentNamespace, repositoryName, STUDY_DATA } from "./account";
import { ownStacksOf } from "./own-stacks";

/** The security group that every environment has. */
export const DEFAULT_SECURITY_GROUP = "default";

/** The network of a created member if the file gives none. */
export const MEMBER_CIDR_BLOCK = "10.0.0.0/16";

export function resolveEnvironment(
  settings: ParsedEstate,
  name: string,
  accounts: ReadonlyMap<string, Account>,
  master: Account | undefined,
  own: readonly DeclaredStack[],
): Environment {
  const environment = entryOf(settings.environments, name);
  const { production, profile, externalId, existing } = environment;
  const databases = resolveDatabases(environment);
  const region = environment.region ?? settings.defaultRegion;
  const account = accounts.get(environment.account);
  if (!account)
    throw new Error(`environments.${name}.account must be an account with an id, got "${environment.account}"`);
  const prefix = environmentNamespace(settings, name);
  const chargeCode = environment.chargeCode ?? settings.chargeCode;
  return {
    name,
    namespace: prefix,
    region,
    account,
    master,
    production,
    profile,
    externalId,
    chargeCode,
    network: resolveNetwork(environment, region),
    securityGroups: resolveSecurityGroups(environment, prefix, chargeCode),
    deploymentRole: existing?.roles?.deployment ?? environmentNames.deployment(prefix),
    database: databases.find((database) => database.name === undefined),
    databases,
    application: resolveApplication(environment, prefix, account.id),
    ownStacks: ownStacksOf(own, { scope: "environment", name, region }),
    members: Object.entries(environment.members).flatMap(([memberName, member]) => {
      const account = accounts.get(member.account);
      return account ? [resolveMember(memberName, member, { account, region, production })] : []; // without an id yet: listed in `waiting`
    }),
    existing,
  };
}

function resolveNetwork({ network, production, existing }: ParsedEnvironment, region: string): NetworkConfig {
  const { cidrBlock, mapPublicAddresses, endpoints } = network;
  const flowLogRetentionDays = (network.flowLogs ?? production) ? network.flowLogRetentionDays : undefined;
  const subnets = existing?.network ?? describedSubnets(network, region);
  const tiers = resolveTiers(network, subnets);
  return { cidrBlock, mapPublicAddresses, endpoints, ...subnets, tiers, flowLogRetentionDays };
}

type Subnets = Pick<NetworkConfig, "publicSubnets" | "privateSubnets">;

function describedSubnets(network: ParsedEnvironment["network"], region: string): Subnets {
  const zones = network.zones ?? zonesOf(region).slice(0, 2);
  const wizard = wizardSubnets(network.cidrBlock, zones.length);
  const subnets = (cidrBlocks: readonly string[]) => inZones(zones, cidrBlocks);
  return {
    publicSubnets: network.publicSubnets ? subnets(network.publicSubnetCidrBlocks ?? wizard.publicCidrBlocks) : [],
    privateSubnets: subnets(network.privateSubnetCidrBlocks ?? wizard.privateCidrBlocks),
  };
}

function resolveTiers(
  { cidrBlock, tiers, publicSubnetCidrBlocks = [] }: ParsedEnvironment["network"],
  { publicSubnets, privateSubnets }: Subnets,
): NetworkConfig["tiers"] {
  const wanted = Object.entries(tiers).map(([name, tier]) => ({ name, ...tier }));
  if (wanted.length === 0) return [];
  // Those of public subnets that are turned off too: a tier would move into their place.
  const taken = [...[...publicSubnets, ...privateSubnets].map((subnet) => subnet.cidrBlock), ...publicSubnetCidrBlocks];
  const zones = privateSubnets.map(({ zone }) => zone);
  return placeTiers(cidrBlock, taken, wanted, zones.length).map(({ name, cidrBlocks = [] }) => ({
    name,
    subnets: inZones(zones, cidrBlocks),
  }));
}

const inZones = (zones: readonly string[], cidrBlocks: readonly string[]) =>
  zones.map((zone, index) => ({ zone, cidrBlock: itemAt(cidrBlocks, index, "subnets") }));

function resolveDatabases({ database: first, databases, production, existing }: ParsedEnvironment): DatabaseConfig[] {
  const resolved = (database: ParsedDatabase) => ({
    ...database,
    applyImmediately: database.applyImmediately ?? !production,
    finalSnapshot: database.finalSnapshot ?? database.deletionProtection,
  });
  return [
    ...(first ? [{ ...resolved(first), existing: existing?.database }] : []),
    ...Object.entries(databases).map(([name, database]) => ({
      ...resolved(database),
      name,
      existing: existing?.databases?.[name],
    })),
  ];
}

function resolveSecurityGroups(
  { securityGroups: groups, existing }: ParsedEnvironment,
  prefix: string,
  environmentChargeCode: string,
): SecurityGroupConfig[] {
  const { [DEFAULT_SECURITY_GROUP]: ofAll = { ingress: [], egress: [] }, ...named } = groups;
  return Object.entries({ [DEFAULT_SECURITY_GROUP]: ofAll, ...named }).map(([name, group]) => ({
    name,
    groupName: existing?.securityGroups?.[name] ?? environmentNames.securityGroup(prefix, name),
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
  const peer = cidrBlock ?? group;
  if (peer === undefined) throw new Error(`a rule ${direction} port ${port} must have a cidrBlock or a group`);
  const traffic = `${protocol === "all" ? "everything" : protocol.toUpperCase()}${which} ${direction} ${peer}`;
  return { protocol, ports, cidrBlock, group, description: approval ?? traffic };
}

function resolveApplication(
  { application, existing }: ParsedEnvironment,
  prefix: string,
  accountId: string,
): ApplicationConfig {
  const { roles } = existing ?? {};
  const { existingRoles, serviceTrust, buckets, repositories } = application;
  return {
    serviceTrust,
    makesRoles: existingRoles === undefined,
    apiHandlerRole: existingRoles?.apiHandler ?? roles?.apiHandler ?? environmentNames.apiHandlerRole(prefix),
    workflowLoopRunnerRole:
      existingRoles?.workflowLoopRunner ?? roles?.workflowLoopRunner ?? environmentNames.workflowLoopRunnerRole(prefix),
    buckets: [STUDY_DATA, ...buckets].map((name) => ({
      name,
      bucket: bucketName(name, prefix, accountId, existing),
      lifecycle: lifecycleOf(application, name),
    })),
    repositories: repositories.map((name) => ({ name, repository: repositoryName(name, prefix, existing) })),
  };
}

function lifecycleOf(
  { oldVersionDays: byDefault, bucketSettings }: ParsedEnvironment["application"],
  bucket: string,
): ApplicationConfig["buckets"][number]["lifecycle"] {
  const { archive, expirationDays: objectDays, oldVersionDays = byDefault } = bucketSettings[bucket] ?? {};
  if (oldVersionDays !== false) return { oldVersionDays, objectDays, archive };
  return archive || objectDays !== undefined ? { objectDays, archive } : undefined;
}

function resolveMember(
  name: string,
  member: ParsedMember,
  { account, region, production }: Pick<Environment, "account" | "region" | "production">,
): Member {
  if (member.vpcId && member.subnetId)
    return { name, account, brought: { vpcId: member.vpcId, subnetId: member.subnetId } };
  const { cidrBlock = MEMBER_CIDR_BLOCK, mapPublicAddresses = false, endpoints = [], flowLogs = production } = member;
  const flowLogRetentionDays = flowLogs ? (member.flowLogRetentionDays ?? 30) : undefined;
  const subnet = {
    zone: member.zone ?? itemAt(zonesOf(region), 0, `zones of ${region}`),
    cidrBlock: member.subnetCidrBlock ?? itemAt(wizardSubnets(cidrBlock, 1).publicCidrBlocks, 0, "subnets"),
  };
  return { name, account, network: { cidrBlock, subnet, mapPublicAddresses, endpoints, flowLogRetentionDays } };
}

/**
 * The accounts whose plan roles an environment's deployment machine may assume: its main account and its members. The
 * master account is excluded: its plan role reads the whole organization, and a trust policy has no room for every
 * environment of a large estate.
 */
export const plannedAccounts = ({ account, members }: Environment): Account[] => [
  ...new Set([account, ...members.map((member) => member.account)]),
];

type Named = Pick<Environment, "namespace" | "existing">;

/** The names of an environment's roles outside its application. */
export const masterRoleName = ({ namespace, existing }: Named): string =>
  existing?.roles?.masterRole ?? environmentNames.masterRole(namespace);
export const crossAccountRoleName = ({ namespace, existing }: Named): string =>
  existing?.roles?.crossAccountRole ?? environmentNames.crossAccountRole(namespace);
export const flowLogsRoleName = ({ namespace, existing }: Named): string =>
  existing?.roles?.flowLogs ?? environmentNames.flowLogsRole(namespace);
export const databaseIdentifier = (
  { namespace }: Pick<Environment, "namespace">,
  { name, existing }: Pick<DatabaseConfig, "name" | "existing">,
): string => existing?.identifier ?? environmentNames.database(namespace, name);

/** ARNs of the two roles that an environment's application runs as. */
export const applicationRoleArns = ({ account, application }: Environment): string[] =>
  [application.apiHandlerRole, application.workflowLoopRunnerRole].map((role) => roleArn(account.id, role));

function itemAt<T>(items: readonly T[], index: number, what: string): T {
  const item = items[index];
  if (item === undefined) throw new Error(`${what} must have an item at index ${index}, got ${items.length} items`);
  return item;
}
