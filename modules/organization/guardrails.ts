import type { ITerraformDependable } from "cdktf";
import { Construct } from "constructs";
import type { PolicyStatement } from "../iam/policy-document";
import { ServiceControlPolicy } from "./service-control-policy";

export interface GuardrailsProps {
  /** What the policies' names begin with, e.g. `galileo`. */
  readonly policyPrefix: string;
  /** Regions that may be used, at least one. */
  readonly allowedRegions: readonly string[];
  /** Ids of the root or units whose accounts are bound, by a name for the attachment. */
  readonly targetIds: Readonly<Record<string, string>>;
  /** The unit whose accounts may do nothing. */
  readonly suspendedUnitId: string;
  /** What must be there before the policies: the organization. @default none */
  readonly dependsOn?: readonly ITerraformDependable[];
}

/**
 * What no account of the organization may do, its administrators included. The master account is bound by no such
 * policy, and neither are the roles of AWS's own services. AWS attaches at most five policies to a target, its own
 * `FullAWSAccess` among them: the root has three, a unit that is bound itself three, `Suspended` two.
 */
export class Guardrails extends Construct {
  constructor(scope: Construct, id: string, props: GuardrailsProps) {
    super(scope, id);
    const { policyPrefix, allowedRegions, targetIds, suspendedUnitId, dependsOn } = props;
    this.node.addValidation({
      validate: () => (allowedRegions.length === 0 ? ["allowedRegions must name at least one region, got none"] : []),
    });
    new ServiceControlPolicy(this, "conduct", {
      name: `${policyPrefix}-guardrails`,
      description: "Nobody leaves, turns off what watches, works as root, or has keys outside /service/",
      statements: CONDUCT,
      targetIds,
      dependsOn,
    });
    new ServiceControlPolicy(this, "regions", {
      name: `${policyPrefix}-regions`,
      description: "Only allowed regions, and services that have none",
      statements: [onlyIn(allowedRegions)],
      targetIds,
      dependsOn,
    });
    new ServiceControlPolicy(this, "suspended", {
      name: `${policyPrefix}-suspended`,
      description: "Nobody does anything",
      statements: [{ sid: "NobodyDoesAnything", effect: "Deny", actions: ["*"], resources: ["*"] }],
      targetIds: { suspended: suspendedUnitId },
      dependsOn,
    });
  }
}

const CONDUCT: readonly PolicyStatement[] = [
  {
    sid: "NobodyLeavesTheOrganization",
    effect: "Deny",
    actions: ["organizations:LeaveOrganization"],
    resources: ["*"],
  },
  {
    sid: "NobodyTurnsOffATrail",
    effect: "Deny",
    actions: [
      "cloudtrail:DeleteTrail",
      "cloudtrail:PutEventSelectors",
      "cloudtrail:PutInsightSelectors",
      "cloudtrail:StopLogging",
      "cloudtrail:UpdateTrail",
    ],
    resources: ["*"],
  },
  {
    sid: "NobodyDeletesAnAccessAnalyzer",
    effect: "Deny",
    actions: ["access-analyzer:DeleteAnalyzer"],
    resources: ["*"],
  },
  {
    sid: "RootUsersDoNothing",
    effect: "Deny",
    actions: ["*"],
    resources: ["*"],
    conditions: { ArnLike: { "aws:PrincipalArn": "arn:aws:iam::*:root" } },
  },
  {
    sid: "OnlyServiceUsersHaveKeys",
    effect: "Deny",
    actions: ["iam:CreateAccessKey", "iam:CreateServiceSpecificCredential"],
    notResources: ["arn:aws:iam::*:user/service/*"],
  },
  // By its new path a user would take its key along.
  {
    sid: "ServiceUsersStayWhereTheyAre",
    effect: "Deny",
    actions: ["iam:UpdateUser"],
    resources: ["arn:aws:iam::*:user/service/*"],
  },
];

/**
 * Services with one endpoint for all regions, in us-east-1 or us-west-2, whose requests the policy would take for
 * requests to those. AWS's own lists ("Deny access to AWS based on the requested AWS Region", and that of Control
 * Tower) are longer: they except regional services, such as `kms`, `acm` and `config`, for what is global of them, and
 * so leave those open in every region.
 */
const GLOBAL_ACTIONS: readonly string[] = [
  // Identity. STS has regional endpoints too, but people who switch roles in the console use whichever is near their
  // sign-in.
  "account:*",
  "iam:*",
  "organizations:*",
  "sts:*",
  // Bills, contracts and prices.
  "artifact:*",
  "aws-marketplace:*",
  "aws-portal:*",
  "billing:*",
  "budgets:*",
  "ce:*",
  "consolidatedbilling:*",
  "cur:*",
  "freetier:*",
  "invoicing:*",
  "payments:*",
  "pricing:*",
  "purchase-orders:*",
  "sustainability:*",
  "tax:*",
  // Help and health.
  "health:*",
  "support:*",
  "supportplans:*",
  "trustedadvisor:*",
  // The edge of the network.
  "cloudfront:*",
  "globalaccelerator:*",
  "networkmanager:*",
  "route53:*",
  "route53domains:*",
  "shield:*",
  // What of regional services speaks of all regions: the console and SDKs ask us-east-1 for it.
  "cloudtrail:LookupEvents",
  "ec2:DescribeRegions",
  "s3:GetAccountPublicAccessBlock",
  "s3:ListAllMyBuckets",
  "s3:PutAccountPublicAccessBlock",
];

function onlyIn(regions: readonly string[]): PolicyStatement {
  return {
    sid: "OnlyAllowedRegions",
    effect: "Deny",
    notActions: GLOBAL_ACTIONS,
    resources: ["*"],
    conditions: { StringNotEquals: { "aws:RequestedRegion": regions } },
  };
}
