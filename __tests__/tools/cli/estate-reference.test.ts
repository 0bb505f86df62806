import { estateJsonSchema } from "../../../config/schema";
import { estateReference, type ReferenceSchema } from "../../../tools/cli/estate-reference";
import { createdMember, estateOf, named, PROD, type Changes } from "../../config/estate-fixture";

const schema: ReferenceSchema = estateJsonSchema();
const page = estateReference(schema);

/** Every key of the schema, by its path without the names of records. */
function* keys(part: ReferenceSchema, path = ""): Iterable<{ path: string; value: ReferenceSchema }> {
  for (const [key, value] of Object.entries(part.properties ?? {})) {
    const at = path === "" ? key : `${path}.${key}`;
    yield { path: at, value };
    yield* keys(value, at);
  }
  if (typeof part.additionalProperties === "object") yield* keys(part.additionalProperties, path);
  if (part.items) yield* keys(part.items, path);
  for (const each of part.anyOf ?? []) yield* keys(each, path);
}
const allKeys = [...keys(schema)];
/** The page shows the keys of a further database only once. */
const shownKeys = allKeys.filter(({ path }) => !path.includes(".databases."));

test("has a row for every key, in a section for each object", () => {
  const rows = page.split("\n").filter((line) => line.startsWith("| `"));
  expect(rows).toHaveLength(shownKeys.length);
  expect(rows.map((row) => /^\| `([^`]+)`/.exec(row)?.[1]).sort()).toEqual(
    shownKeys.map(({ path }) => path.split(".").at(-1)).sort(),
  );
  expect(page.match(/^## .*$/gm)).toContain("## `environments.<environment>.securityGroups.<group>.ingress[]`");
});

test("names the section with the same keys in place of a second one", () => {
  expect(page).toContain(
    "## `environments.<environment>.databases.<database>`\n\nThe keys of [`environments.<environment>.database`](#environmentsenvironmentdatabase).",
  );
});

test("shows type, default, meaning and example of a key", () => {
  const small: ReferenceSchema = {
    required: ["name"],
    properties: {
      name: { type: "string", description: "The name.", examples: ["a|b"] },
      days: { type: "integer", minimum: 1, maximum: 9, default: 3, description: "The days kept." },
      zones: { items: { type: "string" }, description: "The zones. Default: the first two." },
      kind: { enum: ["a", "b"], default: "a", description: "The kind." },
      members: { additionalProperties: { properties: { on: { type: "boolean", description: "Whether it is on." } } } },
    },
  };
  expect(
    estateReference(small)
      .split("\n")
      .filter((line) => line.startsWith("|") || line.startsWith("#"))
      .slice(2),
  ).toEqual([
    "| key | type | default | meaning | example |",
    "| --- | --- | --- | --- | --- |",
    '| `name` | text | required | The name. | `"a\\|b"` |',
    "| `days` | 1 to 9 | `3` | The days kept. |  |",
    "| `zones` | list: text | the first two | The zones. |  |",
    '| `kind` | `"a"` or `"b"` | `"a"` | The kind. | `"b"` |',
    "| `members` | [objects by name](#membersmember) | none |  |  |",
    "## `members.<member>`",
    "| key | type | default | meaning | example |",
    "| --- | --- | --- | --- | --- |",
    "| `on` | `true` or `false` | none | Whether it is on. | `true` |",
  ]);
});

test("has an example for every value that is not an object", () => {
  const rows = page.split("\n").filter((line) => line.startsWith("| `") && !line.includes("](#"));
  expect(rows.filter((row) => row.endsWith(" |  |"))).toEqual([]);
});

const MEMBERS: Changes = {
  "accounts.new": createdMember("new@example.com", { id: "777777777777" }),
  "environments.dev.members.lab": { account: "lab" },
  "environments.dev.securityGroups.web": {
    work: "application",
    ingress: [{ port: 443, cidrBlock: "10.0.0.0/20" }],
    egress: [{ port: 443, cidrBlock: "10.0.0.0/20" }],
  },
};
const estate = estateOf({ ...PROD, ...MEMBERS, repository: undefined });
const [dev, prod] = [named(estate.environments, "dev"), named(estate.environments, "prod")];
const account = named(estate.accounts, "dev");
const web = named(dev.securityGroups, "web");
const lab = named(dev.members, "lab");
const prodLab = named(
  named(estateOf({ ...PROD, "environments.prod.members.lab": { account: "lab" } }).environments, "prod").members,
  "lab",
);
const withGroups = estateOf({
  "accounts.master.region": "eu-central-1",
  "identityCenter.groups.leads.members": [],
});
const zones = ["eu-west-1a", "eu-west-1b"];
const withDatabases = estateOf({
  ...PROD,
  "environments.dev.database": {},
  "environments.prod.database": {},
  "environments.dev.network.tiers": { data: { prefixLength: 26 } },
});
const [devDatabase, prodDatabase] = withDatabases.environments.map(({ database }) => database);

const services = (repository: unknown) => estateOf({ repository }).pipelines.map(({ name }) => name);
const studydataWith = (settings: object) =>
  estateOf({ "environments.dev.application": { oldVersionDays: 7, bucketSettings: { studydata: settings } } })
    .environments[0]?.application.buckets[0]?.lifecycle;

const CONTACT = { name: "Team", title: "On call", email: "security@example.com", phone: "+1 555 0100" };
const withContacts = estateOf({
  contacts: { security: CONTACT },
  "accounts.lab": { ...createdMember("lab@example.com", { id: "333333333333" }), membership: "invited" },
});

const CHARGED = "that of the environment, otherwise of the estate";
const ENTRY = { redirectUris: ["https://login.example.com"] };
const { external } = estateOf({
  search: {
    account: "dev",
    technicalEmails: ["a@example.com"],
    projects: { one: { project: "one", services: { logs: { plan: "startup-4", ipFilter: ["198.51.100.0/24"] } } } },
  },
  singleSignOn: {
    microsoft: {
      account: "dev",
      tenantId: "00000000-0000-4000-8000-000000000000",
      applications: { one: { displayName: "One", ...ENTRY } },
    },
    google: { account: "dev", projects: { one: { projectId: "one-two", displayName: "One two", folder: "12345" } } },
  },
});
const [aiven, application, google] = [external?.aiven?.projects[0], external?.microsoft?.applications[0], external?.google?.projects[0]]; // prettier-ignore

/** Every default that is computed when the estate is resolved, as the schema states it, with the resolved value. */
const STATED = Object.entries<[stated: string, resolved: unknown, value: unknown]>({
  repository: ["none, without pipeline roles", estate.pipelines, []],
  "repository.github": ["none", services({ gitlab: { project: "g/p" } }), ["gitlab"]],
  "repository.gitlab": ["none", services({ github: "o/r" }), ["github"]],
  "repository.azureDevOps": ["none", services("o/r"), ["github"]],
  "repository.gitlab.projectId": [
    "none",
    estateOf({ repository: { gitlab: { project: "g/p" } } }).pipelines[0]?.planSubjects,
    ["project_path:g/p:ref_type:branch:ref:*"],
  ],
  repositoryIds: [
    "none, tokens name the repository without ids",
    estateOf({ repository: "o/r" }).pipelines[0]?.applySubjects,
    ["repo:o/r:environment:{deployment}"],
  ],
  allowedSigners: ["none, plans need no signature", estate.allowedSigners, undefined],
  planRoleReads: ["nothing", estate.planRoleReads, undefined],
  organization: [
    "{} if the estate has a master account",
    estate.organization,
    estateOf({ ...PROD, ...MEMBERS, organization: {} }).organization,
  ],
  "organization.centralRootAccess": [
    "true for an organization that the estate creates, false for one that exists",
    [{}, { existing: true }].map(
      (organization) => estateOf({ ...PROD, ...MEMBERS, organization }).organization?.centralRootAccess,
    ),
    [true, false],
  ],
  "organization.trailAccount": ["the master account stores them", estate.organization?.trail?.bucketIn, undefined],
  "organization.allowedRegions": [
    "every region in which the estate has stacks",
    estate.organization?.allowedRegions,
    ["eu-west-1"],
  ],
  identityCenter: ["none, only IAM users", estate.identity, undefined],
  "identityCenter.account": ["the master account", withGroups.identity?.account, "master"],
  "identityCenter.region": ["the region of `account`", withGroups.identity?.region, "eu-central-1"],
  "identityCenter.groups.description": ["none", withGroups.identity?.groups[0]?.description, undefined],
  "accounts.breakGlass": ["none", account.admins, ["arn:aws:iam::111111111111:user/admin"]],
  search: ["none", estate.external, undefined],
  "search.parentId": ["none", aiven?.parentId, undefined],
  "search.billingGroup": ["none", aiven?.billingGroup, undefined],
  "search.projects.environment": ["none or several", aiven?.environment, undefined],
  "search.projects.chargeCode": [CHARGED, aiven?.chargeCode, "demo-0001"],
  "search.projects.cloud": [
    "`aws-` and the region of the environment, or of the estate",
    aiven?.cloud,
    "aws-eu-west-1",
  ],
  "search.projects.services.version": ["the one that Aiven chooses", aiven?.services[0]?.version, undefined],
  singleSignOn: ["none", estate.external, undefined],
  "singleSignOn.microsoft": ["none", estate.external, undefined],
  "singleSignOn.microsoft.applications.environment": ["none or several", application?.environment, undefined],
  "singleSignOn.microsoft.applications.chargeCode": [CHARGED, application?.chargeCode, "demo-0001"],
  "singleSignOn.microsoft.applications.optionalClaims": [
    "none",
    application?.optionalClaims,
    { idToken: [], accessToken: [] },
  ],
  "singleSignOn.microsoft.applications.owners": ["owners are left alone", application?.owners, undefined],
  "singleSignOn.microsoft.applications.existing": ["nothing", application?.existing, undefined],
  "singleSignOn.microsoft.applications.existing.servicePrincipal": [
    "it has none yet",
    application?.existing?.servicePrincipal,
    undefined,
  ],
  "singleSignOn.google": ["none", estate.external, undefined],
  "singleSignOn.google.projects.environment": ["none or several", google?.environment, undefined],
  "singleSignOn.google.projects.chargeCode": [CHARGED, google?.chargeCode, "demo-0001"],
  "singleSignOn.google.projects.organization": ["none", google?.organization, undefined],
  "singleSignOn.google.projects.folder": ["none", estate.external?.google, undefined],
  "singleSignOn.google.projects.billingAccount": ["none", google?.billingAccount, undefined],
  promotionOrder: ["the order of the file", estate.environments.map(({ name }) => name), ["dev", "prod"]],
  "accounts.membership": ["none", account.membership, undefined],
  "accounts.sourceIps": ["any", account.sourceIps, undefined],
  "accounts.accessRole": [
    "`OrganizationAccountAccessRole` for created members, none for others",
    [account.accessRoleArn, named(estate.accounts, "lab").accessRoleArn],
    [undefined, "arn:aws:iam::333333333333:role/OrganizationAccountAccessRole"],
  ],
  "accounts.alias": ["`<solution>-<account>`", account.alias, "demo-dev"],
  contacts: ["none, the accounts' contacts are left alone", account.contacts, {}],
  "accounts.contacts": [
    "the estate's `contacts`, and none for an invited member",
    ["dev", "lab"].map((name) => named(withContacts.accounts, name).contacts),
    [{ security: CONTACT }, {}],
  ],
  "accounts.region": ["`defaultRegion`", account.region, "eu-west-1"],
  "accounts.chargeCode": ["the estate's `chargeCode`", account.chargeCode, "demo-0001"],
  "accounts.trail": [
    "true for main accounts, false for others",
    estate.accounts.filter(({ trail }) => trail).map(({ kind }) => kind),
    ["main", "main"],
  ],
  "accounts.alarmEmails": ["the account's `email`", named(estate.accounts, "prod").alarm.emails, ["prod@example.com"]],
  "environments.region": ["`defaultRegion`", dev.region, "eu-west-1"],
  "environments.chargeCode": ["the estate's `chargeCode`", dev.chargeCode, "demo-0001"],
  "environments.database": ["no database", dev.database, undefined],
  "environments.database.maxAllocatedStorageGb": [
    "none, it does not grow",
    devDatabase?.maxAllocatedStorageGb,
    undefined,
  ],
  "environments.database.backupWindow": ["AWS chooses", devDatabase?.backupWindow, undefined],
  "environments.database.maintenanceWindow": ["AWS chooses", devDatabase?.maintenanceWindow, undefined],
  "environments.database.applyImmediately": [
    "false in production, true elsewhere",
    [prodDatabase?.applyImmediately, devDatabase?.applyImmediately],
    [false, true],
  ],
  "environments.database.extendedSupport": ["as RDS, true", devDatabase?.extendedSupport, undefined],
  "environments.database.finalSnapshot": ["`deletionProtection`", devDatabase?.finalSnapshot, true],
  "environments.database.tier": ["the private subnets", devDatabase?.tier, undefined],
  "environments.database.replica": ["none", devDatabase?.replica, undefined],
  "environments.database.replica.instanceClass": [
    "that of the database",
    devDatabase?.replica?.instanceClass,
    undefined,
  ],
  "environments.database.replica.zone": ["AWS chooses", devDatabase?.replica?.zone, undefined],
  "environments.network.tiers.prefixLength": ["none, `cidrBlocks` gives the subnets", dev.network.tiers, []],
  "environments.network.tiers.cidrBlocks": [
    "none, `prefixLength` places the subnets",
    withDatabases.environments[0]?.network.tiers[0]?.subnets.map(({ cidrBlock }) => cidrBlock),
    ["10.0.3.0/26", "10.0.3.64/26"],
  ],
  "environments.network.zones": [
    "the first two of the region",
    dev.network.privateSubnets.map(({ zone }) => zone),
    zones,
  ],
  "environments.network.publicSubnetCidrBlocks": [
    "the layout of the AWS console's VPC wizard",
    dev.network.publicSubnets.map(({ cidrBlock }) => cidrBlock),
    ["10.0.0.0/24", "10.0.1.0/24"],
  ],
  "environments.network.privateSubnetCidrBlocks": [
    "the layout of the AWS console's VPC wizard",
    dev.network.privateSubnets.map(({ cidrBlock }) => cidrBlock),
    ["10.0.8.0/24", "10.0.9.0/24"],
  ],
  "environments.network.flowLogs": [
    "true in production, false elsewhere",
    [prod, dev].map(({ network }) => network.flowLogRetentionDays),
    [30, undefined],
  ],
  "environments.securityGroups.description": ["`<name> in <namespace>`", web.description, "web in dev-irl-demo"],
  "environments.securityGroups.chargeCode": ["the environment's `chargeCode`", web.chargeCodes, ["demo-0001"]],
  "environments.securityGroups.ingress.toPort": ["`port`", web.ingress[0]?.ports, { from: 443, to: 443 }],
  "environments.securityGroups.egress.toPort": ["`port`", web.egress[0]?.ports, { from: 443, to: 443 }],
  "environments.application.existingRoles": ["the project creates both", dev.application.makesRoles, true],
  "environments.application.oldVersionDays": [
    "old versions are kept, and only incomplete uploads are deleted, after 7 days",
    dev.application.buckets[0]?.lifecycle,
    { oldVersionDays: undefined },
  ],
  "environments.application.bucketSettings.oldVersionDays": [
    "`oldVersionDays` of the application",
    studydataWith({ expirationDays: 30 }),
    { oldVersionDays: 7, objectDays: 30 },
  ],
  "environments.application.bucketSettings.archive": [
    "none, they stay in STANDARD",
    studydataWith({})?.archive,
    undefined,
  ],
  "environments.application.bucketSettings.expirationDays": [
    "objects are kept",
    studydataWith({})?.objectDays,
    undefined,
  ],
  "accounts.existing": ["nothing", account.existing, undefined],
  "environments.existing": ["nothing", dev.existing, undefined],
  "environments.members.cidrBlock": ["10.0.0.0/16", lab.network?.cidrBlock, "10.0.0.0/16"],
  "environments.members.subnetCidrBlock": [
    "the first sixteenth of the network",
    lab.network?.subnet.cidrBlock,
    "10.0.0.0/20",
  ],
  "environments.members.zone": ["the first of the region", lab.network?.subnet.zone, "eu-west-1a"],
  "environments.members.flowLogs": [
    "true in production, false elsewhere",
    [prodLab, lab].map(({ network }) => network?.flowLogRetentionDays),
    [30, undefined],
  ],
  "environments.members.flowLogRetentionDays": ["30", prodLab.network?.flowLogRetentionDays, 30],
  "environments.members.endpoints": ["none", lab.network?.endpoints, []],
  "environments.members.mapPublicAddresses": ["false", lab.network?.mapPublicAddresses, false],
}).map(([path, [stated, resolved, value]]) => ({ path, stated, resolved, value }));

describe("the stated default", () => {
  test.each(STATED)("of $path is the resolved one: $stated", ({ path, stated, resolved, value }) => {
    expect(allKeys.find((key) => key.path === path)?.value.description).toMatch(
      new RegExp(` Default: ${escaped(stated)}\\.$`),
    );
    expect(resolved).toEqual(value);
  });

  test("is checked for every key that states one", () => {
    const stating = shownKeys.filter(({ value }) => value.description?.includes(" Default: "));
    expect(stating.map(({ path }) => path).sort()).toEqual(STATED.map(({ path }) => path).sort());
  });
});

const escaped = (text: string) => text.replace(/[.*+?^${}()|[\]\\]/g, "\\$&");
