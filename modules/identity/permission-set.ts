import { SsoadminAccountAssignment } from "@cdktf/provider-aws/lib/ssoadmin-account-assignment";
import { SsoadminManagedPolicyAttachment } from "@cdktf/provider-aws/lib/ssoadmin-managed-policy-attachment";
import { SsoadminPermissionSet } from "@cdktf/provider-aws/lib/ssoadmin-permission-set";
import { SsoadminPermissionSetInlinePolicy } from "@cdktf/provider-aws/lib/ssoadmin-permission-set-inline-policy";
import { Construct } from "constructs";
import { policySize, renderPolicy, type PolicyStatement } from "../iam/policy-document";
import { constructId } from "../terraform-syntax";

export interface PermissionSetProps {
  readonly instanceArn: string;
  /** 1 to 32 characters. It is part of the name of the role in each account. */
  readonly name: string;
  readonly description: string;
  /** The longest session, 3,600 to 43,200 s. */
  readonly sessionSeconds: number;
  /** ARNs of managed policies, by the name of the attachment. */
  readonly managedPolicies: Readonly<Record<string, string>>;
  /** @default none */
  readonly statements?: readonly PolicyStatement[];
  readonly assignments: readonly {
    readonly account: string;
    readonly accountId: string;
    /** The ids of the groups in the identity store, by their display names. */
    readonly groupIds: ReadonlyMap<string, string>;
  }[];
}

/** "IAM Identity Center quotas", and IAM's for the inline policies of a role, which each account gets. */
const LIMITS = { name: 32, inline: 10240 } as const;

/**
 * A permission set of IAM Identity Center, and the groups that use it in accounts. A group gets it in an account only
 * when the set has all its policies, those that deny included.
 *
 * @example
 * new PermissionSet(this, "admin", {
 *   instanceArn, name: "Admin", description: "Full access", sessionSeconds: 3600,
 *   managedPolicies: { administrator: "arn:aws:iam::aws:policy/AdministratorAccess" },
 *   assignments: [{ account: "dev", accountId: "222222222222", groupIds: new Map([["leads", group.groupId]]) }],
 * });
 */
export class PermissionSet extends Construct {
  constructor(scope: Construct, id: string, props: PermissionSetProps) {
    super(scope, id);
    const { instanceArn, name, description, sessionSeconds, managedPolicies, statements = [], assignments } = props;
    const document = statements.length > 0 ? renderPolicy(statements) : undefined;
    this.node.addValidation({
      validate: () => [
        ...(name.length > LIMITS.name
          ? [`name must have at most ${LIMITS.name} characters, got ${name.length}: "${name}"`]
          : []),
        ...(document !== undefined && policySize(document) > LIMITS.inline
          ? [`inline policy must have at most ${LIMITS.inline} characters, got ${policySize(document)}`]
          : []),
      ],
    });
    const set = new SsoadminPermissionSet(this, "set", {
      instanceArn,
      name,
      description,
      sessionDuration: duration(sessionSeconds),
    });
    const permissionSetArn = set.arn;
    const attached = Object.entries(managedPolicies).map(
      ([policy, managedPolicyArn]) =>
        new SsoadminManagedPolicyAttachment(this, `managed-${policy}`, {
          instanceArn,
          permissionSetArn,
          managedPolicyArn,
        }),
    );
    const inline =
      document === undefined
        ? []
        : [
            new SsoadminPermissionSetInlinePolicy(this, "inline", {
              instanceArn,
              permissionSetArn,
              inlinePolicy: document,
            }),
          ];
    const assignmentScope = new Construct(this, "assignment");
    for (const { account, accountId, groupIds } of assignments) {
      const accountScope = new Construct(assignmentScope, constructId(account));
      for (const [group, principalId] of groupIds) {
        new SsoadminAccountAssignment(accountScope, constructId(group), {
          instanceArn,
          permissionSetArn,
          principalType: "GROUP",
          principalId,
          targetType: "AWS_ACCOUNT",
          targetId: accountId,
          dependsOn: [...attached, ...inline],
        });
      }
    }
  }
}

/** A length of time as in ISO 8601, in the form that AWS returns for whole hours and minutes. */
function duration(seconds: number): string {
  const [hours, minutes, rest] = [Math.floor(seconds / 3600), Math.floor(seconds / 60) % 60, seconds % 60];
  return `PT${hours}H${minutes > 0 ? `${minutes}M` : ""}${rest > 0 ? `${rest}S` : ""}`;
}
