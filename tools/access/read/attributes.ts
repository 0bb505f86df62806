import { crc32 } from "node:zlib";
import type { StackJson } from "../../synth/synthesized";
import { asList, isObject, type JsonObject } from "../../support/json";

/** The location of a block, which its provider determines. */
interface ResourceLocation {
  readonly accountId: string;
  readonly region: string;
  /** `<stack>: <type>.<name>`. Used in place of ids that AWS assigns, such as the id of a key. */
  readonly address: string;
}

/** The AWS providers of a stack. */
export function providersOf(json: StackJson): JsonObject[] {
  return asList(json.provider?.["aws"]).filter(isObject);
}

/** The provider of a resource; without one, the stack's own provider. */
export function providerOf(json: StackJson, resource: JsonObject = {}): JsonObject {
  const written = resource["provider"];
  const alias = typeof written === "string" ? /^(?:\$\{)?aws\.([\w-]+)\}?$/.exec(written)?.[1] : undefined;
  if (written !== undefined && alias === undefined && written !== "aws") return {};
  return providersOf(json).find((provider) => provider["alias"] === alias) ?? {};
}

/** The account of a provider, which must allow exactly one. Any other text than an account id means: unknown. */
export function accountOf(provider: JsonObject): string {
  const allowed = asList(provider["allowed_account_ids"]);
  return allowed.length === 1 ? String(allowed[0]) : "no account";
}

/** A resource with the arguments that are known before apply. */
export interface DescribedResource extends ResourceLocation {
  readonly type: string;
  /** An argument as text. Throws if it is not set, or not known before apply. */
  argument(name: string): string;
  /** An argument as text, or `otherwise` if it is not set. */
  argumentOr(name: string, otherwise: string): string;
  /** An argument with all expressions in it resolved; undefined if it is not set. */
  resolved(name: string): unknown;
  readonly values: JsonObject;
}

type Attribute = (resource: DescribedResource) => string;

const iam = (kind: string, path: (resource: DescribedResource) => string): Attribute => {
  return (resource) => `arn:aws:iam::${resource.accountId}:${kind}${path(resource)}`;
};
const pathAndName = (resource: DescribedResource) => resource.argumentOr("path", "/") + resource.argument("name");
const argument =
  (name: string): Attribute =>
  (resource) =>
    resource.argument(name);
const regional =
  (service: string, rest: (resource: DescribedResource) => string): Attribute =>
  (resource) =>
    `arn:aws:${service}:${resource.region}:${resource.accountId}:${rest(resource)}`;

/** A placeholder for an id that AWS assigns: the address, without characters that have a meaning in a policy. */
export function symbol({ address }: Pick<ResourceLocation, "address">): string {
  return address.replace(/[^\w.-]+/g, "-");
}

/** A placeholder for the suffix that AWS appends to the name of a secret. Policies write it as `-??????`. */
function sixCharacters({ address }: ResourceLocation): string {
  return crc32(address).toString(16).padStart(8, "0").slice(0, 6);
}

const named = (arn: Attribute): Readonly<Record<string, Attribute>> => ({ arn, id: argument("name") });
const byArn = (arn: Attribute): Readonly<Record<string, Attribute>> => ({ arn, id: arn });
const issuer = (resource: DescribedResource) => `/${resource.argument("url").replace(/^https:\/\//, "")}`;

/** Computed attributes that follow from arguments ("Attribute Reference" in the provider's documentation). */
export const COMPUTED: Readonly<Record<string, Readonly<Record<string, Attribute>>>> = {
  aws_iam_role: named(iam("role", pathAndName)),
  aws_iam_user: named(iam("user", pathAndName)),
  aws_iam_group: named(iam("group", pathAndName)),
  aws_iam_instance_profile: named(iam("instance-profile", pathAndName)),
  aws_iam_policy: byArn(iam("policy", pathAndName)),
  aws_iam_openid_connect_provider: byArn(iam("oidc-provider", issuer)),
  aws_iam_saml_provider: byArn(iam("saml-provider", (resource) => `/${resource.argument("name")}`)),
  aws_s3_bucket: { arn: (resource) => `arn:aws:s3:::${resource.argument("bucket")}`, id: argument("bucket") },
  aws_kms_key: { arn: regional("kms", (key) => `key/${symbol(key)}`), id: symbol, key_id: symbol },
  aws_kms_alias: {
    ...named(regional("kms", (alias) => alias.argument("name"))),
    target_key_arn: argument("target_key_id"),
  },
  aws_sns_topic: byArn(regional("sns", argument("name"))),
  aws_sqs_queue: { arn: regional("sqs", argument("name")), id: argument("name"), url: argument("name") },
  aws_ecr_repository: named(regional("ecr", (repository) => `repository/${repository.argument("name")}`)),
  aws_secretsmanager_secret: byArn(
    regional("secretsmanager", (secret) => `secret:${secret.argument("name")}-${sixCharacters(secret)}`),
  ),
  aws_db_instance: { arn: regional("rds", (db) => `db:${db.argument("identifier")}`), id: argument("identifier") },
  aws_dynamodb_table: named(regional("dynamodb", (table) => `table/${table.argument("name")}`)),
  aws_lambda_function: {
    arn: regional("lambda", (lambda) => `function:${lambda.argument("function_name")}`),
    id: argument("function_name"),
  },
  aws_cloudwatch_log_group: named(regional("logs", (group) => `log-group:${group.argument("name")}`)),
  aws_cloudwatch_event_rule: named(regional("events", (rule) => `rule/${rule.argument("name")}`)),
  aws_cloudtrail: { ...named(regional("cloudtrail", (trail) => `trail/${trail.argument("name")}`)) },
  aws_organizations_organization: {
    id: () => ORGANIZATION_ID,
    arn: symbol,
    "roots.0.id": () => ORGANIZATION_ROOT,
    master_account_id: ({ accountId }) => accountId,
  },
  aws_organizations_organizational_unit: { id: symbol, arn: symbol },
  aws_organizations_policy: { id: symbol, arn: symbol },
  aws_organizations_account: { id: memberId },
  aws_ssoadmin_permission_set: { arn: symbol },
  aws_identitystore_group: { group_id: (group) => IN_DIRECTORY.group + group.argument("display_name") },
  aws_identitystore_user: { user_id: (user) => IN_DIRECTORY.user + user.argument("user_name") },
};

/** Placeholders for ids in the directory of IAM Identity Center begin so, and end with a name. */
export const IN_DIRECTORY = { group: "the group ", user: "the user " } as const;

/** A placeholder for the id of the estate's only organization. */
export const ORGANIZATION_ID = "the organization";

/** A placeholder for the id of its root. */
export const ORGANIZATION_ROOT = "root";

/** AWS assigns the id of a member. If the estate has it, a postcondition checks it. */
function memberId(member: DescribedResource): string {
  const id = expectedId(member.values);
  if (id === undefined)
    throw new Error("its account id is not known before apply: it has no postcondition with the id");
  return id;
}

/** The account id in the postcondition of a member. */
export function expectedId(values: JsonObject): string | undefined {
  return /\$\{self\.id == \\?"(\d{12})\\?"\}/.exec(
    JSON.stringify(values["lifecycle"] ?? {}).replaceAll('\\"', '"'),
  )?.[1];
}

/** Data sources whose attributes are known without AWS. */
export const KNOWN_DATA: Readonly<Record<string, Readonly<Record<string, Attribute>>>> = {
  aws_caller_identity: { account_id: ({ accountId }) => accountId, id: ({ accountId }) => accountId },
  aws_region: { name: ({ region }) => region, id: ({ region }) => region, region: ({ region }) => region },
  aws_partition: { partition: () => "aws", id: () => "aws", dns_suffix: () => "amazonaws.com" },
  aws_organizations_organization: {
    id: () => ORGANIZATION_ID,
    "roots.0.id": () => ORGANIZATION_ROOT,
    master_account_id: ({ accountId }) => accountId,
  },
  aws_iam_policy: { arn: argument("arn"), id: argument("arn") },
  aws_identitystore_group: lookedUp("group", "group_id", "DisplayName"),
  aws_identitystore_user: lookedUp("user", "user_id", "UserName"),
};

/** The id of a group or user that is looked up by its name. */
function lookedUp(kind: keyof typeof IN_DIRECTORY, id: string, attribute: string): Readonly<Record<string, Attribute>> {
  const byName: Attribute = (data) => {
    const [identifier] = asList(data.resolved("alternate_identifier"));
    const [unique] = asList(isObject(identifier) ? identifier["unique_attribute"] : undefined);
    if (!isObject(unique) || unique["attribute_path"] !== attribute || typeof unique["attribute_value"] !== "string")
      throw new Error(`the ${kind} is not looked up by ${attribute}`);
    return IN_DIRECTORY[kind] + unique["attribute_value"];
  };
  return { [id]: byName, id: byName };
}
