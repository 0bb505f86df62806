import { z } from "zod";
import {
  settings,
  chargeCode,
  cidr,
  hasNoDuplicates,
  flag,
  integer,
  list,
  name,
  region,
  RETENTION_DAYS,
  retentionDays,
  roleName,
  securityGroupId,
  servicePrincipal,
  textMatching,
} from "./values";
import { securityGroupSchema } from "./security-group";

const subnetCidrs = (tier: string) =>
  list(cidr(16, 28), "a list of networks, one for each zone")
    .optional()
    .meta({
      description: `The ${tier} subnets, one for each zone. Default: as the VPC wizard of the AWS console lays them out.`,
    });

const network = settings(
  {
    cidrBlock: cidr(16, 24).default("10.0.0.0/20").meta({ description: "The VPC's network, /16 to /24." }),
    zones: list(z.string({ error: "an availability zone" }), "a list of availability zones")
      .min(2, { error: "two or three availability zones" })
      .max(3, { error: "two or three availability zones" })
      .optional()
      .meta({ description: "Two or three availability zones. Default: the region's first two." }),
    publicSubnets: flag()
      .default(true)
      .meta({ description: "Whether there is a public tier. Private addresses do not depend on it." }),
    publicSubnetCidrBlocks: subnetCidrs("public"),
    privateSubnetCidrBlocks: subnetCidrs("private"),
    mapPublicAddresses: flag()
      .default(false)
      .meta({ description: "Whether instances in public subnets get a public address by themselves." }),
    flowLogs: flag()
      .optional()
      .meta({ description: "Log all flows to CloudWatch (costs money). Default: on in production." }),
    flowLogRetentionDays: retentionDays
      .default(30)
      .meta({ description: `How long flow logs are kept: ${RETENTION_DAYS.join(", ")} days.` }),
  },
  "a network, or {} for the defaults",
);

const database = settings(
  {
    instanceClass: textMatching(/^db\.[a-z0-9]+\.[a-z0-9]+$/, "an RDS instance class, for example db.t4g.micro")
      .default("db.t4g.micro")
      .meta({ description: "RDS instance class: CPU and memory, and most of the price." }),
    allocatedStorageGb: integer(20, 65536, "GB").default(20).meta({ description: "gp3 storage, 20 to 65536 GB." }),
    engineVersion: textMatching(/^1[3-8]$/, 'a major version of PostgreSQL, "13" to "18"')
      .default("17")
      .meta({ description: 'Major version of PostgreSQL, "13" to "18"; minor upgrades come by themselves.' }),
    databaseName: textMatching(
      /^[a-z_][a-z0-9_]{0,62}$/,
      "1 to 63 lower-case letters, digits and _, beginning with a letter",
    )
      .default("dagster")
      .meta({ description: "The database made at first. Changing it later replaces the instance." }),
    masterUsername: textMatching(
      /^[a-z][a-z0-9_]{0,62}$/,
      "1 to 63 lower-case letters, digits and _, beginning with a letter",
    )
      .default("postgres")
      .meta({ description: "The master user; AWS keeps its password. Changing it later replaces the instance." }),
    backupRetentionDays: integer(0, 35, "days")
      .default(7)
      .meta({ description: "Daily backups kept, 0 to 35 days; 0 turns them off and is not allowed in production." }),
    logRetentionDays: retentionDays
      .default(30)
      .meta({ description: `How long PostgreSQL's log is kept: ${RETENTION_DAYS.join(", ")} days.` }),
    deletionProtection: flag().default(true).meta({
      description: "Deletion protection, prevent_destroy and a final snapshot. Must stay on in production.",
    }),
    customerManagedKey: flag()
      .default(false)
      .meta({ description: "Encrypt with a KMS key of ours (about 1 USD a month)." }),
    allowedCidrBlocks: list(cidr(8, 32), "a list of networks")
      .refine(hasNoDuplicates, { error: "each network once" })
      .default([])
      .meta({ description: "IPv4 networks that may connect on 5432: private ones from /8, others from /16." }),
    allowedSecurityGroupIds: list(
      textMatching(securityGroupId, "the id of a security group, sg-…"),
      "a list of security group ids",
    )
      .refine(hasNoDuplicates, { error: "each security group once" })
      .default([])
      .meta({ description: "Security groups whose members may connect on 5432." }),
    allowedSecurityGroups: list(z.string({ error: "the name of a security group" }), "a list of names")
      .refine(hasNoDuplicates, { error: "each security group once" })
      .default([])
      .meta({ description: "Security groups of this environment, by name, whose members may connect on 5432." }),
    defaultSecurityGroup: flag().default(true).meta({
      description: "Whether the environment's default security group is attached, beside the database's own.",
    }),
  },
  "a database, or {} for the defaults",
);

const application = settings(
  {
    serviceTrust: list(servicePrincipal, "a list of services")
      .min(1, { error: "at least one service principal, for example lambda.amazonaws.com" })
      .refine(hasNoDuplicates, { error: "each service once" })
      .default(["lambda.amazonaws.com", "states.amazonaws.com"])
      .meta({ description: "AWS services that may assume the application's roles." }),
    existingRoles: settings(
      {
        apiHandler: roleName.meta({ description: "Name of the role that the application's API runs as." }),
        workflowLoopRunner: roleName.meta({ description: "Name of the role that its background workflows run as." }),
      },
      "{ apiHandler, workflowLoopRunner }: names of roles",
    )
      .refine(({ apiHandler, workflowLoopRunner }) => apiHandler !== workflowLoopRunner, {
        error: "two different roles",
      })
      .optional()
      .meta({ description: "Names of roles that exist already in the main account. Default: the project makes both." }),
    buckets: list(name, "a list of names")
      .refine(hasNoDuplicates, { error: "each bucket once" })
      .default([])
      .meta({ description: "Buckets beside `studydata`, which every environment has." }),
    repositories: list(
      textMatching(
        /^[a-z0-9]+([._/-][a-z0-9]+)*$/,
        "the name of an ECR repository: lower-case letters, digits, and ._/- between them",
      ),
      "a list of names",
    )
      .refine(hasNoDuplicates, { error: "each repository once" })
      .default([])
      .meta({ description: "ECR repositories, named <namespace>/<name>." }),
  },
  "an application, or {} for the defaults",
);

const member = settings(
  {
    account: z
      .string({ error: "the name of a member account" })
      .meta({ description: "The account it is: one of kind member." }),
    cidrBlock: cidr(16, 24)
      .optional()
      .meta({ description: "Created members: the VPC's network, /16 to /24. Default: 10.0.0.0/16." }),
    subnetCidrBlock: cidr(16, 28).optional().meta({
      description: "Created members: the public subnet, /16 to /28. Default: the first sixteenth of the network.",
    }),
    mapPublicAddresses: flag()
      .optional()
      .meta({ description: "Created members: whether instances get a public address by themselves. Default: false." }),
    vpcId: textMatching(/^vpc-[0-9a-f]{8,17}$/, "the id of a VPC, vpc-…")
      .optional()
      .meta({ description: "Invited members: the id of their VPC." }),
    subnetId: textMatching(/^subnet-[0-9a-f]{8,17}$/, "the id of a subnet, subnet-…")
      .optional()
      .meta({ description: "Invited members: the id of their subnet." }),
  },
  "a member: { account, … }",
);

export const environmentSchema = settings(
  {
    account: z
      .string({ error: "the name of an account" })
      .meta({ description: "The main account it runs in: one of kind main or master." }),
    region: region.optional().meta({ description: "The region it runs in. Default: defaultRegion." }),
    production: flag()
      .default(false)
      .meta({ description: "Whether people depend on it: protection on, the default ExternalId refused." }),
    profile: z.enum(["documented", "hardened"], { error: "documented or hardened" }).meta({
      description:
        "Permissions of the Master and the cross-account role: as documented, or the same job with its holes closed.",
    }),
    externalId: textMatching(/^[\w+=,.@:/-]{2,1224}$/, "an ExternalId: 2 to 1224 of letters, digits and +=,.@:/-_")
      .default("galileo")
      .meta({
        description:
          "What the application must present to assume the Master and execution roles: 2 to 1224 characters.",
      }),
    chargeCode: chargeCode
      .optional()
      .meta({ description: "The charge code that the environment's stacks are tagged with. Default: the estate's." }),
    network: network.prefault({}).meta({ description: "The VPC and its subnets." }),
    securityGroups: z.record(name, securityGroupSchema, { error: "security groups by name" }).default({}).meta({
      description: "Security groups, by name. `default` is there in any case; what it holds can be given here.",
    }),
    database: database.optional().meta({
      description: "PostgreSQL on RDS, in the private subnets. {} for the defaults; no database where it is left out.",
    }),
    application: application
      .prefault({})
      .meta({ description: "What the application runs as, and where it keeps things." }),
    members: z
      .record(name, member, { error: "members by name" })
      .default({})
      .meta({ description: "The member accounts that run this environment's analytics, by a name for each." }),
  },
  "an environment: { account, profile, … }",
);
