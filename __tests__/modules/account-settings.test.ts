import { AwsProvider } from "@cdktf/provider-aws/lib/provider";
import { AccountSettings } from "../../modules/account-settings";
import { synthModule } from "../support/module";

const stack = synthModule((scope) => {
  new AccountSettings(scope, "settings", { alias: "galileo-dev", region: "eu-west-1", analyzerName: "account" });
});

test("requires 14-character passwords of four classes that expire after 90 days and differ from the last 24", () => {
  expect(stack.one("aws_iam_account_password_policy")).toEqual({
    minimum_password_length: 14,
    require_lowercase_characters: true,
    require_uppercase_characters: true,
    require_numbers: true,
    require_symbols: true,
    max_password_age: 90,
    password_reuse_prevention: 24,
    allow_users_to_change_password: true,
  });
});

test("leaves the account alias alone without one", () => {
  const without = synthModule((scope) => {
    new AccountSettings(scope, "settings", { region: "eu-west-1", analyzerName: "account" });
  });
  expect(without.all("aws_iam_account_alias")).toEqual([]);
});

test("sets the account alias", () => {
  expect(stack.one("aws_iam_account_alias")).toEqual({ account_alias: "galileo-dev" });
});

test("encrypts new EBS volumes by default", () => {
  expect(stack.one("aws_ebs_encryption_by_default")).toEqual({ enabled: true });
});

test("blocks public access to every bucket of the account", () => {
  expect(stack.one("aws_s3_account_public_access_block")).toEqual({
    block_public_acls: true,
    block_public_policy: true,
    ignore_public_acls: true,
    restrict_public_buckets: true,
  });
});

test("new instances have version 2 of the metadata service, and no snapshot or image may be public", () => {
  expect(stack.one("aws_ec2_instance_metadata_defaults")).toEqual({ http_tokens: "required" });
  expect(stack.one("aws_ebs_snapshot_block_public_access")).toEqual({ state: "block-all-sharing" });
  expect(stack.one("aws_ec2_image_block_public_access")).toEqual({ state: "block-new-sharing" });
});

test("no EMR cluster may be reachable from the internet where EMR runs", () => {
  expect(stack.all("aws_emr_block_public_access_configuration")).toEqual([]);
  const member = synthModule((scope) => {
    new AccountSettings(scope, "settings", { region: "eu-west-1", analyzerName: "account", runsEmr: true });
  });
  expect(member.one("aws_emr_block_public_access_configuration")).toEqual({ block_public_security_group_rules: true });
});

test("leaves the account's contacts alone without one, and sets those that it gets", () => {
  expect(stack.all("aws_account_alternate_contact")).toEqual([]);
  const security = { name: "Team", title: "On call", email: "security@example.com", phone: "+1 555 0100" };
  const withContact = synthModule((scope) => {
    new AccountSettings(scope, "settings", { region: "eu-west-1", analyzerName: "account", contacts: { security } });
  });
  expect(withContact.one("aws_account_alternate_contact")).toEqual({
    alternate_contact_type: "SECURITY",
    name: "Team",
    title: "On call",
    email_address: "security@example.com",
    phone_number: "+1 555 0100",
  });
});

test("creates the free access analyzer", () => {
  expect(stack.one("aws_accessanalyzer_analyzer")).toEqual({ analyzer_name: "account", type: "ACCOUNT" });
});

test("has GuardDuty only on request, in each region, without the protection plans that a new detector has", () => {
  expect(stack.all("aws_guardduty_detector")).toEqual([]);
  const guarded = synthModule((scope) => {
    const provider = new AwsProvider(scope, "other", { alias: "other", region: "us-east-1" });
    const otherRegions = { "us-east-1": provider };
    new AccountSettings(scope, "settings", {
      region: "eu-west-1",
      analyzerName: "account",
      guardDuty: true,
      otherRegions,
    });
  });
  expect(guarded.all("aws_guardduty_detector").map(({ values }) => values)).toEqual([
    { enable: true },
    { enable: true, provider: "aws.other" },
  ]);
  const plans = guarded.all("aws_guardduty_detector_feature").map(({ values }) => values);
  const names = [
    "EBS_MALWARE_PROTECTION",
    "EKS_AUDIT_LOGS",
    "LAMBDA_NETWORK_LOGS",
    "RDS_LOGIN_EVENTS",
    "S3_DATA_EVENTS",
  ];
  expect(plans.map(({ name }) => name).sort()).toEqual(names.flatMap((name) => [name, name]));
  for (const plan of plans) expect(plan).toMatchObject({ status: "DISABLED" });
  const ofDetectors = plans.map(({ detector_id: detector, provider }) => JSON.stringify([detector, provider]));
  expect(new Set(ofDetectors).size).toBe(2);
});

test("has Security Hub only on request, without the standards that AWS turns on by default", () => {
  expect(stack.all("aws_securityhub_account")).toEqual([]);
  const checked = synthModule((scope) => {
    new AccountSettings(scope, "settings", { region: "eu-west-1", analyzerName: "account", securityHub: true });
  });
  expect(checked.one("aws_securityhub_account")).toEqual({ enable_default_standards: false });
  expect(checked.one("aws_securityhub_standards_subscription")).toEqual({
    standards_arn: "arn:aws:securityhub:eu-west-1::standards/aws-foundational-security-best-practices/v/1.0.0",
    depends_on: [expect.stringMatching(/^aws_securityhub_account\./)],
  });
});

test("repeats what AWS keeps for each region in other regions, and nothing else", () => {
  const regions = synthModule((scope) => {
    const provider = new AwsProvider(scope, "other", { alias: "other", region: "us-east-1" });
    new AccountSettings(scope, "settings", {
      region: "eu-west-1",
      analyzerName: "account",
      otherRegions: { "us-east-1": provider },
    });
  });
  const inOther = regions.resources.filter(({ values }) => values["provider"] === "aws.other");
  expect(inOther.map(({ path }) => path).sort()).toEqual([
    "settings/us-east-1/analyzer",
    "settings/us-east-1/disk-encryption",
    "settings/us-east-1/instance-metadata",
    "settings/us-east-1/public-images",
    "settings/us-east-1/public-snapshots",
  ]);
  expect(regions.all("aws_ebs_encryption_by_default")).toHaveLength(2);
  expect(regions.all("aws_accessanalyzer_analyzer")).toHaveLength(2);
});
