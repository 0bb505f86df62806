import { AccountAlternateContact } from "@cdktf/provider-aws/lib/account-alternate-contact";
import { AccessanalyzerAnalyzer } from "@cdktf/provider-aws/lib/accessanalyzer-analyzer";
import { EbsEncryptionByDefault } from "@cdktf/provider-aws/lib/ebs-encryption-by-default";
import { EbsSnapshotBlockPublicAccess } from "@cdktf/provider-aws/lib/ebs-snapshot-block-public-access";
import { Ec2ImageBlockPublicAccess } from "@cdktf/provider-aws/lib/ec2-image-block-public-access";
import { Ec2InstanceMetadataDefaults } from "@cdktf/provider-aws/lib/ec2-instance-metadata-defaults";
import { EmrBlockPublicAccessConfiguration } from "@cdktf/provider-aws/lib/emr-block-public-access-configuration";
import { IamAccountAlias } from "@cdktf/provider-aws/lib/iam-account-alias";
import { IamAccountPasswordPolicy } from "@cdktf/provider-aws/lib/iam-account-password-policy";
import { S3AccountPublicAccessBlock } from "@cdktf/provider-aws/lib/s3-account-public-access-block";
import type { TerraformProvider } from "cdktf";
import { Construct } from "constructs";
import { GuardDuty, SecurityHub } from "./security-services";

export interface AccountSettingsProps {
  /** The region of the stack. */
  readonly region: string;
  /** 3 to 63 lower-case letters, digits and hyphens, unique across all AWS accounts. @default the account's alias is left alone */
  readonly alias?: string;
  /** The name of the access analyzer, in each region. */
  readonly analyzerName: string;
  /** The name of an analyzer of the whole organization, in each region. Requires its delegated administrator. @default none */
  readonly organizationAnalyzerName?: string;
  /** The alternate contacts by kind: `security`, `billing`, `operations`. @default the account's contacts are left alone */
  readonly contacts?: Readonly<Record<string, Contact | undefined>>;
  /** Whether the account runs EMR clusters. @default false */
  readonly runsEmr?: boolean;
  /** Whether GuardDuty searches for threats in each region, which costs by the volume of events. @default false */
  readonly guardDuty?: boolean;
  /** Whether Security Hub checks each region against AWS's best practices, which costs by the check. @default false */
  readonly securityHub?: boolean;
  /** Providers by region, of the regions other than the stack's own that the account uses. @default none */
  readonly otherRegions?: Readonly<Record<string, TerraformProvider | undefined>>;
}

interface Contact {
  readonly name: string;
  readonly title: string;
  readonly email: string;
  readonly phone: string;
}

/**
 * Account-wide defaults: strong passwords (CIS AWS Foundations 5.0.0, 1.7 and 1.8), no public bucket (S3.1), alternate
 * contacts (Account.1), and in each region that the account uses those that AWS keeps for each region. All are free but
 * GuardDuty and Security Hub. Ids such as S3.1 are controls of AWS Security Hub: docs/baseline.md lists them.
 */
export class AccountSettings extends Construct {
  constructor(scope: Construct, id: string, props: AccountSettingsProps) {
    super(scope, id);
    const { alias, contacts = {}, otherRegions = {} } = props;
    if (alias !== undefined) new IamAccountAlias(this, "alias", { accountAlias: alias });
    for (const [kind, contact] of Object.entries(contacts)) if (contact) this.contact(kind, contact);
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
      regionalSettings(new Construct(this, region), { ...props, region }, provider);
  }

  private contact(kind: string, { name, title, email, phone }: Contact): void {
    new AccountAlternateContact(this, `${kind}-contact`, {
      alternateContactType: kind.toUpperCase(),
      name,
      title,
      emailAddress: email,
      phoneNumber: phone,
    });
  }
}

/**
 * What AWS keeps for each region of an account: encrypted EBS volumes (EC2.7), version 2 of the instance metadata
 * service for new instances (EC2.8), no public snapshots (EC2.182) and images, an access analyzer (IAM.28), and where
 * EMR runs, no cluster that the internet reaches (EMR.2). GuardDuty (GuardDuty.1) and Security Hub (CIS 4.16) on
 * request.
 */
function regionalSettings(
  scope: Construct,
  {
    region,
    analyzerName,
    organizationAnalyzerName,
    runsEmr = false,
    guardDuty = false,
    securityHub = false,
  }: AccountSettingsProps,
  provider?: TerraformProvider,
): void {
  new EbsEncryptionByDefault(scope, "disk-encryption", { enabled: true, provider });
  new Ec2InstanceMetadataDefaults(scope, "instance-metadata", { httpTokens: "required", provider });
  new EbsSnapshotBlockPublicAccess(scope, "public-snapshots", { state: "block-all-sharing", provider });
  new Ec2ImageBlockPublicAccess(scope, "public-images", { state: "block-new-sharing", provider });
  if (runsEmr)
    new EmrBlockPublicAccessConfiguration(scope, "public-clusters", { blockPublicSecurityGroupRules: true, provider });
  new AccessanalyzerAnalyzer(scope, "analyzer", { analyzerName, type: "ACCOUNT", provider });
  if (organizationAnalyzerName !== undefined)
    new AccessanalyzerAnalyzer(scope, "organization-analyzer", {
      analyzerName: organizationAnalyzerName,
      type: "ORGANIZATION",
      provider,
    });
  if (guardDuty) new GuardDuty(scope, "guard-duty", { provider });
  if (securityHub) new SecurityHub(scope, "security-hub", { region, provider });
}
