import { IamPolicy } from "@cdktf/provider-aws/lib/iam-policy";
import { Construct } from "constructs";
import { analysisBoundary, documentedPolicies, hardenedPolicies, type AnalyticsPolicies } from "./analytics-policies";
import { renderPolicy } from "./policy-document";
import { Role } from "./role";

export interface CrossAccountExecutionRoleProps {
  readonly name: string;
  /** The name of the permissions boundary that the profile `hardened` creates. */
  readonly boundaryName: string;
  /** The path of the roles that the profile `hardened` creates and passes. */
  readonly rolePath: string;
  /** `documented`: as in the accounts' documentation. `hardened`: same purpose, without the known ways to escalate. */
  readonly profile: "documented" | "hardened";
  readonly namespace: string;
  readonly memberAccountId: string;
  /** The account whose buckets of the namespace it uses, besides the member's own. */
  readonly mainAccountId: string;
  /** The external id that every caller must present. */
  readonly externalId: string;
  /** ARNs of the main account's two application roles, which must exist: AWS refuses to trust a missing role. */
  readonly applicationRoleArns: readonly string[];
  /** Names of the main account's buckets that do not begin with the account's id and the namespace. @default none */
  readonly bucketNames?: readonly string[];
  /** ARNs of managed policies that somebody attached, and that the role keeps. @default none */
  readonly keepPolicies?: readonly string[];
}

/**
 * The role in a member account that the main account assumes to launch and reap analytics.
 *
 * @example
 * new CrossAccountExecutionRole(this, "cross-account-role", {
 *   name: "dev-irl-galileo-cross-account", boundaryName: "dev-irl-galileo-analysis-boundary", profile: "hardened",
 *   rolePath: "/bounded/dev-irl-galileo/",
 *   namespace: "dev-irl-galileo", memberAccountId: "666666666666", mainAccountId: "222222222222",
 *   externalId: "galileo-dev", applicationRoleArns: [roles.apiHandlerArn, roles.workflowLoopRunnerArn],
 * });
 */
export class CrossAccountExecutionRole extends Construct {
  public readonly roleArn: string;

  constructor(scope: Construct, id: string, props: CrossAccountExecutionRoleProps) {
    super(scope, id);
    const { name, profile, memberAccountId, externalId, applicationRoleArns } = props;
    const role = new Role(this, "role", {
      name,
      keepPolicies: props.keepPolicies,
      description: "Assumed by the main account to launch and reap analytics",
      trust: [
        {
          sid: "ApplicationAndOwnAccountMayAssumeWithExternalId",
          principals: { AWS: [...applicationRoleArns, `arn:aws:iam::${memberAccountId}:root`] },
          actions: ["sts:AssumeRole"],
          conditions: { StringEquals: { "sts:ExternalId": externalId } },
        },
      ],
      inlinePolicies: profile === "documented" ? documentedPolicies(memberAccountId) : this.hardened(props),
    });
    this.roleArn = role.arn;
  }

  private hardened(props: CrossAccountExecutionRoleProps): AnalyticsPolicies {
    const { boundaryName, rolePath, namespace, memberAccountId: accountId, mainAccountId, bucketNames = [] } = props;
    const patterns = [accountId, mainAccountId].map((owner) => `${owner}-${namespace}-*`);
    const bucketArns = [...patterns, ...bucketNames].map((bucket) => `arn:aws:s3:::${bucket}`);
    const boundary = renderPolicy(analysisBoundary({ accountId, rolePath, bucketArns }));
    new IamPolicy(this, "boundary", {
      name: boundaryName,
      description: "The most that an analysis role can do",
      policy: boundary,
    });
    // Text and not a reference: the role's policies are static text, and name the boundary in a condition only.
    const boundaryArn = `arn:aws:iam::${accountId}:policy/${boundaryName}`;
    return hardenedPolicies({ accountId, namespace, boundaryArn, rolePath, bucketArns });
  }
}
