import type { ParsedDatabase, ParsedExisting } from "./schema";

export interface SecurityGroupRuleConfig {
  readonly protocol: "tcp" | "udp" | "icmp" | "all";
  /** Inclusive; none for icmp and all. */
  readonly ports?: { readonly from: number; readonly to: number };
  /** An IPv4 network; undefined if the rule has a group. */
  readonly cidrBlock?: string;
  /** A group of the environment by name, or an id `sg-…`. */
  readonly group?: string;
  readonly description: string;
}

export interface SecurityGroupConfig {
  readonly name: string;
  readonly groupName: string;
  readonly description: string;
  /** One, unless the file lists several. */
  readonly chargeCodes: readonly string[];
  readonly ingress: readonly SecurityGroupRuleConfig[];
  readonly egress: readonly SecurityGroupRuleConfig[];
}

export interface Subnet {
  readonly zone: string;
  readonly cidrBlock: string;
}

interface Tier {
  readonly name: string;
  readonly subnets: readonly Subnet[];
}

export interface NetworkConfig {
  readonly cidrBlock: string;
  /** Empty in an environment without public subnets. */
  readonly publicSubnets: readonly Subnet[];
  readonly privateSubnets: readonly Subnet[];
  /** Further private subnets, in the zones of `privateSubnets`. */
  readonly tiers: readonly Tier[];
  readonly mapPublicAddresses: boolean;
  /** Services with an interface endpoint, for example `ssm`. */
  readonly endpoints: readonly string[];
  readonly flowLogRetentionDays?: number;
}

interface BucketConfig {
  readonly name: string;
  /** Its full name. */
  readonly bucket: string;
  /** What S3 moves and deletes in it; undefined if its lifecycle rules are left alone. */
  readonly lifecycle?: {
    readonly oldVersionDays?: number;
    readonly objectDays?: number;
    readonly archive?: { readonly days: number; readonly storageClass: string };
  };
}

export interface ApplicationConfig {
  readonly serviceTrust: readonly string[];
  /** Whether the project creates the two roles; otherwise they exist already. */
  readonly makesRoles: boolean;
  readonly apiHandlerRole: string;
  readonly workflowLoopRunnerRole: string;
  /** `studydata` first. */
  readonly buckets: readonly BucketConfig[];
  /** Full names, `<namespace>/<name>`. */
  readonly repositories: readonly { readonly name: string; readonly repository: string }[];
}

/** A database with the defaults that depend on its environment. */
export type DatabaseConfig = ParsedDatabase &
  Required<Pick<ParsedDatabase, "applyImmediately" | "finalSnapshot">> & {
    /** Its name in `databases`; undefined for the one of the key `database`. */
    readonly name?: string;
    /** What it keeps of an instance that exists. @default nothing */
    readonly existing?: ParsedExisting["database"];
  };
