import { IamOpenidConnectProvider } from "@cdktf/provider-aws/lib/iam-openid-connect-provider";
import { Construct } from "constructs";
import { neverReadApiKeys, planReads, type PlanReads } from "./plan-reads";
import type { PolicyStatement } from "./policy-document";
import { Role } from "./role";

const GITHUB = "token.actions.githubusercontent.com";
const AUDIENCE = "sts.amazonaws.com";

export interface PipelineDeployment {
  /** The name of the role. */
  readonly roleName: string;
  /** The GitHub environment whose jobs may assume it. */
  readonly githubEnvironment: string;
  /** Tags of the role, which no pipeline can change. */
  readonly tags: Readonly<Record<string, string>>;
}

export interface PipelineRolesProps extends PlanReads {
  readonly accountId: string;
  /** `owner/name` on GitHub, or the path of a project on GitLab. */
  readonly repository: string;
  /**
   * How the subjects of its tokens begin: `repo:owner/name`, or with ids `repo:owner@1/name@2`, as GitHub writes them for
   * repositories that were created, renamed or transferred on or after 2026-07-15 (github/docs#45221).
   */
  readonly tokenSubjects: readonly string[];
  /** The branch whose commits are applied. */
  readonly mainBranch: string;
  /** The project on GitLab and the subjects of its tokens: any branch plans, the main branch applies. @default GitHub */
  readonly gitlab?: {
    readonly host: string;
    readonly planSubjects: readonly string[];
    readonly applySubjects: readonly string[];
  };
  readonly planRoleName: string;
  /** A pattern that matches the names of all these roles, for example `solution-pipeline-*`. None may change them. */
  readonly roleNames: string;
  /** The deployments with stacks in this account. Each gets an apply role. */
  readonly deployments: readonly PipelineDeployment[];
  readonly stateBucket: string;
  /** The alias of the key that encrypts the states. @default AWS's own key */
  readonly stateKeyAlias?: string;
  /** ARNs of roles, in any account, of machines that plan the estate. They may assume the plan role. @default none */
  readonly planners?: readonly string[];
}

/**
 * The roles of a repository's pipelines, assumed by OpenID Connect without access keys.
 *
 * The plan role reads the states, and of everything else what a plan of the estate's resource types needs. It reads no
 * secrets and no data, and writes lock files only.
 * An apply role belongs to one protected GitHub environment and one account; on GitLab, whose tokens name no
 * environment, to the main branch and one account. None of the roles may assume another role,
 * or change these roles, the identity provider, the state bucket or its key: a person applies the bootstrap stack that
 * creates them. This guards against accidents only: an administrator can create a role without these limits. Anyone who
 * approves a GitHub environment is therefore trusted with its accounts; and with all accounts, if one of them manages IAM
 * Identity Center.
 *
 * @example
 * new PipelineRoles(this, "pipeline", {
 *   accountId: "222222222222", repository: "example-org/aws-estate", planRoleName: "galileo-pipeline-plan",
 *   tokenSubjects: ["repo:example-org@1000001/aws-estate@2000002"], mainBranch: "main",
 *   roleNames: "galileo-pipeline-*",
 *   deployments: [{ roleName: "galileo-pipeline-apply-dev", githubEnvironment: "dev", tags: { StatePrefix: "dev" } }],
 *   stateBucket: "222222222222-galileo-terraform-state",
 * });
 */
export class PipelineRoles extends Construct {
  public readonly planRoleArn: string;
  public readonly applyRoleArns: Readonly<Record<string, string>>;

  constructor(scope: Construct, id: string, props: PipelineRolesProps) {
    super(scope, id);
    const { repository, planRoleName, deployments, planners = [] } = props;
    const provider = new IamOpenidConnectProvider(this, props.gitlab ? "gitlab" : "github", {
      url: `https://${issuerOf(props)}`,
      clientIdList: [AUDIENCE],
    });
    const plan = new Role(this, "plan", {
      name: planRoleName,
      description: `Pipelines of ${repository}: plans`,
      trust: [trustPlans(props), ...trustPlanners(planners)],
      inlinePolicies: { states: planStates(props), reads: planReads(props), "deny-data": denyData(props) },
      dependsOn: [provider],
    });
    const applies = deployments.map(({ roleName, githubEnvironment, tags }) => {
      const role = new Role(this, `apply-${githubEnvironment}`, {
        name: roleName,
        description: `Pipelines of ${repository}: applies ${githubEnvironment}`,
        trust: [trustApplies(props, githubEnvironment)],
        managedPolicies: { administrator: "arn:aws:iam::aws:policy/AdministratorAccess" },
        inlinePolicies: { "keep-off": keepOff(props) },
        tags,
        dependsOn: [provider],
      });
      return [githubEnvironment, role.arn] as const;
    });
    this.planRoleArn = plan.arn;
    this.applyRoleArns = Object.fromEntries(applies);
  }
}

const issuerOf = ({ gitlab }: PipelineRolesProps): string => gitlab?.host ?? GITHUB;

function trustPlans(props: PipelineRolesProps): PolicyStatement {
  const { tokenSubjects, mainBranch, gitlab } = props;
  if (gitlab) return trust(props, "AnyBranch", { StringLike: gitlab.planSubjects });
  const jobs = ["pull_request", `ref:refs/heads/${mainBranch}`];
  const subjects = tokenSubjects.flatMap((subject) => jobs.map((job) => `${subject}:${job}`));
  return trust(props, "PullRequestsAndMain", { StringEquals: subjects });
}

function trustApplies(props: PipelineRolesProps, githubEnvironment: string): PolicyStatement {
  const { tokenSubjects, gitlab } = props;
  if (gitlab) return trust(props, "MainBranch", { StringEquals: gitlab.applySubjects });
  const subjects = tokenSubjects.map((subject) => `${subject}:environment:${githubEnvironment}`);
  return trust(props, "ProtectedEnvironment", { StringEquals: subjects });
}

/** Trust in jobs whose tokens are for AWS and have one of the subjects. */
function trust(
  props: PipelineRolesProps,
  sid: string,
  { StringEquals, StringLike }: { readonly StringEquals?: readonly string[]; readonly StringLike?: readonly string[] },
): PolicyStatement {
  const issuer = issuerOf(props);
  const equal = { [`${issuer}:aud`]: AUDIENCE, ...(StringEquals && { [`${issuer}:sub`]: StringEquals }) };
  return {
    sid,
    principals: { Federated: [`arn:aws:iam::${props.accountId}:oidc-provider/${issuer}`] },
    actions: ["sts:AssumeRoleWithWebIdentity"],
    conditions: {
      StringEquals: equal,
      ...(StringLike && { StringLike: { [`${issuer}:sub`]: StringLike } }),
    },
  };
}

/**
 * The principals are accounts and the planners are in a condition: AWS refuses a trust policy that names a missing
 * role, and the stack with these roles is the first stack of an account.
 */
function trustPlanners(planners: readonly string[]): PolicyStatement[] {
  if (planners.length === 0) return [];
  const accountIds = new Set(planners.map(accountIdOf));
  return [
    {
      sid: "Planners",
      principals: { AWS: [...accountIds].map((accountId) => `arn:aws:iam::${accountId}:root`) },
      actions: ["sts:AssumeRole"],
      conditions: { ArnEquals: { "aws:PrincipalArn": planners } },
    },
  ];
}

function accountIdOf(roleArn: string): string {
  const accountId = /^arn:aws:iam::(\d{12}):role\/./.exec(roleArn)?.[1];
  if (accountId === undefined) throw new Error(`planners must be ARNs of roles, got "${roleArn}"`);
  return accountId;
}

function planStates({ accountId, stateBucket, stateKeyAlias }: PipelineRolesProps): PolicyStatement[] {
  const bucket = `arn:aws:s3:::${stateBucket}`;
  return [
    {
      sid: "ReadStates",
      actions: ["s3:GetObject", "s3:GetObjectVersion", "s3:ListBucket", "s3:ListBucketVersions"],
      resources: [bucket, `${bucket}/*`],
    },
    { sid: "WriteLockFilesOnly", actions: ["s3:PutObject", "s3:DeleteObject"], resources: [`${bucket}/*.tflock`] },
    ...(stateKeyAlias
      ? [
          {
            sid: "UseTheStateKey",
            actions: ["kms:Decrypt", "kms:GenerateDataKey"],
            ...ofStateKey(accountId, stateKeyAlias),
          },
        ]
      : []),
  ];
}

function denyData({ stateBucket }: PipelineRolesProps): PolicyStatement[] {
  return [
    // This includes access points, whose objects have other ARNs.
    {
      sid: "NeverReadObjectsBesideStates",
      effect: "Deny",
      actions: ["s3:GetObject*"],
      notResources: [`arn:aws:s3:::${stateBucket}/*`],
    },
    neverReadApiKeys,
  ];
}

/** Denies all actions but the listed ones where possible: a list of denied actions would miss those that AWS adds. */
function keepOff(props: PipelineRolesProps): PolicyStatement[] {
  const { accountId, roleNames, stateBucket, stateKeyAlias } = props;
  return [
    {
      sid: "NeverChangePipelineRolesOrTheirProvider",
      effect: "Deny",
      notActions: ["iam:Get*", "iam:List*"],
      resources: [
        `arn:aws:iam::${accountId}:role/${roleNames}`,
        `arn:aws:iam::${accountId}:oidc-provider/${issuerOf(props)}`,
      ],
    },
    // Each account has its own apply roles. The master account could otherwise enter all accounts and read all states.
    { sid: "NeverBecomeAnotherRole", effect: "Deny", actions: ["sts:Assume*"], resources: ["*"] },
    // The bucket's own policy protects its objects, including access through access points.
    {
      sid: "NeverChangeTheStateBucket",
      effect: "Deny",
      notActions: ["s3:Get*", "s3:List*"],
      resources: [`arn:aws:s3:::${stateBucket}`],
    },
    ...(stateKeyAlias ? keepOffKey(accountId, stateKeyAlias) : []),
  ];
}

function keepOffKey(accountId: string, alias: string): PolicyStatement[] {
  return [
    {
      sid: "NeverChangeTheStateKey",
      effect: "Deny",
      notActions: ["kms:Decrypt", "kms:Describe*", "kms:GenerateDataKey", "kms:Get*", "kms:List*"],
      ...ofStateKey(accountId, alias),
    },
    {
      sid: "NeverMoveTheAliasOfTheStateKey",
      effect: "Deny",
      actions: ["kms:*"],
      resources: [`arn:aws:kms:*:${accountId}:${alias}`],
    },
  ];
}

/** The statement refers to the key by its alias, because AWS chooses the key's id. */
function ofStateKey(accountId: string, alias: string): Pick<PolicyStatement, "resources" | "conditions"> {
  return {
    resources: [`arn:aws:kms:*:${accountId}:key/*`],
    conditions: { "ForAnyValue:StringEquals": { "kms:ResourceAliases": alias } },
  };
}
