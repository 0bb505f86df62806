import { protectionFindings } from "../../../tools/review/protection-findings";
import { created, destroyed, replaced, type Planned, resourcesOf, unchanged, updated } from "./support/plans";

const lowered = (...resources: Planned[]): string[] =>
  protectionFindings(resourcesOf(...resources)).map(({ message }) => message);

/** The finding that a replaced resource has, whatever changes. */
const INTERRUPTED = /until its successor exists|confirm again/;

const kms = (sse_algorithm: string) => ({ rule: [{ apply_server_side_encryption_by_default: [{ sse_algorithm }] }] });

const mfaDelete = (mfa_delete: string) => ({ versioning_configuration: [{ status: "Enabled", mfa_delete }] });
const ownership = (object_ownership: string) => ({ rule: [{ object_ownership }] });
const lock = (retention: object) => ({ rule: [{ default_retention: [{ mode: "GOVERNANCE", ...retention }] }] });
const scanned = (scan_on_push: boolean) => ({ image_scanning_configuration: [{ scan_on_push }] });
const alerts = (address: string) => ({ notification: [{ threshold: 80, subscriber_email_addresses: [address] }] });
const recorded = (all_supported: boolean) => ({ recording_group: [{ all_supported, resource_types: [] }] });
const EITHER_WAY =
  /retention_in_days|threshold|target_bucket|log_destination|s3_bucket_name|event_pattern|"arn"|endpoint|time_unit|cost_filter|subscriber_email_addresses/;
const WITH_READS = "ENABLED_WITH_ALL_CLOUDTRAIL_MANAGEMENT_EVENTS";

describe.each([
  ["aws_db_instance.a", { deletion_protection: true }, { deletion_protection: false }],
  ["aws_lb.a", { enable_deletion_protection: true }, { enable_deletion_protection: false }],
  ["aws_db_instance.a", { skip_final_snapshot: false }, { skip_final_snapshot: true }],
  ["aws_s3_bucket.a", { force_destroy: false }, { force_destroy: true }],
  ["aws_ecr_repository.a", { force_delete: null }, { force_delete: true }],
  ["aws_db_instance.a", { backup_retention_period: 7 }, { backup_retention_period: 1 }],
  ["aws_db_instance.a", { storage_encrypted: true }, { storage_encrypted: false }],
  [
    "aws_s3_bucket_versioning.a",
    { versioning_configuration: [{ status: "Enabled" }] },
    { versioning_configuration: [{ status: "Suspended" }] },
  ],
  ["aws_kms_key.a", { deletion_window_in_days: 30 }, { deletion_window_in_days: 7 }],
  ["aws_kms_key.a", { deletion_window_in_days: null }, { deletion_window_in_days: 7 }],
  ["aws_kms_key.a", { enable_key_rotation: true }, { enable_key_rotation: false }],
  ["aws_cloudtrail.a", { enable_logging: true }, { enable_logging: false }],
  ["aws_ecr_repository.a", { image_tag_mutability: "IMMUTABLE" }, { image_tag_mutability: "MUTABLE" }],
  ["aws_ebs_encryption_by_default.a", { enabled: true }, { enabled: false }],
  ["aws_cloudwatch_log_group.a", { retention_in_days: null }, { retention_in_days: 30 }],
  ["aws_cloudwatch_log_group.a", { retention_in_days: 90 }, { retention_in_days: 30 }],
  ["aws_iam_account_password_policy.a", { minimum_password_length: 14 }, { minimum_password_length: 8 }],
  ["aws_iam_account_password_policy.a", { max_password_age: 90 }, { max_password_age: 0 }],
  ["aws_iam_account_password_policy.a", { require_symbols: true }, { require_symbols: false }],
  ["aws_dynamodb_table.a", { point_in_time_recovery: [{ enabled: true }] }, { point_in_time_recovery: [] }],
  ["aws_s3_bucket_server_side_encryption_configuration.a", kms("aws:kms"), kms("AES256")],
  ["aws_s3_bucket_versioning.a", mfaDelete("Enabled"), mfaDelete("Disabled")],
  ["aws_s3_bucket_ownership_controls.a", ownership("BucketOwnerEnforced"), ownership("ObjectWriter")],
  ["aws_s3_bucket_object_lock_configuration.a", lock({ days: 30 }), lock({ days: 7 })],
  ["aws_s3_bucket_object_lock_configuration.a", lock({ mode: "COMPLIANCE" }), lock({ mode: "GOVERNANCE" })],
  ["aws_sns_topic.a", { kms_master_key_id: "arn:key" }, { kms_master_key_id: "" }],
  ["aws_cloudtrail.a", { kms_key_id: "arn:key" }, { kms_key_id: null }],
  ["aws_kms_key.a", { rotation_period_in_days: 90 }, { rotation_period_in_days: 365 }],
  ["aws_kms_key.a", { is_enabled: true }, { is_enabled: false }],
  ["aws_db_instance.a", { performance_insights_enabled: true }, { performance_insights_enabled: false }],
  ["aws_db_instance.a", { performance_insights_retention_period: 31 }, { performance_insights_retention_period: 7 }],
  ["aws_db_instance.a", { monitoring_interval: 60 }, { monitoring_interval: 0 }],
  ["aws_db_instance.a", { enabled_cloudwatch_logs_exports: ["postgresql"] }, { enabled_cloudwatch_logs_exports: [] }],
  ["aws_db_instance.a", { auto_minor_version_upgrade: true }, { auto_minor_version_upgrade: false }],
  ["aws_db_instance.a", { copy_tags_to_snapshot: true }, { copy_tags_to_snapshot: false }],
  ["aws_db_instance.a", { multi_az: true }, { multi_az: false }],
  ["aws_db_instance.a", { manage_master_user_password: true }, { manage_master_user_password: null }],
  ["aws_flow_log.a", { traffic_type: "ALL" }, { traffic_type: "REJECT" }],
  ["aws_flow_log.a", { log_destination: "arn:a" }, { log_destination: "arn:b" }],
  ["aws_ec2_instance_metadata_defaults.a", { http_tokens: "required" }, { http_tokens: "optional" }],
  ["aws_ebs_snapshot_block_public_access.a", { state: "block-all-sharing" }, { state: "unblocked" }],
  ["aws_ec2_image_block_public_access.a", { state: "block-new-sharing" }, { state: "unblocked" }],
  ["aws_ecr_repository.a", scanned(true), scanned(false)],
  ["aws_cloudtrail.a", { s3_bucket_name: "a" }, { s3_bucket_name: "b" }],
  ["aws_cloudtrail.a", { is_multi_region_trail: true }, { is_multi_region_trail: false }],
  ["aws_cloudtrail.a", { is_organization_trail: true }, { is_organization_trail: false }],
  ["aws_cloudtrail.a", { enable_log_file_validation: true }, { enable_log_file_validation: false }],
  ["aws_cloudtrail.a", { include_global_service_events: true }, { include_global_service_events: false }],
  ["aws_cloudwatch_event_rule.a", { state: WITH_READS }, { state: "DISABLED" }],
  ["aws_cloudwatch_event_rule.a", { state: WITH_READS }, { state: "ENABLED" }],
  ["aws_cloudwatch_event_rule.a", { event_pattern: '{"a":["b"]}' }, { event_pattern: '{"a":["c"]}' }],
  ["aws_cloudwatch_event_target.a", { arn: "arn:a" }, { arn: "arn:b" }],
  ["aws_sns_topic_subscription.a", { endpoint: "a@example.com" }, { endpoint: "b@example.com" }],
  ["aws_budgets_budget.a", { limit_amount: "50" }, { limit_amount: "500.0" }],
  ["aws_budgets_budget.a", alerts("a@example.com"), { notification: [] }],
  ["aws_budgets_budget.a", { time_unit: "MONTHLY" }, { time_unit: "ANNUALLY" }],
  ["aws_accessanalyzer_analyzer.a", { type: "ORGANIZATION" }, { type: "ACCOUNT" }],
  ["aws_budgets_budget.a", alerts("a@example.com"), alerts("b@example.com")],
  [
    "aws_organizations_organization.a",
    { enabled_policy_types: ["SERVICE_CONTROL_POLICY"] },
    { enabled_policy_types: [] },
  ],
  [
    "aws_organizations_organization.a",
    { aws_service_access_principals: ["a", "b"] },
    { aws_service_access_principals: ["a"] },
  ],
  ["aws_iam_organizations_features.a", { enabled_features: ["a", "b"] }, { enabled_features: ["a"] }],
  ["aws_organizations_account.a", { close_on_deletion: false }, { close_on_deletion: true }],
  ["aws_iam_account_password_policy.a", { password_reuse_prevention: 24 }, { password_reuse_prevention: 1 }],
  ["aws_cloudwatch_metric_alarm.a", { actions_enabled: true }, { actions_enabled: false }],
  ["aws_cloudwatch_metric_alarm.a", { threshold: 80 }, { threshold: 99 }],
  ["aws_cloudwatch_log_group.a", { retention_in_days: 90 }, { retention_in_days: 0 }],
  ["aws_guardduty_detector_feature.a", { status: "ENABLED" }, { status: "DISABLED" }],
  ["aws_config_configuration_recorder_status.a", { is_enabled: true }, { is_enabled: false }],
  ["aws_config_configuration_recorder.a", recorded(true), recorded(false)],
  ["aws_config_delivery_channel.a", { s3_bucket_name: "a" }, { s3_bucket_name: "b" }],
  ["aws_s3_bucket_logging.a", { target_bucket: "a" }, { target_bucket: "b" }],
  ["aws_securityhub_account.a", { auto_enable_controls: true }, { auto_enable_controls: false }],
  ["aws_ec2_instance_metadata_defaults.a", { http_put_response_hop_limit: 1 }, { http_put_response_hop_limit: 2 }],
  ["aws_cloudtrail.a", { insight_selector: [{ insight_type: "ApiCallRateInsight" }] }, { insight_selector: [] }],
  ["aws_backup_vault_lock_configuration.a", { min_retention_days: 30 }, { min_retention_days: 7 }],
  ["aws_budgets_budget.a", { cost_filter: [{ name: "Region", values: ["a"] }] }, { cost_filter: [] }],
  [
    "aws_db_parameter_group.a",
    { parameter: [{ name: "rds.force_ssl", value: "1" }] },
    { parameter: [{ name: "rds.force_ssl", value: "0" }] },
  ],
] as const)("%s from %j to %j", (address, safe, unsafe) => {
  test("is a finding for an update and a replacement", () => {
    expect(lowered(updated(address, safe, unsafe))).toHaveLength(1);
    expect(lowered(replaced(address, safe, unsafe)).filter((message) => !INTERRUPTED.test(message))).toHaveLength(1);
  });

  test("is no finding in reverse, unchanged, or at creation", () => {
    // The new value of some may be worse or better: either direction is a finding.
    if (!EITHER_WAY.test(JSON.stringify(safe))) expect(lowered(updated(address, unsafe, safe))).toEqual([]);
    expect(
      lowered(
        updated(address, unsafe, { ...unsafe, tags: { a: "b" } }),
        unchanged(address, safe),
        created(address, unsafe),
      ),
    ).toEqual([]);
  });
});

test("shows the value before and after", () => {
  expect(lowered(updated("aws_db_instance.a", { backup_retention_period: 7 }, { backup_retention_period: 1 }))).toEqual(
    ["backups are kept for fewer days (backup_retention_period: 7 → 1)"],
  );
});

test("an unknown value that the code sets may weaken protection", () => {
  const change = (written: Record<string, true>) =>
    updated(
      "aws_db_instance.a",
      { deletion_protection: true },
      {},
      { after_unknown: { deletion_protection: true }, written },
    );
  expect(lowered(change({ deletion_protection: true }))).toEqual([
    "deletion protection is turned off, depending on deletion_protection (known after apply)",
  ]);
  expect(lowered(change({ name: true }))).toEqual([]);
});

test("a destroyed resource that protects", () => {
  const types = [
    "aws_cloudtrail",
    "aws_flow_log",
    "aws_accessanalyzer_analyzer",
    "aws_budgets_budget",
    "aws_cloudwatch_metric_alarm",
  ];
  expect(lowered(...types.map((type) => destroyed(`${type}.a`, {})))).toHaveLength(types.length);
  expect(lowered(...types.map((type) => created(`${type}.a`, {})), destroyed("aws_iam_role.a", {}))).toEqual([]);
});

test.each(["cloudtrail", "flow_log", "sns_topic", "sns_topic_subscription"])(
  "a replaced aws_%s does nothing for a while",
  (type) => {
    const messages = lowered(replaced(`aws_${type}.a`, {}, {}), updated(`aws_${type}.b`, {}, {}));
    expect(messages).toEqual([expect.stringMatching(INTERRUPTED)]);
  },
);

test.each([
  { type: "aws_iam_role_policies_exclusive", attribute: "role_name", owner: "aws_iam_role", name: "name" },
  { type: "aws_iam_user_policy_attachments_exclusive", attribute: "user_name", owner: "aws_iam_user", name: "name" },
  { type: "aws_flow_log", attribute: "vpc_id", owner: "aws_vpc", name: "id" },
  { type: "aws_default_security_group", attribute: "vpc_id", owner: "aws_vpc", name: "id" },
  { type: "aws_sns_topic_subscription", attribute: "topic_arn", owner: "aws_sns_topic", name: "arn" },
  { type: "aws_cloudwatch_event_target", attribute: "rule", owner: "aws_cloudwatch_event_rule", name: "name" },
])("a destroyed $type, unless its $owner is destroyed too", ({ type, attribute, owner, name }) => {
  const guard = destroyed(`${type}.a`, { [attribute]: "x" });
  const own = lowered(destroyed(`${owner}.a`, { [name]: "x" }));
  expect(lowered(guard)).toHaveLength(1);
  expect(lowered(guard, unchanged(`${owner}.a`, { [name]: "x" }))).toHaveLength(1);
  expect(lowered(guard, destroyed(`${owner}.a`, { [name]: "x" }))).toEqual(own);
});

test("a bucket's settings, unless the bucket is destroyed too", () => {
  const settings = ["aws_s3_bucket_versioning", "aws_s3_bucket_server_side_encryption_configuration"].map((type) =>
    destroyed(`${type}.a`, { bucket: "b" }),
  );
  expect(lowered(...settings)).toHaveLength(2);
  expect(lowered(...settings, destroyed("aws_s3_bucket.a", { bucket: "b" }))).toEqual([]);
  expect(lowered(...settings, destroyed("aws_s3_bucket.a", { bucket: "c" }))).toHaveLength(2);
});

describe("expiry", () => {
  const address = "aws_s3_bucket_lifecycle_configuration.a";
  const rule = (wish: object) => ({ id: "r", status: "Enabled", filter: [{ prefix: "logs/" }], ...wish });
  const rules = (...all: object[]) => ({ bucket: "b", rule: all });

  test("sooner than before, or newly", () => {
    const after = rules(rule({ expiration: [{ days: 30 }], noncurrent_version_expiration: [{ noncurrent_days: 7 }] }));
    const words = [
      "objects expire after 30 days (rule r of bucket b)",
      "old versions of objects expire after 7 days (rule r of bucket b)",
    ];
    expect(lowered(created(address, after))).toEqual(words);
    expect(lowered(updated(address, rules(), after))).toEqual(words);
    expect(
      lowered(
        updated(address, rules(rule({ expiration: [{ days: 60 }] })), rules(rule({ expiration: [{ days: 30 }] }))),
      ),
    ).toEqual(["objects expire after 30 days, was after 60 days (rule r of bucket b)"]);
  });

  test("of old versions of which fewer are kept", () => {
    const kept = (newer_noncurrent_versions?: number | string, noncurrent_days = 30) =>
      rules(rule({ noncurrent_version_expiration: [{ noncurrent_days, newer_noncurrent_versions }] }));
    expect(lowered(updated(address, kept(100), kept(10)), updated(address, kept("100"), kept()))).toEqual([
      "old versions of objects expire after 30 days except the newest 10, was after 30 days except the newest 100 (rule r of bucket b)",
      "old versions of objects expire after 30 days, was after 30 days except the newest 100 (rule r of bucket b)",
    ]);
    expect(lowered(updated(address, kept(10), kept(10)))).toEqual([]);
    expect(lowered(updated(address, kept(10), kept(100, 7)))).toHaveLength(1);
  });

  test("later than before, or no longer", () => {
    const monthly = rule({ expiration: [{ days: 30 }] });
    const others = rule({
      id: "others",
      abort_incomplete_multipart_upload: [{ days_after_initiation: 1 }],
      transition: [{ days: 0, storage_class: "GLACIER" }],
    });
    const lost = "objects no longer expire, was after 30 days (rule r of bucket b)";
    expect(lowered(updated(address, rules(monthly), rules(rule({ id: "s", expiration: [{ days: 60 }] }))))).toEqual([
      "objects expire after 60 days, was after 30 days (rule s of bucket b)",
    ]);
    for (const after of [rules(), rules({ ...monthly, status: "Disabled" })])
      expect(lowered(updated(address, rules(monthly), after))).toEqual([lost]);
    expect(lowered(destroyed(address, rules(monthly, others)))).toEqual([
      lost,
      "incomplete uploads no longer expire, was after 1 day (rule others of bucket b)",
      "objects no longer move to GLACIER, was after 0 days (rule others of bucket b)",
    ]);
    expect(lowered(destroyed(address, rules(monthly)), destroyed("aws_s3_bucket.b", { bucket: "b" }))).toEqual([]);
  });

  test("is no finding if its rule is renamed, another covers it, or a new one is disabled", () => {
    const monthly = rules(rule({ expiration: [{ days: 30 }] }));
    const renamed = rules(rule({ id: "s", expiration: [{ days: 30 }] }));
    expect(lowered(updated(address, monthly, renamed), updated(address, monthly, { ...monthly, x: 1 }))).toEqual([]);
    const ofAll = rules(rule({ filter: [{ prefix: "" }], expiration: [{ days: 30 }] }));
    expect(lowered(updated(address, monthly, ofAll))).toEqual(["objects expire after 30 days (rule r of bucket b)"]);
    expect(lowered(created(address, rules(rule({ status: "Disabled", expiration: [{ days: 1 }] }))))).toEqual([]);
  });

  test("of other objects than before", () => {
    const [before, after] = [
      rules(rule({ expiration: [{ days: 30 }] })),
      rules(rule({ filter: [], expiration: [{ days: 30 }] })),
    ];
    expect(lowered(updated(address, before, after))).toHaveLength(1);
  });

  test("is no finding in a bucket that the same plan creates", () => {
    const wish = { written: { bucket: "aws_s3_bucket.b.id", rule: true }, after_unknown: { bucket: true } } as const;
    const configuration = created(address, rules(rule({ expiration: [{ days: 1 }] })), wish);
    expect(lowered(created("aws_s3_bucket.b", {}), configuration)).toEqual([]);
    expect(lowered(unchanged("aws_s3_bucket.b", {}), configuration)).toHaveLength(1);
  });

  test("of images, if the policy changes", () => {
    const policy = (days: number, space?: number) => ({
      policy: JSON.stringify({ rules: [{ days }] }, undefined, space),
    });
    expect(
      lowered(
        updated("aws_ecr_lifecycle_policy.a", policy(9), policy(3)),
        created("aws_ecr_lifecycle_policy.b", policy(9)),
      ),
    ).toHaveLength(2);
    expect(lowered(updated("aws_ecr_lifecycle_policy.a", policy(9), policy(9, 2)))).toEqual([]);
    const removed = destroyed("aws_ecr_lifecycle_policy.a", { repository: "r", ...policy(9) });
    expect(lowered(removed)).toEqual(["images no longer expire"]);
    expect(lowered(removed, destroyed("aws_ecr_repository.r", { name: "r" }))).toEqual([]);
  });
});
