import { Cloudtrail } from "@cdktf/provider-aws/lib/cloudtrail";
import type { ITerraformDependable } from "cdktf";
import { Construct } from "constructs";
import type { PolicyStatement } from "./iam/policy-document";
import { PrivateBucket } from "./private-bucket";

export interface TrailProps {
  readonly name: string;
  /** The name of the bucket that this module creates for the logs. */
  readonly bucket: string;
  readonly accountId: string;
  /** The home region of the trail and its bucket. The trail records every region. */
  readonly region: string;
  /** Whether it records every account of the organization. Requires the master account. */
  readonly organization: boolean;
  /** For how many days nobody can delete a log file. */
  readonly lockDays: number;
  /** After how many days log files that were deleted or overwritten are gone for good. @default they are kept */
  readonly oldVersionDays?: number;
  /** Resources that must exist before the trail, such as the organization. @default none */
  readonly dependsOn?: readonly ITerraformDependable[];
}

/**
 * A CloudTrail trail of the account, or of every account of the organization: management events of all regions, whose
 * first copy is free, with digests that reveal tampering. Its own bucket stores them, where nobody can delete or change
 * them before the retention ends.
 *
 * @example
 * new Trail(this, "trail", {
 *   name: "galileo-trail", bucket: "111111111111-galileo-trail", accountId: "111111111111", region: "eu-west-1",
 *   organization: false, lockDays: 90,
 * });
 */
export class Trail extends Construct {
  public readonly arn: string;

  constructor(scope: Construct, id: string, props: TrailProps) {
    super(scope, id);
    const { name, bucket, accountId, region, organization, lockDays, oldVersionDays, dependsOn } = props;
    this.node.addValidation({
      validate: () =>
        Number.isInteger(lockDays) && lockDays >= 1
          ? []
          : [`lockDays must be a whole number of at least 1, got ${lockDays}`],
    });
    const logs = new PrivateBucket(this, "bucket", {
      bucket,
      preventDestroy: true,
      objectLockDays: lockDays,
      lifecycle: oldVersionDays === undefined ? undefined : { oldVersionDays },
      // The ARN is text and not a reference: the trail needs the policy before it exists.
      statements: [...delivery(bucket, `arn:aws:cloudtrail:${region}:${accountId}:trail/${name}`), ...guard(bucket)],
    });
    // Without event selectors a trail records all management events, and no data events, which AWS charges for.
    const trail = new Cloudtrail(this, "trail", {
      name,
      s3BucketName: logs.name,
      isMultiRegionTrail: true,
      includeGlobalServiceEvents: true,
      isOrganizationTrail: organization,
      enableLogFileValidation: true,
      dependsOn: dependsOn && [...dependsOn],
    });
    this.arn = trail.arn;
  }
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
