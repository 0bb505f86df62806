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
}
const allKeys = [...keys(schema)];

test("has a row for every key, in a section for each object", () => {
  const rows = page.split("\n").filter((line) => line.startsWith("| `"));
  expect(rows).toHaveLength(allKeys.length);
  expect(rows.map((row) => /^\| `([^`]+)`/.exec(row)?.[1]).sort()).toEqual(
    allKeys.map(({ path }) => path.split(".").at(-1)).sort(),
  );
  expect(page.match(/^## .*$/gm)).toContain("## `environments.<environment>.securityGroups.<group>.ingress[]`");
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
const zones = ["eu-west-1a", "eu-west-1b"];

/** Every default that is computed when the estate is resolved, as the schema states it, with the resolved value. */
const STATED: { path: string; stated: string; resolved: unknown; value: unknown }[] = [
  { path: "repository", stated: "none, without pipeline roles", resolved: estate.repository, value: undefined },
  {
    path: "organization",
    stated: "{} if the estate has a master account",
    resolved: estate.organization,
    value: estateOf({ ...PROD, ...MEMBERS, organization: {} }).organization,
  },
  {
    path: "organization.allowedRegions",
    stated: "every region in which the estate has stacks",
    resolved: estate.organization?.allowedRegions,
    value: ["eu-west-1"],
  },
  {
    path: "promotionOrder",
    stated: "the order of the file",
    resolved: estate.environments.map(({ name }) => name),
    value: ["dev", "prod"],
  },
  { path: "accounts.membership", stated: "none", resolved: account.membership, value: undefined },
  { path: "accounts.sourceIps", stated: "any", resolved: account.sourceIps, value: undefined },
  {
    path: "accounts.accessRole",
    stated: "`OrganizationAccountAccessRole` for created members, none for others",
    resolved: [account.accessRoleArn, named(estate.accounts, "lab").accessRoleArn],
    value: [undefined, "arn:aws:iam::333333333333:role/OrganizationAccountAccessRole"],
  },
  { path: "accounts.region", stated: "`defaultRegion`", resolved: account.region, value: "eu-west-1" },
  {
    path: "accounts.chargeCode",
    stated: "the estate's `chargeCode`",
    resolved: account.chargeCode,
    value: "demo-0001",
  },
  {
    path: "accounts.trail",
    stated: "true for main accounts, false for others",
    resolved: estate.accounts.filter(({ trail }) => trail).map(({ kind }) => kind),
    value: ["main", "main"],
  },
  {
    path: "accounts.alarmEmails",
    stated: "the account's `email`",
    resolved: named(estate.accounts, "prod").alarm?.emails,
    value: ["prod@example.com"],
  },
  { path: "environments.region", stated: "`defaultRegion`", resolved: dev.region, value: "eu-west-1" },
  {
    path: "environments.chargeCode",
    stated: "the estate's `chargeCode`",
    resolved: dev.chargeCode,
    value: "demo-0001",
  },
  { path: "environments.database", stated: "no database", resolved: dev.database, value: undefined },
  {
    path: "environments.network.zones",
    stated: "the first two of the region",
    resolved: dev.network.privateSubnets.map(({ zone }) => zone),
    value: zones,
  },
  {
    path: "environments.network.publicSubnetCidrBlocks",
    stated: "the layout of the AWS console's VPC wizard",
    resolved: dev.network.publicSubnets.map(({ cidrBlock }) => cidrBlock),
    value: ["10.0.0.0/24", "10.0.1.0/24"],
  },
  {
    path: "environments.network.privateSubnetCidrBlocks",
    stated: "the layout of the AWS console's VPC wizard",
    resolved: dev.network.privateSubnets.map(({ cidrBlock }) => cidrBlock),
    value: ["10.0.8.0/24", "10.0.9.0/24"],
  },
  {
    path: "environments.network.flowLogs",
    stated: "true in production, false elsewhere",
    resolved: [prod, dev].map(({ network }) => network.flowLogRetentionDays),
    value: [30, undefined],
  },
  {
    path: "environments.securityGroups.description",
    stated: "`<name> in <namespace>`",
    resolved: web.description,
    value: "web in dev-irl-demo",
  },
  {
    path: "environments.securityGroups.chargeCode",
    stated: "the environment's `chargeCode`",
    resolved: web.chargeCodes,
    value: ["demo-0001"],
  },
  {
    path: "environments.securityGroups.ingress.toPort",
    stated: "`port`",
    resolved: web.ingress[0]?.ports,
    value: { from: 443, to: 443 },
  },
  {
    path: "environments.securityGroups.egress.toPort",
    stated: "`port`",
    resolved: web.egress[0]?.ports,
    value: { from: 443, to: 443 },
  },
  {
    path: "environments.application.existingRoles",
    stated: "the project creates both",
    resolved: dev.application.makesRoles,
    value: true,
  },
  {
    path: "environments.members.cidrBlock",
    stated: "10.0.0.0/16",
    resolved: lab.network?.cidrBlock,
    value: "10.0.0.0/16",
  },
  {
    path: "environments.members.subnetCidrBlock",
    stated: "the first sixteenth of the network",
    resolved: lab.network?.subnet.cidrBlock,
    value: "10.0.0.0/20",
  },
  {
    path: "environments.members.mapPublicAddresses",
    stated: "false",
    resolved: lab.network?.mapPublicAddresses,
    value: false,
  },
];

describe("the stated default", () => {
  test.each(STATED)("of $path is the resolved one: $stated", ({ path, stated, resolved, value }) => {
    expect(allKeys.find((key) => key.path === path)?.value.description).toMatch(
      new RegExp(` Default: ${escaped(stated)}\\.$`),
    );
    expect(resolved).toEqual(value);
  });

  test("is checked for every key that states one", () => {
    const stating = allKeys.filter(({ value }) => value.description?.includes(" Default: "));
    expect(stating.map(({ path }) => path).sort()).toEqual(STATED.map(({ path }) => path).sort());
  });
});

const escaped = (text: string) => text.replace(/[.*+?^${}()|[\]\\]/g, "\\$&");
