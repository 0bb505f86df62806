import { z } from "zod";
import { existingInAccount } from "./existing-users";
import {
  chargeCode,
  daysOrFalse,
  distinctItems,
  distinctList,
  email,
  flag,
  integer,
  list,
  people,
  principalPatterns,
  region,
  roleName,
  settings,
  sourceIp,
  textMatching,
  users,
} from "./values";

/** AWS takes an amount as decimal digits. JavaScript writes numbers outside these limits with an exponent. */
const [LEAST_USD, MOST_USD] = [0.01, 1_000_000_000_000];
const budget = `a number of US dollars a month from ${LEAST_USD} to ${MOST_USD}`;

/** A working day. */
export const DEFAULT_OPERATOR_SESSION_SECONDS = 28_800;

/** CreateAccountAlias, in the API reference of IAM. */
const ALIAS =
  "false, or an account alias of 3 to 63 lower-case letters, digits and single hyphens, unique in AWS and not like an account id";

/** PutAlternateContact, in the API reference of AWS Account Management. */
const contactText = (longest: number, what: string) =>
  textMatching(new RegExp(`^\\S(.{0,${longest - 2}}\\S)?$`), `${what} of 1 to ${longest} characters`);

const contact = settings(
  {
    name: contactText(64, "a name").meta({
      description: "The name of a person or team, 1 to 64 characters.",
      examples: ["Security team"],
    }),
    title: contactText(50, "a title").meta({
      description: "The title of the contact, 1 to 50 characters.",
      examples: ["Security on call"],
    }),
    email: email().meta({ description: "The e-mail address of the contact.", examples: ["security@example.com"] }),
    phone: textMatching(/^(?=.{1,25}$)\+?[\d()-][\d ()-]*$/, "a telephone number such as +1 555 0100").meta({
      description: "The telephone number of the contact: up to 25 digits, spaces and characters of +()-.",
      examples: ["+1 555 0100"],
    }),
  },
  "a contact: { name, title, email, phone }",
);

export const SERVICE_USERS = ["terraform-user", "elastic-container-registry-user"] as const;

const KINDS = ["security", "billing", "operations"] as const;

/** The alternate contacts of an account, one of each kind. */
export const contacts = z
  .partialRecord(z.enum(KINDS, { error: `one of ${KINDS.join(", ")}` }), contact, {
    error: "contacts: { security, billing, operations }",
  })
  .optional();

export const accountSchema = settings(
  {
    kind: z.enum(["master", "main", "member", "security"], { error: "master, main, member or security" }).meta({
      description:
        "`master` hosts AWS Organizations and may run environments. `main` runs environments. `member` runs analytics: the computations that an environment's application starts in a separate account. `security`, at most one, is the organization's delegated administrator of IAM Access Analyzer.",
    }),
    membership: z.enum(["created", "invited"], { error: "created (in the organization) or invited" }).optional().meta({
      description:
        "Required for member and security accounts, for no others. `created` by the organization, or `invited`: it belongs to somebody else and stays outside the organization, unless it `joins`. Default: none.",
    }),
    joins: flag().default(false).meta({
      description:
        "Main accounts and invited members only: whether the account joins the organization by invitation. Its policies and its bill then include the account, and the project moves it to the unit of its last environment. `npm run accounts -- --invite <account>` invites it. A main account may be in an organization without this key: then the project leaves its place there alone.",
    }),
    id: textMatching(/^\d{12}$/, "12 digits in quotes")
      .optional()
      .meta({
        description:
          "The AWS account id: 12 digits in quotes. A created member may lack it until AWS has created the account; its stacks wait for it.",
        examples: ["222222222222"],
      }),
    email: email().meta({
      description:
        "The e-mail address of the account's root user, unique in AWS. Budget alerts are sent to it. That of a created member is changed in AWS first.",
      examples: ["aws-dev@example.com"],
    }),
    retired: flag().default(false).meta({
      description:
        "Created members and those that join only: Terraform forgets the account and leaves it unchanged. A retired account has no stacks.",
    }),
    operators: people.meta({
      description:
        "Who works as Operator: groups of IAM Identity Center, which get the permission set, and ARNs of IAM users, which may assume the role with MFA. Sessions of roles carry no MFA.",
      examples: [["group:platform-engineers", "arn:aws:iam::111111111111:user/platform-engineer"]],
    }),
    admins: people.meta({
      description:
        "Who works as Admin: groups of IAM Identity Center, which get the permission set, and ARNs of IAM users, which may assume the role with MFA. Sessions of roles carry no MFA.",
      examples: [["group:platform-leads", "arn:aws:iam::111111111111:user/platform-lead"]],
    }),
    breakGlass: users.optional().meta({
      description:
        "ARNs of the IAM users that may assume the role Admin, with MFA, when IAM Identity Center cannot be used. Required in an account with a production environment whose `admins` name no user. Default: none.",
      examples: [["arn:aws:iam::111111111111:user/emergency"]],
    }),
    maintainers: principalPatterns
      .refine(...distinctItems)
      .default([])
      .meta({
        description:
          "ARNs of other principals that apply Terraform here, in addition to Admin, pipelines and accessRole. `*` matches any characters. They may list the buckets of the estate but read no object.",
        examples: [["arn:aws:iam::222222222222:role/deploy-*"]],
      }),
    sourceIps: list(sourceIp, "a list of networks")
      .min(1, { error: "left out or a list of at least one network" })
      .optional()
      .meta({
        description:
          "Networks from which Operator and Admin may be used by people: the roles may be assumed only from there, and permission sets deny requests from elsewhere. Default: any.",
        examples: [["198.51.100.0/24"]],
      }),
    operatorSessionSeconds: integer(3600, 43200, "seconds")
      .default(DEFAULT_OPERATOR_SESSION_SECONDS)
      .meta({ description: "The longest session of Operator, 3600 to 43200 seconds.", examples: [14400] }),
    accessRole: roleName.optional().meta({
      description:
        "The role in this account that Terraform assumes to reach it. Default: `OrganizationAccountAccessRole` for created members, none for others.",
      examples: ["terraform-access"],
    }),
    region: region.optional().meta({
      description: "The region of the account's states and account-wide regional settings. Default: `defaultRegion`.",
      examples: ["eu-central-1"],
    }),
    furtherRegions: distinctList(region, "a list of regions")
      .default([])
      .meta({
        description:
          "Regions that get the account-wide regional settings in addition to those in which the estate has something: for what is outside the estate, and when an environment leaves a region.",
        examples: [["eu-central-1"]],
      }),
    alias: z
      .union([z.literal(false), textMatching(/^(?!\d{12}$)[a-z0-9]([a-z0-9]|-(?!-)){1,61}[a-z0-9]$/, ALIAS)], {
        error: ALIAS,
      })
      .optional()
      .meta({
        description:
          "The account alias, which is part of the address of the sign-in page. One that exists in AWS is never replaced: `false` leaves it alone. Default: `<solution>-<account>`.",
        examples: ["example-dev"],
      }),
    contacts: contacts.meta({
      description:
        "The alternate contacts of the account. Each replaces the estate's of the same kind. Default: the estate's `contacts`, and none for an invited member.",
    }),
    monthlyBudgetUsd: z
      .number({ error: budget })
      .min(LEAST_USD, { error: budget })
      .max(MOST_USD, { error: budget })
      .meta({
        description:
          "US dollars a month, 0.01 to 1000000000000. An alert is sent at 80 % of it, and when the forecast reaches 100 %.",
        examples: [50],
      }),
    chargeCode: chargeCode.optional().meta({
      description: "The charge code on the tags of the account-wide stacks. Default: the estate's `chargeCode`.",
      examples: ["platform-0002"],
    }),
    trail: flag().optional().meta({
      description:
        "Whether the account has its own CloudTrail trail. The organization's or the owner's trail covers other accounts. Default: true for main accounts, false for others.",
    }),
    trailLockDays: integer(1, 36500, "days")
      .default(365)
      .meta({
        description:
          "The days for which nobody can delete what the trail wrote, 1 to 36500. The value of the account that stores the organization's trail applies to it: `organization.trailAccount`, or the master account.",
        examples: [90],
      }),
    trailKey: flag().default(false).meta({
      description:
        "Whether a customer managed KMS key (about 1 USD a month) encrypts what the trail writes from then on. The value of the account that stores the organization's trail applies to it: `organization.trailAccount`, or the master account.",
    }),
    trailDataEvents: flag().default(false).meta({
      description:
        "Whether the account's own trail records reads and writes of objects in the buckets of its environments, such as `studydata`. AWS charges for each event.",
    }),
    guardDuty: flag().default(false).meta({
      description:
        "Whether Amazon GuardDuty searches for threats in each region in which the estate has something in the account. AWS charges by the volume of events. Its protection plans, which cost more, stay off. Leave it false where an organization's GuardDuty administrator covers the account.",
    }),
    securityHub: flag().default(false).meta({
      description:
        "Whether AWS Security Hub CSPM checks each region in which the estate has something in the account against AWS Foundational Security Best Practices. AWS charges for each check. Most checks need a recorder of AWS Config (`configRecorder`). Leave it false where an organization's Security Hub administrator covers the account.",
    }),
    configRecorder: flag().default(false).meta({
      description:
        "Whether AWS Config records every change of a resource in each region in which the estate has something in the account, into a bucket of the account. AWS charges for each recorded change. Leave it false where an organization's administrator covers the account.",
    }),
    oldVersionDays: daysOrFalse.default(365).meta({
      description:
        "After how many days the account's state and trail buckets delete old versions: 1 to 36500. The newest 100 old versions of a state are always kept, and incomplete uploads are deleted after 7 days. `false` keeps all, and leaves the lifecycle rules of the buckets to you.",
      examples: [90],
    }),
    alarmEmails: list(email(), "a list of e-mail addresses")
      .min(1, { error: "a list of at least one e-mail address" })
      .max(10, { error: "a list of at most 10 e-mail addresses" })
      .refine(...distinctItems)
      .optional()
      .meta({
        description:
          "The addresses that are notified when root signs in, and in an account with a production environment also when Admin is used. Default: the account's `email`.",
        examples: [["on-call@example.com"]],
      }),
    stateKey: flag()
      .default(false)
      .meta({ description: "Whether a customer managed KMS key (about 1 USD a month) encrypts the states." }),
    existing: existingInAccount.optional().meta({
      description:
        "What the account's service users keep, because they exist. A plan that would create a user, policy or attachment with such a key is blocked. Default: nothing.",
    }),
    serviceUsers: list(
      z.enum(SERVICE_USERS, {
        error: "terraform-user or elastic-container-registry-user",
      }),
      "a list of terraform-user and elastic-container-registry-user",
    )
      .refine(...distinctItems)
      .default([...SERVICE_USERS])
      .meta({
        description: "The service users of the account: terraform-user, elastic-container-registry-user, both or none.",
        examples: [["terraform-user"]],
      }),
  },
  "an account: { kind, id, … }",
);
