import { IamPolicy } from "@cdktf/provider-aws/lib/iam-policy";
import { Construct } from "constructs";
import { analysisBoundary, documentedPolicies, hardenedPolicies, type AnalyticsPolicies } from "./analytics-policies";
import { renderPolicy } from "./policy-document";
import { Role } from "./role";

export interface CrossAccountExecutionRoleProps {
  readonly name: string;
  /** The name of the permissions boundary that `hardened` makes. */
  readonly boundaryName: string;
  /** `documented` is what the accounts' documentation says; `hardened` does the same job with its holes closed. */
  readonly profile: "documented" | "hardened";
  readonly namespace: string;
  readonly memberAccountId: string;
  /** Whose buckets of the namespace it works with, beside the member's own. */
  readonly mainAccountId: string;
  /** What whoever assumes it must present. */
  readonly externalId: string;
  /**
   * ARNs of the main account's two application roles. They must exist: AWS refuses a trust policy that names a missing
   * role.
   */
  readonly applicationRoleArns: readonly string[];
}

/** The role in a member account that the main account assumes to launch and to reap analytics. */
export class CrossAccountExecutionRole extends Construct {
  public readonly roleArn: string;

  constructor(scope: Construct, id: string, props: CrossAccountExecutionRoleProps) {
    super(scope, id);
    const { name, profile, memberAccountId, externalId, applicationRoleArns } = props;
    const role = new Role(this, "role", {
      name,
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
    const { boundaryName, namespace, memberAccountId: accountId, mainAccountId } = props;
    const bucketArns = [accountId, mainAccountId].map((owner) => `arn:aws:s3:::${owner}-${namespace}-*`);
    const boundary = renderPolicy(analysisBoundary({ accountId, bucketArns }));
    new IamPolicy(this, "boundary", {
      name: boundaryName,
      description: "The most that an analysis role can do",
      policy: boundary,
    });
    // Written, not referenced: the role's policies are static text, and the boundary is only named in a condition.
    const boundaryArn = `arn:aws:iam::${accountId}:policy/${boundaryName}`;
    return hardenedPolicies({ accountId, namespace, boundaryArn, bucketArns });
  }
}
