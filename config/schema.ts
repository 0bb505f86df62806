import { z } from "zod";
import { accountSchema } from "./schema/account";
import { environmentSchema } from "./schema/environment";
import { organizationSchema } from "./schema/organization";
import { settings, chargeCode, list, name, region, textMatching } from "./schema/values";

/*
 * What an estate file may hold, value by value. What needs more than one value (a subnet in its network, a name once
 * built) is in checks.ts.
 */

/** The estate file. Its JSON Schema is config/estate.schema.json (`npm run schema`). */
export const estateSchema = settings(
  {
    $schema: z.string().optional().meta({ description: "Where editors find the JSON Schema of this file." }),
    solution: name.meta({ description: "What the estate is for; part of every name." }),
    defaultRegion: region.meta({ description: "The region of whatever names no other." }),
    chargeCode: chargeCode.meta({ description: "The charge code of whatever names no other." }),
    repository: textMatching(/^[A-Za-z0-9][A-Za-z0-9-]*\/[\w.-]+$/, "a GitHub repository, owner/name")
      .optional()
      .meta({
        description: "The GitHub repository whose pipelines may plan and apply. Default: none, and no pipeline roles.",
      }),
    organization: organizationSchema.optional().meta({
      description: "AWS Organizations in the master account. Default: {}, where there is a master account.",
    }),
    accounts: z
      .record(name, accountSchema, { error: "accounts by name" })
      .refine((accounts) => Object.keys(accounts).length > 0, { error: "at least one account" })
      .meta({ description: "The AWS accounts, by name." }),
    environments: z
      .record(name, environmentSchema, { error: "environments by name" })
      .meta({ description: "The environments, by name, from first to last." }),
    promotionOrder: list(z.string({ error: "the name of an environment" }), "a list of environment names")
      .optional()
      .meta({
        description:
          "The environments' names from first to last, each once. Default: the order in which they stand in the file.",
      }),
  },
  "an estate: { solution, accounts, environments, … }",
);

/** An estate file as it is written: what has a default may be left out. */
export type EstateFile = z.input<typeof estateSchema>;

/** An estate file as it is read: defaults filled in, references not yet resolved. */
export type ParsedEstate = z.output<typeof estateSchema>;

export type ParsedAccount = ParsedEstate["accounts"][string];
export type ParsedEnvironment = ParsedEstate["environments"][string];
export type ParsedMember = ParsedEnvironment["members"][string];
export type ParsedNetwork = ParsedEnvironment["network"];
export type ParsedDatabase = NonNullable<ParsedEnvironment["database"]>;
export type ParsedSecurityGroup = ParsedEnvironment["securityGroups"][string];
export type ParsedOrganization = z.output<typeof organizationSchema>;
export type ParsedApplication = ParsedEnvironment["application"];
export type Profile = ParsedEnvironment["profile"];
