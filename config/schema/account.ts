import { z } from "zod";
import { block, chargeCode, flag, integer, list, principals, region, roleName, sourceIp, text } from "./values";

export const account = block(
  {
    kind: z.enum(["master", "main", "member"], { error: "master, main or member" }).meta({
      description: "master hosts AWS Organizations (and may run environments), main runs environments, member runs analytics.",
    }),
    membership: z.enum(["created", "invited"], { error: "created (in the organization) or invited" }).optional().meta({
      description: "How a member account came to be. Members only, and not optional for them.",
    }),
    id: text(/^\d{12}$/, "12 digits, in quotes").meta({ description: "The account's number: 12 digits, in quotes." }),
    email: z
      .email({ error: "an e-mail address" })
      .meta({ description: "The account's root e-mail; budget alerts go there. Unique in AWS." }),
    operators: principals.meta({ description: "ARNs of the users and roles that may assume Operator, with MFA." }),
    admins: principals.meta({ description: "ARNs of the users and roles that may assume Admin, with MFA." }),
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
    region: region
      .optional()
      .meta({ description: "Region of the account's states and of its account-wide regional settings. Default: defaultRegion." }),
    monthlyBudgetUsd: z
      .number({ error: "US dollars a month, more than 0" })
      .positive({ error: "US dollars a month, more than 0" })
      .meta({ description: "US dollars a month: an alert at 80 % of it, and when the forecast reaches 100 %." }),
    chargeCode: chargeCode
      .optional()
      .meta({ description: "The charge code that the account-wide stacks are tagged with. Default: the estate's." }),
    stateKey: flag().default(false).meta({ description: "Encrypt the states with a customer managed KMS key (about 1 USD a month)." }),
    serviceUsers: list(
      z.enum(["terraform-user", "elastic-container-registry-user"], { error: "terraform-user or elastic-container-registry-user" }),
      "a list of terraform-user and elastic-container-registry-user",
    )
      .default(["terraform-user", "elastic-container-registry-user"])
      .meta({ description: "The service users that the account has: terraform-user, elastic-container-registry-user, both or none." }),
  },
  "an account: { kind, id, … }",
);
