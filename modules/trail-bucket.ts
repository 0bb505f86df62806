import { S3BucketLoggingA } from "@cdktf/provider-aws/lib/s3-bucket-logging";
import type { Construct } from "constructs";
import { EncryptionKey } from "./encryption-key";
import type { PolicyStatement } from "./iam/policy-document";
import { PrivateBucket } from "./private-bucket";

export interface TrailBucketProps {
  /** The name of the bucket for the log files. */
  readonly bucket: string;
  /** The name of the bucket for the access log of that bucket. */
  readonly accessLogBucket: string;
  /** The account of the buckets and the key. */
  readonly accountId: string;
  /** The one trail that writes into the bucket, in this account or in another one. */
  readonly trailArn: string;
  /** For how many days nobody can delete a log file. */
  readonly lockDays: number;
  /** After how many days log files that were deleted or overwritten are deleted. @default they are kept */
  readonly oldVersionDays?: number;
  /** The alias of a customer managed key that encrypts the log files. @default AWS's own key */
  readonly keyAlias?: string;
}

/** What a trail needs of its bucket. */
export interface TrailBucket {
  /** The bucket's name, as an attribute of its policy: the trail waits until the policy is in force. */
  readonly bucketName: string;
  readonly keyArn?: string;
}

/**
 * Adds the bucket of a trail, where nobody can delete or change log files before the retention ends; on request a
 * customer managed key (CloudTrail.2); and a second bucket that records who accesses the first (CloudTrail.7, S3.9), as
 * long as the retention. That one has no access log itself, which would log itself.
 *
 * @param scope the addresses begin with its path
 */
export function addTrailBucket(scope: Construct, props: TrailBucketProps): TrailBucket {
  const { bucket, accountId, trailArn, lockDays, oldVersionDays, keyAlias } = props;
  scope.node.addValidation({
    validate: () =>
      Number.isInteger(lockDays) && lockDays >= 1
        ? []
        : [`lockDays must be a whole number of at least 1, got ${lockDays}`],
  });
  const key = keyAlias
    ? new EncryptionKey(scope, "key", {
        alias: keyAlias,
        description: `Encrypts the log files of ${trailArn.split("/").at(-1)}`,
        preventDestroy: true,
        policy: keyStatements(accountId, trailArn),
      })
    : undefined;
  const logs = new PrivateBucket(scope, "bucket", {
    bucket,
    preventDestroy: true,
    objectLockDays: lockDays,
    lifecycle: oldVersionDays === undefined ? undefined : { oldVersionDays },
    // The ARN is text and not a reference: the trail needs the policy before it exists.
    statements: [...delivery(bucket, trailArn), ...guard(bucket)],
  });
  addAccessLog(scope, props, logs.name);
  return { bucketName: logs.name, keyArn: key?.arn };
}

function addAccessLog(scope: Construct, props: TrailBucketProps, of: string): void {
  const { bucket, accessLogBucket, accountId, lockDays, oldVersionDays } = props;
  const accessLogs = new PrivateBucket(scope, "access-logs", {
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
  new S3BucketLoggingA(scope, "access-log", { bucket: of, targetBucket: accessLogs.name, targetPrefix: `${bucket}/` });
}

/** The statements that CloudTrail requires ("Configure AWS KMS key policies for CloudTrail"). */
function keyStatements(accountId: string, trailArn: string): PolicyStatement[] {
  const trailAccountId = trailArn.split(":")[4] ?? "";
  const isElsewhere = trailAccountId !== accountId;
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
        StringLike: { "kms:EncryptionContext:aws:cloudtrail:arn": `arn:aws:cloudtrail:*:${trailAccountId}:trail/*` },
      },
    },
    {
      sid: "LetTheTrailSeeTheKey",
      ...ofTrail,
      actions: ["kms:DescribeKey"],
      conditions: { StringEquals: { "aws:SourceArn": trailArn } },
    },
    // The stack of the trail looks the key up by its alias.
    ...(isElsewhere ? [describedBy(trailAccountId)] : []),
  ];
}

const describedBy = (accountId: string): PolicyStatement => ({
  sid: "LetTheTrailsAccountSeeTheKey",
  principals: { AWS: [`arn:aws:iam::${accountId}:root`] },
  actions: ["kms:DescribeKey"],
  resources: ["*"],
});

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
