import type { PolicyStatement } from "./policy-document";

/** Inline policies by name, in the order of the accounts' documentation. */
export type AnalyticsPolicies = Readonly<Record<string, readonly PolicyStatement[]>>;

const everything = (sid: string, service: string): readonly PolicyStatement[] => [
  { sid, actions: [`${service}:*`], resources: ["*"] },
];

const CLOUDFORMATION_ACTIONS = [
  "cloudformation:CreateStack",
  "cloudformation:DeleteStack",
  "cloudformation:DescribeStacks",
  "cloudformation:DescribeStackEvents",
];

/** Equal in both profiles: analytics needs these permissions, and a condition would break it. */
const COST_AND_COMPUTE = {
  "cost-explorer": everything("CostExplorer", "ce"),
  ec2: everything("Ec2", "ec2"),
  emr: everything("Emr", "elasticmapreduce"),
};
const STUDIO_AND_SESSIONS = { sagemaker: everything("SageMaker", "sagemaker"), ssm: everything("Ssm", "ssm") };

const EMR_SERVICE_POLICY = {
  ArnLike: { "iam:PolicyARN": "arn:aws:iam::aws:policy/service-role/AmazonElasticMapReduceRole" },
};

const roleArns = (accountId: string, path = "/") => [`arn:aws:iam::${accountId}:role${path}analysis-*`];

function instanceProfiles(accountId: string): PolicyStatement {
  return {
    sid: "iamInstanceProfileAccess",
    actions: [
      "iam:AddRoleToInstanceProfile",
      "iam:CreateInstanceProfile",
      "iam:GetInstanceProfile",
      "iam:DeleteInstanceProfile",
      "iam:RemoveRoleFromInstanceProfile",
    ],
    resources: [`arn:aws:iam::${accountId}:instance-profile/analysis-*`],
  };
}

const SERVICE_LINKED_ROLES: PolicyStatement = {
  sid: "iamServiceLinkedRoleCreateAccess",
  actions: ["iam:CreateServiceLinkedRole", "iam:PutRolePolicy"],
  resources: ["arn:aws:iam::*:role/aws-service-role/elasticmapreduce.amazonaws.com*/AWSServiceRoleForEMRCleanup*"],
  conditions: {
    StringLike: { "iam:AWSServiceName": ["elasticmapreduce.amazonaws.com", "elasticmapreduce.amazonaws.com.cn"] },
  },
};

/**
 * The eight policies of the accounts' documentation, action for action. Their IAM part is a known way to escalate to
 * administrator, see `hardenedPolicies`.
 */
export function documentedPolicies(accountId: string): AnalyticsPolicies {
  return {
    cloudformation: [{ sid: "CloudFormation", actions: CLOUDFORMATION_ACTIONS, resources: ["*"] }],
    ...COST_AND_COMPUTE,
    iam: [
      {
        sid: "iamRoleAccess",
        actions: [
          "iam:GetRole",
          "iam:CreateRole",
          "iam:TagRole",
          "iam:GetRolePolicy",
          "iam:PutRolePolicy",
          "iam:DeleteRolePolicy",
          "iam:DeleteRole",
          "iam:PassRole",
        ],
        resources: roleArns(accountId),
      },
      instanceProfiles(accountId),
      {
        sid: "iamRoleServicePolicyAccess",
        actions: ["iam:AttachRolePolicy", "iam:DetachRolePolicy"],
        resources: roleArns(accountId),
        conditions: EMR_SERVICE_POLICY,
      },
      SERVICE_LINKED_ROLES,
    ],
    s3: everything("S3", "s3"),
    ...STUDIO_AND_SESSIONS,
  };
}

interface HardenedScope {
  readonly accountId: string;
  readonly namespace: string;
  /** The permissions boundary of every role that it creates. */
  readonly boundaryArn: string;
  /** The path of every role that it creates. */
  readonly rolePath: string;
  /** Patterns of the ARNs of the buckets that it uses. */
  readonly bucketArns: readonly string[];
}

/** Services to which an analysis role may be passed. */
const PASS_TO = {
  StringEquals: {
    "iam:PassedToService": ["ec2.amazonaws.com", "elasticmapreduce.amazonaws.com", "sagemaker.amazonaws.com"],
  },
};

const NEVER_CHANGE_A_BOUNDARY: PolicyStatement = {
  sid: "NeverChangeABoundary",
  effect: "Deny",
  actions: [
    "iam:CreatePolicyVersion",
    "iam:DeletePolicy",
    "iam:DeletePolicyVersion",
    "iam:DeleteRolePermissionsBoundary",
    "iam:PutRolePermissionsBoundary",
    "iam:SetDefaultPolicyVersion",
  ],
  resources: ["*"],
};

/**
 * Same purpose, with the known ways to escalate closed. `iam:CreateRole`, `PutRolePolicy` and `PassRole` on roles
 * without a boundary, together with `ec2:*`, give administrator access. Here every role that is created or changed must
 * have a boundary that these policies cannot change.
 *
 * IAM has no condition on the boundary of a role that is passed, and AWS calls conditions on its tags unreliable. So the
 * path decides: only these policies create roles there. Roles elsewhere, which the documented profile may have left
 * without a boundary, are only read and removed.
 */
export function hardenedPolicies(scope: HardenedScope): AnalyticsPolicies {
  const { accountId, namespace, boundaryArn, rolePath, bucketArns } = scope;
  const roles = roleArns(accountId, rolePath);
  const bounded = { StringEquals: { "iam:PermissionsBoundary": boundaryArn } };
  return {
    cloudformation: [
      {
        sid: "CloudFormationOfThisEnvironment",
        actions: CLOUDFORMATION_ACTIONS,
        resources: [`arn:aws:cloudformation:*:${accountId}:stack/${namespace}-*/*`],
      },
    ],
    ...COST_AND_COMPUTE,
    iam: [
      {
        sid: "ReadAndDeleteAnalysisRoles",
        actions: ["iam:GetRole", "iam:GetRolePolicy", "iam:DeleteRole"],
        resources: [...roles, ...roleArns(accountId)],
      },
      { sid: "TagOwnRoles", actions: ["iam:TagRole"], resources: roles },
      {
        sid: "MakeAndChangeBoundedRolesOnly",
        actions: ["iam:CreateRole", "iam:PutRolePolicy"],
        resources: roles,
        conditions: bounded,
      },
      {
        sid: "RemovePoliciesOfBoundedRolesOnly",
        actions: ["iam:DeleteRolePolicy"],
        resources: [...roles, ...roleArns(accountId)],
        conditions: bounded,
      },
      { sid: "PassRolesToAnalyticsServicesOnly", actions: ["iam:PassRole"], resources: roles, conditions: PASS_TO },
      instanceProfiles(accountId),
      {
        sid: "iamRoleServicePolicyAccess",
        actions: ["iam:AttachRolePolicy"],
        resources: roles,
        conditions: { ...EMR_SERVICE_POLICY, ...bounded },
      },
      {
        sid: "DetachFromBoundedRolesOnly",
        actions: ["iam:DetachRolePolicy"],
        resources: [...roles, ...roleArns(accountId)],
        conditions: { ...EMR_SERVICE_POLICY, ...bounded },
      },
      SERVICE_LINKED_ROLES,
      NEVER_CHANGE_A_BOUNDARY,
    ],
    s3: [
      { sid: "BucketsOfThisEnvironment", actions: ["s3:*"], resources: bucketArns.flatMap((arn) => [arn, `${arn}/*`]) },
    ],
    ...STUDIO_AND_SESSIONS,
  };
}

/**
 * The boundary of the roles that the hardened cross-account role creates: they run analytics, and pass each other to the
 * same services.
 */
export function analysisBoundary(scope: Omit<HardenedScope, "boundaryArn" | "namespace">): readonly PolicyStatement[] {
  const { accountId, rolePath, bucketArns } = scope;
  return [
    {
      sid: "RunAnalytics",
      actions: [
        "cloudwatch:*",
        "ec2:*",
        "ec2messages:*",
        "ecr:BatchCheckLayerAvailability",
        "ecr:BatchGetImage",
        "ecr:GetAuthorizationToken",
        "ecr:GetDownloadUrlForLayer",
        "elasticmapreduce:*",
        "logs:*",
        "sagemaker:*",
        "ssm:*",
        "ssmmessages:*",
      ],
      resources: ["*"],
    },
    {
      sid: "UseKeys",
      actions: ["kms:CreateGrant", "kms:Decrypt", "kms:DescribeKey", "kms:Encrypt", "kms:GenerateDataKey*"],
      resources: ["*"],
    },
    { sid: "BucketsOfThisEnvironment", actions: ["s3:*"], resources: bucketArns.flatMap((arn) => [arn, `${arn}/*`]) },
    {
      sid: "ReadEmrSoftware",
      actions: ["s3:GetObject", "s3:ListBucket"],
      resources: ["arn:aws:s3:::*.elasticmapreduce", "arn:aws:s3:::*.elasticmapreduce/*"],
    },
    {
      sid: "ReadAnalysisRoles",
      actions: ["iam:GetInstanceProfile", "iam:GetRole", "iam:ListRolePolicies"],
      resources: ["*"],
    },
    {
      sid: "PassRolesToAnalyticsServicesOnly",
      actions: ["iam:PassRole"],
      resources: roleArns(accountId, rolePath),
      conditions: PASS_TO,
    },
  ];
}
