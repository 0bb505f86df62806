import { AwsProvider } from "@cdktf/provider-aws/lib/provider";
import { S3Backend, TerraformOutput, TerraformStack, Token } from "cdktf";
import type { Construct } from "constructs";
import type { StackSpec } from "../config/layout";
import { tagsOf } from "../config/naming";

// The estate's checks know every region; Terraform's own list is as old as its release, and would refuse the newest
// ones.
const skipRegionValidation = true;

/**
 * What every stack has: one provider for its account and region, which stops before the first write if the credentials
 * are another account's; its own state in that account's bucket, locked while in use; and tags that say where a
 * resource comes from.
 */
export abstract class BaseStack extends TerraformStack {
  constructor(
    scope: Construct,
    public readonly spec: StackSpec,
    private readonly solution: string,
  ) {
    super(scope, spec.id);
    const { account, region, state } = spec;
    const assumeRole = account.assumedRoleArn ? { roleArn: account.assumedRoleArn } : undefined;
    this.provider("aws", region);
    new S3Backend(this, {
      bucket: state.bucket,
      key: state.key,
      region: state.region,
      encrypt: true,
      kmsKeyId: account.stateKeyAlias && `arn:aws:kms:${state.region}:${account.id}:${account.stateKeyAlias}`,
      allowedAccountIds: [account.id],
      assumeRole,
      skipRegionValidation,
    });
    // cdktf has no property for it. Consumers of this state do not get it, and need not: they only read.
    this.addOverride("terraform.backend.s3.use_lockfile", true);
    this.addOverride("terraform.required_version", ">= 1.11.0");
  }

  /** The stack's provider for a second region, as strict as the first. */
  protected providerIn(region: string): AwsProvider {
    return this.provider(`aws-${region}`, region, region);
  }

  private provider(id: string, region: string, alias?: string): AwsProvider {
    const { account } = this.spec;
    return new AwsProvider(this, id, {
      alias,
      region,
      allowedAccountIds: [account.id],
      assumeRole: account.assumedRoleArn ? [{ roleArn: account.assumedRoleArn }] : undefined,
      skipRegionValidation,
      defaultTags: [{ tags: tagsOf(this.spec, this.solution) }],
    });
  }

  /** A value that people need, shown after apply and by `terraform output`. */
  protected output(id: string, value: string | readonly string[], description: string): void {
    new TerraformOutput(this, id, { value: typeof value === "string" ? value : Token.asAny(value), description });
  }
}
