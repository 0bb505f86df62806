import type { Policy } from "../policy/policy";

/** One level of an organization, with its service control policies. */
export interface OrganizationLevel {
  /** `root`, or the name of a unit, or of the account itself. */
  readonly name: string;
  /** Service control policies that are attached here, including `FullAWSAccess` of AWS. */
  readonly policies: readonly Policy[];
}

/** An account that a stack deploys into, or a member of the organization. */
export interface AccountAccess {
  readonly id: string;
  /** Its name in the estate; its id if no stack names it. */
  readonly name: string;
  /** The region of its account-wide stacks. */
  readonly region: string;
  /** Whether it hosts the organization. Service control policies do not apply to it. */
  readonly management: boolean;
  /** From the root to the account; undefined if the account is in no organization of the estate. */
  readonly organizationPath?: readonly OrganizationLevel[];
}

/** A user or role of the estate, with everything that decides its permissions and who can assume it. */
export interface Principal {
  readonly kind: "role" | "user";
  readonly arn: string;
  readonly name: string;
  readonly accountId: string;
  /** The environment that its stack belongs to; undefined for account-wide ones. */
  readonly environment?: string;
  /** Identity policies: inline and attached ones. A user also has those of its groups. */
  readonly policies: readonly Policy[];
  /** Its permissions boundary. */
  readonly boundary?: Policy;
  /** A role's trust policy; a user has none. */
  readonly trust?: Policy;
  readonly tags: Readonly<Record<string, string>>;
  /** A role's longest session, in seconds. */
  readonly maxSessionSeconds?: number;
  /** The permission set that IAM Identity Center created the role for. Its trust policy names groups. */
  readonly permissionSet?: string;
  /** Its resource: `dev-iam: aws_iam_role.operator_…`. */
  readonly source: string;
}

/** A group of users. All its users have its policies. */
export interface Group {
  readonly arn: string;
  readonly name: string;
  readonly accountId: string;
  readonly policies: readonly Policy[];
  /** Names of its users. */
  readonly users: readonly string[];
}

/** The kind of principal in the trust policy of a permission set's role: display names of groups. */
export const IDENTITY_GROUP = "IdentityCenterGroup";

/** A group of IAM Identity Center. */
export interface IdentityGroup {
  /** Its display name; its id if the stacks name only that. */
  readonly name: string;
  /** Names of the users that the stacks make members, sorted. */
  readonly members: readonly string[];
  /** Whether the stacks create it. Members of other groups come from the identity source. */
  readonly created: boolean;
}

/** IAM Identity Center, as the stacks set it up. */
export interface IdentityCenterSetup {
  /** The account of its stacks: the management account, or a delegated administrator. */
  readonly accountId: string;
  /** Its home region. */
  readonly region: string;
  /** By name. */
  readonly groups: readonly IdentityGroup[];
}

/** A resource with a policy of its own: a bucket, a key, a topic, a repository … */
export interface GuardedResource {
  readonly arn: string;
  /** The service prefix of its actions, e.g. `s3`. */
  readonly service: string;
  readonly accountId: string;
  readonly policy: Policy;
  readonly source: string;
}

/** A resource that the capabilities of the access matrix apply to, e.g. a database instance. */
export interface KnownResource {
  /** Terraform's type, e.g. `aws_db_instance`. */
  readonly type: string;
  readonly arn: string;
  readonly accountId: string;
  readonly tags: Readonly<Record<string, string>>;
  readonly environment?: string;
  readonly source: string;
}

/** Everything in the synthesized stacks that decides access. */
export interface AccessModel {
  readonly accounts: readonly AccountAccess[];
  /**
   * Users and roles of the stacks, and roles that AWS creates for them: `OrganizationAccountAccessRole`, and those of
   * permission sets. By ARN.
   */
  readonly principals: readonly Principal[];
  /** Groups of the stacks. @default none */
  readonly groups?: readonly Group[];
  /** @default the stacks have no permission sets */
  readonly identityCenter?: IdentityCenterSetup;
  readonly guardedResources: readonly GuardedResource[];
  /**
   * Managed policies that the stacks create. A condition may name one that is not attached, as a boundary. By name,
   * which is the ARN.
   */
  readonly managedPolicies: readonly Policy[];
  readonly resources: readonly KnownResource[];
  /** The organization that the stacks create or read; undefined without one. A fixed text, since AWS assigns the id. */
  readonly organizationId?: string;
}
