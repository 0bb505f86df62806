import { IamRole } from "@cdktf/provider-aws/lib/iam-role";
import { IamRolePoliciesExclusive } from "@cdktf/provider-aws/lib/iam-role-policies-exclusive";
import { IamRolePolicy } from "@cdktf/provider-aws/lib/iam-role-policy";
import { IamRolePolicyAttachment } from "@cdktf/provider-aws/lib/iam-role-policy-attachment";
import { IamRolePolicyAttachmentsExclusive } from "@cdktf/provider-aws/lib/iam-role-policy-attachments-exclusive";
import type { ITerraformDependable } from "cdktf";
import { Construct } from "constructs";
import { constructId } from "../terraform-syntax";
import { renderPolicy, policySize, type PolicyStatement } from "./policy-document";

export interface RoleProps {
  /** After its path if it has one: `service/Api`. */
  readonly name: string;
  readonly description: string;
  /** The statements of the trust policy, usually with the action `sts:AssumeRole`. */
  readonly trust: readonly PolicyStatement[];
  /** Inline policies by name. @default none */
  readonly inlinePolicies?: Readonly<Record<string, readonly PolicyStatement[]>>;
  /** ARNs of managed policies, by the name of the attachment. @default none */
  readonly managedPolicies?: Readonly<Record<string, string>>;
  /** ARNs of managed policies that somebody attached, and that the role keeps. @default none */
  readonly keepPolicies?: readonly string[];
  /** The longest session, 3,600 to 43,200 s. @default 3600 */
  readonly maxSessionSeconds?: number;
  /** The ARN of the permissions boundary. @default none */
  readonly permissionsBoundaryArn?: string;
  /** Tags besides the provider's default tags. @default none */
  readonly tags?: Readonly<Record<string, string>>;
  /** Resources that must exist before the role, such as an identity provider that it trusts by name. @default none */
  readonly dependsOn?: readonly ITerraformDependable[];
}

/** The defaults of "IAM and AWS STS quotas": characters without white space, and managed policies per role. */
const LIMITS = { trust: 2048, inline: 10240, managed: 10 } as const;

/**
 * A role with exactly the given policies: a policy attached outside the code shows up in the next plan, and the next
 * apply removes it. Documents over AWS's limits fail at synth.
 *
 * @example
 * new Role(this, "role", {
 *   name: "worker", description: "Runs the workers", trust: [trustServices(["ec2.amazonaws.com"])],
 *   managedPolicies: { "session-manager": "arn:aws:iam::aws:policy/AmazonSSMManagedInstanceCore" },
 * });
 */
export class Role extends Construct {
  public readonly arn: string;
  public readonly name: string;
  /** For resources that must be created after the role. They do not wait for its policies. */
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
      ...namedAt(name),
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
    const attached = Object.entries({ ...managedPolicies, ...keptPolicies(props.keepPolicies) }).map(
      ([policy, policyArn]) => new IamRolePolicyAttachment(this, `managed-${policy}`, { role: role.name, policyArn }),
    );
    // Both wait for the policies that they allow. Otherwise they would remove them during creation.
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

/** The name and path of a role, user or policy that is written `team/Api`. */
export function namedAt(given: string): { name: string; path: string | undefined } {
  const end = given.lastIndexOf("/") + 1;
  return { name: given.slice(end), path: end > 0 ? `/${given.slice(0, end)}` : undefined };
}

/** Managed policies that somebody attached to a role or user, by the name of the attachment. */
export const keptPolicies = (arns: readonly string[] = []): Record<string, string> =>
  Object.fromEntries(arns.map((arn) => [`kept-${constructId(arn)}`, arn]));

const tooMuch = (what: string, got: number, limit: number, unit: string): string[] =>
  got > limit ? [`${what} must have at most ${limit} ${unit}, got ${got}`] : [];

/** Allows AWS services to assume a role. */
export const trustServices = (services: readonly string[]): PolicyStatement => ({
  sid: "ServiceMayAssume",
  principals: { Service: services },
  actions: ["sts:AssumeRole"],
});

interface TrustedFrom {
  /** Networks from which the role may be assumed. @default any */
  readonly sourceIps?: readonly string[];
  /** Regions whose STS endpoint may be called. @default any */
  readonly regions?: readonly string[];
}

/** IAM accepts no trust policy without a statement. */
const TRUST_NOBODY: PolicyStatement = {
  sid: "NobodyMayAssume",
  effect: "Deny",
  principals: "*",
  actions: ["sts:AssumeRole"],
};

/**
 * Allows people to assume a role, with MFA only. Without any, the role stays, and nobody may assume it.
 *
 * `Bool`, never `BoolIfExists`: a request signed with a long-lived key has no `aws:MultiFactorAuthPresent`, and
 * `BoolIfExists` would allow it.
 */
export function trustPeople(principalArns: readonly string[], from: TrustedFrom = {}): PolicyStatement {
  const { sourceIps, regions } = from;
  if (principalArns.length === 0) return TRUST_NOBODY;
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
