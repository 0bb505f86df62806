import { each, limited, longest, most, off, on, same, shortest, being, type AttributeRule } from "../attribute-rule";

const PASSWORDS = ["aws_iam_account_password_policy"];
const TRAILS = ["aws_cloudtrail", "aws_cloudtrail_event_data_store"];
const RULES = ["aws_cloudwatch_event_rule"];
const TARGETS = ["aws_cloudwatch_event_target"];
const ANALYZERS = ["aws_accessanalyzer_analyzer"];
const LOCKS = ["aws_s3_bucket_object_lock_configuration"];
const HUBS = ["aws_securityhub_account"];
const RECORDERS = ["aws_config_configuration_recorder"];
const METRIC_ALARMS = ["aws_cloudwatch_metric_alarm"];
const ALARM_ATTRIBUTES =
  "comparison_operator threshold metric_name namespace dimensions statistic period evaluation_periods treat_missing_data".split(" "); // prettier-ignore
const SHARING = ["aws_ebs_snapshot_block_public_access", "aws_ec2_image_block_public_access"];
const ORGANIZATION = ["aws_organizations_organization"];
/** The state in which a rule also receives read-only events, such as a sign-in. */
const WITH_READS = "ENABLED_WITH_ALL_CLOUDTRAIL_MANAGEMENT_EVENTS";

/** Attributes that protect data, or records of what happened. */
export const PROTECTIONS: readonly AttributeRule[] = [
  on("deletion_protection", "deletion protection is turned off"),
  on("deletion_protection_enabled", "deletion protection is turned off"),
  on("enable_deletion_protection", "deletion protection is turned off"),
  on("termination_protection_enabled", "termination protection is turned off"),
  on("disable_api_termination", "termination protection is turned off"),
  being("deletion_protection", "ACTIVE", "deletion protection is turned off", ["aws_cognito_user_pool"]),
  off("skip_final_snapshot", "no final snapshot is created"),
  off("delete_automated_backups", "its automated backups would be deleted with it"),
  off("force_destroy", "it may be destroyed with all its content"),
  off("force_delete", "it may be destroyed with all its content"),
  most("backup_retention_period", "backups are kept for fewer days"),
  most("automated_snapshot_retention_period", "snapshots are kept for fewer days"),
  most("snapshot_retention_limit", "snapshots are kept for fewer days"),
  most("preferred_backup_retention_period", "backups are kept for fewer days"),
  on("point_in_time_recovery.0.enabled", "recovery to a point in time is turned off"),
  being("backup_policy.0.status", "ENABLED", "backups are turned off", ["aws_efs_backup_policy"]),
  being("versioning_configuration.0.status", "Enabled", "versions are no longer kept"),
  on("versioning.0.enabled", "versions are no longer kept", ["aws_s3_bucket"]),
  being("versioning_configuration.0.mfa_delete", "Enabled", "versions may be deleted without MFA"),
  being("rule.0.object_ownership", "BucketOwnerEnforced", "ACLs of objects grant access again", [
    "aws_s3_bucket_ownership_controls",
  ]),
  being("object_lock_enabled", "Enabled", "the object lock is turned off", LOCKS),
  most("rule.0.default_retention.0.days", "objects are locked for fewer days", LOCKS),
  most("rule.0.default_retention.0.years", "objects are locked for fewer years", LOCKS),
  being("rule.0.default_retention.0.mode", "COMPLIANCE", "the lock of objects may be ended early", LOCKS),
  on("storage_encrypted", "its storage is no longer encrypted"),
  on("encrypted", "it is no longer encrypted"),
  on("at_rest_encryption_enabled", "it is no longer encrypted at rest"),
  on("transit_encryption_enabled", "it is no longer encrypted in transit"),
  on("encrypt_at_rest.0.enabled", "it is no longer encrypted at rest"),
  on("server_side_encryption.0.enabled", "its own key no longer encrypts it", ["aws_dynamodb_table"]),
  being(
    "rule.0.apply_server_side_encryption_by_default.0.sse_algorithm",
    "aws:kms",
    "a KMS key no longer encrypts new objects",
    ["aws_s3_bucket_server_side_encryption_configuration"],
  ),
  same("rule.0.apply_server_side_encryption_by_default.0.kms_master_key_id", "another key encrypts new objects", [
    "aws_s3_bucket_server_side_encryption_configuration",
  ]),
  same("kms_master_key_id", "its own key no longer encrypts messages", ["aws_sns_topic", "aws_sqs_queue"]),
  same("kms_key_id", "its own key no longer encrypts it", [...TRAILS, "aws_cloudwatch_log_group"]),
  on("enabled", "new disks are no longer encrypted", ["aws_ebs_encryption_by_default"]),
  on("enable_key_rotation", "the key is no longer rotated"),
  shortest("rotation_period_in_days", "the key is rotated less often", ["aws_kms_key"]),
  off("bypass_policy_lockout_safety_check", "KMS no longer refuses a policy that nobody can change", ["aws_kms_key"]),
  longest("deletion_window_in_days", "its deletion can be cancelled for fewer days"),
  // 0 deletes a secret at once.
  most("recovery_window_in_days", "its deletion can be cancelled for fewer days"),
  longest("retention_in_days", "logs are kept for fewer days"),
  limited("retention_in_days", "logs are kept forever", ["aws_cloudwatch_log_group"]),
  longest("retention_period", "events are kept for fewer days", ["aws_cloudtrail_event_data_store"]),
  most("performance_insights_retention_period", "insights are kept for fewer days"),
  on("performance_insights_enabled", "load is no longer recorded by statement"),
  most("monitoring_interval", "metrics of its operating system are collected less often"),
  each("enabled_cloudwatch_logs_exports", "logs are no longer exported"),
  on("auto_minor_version_upgrade", "security fixes are no longer installed"),
  on("copy_tags_to_snapshot", "snapshots no longer get its tags"),
  on("multi_az", "no standby takes over if its zone fails"),
  on("manage_master_user_password", "Secrets Manager no longer keeps and rotates the password"),
  being("traffic_type", "ALL", "a part of the traffic is no longer logged", ["aws_flow_log"]),
  same("log_destination", "logs go to another place", ["aws_flow_log"]),
  same("log_format", "other fields are logged", ["aws_flow_log"]),
  being("http_tokens", "required", "any program in a machine that fetches a URL can read its credentials", [
    "aws_ec2_instance_metadata_defaults",
  ]),
  being("state", "block-all-sharing", "snapshots may become public", ["aws_ebs_snapshot_block_public_access"]),
  {
    ...being("state", "block-new-sharing", "snapshots or images may become public", SHARING),
    isLower: (_, after) => after.raw === "unblocked",
  },
  shortest("http_put_response_hop_limit", "containers in a machine can read its credentials", [
    "aws_ec2_instance_metadata_defaults",
  ]),
  on("block_public_security_group_rules", "EMR accepts groups that are open to the internet", [
    "aws_emr_block_public_access_configuration",
  ]),
  being("metadata_options.0.http_tokens", "required", "any program in it that fetches a URL can read its credentials"),
  being("image_tag_mutability", "IMMUTABLE", "tags of images may be moved"),
  on("image_scanning_configuration.0.scan_on_push", "new images are no longer scanned"),
  on("enable_logging", "the trail is stopped", TRAILS),
  on("enable_log_file_validation", "changes of log files are no longer detected", TRAILS),
  on("is_multi_region_trail", "the trail records only one region", TRAILS),
  on("is_organization_trail", "the trail records only one account", TRAILS),
  on("include_global_service_events", "the trail no longer records IAM and STS", TRAILS),
  same("s3_bucket_name", "the trail writes to another bucket", TRAILS),
  same("cloud_watch_logs_group_arn", "the trail no longer writes to this log group", TRAILS),
  each("event_selector", "the trail may record fewer events", TRAILS),
  each("insight_selector", "unusual activity is no longer detected", TRAILS),
  each("advanced_event_selector", "the trail may record fewer events", TRAILS),
  ...ALARM_ATTRIBUTES.map((attribute) => same(attribute, "the alarm goes off at other values", METRIC_ALARMS)),
  same("alarm_rule", "the alarm goes off in other cases", ["aws_cloudwatch_composite_alarm"]),
  same("pattern", "alarms may receive fewer values", ["aws_cloudwatch_log_metric_filter"]),
  each("rule", "recovery points may be fewer, or kept for fewer days", ["aws_backup_plan"]),
  most("min_retention_days", "recovery points are locked for fewer days", ["aws_backup_vault_lock_configuration"]),
  being("state", "ENABLED", "snapshots are no longer created", ["aws_dlm_lifecycle_policy"]),
  being("type", "ORGANIZATION", "access from outside is detected in this account only", ANALYZERS),
  on("actions_enabled", "the alarm notifies nobody", ["aws_cloudwatch_metric_alarm", "aws_cloudwatch_composite_alarm"]),
  each("alarm_actions", "the alarm no longer notifies", [
    "aws_cloudwatch_metric_alarm",
    "aws_cloudwatch_composite_alarm",
  ]),
  {
    ...being("state", "ENABLED", "the rule is turned off", RULES),
    isLower: (_, after) => after.raw !== "ENABLED" && after.raw !== WITH_READS,
  },
  being("state", WITH_READS, "the rule no longer receives every event", RULES),
  same("event_pattern", "the rule matches other events", RULES),
  same("arn", "the rule's events no longer reach this target", TARGETS),
  same("rule", "the target receives the events of another rule", TARGETS),
  same("endpoint", "the subscriber is no longer notified", ["aws_sns_topic_subscription"]),
  same("filter_policy", "the subscriber may receive fewer messages", ["aws_sns_topic_subscription"]),
  ...budgetRules(),
  each("enabled_features", "root users of members are managed from the master account in part only", [
    "aws_iam_organizations_features",
  ]),
  each("aws_service_access_principals", "a service no longer works across the organization", ORGANIZATION),
  each("enabled_policy_types", "policies of a type no longer limit any account", ORGANIZATION),
  being("feature_set", "ALL", "no policy limits any account", ORGANIZATION),
  off("close_on_deletion", "the account is closed if it is destroyed here", ["aws_organizations_account"]),
  on("is_enabled", "it is turned off", ["aws_cloudwatch_event_rule", "aws_kms_key"]),
  on("enable", "the detector is stopped", ["aws_guardduty_detector"]),
  being("status", "ENABLED", "the detector's feature is turned off", ["aws_guardduty_detector_feature"]),
  on("enable_default_standards", "the default standards are no longer checked", HUBS),
  on("auto_enable_controls", "new controls are no longer checked", HUBS),
  being("control_status", "ENABLED", "the control is no longer checked", ["aws_securityhub_standards_control"]),
  each("resource_types", "some resources are no longer scanned", ["aws_inspector2_enabler"]),
  on("is_enabled", "changes are no longer recorded", ["aws_config_configuration_recorder_status"]),
  on("recording_group.0.all_supported", "changes of some types are no longer recorded", RECORDERS),
  on("recording_group.0.include_global_resource_types", "changes of IAM are no longer recorded", RECORDERS),
  each("recording_group.0.resource_types", "changes of some types are no longer recorded", RECORDERS),
  being("recording_mode.0.recording_frequency", "CONTINUOUS", "changes are recorded once a day", RECORDERS),
  same("s3_bucket_name", "recorded changes go to another bucket", ["aws_config_delivery_channel"]),
  same("target_bucket", "access is logged in another bucket", ["aws_s3_bucket_logging"]),
  each("rule", "objects may no longer be copied", ["aws_s3_bucket_replication_configuration"]),
  most("minimum_password_length", "shorter passwords are accepted", PASSWORDS),
  most("password_reuse_prevention", "old passwords are accepted again sooner", PASSWORDS),
  shortest("max_password_age", "passwords expire later", PASSWORDS),
  on("require_lowercase_characters", "simpler passwords are accepted", PASSWORDS),
  on("require_uppercase_characters", "simpler passwords are accepted", PASSWORDS),
  on("require_numbers", "simpler passwords are accepted", PASSWORDS),
  on("require_symbols", "simpler passwords are accepted", PASSWORDS),
];

function budgetRules(): readonly AttributeRule[] {
  const types = ["aws_budgets_budget"];
  return [
    { ...shortest("limit_amount", "alerts come at higher costs", types), gives: () => true },
    same("time_unit", "alerts count the costs of another period", types),
    each("cost_filter", "alerts count other costs", types),
    each("notification", "alerts are removed, or come at other costs", types),
  ];
}
