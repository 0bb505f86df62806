import type { PlannedResource } from "../planned-resource";

/** Resources that protect by being there, with what is lost when they go. */
const PROTECTING: Readonly<Record<string, string>> = {
  aws_s3_bucket_versioning: "nothing looks after the bucket's versions any more",
  aws_s3_bucket_server_side_encryption_configuration: "the bucket's encryption falls back to what AWS does by itself",
  aws_s3_bucket_object_lock_configuration: "new objects are locked no more",
  aws_s3_bucket_replication_configuration: "objects are copied no more",
  aws_s3_bucket_logging: "access to the bucket is logged no more",
  aws_ebs_encryption_by_default: "new disks are encrypted no more",
  aws_iam_account_password_policy: "the password policy falls back to what AWS does by itself",
  aws_cloudtrail: "the trail records no more",
  aws_flow_log: "traffic is logged no more",
  aws_accessanalyzer_analyzer: "access from outside is looked for no more",
  aws_guardduty_detector: "threats are looked for no more",
  aws_securityhub_account: "findings are gathered no more",
  aws_inspector2_enabler: "weaknesses are looked for no more",
  aws_macie2_account: "exposed data is looked for no more",
  aws_config_configuration_recorder: "changes are recorded no more",
  aws_config_config_rule: "the rule is checked no more",
  aws_budgets_budget: "nobody is told what is spent any more",
  aws_ce_anomaly_monitor: "unusual costs are looked for no more",
  aws_cloudwatch_metric_alarm: "the alarm goes",
  aws_cloudwatch_composite_alarm: "the alarm goes",
  aws_cloudwatch_event_rule: "what the rule heard of is told no more",
  aws_cloudwatch_event_target: "what the rule hears of goes there no more",
  aws_sns_topic_subscription: "who subscribed is told no more",
  aws_backup_plan: "backups are made no more",
  aws_backup_selection: "backups are made no more",
  aws_backup_vault_lock_configuration: "recovery points may be deleted",
  aws_backup_vault_policy: "nothing of its own guards the backup vault",
  aws_efs_backup_policy: "backups are made no more",
  aws_dlm_lifecycle_policy: "snapshots are made no more",
  aws_db_instance_automated_backups_replication: "backups are copied no more",
  aws_wafv2_web_acl_association: "requests are filtered no more",
  aws_shield_protection: "attacks are fended off no more",
};

/**
 * What a destroyed resource protected.
 *
 * @param isGone whether the bucket of this name is destroyed in the same plan: nothing is left then that would be
 *   protected
 */
export function removedProtection(
  { type, action, before }: PlannedResource,
  isGone: (bucket: string) => boolean,
): readonly string[] {
  const words = Object.hasOwn(PROTECTING, type) ? PROTECTING[type] : undefined;
  if (words === undefined || action !== "destroy") return [];
  return type.startsWith("aws_s3_bucket_") && isGone(before.at("bucket").text ?? "") ? [] : [words];
}
