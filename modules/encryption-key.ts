import { KmsAlias } from "@cdktf/provider-aws/lib/kms-alias";
import { KmsKey } from "@cdktf/provider-aws/lib/kms-key";
import type { TerraformProvider } from "cdktf";
import { Construct } from "constructs";
import { renderPolicy, type PolicyStatement } from "./iam/policy-document";

export interface EncryptionKeyProps {
  /** `alias/…` */
  readonly alias: string;
  readonly description: string;
  /** Whether Terraform refuses to destroy it: what it encrypts can never be read again without it. @default false */
  readonly preventDestroy?: boolean;
  /**
   * The whole key policy. One that lets nobody change it locks everybody out. @default KMS's, which lets the account's
   * IAM decide
   */
  readonly policy?: readonly PolicyStatement[];
  /** Of another region. @default the stack's own */
  readonly provider?: TerraformProvider;
}

/**
 * A customer managed key, rotated every year, under an alias; unless told otherwise IAM of its account decides who uses
 * it. About 1 USD a month.
 */
export class EncryptionKey extends Construct {
  public readonly arn: string;

  constructor(scope: Construct, id: string, props: EncryptionKeyProps) {
    super(scope, id);
    const { alias, description, preventDestroy = false, policy, provider } = props;
    // Where no key policy is given, KMS's default one hands the decision to the account's IAM, and cannot lock
    // everybody out.
    const key = new KmsKey(this, "key", {
      description,
      enableKeyRotation: true,
      deletionWindowInDays: 30,
      policy: policy && renderPolicy(policy),
      lifecycle: preventDestroy ? { preventDestroy } : undefined,
      provider,
    });
    new KmsAlias(this, "alias", { name: alias, targetKeyId: key.keyId, provider });
    this.arn = key.arn;
  }
}
