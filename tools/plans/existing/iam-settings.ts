import type { PasswordPolicy } from "@aws-sdk/client-iam";
import { listOf, objectOf } from "../../support/json";
import { refused, replaced, rolesUnder, unlessMissing, type Found, type Look, type Looks } from "./look";

/** What IAM has once in an account, or once for each user and role. */
export const IAM_LOOKS: Looks = {
  aws_iam_account_alias: aliasOf,
  aws_iam_account_password_policy: passwordPolicyOf,
  aws_iam_openid_connect_provider: identityProviderOf,
  aws_iam_role_policies_exclusive: otherPolicies("role", "policy"),
  aws_iam_role_policy_attachments_exclusive: otherPolicies("role", "policy_attachment"),
  aws_iam_service_linked_role: serviceLinkedRoleOf,
  aws_iam_user_policies_exclusive: otherPolicies("user", "policy"),
  aws_iam_user_policy_attachments_exclusive: otherPolicies("user", "policy_attachment"),
};

/** CreateAccountAlias replaces another alias of the account, and refuses the same one (floci-io/floci#2103). */
async function aliasOf({ iam, planned }: Look): Promise<Found> {
  const { ListAccountAliasesCommand } = await import("@aws-sdk/client-iam");
  const { AccountAliases: [alias] = [] } = await iam.send(new ListAccountAliasesCommand({}));
  if (alias === undefined) return undefined;
  if (alias === planned["account_alias"]) {
    const message = `the account has the alias ${alias} already, and AWS does not create it twice. Set alias: false to leave it alone, or import it (docs/adopting.md).`;
    return refused(message);
  }
  const message = `the account has the alias ${alias}, and people sign in at https://${alias}.signin.aws.amazon.com/console, which would stop working. Set alias: false to leave it alone. To replace it, first run aws iam delete-account-alias --account-alias ${alias}.`;
  return refused(message);
}

const PASSWORD_POLICY: Readonly<Record<string, keyof PasswordPolicy>> = {
  minimum_password_length: "MinimumPasswordLength",
  require_lowercase_characters: "RequireLowercaseCharacters",
  require_uppercase_characters: "RequireUppercaseCharacters",
  require_numbers: "RequireNumbers",
  require_symbols: "RequireSymbols",
  password_reuse_prevention: "PasswordReusePrevention",
  max_password_age: "MaxPasswordAge",
  allow_users_to_change_password: "AllowUsersToChangePassword",
  hard_expiry: "HardExpiry",
};

/** AWS leaves out what a policy does not demand, or answers false. */
const demandOf = (value: unknown): string => (!value ? "none" : JSON.stringify(value));

async function passwordPolicyOf({ iam, planned }: Look): Promise<Found> {
  const { GetAccountPasswordPolicyCommand } = await import("@aws-sdk/client-iam");
  const present = await unlessMissing(iam.send(new GetAccountPasswordPolicyCommand({})));
  const differences = Object.entries(PASSWORD_POLICY).flatMap(([attribute, key]) => {
    const [was, will] = [present?.PasswordPolicy?.[key], planned[attribute]].map(demandOf);
    return was === will ? [] : [`${attribute}: ${was ?? ""} → ${will ?? ""}`];
  });
  if (!present || differences.length === 0) return undefined;
  return replaced(`replaces the password policy of the account (${differences.join(", ")})`);
}

async function identityProviderOf({ iam, accountId, planned }: Look): Promise<Found> {
  const { GetOpenIDConnectProviderCommand } = await import("@aws-sdk/client-iam");
  const host = String(planned["url"]).replace(/^https:\/\//, "");
  const OpenIDConnectProviderArn = `arn:aws:iam::${accountId}:oidc-provider/${host}`;
  if (!(await unlessMissing(iam.send(new GetOpenIDConnectProviderCommand({ OpenIDConnectProviderArn })))))
    return undefined;
  const message = `the account has ${OpenIDConnectProviderArn} already, and AWS creates no second one. Adopt it (docs/applying.md, "What exists already"), or delete it if nothing uses it.`;
  return refused(message);
}

/** An account has one service-linked role of a service without suffix, and AWS creates many of them by itself. */
async function serviceLinkedRoleOf({ iam, planned }: Look): Promise<Found> {
  const [role] = await rolesUnder(iam, `/aws-service-role/${String(planned["aws_service_name"])}/`);
  if (!role) return undefined;
  const message = `the account has ${role.Arn ?? ""} already, and AWS creates no second one. Adopt it (docs/applying.md, "What exists already").`;
  return refused(message);
}

/**
 * The first apply of such a resource removes every policy that a user or role has in addition to those of the code. One
 * that the same plan creates has none: then AWS is not asked.
 */
function otherPolicies(owner: "role" | "user", kind: "policy" | "policy_attachment"): (look: Look) => Promise<Found> {
  const attribute = kind === "policy" ? "name" : "policy_arn";
  return async ({ iam, planned, changes }) => {
    const name = planned[`${owner}_name`];
    const createdOf = (type: string) =>
      changes.filter((each) => each.type === type && each.change.actions.join() === "create").map(({ change }) => objectOf(change.after)); // prettier-ignore
    if (typeof name !== "string" || createdOf(`aws_iam_${owner}`).some((each) => each["name"] === name))
      return undefined;
    const own = createdOf(`aws_iam_${owner}_${kind}`).filter((each) => each[owner] === name).map((each) => each[attribute]); // prettier-ignore
    const kept = [...listOf(planned[kind === "policy" ? "policy_names" : "policy_arns"]), ...own];
    const present = (await unlessMissing(policiesOf(iam, owner, kind, name))) ?? [];
    const others = present.filter((policy) => !kept.includes(policy));
    if (others.length === 0) return undefined;
    return replaced(`removes ${others.join(", ")} from the ${owner} ${name}, which has it outside the code`);
  };
}

/** The inline policies of a user or role by name, or the attached ones by ARN. */
async function policiesOf(iam: Look["iam"], owner: "role" | "user", kind: string, name: string): Promise<string[]> {
  const sdk = await import("@aws-sdk/client-iam");
  // More than any quota allows, so that the answer has one page.
  const [RoleName, UserName, MaxItems] = [name, name, 1000];
  if (kind === "policy") {
    const { PolicyNames = [] } =
      owner === "role"
        ? await iam.send(new sdk.ListRolePoliciesCommand({ RoleName, MaxItems }))
        : await iam.send(new sdk.ListUserPoliciesCommand({ UserName, MaxItems }));
    return PolicyNames;
  }
  const { AttachedPolicies = [] } =
    owner === "role"
      ? await iam.send(new sdk.ListAttachedRolePoliciesCommand({ RoleName, MaxItems }))
      : await iam.send(new sdk.ListAttachedUserPoliciesCommand({ UserName, MaxItems }));
  return AttachedPolicies.flatMap(({ PolicyArn }) => PolicyArn ?? []);
}
