import { IamOpenidConnectProvider } from "@cdktf/provider-aws/lib/iam-openid-connect-provider";
import { Construct } from "constructs";
import { denyDataReads } from "./data-reads";
import type { PolicyStatement } from "./policy-document";
import { Role } from "./role";

const ISSUER = "token.actions.githubusercontent.com";

export interface PipelineDeployment {
  /** What the role's name ends with. */
  readonly roleName: string;
  /** The GitHub environment whose jobs may assume it. */
  readonly githubEnvironment: string;
  /** Tags of the role; no pipeline can change them. */
  readonly tags: Readonly<Record<string, string>>;
}

export interface PipelineRolesProps {
  readonly accountId: string;
  /** `owner/name` on GitHub. */
  readonly repository: string;
  readonly planRoleName: string;
  /**
   * A pattern of the names of all these roles, for example `solution-pipeline-*`: none of them may change a role of
   * such a name.
   */
  readonly roleNames: string;
  /** A role for each deployment that has stacks in this account. */
  readonly deployments: readonly PipelineDeployment[];
  readonly stateBucket: string;
  /** The alias of the key that encrypts the states. @default AWS's own key */
  readonly stateKeyAlias?: string;
  /**
   * ARNs of roles, of other accounts too, that may assume the plan role and no other: machines from which the estate is
   * deployed. @default none
   */
  readonly planners?: readonly string[];
}

/**
 * The roles that a repository's pipelines work as, by OpenID Connect: no key anywhere. The plan role reads the states,
 * and of the account what a plan needs and no data, and writes nothing but lock files; an apply role is for one
 * protected GitHub environment, in its own account. None of them may change these roles, the identity provider, the
 * state bucket or its key, or become another role: the bootstrap stack that makes them is applied by a person. That
 * guards against accidents: an administrator can make a role that is kept off nothing, so whoever approves a GitHub
 * environment is trusted with its accounts.
 */
export class PipelineRoles extends Construct {
  public readonly planRoleArn: string;
  public readonly applyRoleArns: Readonly<Record<string, string>>;

  constructor(scope: Construct, id: string, props: PipelineRolesProps) {
    super(scope, id);
    const { repository, planRoleName, deployments, planners = [] } = props;
    const provider = new IamOpenidConnectProvider(this, "github", {
      url: `https://${ISSUER}`,
      clientIdList: ["sts.amazonaws.com"],
    });
    const trust = (sid: string, subjects: readonly string[]): PolicyStatement => ({
      sid,
      principals: { Federated: [`arn:aws:iam::${props.accountId}:oidc-provider/${ISSUER}`] },
      actions: ["sts:AssumeRoleWithWebIdentity"],
      conditions: { StringEquals: { [`${ISSUER}:aud`]: "sts.amazonaws.com", [`${ISSUER}:sub`]: subjects } },
    });

    const plan = new Role(this, "plan", {
      name: planRoleName,
      description: `Pipelines of ${repository}: plans`,
      trust: [
        trust("PullRequestsAndMain", [`repo:${repository}:pull_request`, `repo:${repository}:ref:refs/heads/main`]),
        ...trustPlanners(planners),
      ],
      managedPolicies: { "read-only": "arn:aws:iam::aws:policy/ReadOnlyAccess" },
      inlinePolicies: { states: planStates(props), "deny-data": denyData(props) },
      dependsOn: [provider],
    });
    const applies = deployments.map(({ roleName, githubEnvironment, tags }) => {
      const role = new Role(this, `apply-${githubEnvironment}`, {
        name: roleName,
        description: `Pipelines of ${repository}: applies ${githubEnvironment}`,
        trust: [trust("ProtectedEnvironment", [`repo:${repository}:environment:${githubEnvironment}`])],
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

/**
 * By condition, with their accounts as principals: AWS refuses a trust policy that names a role which does not exist
 * yet, and the stack with these roles is an account's first.
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
    { sid: "ReadStates", actions: ["s3:GetObject", "s3:ListBucket"], resources: [bucket, `${bucket}/*`] },
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
    // By an access point too, whose objects have ARNs of their own.
    {
      sid: "NeverReadObjectsBesideStates",
      effect: "Deny",
      actions: ["s3:GetObject*"],
      notResources: [`arn:aws:s3:::${stateBucket}/*`],
    },
    ...denyDataReads(),
  ];
}

/** What is denied is all but what is named, where that can be: AWS adds actions, and a list would not know them. */
function keepOff({ accountId, roleNames, stateBucket, stateKeyAlias }: PipelineRolesProps): PolicyStatement[] {
  return [
    {
      sid: "NeverChangePipelineRolesOrTheirProvider",
      effect: "Deny",
      notActions: ["iam:Get*", "iam:List*"],
      resources: [`arn:aws:iam::${accountId}:role/${roleNames}`, `arn:aws:iam::${accountId}:oidc-provider/${ISSUER}`],
    },
    // Each account has apply roles of its own. From the master account others could be entered, with the states of any
    // environment.
    { sid: "NeverBecomeAnotherRole", effect: "Deny", actions: ["sts:Assume*"], resources: ["*"] },
    // What lies in it is guarded by the bucket's own policy, by access points too.
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

/** The key is known by its alias only: its id is AWS's. */
function ofStateKey(accountId: string, alias: string): Pick<PolicyStatement, "resources" | "conditions"> {
  return {
    resources: [`arn:aws:kms:*:${accountId}:key/*`],
    conditions: { "ForAnyValue:StringEquals": { "kms:ResourceAliases": alias } },
  };
}
