import { KmsAlias } from "@cdktf/provider-aws/lib/kms-alias";
import { KmsKey } from "@cdktf/provider-aws/lib/kms-key";
import type { TerraformProvider } from "cdktf";
import { Construct } from "constructs";
import { renderPolicy, type PolicyStatement } from "./iam/policy-document";

export interface EncryptionKeyProps {
  /** `alias/…` */
  readonly alias: string;
  readonly description: string;
  /** Whether Terraform refuses to destroy it. Data that it encrypts is unreadable without it. @default false */
  readonly preventDestroy?: boolean;
  /** The complete key policy. It must let somebody change it. @default KMS's own: the account's IAM decides */
  readonly policy?: readonly PolicyStatement[];
  /** A provider of another region. @default the stack's own provider */
  readonly provider?: TerraformProvider;
}

/**
 * A customer managed key with an alias, rotated every year. By default the account's IAM decides who uses it. Costs
 * about 1 USD a month.
 *
 * @example
 * new EncryptionKey(this, "key", { alias: "alias/dev-irl-galileo", description: "Encrypts the analytics of dev" });
 */
export class EncryptionKey extends Construct {
  public readonly arn: string;

  constructor(scope: Construct, id: string, props: EncryptionKeyProps) {
    super(scope, id);
    const { alias, description, preventDestroy = false, policy, provider } = props;
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
