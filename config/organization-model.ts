export interface TrailConfig {
  readonly name: string;
  readonly bucket: string;
  /** Records who accesses the bucket. */
  readonly accessLogBucket: string;
  /** The alias of the customer managed key that encrypts the log files; undefined if an AWS managed key does. */
  readonly keyAlias?: string;
  /** The buckets of which it records reads and writes of objects; undefined if of none. */
  readonly recordedBuckets?: readonly string[];
  /** The days for which written logs cannot be deleted. */
  readonly lockDays: number;
  /** After how many days deleted log files expire; undefined if they are kept. */
  readonly oldVersionDays?: number;
}

/** The trail of the organization. */
export interface OrganizationTrailConfig extends TrailConfig {
  /** The security account whose stack creates its bucket; undefined if the organization's stack does. */
  readonly bucketIn?: { readonly accountId: string; readonly region: string };
}

/** The bucket of the organization's trail, in the security account. */
export interface TrailBucketConfig extends TrailConfig {
  /** The trail, which is in the master account. */
  readonly trailArn: string;
}

/** A member account that the organization creates, or that has joined it. */
interface OrganizationMemberConfig {
  readonly name: string;
  readonly email: string;
  /** The role that AWS creates in it for the master account. Undefined: it has joined by invitation, without a role. */
  readonly roleName?: string;
  /** Its organizational unit: the last environment, in promotion order, that uses it. Undefined: the root. */
  readonly unit?: string;
  /** Undefined until AWS has created the account. */
  readonly id?: string;
}

/** AWS Organizations, in the master account. */
export interface OrganizationConfig {
  /** Whether the organization exists already and is only read. */
  readonly existing: boolean;
  readonly units: readonly string[];
  /** Whether the master account manages the root users of its members. */
  readonly centralRootAccess: boolean;
  /** Whether IAM Identity Center works for the organization. */
  readonly identityCenter: boolean;
  /** The services that another account than the master account administers. */
  readonly delegations: readonly { readonly service: string; readonly account: string; readonly accountId?: string }[];
  /** AWS services with trusted access to the organization, in addition to those that the other settings need. */
  readonly trustedServices: readonly string[];
  readonly allowedRegions: readonly string[];
  /** The home region of IAM Identity Center, if a member manages it. */
  readonly identityRegion?: string;
  readonly members: readonly OrganizationMemberConfig[];
  /** Names of members that Terraform forgets. */
  readonly retired: readonly string[];
  /** Undefined if there is none, or if AWS has not created the account of its bucket yet. */
  readonly trail?: OrganizationTrailConfig;
}

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
