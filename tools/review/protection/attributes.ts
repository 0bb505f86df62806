import type { PlannedResource } from "../planned-resource";
import { UNKNOWN, type Value } from "../value";

/** An attribute that protects, and how to tell that it protects less. */
interface Protection {
  /** @default every type that has the attribute */
  readonly types?: readonly string[];
  /** `versioning_configuration.0.status`. */
  readonly path: string;
  /** Whether it protects at all. Without protection there is nothing to weaken. */
  readonly protects: (before: Value) => boolean;
  /** Called with known values only. */
  readonly isLower: (before: Value, after: Value) => boolean;
  readonly message: string;
}

/** It protects while it is true. */
const on = (path: string, message: string, types?: readonly string[]): Protection => ({
  ...{ path, message, types },
  protects: (before) => before.isTrue,
  isLower: (_, after) => !after.isTrue,
});

/** It protects while it is not true. */
const off = (path: string, message: string, types?: readonly string[]): Protection => ({
  ...{ path, message, types },
  protects: (before) => !before.isTrue,
  isLower: (_, after) => after.isTrue,
});

/** A higher number protects more; unset is 0. */
const most = (path: string, message: string, types?: readonly string[]): Protection => ({
  ...{ path, message, types },
  protects: (before) => (before.number ?? 0) > 0,
  isLower: (before, after) => (after.number ?? 0) < (before.number ?? 0),
});

/** A longer time protects more; 0 or unset is forever. */
const longest = (path: string, message: string, types?: readonly string[]): Protection => ({
  ...{ path, message, types },
  protects: () => true,
  isLower: (before, after) => orForever(after) < orForever(before),
});

const orForever = ({ number = 0 }: Value): number => (number > 0 ? number : Infinity);

/** A shorter time protects more; 0 or unset is forever. */
const shortest = (path: string, message: string, types?: readonly string[]): Protection => ({
  ...{ path, message, types },
  protects: (before) => (before.number ?? 0) > 0,
  isLower: (before, after) => orForever(after) > orForever(before),
});

/** It protects while it has this value. */
const being = (path: string, value: string, message: string, types?: readonly string[]): Protection => ({
  ...{ path, message, types },
  protects: (before) => before.raw === value,
  isLower: (_, after) => after.raw !== value,
});

const PASSWORDS = ["aws_iam_account_password_policy"];
const TRAILS = ["aws_cloudtrail", "aws_cloudtrail_event_data_store"];

const PROTECTIONS: readonly Protection[] = [
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
  being("object_lock_enabled", "Enabled", "the object lock is turned off", ["aws_s3_bucket_object_lock_configuration"]),
  most("rule.0.default_retention.0.days", "objects are locked for fewer days", [
    "aws_s3_bucket_object_lock_configuration",
  ]),
  most("rule.0.default_retention.0.years", "objects are locked for fewer years", [
    "aws_s3_bucket_object_lock_configuration",
  ]),
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
  on("enabled", "new disks are no longer encrypted", ["aws_ebs_encryption_by_default"]),
  on("enable_key_rotation", "the key is no longer rotated"),
  longest("deletion_window_in_days", "its deletion can be cancelled for fewer days"),
  // 0 deletes a secret at once.
  most("recovery_window_in_days", "its deletion can be cancelled for fewer days"),
  longest("retention_in_days", "logs are kept for fewer days"),
  longest("retention_period", "events are kept for fewer days", ["aws_cloudtrail_event_data_store"]),
  being("metadata_options.0.http_tokens", "required", "any program in it that fetches a URL can read its credentials"),
  being("image_tag_mutability", "IMMUTABLE", "tags of images may be moved"),
  on("enable_logging", "the trail is stopped", TRAILS),
  on("enable_log_file_validation", "changes of log files are no longer detected", TRAILS),
  on("is_multi_region_trail", "the trail records only one region", TRAILS),
  on("is_organization_trail", "the trail records only one account", TRAILS),
  on("include_global_service_events", "the trail no longer records IAM and STS", TRAILS),
  on("actions_enabled", "the alarm notifies nobody", ["aws_cloudwatch_metric_alarm", "aws_cloudwatch_composite_alarm"]),
  being("state", "ENABLED", "the rule is turned off", ["aws_cloudwatch_event_rule"]),
  on("is_enabled", "it is turned off", ["aws_cloudwatch_event_rule", "aws_kms_key"]),
  on("enable", "the detector is stopped", ["aws_guardduty_detector"]),
  most("minimum_password_length", "shorter passwords are accepted", PASSWORDS),
  most("password_reuse_prevention", "old passwords are accepted again sooner", PASSWORDS),
  shortest("max_password_age", "passwords expire later", PASSWORDS),
  on("require_lowercase_characters", "simpler passwords are accepted", PASSWORDS),
  on("require_uppercase_characters", "simpler passwords are accepted", PASSWORDS),
  on("require_numbers", "simpler passwords are accepted", PASSWORDS),
  on("require_symbols", "simpler passwords are accepted", PASSWORDS),
];

/** Messages for the attributes of a resource that protect less than before. */
export function weakenedAttributes({ type, before, after, isConfigured }: PlannedResource): readonly string[] {
  return PROTECTIONS.filter(({ types }) => types?.includes(type) ?? true).flatMap(
    ({ path, protects, isLower, message }) => {
      const [was, will] = [valueAt(before, path), valueAt(after, path)];
      // A type without the attribute has no value before or after.
      if ((was.raw === undefined && will.raw === undefined) || !protects(was)) return [];
      const attribute = path.split(".")[0] ?? path;
      const change = `${path}: ${was.display} → ${will.display}`;
      if (will.hasUnknown) return isConfigured(attribute) ? [`${message}, if ${attribute} says so ${UNKNOWN}`] : [];
      return isLower(was, will) ? [`${message} (${change})`] : [];
    },
  );
}

function valueAt(value: Value, path: string): Value {
  return path.split(".").reduce((place, key) => place.at(key), value);
}
