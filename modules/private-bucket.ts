import { S3Bucket } from "@cdktf/provider-aws/lib/s3-bucket";
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
 * Who reaches a bucket's objects. Nobody else does, whatever their own policies say, unless they may change the
 * bucket's policy.
 */
export interface BucketAccess {
  /** Roles of the same account that list, read, write and delete objects, with no policy of their own that says so. */
  readonly roleArns: readonly string[];
  /** Who reaches objects as far as their own policies go. Patterns may be given. */
  readonly adminArns: readonly string[];
  /**
   * Who manages the bucket itself and reaches no object. They may list it, which is how Terraform asks whether it is
   * there. Patterns may be given. Whoever applies this must be among them or the admins, or is locked out.
   */
  readonly maintainerArns: readonly string[];
  /** What makes the roles, since S3 refuses a policy that names one that does not exist. @default they exist already */
  readonly dependsOn?: readonly ITerraformDependable[];
}

export interface PrivateBucketProps {
  readonly bucket: string;
  /** Whether Terraform refuses to destroy it. */
  readonly preventDestroy: boolean;
  /** The ARN of the KMS key that encrypts it. @default AWS's own (SSE-S3) */
  readonly kmsKeyArn?: string;
  /** Statements of the bucket policy beside the one that demands TLS. @default none */
  readonly statements?: readonly PolicyStatement[];
  /** @default whoever may by their own policies */
  readonly access?: BucketAccess;
  /**
   * For how many days nobody deletes or overwrites a version without `s3:BypassGovernanceRetention`. Cannot be given to
   * a bucket, or taken from one, without replacing it. @default no lock
   */
  readonly objectLockDays?: number;
}

/**
 * A bucket that is versioned, encrypted, reached by TLS only, and never public; where access is given, its objects are
 * out of everybody else's reach. A policy that S3 would refuse fails at synth.
 */
export class PrivateBucket extends Construct {
  public readonly arn: string;
  /** Its name, known once its policy is in force: for what S3 lets in by that policy. */
  public readonly name: string;

  constructor(scope: Construct, id: string, props: PrivateBucketProps) {
    super(scope, id);
    const { bucket: name, preventDestroy, kmsKeyArn, statements = [], access, objectLockDays } = props;
    const arn = `arn:aws:s3:::${name}`;
    const made = new S3Bucket(this, "bucket", {
      bucket: name,
      objectLockEnabled: objectLockDays === undefined ? undefined : true,
      lifecycle: preventDestroy ? { preventDestroy } : undefined,
    });
    const bucket = made.bucket;
    const versioning = new S3BucketVersioningA(this, "versioning", {
      bucket,
      versioningConfiguration: { status: "Enabled" },
    });
    const locks =
      objectLockDays === undefined
        ? []
        : [
            new S3BucketObjectLockConfigurationA(this, "lock", {
              bucket,
              rule: { defaultRetention: { mode: "GOVERNANCE", days: objectLockDays } },
              dependsOn: [versioning],
            }),
          ];
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
    const tlsOnly: PolicyStatement = {
      sid: "RefuseWhateverComesWithoutTls",
      effect: "Deny",
      principals: "*",
      actions: ["s3:*"],
      resources: [arn, `${arn}/*`],
      conditions: { Bool: { "aws:SecureTransport": "false" } },
    };
    const policy = renderPolicy([tlsOnly, ...(access ? accessStatements(arn, access) : []), ...statements]);
    const size = policySize(policy);
    this.node.addValidation({
      validate: () => [
        ...(size > BUCKET_POLICY_LIMIT
          ? [`bucket policy must have at most ${BUCKET_POLICY_LIMIT} characters, got ${size}`]
          : []),
        ...(access ? accessProblems(access) : []),
      ],
    });
    // After the block: S3 refuses two settings of one bucket at the same moment. After the lock, which the policy may
    // forbid to change.
    const inForce = new S3BucketPolicy(this, "policy", {
      bucket,
      policy,
      dependsOn: [block, ...locks, ...(access?.dependsOn ?? [])],
    });
    this.arn = made.arn;
    this.name = inForce.bucket;
  }
}

/**
 * Two statements let the roles in, two keep others out. Whoever has no `aws:PrincipalArn`, such as an AWS service, is
 * kept out too: a negated operator holds where its key is missing.
 */
function accessStatements(bucketArn: string, { roleArns, adminArns, maintainerArns }: BucketAccess): PolicyStatement[] {
  const objects = `${bucketArn}/*`;
  const toRoles = { principals: { AWS: roleArns } } as const;
  const butFor = (arns: readonly string[]) =>
    ({ effect: "Deny", principals: "*", conditions: { ArnNotLike: { "aws:PrincipalArn": arns } } }) as const;
  const allowed: PolicyStatement[] = [
    {
      sid: "RolesReadWriteAndDeleteObjects",
      ...toRoles,
      // No s3:DeleteObjectVersion: what they delete or write over can be had back.
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
    // Every action, those to come too: on a bucket's objects there are none but object actions.
    {
      sid: "NobodyElseReachesObjects",
      ...butFor([...roleArns, ...adminArns]),
      actions: ["s3:*"],
      resources: [objects],
    },
    {
      sid: "NobodyElseListsObjects",
      ...butFor([...roleArns, ...adminArns, ...maintainerArns]),
      actions: ["s3:ListBucket", "s3:ListBucketVersions", "s3:ListBucketMultipartUploads"],
      resources: [bucketArn],
    },
  ];
}

function accessProblems({ roleArns, adminArns }: BucketAccess): string[] {
  return [
    ...(roleArns.length + adminArns.length === 0
      ? ["access must name a role or an admin, or nobody could reach the objects"]
      : []),
    ...roleArns
      .filter((arn) => /[*?]/.test(arn))
      .map((arn) => `access.roleArns must be of one role each, got "${arn}"`),
  ];
}
