import type { PolicyStatement } from "./policy-document";

/** The actions in a text, separated by white space: this list is long. */
const actionsOf = (text: string): string[] => text.trim().split(/\s+/);

/*
 * The reads by which Terraform's AWS provider refreshes the estate's resource types, and what it needs to find them.
 * `tools/rehearsal/plan-calls.json` holds those that the emulator recorded; the rest is what the provider also asks of
 * AWS: tags, pages of a list, former names of an operation; and what a plan asks before it destroys: objects in buckets,
 * images in repositories, access keys of users, snapshots of databases; and what exists before it is replaced: analyzers,
 * the default key of disks. Names are complete: a pattern would also allow what AWS adds.
 * `config/sensitive-reads.json` lists the reads that must never be here.
 */
const READS: Readonly<Record<string, string>> = {
  ReadNetworks: `
    ec2:DescribeAccountAttributes ec2:DescribeAddresses ec2:DescribeAvailabilityZones ec2:DescribeDhcpOptions
    ec2:DescribeEgressOnlyInternetGateways ec2:DescribeFlowLogs ec2:DescribeInternetGateways
    ec2:DescribeManagedPrefixLists ec2:DescribeNatGateways ec2:DescribeNetworkAcls ec2:DescribeNetworkInterfaces
    ec2:DescribePrefixLists ec2:DescribeRegions ec2:DescribeRouteTables ec2:DescribeSecurityGroupReferences
    ec2:DescribeSecurityGroupRules ec2:DescribeSecurityGroups ec2:DescribeSecurityGroupVpcAssociations
    ec2:DescribeSubnets ec2:DescribeTags ec2:DescribeVpcAttribute ec2:DescribeVpcEndpointServices
    ec2:DescribeVpcEndpoints ec2:DescribeVpcs ec2:GetEbsDefaultKmsKeyId ec2:GetEbsEncryptionByDefault
    ec2:GetImageBlockPublicAccessState ec2:GetInstanceMetadataDefaults ec2:GetManagedPrefixListEntries
    ec2:GetSnapshotBlockPublicAccessState`,
  ReadDatabases: `
    rds:DescribeCertificates rds:DescribeDBEngineVersions rds:DescribeDBInstanceAutomatedBackups
    rds:DescribeDBInstances rds:DescribeDBParameterGroups rds:DescribeDBParameters rds:DescribeDBSnapshots rds:DescribeDBSubnetGroups
    rds:DescribeOptionGroups rds:DescribeOrderableDBInstanceOptions rds:DescribePendingMaintenanceActions
    rds:ListTagsForResource`,
  ReadIam: `
    access-analyzer:GetAnalyzer access-analyzer:ListAnalyzers access-analyzer:ListTagsForResource
    iam:GetAccountPasswordPolicy iam:GetAccountSummary iam:GetInstanceProfile iam:GetOpenIDConnectProvider
    iam:GetPolicy iam:GetPolicyVersion iam:GetRole iam:GetRolePolicy iam:GetUser iam:GetUserPolicy
    iam:ListAccessKeys iam:ListAccountAliases iam:ListAttachedRolePolicies iam:ListAttachedUserPolicies iam:ListEntitiesForPolicy
    iam:ListGroupsForUser iam:ListInstanceProfileTags iam:ListInstanceProfiles iam:ListInstanceProfilesForRole
    iam:ListOpenIDConnectProviderTags iam:ListOpenIDConnectProviders iam:ListOrganizationsFeatures iam:ListPolicies iam:ListPolicyTags
    iam:ListPolicyVersions iam:ListRolePolicies iam:ListRoleTags iam:ListRoles iam:ListUserPolicies iam:ListUserTags
    iam:ListUsers sts:GetCallerIdentity`,
  // `s3:ListBucket` answers whether a bucket exists, `s3:ListBucketVersions` whether it is empty. They list names of objects.
  ReadBucketSettings: `
    s3:GetAccelerateConfiguration s3:GetAccountPublicAccessBlock s3:GetBucketAcl s3:GetBucketCORS s3:GetBucketLocation
    s3:GetBucketLogging s3:GetBucketNotification s3:GetBucketObjectLockConfiguration s3:GetBucketOwnershipControls
    s3:GetBucketPolicy s3:GetBucketPolicyStatus s3:GetBucketPublicAccessBlock s3:GetBucketRequestPayment
    s3:GetBucketTagging s3:GetBucketVersioning s3:GetBucketWebsite s3:GetEncryptionConfiguration
    s3:GetLifecycleConfiguration s3:GetReplicationConfiguration s3:ListAllMyBuckets s3:ListBucket s3:ListBucketVersions
    s3:ListTagsForResource`,
  ReadKeysAndRepositories: `
    ecr:DescribeRegistry ecr:DescribeRepositories ecr:GetLifecyclePolicy ecr:GetRepositoryPolicy ecr:ListImages ecr:ListTagsForResource
    kms:DescribeKey kms:GetKeyPolicy kms:GetKeyRotationStatus kms:ListAliases kms:ListKeyPolicies kms:ListKeys
    kms:ListResourceTags`,
  ReadTrailsAlarmsAndBudgets: `
    budgets:ListTagsForResource budgets:ViewBudget cloudtrail:DescribeTrails cloudtrail:GetEventSelectors
    cloudtrail:GetInsightSelectors cloudtrail:GetTrail cloudtrail:GetTrailStatus cloudtrail:ListTags
    cloudtrail:ListTrails config:DescribeConfigurationRecorderStatus config:DescribeConfigurationRecorders config:DescribeDeliveryChannels events:DescribeEventBus events:DescribeRule events:ListRules events:ListTagsForResource
    events:ListTargetsByRule guardduty:GetDetector guardduty:ListDetectors guardduty:ListTagsForResource logs:DescribeLogGroups logs:DescribeResourcePolicies logs:ListTagsForResource
    logs:ListTagsLogGroup securityhub:DescribeHub securityhub:GetEnabledStandards elasticmapreduce:GetBlockPublicAccessConfiguration sns:GetSubscriptionAttributes sns:GetTopicAttributes
    sns:ListTagsForResource sns:ListTopics`,
  ReadOrganization: `
    organizations:DescribeAccount organizations:DescribeCreateAccountStatus organizations:DescribeOrganization
    organizations:DescribeOrganizationalUnit organizations:DescribePolicy
    organizations:ListAWSServiceAccessForOrganization organizations:ListAccounts organizations:ListAccountsForParent
    organizations:ListChildren organizations:ListCreateAccountStatus organizations:ListDelegatedAdministrators
    organizations:ListDelegatedServicesForAccount organizations:ListOrganizationalUnitsForParent
    organizations:ListParents organizations:ListPolicies organizations:ListPoliciesForTarget organizations:ListRoots
    organizations:ListTagsForResource organizations:ListTargetsForPolicy`,
};

/** Answers to `apigateway:GET` that hold keys or variables. API Gateway has no other action to read. */
const API_KEYS_AND_VARIABLES = [
  "/apikeys",
  "/apikeys/*",
  "/apis/*/stages",
  "/apis/*/stages/*",
  "/restapis/*/stages",
  "/restapis/*/stages/*",
  "/usageplans/*/keys",
  "/usageplans/*/keys/*",
].map((path) => `arn:aws:apigateway:*::${path}`);

/** No other contact of the account, whose details are somebody's personal data. */
const contactRead = (kinds: readonly string[]): PolicyStatement => ({
  sid: "ReadTheContactsOfTheEstate",
  actions: ["account:GetAlternateContact"],
  resources: ["*"],
  conditions: {
    "ForAnyValue:StringEquals": { "account:AlternateContactTypes": kinds.map((kind) => kind.toUpperCase()) },
  },
});

/**
 * The reads of IAM Identity Center, from the source of the provider 5.100.0. The answers of `DescribeGroup`, and above
 * all of `DescribeUser`, are somebody's personal data, which the data sources cannot do without: only the plan role of
 * the account that manages it gets them, and that of users only if the estate names some. A user's id is not known here.
 */
function identityReads({ users }: NonNullable<PlanReads["identityCenter"]>): PolicyStatement {
  const always = `
    identitystore:DescribeGroup identitystore:DescribeGroupMembership identitystore:GetGroupId
    sso:DescribePermissionSet sso:GetInlinePolicyForPermissionSet sso:ListAccountAssignments sso:ListInstances
    sso:ListManagedPoliciesInPermissionSet sso:ListTagsForResource`;
  return {
    sid: "ReadIdentityCenter",
    actions: [...actionsOf(always), ...(users ? ["identitystore:DescribeUser", "identitystore:GetUserId"] : [])],
    resources: ["*"],
  };
}

/** What a plan role reads in addition. */
export interface PlanReads {
  /** Reading actions that plans of a team's own stacks need, such as `glue:GetTable`. @default none */
  readonly planRoleReads?: readonly string[];
  /** The kinds of alternate contacts that the plan role reads. @default none */
  readonly contactKinds?: readonly string[];
  /** IAM Identity Center, with its users or without. @default the account does not manage it */
  readonly identityCenter?: { readonly users: boolean };
}

/** The reads that a plan of the estate's resource types needs, and those of the resource types of own stacks. */
export function planReads({ planRoleReads = [], contactKinds = [], identityCenter }: PlanReads): PolicyStatement[] {
  const resources = ["*"];
  return [
    ...(contactKinds.length > 0 ? [contactRead(contactKinds)] : []),
    ...(identityCenter ? [identityReads(identityCenter)] : []),
    ...Object.entries(READS).map(([sid, actions]) => ({ sid, actions: actionsOf(actions), resources })),
    ...(planRoleReads.length > 0 ? [{ sid: "ReadTypesOfOwnStacks", actions: planRoleReads, resources }] : []),
  ];
}

/** Denies the answers of `apigateway:GET` that hold secrets. */
export const neverReadApiKeys: PolicyStatement = {
  sid: "NeverReadApiKeysOrStageVariables",
  effect: "Deny",
  actions: ["apigateway:GET"],
  resources: API_KEYS_AND_VARIABLES,
};
