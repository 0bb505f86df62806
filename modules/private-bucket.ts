import { S3Bucket } from "@cdktf/provider-aws/lib/s3-bucket";
import { S3BucketOwnershipControls } from "@cdktf/provider-aws/lib/s3-bucket-ownership-controls";
import { S3BucketPolicy } from "@cdktf/provider-aws/lib/s3-bucket-policy";
import { S3BucketPublicAccessBlock } from "@cdktf/provider-aws/lib/s3-bucket-public-access-block";
import { S3BucketServerSideEncryptionConfigurationA } from "@cdktf/provider-aws/lib/s3-bucket-server-side-encryption-configuration";
import { S3BucketVersioningA } from "@cdktf/provider-aws/lib/s3-bucket-versioning";
import { Construct } from "constructs";
import { policyDocument, policySize, type Statement } from "./iam/policy-document";

/** Characters of a bucket policy: 20 KB ("Bucket policies" in the quotas of Amazon S3). */
const BUCKET_POLICY_LIMIT = 20480;

export interface PrivateBucketProps {
  readonly bucket: string;
  /** Whether Terraform refuses to destroy it. */
  readonly preventDestroy: boolean;
  /** The ARN of the KMS key that encrypts it. @default AWS's own (SSE-S3) */
  readonly kmsKeyArn?: string;
  /** Statements of the bucket policy beside the one that demands TLS. @default none */
  readonly statements?: readonly Statement[];
}

/** A bucket that is versioned, encrypted, reached by TLS only, and never public. A policy that S3 would find too long fails at synth. */
export class PrivateBucket extends Construct {
  public readonly arn: string;

  constructor(scope: Construct, id: string, props: PrivateBucketProps) {
    super(scope, id);
    const { bucket: name, preventDestroy, kmsKeyArn, statements = [] } = props;
    const arn = `arn:aws:s3:::${name}`;
    const made = new S3Bucket(this, "bucket", { bucket: name, lifecycle: preventDestroy ? { preventDestroy } : undefined });
    const bucket = made.bucket;
    new S3BucketVersioningA(this, "versioning", { bucket, versioningConfiguration: { status: "Enabled" } });
    new S3BucketServerSideEncryptionConfigurationA(this, "encryption", {
      bucket,
      rule: [
        {
          applyServerSideEncryptionByDefault: kmsKeyArn
            ? { sseAlgorithm: "aws:kms", kmsMasterKeyId: kmsKeyArn }
            : { sseAlgorithm: "AES256" },
          bucketKeyEnabled: kmsKeyArn !== undefined,
        },
      ],
    });
    new S3BucketOwnershipControls(this, "ownership", { bucket, rule: { objectOwnership: "BucketOwnerEnforced" } });
    const block = new S3BucketPublicAccessBlock(this, "public-access", {
      bucket,
      blockPublicAcls: true,
      blockPublicPolicy: true,
      ignorePublicAcls: true,
      restrictPublicBuckets: true,
    });
    const tlsOnly: Statement = {
      sid: "RefuseWhateverComesWithoutTls",
      effect: "Deny",
      principals: "*",
      actions: ["s3:*"],
      resources: [arn, `${arn}/*`],
      conditions: { Bool: { "aws:SecureTransport": "false" } },
    };
    const policy = policyDocument([tlsOnly, ...statements]);
    const size = policySize(policy);
    this.node.addValidation({
      validate: () =>
        size > BUCKET_POLICY_LIMIT ? [`bucket policy must have at most ${BUCKET_POLICY_LIMIT} characters, got ${size}`] : [],
    });
    // After the block: S3 refuses two settings of one bucket at the same moment.
    new S3BucketPolicy(this, "policy", { bucket, policy, dependsOn: [block] });
    this.arn = made.arn;
  }
}
