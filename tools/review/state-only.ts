/**
 * Settings that only Terraform's state holds, by type: AWS has no such attribute, so an import cannot read them, and the
 * provider sends nothing when they change ("importIgnore" of its own tests). They decide how a resource is created or
 * destroyed, or how Terraform waits.
 */
const STATE_ONLY: Readonly<Record<string, readonly string[]>> = {
  aws_cloudwatch_event_rule: ["force_destroy"],
  aws_cloudwatch_event_target: ["force_destroy"],
  aws_cloudwatch_log_group: ["skip_destroy"],
  // Each is an argument of a call that other attributes cause.
  aws_db_instance: [
    "allow_major_version_upgrade",
    "apply_immediately",
    "delete_automated_backups",
    "final_snapshot_identifier",
    "skip_final_snapshot",
  ],
  aws_db_parameter_group: ["skip_destroy"],
  aws_rds_cluster: [
    "allow_major_version_upgrade",
    "apply_immediately",
    "delete_automated_backups",
    "final_snapshot_identifier",
    "skip_final_snapshot",
  ],
  aws_rds_cluster_instance: ["apply_immediately", "force_destroy"],
  aws_default_security_group: ["revoke_rules_on_delete"],
  aws_ecr_repository: ["force_delete"],
  aws_iam_role: ["force_detach_policies"],
  aws_iam_user: ["force_destroy"],
  aws_kms_key: ["bypass_policy_lockout_safety_check", "deletion_window_in_days"],
  aws_organizations_account: ["close_on_deletion", "create_govcloud"],
  aws_organizations_policy: ["skip_destroy"],
  aws_organizations_policy_attachment: ["skip_destroy"],
  aws_s3_bucket: ["force_destroy"],
  aws_security_group: ["revoke_rules_on_delete"],
  aws_sns_topic_subscription: ["confirmation_timeout_in_minutes", "endpoint_auto_confirms"],
};

/** Whether a change of the attribute alone changes nothing in AWS. */
export const isStateOnly = (type: string, attribute: string): boolean =>
  Object.hasOwn(STATE_ONLY, type) && (STATE_ONLY[type] ?? []).includes(attribute);
