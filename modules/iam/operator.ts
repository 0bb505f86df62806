import { Construct } from "constructs";
import { neverReadApiKeys } from "./plan-reads";
import type { PolicyStatement } from "./policy-document";
import { Role, trustPeople } from "./role";

export interface OperatorProps {
  readonly name: string;
  readonly accountId: string;
  /** ARNs of the users that may assume it, with MFA. Without any, nobody may. */
  readonly principalArns: readonly string[];
  /** Networks from which the role may be assumed. @default any */
  readonly sourceIps?: readonly string[];
  /** The longest session, 3,600 to 43,200 s. */
  readonly maxSessionSeconds: number;
  /** The tags of this estate's resources. Only database instances with all of them may be started and stopped. */
  readonly estateTags: Readonly<Record<string, string>>;
}

/**
 * The role for everyday work. It reads the account and its logs, and may start, stop and reboot the estate's database
 * instances. It cannot read data or secrets, change IAM, or assume another role.
 *
 * @example
 * new Operator(this, "operator", {
 *   name: "Operator", accountId: "111111111111", principalArns: ["arn:aws:iam::111111111111:user/platform-engineer"],
 *   maxSessionSeconds: 14400, estateTags: { Solution: "galileo" },
 * });
 */
export class Operator extends Construct {
  public readonly roleArn: string;

  constructor(scope: Construct, id: string, props: OperatorProps) {
    super(scope, id);
    const { name, principalArns, sourceIps, maxSessionSeconds } = props;
    const role = new Role(this, "role", {
      name,
      description: "Everyday work: reads the account, its logs and metrics; no data, no secrets, no IAM changes",
      trust: [trustPeople(principalArns, { sourceIps })],
      maxSessionSeconds,
      ...operatorAccess(props),
    });
    this.roleArn = role.arn;
  }
}

/**
 * What Operator may do, as role and as permission set.
 * @param accountId the account, or `*` in a permission set, which serves several
 */
export const operatorAccess = ({ accountId, estateTags }: Pick<OperatorProps, "accountId" | "estateTags">) => ({
  managedPolicies: { "view-only": "arn:aws:iam::aws:policy/job-function/ViewOnlyAccess" },
  inlinePolicies: {
    "read-operations": READ_OPERATIONS,
    "database-power": [databasePower(accountId, estateTags)],
    "deny-data-and-iam": DENY_DATA_AND_IAM,
  },
});

const READ_OPERATIONS: readonly PolicyStatement[] = [
  {
    sid: "ReadLogs",
    actions: [
      "logs:Describe*",
      "logs:FilterLogEvents",
      "logs:GetDataProtectionPolicy",
      "logs:GetLogAnomalyDetector",
      "logs:GetLogEvents",
      "logs:GetLogFields",
      "logs:GetLogGroupFields",
      "logs:GetLogRecord",
      "logs:GetQueryResults",
      "logs:GetScheduledQuery",
      "logs:GetScheduledQueryHistory",
      "logs:GetTransformer",
      "logs:List*",
      "logs:StartQuery",
      "logs:StopQuery",
      "logs:TestMetricFilter",
    ],
    resources: ["*"],
  },
  {
    sid: "ReadMetricsAndAlarms",
    actions: [
      "cloudwatch:Describe*",
      "cloudwatch:GetDashboard",
      "cloudwatch:GetInsightRuleReport",
      "cloudwatch:GetMetricData",
      "cloudwatch:GetMetricStatistics",
      "cloudwatch:GetMetricStream",
      "cloudwatch:GetMetricWidgetImage",
      "cloudwatch:List*",
    ],
    resources: ["*"],
  },
  {
    sid: "ReadEvents",
    actions: [
      "cloudtrail:LookupEvents",
      "health:Describe*",
      "events:DescribeArchive",
      "events:DescribeEventBus",
      "events:DescribeReplay",
      "events:DescribeRule",
      "events:List*",
    ],
    resources: ["*"],
  },
  { sid: "ReadTags", actions: ["tag:GetResources", "tag:GetTagKeys", "tag:GetTagValues"], resources: ["*"] },
  {
    sid: "ReadDatabaseLogs",
    actions: ["rds:Describe*", "rds:DownloadDBLogFilePortion", "rds:ListTagsForResource"],
    resources: ["*"],
  },
  {
    sid: "HandleSupportCases",
    actions: [
      "support:AddAttachmentsToSet",
      "support:AddCommunicationToCase",
      "support:CreateCase",
      "support:Describe*",
      "support:ResolveCase",
    ],
    resources: ["*"],
  },
];

function databasePower(accountId: string, estateTags: Readonly<Record<string, string>>): PolicyStatement {
  const conditions = Object.fromEntries(
    Object.entries(estateTags).map(([key, value]) => [`aws:ResourceTag/${key}`, value]),
  );
  return {
    sid: "StartStopAndRebootEstateDatabases",
    actions: ["rds:StartDBInstance", "rds:StopDBInstance", "rds:RebootDBInstance"],
    resources: [`arn:aws:rds:*:${accountId}:db:*`],
    conditions: { StringEquals: conditions },
  };
}

/*
 * What ViewOnlyAccess allows and config/sensitive-reads.json lists: user data, environment variables, passwords, users.
 * A test keeps both equal. Operator's work needs a few reads of that list, which stay allowed: logs, events and the logs
 * of databases.
 */
const SECRETS_IN_VIEW = `
  autoscaling:DescribeLaunchConfigurations cloudformation:DescribeStacks cloudformation:ListExports
  cloudformation:ListResourceRequests cloudformation:ListResources cloudformation:ListTypeRegistrations
  cloudfront:ListDistributions cloudfront:ListDistributionsByAnycastIpListId
  cloudfront:ListDistributionsByConnectionFunction cloudfront:ListDistributionsByConnectionMode
  cloudfront:ListDistributionsByRealtimeLogConfig cloudfront:ListDistributionsByTrustStore
  cloudfront:ListDistributionsByWebACLId cloudwatch:GetRecords cloudwatch:GetSpaceCredentials*
  cloudwatch:GetTelemetryQueryResults codedeploy:ListGitHubAccountTokenNames cognito-idp:ListDevices
  cognito-idp:ListUserPoolClient* cognito-idp:ListUsers* comprehend:DescribeDocumentClassifier
  comprehend:DescribeEntityRecognizer comprehend:ListDocumentClassifiers comprehend:ListEntityRecognizers
  connect:ListDataTableValues connect:ListInstances connect:ListRealtimeContactAnalysisSegments*
  connect:ListSecurityKeys connect:ListView* devicefarm:ListArtifacts devicefarm:ListProjects
  devicefarm:ListRemoteAccessSessions devicefarm:ListRuns devicefarm:ListTestGridSessionArtifacts
  devicefarm:ListUploads directconnect:DescribeRouterConfiguration directconnect:DescribeVirtualInterfaces
  ds:DescribeDirectories ec2:DescribeBundleTasks ec2:DescribeConversionTasks ec2:DescribeImportImageTasks
  ec2:DescribeImportSnapshotTasks ec2:DescribeInstanceAttribute ec2:DescribeInstanceSqlHa*
  ec2:DescribeSpotFleetRequests ec2:DescribeSpotInstanceRequests ecs:DescribeDaemonTaskDefinition
  ecs:DescribeExpressGatewayService ecs:DescribeTaskDefinition ecs:DescribeTasks eks:DescribeEksAnywhereSubscription
  eks:ListEksAnywhereSubscriptions elasticmapreduce:ListBootstrapActions elasticmapreduce:ListInstanceFleets
  elasticmapreduce:ListInstanceGroups elasticmapreduce:ListSteps elastictranscoder:ListJobs*
  firehose:DescribeDeliveryStream fsx:DescribeFileSystems gamelift:ListCompute gamelift:ListContainerFleets
  iam:ListVirtualMFADevices iot:ListRetainedMessages iot:ListSubscriptions lambda:ListFunctions
  lambda:ListVersionsByFunction lex:GetBotChannelAssociations opsworks-cm:DescribeServers opsworks:DescribeApps
  opsworks:DescribeDeployments opsworks:DescribeLayers opsworks:DescribeRdsDbInstances opsworks:DescribeStacks
  organizations:ListHandshakes* rds:DescribeDBProxyTargetGroups redshift:DescribeClusters route53:GetDNSSEC
  sagemaker:DescribeAIRecommendationJob sagemaker:DescribeAlgorithm sagemaker:DescribeAppImageConfig
  sagemaker:DescribeAutoMLJob* sagemaker:DescribeDataQualityJobDefinition sagemaker:DescribeHyperParameterTuningJob
  sagemaker:DescribeInferenceComponent sagemaker:DescribeInferenceRecommendationsJob sagemaker:DescribeModel
  sagemaker:DescribeModelBiasJobDefinition sagemaker:DescribeModelCard
  sagemaker:DescribeModelExplainabilityJobDefinition sagemaker:DescribeModelPackage
  sagemaker:DescribeModelQualityJobDefinition sagemaker:DescribeMonitoringSchedule
  sagemaker:DescribeNotebookInstanceLifecycleConfig sagemaker:DescribeOptimizationJob sagemaker:DescribePipeline
  sagemaker:DescribePipelineDefinitionForExecution sagemaker:DescribeProcessingJob
  sagemaker:DescribeStudioLifecycleConfig sagemaker:DescribeTrainingJob sagemaker:DescribeTransformJob
  sagemaker:ListAppImageConfigs sagemaker:ListCandidatesForAutoMLJob sagemaker:ListInferenceRecommendationsJobSteps
  sagemaker:ListPipelineExecutionSteps ses:ListAddressListImportJobs ses:ListMembersOfAddressList
  sns:ListOriginationNumbers sns:ListPhoneNumbersOptedOut sns:ListSMSSandboxPhoneNumbers sns:ListSubscriptions*
  wafv2:ListAPIKeys workmail:DescribeUser workspaces:DescribeConnectionAliases`;

const DENY_DATA_AND_IAM: readonly PolicyStatement[] = [
  {
    sid: "NeverReadSecretsThatViewOnlyAccessShows",
    effect: "Deny",
    actions: SECRETS_IN_VIEW.trim().split(/\s+/),
    resources: ["*"],
  },
  neverReadApiKeys,
  {
    sid: "NeverReadDataOrSecrets",
    effect: "Deny",
    actions: [
      "s3:GetObject*",
      "secretsmanager:BatchGetSecretValue",
      "secretsmanager:GetSecretValue",
      "ssm:GetParameter*",
      "kms:Decrypt",
      "dynamodb:BatchGetItem",
      "dynamodb:GetItem",
      "dynamodb:GetRecords",
      "dynamodb:PartiQLSelect",
      "dynamodb:Query",
      "dynamodb:Scan",
      "rds-db:connect",
    ],
    resources: ["*"],
  },
  {
    sid: "NeverChangeIam",
    effect: "Deny",
    actions: [
      "iam:Accept*",
      "iam:Add*",
      "iam:Associate*",
      "iam:Attach*",
      "iam:Change*",
      "iam:Create*",
      "iam:Deactivate*",
      "iam:Delete*",
      "iam:Detach*",
      "iam:Disable*",
      "iam:Enable*",
      "iam:PassRole",
      "iam:Put*",
      "iam:Reject*",
      "iam:Remove*",
      "iam:Reset*",
      "iam:Resync*",
      "iam:Send*",
      "iam:Set*",
      "iam:Tag*",
      "iam:Untag*",
      "iam:Update*",
      "iam:Upload*",
    ],
    resources: ["*"],
  },
  { sid: "NeverBecomeAnotherRole", effect: "Deny", actions: ["sts:AssumeRole*", "sts:AssumeRoot"], resources: ["*"] },
];
