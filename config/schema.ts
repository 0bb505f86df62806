import { z } from "zod";
import type { EstateInput } from "./estate-input";
import { accountSchema, contacts } from "./schema/account";
import { environmentSchema } from "./schema/environment";
import { searchSchema, singleSignOnSchema } from "./schema/external";
import { organizationSchema } from "./schema/organization";
import { identityCenterSchema } from "./schema/identity-center";
import { repositorySchema } from "./schema/repository";
import {
  chargeCode,
  distinctList,
  flag,
  hostedId,
  list,
  name,
  planRoleRead,
  region,
  settings,
  textMatching,
} from "./schema/values";

/*
 * The schema checks each value of an estate file by itself. checks.ts checks what depends on several values: a subnet
 * in its network, the length of a built name.
 */

/** The estate file. `npm run schema` writes its JSON Schema and docs/estate.md. */
export const estateSchema = settings(
  {
    $schema: z
      .string()
      .optional()
      .meta({ description: "The path of the JSON Schema, for editors.", examples: ["./estate.schema.json"] }),
    solution: name.meta({
      description: "The name of the whole system, a part of every AWS name.",
      examples: ["galileo"],
    }),
    defaultRegion: region.meta({
      description: "The region of accounts and environments that name no other.",
      examples: ["eu-west-1"],
    }),
    chargeCode: chargeCode.meta({
      description: "The charge code of accounts and environments that name no other.",
      examples: ["platform-0001"],
    }),
    repository: repositorySchema.optional().meta({
      description:
        "Whose pipelines may plan and apply: a GitHub repository, or an object with a repository on each of several services. Default: none, without pipeline roles.",
      examples: ["example-org/aws-estate"],
    }),
    repositoryIds: settings(
      {
        owner: hostedId.meta({ description: "The id of the owner, a user or an organization.", examples: [1000001] }),
        repository: hostedId.meta({ description: "The id of the repository.", examples: [2000002] }),
        alsoByName: flag().default(false).meta({
          description:
            "Whether tokens that name the repository without ids are accepted too: set it while a repository changes over.",
        }),
      },
      "{ owner, repository }: ids of GitHub",
    )
      .optional()
      .meta({
        description:
          "The ids in the tokens of the GitHub repository. Required for repositories that were created, renamed or transferred on or after 2026-07-15: `gh api repos/owner/name --jq '.owner.id, .id'` prints them. Default: none, tokens name the repository without ids.",
        examples: [{ owner: 1000001, repository: 2000002 }],
      }),
    mainBranch: textMatching(
      /^(?!.*(\.\.|\/\/|\.lock(\/|$)))[A-Za-z0-9_][\w./-]{0,199}(?<![./])$/,
      "the name of a branch: letters, digits and ._/-",
    )
      .default("main")
      .meta({
        description: "The branch of the repository whose commits pipelines apply.",
        examples: ["trunk"],
      }),
    allowedSigners: textMatching(
      /^[\w-][\w.-]*(\/[\w-][\w.-]*)*$/,
      "the path of a file in the project, without . or ..",
    )
      .optional()
      .meta({
        description:
          "The project's file of allowed signers: apply then refuses plans that none of them has signed. " +
          "Default: none, plans need no signature.",
        examples: ["config/allowed_signers"],
      }),
    contacts: contacts.meta({
      description:
        "The alternate contacts of every account but invited members: AWS notifies `security` of security problems, `operations` of the health of services, and sends bills to `billing`. Each replaces the one that an account has. Default: none, the accounts' contacts are left alone.",
    }),
    planRoleReads: distinctList(planRoleRead, "a list of IAM actions that read")
      .optional()
      .meta({
        description:
          "What the pipelines' plan role may read in addition, for resource types of your own stacks. Default: nothing.",
        examples: [["glue:GetDatabase", "glue:GetTable"]],
      }),
    organization: organizationSchema.optional().meta({
      description: "AWS Organizations in the master account. Default: {} if the estate has a master account.",
    }),
    identityCenter: identityCenterSchema.optional().meta({
      description:
        "IAM Identity Center, turned on by hand once, for the groups that `operators` and `admins` name. Default: none, only IAM users.",
    }),
    search: searchSchema.optional().meta({
      description: "OpenSearch at Aiven, outside AWS ([page](beyond-aws.md)). Default: none.",
    }),
    singleSignOn: singleSignOnSchema.optional().meta({
      description: "Single sign-on at Microsoft and Google, outside AWS ([page](beyond-aws.md)). Default: none.",
    }),
    accounts: z
      .record(name, accountSchema, { error: "an object with accounts by name" })
      .refine((accounts) => Object.keys(accounts).length > 0, { error: "an object with at least one account" })
      .meta({ description: "The AWS accounts by name." }),
    environments: z
      .record(name, environmentSchema, { error: "an object with environments by name" })
      .meta({ description: "The environments by name. Each is one deployment of the application." }),
    promotionOrder: list(z.string({ error: "the name of an environment" }), "a list of environment names")
      .optional()
      .meta({
        description:
          "The names of all environments, in the order in which changes are promoted. Default: the order of the file.",
        examples: [["dev", "prod"]],
      }),
  },
  "an estate: { solution, accounts, environments, … }",
);

/** The JSON Schema of the estate file as it is written. */
export function estateJsonSchema(): object {
  // Editors support this dialect best.
  return z.toJSONSchema(estateSchema, { io: "input", target: "draft-7" });
}

/** An estate file as it is written, with the description of each key for editors. */
export type EstateFile = EstateInput;

/** An estate file as it is parsed: with defaults, references not yet resolved. */
export type ParsedEstate = z.output<typeof estateSchema>;

export type ParsedAccount = ParsedEstate["accounts"][string];
export type ParsedEnvironment = ParsedEstate["environments"][string];
export type ParsedMember = ParsedEnvironment["members"][string];
export type ParsedDatabase = NonNullable<ParsedEnvironment["database"]>;
export type ParsedSecurityGroup = ParsedEnvironment["securityGroups"][string];
export type ParsedExisting = NonNullable<ParsedEnvironment["existing"]>;
export type Profile = ParsedEnvironment["profile"];
