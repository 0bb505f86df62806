import { distinctList, iamName, settings, textMatching } from "./values";

/* What service users that exist keep, see existing.ts. */

export const KEPT_POLICIES =
  "A plan that would attach a new one is blocked. The access report counts them: each must be a policy of AWS, or one that a stack of the estate creates.";
/** ARNs of managed policies that somebody attached to a role or user. */
export const policyArns = (description: string) =>
  distinctList(
    textMatching(
      /^arn:aws:iam::(aws|\d{12}):policy\/[\w+=,.@/-]{1,640}$/,
      "the ARN of a managed policy, for example arn:aws:iam::aws:policy/ReadOnlyAccess",
    ),
    "a list of ARNs of managed policies",
  )
    .optional()
    .meta({ description, examples: [["arn:aws:iam::aws:policy/ReadOnlyAccess"]] });

const user = settings(
  {
    user: iamName("user")
      .optional()
      .meta({
        description: "The user's name, after its path if it has one: another path is another ARN.",
        examples: ["terraform-user"],
      }),
    policy: iamName("policy")
      .optional()
      .meta({
        description: "The name of the user's own managed policy, after its path if it has one.",
        examples: ["TerraformerRDSPermissions"],
      }),
    keepPolicies: policyArns(
      `Managed policies that somebody attached to the user, within its boundary. ${KEPT_POLICIES}`,
    ),
  },
  "what a user keeps: { user, policy, keepPolicies }",
);

export const existingInAccount = settings(
  {
    "terraform-user": user.optional().meta({ description: "What `terraform-user` keeps." }),
    "elastic-container-registry-user": user.optional().meta({
      description: "What `elastic-container-registry-user` keeps.",
    }),
  },
  "what exists and stays of the account's service users",
);
