import { z } from "zod";
import { databaseName, databaseSchema } from "./database";
import { existingInEnvironment } from "./existing";
import { endpointServices, networkSchema } from "./network";
import { securityGroupSchema } from "./security-group";
import {
  chargeCode,
  daysOrFalse,
  vpcCidr,
  distinctList,
  flag,
  idOf,
  integer,
  name,
  region,
  RETENTION_DAYS,
  retentionDays,
  roleName,
  servicePrincipal,
  settings,
  textMatching,
} from "./values";

const bucketSettings = settings(
  {
    oldVersionDays: integer(1, 36500, "days")
      .optional()
      .meta({
        description:
          "After how many days old versions of objects are deleted, 1 to 36500. Default: `oldVersionDays` of the application.",
        examples: [90],
      }),
    archive: settings(
      {
        days: integer(1, 36500, "days").meta({
          description: "How many days after an object is written, 1 to 36500, for STANDARD_IA at least 30.",
          examples: [90],
        }),
        storageClass: z
          .enum(["STANDARD_IA", "INTELLIGENT_TIERING", "GLACIER_IR", "GLACIER", "DEEP_ARCHIVE"], {
            error: "STANDARD_IA, INTELLIGENT_TIERING, GLACIER_IR, GLACIER or DEEP_ARCHIVE",
          })
          .meta({
            description:
              "The storage class. Objects in GLACIER and DEEP_ARCHIVE can be read only hours after they are restored.",
            examples: ["GLACIER_IR"],
          }),
      },
      "{ days, storageClass }",
    )
      .optional()
      .meta({ description: "Moves objects to another storage class. Default: none, they stay in STANDARD." }),
    expirationDays: integer(1, 36500, "days")
      .optional()
      .meta({
        description:
          "After how many days S3 deletes every object, 1 to 36500. Every synth and plan warns. The object is an old version then, which `oldVersionDays` deletes for ever. Default: objects are kept.",
        examples: [365],
      }),
  },
  "settings of a bucket: { oldVersionDays, archive, expirationDays }",
);

const application = settings(
  {
    serviceTrust: distinctList(servicePrincipal, "a list of services")
      .min(1, { error: "a list of at least one service principal, for example lambda.amazonaws.com" })
      .default(["lambda.amazonaws.com", "states.amazonaws.com"])
      .meta({
        description: "AWS services that may assume the application's roles.",
        examples: [["lambda.amazonaws.com"]],
      }),
    existingRoles: settings(
      {
        apiHandler: roleName.meta({
          description: "The role of the application's API, called ApiHandler if the project creates it.",
          examples: ["Api"],
        }),
        workflowLoopRunner: roleName.meta({
          description: "The role of its background workflows, called WorkflowLoopRunner if the project creates it.",
          examples: ["Workflows"],
        }),
      },
      "{ apiHandler, workflowLoopRunner }: names of roles",
    )
      .refine((roles) => roles.apiHandler.toLowerCase() !== roles.workflowLoopRunner.toLowerCase(), {
        error: "two different roles",
      })
      .optional()
      .meta({
        description:
          "Names of the application's roles that exist in the main account and that the project does not manage. To manage them, use `existing.roles`. Default: the project creates both.",
      }),
    buckets: distinctList(name, "a list of names")
      .default([])
      .meta({
        description:
          "Additional S3 buckets. Every environment has the bucket `studydata`, which stores the data of its studies.",
        examples: [["results"]],
      }),
    oldVersionDays: daysOrFalse.optional().meta({
      description:
        "After how many days the buckets delete old versions of objects: 1 to 36500. `false` leaves their lifecycle rules to you. Default: old versions are kept, and only incomplete uploads are deleted, after 7 days.",
      examples: [90],
    }),
    bucketSettings: z
      .record(name, bucketSettings, { error: "an object with settings of buckets by name" })
      .default({})
      .meta({
        description: "What S3 does by itself in single buckets, by the names in `buckets`, or `studydata`.",
      }),
    repositories: distinctList(
      textMatching(
        /^[a-z0-9]+([._/-][a-z0-9]+)*$/,
        "the name of an ECR repository: lower-case letters, digits, and ._/- between them",
      ),
      "a list of names",
    )
      .default([])
      .meta({ description: "ECR repositories, named `<namespace>/<name>`.", examples: [["dagster"]] }),
  },
  "an application, or {} for the defaults",
);

const member = settings(
  {
    account: z.string({ error: "the name of a member account" }).meta({
      description: "The account of the member, of kind member.",
      examples: ["dev-analytics"],
    }),
    cidrBlock: vpcCidr(16, 24)
      .optional()
      .meta({
        description: "Created members: the network of the VPC, /16 to /24. Default: 10.0.0.0/16.",
        examples: ["10.8.0.0/20"],
      }),
    subnetCidrBlock: vpcCidr(16, 28)
      .optional()
      .meta({
        description: "Created members: the public subnet, /16 to /28. Default: the first sixteenth of the network.",
        examples: ["10.8.0.0/24"],
      }),
    zone: z
      .string({ error: "an availability zone" })
      .optional()
      .meta({
        description:
          "Created members: the availability zone of the subnet. Accounts may have different zones. Default: the first of the region.",
        examples: ["eu-west-1b"],
      }),
    mapPublicAddresses: flag().optional().meta({
      description: "Created members: whether instances automatically get a public address. Default: false.",
    }),
    flowLogs: flag().optional().meta({
      description:
        "Created members: whether all flows are logged to CloudWatch, which costs money, as in `network`. Default: true in production, false elsewhere.",
    }),
    flowLogRetentionDays: retentionDays.optional().meta({
      description: `Created members: the days that flow logs are kept: ${RETENTION_DAYS.join(", ")}. Default: 30.`,
      examples: [90],
    }),
    endpoints: endpointServices.optional().meta({
      description:
        "Created members: services that the VPC reaches without the internet, by interface endpoints in the subnet. They cost money. EMR needs `elasticmapreduce`, SageMaker `sagemaker.api` and `sagemaker.runtime`. Default: none.",
      examples: [["elasticmapreduce", "sagemaker.api", "sagemaker.runtime"]],
    }),
    vpcId: textMatching(idOf("vpc"), "the id of a VPC, vpc-…")
      .optional()
      .meta({
        description: "Invited members: the id of their VPC. Required for them.",
        examples: ["vpc-0a1b2c3d4e5f60718"],
      }),
    subnetId: textMatching(idOf("subnet"), "the id of a subnet, subnet-…")
      .optional()
      .meta({
        description: "Invited members: the id of their subnet. Required for them.",
        examples: ["subnet-0a1b2c3d4e5f60718"],
      }),
  },
  "a member: { account, … }",
);

export const environmentSchema = settings(
  {
    account: z.string({ error: "the name of an account" }).meta({
      description:
        "The account that runs the environment, of kind main or master. It is called the environment's main account.",
      examples: ["dev"],
    }),
    region: region.optional().meta({
      description: "The region of the environment. Default: `defaultRegion`.",
      examples: ["us-west-2"],
    }),
    production: flag().default(false).meta({
      description:
        "Whether people depend on it. Then the database must be protected, and the default ExternalId is invalid.",
    }),
    profile: z.enum(["documented", "hardened"], { error: "documented or hardened" }).meta({
      description:
        "The permissions of the Master and cross-account execution roles: as documented by the original system, or with the same purpose and the known ways to escalate closed.",
    }),
    externalId: textMatching(
      /^[\w+=,.@:/-]{2,1224}$/,
      "an ExternalId of 2 to 1224 letters, digits and characters of +=,.@:/-_",
    )
      .default("galileo")
      .meta({
        description:
          "The ExternalId with which the application assumes cross-account execution roles and the Master role, 2 to 1224 characters. The Master role is `<namespace>-prep-raas-master-MasterRole` (prep-raas-master is the original system's name for creating it); it creates member accounts.",
        examples: ["galileo-staging-4f1c"],
      }),
    chargeCode: chargeCode.optional().meta({
      description: "The charge code on the tags of the environment's stacks. Default: the estate's `chargeCode`.",
      examples: ["platform-0002"],
    }),
    network: networkSchema.prefault({}).meta({ description: "The VPC and its subnets." }),
    securityGroups: z
      .record(name, securityGroupSchema, { error: "an object with security groups by name" })
      .default({})
      .meta({
        description:
          "Security groups by name. Every environment has the group `default`; list it to give it rules or a charge code.",
      }),
    database: databaseSchema.optional().meta({
      description:
        "PostgreSQL on RDS in the private subnets, with the default settings if it is {}. Default: no database.",
    }),
    databases: z.record(databaseName, databaseSchema, { error: "an object with databases by name" }).default({}).meta({
      description:
        "Further databases by name, each an instance with a stack and a state of its own, `<environment>-database-<name>`.",
    }),
    application: application.prefault({}).meta({
      description: "The roles, buckets and image repositories of the environment's application.",
    }),
    existing: existingInEnvironment.optional().meta({
      description:
        "What resources that exist keep, because AWS cannot change it. `npm run adopt` proposes the keys. A plan that would create a resource with such a key is blocked: new environments have none. Default: nothing.",
    }),
    members: z.record(name, member, { error: "an object with members by name" }).default({}).meta({
      description: "The member accounts that run this environment's analytics, each under a name of its own.",
    }),
  },
  "an environment: { account, profile, … }",
);
