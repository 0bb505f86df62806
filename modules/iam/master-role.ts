import { Construct } from "constructs";
import type { PolicyStatement } from "./policy-document";
import { Role } from "./role";

export interface MasterRoleProps {
  readonly name: string;
  /** `documented`: as in the accounts' documentation. `hardened`: same purpose with fewer permissions. */
  readonly profile: "documented" | "hardened";
  readonly mainAccountId: string;
  /** The external id that the main account must present. Changing it revokes the access. */
  readonly externalId: string;
  /** ARNs of the two application roles. In `hardened`, no other role of the main account may assume this role. */
  readonly applicationRoleArns: readonly string[];
  /** ARNs of access roles in members of other environments, denied in `hardened`. @default none */
  readonly otherAccessRoleArns?: readonly string[];
  /** ARNs of managed policies that somebody attached, and that the role keeps. @default none */
  readonly keepPolicies?: readonly string[];
}

/**
 * The role in the master account that an environment's main account assumes to create and set up member accounts.
 *
 * @example
 * new MasterRole(this, "master-role", {
 *   name: "dev-irl-galileo-master", profile: "hardened", mainAccountId: "222222222222", externalId: "galileo-dev",
 *   applicationRoleArns: ["arn:aws:iam::222222222222:role/dev-irl-galileo-ApiHandler"],
 * });
 */
export class MasterRole extends Construct {
  public readonly roleArn: string;

  constructor(scope: Construct, id: string, props: MasterRoleProps) {
    super(scope, id);
    const { name, profile, mainAccountId, externalId, applicationRoleArns, otherAccessRoleArns = [] } = props;
    const hardened = profile === "hardened";
    const role = new Role(this, "role", {
      name,
      keepPolicies: props.keepPolicies,
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

/** The three actions that are enough according to the accounts' documentation. */
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
    // Without the condition, the role could enter any account in the world that trusts this account.
    ...(hardened && { conditions: { StringEquals: { "aws:ResourceOrgID": "${aws:PrincipalOrgID}" } } }),
  };
}

/** Without it, an environment that is open to more people would be administrator of production's analytics accounts. */
function neverAssume(roleArns: readonly string[]): PolicyStatement {
  return {
    sid: "NeverEnterMembersOfOtherEnvironments",
    effect: "Deny",
    actions: ["sts:AssumeRole"],
    resources: roleArns,
  };
}
