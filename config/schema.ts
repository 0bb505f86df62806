import { Address4, Address6 } from "ip-address";
import { z } from "zod";
import { REGIONS } from "./regions";

/*
 * What an estate file may hold, value by value. Every error text here says what was expected, and nothing else: load.ts puts the path
 * and the value before it. What needs more than one value (a subnet in its network, a name once built) is in checks.ts.
 */

const text = (pattern: RegExp, expected: string) => z.string({ error: expected }).regex(pattern, { error: expected });

const integer = (from: number, to: number, unit = "") => {
  const expected = `a whole number${unit && ` of ${unit}`} from ${from} to ${to}`;
  return z.int({ error: expected }).min(from, { error: expected }).max(to, { error: expected });
};

/** The retention periods that CloudWatch Logs offers, in days (its API, PutRetentionPolicy). */
const RETENTION_DAYS = [1, 3, 5, 7, 14, 30, 60, 90, 120, 150, 180, 365, 400, 545, 731, 1096, 1827, 2192, 2557, 2922, 3288, 3653];
const retentionDays = z.literal(RETENTION_DAYS, { error: `a number of days that CloudWatch Logs offers: ${RETENTION_DAYS.join(", ")}` });

const flag = () => z.boolean({ error: "true or false" });

const list = <T extends z.ZodType>(item: T, expected: string) => z.array(item, { error: expected });

const block = <T extends z.core.$ZodShape>(shape: T, what: string) => z.strictObject(shape, { error: what });

const name = text(/^[a-z][a-z0-9]*(-[a-z0-9]+)*$/, "lower-case letters, digits and single hyphens, beginning with a letter");

const region = z
  .string({ error: "the code of an AWS region, for example eu-west-1" })
  .refine((code) => code in REGIONS, { error: "the code of an AWS region, for example eu-west-1" });

/** What is wrong with an IPv4 network: undefined if nothing is. Prefix lengths are inclusive. */
function cidrProblem(cidr: string, shortest: number, longest: number): string | undefined {
  const expected = `an IPv4 network such as 10.0.0.0/20`;
  if (!/^[\d.]+\/\d+$/.test(cidr) || !Address4.isValid(cidr)) return expected;
  const address = new Address4(cidr);
  const network = `${address.startAddress().correctForm()}/${address.subnetMask}`;
  if (network !== cidr) return `${network} (it has host bits set)`;
  if (address.subnetMask < shortest || address.subnetMask > longest) return `a prefix length from /${shortest} to /${longest}`;
  return undefined;
}

const cidr = (shortest: number, longest: number) =>
  z.string({ error: "an IPv4 network such as 10.0.0.0/20" }).superRefine((value, context) => {
    const expected = cidrProblem(value, shortest, longest);
    if (expected) context.addIssue({ code: "custom", message: expected });
  });

const sourceIp = z.string({ error: "an IPv4 or IPv6 network such as 198.51.100.0/24" }).superRefine((value, context) => {
  const isNetwork6 = Address6.isValid(value) && value.includes("/") && new Address6(value).subnetMask > 0;
  const expected = isNetwork6 ? undefined : cidrProblem(value, 8, 32);
  if (expected) context.addIssue({ code: "custom", message: expected.replace("an IPv4 network", "an IPv4 or IPv6 network") });
});

const EXPECTED_PRINCIPAL = "the ARN of an IAM user or role, for example arn:aws:iam::111111111111:user/name";
const principal = text(/^arn:aws:iam::\d{12}:(user|role)\/([\w+=,.@-]+\/)*[\w+=,.@-]{1,64}$/, EXPECTED_PRINCIPAL);
const principals = list(principal, `a list with ${EXPECTED_PRINCIPAL}`)
  .min(1, { error: `at least one: ${EXPECTED_PRINCIPAL}` })
  .refine((arns) => new Set(arns).size === arns.length, { error: "each principal once" });

const roleName = text(/^[\w+=,.@-]{1,64}$/, "the name of an IAM role: 1 to 64 of letters, digits and +=,.@_-");

const chargeCode = text(/^[\w .:/=+@-]{1,256}$/, "a charge code: 1 to 256 of letters, digits, spaces and _.:/=+-@");

const account = {
  kind: z.enum(["master", "main", "member"], { error: "master, main or member" }).meta({
    description: "master hosts AWS Organizations (and may run environments), main runs environments, member runs analytics.",
  }),
  membership: z.enum(["created", "invited"], { error: "created (in the organization) or invited" }).optional().meta({
    description: "How a member account came to be. Members only, and not optional for them.",
  }),
  id: text(/^\d{12}$/, "12 digits, in quotes").meta({ description: "The account's number." }),
  email: z.email({ error: "an e-mail address" }).meta({ description: "The account's root e-mail; budget alerts go there. Unique in AWS." }),
  operators: principals.meta({ description: "ARNs of the users and roles that may assume Operator, with MFA." }),
  admins: principals.meta({ description: "ARNs of the users and roles that may assume Admin, with MFA." }),
  sourceIps: list(sourceIp, "a list of networks")
    .min(1, { error: "at least one network, or no sourceIps at all" })
    .optional()
    .meta({ description: "Networks from which Operator and Admin may be assumed. Default: any." }),
  operatorSessionSeconds: integer(3600, 43200, "seconds").default(28800).meta({ description: "Longest Operator session, in seconds." }),
  accessRole: roleName.optional().meta({
    description:
      "Role in this account that Terraform assumes to reach it. Default: none; OrganizationAccountAccessRole for created members.",
  }),
  region: region
    .optional()
    .meta({ description: "Where the account's states and account-wide regional settings are. Default: defaultRegion." }),
  monthlyBudgetUsd: z
    .number({ error: "US dollars a month, more than 0" })
    .positive({ error: "US dollars a month, more than 0" })
    .meta({ description: "Alert at 80 % of it, and when the forecast reaches 100 %." }),
  chargeCode: chargeCode.optional().meta({ description: "Default: the estate's." }),
  stateKey: flag().default(false).meta({ description: "Encrypt the states with a customer managed KMS key (about 1 USD a month)." }),
  serviceUsers: list(
    z.enum(["terraform-user", "elastic-container-registry-user"], { error: "terraform-user or elastic-container-registry-user" }),
    "a list of terraform-user and elastic-container-registry-user",
  )
    .default(["terraform-user", "elastic-container-registry-user"])
    .meta({ description: "The service users that the account has." }),
};

const accountSchema = block(account, "an account: { kind, id, … }");

const subnetCidrs = (tier: string) =>
  list(cidr(16, 28), "a list of networks, one for each zone")
    .optional()
    .meta({
      description: `The ${tier} subnets, one for each zone. Default: as the VPC wizard of the AWS console lays them out.`,
    });

const network = block(
  {
    cidrBlock: cidr(16, 24).default("10.0.0.0/20").meta({ description: "The VPC's network, /16 to /24." }),
    zones: list(z.string({ error: "an availability zone" }), "a list of availability zones")
      .min(2, { error: "two or three availability zones" })
      .max(3, { error: "two or three availability zones" })
      .optional()
      .meta({ description: "Two or three availability zones. Default: the region's first two." }),
    publicSubnets: flag().default(true).meta({ description: "Whether there is a public tier. Private addresses do not depend on it." }),
    publicSubnetCidrBlocks: subnetCidrs("public"),
    privateSubnetCidrBlocks: subnetCidrs("private"),
    mapPublicAddresses: flag()
      .default(false)
      .meta({ description: "Whether instances in public subnets get a public address by themselves." }),
    flowLogs: flag().optional().meta({ description: "Log all flows to CloudWatch (costs money). Default: on in production." }),
    flowLogRetentionDays: retentionDays.default(30),
  },
  "a network, or {} for the defaults",
);

const database = block(
  {
    instanceClass: text(/^db\.[a-z0-9]+\.[a-z0-9]+$/, "an RDS instance class, for example db.t4g.micro").default("db.t4g.micro"),
    allocatedStorageGb: integer(20, 65536, "GB").default(20).meta({ description: "gp3 storage, in GB." }),
    engineVersion: text(/^1[3-8]$/, 'a major version of PostgreSQL, "13" to "18"').default("17"),
    databaseName: text(/^[a-z_][a-z0-9_]{0,62}$/, "1 to 63 lower-case letters, digits and _, beginning with a letter").default("dagster"),
    masterUsername: text(/^[a-z][a-z0-9_]{0,62}$/, "1 to 63 lower-case letters, digits and _, beginning with a letter").default("postgres"),
    backupRetentionDays: integer(0, 35, "days").default(7).meta({ description: "0 turns backups off; not allowed in production." }),
    logRetentionDays: retentionDays.default(30),
    deletionProtection: flag().default(true).meta({
      description: "Deletion protection, prevent_destroy and a final snapshot. Must stay on in production.",
    }),
    customerManagedKey: flag().default(false).meta({ description: "Encrypt with a KMS key of ours (about 1 USD a month)." }),
    allowedCidrBlocks: list(cidr(8, 32), "a list of networks").default([]).meta({ description: "Networks that may connect on 5432." }),
    allowedSecurityGroupIds: list(text(/^sg-[0-9a-f]{8,17}$/, "the id of a security group, sg-…"), "a list of security group ids")
      .default([])
      .meta({ description: "Security groups whose members may connect on 5432." }),
  },
  "a database, or {} for the defaults",
);

const bucketName = text(/^[a-z][a-z0-9]*(-[a-z0-9]+)*$/, "lower-case letters, digits and single hyphens, beginning with a letter");
const distinct = (values: readonly string[]) => new Set(values).size === values.length;

const application = block(
  {
    serviceTrust: list(
      text(/^[a-z0-9-]+(\.[a-z0-9-]+)*\.amazonaws\.com$/, "a service principal such as lambda.amazonaws.com"),
      "a list of services",
    )
      .min(1, { error: "at least one service principal, for example lambda.amazonaws.com" })
      .default(["lambda.amazonaws.com", "states.amazonaws.com"])
      .meta({ description: "AWS services that may assume the application's roles." }),
    existingRoles: block({ apiHandler: roleName, workflowLoopRunner: roleName }, "{ apiHandler, workflowLoopRunner }: names of roles")
      .optional()
      .meta({ description: "Names of roles that exist already in the main account. Default: the project makes both." }),
    buckets: list(bucketName, "a list of names")
      .refine(distinct, { error: "each bucket once" })
      .default([])
      .meta({ description: "Buckets beside `studydata`, which every environment has." }),
    repositories: list(
      text(/^[a-z0-9]+([._/-][a-z0-9]+)*$/, "the name of an ECR repository: lower-case letters, digits, and ._/- between them"),
      "a list of names",
    )
      .refine(distinct, { error: "each repository once" })
      .default([])
      .meta({ description: "ECR repositories, named <namespace>/<name>." }),
  },
  "an application, or {} for the defaults",
);

const member = block(
  {
    account: z.string({ error: "the name of a member account" }),
    cidrBlock: cidr(16, 24).optional().meta({ description: "Created members: the VPC's network. Default: 10.0.0.0/16." }),
    subnetCidrBlock: cidr(16, 28).optional().meta({ description: "Created members: the public subnet. Default: the first /20 of a /16." }),
    mapPublicAddresses: flag()
      .optional()
      .meta({ description: "Created members: whether instances get a public address by themselves. Default: false." }),
    vpcId: text(/^vpc-[0-9a-f]{8,17}$/, "the id of a VPC, vpc-…")
      .optional()
      .meta({ description: "Invited members: their VPC." }),
    subnetId: text(/^subnet-[0-9a-f]{8,17}$/, "the id of a subnet, subnet-…")
      .optional()
      .meta({ description: "Invited members: their subnet." }),
  },
  "a member: { account, … }",
);

const environment = block(
  {
    account: z
      .string({ error: "the name of an account" })
      .meta({ description: "The main account it runs in: one of kind main or master." }),
    region: region.optional().meta({ description: "Default: defaultRegion." }),
    production: flag().default(false).meta({ description: "Whether people depend on it: protection on, the default ExternalId refused." }),
    profile: z.enum(["documented", "hardened"], { error: "documented or hardened" }).meta({
      description: "Permissions of the Master and the cross-account role: as documented, or the same job with its holes closed.",
    }),
    externalId: text(/^[\w+=,.@:/-]{2,1224}$/, "an ExternalId: 2 to 1224 of letters, digits and +=,.@:/-_")
      .default("galileo")
      .meta({ description: "What the application must present to assume the Master and execution roles." }),
    chargeCode: chargeCode.optional().meta({ description: "Default: the estate's." }),
    network: network.prefault({}),
    database: database.optional().meta({ description: "Default: none." }),
    application: application.prefault({}),
    members: z.record(name, member, { error: "members by name" }).default({}),
  },
  "an environment: { account, profile, … }",
);

/** The estate file. Its JSON Schema is config/estate.schema.json (`npm run schema`). */
export const estateSchema = block(
  {
    $schema: z.string().optional().meta({ description: "Where editors find the JSON Schema of this file." }),
    solution: name.meta({ description: "What the estate is for; part of every name." }),
    defaultRegion: region.meta({ description: "The region of whatever names no other." }),
    chargeCode: chargeCode.meta({ description: "The charge code of whatever names no other." }),
    repository: text(/^[A-Za-z0-9][A-Za-z0-9-]*\/[\w.-]+$/, "a GitHub repository, owner/name")
      .optional()
      .meta({
        description: "The GitHub repository whose pipelines may plan and apply. Default: none, and no pipeline roles.",
      }),
    accounts: z.record(name, accountSchema, { error: "accounts by name" }),
    environments: z.record(name, environment, { error: "environments by name" }),
    promotionOrder: list(z.string({ error: "the name of an environment" }), "a list of environment names")
      .optional()
      .meta({
        description: "Environments from first to last. Default: the order in which they stand in the file.",
      }),
  },
  "an estate: { solution, accounts, environments, … }",
);

/** An estate file as it is written: what has a default may be left out. */
export type EstateFile = z.input<typeof estateSchema>;

/** An estate file as it is read: defaults filled in, references not yet resolved. */
export type EstateSettings = z.output<typeof estateSchema>;

export type AccountSettings = EstateSettings["accounts"][string];
export type EnvironmentSettings = EstateSettings["environments"][string];
export type MemberSettings = EnvironmentSettings["members"][string];
export type NetworkSettings = EnvironmentSettings["network"];
export type DatabaseSettings = NonNullable<EnvironmentSettings["database"]>;
export type ApplicationSettings = EnvironmentSettings["application"];
export type Profile = EnvironmentSettings["profile"];
