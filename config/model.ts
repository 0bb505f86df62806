import type { ParsedAccount, ParsedDatabase, Profile } from "./schema";

/** An account of the estate, with everything that follows from the file. */
export interface Account {
  readonly name: string;
  readonly id: string;
  readonly kind: ParsedAccount["kind"];
  /** How a member account came to be; undefined for master and main. */
  readonly membership?: ParsedAccount["membership"];
  readonly email: string;
  readonly region: string;
  readonly chargeCode: string;
  readonly operators: readonly string[];
  readonly admins: readonly string[];
  /** Patterns of who applies Terraform beside Admin, pipelines and the access role. */
  readonly maintainers: readonly string[];
  readonly sourceIps?: readonly string[];
  readonly operatorSessionSeconds: number;
  /**
   * The role through which the master account reaches it; undefined where it is reached by its own credentials only.
   */
  readonly accessRoleArn?: string;
  /** The role that Terraform assumes in this run: that one, but where the account's own credentials are to be used. */
  readonly assumedRoleArn?: string;
  readonly monthlyBudgetUsd: number;
  readonly serviceUsers: ParsedAccount["serviceUsers"];
  readonly alias: string;
  readonly stateBucket: string;
  /** The alias of the customer managed key that encrypts the states; undefined where AWS's own key does. */
  readonly stateKeyAlias?: string;
  /** A trail of its own; undefined where the organization's covers it, or its owner's. */
  readonly trail?: TrailConfig;
  /** Who is told when Admin or root is used; undefined where the account runs no production environment. */
  readonly alarm?: { readonly name: string; readonly emails: readonly string[] };
  /**
   * `documented` only where the account runs environments and all of them are: one hardened environment hardens its
   * account.
   */
  readonly profile: Profile;
  /** The environments whose application runs here. */
  readonly hosts: readonly HostedEnvironment[];
  /** The names of all environments that have a stack here: as main, master or member account. */
  readonly deployments: readonly string[];
}

/** What account-wide IAM must know of an environment whose application runs in the account. */
interface HostedEnvironment {
  readonly namespace: string;
  readonly region: string;
  readonly repositories: readonly string[];
  readonly production: boolean;
}

export interface TrailConfig {
  readonly name: string;
  readonly bucket: string;
  /** For how long nobody can delete what it wrote, in days. */
  readonly lockDays: number;
}

export interface SecurityGroupRuleConfig {
  readonly protocol: "tcp" | "udp" | "icmp" | "all";
  /** Inclusive; none for icmp and all. */
  readonly ports?: { readonly from: number; readonly to: number };
  /** An IPv4 network, or undefined where a group is named. */
  readonly cidrBlock?: string;
  /** A group of the environment by name, or an id `sg-…`. */
  readonly group?: string;
  readonly description: string;
}

export interface SecurityGroupConfig {
  readonly name: string;
  readonly groupName: string;
  readonly description: string;
  /** One, unless the file says several. */
  readonly chargeCodes: readonly string[];
  readonly ingress: readonly SecurityGroupRuleConfig[];
  readonly egress: readonly SecurityGroupRuleConfig[];
}

interface Subnet {
  readonly zone: string;
  readonly cidrBlock: string;
}

export interface NetworkConfig {
  readonly cidrBlock: string;
  /** Empty where the environment is private only. */
  readonly publicSubnets: readonly Subnet[];
  readonly privateSubnets: readonly Subnet[];
  readonly mapPublicAddresses: boolean;
  readonly flowLogRetentionDays?: number;
}

export interface ApplicationConfig {
  readonly serviceTrust: readonly string[];
  /** Whether the project makes the two roles, or they exist already. */
  readonly makesRoles: boolean;
  readonly apiHandlerRole: string;
  readonly workflowLoopRunnerRole: string;
  /** Full names, `studydata` first. */
  readonly buckets: readonly { readonly name: string; readonly bucket: string }[];
  /** Full names, `<namespace>/<name>`. */
  readonly repositories: readonly { readonly name: string; readonly repository: string }[];
}

export interface Member {
  readonly name: string;
  readonly account: Account;
  /** A created member's network; an invited one brings its own. */
  readonly network?: { readonly cidrBlock: string; readonly subnet: Subnet; readonly mapPublicAddresses: boolean };
  /** An invited member's VPC and subnet. */
  readonly brought?: { readonly vpcId: string; readonly subnetId: string };
}

export interface Environment {
  readonly name: string;
  readonly namespace: string;
  readonly region: string;
  readonly account: Account;
  /** The account that hosts AWS Organizations; undefined in an estate without one. */
  readonly master?: Account;
  readonly production: boolean;
  readonly profile: Profile;
  readonly externalId: string;
  readonly chargeCode: string;
  readonly network: NetworkConfig;
  /** `default` first: it is attached to whatever does not opt out. */
  readonly securityGroups: readonly SecurityGroupConfig[];
  /** The name of a machine's role and instance profile from which the environment is deployed. */
  readonly deploymentRole: string;
  readonly database?: ParsedDatabase;
  readonly application: ApplicationConfig;
  readonly members: readonly Member[];
}

/** A member account that the organization creates. */
interface OrganizationMemberConfig {
  readonly name: string;
  readonly email: string;
  /** The role through which the master account reaches it. */
  readonly roleName: string;
  /** The unit it is in: the last environment, in promotion order, that works in it. Undefined: the root. */
  readonly unit?: string;
  /** Undefined until AWS has made the account. */
  readonly id?: string;
}

/** AWS Organizations, in the master account. */
export interface OrganizationConfig {
  /** Whether it is read, and not made. */
  readonly existing: boolean;
  readonly units: readonly string[];
  /** AWS services that work for all of it, beside CloudTrail. */
  readonly trustedServices: readonly string[];
  readonly allowedRegions: readonly string[];
  readonly members: readonly OrganizationMemberConfig[];
  /** Names of members that Terraform forgets. */
  readonly retired: readonly string[];
  readonly trail?: TrailConfig;
}

/** A created member whose id is not known yet, and where it is a member. */
interface WaitingAccount {
  readonly account: string;
  readonly members: readonly { readonly environment: string; readonly member: string }[];
}

/** A valid estate, every reference resolved. Frozen. */
export interface Estate {
  readonly solution: string;
  readonly repository?: string;
  /** Those that have stacks: neither retired nor waiting for their id. */
  readonly accounts: readonly Account[];
  /** In promotion order. */
  readonly environments: readonly Environment[];
  /** Undefined where no master account hosts one. */
  readonly organization?: OrganizationConfig;
  readonly waiting: readonly WaitingAccount[];
}

export interface CredentialMode {
  /**
   * Every account by credentials of its own, through no access role: as pipelines do, which have a role in each.
   * @default false
   */
  readonly direct?: boolean;
}
