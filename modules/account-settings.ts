import { AccessanalyzerAnalyzer } from "@cdktf/provider-aws/lib/accessanalyzer-analyzer";
import { EbsEncryptionByDefault } from "@cdktf/provider-aws/lib/ebs-encryption-by-default";
import { IamAccountAlias } from "@cdktf/provider-aws/lib/iam-account-alias";
import { IamAccountPasswordPolicy } from "@cdktf/provider-aws/lib/iam-account-password-policy";
import { S3AccountPublicAccessBlock } from "@cdktf/provider-aws/lib/s3-account-public-access-block";
import { Construct } from "constructs";

export interface AccountSettingsProps {
  /** 3 to 63 lower-case letters, digits and hyphens, unique across all AWS accounts. @default the account's alias is left alone */
  readonly alias?: string;
  readonly analyzerName: string;
}

/** Account-wide defaults: strong passwords, encrypted EBS volumes, no public bucket, an access analyzer. */
export class AccountSettings extends Construct {
  constructor(scope: Construct, id: string, props: AccountSettingsProps) {
    super(scope, id);
    const { alias, analyzerName } = props;
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
    new EbsEncryptionByDefault(this, "disk-encryption", { enabled: true });
    new S3AccountPublicAccessBlock(this, "public-buckets", {
      blockPublicAcls: true,
      blockPublicPolicy: true,
      ignorePublicAcls: true,
      restrictPublicBuckets: true,
    });
    new AccessanalyzerAnalyzer(this, "analyzer", { analyzerName, type: "ACCOUNT" });
  }
}
