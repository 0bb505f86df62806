import { ACCOUNT, awsError, find, idsOf, type Answers } from "../fake-account";

const named = { name: "default" };
const STANDARD = "arn:aws:securityhub:eu-west-1::standards/best-practices/v/1.0.0";
const SUBSCRIPTION = { StandardsArn: STANDARD, StandardsSubscriptionArn: "arn:subscription" };

const ROWS: readonly { type: string; values: object; answers: Answers; none: Answers; id: string }[] = [
  {
    type: "aws_s3_account_public_access_block",
    values: {},
    answers: { GetPublicAccessBlock: {} },
    none: {},
    id: ACCOUNT,
  },
  {
    type: "aws_ebs_encryption_by_default",
    values: {},
    answers: { GetEbsEncryptionByDefault: { EbsEncryptionByDefault: true } },
    none: { GetEbsEncryptionByDefault: { EbsEncryptionByDefault: false } },
    id: "default",
  },
  {
    type: "aws_ebs_snapshot_block_public_access",
    values: {},
    answers: { GetSnapshotBlockPublicAccessState: { State: "block-new-sharing" } },
    none: { GetSnapshotBlockPublicAccessState: { State: "unblocked" } },
    id: "default",
  },
  {
    type: "aws_emr_block_public_access_configuration",
    values: {},
    answers: {
      GetBlockPublicAccessConfiguration: { BlockPublicAccessConfiguration: { BlockPublicSecurityGroupRules: true } },
    },
    none: {},
    id: "current",
  },
  {
    type: "aws_account_alternate_contact",
    values: { alternate_contact_type: "SECURITY" },
    answers: { "/getAlternateContact": {} },
    none: {},
    id: "SECURITY",
  },
  {
    type: "aws_account_alternate_contact",
    values: { alternate_contact_type: "SECURITY", account_id: "222222222222" },
    answers: { "/getAlternateContact": {} },
    none: {},
    id: "222222222222/SECURITY",
  },
  {
    type: "aws_config_configuration_recorder",
    values: named,
    answers: { DescribeConfigurationRecorders: { ConfigurationRecorders: [named] } },
    none: { DescribeConfigurationRecorders: {} },
    id: "default",
  },
  {
    type: "aws_config_configuration_recorder_status",
    values: named,
    answers: { DescribeConfigurationRecorderStatus: { ConfigurationRecordersStatus: [named] } },
    none: { DescribeConfigurationRecorderStatus: {} },
    id: "default",
  },
  {
    type: "aws_config_delivery_channel",
    values: named,
    answers: { DescribeDeliveryChannels: { DeliveryChannels: [named] } },
    none: { DescribeDeliveryChannels: {} },
    id: "default",
  },
  {
    type: "aws_guardduty_detector",
    values: {},
    answers: { "/detector": { detectorIds: ["d-1"] } },
    none: { "/detector": { detectorIds: [] } },
    id: "d-1",
  },
  { type: "aws_securityhub_account", values: {}, answers: { "/accounts": {} }, none: off("/accounts"), id: ACCOUNT },
  {
    type: "aws_securityhub_standards_subscription",
    values: { standards_arn: STANDARD },
    answers: { "/standards/get": { StandardsSubscriptions: [SUBSCRIPTION] } },
    none: off("/standards/get"),
    id: "arn:subscription",
  },
];

function off(path: string): Answers {
  return {
    [path]: () => {
      throw awsError("InvalidAccessException", 401);
    },
  };
}

test.each(ROWS)("finds $type $id, and nothing if nobody has set it", async ({ type, values, answers, none, id }) => {
  expect(await idsOf({ type, values, answers })).toEqual([id]);
  expect(await idsOf({ type, values, answers: none })).toEqual([]);
});

test("an analyzer of another name is listed, and never chosen: Terraform would replace it", async () => {
  const analyzers = [
    { name: "console", type: "ACCOUNT" },
    { name: "organization", type: "ORGANIZATION" },
  ];
  const asked = { type: "aws_accessanalyzer_analyzer", answers: { ListAnalyzers: { analyzers } } };
  const values = { analyzer_name: "account", type: "ACCOUNT" };
  expect(await find({ ...asked, values })).toMatchObject({ candidates: [], others: [{ id: "console" }] });
  expect(await idsOf({ ...asked, values: { ...values, analyzer_name: "console" } })).toEqual(["console"]);
});
