/** A permission set of IAM Identity Center, and who uses it where. */
export interface PermissionSetConfig {
  readonly name: string;
  /** The role that allows the same. */
  readonly as: "operator" | "admin";
  /** The longest session, 3,600 to 43,200 s. */
  readonly sessionSeconds: number;
  /** Undefined if requests may come from any network. */
  readonly sourceIps?: readonly string[];
  /** For each account, the display names of the groups. */
  readonly assignments: readonly {
    readonly account: string;
    readonly accountId: string;
    readonly groups: readonly string[];
  }[];
}

/** IAM Identity Center, in the account that manages it. */
export interface IdentityConfig {
  /** The name of the account. */
  readonly account: string;
  readonly region: string;
  /** The groups that the project creates. */
  readonly groups: readonly {
    readonly name: string;
    readonly description?: string;
    readonly members: readonly string[];
  }[];
  /** Those that a group uses somewhere. */
  readonly permissionSets: readonly PermissionSetConfig[];
}
