import { KmsAlias } from "@cdktf/provider-aws/lib/kms-alias";
import { KmsKey } from "@cdktf/provider-aws/lib/kms-key";
import { Construct } from "constructs";

export interface EncryptionKeyProps {
  /** `alias/…` */
  readonly alias: string;
  readonly description: string;
  /** Whether Terraform refuses to destroy it: what it encrypts can never be read again without it. @default false */
  readonly preventDestroy?: boolean;
}

/** A customer managed key, rotated every year, under an alias; IAM of its account decides who uses it. About 1 USD a month. */
export class EncryptionKey extends Construct {
  public readonly arn: string;

  constructor(scope: Construct, id: string, props: EncryptionKeyProps) {
    super(scope, id);
    const { alias, description, preventDestroy = false } = props;
    // No key policy is given: KMS's default one hands the decision to the account's IAM, and cannot lock everybody out.
    const key = new KmsKey(this, "key", {
      description,
      enableKeyRotation: true,
      deletionWindowInDays: 30,
      lifecycle: preventDestroy ? { preventDestroy } : undefined,
    });
    new KmsAlias(this, "alias", { name: alias, targetKeyId: key.keyId });
    this.arn = key.arn;
  }
}
