import type { ITerraformDependable } from "cdktf";
import { Construct } from "constructs";
import type { PolicyStatement } from "../iam/policy-document";
import { ServiceControlPolicy } from "./service-control-policy";

export interface GuardrailsProps {
  /** The prefix of the policies' names, for example `galileo`. */
  readonly policyPrefix: string;
  /** Allowed regions, at least one. */
  readonly allowedRegions: readonly string[];
  /** The home region of IAM Identity Center, if a member manages it. @default none does */
  readonly identityRegion?: string;
  /** Ids of the root or units whose accounts are restricted, by the name of the attachment. */
  readonly targetIds: Readonly<Record<string, string>>;
  /** The id of the unit whose accounts are denied everything. */
  readonly suspendedUnitId: string;
  /** Whether the master account may use the root users of members for AWS's root tasks. @default false */
  readonly rootSessions?: boolean;
  /** Resources that must exist before the policies, such as the organization. @default none */
  readonly dependsOn?: readonly ITerraformDependable[];
}

/**
 * Denies some actions in all accounts of the organization, even for administrators. Service control policies do not
 * apply to the master account and to service-linked roles. AWS attaches at most ten policies to a target, including
 * its own `FullAWSAccess`: the root has three, a unit with its own policies three, `Suspended` two.
 */
export class Guardrails extends Construct {
  constructor(scope: Construct, id: string, props: GuardrailsProps) {
    super(scope, id);
    const {
      policyPrefix,
      allowedRegions,
      identityRegion,
      targetIds,
      suspendedUnitId,
      rootSessions = false,
      dependsOn,
    } = props;
    this.node.addValidation({
      validate: () => (allowedRegions.length === 0 ? ["allowedRegions must name at least one region, got none"] : []),
    });
    new ServiceControlPolicy(this, "conduct", {
      name: `${policyPrefix}-guardrails`,
      description: "Nobody leaves, turns off what watches, works as root, or has keys outside /service/",
      statements: conduct(rootSessions),
      targetIds,
      dependsOn,
    });
    new ServiceControlPolicy(this, "regions", {
      name: `${policyPrefix}-regions`,
      description: "Only allowed regions, and services that have none",
      statements: onlyIn(allowedRegions, identityRegion),
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

const conduct = (rootSessions: boolean): PolicyStatement[] => [
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
    conditions: {
      ArnLike: { "aws:PrincipalArn": "arn:aws:iam::*:root" },
      // A session of AssumeRoot, which AWS limits to one of its five root tasks, is not a sign-in of root.
      ...(rootSessions && { Null: { "aws:AssumedRoot": "true" } }),
    },
  },
  {
    sid: "OnlyServiceUsersHaveKeys",
    effect: "Deny",
    actions: ["iam:CreateAccessKey", "iam:CreateServiceSpecificCredential"],
    notResources: ["arn:aws:iam::*:user/service/*"],
  },
  // A user with another path would keep its key.
  {
    sid: "ServiceUsersStayWhereTheyAre",
    effect: "Deny",
    actions: ["iam:UpdateUser"],
    resources: ["arn:aws:iam::*:user/service/*"],
  },
];

/**
 * Services with one endpoint for all regions, in us-east-1 or us-west-2. The policy would count their requests as
 * requests to these regions. AWS's own lists ("Deny access to AWS based on the requested AWS Region", and that of
 * Control Tower) are longer: they exempt regional services with global parts, such as `kms`, `acm` and `config`, in
 * every region.
 */
const GLOBAL_ACTIONS: readonly string[] = [
  // Identity. STS has regional endpoints, but switching roles in the console uses the one near the sign-in.
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
  // Actions of regional services about all regions. The console and SDKs send them to us-east-1.
  "cloudtrail:LookupEvents",
  "ec2:DescribeRegions",
  "s3:GetAccountPublicAccessBlock",
  "s3:ListAllMyBuckets",
  "s3:PutAccountPublicAccessBlock",
];

/** The services of the alarm on sign-ins of root, which are events of us-east-1. */
const ALARM_ACTIONS: readonly string[] = ["events:*", "sns:*"];

/**
 * IAM Identity Center, which works in its home region only. AWS's own lists exempt `sso` in every region ("Deny access to
 * AWS based on the requested AWS Region", AWS Control Tower). Here its delegated administrator manages it in that region.
 * People need no exemption: a service-linked role creates the roles of permission sets, which STS gives them.
 */
const IDENTITY_ACTIONS: readonly string[] = ["identitystore:*", "sso:*", "sso-directory:*"];

function onlyIn(regions: readonly string[], identityRegion: string | undefined): PolicyStatement[] {
  const deny = { effect: "Deny", resources: ["*"] } as const;
  const outside = (allowed: readonly string[]) => ({ StringNotEquals: { "aws:RequestedRegion": allowed } });
  const hasOtherHome = identityRegion !== undefined && !regions.includes(identityRegion);
  return [
    {
      sid: "OnlyAllowedRegions",
      ...deny,
      notActions: [...GLOBAL_ACTIONS, ...ALARM_ACTIONS, ...(hasOtherHome ? IDENTITY_ACTIONS : [])],
      conditions: outside(regions),
    },
    {
      sid: "AlarmsInTheRegionOfSignInsToo",
      ...deny,
      actions: ALARM_ACTIONS,
      conditions: outside([...new Set([...regions, "us-east-1"])]),
    },
    ...(hasOtherHome
      ? [
          {
            sid: "IdentityCenterInItsHomeRegionToo",
            ...deny,
            actions: IDENTITY_ACTIONS,
            conditions: outside([...regions, identityRegion]),
          },
        ]
      : []),
  ];
}
