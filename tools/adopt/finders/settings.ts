import { listOf, objectOf } from "../../support/json";
import { bestOf, type Finder, type Finders } from "../finder";
import { only, unlessNotFound } from "./answers";
import { NONE_FOUND } from "./network";

const publicBuckets: Finder = async (_, { accountId: AccountId, clients }) => {
  const control = await clients.s3control();
  const { GetPublicAccessBlockCommand } = await import("@aws-sdk/client-s3-control");
  const found = await unlessNotFound(control.send(new GetPublicAccessBlockCommand({ AccountId })));
  return found ? only(AccountId, "the public access block of the account") : NONE_FOUND;
};

const diskEncryption: Finder = async ({ region }, { clients }) => {
  const ec2 = await clients.ec2();
  const { GetEbsEncryptionByDefaultCommand } = await import("@aws-sdk/client-ec2");
  const { EbsEncryptionByDefault: isOn } = await ec2.send(new GetEbsEncryptionByDefaultCommand({}));
  return isOn === true ? only("default", `encryption of new disks in ${region}`) : NONE_FOUND;
};

const publicSnapshots: Finder = async ({ region }, { clients }) => {
  const ec2 = await clients.ec2();
  const { GetSnapshotBlockPublicAccessStateCommand } = await import("@aws-sdk/client-ec2");
  const { State = "unblocked" } = await ec2.send(new GetSnapshotBlockPublicAccessStateCommand({}));
  return State === "unblocked" ? NONE_FOUND : only("default", `${State} of snapshots in ${region}`);
};

const publicClusters: Finder = async ({ region }, { clients: { call } }) => {
  const asked = call("emr", { target: "ElasticMapReduce.GetBlockPublicAccessConfiguration", input: {} });
  const found = objectOf((await unlessNotFound(asked))?.["BlockPublicAccessConfiguration"]);
  return Object.keys(found).length > 0 ? only("current", `what EMR blocks in ${region}`) : NONE_FOUND;
};

/** AWS allows one of each type in a region, and Terraform would replace one of another name. */
const analyzer: Finder = async ({ values }, { clients, text }) => {
  const [name, type] = [await text("analyzer_name"), values["type"] ?? "ACCOUNT"];
  const client = await clients.accessanalyzer();
  const { ListAnalyzersCommand } = await import("@aws-sdk/client-accessanalyzer");
  const { analyzers = [] } = await client.send(new ListAnalyzersCommand({}));
  const ofType = analyzers.filter((each) => each.type === type);
  return bestOf(ofType, [(each) => each.name === name], (each) => ({
    id: each.name ?? "",
    description: each.arn ?? "",
    attributes: { arn: each.arn ?? "" },
  }));
};

const contact: Finder = async ({ values }, { accountId, clients: { call } }) => {
  const type = String(values["alternate_contact_type"]);
  // Of another account only if the code names it.
  const other = typeof values["account_id"] === "string" ? values["account_id"] : undefined;
  const input = { AlternateContactType: type, ...(other !== undefined && { AccountId: other }) };
  const found = await unlessNotFound(call("account", { path: "/getAlternateContact", input }));
  const id = other === undefined ? type : `${other}/${type}`;
  return found ? only(id, `the ${type.toLowerCase()} contact of ${other ?? accountId}`) : NONE_FOUND;
};

const ofConfig =
  (operation: string, list: string, what: string): Finder =>
  async (_, { clients: { call }, text }) => {
    const name = await text("name");
    const answer = await call("config", { target: `StarlingDoveService.${operation}`, input: {} });
    return bestOf(listOf(answer[list]).map(objectOf), [(each) => each["name"] === name], (each) => ({
      id: String(each["name"]),
      description: `${what} ${String(each["name"])}`,
    }));
  };

const detector: Finder = async ({ region }, { clients: { call } }) => {
  const { detectorIds } = await call("guardduty", { path: "/detector" });
  return {
    candidates: listOf(detectorIds)
      .map(String)
      .map((id) => ({ id, description: `the detector of ${region}` })),
  };
};

const hub: Finder = async ({ region }, { accountId, clients: { call } }) => {
  const found = await call("securityhub", { path: "/accounts" }).catch(unlessUnsubscribed);
  return found ? only(accountId, `Security Hub of ${region}`) : NONE_FOUND;
};

const standard: Finder = async ({ values }, { clients: { call }, resolve }) => {
  const wanted = await resolve(values["standards_arn"]);
  const found = await call("securityhub", { path: "/standards/get", input: {} }).catch(unlessUnsubscribed);
  const own = listOf(found?.["StandardsSubscriptions"])
    .map(objectOf)
    .filter(({ StandardsArn }) => StandardsArn === wanted);
  return {
    candidates: own.map(({ StandardsSubscriptionArn: arn }) => ({ id: String(arn), description: String(wanted) })),
  };
};

/** Security Hub denies every call where it is off (DescribeHub, API reference). */
function unlessUnsubscribed(error: unknown): undefined {
  if (error instanceof Error && /InvalidAccess|ResourceNotFound/.test(error.name)) return undefined;
  throw error;
}

/** What an account, or a region, has once. */
export const SETTINGS: Finders = {
  aws_s3_account_public_access_block: publicBuckets,
  aws_ebs_encryption_by_default: diskEncryption,
  aws_ebs_snapshot_block_public_access: publicSnapshots,
  aws_emr_block_public_access_configuration: publicClusters,
  aws_accessanalyzer_analyzer: analyzer,
  aws_account_alternate_contact: contact,
  aws_config_configuration_recorder: ofConfig(
    "DescribeConfigurationRecorders",
    "ConfigurationRecorders",
    "the recorder",
  ),
  aws_config_configuration_recorder_status: ofConfig(
    "DescribeConfigurationRecorderStatus",
    "ConfigurationRecordersStatus",
    "the status of the recorder",
  ),
  aws_config_delivery_channel: ofConfig("DescribeDeliveryChannels", "DeliveryChannels", "the delivery channel"),
  aws_guardduty_detector: detector,
  aws_securityhub_account: hub,
  aws_securityhub_standards_subscription: standard,
};
