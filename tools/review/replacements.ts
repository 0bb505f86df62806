import { EXISTING_KEYS, isKeyFor } from "../../config/existing-keys";
import { attributeChanges } from "./attribute-changes";
import type { PlannedResource } from "./planned-resource";
import type { AttributeChange, Finding } from "./review";

const ENVIRONMENT = "environments.<environment>";
const ACCOUNT = "accounts.<account>";

/** The parts of the name of most resources of an environment. */
const NAMESPACE = "solution, the environment's name or its region";
/** The parts of the name of most resources of an account. */
const ACCOUNT_NAMES = "solution or the account's name";
const NETWORK = `${ENVIRONMENT}.network`;
const MEMBER = `${ENVIRONMENT}.members.<member>`;
const ofDatabase = (keys: string) => `${keys} of ${ENVIRONMENT}.database or ${ENVIRONMENT}.databases.<database>`;
const VPC = `${NETWORK}.cidrBlock or ${MEMBER}.cidrBlock`;
const ZONES = `${NETWORK}.zones or ${MEMBER}.zone`;
const SUBNETS = `${NETWORK}.cidrBlock, ${NETWORK}.publicSubnetCidrBlocks, ${NETWORK}.privateSubnetCidrBlocks, the prefixLength and cidrBlocks of ${NETWORK}.tiers, or ${MEMBER}.subnetCidrBlock`;

/**
 * The keys of the estate that decide attributes which AWS cannot change in place, by type of the resources that this
 * project creates. A key that stays as it was keeps the resource.
 */
export const REPLACEMENT_KEYS: Readonly<Record<string, Readonly<Record<string, string>>>> = {
  aws_vpc: { cidr_block: VPC },
  aws_subnet: { cidr_block: SUBNETS, availability_zone: ZONES },
  aws_vpc_endpoint: { service_name: `${ENVIRONMENT}.region` },
  aws_flow_log: { traffic_type: `${NETWORK}.flowLogs`, log_destination: NAMESPACE },
  aws_security_group: {
    name: `the name in ${ENVIRONMENT}.securityGroups, ${NAMESPACE}`,
    description: `${ENVIRONMENT}.securityGroups.<group>.description`,
  },
  aws_db_instance: {
    identifier: NAMESPACE,
    db_name: ofDatabase("databaseName"),
    username: ofDatabase("masterUsername"),
    kms_key_id: ofDatabase("customerManagedKey"),
    db_subnet_group_name: NAMESPACE,
  },
  aws_db_subnet_group: { name: NAMESPACE },
  aws_db_parameter_group: {
    family: ofDatabase("engineVersion"),
    name_prefix: `${ofDatabase("engineVersion")}, ${NAMESPACE}`,
    description: ofDatabase("engineVersion, databaseName, masterUsername or customerManagedKey"),
  },
  aws_s3_bucket: {
    bucket: `the name in ${ENVIRONMENT}.application.buckets, the account's id, ${NAMESPACE}`,
    object_lock_enabled: `${ACCOUNT}.trail`,
  },
  aws_ecr_repository: { name: `the name in ${ENVIRONMENT}.application.repositories, ${NAMESPACE}` },
  aws_cloudwatch_log_group: { name: NAMESPACE },
  aws_kms_alias: { name: NAMESPACE },
  aws_iam_role: { name: NAMESPACE, path: NAMESPACE },
  aws_iam_policy: { name: NAMESPACE, path: NAMESPACE },
  aws_iam_instance_profile: { name: NAMESPACE },
  aws_iam_account_alias: { account_alias: `${ACCOUNT}.alias` },
  aws_iam_openid_connect_provider: { url: "repository" },
  aws_budgets_budget: { name: ACCOUNT_NAMES },
  aws_cloudtrail: { name: ACCOUNT_NAMES },
  aws_sns_topic: { name: "solution" },
  aws_sns_topic_subscription: { endpoint: `${ACCOUNT}.alarmEmails` },
  aws_cloudwatch_event_rule: { name: "solution" },
  aws_organizations_account: { email: `${ACCOUNT}.email` },
  aws_organizations_organizational_unit: { parent_id: "organization.existing" },
};

/** Terraform's reasons for a replacement that no attribute forces. */
const REASONS: Readonly<Record<string, string>> = {
  replace_because_tainted: "its creation did not finish: Terraform creates it again",
  replace_by_request: "the plan was asked to replace it",
  replace_by_triggers: "a resource in its replace_triggered_by changes",
};

/**
 * Resources that are destroyed and created again, with each attribute that AWS cannot change in place, and the key of
 * the estate that keeps the resource if it stays as it was.
 *
 * @param resources of one plan, unchanged ones included
 */
export function replacements(resources: readonly PlannedResource[]): readonly Finding[] {
  const replaced = new Set(resources.filter(({ action }) => action === "replace").map(({ address }) => address));
  return resources
    .filter(({ address }) => replaced.has(address))
    .map((resource) => {
      const forcing = attributeChanges(resource).filter(({ forcesReplacement }) => forcesReplacement);
      const causes = forcing.map((change) => causeOf(resource, change, replaced));
      const other = REASONS[resource.reason ?? ""] ?? "Terraform names no attribute";
      return { address: resource.address, message: causes.length > 0 ? causes.join("; ") : other };
    });
}

/**
 * Imports that a plan would destroy or replace: an adoption only imports, tags and changes settings.
 *
 * @param resources of one plan, unchanged ones included
 */
export function refusedImports(resources: readonly PlannedResource[]): readonly Finding[] {
  const reasons = new Map(replacements(resources).map(({ address, message }) => [address, message]));
  return resources
    .filter(({ isImported, action }) => isImported && (action === "replace" || action === "destroy"))
    .map(({ address, action }) => {
      const what =
        action === "replace" ? "would be imported and then replaced" : "would be imported and then destroyed";
      const reason = reasons.get(address);
      return { address, message: reason === undefined ? what : `${what}: ${reason}` };
    });
}

const ENVIRONMENT_STACK = /^([^/]+)\/(?:network|application|master-role|database(?:-(.+))?|member-(.+))\.tfstate$/;
/** Keys of the other stacks that have the same type of resource. */
const OF_MEMBER = /,? or environments\.<environment>\.members\.<member>\.\w+/g;
const OF_NETWORK =
  /environments\.<environment>\.network\.\w+(?:, .*?)?,? or (?=environments\.<environment>\.members\.)/g;
const OF_FURTHER = / or environments\.<environment>\.databases\.<database>| \(in databases\.<database> [^)]*\)/g;
const OF_FIRST = /environments\.<environment>\.database or (?=environments\.<environment>\.databases\.)/g;

/** A finding's text with the estate's names in place of `<environment>` and the like, and with this stack's keys alone. */
export function withNamesOf(stateKey: string, text: string): string {
  const [isOfEnvironment, environment = "", database, member] = ENVIRONMENT_STACK.exec(stateKey) ?? [];
  if (isOfEnvironment === undefined) return text.replaceAll("<account>", stateKey.split("/")[0] ?? "");
  const ofMember = member === undefined ? text.replaceAll(OF_MEMBER, "") : text.replaceAll(OF_NETWORK, "");
  const ofDatabase =
    database === undefined
      ? ofMember.replaceAll(OF_FURTHER, "")
      : ofMember
          .replaceAll(OF_FIRST, "")
          .replaceAll(
            /(\.existing)\.database(\.\S+ to \S+) \(in databases\.<database> [^)]*\)/g,
            "$1.databases.<database>$2",
          );
  return ofDatabase
    .replaceAll("<environment>", environment)
    .replaceAll("<database>", database ?? "<database>")
    .replaceAll("<member>", member ?? "<member>");
}

/** "username: a → b; keep masterUsername of environments.<environment>.database or … as it was to keep it". */
function causeOf(resource: PlannedResource, change: AttributeChange, replaced: ReadonlySet<string>): string {
  const { path, before, after } = change;
  const attribute = path.split(/[.[]/)[0] ?? path;
  const what = `${path}: ${before} → ${after}`;
  const cause = resource.reference(attribute)?.replace(/\.\w+$/, "");
  if (cause !== undefined && replaced.has(cause)) return `${what}, because ${cause} is replaced`;
  if (resource.isImported) return `${what}. ${matching(resource, attribute, before)}`;
  const { type, before: was } = resource;
  const key = keyOf(type, attribute);
  // The stack of a member account is the master's.
  const named = type === "aws_organizations_account" ? key?.replace("<account>", was.at("name").display) : key;
  return named === undefined ? what : `${what}. To keep it, leave ${named} as it was`;
}

/** They have the same keys as `existing.database`. */
const OF_FURTHER_DATABASES = "databases.<database>";

/** How an imported resource keeps what AWS cannot change in place. */
function matching({ type, address }: PlannedResource, attribute: string, present: string): string {
  const all = EXISTING_KEYS.filter(
    (each) => each.type === type && each.attribute === attribute && isKeyFor(each.key, address),
  ).map(({ key }) => key);
  const keys = all.filter((key) => !key.includes(OF_FURTHER_DATABASES));
  const [first] = keys;
  const further = keys.length < all.length ? ` (in ${OF_FURTHER_DATABASES} for a further database)` : "";
  if (first !== undefined) return `To keep it, set ${[...new Set(keys)].join(" or ")} to ${present}${further}`;
  const key = keyOf(type, attribute);
  const others = key === undefined ? "" : `change ${key}, or `;
  return `No key keeps this value: ${others}remove its entry from <estate>.adopt.json, and let the estate create another one`;
}

function keyOf(type: string, attribute: string): string | undefined {
  const keys = Object.hasOwn(REPLACEMENT_KEYS, type) ? REPLACEMENT_KEYS[type] : undefined;
  return keys && Object.hasOwn(keys, attribute) ? keys[attribute] : undefined;
}
