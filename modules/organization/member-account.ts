import { OrganizationsAccount } from "@cdktf/provider-aws/lib/organizations-account";
import { Construct } from "constructs";

export interface MemberAccountProps {
  /** What AWS Organizations calls it: 1 to 50 characters. */
  readonly name: string;
  /** The address of its root user, which no other account of AWS may have. */
  readonly email: string;
  /** The role that AWS makes in it for the master account. */
  readonly roleName: string;
  /** The unit or root that it lies in. */
  readonly parentId: string;
  /** The 12 digits that AWS must have given it. @default any, since it is not known yet */
  readonly expectedId?: string;
}

const NAME_LIMIT = 50;

/**
 * An account that the organization made. It is never closed from here, and its id is what the estate says: with the ids
 * of two members swapped, the stacks of one would go into the other.
 */
export class MemberAccount extends Construct {
  public readonly accountId: string;

  constructor(scope: Construct, id: string, props: MemberAccountProps) {
    super(scope, id);
    const { name, email, roleName, parentId, expectedId } = props;
    this.node.addValidation({
      validate: () =>
        name.length < 1 || name.length > NAME_LIMIT
          ? [`account name must have 1 to ${NAME_LIMIT} characters, got "${name}"`]
          : [],
    });
    const account = new OrganizationsAccount(this, "account", {
      name,
      email,
      roleName,
      parentId,
      closeOnDeletion: false,
      lifecycle: {
        preventDestroy: true,
        // AWS never tells either again, and a difference would replace the account: that of one made elsewhere, and
        // imported.
        ignoreChanges: ["role_name", "iam_user_access_to_billing"],
        postcondition: expectedId === undefined ? undefined : [mustBe(expectedId, name, email)],
      },
    });
    this.accountId = account.id;
  }
}

function mustBe(expectedId: string, name: string, email: string) {
  return {
    condition: `\${self.id == "${expectedId}"}`,
    errorMessage:
      `The estate says that the member ${name} (${email}) is the account ${expectedId}, but AWS says that it is \${self.id}. ` +
      `Write \${self.id} in the estate file: ${expectedId} is another account's, and this member's stacks would go into it.`,
  };
}
