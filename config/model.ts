import type { Adoptions, Moves } from "./address-files";
import type {
  ApplicationConfig,
  DatabaseConfig,
  NetworkConfig,
  SecurityGroupConfig,
  Subnet,
} from "./environment-model";
import type { ExternalConfig, ExternalStackName } from "./external-model";
import type { IdentityConfig, OrganizationConfig, TrailBucketConfig, TrailConfig } from "./organization-model";
import type { ParsedAccount, ParsedExisting, Profile } from "./schema";

/** An account of the estate, with every default and reference resolved. */
export interface Account {
  readonly name: string;
  readonly id: string;
  readonly kind: ParsedAccount["kind"];
  /** Whether a member account is created in the organization or invited; undefined for other kinds. */
  readonly membership?: ParsedAccount["membership"];
  /** Whether it joins the organization by invitation. */
  readonly joins: boolean;
  readonly email: string;
  readonly region: string;
  /** Every region in which the estate has something in the account, `region` first. */
  readonly regions: readonly string[];
  readonly chargeCode: string;
  /** ARNs of the users that may assume the role Operator. */
  readonly operators: readonly string[];
  /** ARNs of the users that may assume the role Admin, with those for emergencies. */
  readonly admins: readonly string[];
  /** Display names of the groups of IAM Identity Center that work as Operator. */
  readonly operatorGroups: readonly string[];
  /** Display names of the groups of IAM Identity Center that work as Admin. */
  readonly adminGroups: readonly string[];
  /** The home region of IAM Identity Center, where their logins are events; undefined without such groups. */
  readonly adminGroupsRegion?: string;
  /** The home region of IAM Identity Center in the account that manages it; undefined in others. */
  readonly identityRegion?: string;
  /** ARN patterns of principals that apply Terraform, in addition to Admin, pipelines and the access role. */
  readonly maintainers: readonly string[];
  readonly sourceIps?: readonly string[];
  readonly operatorSessionSeconds: number;
  /** The role through which the master account reaches it; undefined if only its own credentials reach it. */
  readonly accessRoleArn?: string;
  /** The role that Terraform assumes in this run: `accessRoleArn`, or undefined with the account's own credentials. */
  readonly assumedRoleArn?: string;
  readonly monthlyBudgetUsd: number;
  readonly serviceUsers: ParsedAccount["serviceUsers"];
  /** Whether GuardDuty is on in each of its regions. */
  readonly guardDuty: boolean;
  /** Whether Security Hub is on in each of its regions. */
  readonly securityHub: boolean;
  /** The bucket for what AWS Config records in each of its regions; undefined if it records nothing. */
  readonly configBucket?: string;
  /** The alternate contacts by kind. The project leaves those of other kinds alone. */
  readonly contacts: NonNullable<ParsedAccount["contacts"]>;
  /** Undefined if the project leaves the alias of the account alone. */
  readonly alias?: string;
  readonly stateBucket: string;
  /** The alias of the customer managed key that encrypts the states; undefined if an AWS managed key does. */
  readonly stateKeyAlias?: string;
  /** After how many days old versions in its state and trail buckets expire; undefined if all are kept. */
  readonly oldVersionDays?: number;
  /** Its own trail; undefined if the organization's or its owner's trail covers it. */
  readonly trail?: TrailConfig;
  /** The bucket of the organization's trail; undefined in every other account. */
  readonly trailBucket?: TrailBucketConfig;
  /** Notifies these addresses when root signs in, and in accounts with a production environment when Admin is used. */
  readonly alarm: { readonly name: string; readonly emails: readonly string[]; readonly ofAdmin: boolean };
  /** `documented` if the account runs environments and all are documented. One hardened environment hardens it. */
  readonly profile: Profile;
  /** What its service users keep. @default nothing */
  readonly existing?: ParsedAccount["existing"];
  /** The environments whose application runs here. */
  readonly hosts: readonly HostedEnvironment[];
  /** The names of all environments that have a stack in the account, as main, master or member account. */
  readonly deployments: readonly string[];
  /** The stacks of providers outside AWS whose state it stores. */
  readonly externalStacks: readonly ExternalStackName[];
  /** The account-wide stacks that the team added, each after those that it depends on. */
  readonly ownStacks: readonly OwnStackConfig[];
  /** What the plan role reads for the team's own stacks in the account. */
  readonly ownStackReads: readonly string[];
}

/** A stack that the team added. */
export interface OwnStackConfig {
  /** The last part of its id: the declared name, with the region if the declaration lists regions. */
  readonly name: string;
  /** Its name in custom/index.ts. */
  readonly declared: string;
  readonly region: string;
  /** Names of stacks of the same environment or account that are applied before. */
  readonly dependsOn: readonly string[];
}

/** The values of an environment in the account that account-wide IAM uses. */
interface HostedEnvironment {
  readonly namespace: string;
  readonly region: string;
  readonly repositories: readonly string[];
  readonly production: boolean;
}

export interface Member {
  readonly name: string;
  readonly account: Account;
  /** The network of a created member. */
  readonly network?: {
    readonly cidrBlock: string;
    readonly subnet: Subnet;
    readonly mapPublicAddresses: boolean;
    /** Services with an interface endpoint, for example `elasticmapreduce`. */
    readonly endpoints: readonly string[];
    readonly flowLogRetentionDays?: number;
  };
  /** The VPC and subnet that an invited member brings. */
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
  /** `default` first. It is attached to every resource that does not opt out. */
  readonly securityGroups: readonly SecurityGroupConfig[];
  /** The name of the role and instance profile of the environment's deployment machine. */
  readonly deploymentRole: string;
  /** The one of the key `database`. */
  readonly database?: DatabaseConfig;
  /** All of them, `database` first. */
  readonly databases: readonly DatabaseConfig[];
  readonly application: ApplicationConfig;
  readonly members: readonly Member[];
  /** What resources that exist keep. @default nothing */
  readonly existing?: ParsedExisting;
  /** The stacks that the team added, each after those that it depends on. */
  readonly ownStacks: readonly OwnStackConfig[];
}

/** A created member account without an id yet, and the members that wait for it. */
interface WaitingAccount {
  readonly account: string;
  readonly members: readonly { readonly environment: string; readonly member: string }[];
  /** The names of the account-wide stacks that the team added. @default none */
  readonly ownStacks?: readonly string[];
  /** Whether it stores the organization's trail. @default false */
  readonly trailBucket?: boolean;
}

/** A service whose pipelines plan and apply, and the tokens of its jobs that the pipeline roles trust. */
export interface PipelineService {
  readonly name: "github" | "gitlab" | "azure-devops";
  /** `owner/name` on GitHub, the path of a project on GitLab, `organization/project` on Azure DevOps. */
  readonly repository: string;
  /** The issuer of the tokens, without https://. */
  readonly issuer: string;
  readonly audience: string;
  /** The subjects of jobs that may plan; `*` is any branch. */
  readonly planSubjects: readonly string[];
  /** The subjects of jobs that may apply a deployment, whose name replaces `{deployment}`. */
  readonly applySubjects: readonly string[];
}

/** A valid estate with every default and reference resolved, frozen. */
export interface Estate {
  readonly solution: string;
  /** The services whose pipelines have roles; empty in an estate without a repository. */
  readonly pipelines: readonly PipelineService[];
  /** The branch whose commits pipelines apply. */
  readonly mainBranch: string;
  /** The path of a file in the project. Undefined if plans need no signature. */
  readonly allowedSigners?: string;
  /** Actions that the plan roles may request for resource types of the team's own stacks; undefined if none. */
  readonly planRoleReads?: readonly string[];
  /** The file that declares the team's own stacks, relative to the project; undefined without any. */
  readonly custom?: string;
  /** The accounts that have stacks: neither retired nor waiting for their id. */
  readonly accounts: readonly Account[];
  /** In promotion order. */
  readonly environments: readonly Environment[];
  /** Undefined in an estate without a master account. */
  readonly organization?: OrganizationConfig;
  /** Undefined in an estate without IAM Identity Center. */
  readonly identity?: IdentityConfig;
  /** What it manages outside AWS. Undefined: nothing. */
  readonly external?: ExternalConfig;
  readonly waiting: readonly WaitingAccount[];
  /** Retired members with an id. They have no stacks. */
  readonly retired: readonly Account[];
  /** What Terraform imports. Undefined without a file of adoptions. */
  readonly adoptions?: Adoptions;
  /** Resources that have another address now. Undefined without a file of moves. */
  readonly moves?: Moves;
}

/** The credentials with which Terraform reaches the accounts. */
export interface CredentialMode {
  /**
   * Whether each account is reached with its own credentials instead of its access role. Pipelines use this: they have
   * a role in every account.
   * @default false
   */
  readonly direct?: boolean;
}
