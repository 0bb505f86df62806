import { ConfigConfigurationRecorder } from "@cdktf/provider-aws/lib/config-configuration-recorder";
import { ConfigConfigurationRecorderStatus } from "@cdktf/provider-aws/lib/config-configuration-recorder-status";
import { ConfigDeliveryChannel } from "@cdktf/provider-aws/lib/config-delivery-channel";
import { IamServiceLinkedRole } from "@cdktf/provider-aws/lib/iam-service-linked-role";
import type { TerraformProvider } from "cdktf";
import { Construct } from "constructs";
import type { PolicyStatement } from "./iam/policy-document";
import { PrivateBucket } from "./private-bucket";

export interface ConfigRecorderProps {
  readonly accountId: string;
  /** The name of the bucket that this module creates for what AWS Config records. */
  readonly bucket: string;
  /** After how many days overwritten records are deleted. @default they are kept */
  readonly oldVersionDays?: number;
  /** Every region that it records. The first one records what has no region, such as IAM, too. */
  readonly regions: readonly {
    readonly region: string;
    /** @default the stack's own */ readonly provider?: TerraformProvider;
  }[];
}

const SERVICE = "config.amazonaws.com";

/** AWS's own name of a recorder and a delivery channel. A region has one of each. */
const NAME = "default";

/**
 * AWS Config in an account: in each region it records every change of every supported type, with the service-linked role
 * (Security Hub Config.1, CIS AWS Foundations 5.0.0, 3.3), into a bucket of the account. AWS charges for each recorded
 * change. There are no rules: Security Hub brings those of its standards.
 *
 * @example
 * new ConfigRecorder(this, "config", {
 *   accountId: "111111111111", bucket: "111111111111-galileo-config", regions: [{ region: "eu-west-1" }],
 * });
 */
export class ConfigRecorder extends Construct {
  constructor(scope: Construct, id: string, props: ConfigRecorderProps) {
    super(scope, id);
    const { accountId, bucket, oldVersionDays, regions } = props;
    const records = new PrivateBucket(this, "bucket", {
      bucket,
      preventDestroy: true,
      lifecycle: oldVersionDays === undefined ? undefined : { oldVersionDays },
      statements: delivery(bucket, accountId),
    });
    const role = new IamServiceLinkedRole(this, "role", { awsServiceName: SERVICE });
    for (const [index, { region, provider }] of regions.entries()) {
      const parent = new Construct(this, region);
      const recorder = new ConfigConfigurationRecorder(parent, "recorder", {
        name: NAME,
        roleArn: role.arn,
        recordingGroup: { allSupported: true, includeGlobalResourceTypes: index === 0 },
        provider,
      });
      const channel = new ConfigDeliveryChannel(parent, "channel", {
        name: NAME,
        s3BucketName: records.name,
        dependsOn: [recorder], // AWS Config refuses a channel without a recorder
        provider,
      });
      new ConfigConfigurationRecorderStatus(parent, "status", {
        name: recorder.name,
        isEnabled: true,
        dependsOn: [channel], // and starts no recorder without a channel
        provider,
      });
    }
  }
}

/** The statements that AWS Config requires ("Permissions for the Amazon S3 bucket for the AWS Config delivery channel"). */
function delivery(bucket: string, accountId: string): PolicyStatement[] {
  const principals = { Service: [SERVICE] };
  const ofAccount = { "aws:SourceAccount": accountId };
  return [
    {
      sid: "LetConfigSeeTheBucket",
      principals,
      actions: ["s3:GetBucketAcl", "s3:ListBucket"],
      resources: [`arn:aws:s3:::${bucket}`],
      conditions: { StringEquals: ofAccount },
    },
    {
      sid: "LetConfigWrite",
      principals,
      actions: ["s3:PutObject"],
      resources: [`arn:aws:s3:::${bucket}/AWSLogs/${accountId}/Config/*`],
      conditions: { StringEquals: { ...ofAccount, "s3:x-amz-acl": "bucket-owner-full-control" } },
    },
  ];
}
