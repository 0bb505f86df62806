import { set } from "../config/estate-fixture";
import type { EstateFile } from "../../config/schema";
import { AZURE_DEVOPS } from "./estates";

/* Every key of the estate file, with a change of it after the first apply of the shipped example, and what may happen. */

/**
 * - `in place`: AWS changes it, and the plan after the apply is empty.
 * - `replaced`: AWS cannot change it: the plan replaces or destroys the resource, and lists it.
 * - `refused`: the plan or the estate's checks refuse it, with this message.
 * - `pending`: RDS applies it in the maintenance window.
 * - `elsewhere`: it decides which stacks exist, or where: no applied stack changes.
 * - `nothing`: no resource has it.
 * - `covered`: another end-to-end test changes it.
 */
type Expected =
  | { readonly is: "in place" | "pending" | "elsewhere" | "nothing" }
  | { readonly is: "replaced"; readonly type: string; readonly forcing?: string }
  | { readonly is: "refused"; readonly message: RegExp }
  | { readonly is: "covered"; readonly by: string };

export interface KeyChange {
  /** The key in the schema, without the names of records. */
  readonly key: string;
  /** Where the example has it, and the new value. */
  readonly to: Readonly<Record<string, unknown>>;
  readonly expected: Expected;
}

const IN_PLACE: Expected = { is: "in place" };
const PENDING: Expected = { is: "pending" };
const ELSEWHERE: Expected = { is: "elsewhere" };
const NOTHING: Expected = { is: "nothing" };
const IDENTITY: Expected = { is: "covered", by: "__tests__/e2e/identity.test.ts" };
const EXTERNAL: Expected = { is: "covered", by: "__tests__/stacks/external-stack.test.ts" };
const replaced = (type: string, forcing?: string): Expected => ({ is: "replaced", type, forcing });
const refused = (message: RegExp): Expected => ({ is: "refused", message });

/** From GitHub to another service: the provider of the tokens is another one. */
const OTHER_PIPELINES = replaced("aws_iam_openid_connect_provider");
const ROLE = "arn:aws:iam::111111111111:user/platform-engineer";
const LEAD = "arn:aws:iam::111111111111:user/emergency";
const WEB = "environments.dev.securityGroups.web";
const [INGRESS, EGRESS] = [`${WEB}.ingress.0`, `${WEB}.egress.0`];
const EXTRA = "environments.dev.securityGroups.extra";
const rule = (values: object) => ({ port: 8080, cidrBlock: "10.0.0.0/20", ...values });

const withUsersIn = (...accounts: readonly string[]): Record<string, readonly string[]> =>
  Object.assign(
    {},
    ...accounts.map((name) => ({ [`accounts.${name}.operators`]: [ROLE], [`accounts.${name}.admins`]: [LEAD] })),
  ) as Record<string, readonly string[]>;

const change = (key: string, at: string, value: unknown, expected: Expected = IN_PLACE): KeyChange => ({
  key,
  to: { [at]: value },
  expected,
});

const CONTACT = { name: "Team", title: "On call", email: "security@example.com", phone: "+1 555 0100" };

const ESTATE: readonly KeyChange[] = [
  change("$schema", "$schema", "./estate.schema.json", NOTHING),
  change("solution", "solution", "copernicus", ELSEWHERE),
  change("defaultRegion", "defaultRegion", "eu-central-1", ELSEWHERE),
  change("chargeCode", "chargeCode", "platform-0009"),
  change("contacts", "contacts", { operations: CONTACT }),
  change("contacts.name", "contacts.operations.name", "Platform team"),
  change("contacts.title", "contacts.operations.title", "Duty officer"),
  change("contacts.email", "contacts.operations.email", "operations-2@example.com"),
  change("contacts.phone", "contacts.operations.phone", "+1 555 0198"),
  change("repository", "repository", "example-org/renamed"),
  change("repositoryIds", "repositoryIds", { owner: 1000001, repository: 2000002, alsoByName: true }),
  change("repositoryIds.owner", "repositoryIds.owner", 1000003),
  change("repositoryIds.repository", "repositoryIds.repository", 2000004),
  change("repositoryIds.alsoByName", "repositoryIds.alsoByName", false),
  change("repository.github", "repository", { github: "example-org/renamed-again" }),
  {
    key: "repository.gitlab",
    to: { repository: { gitlab: { project: "example-group/aws-estate" } }, repositoryIds: undefined },
    expected: OTHER_PIPELINES,
  },
  change("repository.gitlab.project", "repository.gitlab.project", "example-group/renamed", OTHER_PIPELINES),
  change("repository.gitlab.host", "repository.gitlab.host", "gitlab.example.com", OTHER_PIPELINES),
  {
    key: "repository.gitlab.subject",
    to: {
      "repository.gitlab.subject": ["project_id", "ref_type", "ref"],
      "repository.gitlab.projectId": 57382910,
    },
    expected: OTHER_PIPELINES,
  },
  change("repository.gitlab.projectId", "repository.gitlab.projectId", 57382911, OTHER_PIPELINES),
  change("repository.gitlab.alsoByPath", "repository.gitlab.alsoByPath", true, OTHER_PIPELINES),
  change("repository.azureDevOps", "repository.azureDevOps", AZURE_DEVOPS, OTHER_PIPELINES),
  ...Object.entries({
    organization: "renamed-org",
    organizationId: "11111111-2222-3333-4444-666666666666",
    project: "renamed",
  }).map(([key, value]) =>
    change(`repository.azureDevOps.${key}`, `repository.azureDevOps.${key}`, value, OTHER_PIPELINES),
  ),
  change("mainBranch", "mainBranch", "trunk"),
  change("allowedSigners", "allowedSigners", "config/allowed_signers", NOTHING),
  change("planRoleReads", "planRoleReads", ["glue:GetDatabase"]),
  change("organization", "organization", {}, NOTHING),
  {
    key: "organization.existing",
    to: { "organization.existing": true, "organization.trustedServices": undefined },
    expected: replaced("aws_organizations_policy_attachment"),
  },
  change("organization.trail", "organization.trail", false, replaced("aws_cloudtrail")),
  change("organization.trailAccount", "organization.trailAccount", "dev", refused(/must be the name of an account of kind security/)), // prettier-ignore
  change(
    "organization.centralRootAccess",
    "organization.centralRootAccess",
    false,
    replaced("aws_iam_organizations_features"),
  ),
  change("organization.trustedServices", "organization.trustedServices", ["sso.amazonaws.com"]),
  change("organization.allowedRegions", "organization.allowedRegions", ["eu-west-1", "us-east-1", "eu-central-1"]),
  {
    key: "identityCenter",
    to: {
      identityCenter: undefined,
      ...withUsersIn("master", "dev", "ci", "staging", "prod", "dev-analytics", "prod-analytics"),
    },
    expected: ELSEWHERE,
  },
  {
    key: "identityCenter.account",
    to: { "identityCenter.account": "dev", ...withUsersIn("master") },
    expected: ELSEWHERE,
  },
  change("identityCenter.region", "identityCenter.region", "eu-central-1", ELSEWHERE),
  change("identityCenter.groups", "identityCenter.groups.more", { members: [] }, IDENTITY),
  change("identityCenter.groups.description", "identityCenter.groups.platform-leads.description", "Leads", IDENTITY),
  change("identityCenter.groups.members", "identityCenter.groups.platform-leads.members", [], IDENTITY),
  change("promotionOrder", "promotionOrder", ["dev", "ci", "staging", "prod"], NOTHING),
];

const SEARCH = {
  account: "prod",
  technicalEmails: ["search@example.com"],
  projects: { dev: { project: "search-dev" } },
};
const TENANT = "00000000-0000-4000-8000-000000000000";

/** Keys of what is outside AWS: the emulator has none of it. */
const externalKeys = (below: string, keys: string) =>
  keys.split(" ").map((key) => change(`${below}${key}`, `${below}${key}`, undefined, EXTERNAL));

const OUTSIDE_AWS: readonly KeyChange[] = [
  change("search", "search", SEARCH, ELSEWHERE),
  change("singleSignOn", "singleSignOn", { google: { account: "prod", projects: {} } }, ELSEWHERE),
  change("singleSignOn.microsoft", "singleSignOn", { microsoft: { account: "prod", tenantId: TENANT, applications: {} } }, ELSEWHERE), // prettier-ignore
  change("singleSignOn.google", "singleSignOn", { google: { account: "dev", projects: {} } }, ELSEWHERE),
  ...externalKeys("search.", "account parentId billingGroup technicalEmails projects"),
  ...externalKeys("search.projects.", "project environment chargeCode cloud existing services"),
  ...externalKeys("search.projects.services.", "plan version terminationProtection ipFilter existing"),
  ...externalKeys("singleSignOn.microsoft.", "account tenantId applications"),
  ...externalKeys("singleSignOn.microsoft.applications.", "displayName environment chargeCode audience redirectUris"),
  ...externalKeys("singleSignOn.microsoft.applications.", "optionalClaims owners assignmentRequired existing"),
  ...externalKeys("singleSignOn.microsoft.applications.optionalClaims.", "idToken accessToken"),
  ...externalKeys("singleSignOn.microsoft.applications.existing.", "application servicePrincipal"),
  ...externalKeys("singleSignOn.google.", "account projects"),
  ...externalKeys("singleSignOn.google.projects.", "projectId displayName environment chargeCode organization folder"),
  ...externalKeys("singleSignOn.google.projects.", "billingAccount labels redirectUris existing"),
];

const ACCOUNTS: readonly KeyChange[] = [
  change("accounts", "accounts.more", { kind: "main", id: "999999999999", email: "more@example.com", operators: [ROLE], admins: [LEAD], monthlyBudgetUsd: 1 }, ELSEWHERE), // prettier-ignore
  change("accounts.kind", "accounts.dev.kind", "member", refused(/must be one of kind main or master|kind/)),
  change("accounts.membership", "accounts.dev-analytics.membership", "invited", refused(/vpcId/)),
  change("accounts.joins", "accounts.dev-analytics.joins", true, refused(/joins/)),
  change("accounts.id", "accounts.dev.id", "222222222223", ELSEWHERE),
  change("accounts.email", "accounts.dev.email", "aws-dev-2@example.com"),
  change("accounts.retired", "accounts.dev-analytics.retired", true, refused(/retired/)),
  change("accounts.operators", "accounts.dev.operators", [ROLE]),
  change("accounts.admins", "accounts.dev.admins", [LEAD, ROLE]),
  change("accounts.breakGlass", "accounts.dev.breakGlass", [ROLE]),
  change("accounts.maintainers", "accounts.dev.maintainers", ["arn:aws:iam::222222222222:role/deploy-*"]),
  change("accounts.sourceIps", "accounts.dev.sourceIps", ["198.51.100.0/24"]),
  change("accounts.operatorSessionSeconds", "accounts.dev.operatorSessionSeconds", 14400),
  change("accounts.accessRole", "accounts.ci.accessRole", "terraform-access", NOTHING),
  change("accounts.region", "accounts.dev.region", "eu-central-1", ELSEWHERE),
  change("accounts.furtherRegions", "accounts.dev.furtherRegions", ["eu-central-1"]),
  change("accounts.alias", "accounts.dev.alias", "galileo-dev-2", replaced("aws_iam_account_alias", "account_alias")),
  change("accounts.monthlyBudgetUsd", "accounts.dev.monthlyBudgetUsd", 75),
  change("accounts.chargeCode", "accounts.dev.chargeCode", "platform-0007"),
  change("accounts.trail", "accounts.dev.trail", false, replaced("aws_cloudtrail")),
  change("accounts.trailLockDays", "accounts.prod.trailLockDays", 400),
  change("accounts.contacts", "accounts.dev.contacts", { security: CONTACT, billing: CONTACT }),
  change("accounts.contacts.name", "accounts.dev.contacts.security.name", "Security team"),
  change("accounts.contacts.title", "accounts.dev.contacts.security.title", "Duty officer"),
  change("accounts.contacts.email", "accounts.dev.contacts.security.email", "security-2@example.com"),
  change("accounts.contacts.phone", "accounts.dev.contacts.security.phone", "+1 555 0199"),
  change("accounts.trailKey", "accounts.prod.trailKey", true),
  change("accounts.trailDataEvents", "accounts.prod.trailDataEvents", true),
  change("accounts.guardDuty", "accounts.dev.guardDuty", true),
  change("accounts.securityHub", "accounts.dev.securityHub", true),
  change("accounts.configRecorder", "accounts.dev.configRecorder", true),
  change("accounts.oldVersionDays", "accounts.dev.oldVersionDays", 90),
  change("accounts.alarmEmails", "accounts.prod.alarmEmails", ["on-call@example.com"]),
  change("accounts.stateKey", "accounts.dev.stateKey", true),
  change("accounts.serviceUsers", "accounts.dev.serviceUsers", ["terraform-user"], replaced("aws_iam_user")),
];

const ENVIRONMENTS: readonly KeyChange[] = [
  change("environments", "environments.more", { account: "dev", profile: "hardened" }, ELSEWHERE),
  change("environments.account", "environments.dev.account", "ci", ELSEWHERE),
  change("environments.region", "environments.dev.region", "eu-central-1", ELSEWHERE),
  {
    key: "environments.production",
    to: { "environments.prod.production": false, "environments.prod.securityGroups.batch": undefined },
    expected: replaced("aws_cloudwatch_event_rule"),
  },
  change("environments.profile", "environments.dev.profile", "hardened"),
  change("environments.externalId", "environments.dev.externalId", "galileo-dev-77aa"),
  change("environments.chargeCode", "environments.dev.chargeCode", "platform-0008"),
  change("environments.network", "environments.dev.network", {}, NOTHING),
  change("environments.network.cidrBlock", "environments.dev.network.cidrBlock", "10.0.0.0/19", replaced("aws_vpc", "cidr_block")),
  change("environments.network.zones", "environments.dev.network.zones", ["eu-west-1a", "eu-west-1c"], replaced("aws_subnet")),
  change("environments.network.publicSubnets", "environments.dev.network.publicSubnets", false, replaced("aws_internet_gateway")),
  change("environments.network.publicSubnetCidrBlocks", "environments.dev.network.publicSubnetCidrBlocks", ["10.0.2.0/24", "10.0.3.0/24"], replaced("aws_subnet", "cidr_block")),
  change("environments.network.privateSubnetCidrBlocks", "environments.dev.network.privateSubnetCidrBlocks", ["10.0.10.0/24", "10.0.11.0/24"], replaced("aws_subnet", "cidr_block")),
  change("environments.network.tiers", "environments.dev.network.tiers", { data: { prefixLength: 26 } }),
  change("environments.network.tiers.prefixLength", "environments.dev.network.tiers.data.prefixLength", 27, replaced("aws_subnet", "cidr_block")),
  change("environments.network.tiers.cidrBlocks", "environments.dev.network.tiers.data", { cidrBlocks: ["10.0.6.0/26", "10.0.6.64/26"] }, replaced("aws_subnet", "cidr_block")),
  change("environments.network.mapPublicAddresses", "environments.dev.network.mapPublicAddresses", true),
  change("environments.network.endpoints", "environments.dev.network.endpoints", ["ssm"]),
  change("environments.network.flowLogs", "environments.dev.network.flowLogs", true),
  change("environments.network.flowLogRetentionDays", "environments.dev.network.flowLogRetentionDays", 90),
]; // prettier-ignore

const GROUPS: readonly KeyChange[] = [
  change("environments.securityGroups", EXTRA, { work: "application", ingress: [rule({})] }),
  change("environments.securityGroups.description", `${WEB}.description`, "Web servers", refused(/description: AWS cannot change it, and the replacement cannot have the name/)), // prettier-ignore
  change("environments.securityGroups.work", "environments.dev.securityGroups.other.work", "application"),
  change("environments.securityGroups.chargeCode", `${WEB}.chargeCode`, "web-0004"),
  change("environments.securityGroups.chargeCodes", `${EXTRA}.chargeCodes`, ["web-0005", "web-0006"]),
  change("environments.securityGroups.ingress", `${WEB}.ingress.1`, rule({ port: 9090 })),
  change("environments.securityGroups.ingress.protocol", `${INGRESS}.protocol`, "udp"),
  change("environments.securityGroups.ingress.port", `${INGRESS}.port`, 442),
  change("environments.securityGroups.ingress.toPort", `${INGRESS}.toPort`, 444),
  change("environments.securityGroups.ingress.cidrBlock", `${INGRESS}.cidrBlock`, "10.0.0.0/21"),
  change("environments.securityGroups.ingress.group", `${WEB}.ingress.2`, { port: 7070, group: "extra" }),
  change("environments.securityGroups.ingress.approval", `${INGRESS}.approval`, "approved as CHG-1"),
  change("environments.securityGroups.egress", `${WEB}.egress.1`, rule({ port: 9091 })),
  change("environments.securityGroups.egress.protocol", `${EGRESS}.protocol`, "udp"),
  change("environments.securityGroups.egress.port", `${EGRESS}.port`, 5431),
  change("environments.securityGroups.egress.toPort", `${EGRESS}.toPort`, 5433),
  change("environments.securityGroups.egress.cidrBlock", `${EGRESS}.cidrBlock`, "10.0.8.0/24"),
  change("environments.securityGroups.egress.group", `${WEB}.egress.2`, { port: 7071, group: "extra" }),
  change("environments.securityGroups.egress.approval", `${EGRESS}.approval`, "approved as CHG-2"),
];

const DATABASE = "environments.dev.database";
const WAITING = "environments.ci.database";
const database = (key: string, value: unknown, expected?: Expected, at = DATABASE): KeyChange =>
  change(`environments.database.${key}`, `${at}.${key}`, value, expected);

/** The databases of dev, which changes at once, and of ci, which waits for its maintenance window. */
export const DATABASES: readonly KeyChange[] = [
  change("environments.database", WAITING, undefined, ELSEWHERE),
  database("instanceClass", "db.t4g.small"),
  database("instanceClass", "db.t4g.small", PENDING, WAITING),
  database("allocatedStorageGb", 40),
  database("allocatedStorageGb", 20, refused(/allocated_storage: 40 → 20: RDS cannot shrink storage/), WAITING),
  database("maxAllocatedStorageGb", 100),
  database("multiAz", true),
  database("multiAz", true, PENDING, WAITING),
  database("engineVersion", "17"),
  database("engineVersion", "15", refused(/engine_version: 16\S* → 15: RDS has no downgrade/)),
  database("engineVersion", "17", refused(/must not wait for the maintenance window.*applyImmediately: true/), WAITING),
  database("extendedSupport", false, refused(/engine_lifecycle_support: .*aws rds modify-db-instance/)),
  database("databaseName", "studies", replaced("aws_db_instance", "db_name")),
  database("masterUsername", "owner", replaced("aws_db_instance", "username")),
  database("backupRetentionDays", 14),
  database("backupWindow", "01:00-01:30"),
  database("maintenanceWindow", "sun:02:00-sun:03:00"),
  database("applyImmediately", false, IN_PLACE, WAITING),
  database("performanceInsights", true),
  database("logRetentionDays", 90),
  database("deletionProtection", true),
  database("finalSnapshot", true),
  database("customerManagedKey", true, replaced("aws_db_instance", "kms_key_id")),
  database("allowedCidrBlocks", ["10.0.8.0/23", "10.0.0.0/23"]),
  database("allowedSecurityGroupIds", ["sg-0a1b2c3d4e5f60718"]),
  database("allowedSecurityGroups", []),
  database("defaultSecurityGroup", false),
  database("tier", "data", { is: "covered", by: "__tests__/config/checks/databases.test.ts" }),
  database("parameters", { work_mem: "65536" }),
  database("replica", {}, { is: "covered", by: "__tests__/modules/read-replica.test.ts" }),
  database("replica.instanceClass", "db.t4g.small", { is: "covered", by: "__tests__/modules/read-replica.test.ts" }),
  database("replica.zone", "eu-west-1b", { is: "covered", by: "__tests__/modules/read-replica.test.ts" }),
];

/** Further databases have the same keys, and are made by the same code. */
const FURTHER_DATABASES: readonly KeyChange[] = [
  change("environments.databases", "environments.ci.databases", { reports: {} }, ELSEWHERE),
  ...[...new Set(DATABASES.map(({ key }) => key))]
    .filter((key) => key !== "environments.database")
    .map((key) => ({
      ...{ key: key.replace(".database.", ".databases."), to: {} },
      expected: { is: "covered", by: "__tests__/support/changed-keys.ts" } as const,
    })),
];

const SETTINGS = "environments.dev.application.bucketSettings.studydata";
const APPLICATION: readonly KeyChange[] = [
  change("environments.application", "environments.staging.application", undefined),
  change("environments.application.serviceTrust", "environments.dev.application.serviceTrust", [
    "lambda.amazonaws.com",
  ]),
  change("environments.application.existingRoles", "environments.dev.application.existingRoles", { apiHandler: "Api", workflowLoopRunner: "Workflows" }, replaced("aws_iam_role")), // prettier-ignore
  change("environments.application.existingRoles.apiHandler", "environments.dev.application.existingRoles.apiHandler", "Api2", replaced("aws_iam_role")), // prettier-ignore
  change("environments.application.existingRoles.workflowLoopRunner", "environments.dev.application.existingRoles.workflowLoopRunner", "Workflows2", replaced("aws_iam_role")), // prettier-ignore
  change("environments.application.buckets", "environments.dev.application.buckets", ["results"]),
  change("environments.application.bucketSettings", SETTINGS, { oldVersionDays: 30 }),
  change("environments.application.bucketSettings.oldVersionDays", `${SETTINGS}.oldVersionDays`, 60),
  change("environments.application.bucketSettings.archive", `${SETTINGS}.archive`, { days: 90, storageClass: "GLACIER_IR" }), // prettier-ignore
  change("environments.application.bucketSettings.archive.days", `${SETTINGS}.archive.days`, 100),
  change("environments.application.bucketSettings.archive.storageClass", `${SETTINGS}.archive.storageClass`, "GLACIER"),
  change("environments.application.bucketSettings.expirationDays", `${SETTINGS}.expirationDays`, 365),
  change("environments.application.oldVersionDays", "environments.dev.application.oldVersionDays", 90),
  change("environments.application.repositories", "environments.dev.application.repositories", ["dagster", "more"]),
];

/** What exists is imported first: a change of such a key of an applied estate is a mistake. */
const KEPT: Expected = { is: "covered", by: "__tests__/support/kept-estate.ts" };
const kept = (key: string, value: unknown): KeyChange =>
  change(`environments.existing.${key}`, `environments.dev.existing.${key}`, value, KEPT);

const keptByUser = (key: string, value: unknown): KeyChange =>
  change(`accounts.existing${key}`, `accounts.dev.existing${key}`, value, key === "" ? NOTHING : KEPT);

const EXISTING: readonly KeyChange[] = [
  change("environments.existing", "environments.dev.existing", {}, NOTHING),
  kept("databases", {}),
  kept("database", {}),
  kept("database.identifier", "studies"),
  kept("database.databaseName", false),
  kept("database.masterUsername", "dagster"),
  kept("database.managedPassword", false),
  kept("database.encrypted", false),
  kept("database.storageType", "gp2"),
  kept("database.publiclyAccessible", true),
  kept("database.publicSubnets", true),
  kept("database.subnetGroup", "studies-subnets"),
  kept("database.parameterGroup", { name: "studies-16", description: "Studies" }),
  kept("database.parameterGroup.name", "studies-16"),
  kept("database.parameterGroup.description", "Studies"),
  kept("database.ownSecurityGroup", { name: "studies", description: "Studies" }),
  kept("database.ownSecurityGroup.name", "studies"),
  kept("database.ownSecurityGroup.description", "Studies"),
  kept("database.replica", "studies-reader"),
  kept("network", { publicSubnets: [], privateSubnets: [] }),
  kept("network.publicSubnets", []),
  kept("network.publicSubnets.zone", "eu-west-1c"),
  kept("network.publicSubnets.cidrBlock", "10.0.4.0/24"),
  kept("network.privateSubnets", []),
  kept("network.privateSubnets.zone", "eu-west-1c"),
  kept("network.privateSubnets.cidrBlock", "10.0.6.0/24"),
  kept("securityGroups", { web: "WebServers" }),
  kept("buckets", { studydata: "example-studies" }),
  kept("repositories", { dagster: "dagster" }),
  kept("roles", {}),
  kept("roles.apiHandler", "Api"),
  kept("roles.workflowLoopRunner", "Workflows"),
  kept("roles.deployment", "Deployment"),
  kept("roles.masterRole", "MasterRole"),
  kept("roles.crossAccountRole", "Analytics"),
  kept("roles.flowLogs", "FlowLogs"),
  ...["apiHandler", "workflowLoopRunner", "masterRole", "crossAccountRole"].map((role) =>
    kept(`keepPolicies.${role}`, []),
  ),
  kept("keepPolicies", {}),
  keptByUser("", {}),
  ...["terraform-user", "elastic-container-registry-user"].flatMap((user) => [
    keptByUser(`.${user}`, {}),
    keptByUser(`.${user}.user`, "terraform"),
    keptByUser(`.${user}.policy`, "Terraform"),
    keptByUser(`.${user}.keepPolicies`, []),
  ]),
  kept("profiles", {}),
  kept("profiles.deployment", "Deployment"),
];

const EXISTING_OF_FURTHER = EXISTING.filter(({ key }) => key.startsWith("environments.existing.database.")).map(
  ({ key, ...row }) => ({ ...row, key: key.replace(".database.", ".databases.") }),
);

const ANALYTICS = "environments.dev.members.analytics";
const PARTNER = "environments.dev.members.partner-lab";
const MEMBERS: readonly KeyChange[] = [
  change("environments.members", "environments.ci.members", { analytics: { account: "dev-analytics" } }, ELSEWHERE),
  {
    key: "environments.members.account",
    to: { [`${ANALYTICS}.account`]: "prod-analytics", "environments.dev.profile": "hardened" },
    expected: ELSEWHERE,
  },
  change("environments.members.cidrBlock", `${ANALYTICS}.cidrBlock`, "10.9.0.0/16", replaced("aws_vpc", "cidr_block")),
  change("environments.members.subnetCidrBlock", `${ANALYTICS}.subnetCidrBlock`, "10.9.16.0/20", replaced("aws_subnet", "cidr_block")), // prettier-ignore
  change("environments.members.zone", `${ANALYTICS}.zone`, "eu-west-1b", replaced("aws_subnet")),
  change("environments.members.mapPublicAddresses", `${ANALYTICS}.mapPublicAddresses`, true),
  change("environments.members.endpoints", `${ANALYTICS}.endpoints`, ["elasticmapreduce"]),
  change("environments.members.flowLogs", `${ANALYTICS}.flowLogs`, true),
  change("environments.members.flowLogRetentionDays", `${ANALYTICS}.flowLogRetentionDays`, 90),
  change("environments.members.vpcId", `${PARTNER}.vpcId`, "vpc-0a1b2c3d4e5f60719"),
  change("environments.members.subnetId", `${PARTNER}.subnetId`, "subnet-0a1b2c3d4e5f60719"),
];

/** A new key of the schema belongs here: say what its change does to an applied estate, and prove it. */
export const KEY_CHANGES: readonly KeyChange[] = [
  ...[...ESTATE, ...OUTSIDE_AWS, ...ACCOUNTS, ...ENVIRONMENTS, ...GROUPS, ...DATABASES, ...FURTHER_DATABASES],
  ...[...APPLICATION, ...MEMBERS, ...EXISTING, ...EXISTING_OF_FURTHER],
];

/** The estate with these changes. */
export function changed(file: EstateFile, changes: readonly Pick<KeyChange, "to">[]): EstateFile {
  const copy = JSON.parse(JSON.stringify(file)) as EstateFile;
  for (const { to } of changes)
    for (const [path, value] of Object.entries(to)) set(copy, path.split("."), structuredClone(value));
  return copy;
}
