import type { Problems } from "./problems";
import { POLICY_HOLDERS } from "./resource-policies";
import { type ScopedResource, type StackScope, Unresolvable } from "./resolver";
import { asList } from "../../synth/synthesized";
import { isObject } from "../../support/json";

const INLINE = ["role", "user", "group"].map((owner) => [`aws_iam_${owner}_policy`, ["policy"]] as const);
const WITHOUT_POLICY = [
  ...[
    "aws_iam_user",
    "aws_iam_group",
    "aws_iam_policy_attachment",
    "aws_iam_group_membership",
    "aws_iam_user_group_membership",
  ],
  ...["role", "user", "group"].map((owner) => `aws_iam_${owner}_policy_attachment`),
  ...["organization", "organizational_unit", "account", "policy_attachment"].map((type) => `aws_organizations_${type}`),
];

/** Types that say who may do what, and are read: with the arguments that hold a policy. */
export const SUPPORTED_TYPES: ReadonlyMap<string, readonly string[]> = new Map<string, readonly string[]>([
  ["aws_iam_role", ["assume_role_policy", "inline_policy"]],
  ["aws_iam_policy", ["policy"]],
  ["aws_organizations_policy", ["content"]],
  ...INLINE,
  ...WITHOUT_POLICY.map((type) => [type, []] as const),
  ...Object.entries(POLICY_HOLDERS).map(([type, { argument }]) => [type, [argument]] as const),
]);

const types = (prefix: string, names: string): string[] => names.split(" ").map((name) => prefix + name);

/** Types of the families that are read which allow nobody anything by themselves. */
const SILENT: ReadonlySet<string> = new Set([
  ...["role", "user", "group"].flatMap((owner) => [
    `aws_iam_${owner}_policies_exclusive`,
    `aws_iam_${owner}_policy_attachments_exclusive`,
  ]),
  ...types("aws_iam_", "account_alias account_password_policy instance_profile openid_connect_provider saml_provider"),
  ...types("aws_iam_", "security_token_service_preferences service_linked_role server_certificate signing_certificate"),
  // Credentials of a user that is read.
  ...types("aws_iam_", "access_key user_login_profile user_ssh_key virtual_mfa_device service_specific_credential"),
]);

/** Types that allow somebody something without a policy document. */
const GRANTING: ReadonlySet<string> = new Set([
  ...types(
    "aws_",
    "acmpca_permission ami_launch_permission cloudwatch_event_permission eks_access_entry eks_access_policy_association",
  ),
  ...types(
    "aws_",
    "eks_pod_identity_association grafana_role_association iot_policy_attachment kms_grant lakeformation_data_lake_settings",
  ),
  ...types(
    "aws_",
    "lakeformation_permissions lambda_function_url lambda_layer_version_permission lambda_permission licensemanager_grant",
  ),
  ...types(
    "aws_",
    "lightsail_bucket_resource_access network_interface_permission opensearch_authorize_vpc_endpoint_access",
  ),
  ...types(
    "aws_",
    "opensearchserverless_access_policy opsworks_permission quicksight_iam_policy_assignment redshift_data_share_authorization",
  ),
  ...types(
    "aws_",
    "s3_bucket_acl s3_object_acl s3control_access_grant servicecatalog_portfolio_share signer_signing_profile_permission",
  ),
  ...types("aws_", "servicecatalog_principal_portfolio_association snapshot_create_volume_permission transfer_access"),
  ...types("aws_", "vpc_endpoint_service_allowed_principal"),
  // An account that administers a service for the whole organization.
  ...types(
    "aws_",
    "auditmanager_organization_admin_account_registration cloudtrail_organization_delegated_admin_account fms_admin_account",
  ),
  ...types(
    "aws_",
    "guardduty_organization_admin_account inspector2_delegated_admin_account macie2_organization_admin_account",
  ),
  ...types("aws_", "securityhub_organization_admin_account vpc_ipam_organization_admin_account"),
]);

/** Types that make whatever is written in them, or run what may make it. */
const MAKING: ReadonlySet<string> = new Set([
  ...types("aws_cloudformation_", "stack stack_set stack_set_instance stack_instances"),
  ...types("aws_", "cloudcontrolapi_resource lambda_invocation serverlessapplicationrepository_cloudformation_stack"),
  ...types("aws_", "servicecatalog_provisioned_product"),
]);

/** Types to which AWS gives a policy where none is written. */
const AWS_DEFAULTS: ReadonlySet<string> = new Set(types("aws_kms_", "external_key replica_key replica_external_key"));

/** Arguments that allow somebody something without a policy document. */
const GRANTING_ARGUMENTS: Readonly<Record<string, readonly string[]>> = {
  aws_s3_bucket: ["acl", "grant"],
  aws_s3_bucket_object: ["acl"],
  aws_s3_object: ["acl"],
  aws_s3_object_copy: ["acl", "grant"],
  aws_db_snapshot: ["shared_accounts"],
  aws_ssm_document: ["permissions"],
  aws_vpc_endpoint_service: ["allowed_principals"],
};

/** Arguments of types that are read whose changes by others change nobody's access. */
const HARMLESS_CHANGES: ReadonlySet<string> = new Set(
  types(
    "",
    "description email enabled_policy_types iam_user_access_to_billing name_prefix password_reset_required role_name",
  ),
);

const FAMILIES = /^aws_(iam|organizations|ssoadmin|identitystore|ram|rolesanywhere|verifiedpermissions)_/;

/** Providers whose resources are nobody's access. Others may make what AWS's makes, such as `awscc_iam_role`. */
const PROVIDERS = /^(aws|random|time|tls|null|local|archive)_|^terraform_data$/;

/** Blocks of a stack that are read, or that say nothing of access. */
const BLOCKS = new Set([
  "//",
  "terraform",
  "provider",
  "resource",
  "data",
  "output",
  "locals",
  "variable",
  "moved",
  "import",
  "removed",
  "check",
]);

/**
 * Policies that can only take something away from what others allow, of requests that come their way: leaving them out
 * tells too much, never too little.
 */
const NARROWING: Readonly<Record<string, readonly string[]>> = {
  aws_vpc_endpoint: ["policy"],
  aws_vpc_endpoint_policy: ["policy"],
};

/** Arguments which are not a resource's to say who may do what. */
const NOT_HERE = new Set(["lifecycle", "depends_on", "provider", "//", "tags"]);

/** Names whatever in the stacks says who may do what and is not read, so that nothing of it is missed in silence. */
export function reportUnsupported(scopes: readonly StackScope[], problems: Problems): void {
  for (const scope of scopes) {
    tellBlocks(scope, problems);
    for (const resource of scope.resources()) {
      tellType(resource, problems);
      tellArguments(resource, problems);
      tellPolicies(resource, scope, problems);
    }
  }
}

/** What stands beside resources, data sources and their kin. */
function tellBlocks({ stack }: StackScope, problems: Problems): void {
  for (const block of Object.keys(stack.json)) {
    if (!BLOCKS.has(block)) problems.add(stack.id, `has a block ${block}, which is not read`);
  }
  if (stack.json.data?.["external"]) problems.add(stack.id, "has a data source external, which runs a program");
  for (const removed of asList(stack.json.removed).filter(isObject)) {
    const [type = ""] = String(removed["from"]).split(".");
    const isKept = asList(removed["lifecycle"]).some(
      (lifecycle) => isObject(lifecycle) && lifecycle["destroy"] === false,
    );
    if (isKept && isAccess(type) && !type.startsWith("aws_organizations_")) {
      problems.add(stack.id, `leaves ${String(removed["from"])} as it is, and forgets it`);
    }
  }
}

function isAccess(type: string): boolean {
  return (
    SUPPORTED_TYPES.has(type) || (FAMILIES.test(type) && !SILENT.has(type)) || GRANTING.has(type) || MAKING.has(type)
  );
}

function tellType({ type, address, values, accountId }: ScopedResource, problems: Problems): void {
  if (!PROVIDERS.test(type)) problems.add(address, "is of a provider that is not read");
  else if (MAKING.has(type)) problems.add(address, "may make anything, roles too, which is not read");
  else if (GRANTING.has(type))
    problems.add(address, "allows somebody something without a policy document, which is not read yet");
  else if (FAMILIES.test(type) && !SUPPORTED_TYPES.has(type) && !SILENT.has(type)) {
    problems.add(address, "is of a type that says who may do what, and that is not read yet");
  }
  if (AWS_DEFAULTS.has(type) && values["policy"] === undefined)
    problems.add(address, "has AWS's default policy, which is not read yet");
  if (type.startsWith("aws_") && !/^\d{12}$/.test(accountId)) {
    problems.add(
      address,
      "is in an account that nothing tells: its provider must have just one of allowed_account_ids",
    );
  }
}

function tellArguments({ type, address, values }: ScopedResource, problems: Problems): void {
  if (values["provisioner"] !== undefined) problems.add(address, "has a provisioner, which may do anything");
  for (const argument of GRANTING_ARGUMENTS[type] ?? []) {
    const value = values[argument];
    if (value !== undefined && value !== "private")
      problems.add(`${address}.${argument}`, "allows somebody something, which is not read yet");
  }
  if (!SUPPORTED_TYPES.has(type)) return;
  for (const argument of ["count", "for_each"]) {
    if (values[argument] !== undefined) problems.add(address, `has ${argument}, which only Terraform resolves`);
  }
  if (values["dynamic"] !== undefined) problems.add(address, "has a dynamic block, which only Terraform resolves");
  for (const change of asList(values["lifecycle"])
    .filter(isObject)
    .flatMap((lifecycle) => asList(lifecycle["ignore_changes"]))) {
    if (!HARMLESS_CHANGES.has(String(change)))
      problems.add(address, `ignores changes of ${String(change)}: what AWS has may be another`);
  }
}

/** A policy's text, or a reference to one, where none is read. */
function tellPolicies({ type, address, values }: ScopedResource, scope: StackScope, problems: Problems): void {
  const places = [...(SUPPORTED_TYPES.get(type) ?? []), ...(NARROWING[type] ?? [])];
  for (const [argument, value] of Object.entries(values)) {
    if (NOT_HERE.has(argument) || places.includes(argument)) continue;
    if (holdsPolicy(value, scope)) problems.add(`${address}.${argument}`, "holds a policy, which is not read yet");
  }
}

function holdsPolicy(value: unknown, scope: StackScope): boolean {
  if (typeof value === "string") return isPolicy(value) || (value.includes("${") && isPolicy(behind(value, scope)));
  if (Array.isArray(value)) return value.some((each) => holdsPolicy(each, scope));
  return isObject(value) && Object.values(value).some((each) => holdsPolicy(each, scope));
}

/** Written as JSON, with or without escapes in it, as YAML, as an expression of Terraform, or by a data source. */
function isPolicy(text: string): boolean {
  if (/\bStatement\b\\?["']?\s*[:=]/.test(text) || text.includes("data.aws_iam_policy_document.")) return true;
  return text.includes("\\u") && isPolicy(unescaped(text));
}

function unescaped(text: string): string {
  return text.replace(/\\u([0-9a-f]{4})/gi, (_, code: string) => String.fromCharCode(parseInt(code, 16)));
}

/** What an expression stands for, as far as that is known: its value, or what is written where it points to. */
function behind(text: string, scope: StackScope, depth = 0): string {
  try {
    return JSON.stringify(scope.resolve(text)).replaceAll('\\"', '"');
  } catch (error) {
    if (!(error instanceof Unresolvable)) throw error;
  }
  const { locals = {}, variable = {} } = scope.stack.json;
  const named = [...text.matchAll(/\b(local|var)\.([\w-]+)/g)].map(
    ([, kind, name = ""]) => (kind === "local" ? locals : variable)[name],
  );
  const written = named.map((value) => JSON.stringify(value ?? "").replaceAll('\\"', '"')).join(" ");
  return depth < 5 && written.includes("${") ? `${written} ${behind(written, scope, depth + 1)}` : written;
}
