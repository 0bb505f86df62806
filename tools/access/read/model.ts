import type { Policy } from "../policy/policy";

/** One level of an organization, and what nobody below it may do. */
export interface OrganizationLevel {
  /** `root`, or the name of a unit, or of the account itself. */
  readonly name: string;
  /** Service control policies attached here, AWS's own `FullAWSAccess` among them. */
  readonly policies: readonly Policy[];
}

/** An account that the synthesized stacks deploy into, or that their organization holds. */
export interface AccountAccess {
  readonly id: string;
  /** What the estate calls it; its id where no stack says. */
  readonly name: string;
  /** The region of its account-wide stacks. */
  readonly region: string;
  /** Whether it hosts the organization: service control policies do not bind it. */
  readonly management: boolean;
  /** From the root to the account; undefined where no organization of the estate holds it. */
  readonly organizationPath?: readonly OrganizationLevel[];
}

/** A user or role of an account of the estate: all that decides what it may do, and who becomes it. */
export interface Principal {
  readonly kind: "role" | "user";
  readonly arn: string;
  readonly name: string;
  readonly accountId: string;
  /** The environment that its stack belongs to; undefined for account-wide ones. */
  readonly environment?: string;
  /** Identity policies: inline, and managed ones that are attached, those of a user's groups too. */
  readonly policies: readonly Policy[];
  /** The most that it can be given. */
  readonly boundary?: Policy;
  /** A role's trust policy; a user has none. */
  readonly trust?: Policy;
  readonly tags: Readonly<Record<string, string>>;
  /** A role's longest session, in seconds. */
  readonly maxSessionSeconds?: number;
  /** Where it stands: `dev-iam: aws_iam_role.operator_…`. */
  readonly source: string;
}

/** A group of an account: whoever is in it has its policies. */
export interface Group {
  readonly arn: string;
  readonly name: string;
  readonly accountId: string;
  readonly policies: readonly Policy[];
  /** Names of its users. */
  readonly users: readonly string[];
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

/** A thing of the estate that capabilities speak of, e.g. a database instance. */
export interface KnownResource {
  /** Terraform's type, e.g. `aws_db_instance`. */
  readonly type: string;
  readonly arn: string;
  readonly accountId: string;
  readonly tags: Readonly<Record<string, string>>;
  readonly environment?: string;
  readonly source: string;
}

/** Who may do what in an estate, as its synthesized stacks say it: nothing of it is decided yet. */
export interface AccessModel {
  readonly accounts: readonly AccountAccess[];
  /**
   * Users and roles of the stacks, and roles that AWS makes because of them (`OrganizationAccountAccessRole`). By ARN.
   */
  readonly principals: readonly Principal[];
  /** Groups of the stacks. @default none */
  readonly groups?: readonly Group[];
  readonly guardedResources: readonly GuardedResource[];
  /**
   * Managed policies that the stacks make, attached or not: a condition may name one as a boundary. By name, which is
   * their ARN.
   */
  readonly managedPolicies: readonly Policy[];
  readonly resources: readonly KnownResource[];
  /**
   * The organization that the stacks make or read; undefined without one. Its id is AWS's, and stands for itself here.
   */
  readonly organizationId?: string;
}
