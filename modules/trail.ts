import { Cloudtrail, type CloudtrailAdvancedEventSelector } from "@cdktf/provider-aws/lib/cloudtrail";
import { S3BucketLoggingA } from "@cdktf/provider-aws/lib/s3-bucket-logging";
import type { ITerraformDependable } from "cdktf";
import { Construct } from "constructs";
import { EncryptionKey } from "./encryption-key";
import type { PolicyStatement } from "./iam/policy-document";
import { PrivateBucket } from "./private-bucket";

export interface TrailProps {
  readonly name: string;
  /** The name of the bucket that this module creates for the logs. */
  readonly bucket: string;
  /** The name of the bucket that this module creates for the access log of that bucket. */
  readonly accessLogBucket: string;
  readonly accountId: string;
  /** The home region of the trail and its bucket. The trail records every region. */
  readonly region: string;
  /** Whether it records every account of the organization. Requires the master account. */
  readonly organization: boolean;
  /** For how many days nobody can delete a log file. */
  readonly lockDays: number;
  /** After how many days log files that were deleted or overwritten are deleted. @default they are kept */
  readonly oldVersionDays?: number;
  /** The alias of a customer managed key that encrypts the log files. @default AWS's own key */
  readonly keyAlias?: string;
  /** Buckets of which it records every read and write of an object. AWS charges for each. @default none */
  readonly recordedBuckets?: readonly string[];
  /** Resources that must exist before the trail, such as the organization. @default none */
  readonly dependsOn?: readonly ITerraformDependable[];
}

/**
 * A CloudTrail trail of the account, or of every account of the organization: management events of all regions, whose
 * first copy is free (Security Hub CloudTrail.1), with digests that reveal tampering (CloudTrail.4), and on request a
 * customer managed key (CloudTrail.2) and the reads and writes of objects (S3.22, S3.23). Its own bucket
 * stores them, where nobody can delete or change them before the retention ends. A second bucket records who accesses
 * the first (CloudTrail.7, S3.9), as long as the retention. It has no access log itself, which would log itself.
 *
 * @example
 * new Trail(this, "trail", {
 *   name: "galileo-trail", bucket: "111111111111-galileo-trail", accessLogBucket: "111111111111-galileo-trail-access",
 *   accountId: "111111111111", region: "eu-west-1", organization: false, lockDays: 90,
 * });
 */
export class Trail extends Construct {
  public readonly arn: string;

  constructor(scope: Construct, id: string, props: TrailProps) {
    super(scope, id);
    const { name, bucket, accountId, region, organization, lockDays, oldVersionDays, keyAlias, dependsOn } = props;
    this.node.addValidation({
      validate: () =>
        Number.isInteger(lockDays) && lockDays >= 1
          ? []
          : [`lockDays must be a whole number of at least 1, got ${lockDays}`],
    });
    const trailArn = `arn:aws:cloudtrail:${region}:${accountId}:trail/${name}`;
    const key = keyAlias
      ? new EncryptionKey(this, "key", {
          alias: keyAlias,
          description: `Encrypts the log files of ${name}`,
          preventDestroy: true,
          policy: keyStatements(accountId, trailArn),
        })
      : undefined;
    const logs = new PrivateBucket(this, "bucket", {
      bucket,
      preventDestroy: true,
      objectLockDays: lockDays,
      lifecycle: oldVersionDays === undefined ? undefined : { oldVersionDays },
      // The ARN is text and not a reference: the trail needs the policy before it exists.
      statements: [...delivery(bucket, trailArn), ...guard(bucket)],
    });
    // Without event selectors a trail records all management events, and no data events, which AWS charges for.
    const selectors = props.recordedBuckets && eventSelectors(props.recordedBuckets);
    const trail = new Cloudtrail(this, "trail", {
      name,
      s3BucketName: logs.name,
      isMultiRegionTrail: true,
      includeGlobalServiceEvents: true,
      isOrganizationTrail: organization,
      enableLogFileValidation: true,
      kmsKeyId: key?.arn,
      advancedEventSelector: selectors,
      dependsOn: dependsOn && [...dependsOn],
    });
    this.arn = trail.arn;
    this.accessLog(props, logs.name);
  }

  private accessLog({ bucket, accessLogBucket, accountId, lockDays, oldVersionDays }: TrailProps, of: string): void {
    const accessLogs = new PrivateBucket(this, "access-logs", {
      bucket: accessLogBucket,
      preventDestroy: true,
      lifecycle: oldVersionDays === undefined ? undefined : { objectDays: lockDays, oldVersionDays },
      statements: [
        {
          sid: "LetS3WriteTheAccessLog",
          principals: { Service: ["logging.s3.amazonaws.com"] },
          actions: ["s3:PutObject"],
          resources: [`arn:aws:s3:::${accessLogBucket}/*`],
          conditions: {
            ArnLike: { "aws:SourceArn": `arn:aws:s3:::${bucket}` },
            StringEquals: { "aws:SourceAccount": accountId },
          },
        },
      ],
    });
    new S3BucketLoggingA(this, "access-log", { bucket: of, targetBucket: accessLogs.name, targetPrefix: `${bucket}/` });
  }
}

/** All management events, and the reads and writes of objects in these buckets (S3.22, S3.23). */
function eventSelectors(buckets: readonly string[]): CloudtrailAdvancedEventSelector[] {
  const category = (value: string) => ({ field: "eventCategory", equalTo: [value] });
  return [
    { name: "management", fieldSelector: [category("Management")] },
    {
      name: "objects",
      fieldSelector: [
        category("Data"),
        { field: "resources.type", equalTo: ["AWS::S3::Object"] },
        { field: "resources.ARN", startsWith: buckets.map((bucket) => `arn:aws:s3:::${bucket}/`) },
      ],
    },
  ];
}

/** The statements that CloudTrail requires ("Configure AWS KMS key policies for CloudTrail"). */
function keyStatements(accountId: string, trailArn: string): PolicyStatement[] {
  const ofTrail = { principals: { Service: ["cloudtrail.amazonaws.com"] }, resources: ["*"] };
  return [
    {
      sid: "LetTheAccountsIamDecide",
      principals: { AWS: [`arn:aws:iam::${accountId}:root`] },
      actions: ["kms:*"],
      resources: ["*"],
    },
    {
      sid: "LetTheTrailEncrypt",
      ...ofTrail,
      actions: ["kms:GenerateDataKey*"],
      conditions: {
        StringEquals: { "aws:SourceArn": trailArn },
        StringLike: { "kms:EncryptionContext:aws:cloudtrail:arn": `arn:aws:cloudtrail:*:${accountId}:trail/*` },
      },
    },
    {
      sid: "LetTheTrailSeeTheKey",
      ...ofTrail,
      actions: ["kms:DescribeKey"],
      conditions: { StringEquals: { "aws:SourceArn": trailArn } },
    },
  ];
}

/**
 * The statements that CloudTrail requires ("Amazon S3 bucket policy for CloudTrail"), for this trail only. Below
 * `AWSLogs/` are the folders of accounts and organizations.
 */
function delivery(bucket: string, trailArn: string): PolicyStatement[] {
  const principals = { Service: ["cloudtrail.amazonaws.com"] };
  return [
    {
      sid: "LetTheTrailSeeWhoseTheBucketIs",
      principals,
      actions: ["s3:GetBucketAcl"],
      resources: [`arn:aws:s3:::${bucket}`],
      conditions: { StringEquals: { "aws:SourceArn": trailArn } },
    },
    {
      sid: "LetTheTrailWrite",
      principals,
      actions: ["s3:PutObject"],
      resources: [`arn:aws:s3:::${bucket}/AWSLogs/*`],
      conditions: { StringEquals: { "aws:SourceArn": trailArn, "s3:x-amz-acl": "bucket-owner-full-control" } },
    },
  ];
}

/**
 * Denies ending a retention early. The mode is governance: compliance mode would bind AWS support too. To end a
 * retention early, somebody must first remove this statement, and the trail records that. S3 never removes the lock
 * from a bucket. A changed number of days applies to log files that are written afterwards.
 */
function guard(bucket: string): PolicyStatement[] {
  return [
    {
      sid: "NobodyEndsARetentionEarly",
      effect: "Deny",
      principals: "*",
      actions: ["s3:BypassGovernanceRetention"],
      resources: [`arn:aws:s3:::${bucket}/*`],
    },
  ];
}
