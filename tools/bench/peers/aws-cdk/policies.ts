import { Effect, PolicyStatement } from "aws-cdk-lib/aws-iam";

/* The statements of the roles. They are as many and as long as those of the example estate. */

export function allow(sid: string, actions: string[], resources: string[] = ["*"]): PolicyStatement {
  return new PolicyStatement({ sid, actions, resources });
}

export function deny(sid: string, actions: string[], resources: string[] = ["*"]): PolicyStatement {
  return new PolicyStatement({ sid, effect: Effect.DENY, actions, resources });
}

const named = (service: string, names: string) => names.split(" ").map((name) => `${service}:${name}`);

/** What a plan reads, by name. */
export const planReads = (): PolicyStatement[] => [
  allow(
    "ReadNetworks",
    named(
      "ec2",
      "DescribeAccountAttributes DescribeAddresses DescribeAvailabilityZones DescribeDhcpOptions DescribeEgressOnlyInternetGateways DescribeFlowLogs DescribeInstances DescribeInternetGateways DescribeManagedPrefixLists DescribeNatGateways DescribeNetworkAcls DescribeNetworkInterfaces DescribePrefixLists DescribeRegions DescribeRouteTables DescribeSecurityGroupReferences DescribeSecurityGroupRules DescribeSecurityGroups DescribeSubnets DescribeTags DescribeVpcAttribute DescribeVpcEndpoints DescribeVpcEndpointServices DescribeVpcPeeringConnections DescribeVpcs GetEbsEncryptionByDefault GetManagedPrefixListEntries",
    ),
  ),
  allow(
    "ReadDatabases",
    named(
      "rds",
      "DescribeDBEngineVersions DescribeDBInstances DescribeDBParameterGroups DescribeDBParameters DescribeDBSnapshots DescribeDBSubnetGroups DescribeEngineDefaultParameters DescribeOptionGroups DescribeOrderableDBInstanceOptions DescribePendingMaintenanceActions ListTagsForResource",
    ),
  ),
  allow(
    "ReadIam",
    named(
      "iam",
      "GetAccountPasswordPolicy GetAccountSummary GetGroup GetGroupPolicy GetInstanceProfile GetLoginProfile GetOpenIDConnectProvider GetPolicy GetPolicyVersion GetRole GetRolePolicy GetServiceLinkedRoleDeletionStatus GetUser GetUserPolicy ListAccessKeys ListAccountAliases ListAttachedGroupPolicies ListAttachedRolePolicies ListAttachedUserPolicies ListEntitiesForPolicy ListGroupsForUser ListInstanceProfileTags ListInstanceProfilesForRole ListMFADevices ListOpenIDConnectProviderTags ListOpenIDConnectProviders ListPolicyTags ListPolicyVersions ListRolePolicies ListRoleTags ListRoles ListUserPolicies ListUserTags",
    ),
  ),
  allow(
    "ReadBucketSettings",
    named(
      "s3",
      "GetAccelerateConfiguration GetAccountPublicAccessBlock GetBucketAcl GetBucketCORS GetBucketLocation GetBucketLogging GetBucketNotification GetBucketObjectLockConfiguration GetBucketOwnershipControls GetBucketPolicy GetBucketPolicyStatus GetBucketPublicAccessBlock GetBucketRequestPayment GetBucketTagging GetBucketVersioning GetBucketWebsite GetEncryptionConfiguration GetLifecycleConfiguration GetReplicationConfiguration ListAllMyBuckets ListBucket ListTagsForResource",
    ),
  ),
  allow("ReadKeysAndRepositories", [
    ...named("kms", "DescribeKey GetKeyPolicy GetKeyRotationStatus ListAliases ListKeys ListResourceTags"),
    ...named(
      "ecr",
      "DescribeRepositories GetLifecyclePolicy GetRegistryPolicy GetRepositoryPolicy ListTagsForResource DescribeRegistry",
    ),
  ]),
  allow("ReadTrailsAlarmsAndBudgets", [
    ...named(
      "cloudtrail",
      "DescribeTrails GetEventSelectors GetInsightSelectors GetTrail GetTrailStatus ListTags ListTrails",
    ),
    ...named("events", "DescribeRule ListRules ListTagsForResource ListTargetsByRule"),
    ...named("sns", "GetSubscriptionAttributes GetTopicAttributes ListSubscriptionsByTopic ListTagsForResource"),
    ...named("budgets", "ViewBudget ListTagsForResource DescribeBudgetActionsForBudget"),
    ...named("logs", "DescribeLogGroups ListTagsForResource"),
    ...named("access-analyzer", "GetAnalyzer ListAnalyzers"),
  ]),
  allow(
    "ReadOrganization",
    named(
      "organizations",
      "DescribeAccount DescribeCreateAccountStatus DescribeEffectivePolicy DescribeHandshake DescribeOrganization DescribeOrganizationalUnit DescribePolicy DescribeResourcePolicy ListAWSServiceAccessForOrganization ListAccounts ListAccountsForParent ListChildren ListDelegatedAdministrators ListOrganizationalUnitsForParent ListParents ListPolicies ListPoliciesForTarget ListRoots ListTagsForResource",
    ),
  ),
];

/** What Operator never may, on top of a policy of AWS that allows more. */
export const operatorDenials = (): PolicyStatement[] => [
  deny("NeverReadSecretsThatViewOnlyAccessShows", [
    ...named("autoscaling", "DescribeLaunchConfigurations"),
    ...named("cloudformation", "DescribeStacks ListExports ListStackResources"),
    ...named("codebuild", "BatchGetProjects ListProjects"),
    ...named("cognito-idp", "ListUsers ListGroups ListUserPools"),
    ...named("datapipeline", "DescribeObjects GetPipelineDefinition ListPipelines"),
    ...named(
      "ec2",
      "DescribeInstanceAttribute DescribeLaunchTemplateVersions DescribeSpotFleetRequests GetConsoleOutput GetPasswordData",
    ),
    ...named("ecs", "DescribeTaskDefinition DescribeTasks ListTaskDefinitions"),
    ...named("elasticbeanstalk", "DescribeConfigurationSettings DescribeEnvironments"),
    ...named("glue", "GetConnection GetConnections GetJob GetJobs"),
    ...named("lambda", "GetFunction GetFunctionConfiguration ListFunctions ListVersionsByFunction"),
    ...named("sagemaker", "DescribeTrainingJob DescribeNotebookInstanceLifecycleConfig"),
    ...named("states", "DescribeExecution GetExecutionHistory DescribeStateMachine"),
  ]),
  deny(
    "NeverReadApiKeysOrStageVariables",
    ["apigateway:GET"],
    ["arn:aws:apigateway:*::/apikeys*", "arn:aws:apigateway:*::/restapis/*/stages*"],
  ),
  deny("NeverReadDataOrSecrets", [
    "s3:GetObject*",
    "secretsmanager:GetSecretValue",
    "ssm:GetParameter*",
    "dynamodb:GetItem",
    "dynamodb:Query",
    "dynamodb:Scan",
    "kms:Decrypt",
    "sqs:ReceiveMessage",
    "kinesis:GetRecords",
    "athena:GetQueryResults",
    "redshift-data:GetStatementResult",
    "rds-data:*",
  ]),
  deny("NeverChangeIam", [
    "iam:Add*",
    "iam:Attach*",
    "iam:Change*",
    "iam:Create*",
    "iam:Deactivate*",
    "iam:Delete*",
    "iam:Detach*",
    "iam:Enable*",
    "iam:PassRole",
    "iam:Put*",
    "iam:Remove*",
    "iam:Reset*",
    "iam:Resync*",
    "iam:Set*",
    "iam:Tag*",
    "iam:Untag*",
    "iam:Update*",
    "iam:Upload*",
  ]),
  deny("NeverAssumeAnotherRole", ["sts:AssumeRole", "sts:AssumeRoleWithSAML"]),
];

export const operatorReads = (): PolicyStatement[] => [
  allow("ReadLogs", [
    "logs:Describe*",
    ...named(
      "logs",
      "FilterLogEvents GetDataProtectionPolicy GetLogAnomalyDetector GetLogEvents GetLogFields GetLogGroupFields GetLogRecord GetQueryResults ListAnomalies ListLogAnomalyDetectors ListTagsForResource StartLiveTail StartQuery StopLiveTail StopQuery",
    ),
  ]),
  allow("ReadMetricsAndAlarms", [
    "cloudwatch:Describe*",
    "cloudwatch:Get*",
    "cloudwatch:List*",
    "pi:DescribeDimensionKeys",
    "pi:GetResourceMetrics",
  ]),
  allow("ReadEvents", named("cloudtrail", "LookupEvents DescribeTrails GetTrailStatus GetTrail ListTrails")),
  allow("ReadTags", named("tag", "GetResources GetTagKeys GetTagValues")),
  allow("ReadDatabaseLogs", named("rds", "DescribeDBLogFiles DownloadDBLogFilePortion DownloadCompleteDBLogFile")),
  allow("HandleSupportCases", ["support:*", "trustedadvisor:Describe*", "health:Describe*"]),
];

/** A pipeline's apply role changes everything but what guards it. */
export const keepOff = (account: string): PolicyStatement[] => [
  new PolicyStatement({
    sid: "NeverChangePipelineRolesOrTheirProvider",
    effect: Effect.DENY,
    notActions: ["iam:Get*", "iam:List*"],
    resources: [`arn:aws:iam::${account}:role/galileo-pipeline-*`, `arn:aws:iam::${account}:oidc-provider/*`],
  }),
  deny("NeverReadOtherStates", ["s3:*Object*"], [`arn:aws:s3:::${account}-galileo-terraform-state/other/*`]),
];
