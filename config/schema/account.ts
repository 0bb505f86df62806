import { z } from "zod";
import {
  settings,
  chargeCode,
  hasNoDuplicates,
  email,
  flag,
  integer,
  list,
  principals,
  principalPatterns,
  region,
  roleName,
  sourceIp,
  textMatching,
} from "./values";

export const accountSchema = settings(
  {
    kind: z.enum(["master", "main", "member"], { error: "master, main or member" }).meta({
      description:
        "master hosts AWS Organizations (and may run environments), main runs environments, member runs analytics.",
    }),
    membership: z.enum(["created", "invited"], { error: "created (in the organization) or invited" }).optional().meta({
      description: "How a member account came to be. Members only, and not optional for them.",
    }),
    id: textMatching(/^\d{12}$/, "12 digits, in quotes")
      .optional()
      .meta({
        description:
          "The account's number: 12 digits, in quotes. Left out for a created member until AWS has made it: its stacks wait then.",
      }),
    email: email().meta({ description: "The account's root e-mail; budget alerts go there. Unique in AWS." }),
    retired: flag().default(false).meta({
      description:
        "Created members only: Terraform forgets the account and leaves it as it is; it has no stacks any more. Default: false.",
    }),
    operators: principals.meta({ description: "ARNs of the users and roles that may assume Operator, with MFA." }),
    admins: principals.meta({ description: "ARNs of the users and roles that may assume Admin, with MFA." }),
    maintainers: principalPatterns.refine(hasNoDuplicates, { error: "each once" }).default([]).meta({
      description:
        "ARNs of who else applies Terraform here, beside Admin, pipelines and accessRole; * for any characters. They may list the estate's buckets, and reach no object.",
    }),
    sourceIps: list(sourceIp, "a list of networks")
      .min(1, { error: "at least one network, or no sourceIps at all" })
      .optional()
      .meta({ description: "Networks from which Operator and Admin may be assumed. Default: any." }),
    operatorSessionSeconds: integer(3600, 43200, "seconds")
      .default(28800)
      .meta({ description: "Longest Operator session, 3600 to 43200 seconds." }),
    accessRole: roleName.optional().meta({
      description:
        "Role in this account that Terraform assumes to reach it. Default: none; OrganizationAccountAccessRole for created members.",
    }),
    region: region.optional().meta({
      description: "Region of the account's states and of its account-wide regional settings. Default: defaultRegion.",
    }),
    monthlyBudgetUsd: z
      .number({ error: "US dollars a month, more than 0" })
      .positive({ error: "US dollars a month, more than 0" })
      .meta({ description: "US dollars a month: an alert at 80 % of it, and when the forecast reaches 100 %." }),
    chargeCode: chargeCode
      .optional()
      .meta({ description: "The charge code that the account-wide stacks are tagged with. Default: the estate's." }),
    trail: flag().optional().meta({
      description:
        "Whether the account has a CloudTrail trail of its own. Default: true for main accounts; others have the organization's, or their owner's.",
    }),
    trailLockDays: integer(1, 36500, "days").default(365).meta({
      description:
        "For how long nobody can delete what the trail wrote, 1 to 36500 days; the master's is the organization trail's.",
    }),
    alarmEmails: list(email(), "a list of e-mail addresses")
      .min(1, { error: "at least one e-mail address" })
      .max(10, { error: "at most 10 e-mail addresses" })
      .refine(hasNoDuplicates, { error: "each address once" })
      .optional()
      .meta({
        description:
          "Who is told when Admin or root is used in an account with a production environment. Default: email.",
      }),
    stateKey: flag()
      .default(false)
      .meta({ description: "Encrypt the states with a customer managed KMS key (about 1 USD a month)." }),
    serviceUsers: list(
      z.enum(["terraform-user", "elastic-container-registry-user"], {
        error: "terraform-user or elastic-container-registry-user",
      }),
      "a list of terraform-user and elastic-container-registry-user",
    )
      .default(["terraform-user", "elastic-container-registry-user"])
      .meta({
        description:
          "The service users that the account has: terraform-user, elastic-container-registry-user, both or none.",
      }),
  },
  "an account: { kind, id, … }",
);
