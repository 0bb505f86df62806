import { z } from "zod";
import { ruleDescription, settings, textMatching } from "./values";

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

const SQL_NAME = "1 to 63 letters, digits and _, beginning with a letter";
const sqlName = (expected = SQL_NAME) => textMatching(/^[A-Za-z][A-Za-z0-9_]{0,62}$/, expected);
const SQL_NAME_OR_NONE = `${SQL_NAME}, or false if RDS created no database`;

export const existingDatabaseSchema = settings(
  {
    identifier: textMatching(
      /^(?!.*--)[a-z][a-z0-9-]{0,62}(?<!-)$/,
      "1 to 63 lower-case letters, digits and single hyphens, beginning with a letter",
    )
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
    ownSecurityGroup: group(
      textMatching(
        /^(?!sg-)(?=.*[A-Za-z0-9])[\w .:/()#,@[\]+=&;{}!$*-]{1,255}$/,
        "the name of a security group, not beginning with sg-",
      ),
      "security group that decides who may connect",
    )
      .optional()
      .meta({ description: "The database's own security group." }),
  },
  "what an existing database keeps: { identifier, … }",
);

export const existingInEnvironment = settings(
  {
    database: existingDatabaseSchema.optional().meta({
      description: "What the environment's database keeps.",
    }),
  },
  "what exists and stays: { database, … }",
);
