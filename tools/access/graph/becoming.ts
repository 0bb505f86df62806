/** Something that acts, or that can be become. */
export interface Actor {
  /**
   * An ARN; `service:ec2.amazonaws.com`; `subject:<provider ARN>#<subject>` of an identity provider;
   * `account:222222222222`, whoever the account lets; `administrator:222222222222`, whoever can do everything in the
   * account; or `made:<ARN pattern>`, a role that somebody can make.
   */
  readonly id: string;
  readonly kind: "person" | "user" | "role" | "service" | "subject" | "account" | "administrator" | "made";
  /** What people call it. */
  readonly name: string;
  /** The account it is in; undefined for services and for subjects outside AWS. */
  readonly accountId?: string;
}

/** How one actor becomes another. */
export interface Step {
  readonly from: string;
  readonly to: string;
  /** The name of the way: `assume`, `pass-role-ec2`, `update-trust` … */
  readonly way: string;
  /** In words, as between the two: `assumes`, `hands it to a machine of EC2` … */
  readonly words: string;
  /** What must hold, in words, sorted: `MFA`, `ExternalId "galileo"`, `from 198.51.100.0/24`. Empty: nothing. */
  readonly conditions: readonly string[];
}

/** A shortest way to everything in an account. */
export interface PathToAdministrator {
  readonly from: string;
  readonly accountId: string;
  readonly steps: readonly Step[];
}

/**
 * Who can become whom, over all accounts. Everything is in the order of ids, so that the same estate gives the same
 * graph.
 */
export interface Becoming {
  readonly actors: readonly Actor[];
  readonly steps: readonly Step[];
  readonly paths: readonly PathToAdministrator[];
}
