import { reportModules } from "./modules";
import { Problems } from "./problems";
import { LAMBDA_PERMISSION, POLICY_HOLDERS } from "./resource-policies";
import { type ScopedResource, type StackScope, Unresolvable } from "./resolver";
import { asList, isObject } from "../../support/json";

const INLINE = ["role", "user", "group"].map((owner) => [`aws_iam_${owner}_policy`, ["policy"]] as const);
const WITHOUT_POLICY = [
  ...["user", "group", "policy_attachment", "group_membership", "organizations_features", "user_group_membership"].map(
    (type) => `aws_iam_${type}`,
  ),
  ...["role", "user", "group"].flatMap((owner) => [
    `aws_iam_${owner}_policy_attachment`,
    `aws_iam_${owner}_policy_attachments_exclusive`,
  ]),
  ...["organization", "organizational_unit", "account", "policy_attachment", "delegated_administrator"].map(
    (type) => `aws_organizations_${type}`,
  ),
  ...["permission_set", "account_assignment", "managed_policy_attachment", "customer_managed_policy_attachment"].map(
    (type) => `aws_ssoadmin_${type}`,
  ),
  "aws_ssoadmin_permissions_boundary_attachment",
  ...["aws_identitystore_group", "aws_identitystore_group_membership"],
];

/** Types that affect access and are supported, with their arguments that hold a policy. */
export const SUPPORTED_TYPES: ReadonlyMap<string, readonly string[]> = new Map<string, readonly string[]>([
  ["aws_iam_role", ["assume_role_policy", "inline_policy"]],
  ["aws_iam_policy", ["policy"]],
  ["aws_organizations_policy", ["content"]],
  ["aws_ssoadmin_permission_set_inline_policy", ["inline_policy"]],
  ...INLINE,
  ...[...WITHOUT_POLICY, LAMBDA_PERMISSION].map((type) => [type, []] as const),
  ...Object.entries(POLICY_HOLDERS).map(([type, { argument }]) => [type, [argument]] as const),
]);

const types = (prefix: string, names: string): string[] => names.split(" ").map((name) => prefix + name);

/** Types of supported families that grant no access by themselves. */
const NOT_GRANTING: ReadonlySet<string> = new Set([
  ...types("aws_iam_", "role_policies_exclusive user_policies_exclusive group_policies_exclusive"), // names, no text
  ...types("aws_iam_", "account_alias account_password_policy instance_profile openid_connect_provider saml_provider"),
  ...types("aws_iam_", "security_token_service_preferences service_linked_role server_certificate signing_certificate"),
  // A user of Identity Center has the access of its groups.
  "aws_identitystore_user",
  // Credentials of a user.
  ...types("aws_iam_", "access_key user_login_profile user_ssh_key virtual_mfa_device service_specific_credential"),
]);

/** Types that grant access without a policy document. */
const GRANTING: ReadonlySet<string> = new Set([
  ...types("aws_", "acmpca_permission ami_launch_permission cloudwatch_event_permission eks_access_entry"),
  ...types("aws_", "eks_access_policy_association eks_pod_identity_association grafana_role_association"),
  ...types("aws_", "iot_policy_attachment kms_grant lakeformation_data_lake_settings lakeformation_permissions"),
  ...types("aws_", "lambda_function_url lambda_layer_version_permission licensemanager_grant"),
  ...types("aws_", "lightsail_bucket_resource_access network_interface_permission"),
  ...types("aws_", "opensearch_authorize_vpc_endpoint_access opensearchserverless_access_policy"),
  ...types("aws_", "opsworks_permission quicksight_iam_policy_assignment redshift_data_share_authorization"),
  ...types("aws_", "s3_bucket_acl s3_object_acl s3control_access_grant servicecatalog_portfolio_share"),
  ...types("aws_", "signer_signing_profile_permission servicecatalog_principal_portfolio_association"),
  ...types("aws_", "snapshot_create_volume_permission transfer_access vpc_endpoint_service_allowed_principal"),
  // Accounts that administer a service for the whole organization.
  ...types("aws_", "auditmanager_organization_admin_account_registration"),
  ...types("aws_", "cloudtrail_organization_delegated_admin_account fms_admin_account"),
  ...types("aws_", "guardduty_organization_admin_account inspector2_delegated_admin_account"),
  ...types("aws_", "macie2_organization_admin_account securityhub_organization_admin_account"),
  ...types("aws_", "vpc_ipam_organization_admin_account"),
]);

/** Types that can create any resource, or run code that can. */
const CREATING_ANYTHING: ReadonlySet<string> = new Set([
  ...types("aws_cloudformation_", "stack stack_set stack_set_instance stack_instances"),
  ...types("aws_", "cloudcontrolapi_resource lambda_invocation serverlessapplicationrepository_cloudformation_stack"),
  ...types("aws_", "servicecatalog_provisioned_product"),
]);

/** Types that get a default policy from AWS. */
const AWS_DEFAULTS: ReadonlySet<string> = new Set(types("aws_kms_", "external_key replica_key replica_external_key"));

/** Arguments that grant access without a policy document. */
const GRANTING_ARGUMENTS: Readonly<Record<string, readonly string[]>> = {
  aws_s3_bucket: ["acl", "grant"],
  aws_s3_bucket_object: ["acl"],
  aws_s3_object: ["acl"],
  aws_s3_object_copy: ["acl", "grant"],
  aws_db_snapshot: ["shared_accounts"],
  aws_ssm_document: ["permissions"],
  aws_vpc_endpoint_service: ["allowed_principals"],
};

/** Arguments of supported types that do not affect access: `ignore_changes` may list them. */
const HARMLESS_CHANGES: ReadonlySet<string> = new Set([
  ...types("", "description email enabled_policy_types iam_user_access_to_billing name_prefix"),
  ...types("", "password_reset_required role_name"),
]);

const FAMILIES = /^aws_(iam|organizations|ssoadmin|identitystore|ram|rolesanywhere|verifiedpermissions)_/;

/**
 * Providers whose resources affect no access, and AWS. Others may create AWS resources too, such as `awscc_iam_role`.
 */
const PROVIDERS = /^(aws|random|time|tls|null|local|archive|aiven|azuread|google)_|^terraform_data$/;

/** Blocks of a stack that are supported, or do not affect access. */
const BLOCKS = new Set(
  "// terraform provider resource data module output locals variable moved import removed check".split(" "),
);

/** Policies that can only refuse requests. Without them the report shows too much access, never too little. */
const RESTRICTING: Readonly<Record<string, readonly string[]>> = {
  aws_vpc_endpoint: ["policy"],
  aws_vpc_endpoint_policy: ["policy"],
};

/** Arguments that cannot hold a policy of the resource. */
const META_ARGUMENTS = new Set(["lifecycle", "depends_on", "provider", "//", "tags"]);

/** A scope that two models share is checked once. */
const checked = new WeakMap<StackScope, Problems>();

/** Reports everything in the stacks that affects access and is not supported, so that no gap is silent. */
export function reportUnsupported(scopes: readonly StackScope[], problems: Problems): void {
  for (const scope of scopes) {
    const found = checked.get(scope) ?? unsupportedIn(scope);
    checked.set(scope, found);
    problems.addAll(found);
  }
}

function unsupportedIn(scope: StackScope): Problems {
  const problems = new Problems();
  reportBlocks(scope, problems);
  reportModules(scope, isHarmless, problems);
  for (const resource of scope.resources()) {
    reportType(resource, problems);
    reportArguments(resource, problems);
    reportPolicies(resource, scope, problems);
  }
  return problems;
}

/** Blocks other than resources. */
function reportBlocks({ stack }: StackScope, problems: Problems): void {
  for (const block of Object.keys(stack.json)) {
    if (!BLOCKS.has(block)) problems.add(stack.id, `has a block ${block}, which is not supported`);
  }
  if (stack.json.data?.["external"])
    problems.add(stack.id, "has a data source external, which is not supported: it runs a program");
  for (const removed of asList(stack.json.removed).filter(isObject)) {
    const [type = ""] = String(removed["from"]).split(".");
    const isKept = asList(removed["lifecycle"]).some(
      (lifecycle) => isObject(lifecycle) && lifecycle["destroy"] === false,
    );
    if (isKept && affectsAccess(type) && !type.startsWith("aws_organizations_")) {
      problems.add(stack.id, `removes ${String(removed["from"])} from the state and leaves it in AWS`);
    }
  }
}

function affectsAccess(type: string): boolean {
  return (
    SUPPORTED_TYPES.has(type) ||
    (FAMILIES.test(type) && !NOT_GRANTING.has(type)) ||
    GRANTING.has(type) ||
    CREATING_ANYTHING.has(type)
  );
}

/** Types that grant no access without a policy. AWS gives a key one. */
const isHarmless = (type: string): boolean =>
  PROVIDERS.test(type) &&
  !FAMILIES.test(type) &&
  ![GRANTING, CREATING_ANYTHING, AWS_DEFAULTS].some((granting) => granting.has(type)) &&
  !(type in GRANTING_ARGUMENTS || type === "aws_kms_key" || type === LAMBDA_PERMISSION);

function reportType({ type, address, values, accountId }: ScopedResource, problems: Problems): void {
  if (!PROVIDERS.test(type)) problems.add(address, "is of a provider that is not supported");
  else if (CREATING_ANYTHING.has(type)) problems.add(address, "can create any resource, which is not supported");
  else if (GRANTING.has(type))
    problems.add(address, "grants access without a policy document, which is not supported yet");
  else if (FAMILIES.test(type) && !SUPPORTED_TYPES.has(type) && !NOT_GRANTING.has(type))
    problems.add(address, "is of a type that affects access and is not supported yet");
  if (AWS_DEFAULTS.has(type) && values["policy"] === undefined)
    problems.add(address, "has AWS's default policy, which is not supported yet");
  if (type.startsWith("aws_") && !/^\d{12}$/.test(accountId)) {
    problems.add(address, "must be in a known account: set one account in allowed_account_ids of its provider");
  }
}

function reportArguments({ type, address, values }: ScopedResource, problems: Problems): void {
  if (values["provisioner"] !== undefined)
    problems.add(address, "has a provisioner, which is not supported: it can do anything");
  for (const argument of GRANTING_ARGUMENTS[type] ?? []) {
    const value = values[argument];
    if (value !== undefined && value !== "private")
      problems.add(`${address}.${argument}`, "grants access, which is not supported yet");
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
      problems.add(address, `ignores changes of ${String(change)}: the value in AWS may differ`);
  }
}

/** Arguments with a policy, or a reference to one, in which policies are not supported. */
function reportPolicies({ type, address, values }: ScopedResource, scope: StackScope, problems: Problems): void {
  const supported = [...(SUPPORTED_TYPES.get(type) ?? []), ...(RESTRICTING[type] ?? [])];
  for (const [argument, value] of Object.entries(values)) {
    if (META_ARGUMENTS.has(argument) || supported.includes(argument)) continue;
    if (holdsPolicy(value, scope) || (/policy/i.test(argument) && JSON.stringify(value).includes("file(")))
      problems.add(`${address}.${argument}`, "holds a policy, which is not supported yet");
  }
}

function holdsPolicy(value: unknown, scope: StackScope): boolean {
  if (typeof value === "string") return isPolicy(value) || (value.includes("${") && isPolicy(textBehind(value, scope)));
  if (Array.isArray(value)) return value.some((each) => holdsPolicy(each, scope));
  return isObject(value) && Object.values(value).some((each) => holdsPolicy(each, scope));
}

/** A policy as JSON (with or without escapes), as YAML, as an expression of Terraform, or from a data source. */
function isPolicy(text: string): boolean {
  if (/\bStatement\b\\?["']?\s*[:=]/.test(text) || text.includes("data.aws_iam_policy_document.")) return true;
  return text.includes("\\u") && isPolicy(unescaped(text));
}

function unescaped(text: string): string {
  return text.replace(/\\u([0-9a-f]{4})/gi, (_, code: string) => String.fromCharCode(parseInt(code, 16)));
}

/** The value of an expression if it is known; otherwise the text that it refers to. */
function textBehind(text: string, scope: StackScope, depth = 0): string {
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
  return depth < 5 && written.includes("${") ? `${written} ${textBehind(written, scope, depth + 1)}` : written;
}
