import { Cloudtrail } from "@cdktf/provider-aws/lib/cloudtrail";
import type { ITerraformDependable } from "cdktf";
import { Construct } from "constructs";
import type { PolicyStatement } from "./iam/policy-document";
import { PrivateBucket } from "./private-bucket";

export interface TrailProps {
  readonly name: string;
  /** The name of the bucket that it writes to, which is made here. */
  readonly bucket: string;
  readonly accountId: string;
  /** Where the trail and its bucket are at home; it records every region. */
  readonly region: string;
  /** Whether it records every account of the organization, whose master account this is then. */
  readonly organization: boolean;
  /** For how many days nobody can delete what it recorded. */
  readonly lockDays: number;
  /** What must be there before the trail: the organization that it records. @default none */
  readonly dependsOn?: readonly ITerraformDependable[];
}

/**
 * Who did what in the account, or in every account of the organization: management events of all regions, the first
 * copy of which is free, with digests that show what was tampered with. They lie in a bucket of their own, where nobody
 * deletes or changes them before their time.
 */
export class Trail extends Construct {
  public readonly arn: string;

  constructor(scope: Construct, id: string, props: TrailProps) {
    super(scope, id);
    const { name, bucket, accountId, region, organization, lockDays, dependsOn } = props;
    this.node.addValidation({
      validate: () =>
        Number.isInteger(lockDays) && lockDays >= 1
          ? []
          : [`lockDays must be a whole number from 1 on, got ${lockDays}`],
    });
    const logs = new PrivateBucket(this, "bucket", {
      bucket,
      preventDestroy: true,
      objectLockDays: lockDays,
      // The ARN is written, and not read from the trail, which asks for the policy before it exists.
      statements: [...delivery(bucket, `arn:aws:cloudtrail:${region}:${accountId}:trail/${name}`), ...guard(bucket)],
    });
    // Without event selectors a trail records all management events, reading and writing, and no data events, which
    // cost money.
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
 * What CloudTrail asks for ("Amazon S3 bucket policy for CloudTrail"), for this trail alone. Below `AWSLogs/` lie
 * accounts and organizations.
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
 * Governance, and not compliance, which would bind AWS's own support too: to end a retention early, somebody takes the
 * statement out first, and the trail records it. S3 itself keeps the lock on a bucket for ever; other days count for
 * what is written from then on.
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
