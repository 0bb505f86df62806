import { S3Bucket } from "@cdktf/provider-aws/lib/s3-bucket";
import {
  S3BucketLifecycleConfiguration,
  type S3BucketLifecycleConfigurationRule,
} from "@cdktf/provider-aws/lib/s3-bucket-lifecycle-configuration";
import { S3BucketObjectLockConfigurationA } from "@cdktf/provider-aws/lib/s3-bucket-object-lock-configuration";
import { S3BucketOwnershipControls } from "@cdktf/provider-aws/lib/s3-bucket-ownership-controls";
import { S3BucketPolicy } from "@cdktf/provider-aws/lib/s3-bucket-policy";
import { S3BucketPublicAccessBlock } from "@cdktf/provider-aws/lib/s3-bucket-public-access-block";
import { S3BucketServerSideEncryptionConfigurationA } from "@cdktf/provider-aws/lib/s3-bucket-server-side-encryption-configuration";
import { S3BucketVersioningA } from "@cdktf/provider-aws/lib/s3-bucket-versioning";
import type { ITerraformDependable } from "cdktf";
import { Construct } from "constructs";
import { renderPolicy, policySize, type PolicyStatement } from "./iam/policy-document";

/** Characters of a bucket policy: 20 KB ("Bucket policies" in the quotas of Amazon S3). */
const BUCKET_POLICY_LIMIT = 20480;

/**
 * Who can access a bucket's objects. All others are denied, whatever their own policies allow. Only principals that may
 * change the bucket's policy can get around it.
 */
export interface BucketAccess {
  /** Roles of the same account that may list, read, write and delete objects. They need no policy of their own. */
  readonly roleArns: readonly string[];
  /** ARNs, or patterns of ARNs, of principals whose access depends on their own policies. */
  readonly adminArns: readonly string[];
  /**
   * ARNs, or patterns of ARNs, of principals that manage the bucket and access no object. They may list it: Terraform
   * lists a bucket to find out whether it exists. The principal that applies this must be here or in `adminArns`:
   * otherwise it locks itself out.
   */
  readonly maintainerArns: readonly string[];
  /** The resources of the roles: S3 refuses a policy that names a missing role. @default the roles exist already */
  readonly dependsOn?: readonly ITerraformDependable[];
}

/** What S3 deletes by itself. */
export interface BucketLifecycle {
  /** After how many days objects are deleted. Their versions are old ones then. @default never */
  readonly objectDays?: number;
  /** After how many days a version that is no longer current is deleted. @default old versions are kept */
  readonly oldVersionDays?: number;
  /** How many of an object's newest old versions are kept however old they are, at most 100. @default none */
  readonly keptOldVersions?: number;
  /** After how many days objects move to another storage class. @default they stay in STANDARD */
  readonly archive?: { readonly days: number; readonly storageClass: string };
}

/** After how many days S3 deletes the parts of an upload that was not completed. No finished object loses anything. */
const INCOMPLETE_UPLOAD_DAYS = 7;

export interface PrivateBucketProps {
  readonly bucket: string;
  /** Whether Terraform refuses to destroy it. */
  readonly preventDestroy: boolean;
  /** The ARN of the KMS key that encrypts it. @default AWS's own key (SSE-S3) */
  readonly kmsKeyArn?: string;
  /** Further statements of the bucket policy, which always requires TLS. @default none */
  readonly statements?: readonly PolicyStatement[];
  /** Who can access the objects. @default every principal whose own policies allow it */
  readonly access?: BucketAccess;
  /**
   * For how many days deleting a version requires `s3:BypassGovernanceRetention`. Adding or removing the lock replaces
   * the bucket. @default no lock
   */
  readonly objectLockDays?: number;
  /** Incomplete uploads expire, and old versions as said here. @default no lifecycle rules: others may set them */
  readonly lifecycle?: BucketLifecycle;
}

/**
 * A bucket that is versioned, encrypted, accessible by TLS only, and never public (Security Hub S3.2, S3.3, S3.5, S3.8,
 * S3.12, S3.14; CIS AWS Foundations 5.0.0, 2.1.1 and 2.1.4). With `access`, all principals that it does not list are
 * denied access to the objects. With `lifecycle`, S3 deletes what nobody needs (S3.10, S3.13). A policy that S3 would
 * refuse fails at synth.
 *
 * @example
 * new PrivateBucket(this, "uploads", { bucket: "111111111111-dev-irl-galileo-uploads", preventDestroy: true });
 */
export class PrivateBucket extends Construct {
  public readonly arn: string;
  /** Its name, as an attribute of the policy: resources that use it wait until the policy is in force. */
  public readonly name: string;

  constructor(scope: Construct, id: string, props: PrivateBucketProps) {
    super(scope, id);
    const { bucket: name, preventDestroy, kmsKeyArn, statements = [], access, objectLockDays, lifecycle } = props;
    const arn = `arn:aws:s3:::${name}`;
    const s3Bucket = new S3Bucket(this, "bucket", {
      bucket: name,
      objectLockEnabled: objectLockDays === undefined ? undefined : true,
      lifecycle: preventDestroy ? { preventDestroy } : undefined,
    });
    const bucket = s3Bucket.bucket;
    const versioning = new S3BucketVersioningA(this, "versioning", {
      bucket,
      versioningConfiguration: { status: "Enabled" },
    });
    const locks = objectLockDays === undefined ? [] : [this.lock(bucket, objectLockDays, versioning)];
    if (lifecycle) this.expire(bucket, lifecycle, versioning);
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
    const policy = renderPolicy([tlsOnly(arn), ...(access ? accessStatements(arn, access) : []), ...statements]);
    const size = policySize(policy);
    this.node.addValidation({
      validate: () => [
        ...(size > BUCKET_POLICY_LIMIT
          ? [`bucket policy must have at most ${BUCKET_POLICY_LIMIT} characters, got ${size}`]
          : []),
        ...(access ? accessProblems(access) : []),
      ],
    });
    // After the public access block: S3 refuses two changes of one bucket at the same moment. After the lock: the
    // policy may deny changing it.
    const bucketPolicy = new S3BucketPolicy(this, "policy", {
      bucket,
      policy,
      dependsOn: [block, ...locks, ...(access?.dependsOn ?? [])],
    });
    this.arn = s3Bucket.arn;
    this.name = bucketPolicy.bucket;
  }

  private expire(bucket: string, lifecycle: BucketLifecycle, versioning: S3BucketVersioningA): void {
    const { objectDays, oldVersionDays, keptOldVersions, archive } = lifecycle;
    const rule = (id: string, action: Partial<S3BucketLifecycleConfigurationRule>) => ({
      ...action,
      id,
      status: "Enabled",
      filter: [{ prefix: "" }], // all objects
    });
    new S3BucketLifecycleConfiguration(this, "lifecycle", {
      bucket,
      rule: [
        rule("incomplete-uploads", {
          abortIncompleteMultipartUpload: [{ daysAfterInitiation: INCOMPLETE_UPLOAD_DAYS }],
        }),
        ...(archive ? [rule("archive", { transition: [archive] })] : []),
        ...(objectDays === undefined ? [] : [rule("objects", { expiration: [{ days: objectDays }] })]),
        ...(oldVersionDays === undefined
          ? []
          : [
              rule("old-versions", {
                noncurrentVersionExpiration: [
                  { noncurrentDays: oldVersionDays, newerNoncurrentVersions: keptOldVersions },
                ],
              }),
            ]),
      ],
      dependsOn: [versioning], // without versions, S3 refuses rules about old ones
    });
  }

  private lock(bucket: string, days: number, versioning: S3BucketVersioningA): S3BucketObjectLockConfigurationA {
    return new S3BucketObjectLockConfigurationA(this, "lock", {
      bucket,
      rule: { defaultRetention: { mode: "GOVERNANCE", days } },
      dependsOn: [versioning],
    });
  }
}

function tlsOnly(bucketArn: string): PolicyStatement {
  return {
    sid: "RefuseWhateverComesWithoutTls",
    effect: "Deny",
    principals: "*",
    actions: ["s3:*"],
    resources: [bucketArn, `${bucketArn}/*`],
    conditions: { Bool: { "aws:SecureTransport": "false" } },
  };
}

/**
 * Two statements allow the roles, two deny all others. A caller without `aws:PrincipalArn`, such as an AWS service, is
 * denied too: a negated operator matches a missing key.
 */
function accessStatements(bucketArn: string, { roleArns, adminArns, maintainerArns }: BucketAccess): PolicyStatement[] {
  const objects = `${bucketArn}/*`;
  const toRoles = { principals: { AWS: roleArns } } as const;
  const denyAllBut = (arns: readonly string[]) =>
    ({ effect: "Deny", principals: "*", conditions: { ArnNotLike: { "aws:PrincipalArn": arns } } }) as const;
  const allowed: PolicyStatement[] = [
    {
      sid: "RolesReadWriteAndDeleteObjects",
      ...toRoles,
      // No s3:DeleteObjectVersion: deleted and overwritten objects can be restored.
      actions: [
        "s3:GetObject",
        "s3:PutObject",
        "s3:DeleteObject",
        "s3:AbortMultipartUpload",
        "s3:ListMultipartUploadParts",
      ],
      resources: [objects],
    },
    {
      sid: "RolesListObjects",
      ...toRoles,
      actions: ["s3:ListBucket", "s3:ListBucketMultipartUploads"],
      resources: [bucketArn],
    },
  ];
  return [
    // S3 refuses a statement without principals.
    ...(roleArns.length > 0 ? allowed : []),
    // All actions, including future ones: only object actions apply to a bucket's objects.
    {
      sid: "NobodyElseReachesObjects",
      ...denyAllBut([...roleArns, ...adminArns]),
      actions: ["s3:*"],
      resources: [objects],
    },
    {
      sid: "NobodyElseListsObjects",
      ...denyAllBut([...roleArns, ...adminArns, ...maintainerArns]),
      actions: ["s3:ListBucket", "s3:ListBucketVersions", "s3:ListBucketMultipartUploads"],
      resources: [bucketArn],
    },
  ];
}

function accessProblems({ roleArns, adminArns }: BucketAccess): string[] {
  return [
    ...(roleArns.length + adminArns.length === 0 ? ["access must name at least one role or admin, got none"] : []),
    ...roleArns
      .filter((arn) => /[*?]/.test(arn))
      .map((arn) => `access.roleArns must be ARNs without wildcards, got "${arn}"`),
  ];
}
