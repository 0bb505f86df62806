import { GuarddutyDetector } from "@cdktf/provider-aws/lib/guardduty-detector";
import { GuarddutyDetectorFeature } from "@cdktf/provider-aws/lib/guardduty-detector-feature";
import { SecurityhubAccount } from "@cdktf/provider-aws/lib/securityhub-account";
import { SecurityhubStandardsSubscription } from "@cdktf/provider-aws/lib/securityhub-standards-subscription";
import type { TerraformProvider } from "cdktf";
import { Construct } from "constructs";

interface GuardDutyProps {
  /** The provider of its region. @default the stack's own */
  readonly provider?: TerraformProvider;
}

/**
 * The protection plans that AWS turns on in a new detector unless it is asked not to, each at a price of its own
 * (CreateDetector, in the API reference of GuardDuty). Runtime Monitoring is off in a new detector.
 */
const PROTECTION_PLANS = {
  s3: "S3_DATA_EVENTS",
  eks: "EKS_AUDIT_LOGS",
  malware: "EBS_MALWARE_PROTECTION",
  rds: "RDS_LOGIN_EVENTS",
  lambda: "LAMBDA_NETWORK_LOGS",
} as const;

/**
 * GuardDuty in a region (GuardDuty.1): it searches CloudTrail, DNS queries and VPC flows for threats, without trails and
 * flow logs of the account. The protection plans, which cost more, are off.
 */
export class GuardDuty extends Construct {
  constructor(scope: Construct, id: string, { provider }: GuardDutyProps) {
    super(scope, id);
    const detector = new GuarddutyDetector(this, "detector", { enable: true, provider });
    const plans = new Construct(this, "plans");
    for (const [plan, name] of Object.entries(PROTECTION_PLANS))
      new GuarddutyDetectorFeature(plans, plan, { detectorId: detector.id, name, status: "DISABLED", provider });
  }
}

interface SecurityHubProps {
  readonly region: string;
  /** The provider of the region. @default the stack's own */
  readonly provider?: TerraformProvider;
}

/**
 * Security Hub CSPM in a region (CIS AWS Foundations 5.0.0, 4.16), with one standard: AWS Foundational Security Best
 * Practices. By default, AWS turns on a second one, and charges for each check (EnableSecurityHub, in the API reference of
 * Security Hub). Most checks need a recorder of AWS Config.
 */
export class SecurityHub extends Construct {
  constructor(scope: Construct, id: string, { region, provider }: SecurityHubProps) {
    super(scope, id);
    const account = new SecurityhubAccount(this, "account", { enableDefaultStandards: false, provider });
    new SecurityhubStandardsSubscription(this, "best-practices", {
      standardsArn: `arn:aws:securityhub:${region}::standards/aws-foundational-security-best-practices/v/1.0.0`,
      dependsOn: [account],
      provider,
    });
  }
}
