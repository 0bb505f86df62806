import { each, lowerAttributes, off, on, same, type AttributeRule } from "./attribute-rule";
import { detachedPolicies } from "./detached-policies";
import type { PlannedResource } from "./planned-resource";
import type { Finding } from "./review";

const DATABASES = ["aws_db_instance", "aws_rds_cluster", "aws_redshift_cluster"];
const CLUSTERS = ["aws_rds_cluster", "aws_redshift_cluster"];
const PASSWORDS = ["aws_iam_account_password_policy"];
const PROVIDERS = ["aws_iam_openid_connect_provider"];
const ALIASES = ["aws_kms_alias"];

/** Attributes by which people and programs sign in, or find what they use. */
const WAYS_IN: readonly AttributeRule[] = [
  on("iam_database_authentication_enabled", "users can no longer sign in to it with IAM"),
  same("ca_cert_identifier", "clients that trust only the previous authority can no longer connect"),
  same("port", "clients must connect to another port", DATABASES),
  same("identifier", "clients must connect to another address", DATABASES),
  same("cluster_identifier", "clients must connect to another address", CLUSTERS),
  same("master_username", "the previous master user can no longer sign in", CLUSTERS),
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
  aws_secretsmanager_secret_policy: "principals that its policy allows can no longer read the secret",
  aws_ecr_repository_policy: "principals that its policy allows can no longer pull images",
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
      ...(makesPassword(resource) ? ["RDS makes a new master password, and the present one no longer works"] : []),
      ...(destroyed === undefined ? [] : [destroyed]),
      ...changedPrincipals(resource, resources),
      ...detachedPolicies(resource, resources),
    ];
    return [...new Set(messages)].map((message) => ({ address, message }));
  });
}

/** An import does not say whether RDS manages the password: it has a secret then, and keeps it. */
const makesPassword = ({ type, before, after }: PlannedResource): boolean =>
  DATABASES.includes(type) &&
  !before.isEmpty &&
  after.at("manage_master_user_password").isTrue &&
  !before.at("manage_master_user_password").isTrue &&
  before.at("master_user_secret").isEmpty;

const KINDS: Readonly<Record<string, string>> = { aws_iam_user: "user", aws_iam_role: "role", aws_iam_group: "group" };

/**
 * What a renamed, moved or replaced user or role loses. A trust, key or bucket policy that names a principal holds its
 * unique id once it is written: a principal that is created again under the same name is another one ("AWS JSON policy
 * elements: Principal").
 *
 * @param all resources of the plan, to find policies that name it
 */
function changedPrincipals(resource: PlannedResource, all: readonly PlannedResource[]): readonly string[] {
  const { address, type, action, before, after } = resource;
  const kind = Object.hasOwn(KINDS, type) ? KINDS[type] : undefined;
  if (kind === undefined || (action !== "update" && action !== "replace")) return [];
  const arn = before.at("arn").text;
  const isSameName = ["name", "path"].every((part) => before.at(part).raw === after.at(part).raw);
  const named = arn === undefined ? [] : all.filter((each) => each.address !== address && mentions(each, arn)).map((each) => each.address); // prettier-ignore
  const others = named.length > 0 ? ` Here it is named by ${named.join(", ")}.` : "";
  const losers = `Policies and people that name ${before.at("arn").display} lose it.${others}`;
  if (!isSameName) {
    const account = before.at("arn").display.split(":").slice(0, 5).join(":");
    const becomes = `${account}:${kind}${after.at("path").isEmpty ? "/" : after.at("path").display}${after.at("name").display}`; // prettier-ignore
    return [`its ARN becomes ${becomes}. ${losers}`, ...credentials(resource)];
  }
  if (action !== "replace") return [];
  return [`is another ${kind} with the same ARN: policies that name it hold the id of the previous one, and must be written again.${others}`, ...credentials(resource)]; // prettier-ignore
}

/** A renamed user keeps its credentials; one that is replaced loses them. */
function credentials({ type, action }: PlannedResource): readonly string[] {
  return type === "aws_iam_user" && action === "replace"
    ? ["its password, access keys and MFA devices are deleted"]
    : [];
}

function mentions({ action, before }: PlannedResource, arn: string): boolean {
  return action !== "create" && JSON.stringify(before.raw ?? null).includes(arn);
}
