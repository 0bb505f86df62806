import { OrganizationsAccount } from "@cdktf/provider-aws/lib/organizations-account";
import { Construct } from "constructs";

export interface MemberAccountProps {
  /** The account's name in AWS Organizations, 1 to 50 characters. */
  readonly name: string;
  /** The address of its root user, unique across all AWS accounts. */
  readonly email: string;
  /** The role that AWS creates in it for the master account. @default none: it has joined by invitation */
  readonly roleName?: string;
  /** The address of the organization in Terraform. */
  readonly organization: string;
  /** The id of its unit, or of the root. */
  readonly parentId: string;
  /** The account's id, 12 digits, which Terraform checks. @default any, because AWS has not chosen it yet */
  readonly expectedId?: string;
}

const NAME_LIMIT = 50;

/**
 * An account that the organization creates, or that has joined it by invitation. Terraform never closes it, and checks that
 * its id is the one in the estate: with two ids swapped, the stacks of one member would be applied to the other.
 *
 * One that has joined is imported, and never created. Its import block stays, and ignores an account in the state. If it
 * leaves the organization, the precondition fails: Terraform would ask AWS for a new account.
 */
export class MemberAccount extends Construct {
  public readonly accountId: string;

  constructor(scope: Construct, id: string, props: MemberAccountProps) {
    super(scope, id);
    const { name, email, roleName, organization, parentId, expectedId } = props;
    const joined = roleName === undefined ? expectedId : undefined;
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
        // AWS never returns these two. For an imported account they would differ, and a difference replaces the
        // account.
        ignoreChanges: ["role_name", "iam_user_access_to_billing"],
        precondition: joined === undefined ? undefined : [mustHaveJoined(joined, name, organization)],
        postcondition: expectedId === undefined ? undefined : [mustBe(expectedId, name, email)],
      },
    });
    if (joined !== undefined) account.importFrom(joined);
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

function mustHaveJoined(accountId: string, name: string, organization: string) {
  const open = `[for account in ${organization}.accounts : account.id if account.status != "SUSPENDED"]`;
  return {
    condition: `\${contains(${open}, "${accountId}")}`,
    errorMessage:
      `The member ${name} (${accountId}) must be in the organization, but AWS does not list it, or it is closed. ` +
      "Run npm run accounts -- --status, which names what to do.",
  };
}
