import { OrganizationsPolicy } from "@cdktf/provider-aws/lib/organizations-policy";
import { OrganizationsPolicyAttachment } from "@cdktf/provider-aws/lib/organizations-policy-attachment";
import type { ITerraformDependable } from "cdktf";
import { Construct } from "constructs";
import { renderPolicy, policyText, type PolicyStatement } from "../iam/policy-document";

export interface ServiceControlPolicyProps {
  readonly name: string;
  readonly description: string;
  readonly statements: readonly PolicyStatement[];
  /** Ids of the root, units or accounts that it is attached to, by a name for the attachment. */
  readonly targetIds: Readonly<Record<string, string>>;
  /** What must be there before the policy: the organization. @default none */
  readonly dependsOn?: readonly ITerraformDependable[];
}

/**
 * Characters of a policy, white space included, since only the console takes it out ("Quotas for AWS Organizations").
 */
const POLICY_LIMIT = 5120;

/** Characters of its name and description (CreatePolicy, in the API reference of AWS Organizations). */
const LIMITS = { name: 128, description: 512 } as const;

/**
 * What nobody may do in the accounts below its targets, whatever their IAM says. A policy that AWS would find too long
 * fails at synth.
 */
export class ServiceControlPolicy extends Construct {
  constructor(scope: Construct, id: string, props: ServiceControlPolicyProps) {
    super(scope, id);
    const { name, description, statements, targetIds, dependsOn } = props;
    const content = renderPolicy(statements);
    const size = policyText(content).length;
    this.node.addValidation({
      validate: () => [
        ...(size > POLICY_LIMIT ? [`${name} must have at most ${POLICY_LIMIT} characters, got ${size}`] : []),
        ...Object.entries({ name, description })
          .filter(([what, { length }]) => length > LIMITS[what as keyof typeof LIMITS])
          .map(
            ([what, { length }]) =>
              `${what} must have at most ${LIMITS[what as keyof typeof LIMITS]} characters, got ${length}`,
          ),
      ],
    });

    const policy = new OrganizationsPolicy(this, "policy", {
      name,
      description,
      type: "SERVICE_CONTROL_POLICY",
      content,
      dependsOn: dependsOn && [...dependsOn],
    });
    const attachments = new Construct(this, "on");
    for (const [target, targetId] of Object.entries(targetIds)) {
      new OrganizationsPolicyAttachment(attachments, target, { policyId: policy.id, targetId });
    }
  }
}
