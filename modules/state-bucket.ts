import { Construct } from "constructs";
import { EncryptionKey } from "./encryption-key";
import type { Statement } from "./iam/policy-document";
import { PrivateBucket } from "./private-bucket";

/** A role that may touch these states of the bucket and no others. */
export interface ConfinedRole {
  readonly roleArn: string;
  /** Letters and digits that tell the role from others, for the statement's sid. */
  readonly label: string;
  /** The keys of its states. */
  readonly stateKeys: readonly string[];
}

export interface StateBucketProps {
  readonly bucket: string;
  /** The alias of a key of ours that encrypts the states. @default AWS's own key */
  readonly keyAlias?: string;
  /** @default none */
  readonly confinedRoles?: readonly ConfinedRole[];
}

/** The bucket in which the states of an account lie. Every version of every state is kept, and Terraform refuses to destroy it. */
export class StateBucket extends Construct {
  public readonly arn: string;

  constructor(scope: Construct, id: string, props: StateBucketProps) {
    super(scope, id);
    const { bucket, keyAlias, confinedRoles = [] } = props;
    const key = keyAlias ? new EncryptionKey(this, "key", { alias: keyAlias, description: "Encrypts the Terraform states" }) : undefined;
    const made = new PrivateBucket(this, "bucket", {
      bucket,
      preventDestroy: true,
      kmsKeyArn: key?.arn,
      statements: confinedRoles.map((role) => confine(bucket, role)),
    });
    this.arn = made.arn;
  }
}

/** Denied here and not in the role: only a bucket's own policy can say "of this bucket, nothing but". */
function confine(bucket: string, { roleArn, label, stateKeys }: ConfinedRole): Statement {
  const own = stateKeys.flatMap((key) => [key, `${key}.tflock`]).map((key) => `arn:aws:s3:::${bucket}/${key}`);
  return {
    sid: `ConfineTo${label}`,
    effect: "Deny",
    principals: "*",
    actions: ["s3:GetObject*", "s3:PutObject*", "s3:DeleteObject*", "s3:RestoreObject", "s3:ReplicateObject"],
    notResources: own,
    // By condition, not as principal: S3 refuses a policy that names a role that does not exist yet.
    conditions: { ArnEquals: { "aws:PrincipalArn": roleArn } },
  };
}
