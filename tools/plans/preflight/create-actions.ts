import { literalText } from "../../accounts/bootstrap/stack-resources";
import planCalls from "../../rehearsal/plan-calls.json";
import { uniqueNameOf, type Declared } from "./creations";

/**
 * The IAM actions by which Terraform's AWS provider creates a resource, by type. The rehearsal compares them with what the
 * emulator receives while it applies the estate.
 */
export const CREATE_ACTIONS: Readonly<Record<string, string>> = {
  aws_accessanalyzer_analyzer: "access-analyzer:CreateAnalyzer",
  aws_account_alternate_contact: "account:PutAlternateContact",
  aws_budgets_budget: "budgets:ModifyBudget",
  aws_cloudtrail: "cloudtrail:AddTags cloudtrail:CreateTrail cloudtrail:StartLogging",
  aws_cloudtrail_organization_delegated_admin_account: "cloudtrail:RegisterOrganizationDelegatedAdmin",
  aws_cloudwatch_event_rule: "events:PutRule events:TagResource",
  aws_cloudwatch_event_target: "events:PutTargets",
  aws_cloudwatch_log_group: "logs:CreateLogGroup logs:PutRetentionPolicy logs:TagResource",
  aws_config_configuration_recorder: "config:PutConfigurationRecorder iam:PassRole",
  aws_config_configuration_recorder_status: "config:StartConfigurationRecorder",
  aws_config_delivery_channel: "config:PutDeliveryChannel",
  aws_db_instance: "rds:AddTagsToResource rds:CreateDBInstance",
  aws_db_parameter_group: "rds:CreateDBParameterGroup rds:ModifyDBParameterGroup",
  aws_db_subnet_group: "rds:CreateDBSubnetGroup",
  aws_default_network_acl: "ec2:CreateNetworkAclEntry ec2:CreateTags ec2:DeleteNetworkAclEntry",
  aws_default_security_group: "ec2:CreateTags ec2:RevokeSecurityGroupEgress ec2:RevokeSecurityGroupIngress",
  aws_ebs_encryption_by_default: "ec2:EnableEbsEncryptionByDefault",
  aws_ebs_snapshot_block_public_access: "ec2:EnableSnapshotBlockPublicAccess",
  aws_ec2_image_block_public_access: "ec2:EnableImageBlockPublicAccess",
  aws_ec2_instance_metadata_defaults: "ec2:ModifyInstanceMetadataDefaults",
  aws_ecr_lifecycle_policy: "ecr:PutLifecyclePolicy",
  aws_ecr_repository: "ecr:CreateRepository ecr:TagResource",
  aws_emr_block_public_access_configuration: "elasticmapreduce:PutBlockPublicAccessConfiguration",
  aws_flow_log: "ec2:CreateFlowLogs",
  aws_guardduty_detector: "guardduty:CreateDetector guardduty:TagResource",
  aws_guardduty_detector_feature: "guardduty:UpdateDetector",
  aws_iam_account_alias: "iam:CreateAccountAlias",
  aws_iam_account_password_policy: "iam:UpdateAccountPasswordPolicy",
  aws_iam_instance_profile: "iam:AddRoleToInstanceProfile iam:CreateInstanceProfile iam:TagInstanceProfile",
  aws_iam_openid_connect_provider: "iam:CreateOpenIDConnectProvider iam:TagOpenIDConnectProvider",
  aws_iam_organizations_features:
    "iam:EnableOrganizationsRootCredentialsManagement iam:EnableOrganizationsRootSessions",
  aws_iam_policy: "iam:CreatePolicy iam:TagPolicy",
  aws_iam_role: "iam:CreateRole iam:TagRole",
  aws_iam_role_policies_exclusive: "iam:DeleteRolePolicy",
  aws_iam_role_policy: "iam:PutRolePolicy",
  aws_iam_role_policy_attachment: "iam:AttachRolePolicy",
  aws_iam_role_policy_attachments_exclusive: "iam:DetachRolePolicy",
  aws_iam_service_linked_role: "iam:CreateServiceLinkedRole",
  aws_iam_user: "iam:CreateUser iam:TagUser",
  aws_iam_user_policies_exclusive: "iam:DeleteUserPolicy",
  aws_iam_user_policy_attachment: "iam:AttachUserPolicy",
  aws_iam_user_policy_attachments_exclusive: "iam:DetachUserPolicy",
  aws_identitystore_group: "identitystore:CreateGroup",
  aws_identitystore_group_membership: "identitystore:CreateGroupMembership",
  aws_internet_gateway: "ec2:AttachInternetGateway ec2:CreateInternetGateway ec2:CreateTags",
  aws_kms_alias: "kms:CreateAlias",
  aws_kms_key: "kms:CreateKey kms:EnableKeyRotation kms:TagResource",
  aws_organizations_account: "organizations:CreateAccount organizations:MoveAccount organizations:TagResource",
  aws_organizations_delegated_administrator: "organizations:RegisterDelegatedAdministrator",
  aws_organizations_organization:
    "organizations:CreateOrganization organizations:EnableAWSServiceAccess organizations:EnablePolicyType",
  aws_organizations_organizational_unit: "organizations:CreateOrganizationalUnit organizations:TagResource",
  aws_organizations_policy: "organizations:CreatePolicy organizations:TagResource",
  aws_organizations_policy_attachment: "organizations:AttachPolicy",
  aws_route: "ec2:CreateRoute",
  aws_route_table: "ec2:CreateRouteTable ec2:CreateTags",
  aws_route_table_association: "ec2:AssociateRouteTable",
  aws_s3_account_public_access_block: "s3:PutAccountPublicAccessBlock",
  aws_s3_bucket: "s3:CreateBucket s3:PutBucketTagging",
  aws_s3_bucket_lifecycle_configuration: "s3:PutLifecycleConfiguration",
  aws_s3_bucket_logging: "s3:PutBucketLogging",
  aws_s3_bucket_object_lock_configuration: "s3:PutBucketObjectLockConfiguration",
  aws_s3_bucket_ownership_controls: "s3:PutBucketOwnershipControls",
  aws_s3_bucket_policy: "s3:PutBucketPolicy",
  aws_s3_bucket_public_access_block: "s3:PutBucketPublicAccessBlock",
  aws_s3_bucket_server_side_encryption_configuration: "s3:PutEncryptionConfiguration",
  aws_s3_bucket_versioning: "s3:PutBucketVersioning",
  aws_security_group:
    "ec2:AuthorizeSecurityGroupIngress ec2:CreateSecurityGroup ec2:CreateTags ec2:RevokeSecurityGroupEgress",
  aws_securityhub_account: "securityhub:EnableSecurityHub",
  aws_securityhub_standards_subscription: "securityhub:BatchEnableStandards",
  aws_sns_topic: "sns:CreateTopic sns:SetTopicAttributes sns:TagResource",
  aws_sns_topic_policy: "sns:SetTopicAttributes",
  aws_sns_topic_subscription: "sns:Subscribe",
  aws_ssoadmin_account_assignment: "sso:CreateAccountAssignment",
  aws_ssoadmin_managed_policy_attachment: "sso:AttachManagedPolicyToPermissionSet sso:ProvisionPermissionSet",
  aws_ssoadmin_permission_set: "sso:CreatePermissionSet sso:TagResource",
  aws_ssoadmin_permission_set_inline_policy: "sso:ProvisionPermissionSet sso:PutInlinePolicyToPermissionSet",
  aws_ssoadmin_permissions_boundary_attachment: "sso:PutPermissionsBoundaryToPermissionSet",
  aws_subnet: "ec2:CreateSubnet ec2:CreateTags",
  aws_vpc: "ec2:CreateTags ec2:CreateVpc ec2:ModifyVpcAttribute",
  aws_vpc_endpoint: "ec2:CreateTags ec2:CreateVpcEndpoint",
  aws_vpc_endpoint_route_table_association: "ec2:ModifyVpcEndpoint",
  aws_vpc_security_group_egress_rule: "ec2:AuthorizeSecurityGroupEgress ec2:CreateTags",
};

/** An action that first applies request. */
export interface NeededAction {
  readonly action: string;
  /** An ARN, or `*` if AWS or an apply decides it. */
  readonly on: string;
  readonly region: string;
  readonly stackId: string;
}

/** What applies request to create resources, and the reads of a plan in the same services. */
export function neededActions(creations: readonly Declared[]): NeededAction[] {
  const writes = creations.flatMap((resource) => {
    const { type, region, stack } = resource;
    const actions = CREATE_ACTIONS[type]?.split(" ") ?? [];
    return actions.map((action) => ({ action, on: arnOf(resource) ?? "*", region, stackId: stack.id }));
  });
  const reads = writes.flatMap(({ action, region, stackId }) => {
    const service = action.replace(/:.*/, ":");
    const ofService = planCalls.actions.filter((read) => read.startsWith(service));
    return ofService.map((read) => ({ action: read, on: "*", region, stackId }));
  });
  return [...new Map([...writes, ...reads].map((each) => [JSON.stringify(each), each])).values()];
}

/** Paths of the ARNs of IAM, by type. */
const IAM_ARNS: Readonly<Record<string, string>> = {
  aws_iam_instance_profile: "instance-profile",
  aws_iam_policy: "policy",
  aws_iam_role: "role",
  aws_iam_user: "user",
};

/** The ARN of a resource whose name decides it. */
function arnOf(resource: Declared): string | undefined {
  const name = uniqueNameOf(resource);
  const kind = IAM_ARNS[resource.type];
  if (resource.type === "aws_s3_bucket" && name !== undefined) return `arn:aws:s3:::${name}`;
  if (kind === undefined || name === undefined) return undefined;
  return `arn:aws:iam::${resource.stack.accountId}:${kind}${literalText(resource, "path") ?? "/"}${name}`;
}
