import { Cloudtrail, type CloudtrailAdvancedEventSelector } from "@cdktf/provider-aws/lib/cloudtrail";
import { DataAwsKmsKey } from "@cdktf/provider-aws/lib/data-aws-kms-key";
import type { ITerraformDependable } from "cdktf";
import { Construct } from "constructs";
import { addTrailBucket, type TrailBucket, type TrailBucketProps } from "./trail-bucket";

export interface TrailProps extends Omit<TrailBucketProps, "trailArn"> {
  readonly name: string;
  /** The account of the trail. */
  readonly accountId: string;
  /** The home region of the trail. It records every region. */
  readonly region: string;
  /** Whether it records every account of the organization. Requires the master account. */
  readonly organization: boolean;
  /** Buckets of which it records every read and write of an object. AWS charges for each. @default none */
  readonly recordedBuckets?: readonly string[];
  /**
   * The account and region where another stack creates the bucket and the key, with `addTrailBucket`. Both must exist
   * before the trail. @default this module creates them
   */
  readonly bucketIn?: { readonly accountId: string; readonly region: string };
  /** Resources that must exist before the trail, such as the organization. @default none */
  readonly dependsOn?: readonly ITerraformDependable[];
}

/**
 * A CloudTrail trail of the account, or of every account of the organization: management events of all regions, whose
 * first copy is free (Security Hub CloudTrail.1), with digests that reveal tampering (CloudTrail.4), and on request the
 * reads and writes of objects (S3.22, S3.23). Its own bucket stores them, in its account or in another one.
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
    const { name, accountId, region, organization, recordedBuckets, bucketIn, dependsOn } = props;
    const trailArn = `arn:aws:cloudtrail:${region}:${accountId}:trail/${name}`;
    const { bucketName, keyArn } = bucketIn
      ? this.bucketOf(bucketIn, props)
      : addTrailBucket(this, { ...props, trailArn });
    // Without event selectors a trail records all management events, and no data events, which AWS charges for.
    const selectors = recordedBuckets && eventSelectors(recordedBuckets);
    const trail = new Cloudtrail(this, "trail", {
      name,
      s3BucketName: bucketName,
      isMultiRegionTrail: true,
      includeGlobalServiceEvents: true,
      isOrganizationTrail: organization,
      enableLogFileValidation: true,
      kmsKeyId: keyArn,
      advancedEventSelector: selectors,
      dependsOn: dependsOn && [...dependsOn],
    });
    this.arn = trail.arn;
  }

  /** By names alone: no value crosses accounts. AWS stores the ARN of the key, which the alias does not tell. */
  private bucketOf(
    { accountId, region }: NonNullable<TrailProps["bucketIn"]>,
    { bucket, keyAlias }: TrailProps,
  ): TrailBucket {
    const keyId = `arn:aws:kms:${region}:${accountId}:${keyAlias}`;
    return { bucketName: bucket, keyArn: keyAlias && new DataAwsKmsKey(this, "key", { keyId }).arn };
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
