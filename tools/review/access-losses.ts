import { each, lowerAttributes, off, on, same, type AttributeRule } from "./attribute-rule";
import { detachedPolicies } from "./identity/exclusive-policies";
import { changedPrincipals } from "./identity/principals";
import type { PlannedResource } from "./planned-resource";
import type { Finding } from "./review";

const DATABASES = ["aws_db_instance", "aws_rds_cluster", "aws_redshift_cluster"];
const PASSWORDS = ["aws_iam_account_password_policy"];
const PROVIDERS = ["aws_iam_openid_connect_provider"];
const ALIASES = ["aws_kms_alias"];

/** Attributes by which people and programs sign in, or find what they use. */
const WAYS_IN: readonly AttributeRule[] = [
  on("iam_database_authentication_enabled", "nobody signs in to it with IAM any more"),
  same("ca_cert_identifier", "clients that trust only the previous authority can no longer connect"),
  same("port", "clients must connect to another port", DATABASES),
  same("identifier", "clients must connect to another address", DATABASES),
  same("username", "the previous master user can no longer sign in", DATABASES),
  same("account_alias", "people sign in at another address", ["aws_iam_account_alias"]),
  each("client_id_list", "tokens for an audience are no longer accepted", PROVIDERS),
  each("thumbprint_list", "tokens under a certificate are no longer accepted", PROVIDERS),
  same("url", "tokens of the previous issuer are no longer accepted", PROVIDERS),
  same("role", "machines with this profile lose their role", ["aws_iam_instance_profile"]),
  on("allow_users_to_change_password", "users can no longer change their passwords", PASSWORDS),
  off("hard_expiry", "users whose password expires can no longer sign in", PASSWORDS),
  same("target_key_id", "what uses the alias uses another key", ALIASES),
  same("name", "what uses the previous alias finds no key", ALIASES),
];

/** What is lost when a resource is destroyed. */
const DESTROYED: Readonly<Record<string, string>> = {
  aws_iam_openid_connect_provider: "pipelines and programs with its tokens no longer get a role",
  aws_iam_saml_provider: "people who sign in through it no longer get a role",
  aws_iam_account_alias: "people sign in with the account's number: the address with its alias no longer works",
  aws_iam_instance_profile: "machines with this profile lose their role",
  aws_iam_user: "its password, access keys and MFA devices are deleted",
  aws_iam_access_key: "programs with this key lose their access",
  aws_iam_user_login_profile: "the user can no longer sign in to the console",
  aws_kms_alias: "what uses the alias finds no key",
  aws_secretsmanager_secret_policy: "whoever reads the secret by its policy no longer does",
  aws_ecr_repository_policy: "whoever pulls by the repository's policy no longer does",
};

/**
 * How people and programs lose their access other than by a changed policy, which the access comparison reports: an
 * identity that others name, a policy attached outside the code, a way to sign in.
 *
 * @param resources of one plan, unchanged ones included
 */
export function accessLosses(resources: readonly PlannedResource[]): readonly Finding[] {
  return resources.flatMap((resource) => {
    const { address, type, action } = resource;
    const isChanged = action === "update" || action === "replace";
    const destroyed = action === "destroy" && Object.hasOwn(DESTROYED, type) ? DESTROYED[type] : undefined;
    const messages = [
      ...(isChanged ? lowerAttributes(WAYS_IN, resource) : []),
      ...(destroyed === undefined ? [] : [destroyed]),
      ...changedPrincipals(resource, resources),
      ...detachedPolicies(resource, resources),
    ];
    return [...new Set(messages)].map((message) => ({ address, message }));
  });
}
