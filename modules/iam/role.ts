import { IamRole } from "@cdktf/provider-aws/lib/iam-role";
import { IamRolePoliciesExclusive } from "@cdktf/provider-aws/lib/iam-role-policies-exclusive";
import { IamRolePolicy } from "@cdktf/provider-aws/lib/iam-role-policy";
import { IamRolePolicyAttachment } from "@cdktf/provider-aws/lib/iam-role-policy-attachment";
import { IamRolePolicyAttachmentsExclusive } from "@cdktf/provider-aws/lib/iam-role-policy-attachments-exclusive";
import type { ITerraformDependable } from "cdktf";
import { Construct } from "constructs";
import { renderPolicy, policySize, type PolicyStatement } from "./policy-document";

export interface RoleProps {
  readonly name: string;
  readonly description: string;
  /** The trust policy's statements; their action is given, usually `sts:AssumeRole`. */
  readonly trust: readonly PolicyStatement[];
  /** Inline policies by name. */
  readonly inlinePolicies?: Readonly<Record<string, readonly PolicyStatement[]>>;
  /** ARNs of managed policies by a name for the attachment. */
  readonly managedPolicies?: Readonly<Record<string, string>>;
  /** Longest session, 3,600 to 43,200 s. @default 3600 */
  readonly maxSessionSeconds?: number;
  /** @default none */
  readonly permissionsBoundaryArn?: string;
  /** @default none but the provider's default tags */
  readonly tags?: Readonly<Record<string, string>>;
  /** What must be there before the role, for example an identity provider that it trusts by name. @default none */
  readonly dependsOn?: readonly ITerraformDependable[];
}

/** The default quotas of "IAM and AWS STS quotas": characters without white space, and managed policies a role. */
const LIMITS = { trust: 2048, inline: 10240, managed: 10 } as const;

/**
 * A role with all its policies, and no others: what somebody attaches beside the code shows in the next plan and goes
 * with the next apply. Documents that would pass AWS's limits fail at synth.
 */
export class Role extends Construct {
  public readonly arn: string;
  public readonly name: string;
  /** For what must come after it: the role alone, without its policies. */
  public readonly dependable: ITerraformDependable;

  constructor(scope: Construct, id: string, props: RoleProps) {
    super(scope, id);
    const {
      name,
      description,
      trust,
      inlinePolicies = {},
      managedPolicies = {},
      maxSessionSeconds = 3600,
      permissionsBoundaryArn,
    } = props;
    const trustDocument = renderPolicy(trust);
    const inlineDocuments = Object.entries(inlinePolicies).map(
      ([policy, statements]) => [policy, renderPolicy(statements)] as const,
    );
    this.node.addValidation({
      validate: () => {
        const inline = inlineDocuments.reduce((sum, [, document]) => sum + policySize(document), 0);
        return [
          ...tooMuch("trust policy", policySize(trustDocument), LIMITS.trust, "characters"),
          ...tooMuch("inline policies", inline, LIMITS.inline, "characters"),
          ...tooMuch("managed policies", Object.keys(managedPolicies).length, LIMITS.managed, "policies"),
          ...(maxSessionSeconds < 3600 || maxSessionSeconds > 43200
            ? [`maxSessionSeconds must be 3600 to 43200, got ${maxSessionSeconds}`]
            : []),
        ];
      },
    });

    const role = new IamRole(this, "role", {
      name,
      description,
      assumeRolePolicy: trustDocument,
      maxSessionDuration: maxSessionSeconds,
      permissionsBoundary: permissionsBoundaryArn,
      tags: props.tags,
      dependsOn: props.dependsOn && [...props.dependsOn],
    });
    const inline = inlineDocuments.map(
      ([policy, document]) =>
        new IamRolePolicy(this, `inline-${policy}`, { name: policy, role: role.name, policy: document }),
    );
    const attached = Object.entries(managedPolicies).map(
      ([policy, policyArn]) => new IamRolePolicyAttachment(this, `managed-${policy}`, { role: role.name, policyArn }),
    );
    // Both wait for what they allow, or they would take it for foreign while it is being made.
    new IamRolePoliciesExclusive(this, "no-other-inline", {
      roleName: role.name,
      policyNames: inline.map((policy) => policy.name),
    });
    new IamRolePolicyAttachmentsExclusive(this, "no-other-managed", {
      roleName: role.name,
      policyArns: attached.map((attachment) => attachment.policyArn),
    });
    this.arn = role.arn;
    this.name = role.name;
    this.dependable = role;
  }
}

function tooMuch(what: string, got: number, limit: number, unit: string): string[] {
  return got > limit ? [`${what} must have at most ${limit} ${unit}, got ${got}`] : [];
}

/** Lets AWS services assume a role. */
export function trustServices(services: readonly string[]): PolicyStatement {
  return { sid: "ServiceMayAssume", principals: { Service: services }, actions: ["sts:AssumeRole"] };
}

interface TrustedFrom {
  /** Networks from which the role may be assumed. @default any */
  readonly sourceIps?: readonly string[];
  /** Regions whose STS may be asked for the role. @default any */
  readonly regions?: readonly string[];
}

/**
 * Lets people assume a role, with MFA only.
 *
 * `Bool`, never `BoolIfExists`: a request signed with a long-lived key carries no `aws:MultiFactorAuthPresent`, and the
 * latter would let it in.
 */
export function trustPeople(principalArns: readonly string[], from: TrustedFrom = {}): PolicyStatement {
  const { sourceIps, regions } = from;
  return {
    sid: "NamedPeopleMayAssumeWithMfa",
    principals: { AWS: principalArns },
    actions: ["sts:AssumeRole"],
    conditions: {
      Bool: { "aws:MultiFactorAuthPresent": "true" },
      ...(sourceIps && { IpAddress: { "aws:SourceIp": sourceIps } }),
      ...(regions && { StringEquals: { "aws:RequestedRegion": regions } }),
    },
  };
}
