import { listOf, objectOf } from "../../support/json";
import { isDenied } from "../../terraform/aws/aws-problem";
import { administratorsOf, refused, replaced, replacedValues, type Found, type Look, type Looks } from "./look";

/**
 * What AWS has once in each region of an account. Its own default is nobody's decision: only a setting that differs from
 * it counts as replaced.
 */
export const REGIONAL_LOOKS: Looks = {
  aws_accessanalyzer_analyzer: analyzerOf,
  aws_config_configuration_recorder: recorderOf,
  aws_ebs_default_kms_key: defaultKeyOf,
  aws_ebs_encryption_by_default: encryptionOf,
  aws_ebs_snapshot_block_public_access: publicSnapshotsOf,
  aws_ec2_image_block_public_access: publicImagesOf,
  aws_ec2_instance_metadata_defaults: metadataDefaultsOf,
  aws_emr_block_public_access_configuration: publicClustersOf,
  aws_guardduty_detector: detectorOf,
};

/** An account has one analyzer of external access in a region (quota "Analyzers with an account zone of trust"). */
async function analyzerOf(look: Look): Promise<Found> {
  const { call, region, planned } = look;
  const type = "ACCOUNT";
  if (planned["type"] === "ORGANIZATION") return undelegatedAnalyzer(look);
  if (planned["type"] !== type) return undefined;
  const { analyzers } = await call("analyzer", { path: "/analyzer", query: { type } });
  const [analyzer] = listOf(analyzers).map(objectOf);
  if (!analyzer) return undefined;
  const name = String(analyzer["name"]);
  const remedy = `Delete it with its archive rules (aws accessanalyzer delete-analyzer --analyzer-name ${name} --region ${region})`;
  // Another name cannot be imported: Terraform would replace the analyzer.
  const adoption = name === planned["analyzer_name"] ? ', or adopt it (docs/applying.md, "What exists already")' : "";
  return refused(
    `${region} has the access analyzer ${name} already, and AWS allows one of an account. ${remedy}${adoption}.`,
  );
}

/** Only the delegated administrator creates an analyzer of the organization. No other member may ask who it is. */
async function undelegatedAnalyzer({ call, accountId }: Look): Promise<Found> {
  const administrators = await administratorsOf(call, "access-analyzer.amazonaws.com").catch(
    (error: unknown): unknown[] => {
      if (isDenied(error)) return [];
      throw error;
    },
  );
  if (administrators.includes(accountId)) return undefined;
  return refused(
    "the account is not the organization's administrator of IAM Access Analyzer yet. Apply the organization's stack, which registers it, and plan again.",
  );
}

async function detectorOf({ call, region }: Look): Promise<Found> {
  const { detectorIds } = await call("guardduty", { path: "/detector" });
  const [id] = listOf(detectorIds) as readonly string[];
  if (id === undefined) return undefined;
  return refused(
    `${region} has the GuardDuty detector ${id} already, and AWS allows one. Leave guardDuty out of the account, or adopt it (docs/applying.md, "What exists already").`,
  );
}

async function recorderOf({ call, region }: Look): Promise<Found> {
  const answer = await call("config", { target: "StarlingDoveService.DescribeConfigurationRecorders", input: {} });
  const [recorder] = listOf(answer["ConfigurationRecorders"]).map(objectOf);
  if (!recorder) return undefined;
  return refused(
    `${region} has the AWS Config recorder ${String(recorder["name"])} already, and AWS allows one. Leave configRecorder out of the account, or adopt it (docs/applying.md, "What exists already").`,
  );
}

const AWS_MANAGED_KEY = "alias/aws/ebs";

async function defaultKeyOf({ ec2, region, planned }: Look): Promise<Found> {
  const { GetEbsDefaultKmsKeyIdCommand } = await import("@aws-sdk/client-ec2");
  const { KmsKeyId: key = AWS_MANAGED_KEY } = await ec2.send(new GetEbsDefaultKmsKeyIdCommand({}));
  if (key.endsWith(AWS_MANAGED_KEY) || key === planned["key_arn"]) return undefined;
  return replaced(`replaces the key of new disks in ${region}, which is ${key}`);
}

async function encryptionOf({ ec2, region, planned }: Look): Promise<Found> {
  const { GetEbsEncryptionByDefaultCommand } = await import("@aws-sdk/client-ec2");
  const { EbsEncryptionByDefault: isOn } = await ec2.send(new GetEbsEncryptionByDefaultCommand({}));
  // The key of an account that encrypts already stays: Terraform sets the switch alone.
  return isOn && planned["enabled"] === false ? replaced(`turns off the encryption of new disks in ${region}`) : undefined; // prettier-ignore
}

async function publicSnapshotsOf({ ec2, region, planned }: Look): Promise<Found> {
  const { GetSnapshotBlockPublicAccessStateCommand } = await import("@aws-sdk/client-ec2");
  const { State } = await ec2.send(new GetSnapshotBlockPublicAccessStateCommand({}));
  return replacedState("public snapshots", region, State, planned);
}

async function publicImagesOf({ ec2, region, planned }: Look): Promise<Found> {
  const { GetImageBlockPublicAccessStateCommand } = await import("@aws-sdk/client-ec2");
  const { ImageBlockPublicAccessState: state } = await ec2.send(new GetImageBlockPublicAccessStateCommand({}));
  return replacedState("public machine images", region, state, planned);
}

function replacedState(what: string, region: string, present = "unblocked", { state }: Look["planned"]): Found {
  if (present === "unblocked" || present === state) return undefined;
  return replaced(`replaces what ${region} blocks of ${what} (state: ${present} → ${String(state)})`);
}

async function metadataDefaultsOf({ ec2, region, planned }: Look): Promise<Found> {
  const { GetInstanceMetadataDefaultsCommand } = await import("@aws-sdk/client-ec2");
  const { AccountLevel: present = {} } = await ec2.send(new GetInstanceMetadataDefaultsCommand({}));
  const hopLimit = planned["http_put_response_hop_limit"];
  return replacedValues(`the instance metadata defaults of ${region}`, [
    { attribute: "http_tokens", was: present.HttpTokens, will: planned["http_tokens"] },
    { attribute: "http_endpoint", was: present.HttpEndpoint, will: planned["http_endpoint"] },
    {
      attribute: "http_put_response_hop_limit",
      was: present.HttpPutResponseHopLimit,
      will: hopLimit === -1 ? "no-preference" : hopLimit, // how Terraform writes it
    },
    { attribute: "instance_metadata_tags", was: present.InstanceMetadataTags, will: planned["instance_metadata_tags"] },
  ]);
}

/** What EMR permits where nobody has decided: SSH (EMR Management Guide, "Using Amazon EMR block public access"). */
const PERMITTED_BY_DEFAULT = "22";

async function publicClustersOf({ call, region, planned }: Look): Promise<Found> {
  const answer = await call("emr", { target: "ElasticMapReduce.GetBlockPublicAccessConfiguration", input: {} });
  const present = objectOf(answer["BlockPublicAccessConfiguration"]);
  const isBlocking = present["BlockPublicSecurityGroupRules"];
  const ports = portsOf(present["PermittedPublicSecurityGroupRuleRanges"], "MinRange", "MaxRange");
  return replacedValues(`what EMR blocks in ${region}`, [
    {
      attribute: "block_public_security_group_rules",
      was: isBlocking,
      will: planned["block_public_security_group_rules"],
    },
    {
      attribute: "permitted ports",
      was: ports === PERMITTED_BY_DEFAULT ? undefined : ports,
      will: portsOf(planned["permitted_public_security_group_rule_range"], "min_range", "max_range"),
    },
  ]);
}

/** Ranges of ports as text, for example "22, 8000-8100". Undefined if there is none. */
function portsOf(ranges: unknown, min: string, max: string): string | undefined {
  const texts = listOf(ranges)
    .map(objectOf)
    .map(({ [min]: from, [max]: to = from }) => (from === to ? String(from) : `${String(from)}-${String(to)}`));
  return texts.length === 0 ? undefined : texts.sort().join(", ");
}
