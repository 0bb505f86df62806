import type { JsonObject } from "../../../../tools/support/json";
import type { Found, Look } from "../../../../tools/plans/existing/look";
import { REGIONAL_LOOKS } from "../../../../tools/plans/existing/regional-settings";

/** What the looked at region has, by the name of the operation that reads it. */
type Answers = Readonly<Record<string, JsonObject>>;

function lookAt(type: string, planned: JsonObject, answers: Answers): Promise<Found> | undefined {
  const answerOf = (operation: string): Promise<JsonObject> => {
    const answer = answers[operation];
    return answer ? Promise.resolve(answer) : Promise.reject(new Error(`${operation} is not expected`));
  };
  const ec2 = { send: (command: object) => answerOf(command.constructor.name.replace(/Command$/, "")) };
  const look: Look = {
    accountId: "222222222222",
    region: "eu-west-2",
    before: {},
    planned,
    changes: [],
    iam: { send: () => Promise.reject(new Error("IAM is not asked")) },
    createdBuckets: new Set<string>(),
    s3: () => Promise.reject(new Error("S3 is not asked")),
    s3control: () => Promise.reject(new Error("S3 is not asked")),
    ec2,
    call: (service, { target, path, query }) => answerOf(`${service} ${target ?? `${path ?? ""}?${new URLSearchParams(query).toString()}`}`), // prettier-ignore
  };
  return REGIONAL_LOOKS[type]?.(look);
}

const EMR = "emr ElasticMapReduce.GetBlockPublicAccessConfiguration";
const emr = (isBlocking: boolean, ...ports: readonly (readonly [number, number])[]): Answers => ({
  [EMR]: {
    BlockPublicAccessConfiguration: {
      BlockPublicSecurityGroupRules: isBlocking,
      PermittedPublicSecurityGroupRuleRanges: ports.map(([MinRange, MaxRange]) => ({ MinRange, MaxRange })),
    },
  },
});
const metadata = (AccountLevel: JsonObject): Answers => ({ GetInstanceMetadataDefaults: { AccountLevel } });
const KEY = "arn:aws:kms:eu-west-2:222222222222:key/1";

/** What the project plans, with the values that Terraform adds. */
const PLANNED: Readonly<Record<string, JsonObject>> = {
  aws_accessanalyzer_analyzer: { analyzer_name: "galileo", type: "ACCOUNT" },
  aws_config_configuration_recorder: { name: "default" },
  aws_ebs_default_kms_key: { key_arn: `${KEY}2` },
  aws_ebs_encryption_by_default: { enabled: true },
  aws_ebs_snapshot_block_public_access: { state: "block-all-sharing" },
  aws_ec2_image_block_public_access: { state: "block-new-sharing" },
  aws_ec2_instance_metadata_defaults: {
    http_tokens: "required",
    http_endpoint: "no-preference",
    http_put_response_hop_limit: -1,
    instance_metadata_tags: "no-preference",
  },
  aws_emr_block_public_access_configuration: {
    block_public_security_group_rules: true,
    permitted_public_security_group_rule_range: [],
  },
};

interface Row {
  readonly type: string;
  readonly answers: Answers;
  /** @default what the project plans */
  readonly planned?: JsonObject;
}

test.each<Row & { readonly message: string }>([
  {
    type: "aws_ebs_encryption_by_default",
    planned: { enabled: false },
    answers: { GetEbsEncryptionByDefault: { EbsEncryptionByDefault: true } },
    message: "turns off the encryption of new disks in eu-west-2",
  },
  {
    type: "aws_ebs_default_kms_key",
    answers: { GetEbsDefaultKmsKeyId: { KmsKeyId: KEY } },
    message: `replaces the key of new disks in eu-west-2, which is ${KEY}`,
  },
  {
    type: "aws_ebs_snapshot_block_public_access",
    planned: { state: "block-new-sharing" },
    answers: { GetSnapshotBlockPublicAccessState: { State: "block-all-sharing" } },
    message: "replaces what eu-west-2 blocks of public snapshots (state: block-all-sharing → block-new-sharing)",
  },
  {
    type: "aws_ec2_image_block_public_access",
    planned: { state: "unblocked" },
    answers: { GetImageBlockPublicAccessState: { ImageBlockPublicAccessState: "block-new-sharing" } },
    message: "replaces what eu-west-2 blocks of public machine images (state: block-new-sharing → unblocked)",
  },
  {
    type: "aws_ec2_instance_metadata_defaults",
    answers: metadata({ HttpTokens: "optional", HttpPutResponseHopLimit: 2, HttpEndpoint: "disabled" }),
    message:
      "replaces the instance metadata defaults of eu-west-2 (http_tokens: optional → required, http_endpoint: disabled → no-preference, http_put_response_hop_limit: 2 → no-preference)",
  },
  {
    type: "aws_emr_block_public_access_configuration",
    answers: emr(false, [22, 22], [8000, 8100]),
    message:
      "replaces what EMR blocks in eu-west-2 (block_public_security_group_rules: false → true, permitted ports: 22, 8000-8100 → none)",
  },
])("$type: what the region has is listed if somebody has set it", async ({ type, planned, answers, message }) => {
  expect(await lookAt(type, planned ?? PLANNED[type] ?? {}, answers)).toEqual({ message, refused: false });
});

test.each<Row & { readonly region: string }>([
  {
    ...{ region: "encrypts already", type: "aws_ebs_encryption_by_default" },
    answers: { GetEbsEncryptionByDefault: { EbsEncryptionByDefault: true } },
  },
  {
    ...{ region: "has AWS's own key", type: "aws_ebs_default_kms_key" },
    answers: { GetEbsDefaultKmsKeyId: { KmsKeyId: "alias/aws/ebs" } },
  },
  {
    ...{ region: "has the planned key", type: "aws_ebs_default_kms_key" },
    answers: { GetEbsDefaultKmsKeyId: { KmsKeyId: `${KEY}2` } },
  },
  {
    ...{ region: "was never touched", type: "aws_ebs_snapshot_block_public_access" },
    answers: { GetSnapshotBlockPublicAccessState: { State: "unblocked" } },
  },
  {
    ...{ region: "blocks what is planned", type: "aws_ebs_snapshot_block_public_access" },
    answers: { GetSnapshotBlockPublicAccessState: { State: "block-all-sharing" } },
  },
  {
    ...{ region: "has AWS's default for new accounts", type: "aws_ec2_image_block_public_access" },
    answers: { GetImageBlockPublicAccessState: { ImageBlockPublicAccessState: "block-new-sharing" } },
  },
  {
    ...{ region: "was never touched", type: "aws_ec2_instance_metadata_defaults" },
    answers: metadata({ ManagedBy: "account" }),
  },
  {
    ...{ region: "has the planned default", type: "aws_ec2_instance_metadata_defaults" },
    answers: metadata({ HttpTokens: "required" }),
  },
  {
    ...{ region: "has AWS's default", type: "aws_emr_block_public_access_configuration" },
    answers: emr(true, [22, 22]),
  },
  {
    ...{ region: "was never used by EMR", type: "aws_emr_block_public_access_configuration" },
    answers: { [EMR]: {} },
  },
  {
    ...{ region: "has no analyzer", type: "aws_accessanalyzer_analyzer" },
    answers: { "analyzer /analyzer?type=ACCOUNT": { analyzers: [] } },
  },
  {
    ...{ region: "has no detector", type: "aws_guardduty_detector" },
    planned: { enable: true },
    answers: { "guardduty /detector?": { detectorIds: [] } },
  },
])("$type: nothing is replaced where the region $region", async ({ type, planned, answers }) => {
  expect(await lookAt(type, planned ?? PLANNED[type] ?? {}, answers)).toBeUndefined();
});

test.each([
  { name: "by-hand", adoption: "." },
  { name: "galileo", adoption: ', or adopt it (docs/applying.md, "What exists already").' },
])("an access analyzer of the account blocks the plan: $name", async ({ name, adoption }) => {
  const answers = { "analyzer /analyzer?type=ACCOUNT": { analyzers: [{ name, type: "ACCOUNT" }] } };
  expect(await lookAt("aws_accessanalyzer_analyzer", PLANNED["aws_accessanalyzer_analyzer"] ?? {}, answers)).toEqual({
    message: `eu-west-2 has the access analyzer ${name} already, and AWS allows one of an account. Delete it with its archive rules (aws accessanalyzer delete-analyzer --analyzer-name ${name} --region eu-west-2)${adoption}`,
    refused: true,
  });
});

test("a recorder of AWS Config blocks the plan, and none does not", async () => {
  const lookFor = (recorders: readonly JsonObject[]) =>
    lookAt("aws_config_configuration_recorder", PLANNED["aws_config_configuration_recorder"] ?? {}, {
      "config StarlingDoveService.DescribeConfigurationRecorders": { ConfigurationRecorders: recorders },
    });
  expect(await lookFor([])).toBeUndefined();
  expect(await lookFor([{ name: "by-hand" }])).toEqual({
    message:
      'eu-west-2 has the AWS Config recorder by-hand already, and AWS allows one. Leave configRecorder out of the account, or adopt it (docs/applying.md, "What exists already").',
    refused: true,
  });
});

test("a detector of GuardDuty blocks the plan", async () => {
  const answers = { "guardduty /detector?": { detectorIds: ["12abc"] } };
  expect(await lookAt("aws_guardduty_detector", { enable: true }, answers)).toEqual({
    message:
      'eu-west-2 has the GuardDuty detector 12abc already, and AWS allows one. Leave guardDuty out of the account, or adopt it (docs/applying.md, "What exists already").',
    refused: true,
  });
});

describe("an analyzer of the organization", () => {
  const planned = { analyzer_name: "organization", type: "ORGANIZATION" };
  const ASK = "organizations AWSOrganizationsV20161128.ListDelegatedAdministrators";
  const administrators = (...ids: readonly string[]): Answers => ({
    [ASK]: { DelegatedAdministrators: ids.map((Id) => ({ Id })) },
  });

  test("is created by its delegated administrator, and blocks the plan before", async () => {
    expect(await lookAt("aws_accessanalyzer_analyzer", planned, administrators("222222222222"))).toBeUndefined();
    expect(await lookAt("aws_accessanalyzer_analyzer", planned, administrators("333333333333"))).toEqual({
      refused: true,
      message:
        "the account is not the organization's administrator of IAM Access Analyzer yet. Apply the organization's stack, which registers it, and plan again.",
    });
  });
});
