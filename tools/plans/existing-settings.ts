import { isDeepStrictEqual } from "node:util";
import type { IAMClient, PasswordPolicy } from "@aws-sdk/client-iam";
import type { PlanJson, ResourceChange } from "../review/plan-json";
import type { Finding } from "../review/review";
import { listOf, objectOf, type JsonObject } from "../support/json";
import type { Stack } from "../synth/stacks";
import { awsErrorMessage, isDenied, statusOf } from "../terraform/aws/aws-problem";

/** A setting that exists in AWS, and that a plan would create. */
export interface ExistingSetting extends Finding {
  /** Whether the plan must not be applied. Otherwise reviewers decide. */
  readonly refused: boolean;
}

/** Creates the client of IAM in the account of a stack. */
export type IamOf = (stack: Stack) => Promise<Pick<IAMClient, "send">>;

/** The result of a check. Undefined if nothing is replaced. */
type Found = Omit<ExistingSetting, "address"> | undefined;

interface Look {
  readonly iam: Pick<IAMClient, "send">;
  readonly accountId: string;
  /** The attributes that the plan sets. */
  readonly planned: JsonObject;
  /** Every resource of the plan. */
  readonly changes: readonly ResourceChange[];
}

/* The client of IAM takes a second to load: only a plan that creates such a setting loads it. */

/** Types of which an account, a user or a role has only one, or one of a name. Terraform creates them without checking what exists. */
const LOOKS: Readonly<Record<string, (look: Look) => Promise<Found>>> = {
  aws_iam_account_alias: aliasOf,
  aws_iam_account_password_policy: passwordPolicyOf,
  aws_iam_openid_connect_provider: identityProviderOf,
  aws_iam_role_policies_exclusive: otherPolicies("role", "policy"),
  aws_iam_role_policy_attachments_exclusive: otherPolicies("role", "policy_attachment"),
  aws_iam_user_policies_exclusive: otherPolicies("user", "policy"),
  aws_iam_user_policy_attachments_exclusive: otherPolicies("user", "policy_attachment"),
};

/**
 * Asks AWS what exists of the settings that plans would create: CreateAccountAlias and UpdateAccountPasswordPolicy replace
 * it without a warning. Changes nothing.
 *
 * @returns by stack; stacks in which nothing is replaced are absent
 */
export async function existingSettings(
  plans: readonly { readonly stack: Stack; readonly plan: PlanJson }[],
  iamOf: IamOf,
): Promise<ReadonlyMap<string, readonly ExistingSetting[]>> {
  const found = await Promise.all(
    plans.map(async ({ stack, plan }) => {
      const changes = plan.resource_changes ?? [];
      const settings = await Promise.all(
        changes.filter(isCreated).map((change) => lookAt(change, changes, stack, iamOf)),
      );
      return [stack.id, settings.flat()] as const;
    }),
  );
  return new Map(found.filter(([, settings]) => settings.length > 0));
}

/** What exists now and reviewers of a plan have not seen, or have seen with other values. */
export async function changedSettings(
  applies: readonly {
    readonly id: string;
    readonly stack: Stack;
    readonly plan?: PlanJson;
    readonly planned: { readonly existing?: readonly ExistingSetting[] };
  }[],
  iamOf: IamOf,
): Promise<string[]> {
  const plans = applies.flatMap(({ plan, stack }) => (plan ? [{ stack, plan }] : []));
  const existing = await existingSettings(plans, iamOf);
  return applies.flatMap(({ id, planned }) => {
    const now = existing.get(id) ?? [];
    if (isDeepStrictEqual(now, planned.existing ?? [])) return [];
    const found = now.map(({ address, message }) => `${address}: ${message}`).join("; ") || "nothing is left";
    return [`${id}: what exists in AWS has changed since it was planned (${found}). Plan again.`];
  });
}

/** The client of AWS, loaded when it is first needed. */
export function iamOfAws(env: (stack: Stack) => NodeJS.ProcessEnv): IamOf {
  return async (stack) => {
    const { awsClients } = await import("../terraform/aws/aws-clients.js");
    return awsClients(stack, env(stack)).iam;
  };
}

const isCreated = ({ type, mode, change: { actions } }: ResourceChange): boolean =>
  mode === "managed" && Object.hasOwn(LOOKS, type) && actions.join() === "create";

async function lookAt(
  { address, type, change }: ResourceChange,
  changes: readonly ResourceChange[],
  stack: Stack,
  iamOf: IamOf,
): Promise<ExistingSetting[]> {
  try {
    const iam = await iamOf(stack);
    const found = await LOOKS[type]?.({ iam, accountId: stack.accountId, planned: objectOf(change.after), changes });
    return found ? [{ address, ...found }] : [];
  } catch (error) {
    const message = `what exists cannot be read: ${awsErrorMessage(error, stack.id)}. So it is unknown what would be replaced. ${isDenied(error) ? "Allow this call, and plan" : "Plan"} again.`;
    return [{ address, message, refused: true }];
  }
}

/** CreateAccountAlias replaces another alias of the account, and refuses the same one (floci-io/floci#2103). */
async function aliasOf({ iam, planned }: Look): Promise<Found> {
  const { ListAccountAliasesCommand } = await import("@aws-sdk/client-iam");
  const { AccountAliases: [alias] = [] } = await iam.send(new ListAccountAliasesCommand({}));
  if (alias === undefined) return undefined;
  if (alias === planned["account_alias"]) {
    const message = `the account has the alias ${alias} already, and AWS does not create it twice. Set alias: false to leave it alone, or import it (docs/applying.md, "When an apply is killed", step 4).`;
    return { message, refused: true };
  }
  const message = `the account has the alias ${alias}, and people sign in at https://${alias}.signin.aws.amazon.com/console, which would stop working. Set alias: false to leave it alone. To replace it, first run aws iam delete-account-alias --account-alias ${alias}.`;
  return { message, refused: true };
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
  return { message: `replaces the password policy of the account (${differences.join(", ")})`, refused: false };
}

async function identityProviderOf({ iam, accountId, planned }: Look): Promise<Found> {
  const { GetOpenIDConnectProviderCommand } = await import("@aws-sdk/client-iam");
  const host = String(planned["url"]).replace(/^https:\/\//, "");
  const OpenIDConnectProviderArn = `arn:aws:iam::${accountId}:oidc-provider/${host}`;
  if (!(await unlessMissing(iam.send(new GetOpenIDConnectProviderCommand({ OpenIDConnectProviderArn })))))
    return undefined;
  const message = `the account has ${OpenIDConnectProviderArn} already, and AWS creates no second one. Adopt it (docs/applying.md, "What exists already"), or delete it if nothing uses it.`;
  return { message, refused: true };
}

/**
 * The first apply of such a resource removes every policy that a user or role has in addition to those of the code. One that the
 * same plan creates has none: then AWS is not asked.
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
    return { message: `removes ${others.join(", ")} from the ${owner} ${name}, which has it outside the code`, refused: false }; // prettier-ignore
  };
}

/** The inline policies of a user or role by name, or the attached ones by ARN. */
async function policiesOf(iam: Look["iam"], owner: "role" | "user", kind: string, name: string): Promise<string[]> {
  const sdk = await import("@aws-sdk/client-iam");
  const [RoleName, UserName] = [name, name];
  if (kind === "policy") {
    const { PolicyNames = [] } =
      owner === "role"
        ? await iam.send(new sdk.ListRolePoliciesCommand({ RoleName }))
        : await iam.send(new sdk.ListUserPoliciesCommand({ UserName }));
    return PolicyNames;
  }
  const { AttachedPolicies = [] } =
    owner === "role"
      ? await iam.send(new sdk.ListAttachedRolePoliciesCommand({ RoleName }))
      : await iam.send(new sdk.ListAttachedUserPoliciesCommand({ UserName }));
  return AttachedPolicies.flatMap(({ PolicyArn }) => PolicyArn ?? []);
}

/** The answer of AWS, or undefined if there is no such thing. */
function unlessMissing<T>(answer: Promise<T>): Promise<T | undefined> {
  return answer.catch((error: unknown) => {
    if (statusOf(error) === 404) return undefined;
    throw error;
  });
}
