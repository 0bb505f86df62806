import { OrganizationsPolicy } from "@cdktf/provider-aws/lib/organizations-policy";
import { OrganizationsPolicyAttachment } from "@cdktf/provider-aws/lib/organizations-policy-attachment";
import type { ITerraformDependable } from "cdktf";
import { Construct } from "constructs";
import { renderPolicy, policyText, type PolicyStatement } from "../iam/policy-document";

export interface ServiceControlPolicyProps {
  readonly name: string;
  readonly description: string;
  readonly statements: readonly PolicyStatement[];
  /** Ids of the root, units or accounts to which it is attached, by the name of the attachment. */
  readonly targetIds: Readonly<Record<string, string>>;
  /** Resources that must exist before the policy, such as the organization. @default none */
  readonly dependsOn?: readonly ITerraformDependable[];
}

/**
 * Characters of a policy with white space, which only the console removes ("Quotas for AWS Organizations"). AWS doubled
 * it on 2026-05-15 ("AWS Organizations increased SCP quotas").
 */
const POLICY_LIMIT = 10240;

/** Characters of its name and description (CreatePolicy, in the API reference of AWS Organizations). */
const LIMITS = { name: 128, description: 512 } as const;

/**
 * Denies actions in all accounts below its targets, whatever their IAM allows. A policy over AWS's limits fails at
 * synth.
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
    for (const [target, targetId] of Object.entries(targetIds))
      new OrganizationsPolicyAttachment(attachments, target, { policyId: policy.id, targetId });
  }
}
