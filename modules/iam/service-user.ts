import { IamPolicy } from "@cdktf/provider-aws/lib/iam-policy";
import { IamUser } from "@cdktf/provider-aws/lib/iam-user";
import { IamUserPoliciesExclusive } from "@cdktf/provider-aws/lib/iam-user-policies-exclusive";
import { IamUserPolicyAttachment } from "@cdktf/provider-aws/lib/iam-user-policy-attachment";
import { IamUserPolicyAttachmentsExclusive } from "@cdktf/provider-aws/lib/iam-user-policy-attachments-exclusive";
import { Fn, Token } from "cdktf";
import { Construct } from "constructs";
import { renderPolicy, policySize, type PolicyStatement } from "./policy-document";
import { keptPolicies, namedAt } from "./role";

export interface ServiceUserProps {
  readonly name: string;
  /** The permissions of the user, as a customer managed policy with the user's name. */
  readonly statements: readonly PolicyStatement[];
  /** The permissions boundary. */
  readonly boundary: readonly PolicyStatement[];
  /** ARNs of AWS managed policies, by the name of the attachment. @default none */
  readonly managedPolicies?: Readonly<Record<string, string>>;
  /** For a user that exists. @default a new user */
  readonly existing?: ExistingUserProps;
}

/** What a user that exists keeps. */
export interface ExistingUserProps {
  /** The user's name after its path. A change of the path changes its ARN. @default `service/` and the name */
  readonly user?: string;
  /** The name of its own policy after its path. @default `service/` and the name */
  readonly policy?: string;
  /** ARNs of managed policies that somebody attached, and that it keeps. @default none */
  readonly keepPolicies?: readonly string[];
}

/** Characters of a managed policy, without white space ("IAM and AWS STS quotas"). */
const MANAGED_POLICY_LIMIT = 6144;

/**
 * An IAM user for a machine outside AWS: no console login, no group, a permissions boundary, and exactly the given
 * policies. Terraform creates no access key, because the state would contain its secret.
 */
export class ServiceUser extends Construct {
  public readonly userArn: string;

  constructor(scope: Construct, id: string, props: ServiceUserProps) {
    super(scope, id);
    const { name, statements, boundary, managedPolicies = {}, existing = {} } = props;
    const path = "/service/";
    const documents = { policy: renderPolicy(statements), boundary: renderPolicy(boundary) };
    this.node.addValidation({
      validate: () =>
        Object.entries(documents)
          .filter(([, document]) => policySize(document) > MANAGED_POLICY_LIMIT)
          .map(
            ([which, document]) =>
              `the ${which} of ${name} must have at most ${MANAGED_POLICY_LIMIT} characters, got ${policySize(document)}`,
          ),
    });

    const limit = new IamPolicy(this, "boundary", {
      name: `${name}-boundary`,
      path,
      description: `The most that ${name} could be given`,
      policy: documents.boundary,
    });
    const policy = new IamPolicy(this, "policy", {
      ...namedAt(existing.policy ?? `${path.slice(1)}${name}`),
      description: `What ${name} may do`,
      policy: documents.policy,
    });
    const user = new IamUser(this, "user", {
      ...namedAt(existing.user ?? `${path.slice(1)}${name}`),
      permissionsBoundary: limit.arn,
    });
    const attachments = Object.entries({
      own: policy.arn,
      ...managedPolicies,
      ...keptPolicies(existing.keepPolicies),
    }).map(
      ([attachment, policyArn]) =>
        new IamUserPolicyAttachment(this, `managed-${attachment}`, { user: user.name, policyArn }),
    );
    new IamUserPoliciesExclusive(this, "no-inline", { userName: user.name, policyNames: [] });
    new IamUserPolicyAttachmentsExclusive(this, "no-other-managed", {
      userName: user.name,
      policyArns: attachments.map((attachment) => attachment.policyArn),
    });
    // When a path changes, the provider plans the former ARN, and an output would have it until the next apply.
    this.userArn = Token.asString(Fn.replace(user.arn, "/:user.*/", `:user${user.path}${user.name}`));
  }
}
