import { Construct } from "constructs";
import type { PolicyStatement } from "./policy-document";
import { Role } from "./role";

export interface MasterRoleProps {
  readonly name: string;
  /** `documented` is what the accounts' documentation says; `hardened` does the same job with less. */
  readonly profile: "documented" | "hardened";
  readonly mainAccountId: string;
  /** What the main account must present; lets the relationship be revoked. */
  readonly externalId: string;
  /** ARNs of the two application roles: in `hardened` nobody else of the main account may assume it. */
  readonly applicationRoleArns: readonly string[];
  /**
   * ARNs of the access roles of members in which only other environments work: in `hardened` it may not assume them.
   * @default none
   */
  readonly otherAccessRoleArns?: readonly string[];
}

/**
 * The role in the master account that an environment's main account assumes to create member accounts and to set them
 * up.
 */
export class MasterRole extends Construct {
  public readonly roleArn: string;

  constructor(scope: Construct, id: string, props: MasterRoleProps) {
    super(scope, id);
    const { name, profile, mainAccountId, externalId, applicationRoleArns, otherAccessRoleArns = [] } = props;
    const hardened = profile === "hardened";
    const role = new Role(this, "role", {
      name,
      description: "Assumed by the main account to create member accounts",
      trust: [
        {
          sid: "MainAccountMayAssumeWithExternalId",
          principals: { AWS: [`arn:aws:iam::${mainAccountId}:root`] },
          actions: ["sts:AssumeRole"],
          conditions: {
            StringEquals: { "sts:ExternalId": externalId },
            ...(hardened && { ArnEquals: { "aws:PrincipalArn": applicationRoleArns } }),
          },
        },
      ],
      managedPolicies: hardened ? {} : { organizations: "arn:aws:iam::aws:policy/AWSOrganizationsFullAccess" },
      inlinePolicies: {
        ...(hardened && { "create-accounts": [CREATE_ACCOUNTS] }),
        "assume-organization-access": [
          assumeOrganizationAccess(hardened),
          ...(hardened && otherAccessRoleArns.length > 0 ? [neverAssume(otherAccessRoleArns)] : []),
        ],
      },
    });
    this.roleArn = role.arn;
  }
}

/** The three actions that the documentation names as enough. */
const CREATE_ACCOUNTS: PolicyStatement = {
  sid: "CreateAccountsAndFollowTheirCreation",
  actions: [
    "organizations:CreateAccount",
    "organizations:DescribeCreateAccountStatus",
    "organizations:DescribeAccount",
  ],
  resources: ["*"],
};

function assumeOrganizationAccess(hardened: boolean): PolicyStatement {
  return {
    sid: "AssumeOrganizationAccountAccessRole",
    actions: ["sts:AssumeRole"],
    resources: ["arn:aws:iam::*:role/OrganizationAccountAccessRole"],
    // Without it, any account in the world that trusts this one could be entered.
    ...(hardened && { conditions: { StringEquals: { "aws:ResourceOrgID": "${aws:PrincipalOrgID}" } } }),
  };
}

/** Else an environment that is open to more people would be administrator where production runs its analytics. */
function neverAssume(roleArns: readonly string[]): PolicyStatement {
  return {
    sid: "NeverEnterMembersOfOtherEnvironments",
    effect: "Deny",
    actions: ["sts:AssumeRole"],
    resources: roleArns,
  };
}
