import { z } from "zod";
import {
  peerCidr,
  distinctList,
  flag,
  idOf,
  integer,
  RETENTION_DAYS,
  retentionDays,
  settings,
  textMatching,
} from "./values";

/** The words that PostgreSQL 13 to 18 reserve ("SQL Key Words", also those that may name a function or a type). */
const KEYWORDS = new Set(
  (
    "all analyse analyze and any array as asc asymmetric authorization binary both case cast check collate collation column " +
    "concurrently constraint create cross current_catalog current_date current_role current_schema current_time " +
    "current_timestamp current_user default deferrable desc distinct do else end except false fetch for foreign freeze from " +
    "full grant group having ilike in initially inner intersect into is isnull join lateral leading left like limit localtime " +
    "localtimestamp natural not notnull null offset on only or order outer overlaps placing primary references returning right " +
    "select session_user similar some symmetric system_user table tablesample then to trailing true union unique user using " +
    "variadic verbose when where window with"
  ).split(" "),
);

/** The arguments of `refine` for the name of a role or a database, with further ones that RDS or PostgreSQL uses. */
const notReserved = (used: readonly string[]) =>
  [
    (name: string) => !KEYWORDS.has(name) && !used.includes(name),
    { error: `no key word that PostgreSQL reserves, and none of ${used.join(", ")}` },
  ] as const;

const identifier = (longest: number, except = "") =>
  textMatching(
    new RegExp(`^${except && `(?!${except})`}[a-z][a-z0-9_]{0,${longest - 1}}$`),
    `1 to ${longest} lower-case letters, digits and _, beginning with a letter${except && `, not with ${except.replace("|", " or ")}`}`,
  );

/**
 * What RDS offers for PostgreSQL ("Supported DB engines for DB instance classes", RDS User Guide, 2026-10): sizes by
 * family. Families change every year, so later generations than these are left to RDS.
 */
const CLASSES = [
  "t(3|4g)\\.(micro|small|medium|large|2?xlarge)",
  "(m5d?|r5[bd]?)\\.(large|([248]|12|16|24)?xlarge)",
  "([mr]6gd?|[mr]7g|x2g)\\.(large|([248]|12|16)?xlarge)",
  "[mr]6i(d|dn|n)?\\.(large|([248]|12|16|24|32)?xlarge)",
  "[mr]7i\\.(large|([248]|12|16|24|48)?xlarge)",
  "x2idn\\.(16|24|32)xlarge",
  "x2iedn\\.([248]|16|24|32)?xlarge",
  "(t[5-9]|[mr]([89]|1\\d)|x[3-9])[a-z]*\\.(micro|small|medium|large|\\d*xlarge)",
];
const INSTANCE_CLASS = new RegExp(`^db\\.(${CLASSES.join("|")})$`);

const CLASS_RULE = "an instance class of RDS for PostgreSQL, for example db.t4g.micro";

const TIME = "([01]\\d|2[0-3]):[0-5]\\d";
const DAY = "(mon|tue|wed|thu|fri|sat|sun)";

export const databaseSchema = settings(
  {
    instanceClass: textMatching(INSTANCE_CLASS, CLASS_RULE)
      .default("db.t4g.micro")
      .meta({
        description: "The RDS instance class, which sets CPU, memory and most of the price.",
        examples: [
          "db.m7g.large",
          "db.m7g.xlarge",
          "db.r7g.large",
          "db.r7g.xlarge",
          "db.t4g.micro",
          "db.t4g.small",
          "db.t4g.medium",
          "db.t4g.large",
        ],
      }),
    allocatedStorageGb: integer(20, 65536, "GB")
      .default(20)
      .meta({ description: "The gp3 storage, 20 to 65536 GB. It can only grow.", examples: [100] }),
    maxAllocatedStorageGb: integer(22, 65536, "GB")
      .optional()
      .meta({
        description:
          "The limit to which RDS lets the storage grow by itself, at least a tenth more than `allocatedStorageGb`. Default: none, it does not grow.",
        examples: [200],
      }),
    multiAz: flag().default(false).meta({
      description: "Whether a standby runs in another zone, at twice the price.",
    }),
    engineVersion: textMatching(/^1[3-8]$/, 'a major version of PostgreSQL, "13" to "18"')
      .default("17")
      .meta({
        description:
          'The major version of PostgreSQL, "13" to "18". It can only grow, and only with `applyImmediately: true`: the upgrade interrupts the database. Minor upgrades are automatic.',
        examples: ["16"],
      }),
    extendedSupport: flag()
      .optional()
      .meta({
        description:
          "Whether RDS Extended Support runs the engine version after its standard support, at 0.10 USD and more per vCPU and hour. Required for version 13, whose standard support ended on 2026-02-28. `false`: RDS upgrades the database when standard support ends. Terraform sets it only when the database is created. Default: as RDS, true.",
        examples: [true],
      }),
    databaseName: identifier(63)
      .refine(...notReserved(["rdsadmin", "template0", "template1"]))
      .default("dagster")
      .meta({ description: "The initial database. Changing it later replaces the instance.", examples: ["studies"] }),
    masterUsername: identifier(16, "pg_|rds_")
      .refine(...notReserved(["admin", "none", "public", "rdsadmin"])) // CREATE ROLE; aws-cloudformation/cfn-lint#4425
      .default("postgres")
      .meta({
        description: "The master user, whose password is in Secrets Manager. Changing it later replaces the instance.",
        examples: ["owner"],
      }),
    backupRetentionDays: integer(0, 35, "days")
      .default(7)
      .meta({
        description: "The days that daily backups are kept, 0 to 35. 0 turns them off and is invalid in production.",
        examples: [14],
      }),
    backupWindow: textMatching(new RegExp(`^${TIME}-${TIME}$`), "a time of day in UTC, hh:mm-hh:mm")
      .optional()
      .meta({
        description: "When the daily backup is taken, at least 30 minutes in UTC. Default: AWS chooses.",
        examples: ["01:00-01:30"],
      }),
    maintenanceWindow: textMatching(
      new RegExp(`^${DAY}:${TIME}-${DAY}:${TIME}$`),
      "a time of the week in UTC, ddd:hh:mm-ddd:hh:mm",
    )
      .optional()
      .meta({
        description: "When RDS maintains the database, at least 30 minutes in UTC. Default: AWS chooses.",
        examples: ["sun:02:00-sun:03:00"],
      }),
    applyImmediately: flag().optional().meta({
      description:
        "Whether changes of class, storage, standby and the like are made at once instead of in the maintenance window. Default: false in production, true elsewhere.",
    }),
    performanceInsights: flag().default(false).meta({
      description: "Whether Performance Insights records the load of the database, kept for 7 days without cost.",
    }),
    logRetentionDays: retentionDays
      .default(30)
      .meta({ description: `The days that PostgreSQL's log is kept: ${RETENTION_DAYS.join(", ")}.`, examples: [90] }),
    deletionProtection: flag().default(true).meta({
      description:
        "Deletion protection and prevent_destroy. In production it may be false only with `finalSnapshot: true`, to destroy the database deliberately.",
    }),
    finalSnapshot: flag().optional().meta({
      description: "Whether a last snapshot is taken when the database is destroyed. Default: `deletionProtection`.",
    }),
    customerManagedKey: flag().default(false).meta({
      description: "Whether a customer managed KMS key (about 1 USD a month) encrypts the database.",
    }),
    allowedCidrBlocks: distinctList(peerCidr(8, 32), "a list of networks")
      .default([])
      .meta({
        description: "IPv4 networks that may connect on port 5432: private ones from /8, others from /16.",
        examples: [["10.0.8.0/23"]],
      }),
    allowedSecurityGroupIds: distinctList(
      textMatching(idOf("sg"), "the id of a security group, sg-…"),
      "a list of security group ids",
    )
      .default([])
      .meta({
        description: "Ids of security groups whose members may connect on port 5432.",
        examples: [["sg-0a1b2c3d4e5f60718"]],
      }),
    allowedSecurityGroups: distinctList(z.string({ error: "the name of a security group" }), "a list of names")
      .default([])
      .meta({
        description: "Names of this environment's security groups whose members may connect on port 5432.",
        examples: [["web"]],
      }),
    defaultSecurityGroup: flag().default(true).meta({
      description: "Whether the environment's default security group is attached, in addition to the database's own.",
    }),
    tier: z
      .string({ error: "the name of a tier of network.tiers" })
      .optional()
      .meta({
        description:
          "The tier of `network.tiers` in whose subnets it is. RDS moves no instance out of a subnet: choose it before the first apply. Default: the private subnets.",
        examples: ["data"],
      }),
    parameters: z
      .record(
        textMatching(/^[a-z][a-z0-9_]*(\.[a-z][a-z0-9_]*)?$/, "the name of a parameter of PostgreSQL"),
        textMatching(/^[^\n]{1,1024}$/, 'a text of 1 to 1024 characters, for example "65536"'),
        { error: "an object with parameters of PostgreSQL by name" },
      )
      .default({})
      .meta({
        description:
          "Parameters of PostgreSQL by name, each value as RDS takes it: a text, in the parameter's unit. Static ones, such as `shared_preload_libraries`, take effect when somebody restarts the database. TLS is always required.",
        examples: [{ work_mem: "65536" }],
      }),
    replica: settings(
      {
        instanceClass: textMatching(INSTANCE_CLASS, CLASS_RULE)
          .optional()
          .meta({ description: "Its instance class. Default: that of the database.", examples: ["db.t4g.small"] }),
        zone: z
          .string({ error: "an availability zone" })
          .optional()
          .meta({
            description: "Its availability zone, one of the subnets. Default: AWS chooses.",
            examples: ["eu-west-1b"],
          }),
      },
      "a read replica, or {} for the defaults",
    )
      .optional()
      .meta({
        description:
          "A read replica, at the price of an instance. RDS creates none of a database whose password it manages: turn that off in AWS and set `managedPassword: false` in `existing` first. Default: none.",
      }),
  },
  "a database, or {} for the defaults",
);

/** The name in `databases`. A database and the replica of another one must not have the same identifier. */
export const databaseName = textMatching(
  /^(?=.{1,40}$)(?!(.*-)?replica$)[a-z][a-z0-9]*(-[a-z0-9]+)*$/,
  "1 to 40 lower-case letters, digits and single hyphens, beginning with a letter, not ending in replica",
);
