import { IamOpenidConnectProvider } from "@cdktf/provider-aws/lib/iam-openid-connect-provider";
import { Construct } from "constructs";
import { neverReadApiKeys, planReads, type PlanReads } from "./plan-reads";
import type { PolicyStatement } from "./policy-document";
import { Role } from "./role";

/** The ids of the statements that trust the jobs of a service, as sentences. */
const SIDS = {
  github: { plan: "PullRequestsAndMain", apply: "ProtectedEnvironment" },
  gitlab: { plan: "AnyBranch", apply: "MainBranch" },
  "azure-devops": { plan: "PlanConnection", apply: "ApplyConnection" },
} as const;

/** A service whose pipelines plan and apply. */
export interface PipelineIssuer {
  readonly name: keyof typeof SIDS;
  /** The repository there, for people. */
  readonly repository: string;
  /** The issuer of its tokens, without https://. */
  readonly issuer: string;
  /** The audience of its tokens for AWS. */
  readonly audience: string;
  /** The subjects of jobs that may plan; `*` matches any characters. */
  readonly planSubjects: readonly string[];
  /** The subjects of jobs that may apply a deployment, whose name replaces `{deployment}`. */
  readonly applySubjects: readonly string[];
}

export interface PipelineDeployment {
  /** The name of the role. */
  readonly roleName: string;
  /** The name of the deployment, as the subjects of jobs have it. */
  readonly deployment: string;
  /** Tags of the role, which no pipeline can change. */
  readonly tags: Readonly<Record<string, string>>;
}

export interface PipelineRolesProps extends PlanReads {
  readonly accountId: string;
  /** At least one, each once. */
  readonly services: readonly PipelineIssuer[];
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
 * An apply role belongs to one account and one deployment: to a protected GitHub environment, or a service connection of
 * Azure DevOps; on GitLab, whose tokens name no environment, to the main branch. None of the roles may assume another role,
 * or change these roles, the identity providers, the state bucket or its key: a person applies the bootstrap stack that
 * creates them. This guards against accidents only: an administrator can create a role without these limits. Anyone who
 * approves a deployment is therefore trusted with its accounts; and with all accounts, if one of them manages IAM
 * Identity Center.
 *
 * @example
 * new PipelineRoles(this, "pipeline", {
 *   accountId: "222222222222", planRoleName: "galileo-pipeline-plan", roleNames: "galileo-pipeline-*",
 *   services: [{
 *     name: "github", repository: "example-org/aws-estate", issuer: "token.actions.githubusercontent.com",
 *     audience: "sts.amazonaws.com", planSubjects: ["repo:example-org@1000001/aws-estate@2000002:pull_request"],
 *     applySubjects: ["repo:example-org@1000001/aws-estate@2000002:environment:{deployment}"],
 *   }],
 *   deployments: [{ roleName: "galileo-pipeline-apply-dev", deployment: "dev", tags: { StatePrefix: "dev" } }],
 *   stateBucket: "222222222222-galileo-terraform-state",
 * });
 */
export class PipelineRoles extends Construct {
  public readonly planRoleArn: string;
  public readonly applyRoleArns: Readonly<Record<string, string>>;

  constructor(scope: Construct, id: string, props: PipelineRolesProps) {
    super(scope, id);
    const { services, planRoleName, deployments, planners = [] } = props;
    const repositories = services.map(({ repository }) => repository).join(" and ");
    const providers = services.map(
      ({ name, issuer, audience }) =>
        new IamOpenidConnectProvider(this, name, { url: `https://${issuer}`, clientIdList: [audience] }),
    );
    const trustJobs = (kind: "plan" | "apply", subjectsOf: (service: PipelineIssuer) => readonly string[]) =>
      services.map((service) => trust(props.accountId, service, SIDS[service.name][kind], subjectsOf(service)));
    const plan = new Role(this, "plan", {
      name: planRoleName,
      description: `Pipelines of ${repositories}: plans`,
      trust: [...trustJobs("plan", ({ planSubjects }) => planSubjects), ...trustPlanners(planners)],
      inlinePolicies: { states: planStates(props), reads: planReads(props), "deny-data": denyData(props) },
      dependsOn: providers,
    });
    const applies = deployments.map(({ roleName, deployment, tags }) => {
      const role = new Role(this, `apply-${deployment}`, {
        name: roleName,
        description: `Pipelines of ${repositories}: applies ${deployment}`,
        trust: trustJobs("apply", ({ applySubjects }) =>
          applySubjects.map((subject) => subject.replaceAll("{deployment}", deployment)),
        ),
        managedPolicies: { administrator: "arn:aws:iam::aws:policy/AdministratorAccess" },
        inlinePolicies: { "keep-off": keepOff(props) },
        tags,
        dependsOn: providers,
      });
      return [deployment, role.arn] as const;
    });
    this.planRoleArn = plan.arn;
    this.applyRoleArns = Object.fromEntries(applies);
  }
}

const providerArn = (accountId: string, { issuer }: PipelineIssuer): string =>
  `arn:aws:iam::${accountId}:oidc-provider/${issuer}`;

/** Trust in jobs whose tokens have the service's audience and one of the subjects. */
function trust(accountId: string, service: PipelineIssuer, sid: string, subjects: readonly string[]): PolicyStatement {
  const { issuer, audience } = service;
  const [aud, sub] = [{ [`${issuer}:aud`]: audience }, { [`${issuer}:sub`]: subjects }];
  return {
    sid,
    principals: { Federated: [providerArn(accountId, service)] },
    actions: ["sts:AssumeRoleWithWebIdentity"],
    conditions: subjects.some((subject) => subject.includes("*"))
      ? { StringEquals: aud, StringLike: sub }
      : { StringEquals: { ...aud, ...sub } },
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
  const { accountId, services, roleNames, stateBucket, stateKeyAlias } = props;
  return [
    {
      sid: "NeverChangePipelineRolesOrTheirProvider",
      effect: "Deny",
      notActions: ["iam:Get*", "iam:List*"],
      resources: [
        `arn:aws:iam::${accountId}:role/${roleNames}`,
        ...services.map((service) => providerArn(accountId, service)),
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
