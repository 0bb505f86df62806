import type { PlannedResource } from "./planned-resource";
import { lowerAttributes } from "./attribute-rule";
import { PROTECTIONS } from "./protection/attributes";
import { changedExpiry } from "./protection/expiry";
import type { Finding } from "./review";

/**
 * Protection of data and of audit records that a plan removes or weakens: deletion protection, backups, versions,
 * encryption, logs, alarms. Public access to data is a network finding; permissions of people are part of the access
 * comparison.
 *
 * @param resources of one plan
 */
export function protectionFindings(resources: readonly PlannedResource[]): readonly Finding[] {
  const created = new Set(resources.filter(({ action }) => action === "create").map(({ address }) => address));
  return resources.flatMap((resource) => {
    const { address, action } = resource;
    const isNew = (attribute: string): boolean => {
      const reference = resource.reference(attribute);
      return reference !== undefined && created.has(reference.replace(/\.\w+$/, ""));
    };
    const lowered = [
      ...(action === "update" || action === "replace"
        ? [...lowerAttributes(PROTECTIONS, resource), ...plainTraffic(resource)]
        : []),
      ...(isDestroyedWithOwner(resource, resources) ? [] : changedExpiry(resource, isNew)),
      ...removedProtection(resource, resources),
      ...interruptedProtection(resource),
    ];
    return [...new Set(lowered)].map((message) => ({ address, message }));
  });
}

/** A database that begins to accept connections without TLS. */
function plainTraffic({ type, before, after }: PlannedResource): readonly string[] {
  if (type !== "aws_db_parameter_group" && type !== "aws_rds_cluster_parameter_group") return [];
  const forces = (side: PlannedResource["before"]): boolean =>
    side.at("parameter").elements().some((each) => ["rds.force_ssl", "require_secure_transport"].includes(String(each.at("name").raw)) && ["1", "ON", "on"].includes(String(each.at("value").raw))); // prettier-ignore
  return forces(before) && !forces(after) ? ["connections without TLS are accepted"] : [];
}

/** Resources that protect by their existence, and what is lost when they are destroyed. */
const PROTECTING: Readonly<Record<string, string>> = {
  aws_s3_bucket_versioning: "the bucket's versioning is no longer managed",
  aws_s3_bucket_server_side_encryption_configuration: "the bucket's encryption falls back to the AWS default",
  aws_s3_bucket_ownership_controls: "the writer of an object owns it",
  aws_s3_bucket_policy: "the bucket's policy is removed, with what it denies",
  aws_s3_bucket_object_lock_configuration: "new objects are no longer locked",
  aws_s3_bucket_replication_configuration: "objects are no longer copied",
  aws_s3_bucket_logging: "access to the bucket is no longer logged",
  aws_ecr_lifecycle_policy: "images no longer expire",
  aws_ebs_snapshot_block_public_access: "snapshots may become public",
  aws_ec2_image_block_public_access: "machine images may become public",
  aws_ec2_instance_metadata_defaults: "new machines may give their credentials to any program that fetches a URL",
  aws_emr_block_public_access_configuration: "EMR accepts groups that are open to the internet",
  aws_vpc_block_public_access_options: "the internet may reach VPCs of the region",
  aws_ssoadmin_permission_set_inline_policy: "the set's inline policy is removed, with what it denies",
  aws_account_alternate_contact: "AWS no longer notifies this contact",
  ...Object.fromEntries(
    ["role", "user", "group"].flatMap((owner) => [
      [`aws_iam_${owner}_policies_exclusive`, "policies that are added by hand are no longer removed"],
      [`aws_iam_${owner}_policy_attachments_exclusive`, "policies that are added by hand are no longer removed"],
    ]),
  ),
  aws_default_security_group: "rules that are added to it by hand are no longer removed",
  aws_default_network_acl: "rules that are added to it by hand are no longer removed",
  aws_ebs_default_kms_key: "its own key no longer encrypts new disks",
  aws_ebs_encryption_by_default: "new disks are no longer encrypted",
  aws_iam_account_password_policy: "the password policy falls back to the AWS default",
  aws_cloudtrail: "the trail stops recording",
  aws_flow_log: "traffic is no longer logged",
  aws_iam_organizations_features: "root users of members are no longer managed from the master account",
  aws_organizations_delegated_administrator: "the account no longer administers the service for the organization",
  aws_accessanalyzer_analyzer: "access from outside is no longer detected",
  aws_guardduty_detector: "threats are no longer detected",
  aws_guardduty_detector_feature: "the feature is no longer managed",
  aws_securityhub_account: "findings are no longer collected",
  aws_securityhub_standards_subscription: "the checks of the standard end",
  aws_inspector2_enabler: "vulnerabilities are no longer detected",
  aws_macie2_account: "exposed data is no longer detected",
  aws_config_configuration_recorder_status: "changes are no longer recorded",
  aws_config_delivery_channel: "recorded changes are no longer delivered",
  aws_config_configuration_recorder: "changes are no longer recorded",
  aws_config_config_rule: "the rule is no longer checked",
  aws_budgets_budget: "nobody is notified of costs",
  aws_ce_anomaly_monitor: "unusual costs are no longer detected",
  aws_ce_anomaly_subscription: "nobody is notified of unusual costs",
  aws_cloudwatch_metric_alarm: "the alarm is deleted",
  aws_cloudwatch_composite_alarm: "the alarm is deleted",
  aws_cloudwatch_log_metric_filter: "alarms no longer receive what it counts",
  aws_cloudwatch_log_subscription_filter: "logs no longer reach their destination",
  aws_cloudwatch_log_data_protection_policy: "logs show personal data again",
  aws_route53_query_log: "queries are no longer logged",
  aws_route53_resolver_query_log_config_association: "queries are no longer logged",
  aws_secretsmanager_secret_rotation: "the secret is no longer rotated",
  aws_db_event_subscription: "nobody is notified of the database's events",
  aws_cloudwatch_event_rule: "the rule's events are no longer reported",
  aws_cloudwatch_event_target: "the rule's events no longer reach this target",
  aws_sns_topic: "its subscribers are no longer notified",
  aws_sns_topic_policy: "the topic's policy is removed: services may no longer publish",
  aws_sns_topic_subscription: "the subscriber is no longer notified",
  aws_backup_plan: "backups are no longer created",
  aws_backup_selection: "backups are no longer created",
  aws_backup_vault_lock_configuration: "recovery points may be deleted",
  aws_backup_vault_policy: "the backup vault has no policy of its own",
  aws_efs_backup_policy: "backups are no longer created",
  aws_dlm_lifecycle_policy: "snapshots are no longer created",
  aws_db_instance_automated_backups_replication: "backups are no longer copied",
  aws_wafv2_web_acl_association: "requests are no longer filtered",
  aws_shield_protection: "attacks are no longer blocked",
};

/** What a replaced resource does not do until it is created, or confirmed, again. */
const INTERRUPTED: Readonly<Record<string, string>> = {
  aws_cloudtrail: "the trail records nothing until its successor exists",
  aws_flow_log: "traffic is not logged until its successor exists",
  aws_sns_topic: "its subscribers must confirm again: until then nobody is notified",
  aws_sns_topic_subscription: "the subscriber must confirm again: until then it is not notified",
};

function interruptedProtection({ type, action }: PlannedResource): readonly string[] {
  const message = Object.hasOwn(INTERRUPTED, type) ? INTERRUPTED[type] : undefined;
  return message !== undefined && action === "replace" ? [message] : [];
}

/** What a resource protects: its attribute, and the type and attribute that this equals. */
const PROTECTED: readonly (readonly [types: RegExp, attribute: string, owner: string, name: string])[] = [
  [/^aws_s3_bucket_/, "bucket", "aws_s3_bucket", "bucket"],
  [/^aws_ecr_lifecycle_policy$/, "repository", "aws_ecr_repository", "name"],
  [/^aws_guardduty_detector_feature$/, "detector_id", "aws_guardduty_detector", "id"],
  [/^aws_iam_role_.*_exclusive$/, "role_name", "aws_iam_role", "name"],
  [/^aws_iam_user_.*_exclusive$/, "user_name", "aws_iam_user", "name"],
  [/^aws_iam_group_.*_exclusive$/, "group_name", "aws_iam_group", "name"],
  [/^aws_(flow_log|default_security_group|default_network_acl)$/, "vpc_id", "aws_vpc", "id"],
  [/^aws_sns_topic_subscription$/, "topic_arn", "aws_sns_topic", "arn"],
  [/^aws_sns_topic_policy$/, "arn", "aws_sns_topic", "arn"],
  [/^aws_ssoadmin_permission_set_inline_policy$/, "permission_set_arn", "aws_ssoadmin_permission_set", "arn"],
  [/^aws_cloudwatch_event_target$/, "rule", "aws_cloudwatch_event_rule", "name"],
];

/** What a destroyed resource protected. If that is destroyed in the same plan, nothing is left to protect. */
function removedProtection(resource: PlannedResource, resources: readonly PlannedResource[]): readonly string[] {
  const message = Object.hasOwn(PROTECTING, resource.type) ? PROTECTING[resource.type] : undefined;
  const isRemoved = resource.action === "destroy" && !isDestroyedWithOwner(resource, resources);
  return message !== undefined && isRemoved ? [message] : [];
}

function isDestroyedWithOwner(
  { type, action, before }: PlannedResource,
  resources: readonly PlannedResource[],
): boolean {
  const [, attribute, owner, name] = PROTECTED.find(([types]) => types.test(type)) ?? [];
  return (
    action === "destroy" &&
    attribute !== undefined &&
    name !== undefined &&
    resources.some(
      (each) =>
        each.type === owner && each.action === "destroy" && each.before.at(name).raw === before.at(attribute).raw,
    )
  );
}
