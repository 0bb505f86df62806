import { AccessanalyzerAnalyzer } from "@cdktf/provider-aws/lib/accessanalyzer-analyzer";
import { EbsEncryptionByDefault } from "@cdktf/provider-aws/lib/ebs-encryption-by-default";
import { IamAccountAlias } from "@cdktf/provider-aws/lib/iam-account-alias";
import { IamAccountPasswordPolicy } from "@cdktf/provider-aws/lib/iam-account-password-policy";
import { S3AccountPublicAccessBlock } from "@cdktf/provider-aws/lib/s3-account-public-access-block";
import type { TerraformProvider } from "cdktf";
import { Construct } from "constructs";

export interface AccountSettingsProps {
  /** 3 to 63 lower-case letters, digits and hyphens, unique across all AWS accounts. @default the account's alias is left alone */
  readonly alias?: string;
  /** The name of the access analyzer, in each region. */
  readonly analyzerName: string;
  /** Providers by region, of the regions other than the stack's own that the account uses. @default none */
  readonly otherRegions?: Readonly<Record<string, TerraformProvider | undefined>>;
}

/**
 * Account-wide defaults: strong passwords and no public bucket, and in each region that the account uses encrypted EBS
 * volumes and an access analyzer. AWS keeps the latter for each region.
 */
export class AccountSettings extends Construct {
  constructor(scope: Construct, id: string, props: AccountSettingsProps) {
    super(scope, id);
    const { alias, otherRegions = {} } = props;
    if (alias !== undefined) new IamAccountAlias(this, "alias", { accountAlias: alias });
    new IamAccountPasswordPolicy(this, "passwords", {
      minimumPasswordLength: 14,
      requireLowercaseCharacters: true,
      requireUppercaseCharacters: true,
      requireNumbers: true,
      requireSymbols: true,
      passwordReusePrevention: 24,
      maxPasswordAge: 90,
      allowUsersToChangePassword: true,
    });
    new S3AccountPublicAccessBlock(this, "public-buckets", {
      blockPublicAcls: true,
      blockPublicPolicy: true,
      ignorePublicAcls: true,
      restrictPublicBuckets: true,
    });
    // The settings of the stack's own region have no region in their address.
    regionalSettings(this, props);
    for (const [region, provider] of Object.entries(otherRegions))
      regionalSettings(new Construct(this, region), props, provider);
  }
}

/** What AWS keeps for each region of an account. */
function regionalSettings(
  scope: Construct,
  { analyzerName }: AccountSettingsProps,
  provider?: TerraformProvider,
): void {
  new EbsEncryptionByDefault(scope, "disk-encryption", { enabled: true, provider });
  new AccessanalyzerAnalyzer(scope, "analyzer", { analyzerName, type: "ACCOUNT", provider });
}
