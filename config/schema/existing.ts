import { z } from "zod";
import { KEPT_POLICIES, policyArns } from "./existing-users";
import { list, roleName, ruleDescription, settings, textMatching, vpcCidr } from "./values";

/*
 * What a resource that exists keeps, because AWS cannot change it in place or because its users would lose it. Each key
 * has a row in config/existing-keys.ts: a plan that would create the resource is refused.
 */

const group = (name: z.ZodString, what: string) =>
  settings(
    {
      name: name.meta({ description: `The name of the ${what}.`, examples: ["studies-postgres"] }),
      description: ruleDescription.meta({
        description: `The description of the ${what}.`,
        examples: ["Created from the RDS console"],
      }),
    },
    "{ name, description }",
  );

const IDENTIFIER = /^(?!.*--)[a-z][a-z0-9-]{0,62}(?<!-)$/;
const IDENTIFIER_RULE = "1 to 63 lower-case letters, digits and single hyphens, beginning with a letter";
const SQL_NAME = "1 to 63 letters, digits and _, beginning with a letter";
const sqlName = (expected = SQL_NAME) => textMatching(/^[A-Za-z][A-Za-z0-9_]{0,62}$/, expected);
const SQL_NAME_OR_NONE = `${SQL_NAME}, or false if RDS created no database`;

const securityGroupName = textMatching(
  /^(?!sg-)(?=.*[A-Za-z0-9])[\w .:/()#,@[\]+=&;{}!$*-]{1,255}$/,
  "the name of a security group, not beginning with sg-",
);

const database = settings(
  {
    identifier: textMatching(IDENTIFIER, IDENTIFIER_RULE)
      .optional()
      .meta({
        description: "The DB instance identifier, which is part of the host name that clients use.",
        examples: ["studies"],
      }),
    databaseName: z
      .union([z.literal(false), sqlName(SQL_NAME_OR_NONE)], { error: SQL_NAME_OR_NONE })
      .optional()
      .meta({
        description: "The initial database, or `false` if RDS created none.",
        examples: [false],
      }),
    masterUsername: sqlName()
      .optional()
      .meta({
        description: "The master user.",
        examples: ["dagster"],
      }),
    managedPassword: z
      .literal(false, { error: "false or left out" })
      .optional()
      .meta({
        description:
          "`false`: the master password stays as its users know it. Remove the key, in a change of its own, and RDS makes a new one, which it keeps in Secrets Manager.",
        examples: [false],
      }),
    encrypted: z
      .literal(false, { error: "false or left out" })
      .optional()
      .meta({
        description: "`false`: the storage is not encrypted. To encrypt it, restore an encrypted copy of a snapshot.",
        examples: [false],
      }),
    storageType: z
      .enum(["gp2", "io1", "io2", "standard"], { error: "gp2, io1, io2 or standard" })
      .optional()
      .meta({
        description: "The storage type: gp2, io1, io2 or standard. Remove the key to change to gp3.",
        examples: ["gp2"],
      }),
    publiclyAccessible: z
      .literal(true, { error: "true or left out" })
      .optional()
      .meta({
        description:
          "`true`: the database has a public address. Every synth and plan warns. Remove the key, in a change of its own, to turn it off.",
        examples: [true],
      }),
    publicSubnets: z
      .literal(true, { error: "true or left out" })
      .optional()
      .meta({
        description: "`true`: its subnet group has the public subnets too, because RDS removes no subnet in use.",
        examples: [true],
      }),
    subnetGroup: textMatching(
      /^(?!default$)[a-z0-9][a-z0-9 ._-]{0,254}$/,
      "the name of a DB subnet group other than default: lower-case letters, digits, spaces and characters of ._-",
    )
      .optional()
      .meta({
        description: "The DB subnet group: RDS moves no instance to another group of the same VPC.",
        examples: ["default-vpc-0a1b2c3d4e5f60718"],
      }),
    parameterGroup: group(
      textMatching(
        /^(?!.*--)[a-z][a-z0-9-]{0,254}(?<!-)$/,
        "the name of a DB parameter group of your own: lower-case letters, digits and single hyphens, beginning with a letter",
      ),
      "DB parameter group",
    )
      .optional()
      .meta({
        description: "The DB parameter group. Remove the key when `engineVersion` changes: a group has one version.",
      }),
    ownSecurityGroup: group(securityGroupName, "security group that decides who may connect")
      .optional()
      .meta({ description: "The database's own security group." }),
    replica: textMatching(IDENTIFIER, IDENTIFIER_RULE)
      .optional()
      .meta({ description: "The identifier of its read replica.", examples: ["studies-reader"] }),
  },
  "what an existing database keeps: { identifier, … }",
);

const subnets = (tier: string) =>
  list(
    settings(
      {
        zone: z.string({ error: "an availability zone" }).meta({
          description: "The availability zone of the subnet.",
          examples: ["eu-west-1a"],
        }),
        cidrBlock: vpcCidr(16, 28).meta({ description: "The network of the subnet.", examples: ["10.0.0.0/24"] }),
      },
      "a subnet: { zone, cidrBlock }",
    ),
    "a list of subnets: { zone, cidrBlock }",
  )
    .max(6, { error: "a list of at most six subnets" })
    .meta({ description: `The ${tier} subnets, at most one in each zone.` });

const network = settings(
  {
    publicSubnets: subnets("public").meta({
      description: "The public subnets, at most one in each zone. [] for none.",
    }),
    privateSubnets: subnets("private"),
  },
  "{ publicSubnets, privateSubnets }",
);

const role = (description: string, example: string) => roleName.optional().meta({ description, examples: [example] });

const roles = settings(
  {
    apiHandler: role("The role of the application's API.", "Api"),
    workflowLoopRunner: role("The role of the application's background workflows.", "Workflows"),
    deployment: role("The role of the environment's deployment machine.", "Deployment"),
    masterRole: role("The Master role, in the master account.", "MasterRole"),
    crossAccountRole: role("The cross-account execution role, in each member account.", "CrossAccountRole"),
    flowLogs: role("The role that writes flow logs, in each account that has them.", "FlowLogs"),
  },
  "names of roles by purpose: { apiHandler, … }",
);

const named = (value: z.ZodString, what: string) =>
  z.record(z.string(), value, { error: `an object with names of ${what} in AWS` }).optional();

const keepPolicies = settings(
  {
    apiHandler: policyArns("Policies of the role of the application's API."),
    workflowLoopRunner: policyArns("Policies of the role of its background workflows."),
    masterRole: policyArns("Policies of the Master role."),
    crossAccountRole: policyArns("Policies of the cross-account execution role."),
  },
  "ARNs of managed policies by role: { apiHandler, … }",
);

export const existingInEnvironment = settings(
  {
    network: network.optional().meta({
      description:
        "The subnets of a VPC that has other ones than `network` describes, in place of its `zones`, `publicSubnets`, `publicSubnetCidrBlocks` and `privateSubnetCidrBlocks`. It may list new subnets too.",
    }),
    database: database.optional().meta({
      description: "What the environment's database keeps. Each key is a fact about the instance.",
    }),
    databases: z
      .record(z.string(), database, { error: "an object with databases by name" })
      .optional()
      .meta({ description: "What further databases keep, by their names in `databases`." }),
    securityGroups: named(securityGroupName, "security groups").meta({
      description: "The names in AWS of security groups, by their names in `securityGroups`.",
      examples: [{ web: "WebServers" }],
    }),
    buckets: named(
      textMatching(
        /^(?!xn--|sthree-|amzn-s3-demo-|\d+\.\d+\.\d+\.\d+$)(?!.*(\.\.|-s3alias$|--ol-s3$))[a-z0-9][a-z0-9.-]{1,61}[a-z0-9]$/,
        "the name of an S3 bucket: 3 to 63 lower-case letters, digits, dots and hyphens",
      ),
      "buckets",
    ).meta({
      description: "The names in AWS of buckets, by their names in `application.buckets`, or `studydata`.",
      examples: [{ studydata: "example-studies" }],
    }),
    repositories: named(
      textMatching(
        /^(?=.{2,256}$)[a-z0-9]+((\.|_|__|-+)[a-z0-9]+)*(\/[a-z0-9]+((\.|_|__|-+)[a-z0-9]+)*)*$/,
        "the name of an ECR repository: 2 to 256 lower-case letters, digits, and ._/- between them",
      ),
      "ECR repositories",
    ).meta({
      description: "The names in AWS of ECR repositories, by their names in `application.repositories`.",
      examples: [{ dagster: "dagster" }],
    }),
    roles: roles.optional().meta({
      description: "The names of roles that the project then manages, each after its path if it has one.",
    }),
    keepPolicies: keepPolicies.optional().meta({
      description: `Managed policies that somebody attached to roles, and that stay attached. ${KEPT_POLICIES}`,
    }),
    profiles: settings(
      {
        deployment: textMatching(
          /^[\w+=,.@-]{1,128}$/,
          "the name of an instance profile: 1 to 128 letters, digits and characters of +=,.@_-",
        )
          .optional()
          .meta({
            description: "The instance profile of the environment's deployment machine.",
            examples: ["Deployment"],
          }),
      },
      "names of instance profiles: { deployment }",
    )
      .optional()
      .meta({ description: "The names of instance profiles." }),
  },
  "what exists and stays: { database, … }",
);
