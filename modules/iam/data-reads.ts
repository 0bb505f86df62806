import type { PolicyStatement } from "./policy-document";

/** The actions in a text, separated by white space: this catalog of patterns is long. */
const actionsOf = (text: string): string[] => text.trim().split(/\s+/);

/*
 * Actions that `ReadOnlyAccess` allows or could allow and that no plan needs: the estate's resource types are planned
 * from descriptions, configuration and tags. Other types need some of them, as `aws_lambda_function` needs
 * `lambda:GetFunction`: remove the action here when you add such a type. `ReadOnlyAccess` does not allow reading
 * secrets today. They are denied here because AWS may change that policy.
 */
const DENIED: Readonly<Record<string, readonly string[]>> = {
  NeverReadFilesOrRecords: actionsOf(`
    appconfig:GetConfiguration aps:GetLabels aps:GetSeries aps:QueryMetrics athena:Get*Result* backup:*Search
    cassandra:Select clouddirectory:BatchRead clouddirectory:*ObjectAttributes clouddirectory:GetLinkAttributes
    cloudfront-keyvaluestore:GetKey cloudfront-keyvaluestore:ListKeys cognito-idp:Admin* cognito-idp:ListUsers*
    cognito-sync:*Records connect:GetContactAttributes dax:*Item dax:Query dax:Scan dynamodb:BatchGetItem
    dynamodb:GetItem dynamodb:PartiQLSelect dynamodb:Query dynamodb:Scan ebs:*Block* es:ESHttp* forecast:Query*
    glacier:GetJobOutput glue:GetStatement healthlake:Read* healthlake:Search* iot:*RetainedMessage*
    iot:GetThingShadow iotanalytics:GetDatasetContent iotanalytics:SampleChannelData iotsitewise:GetAssetProperty*
    iotsitewise:GetInterpolated* iotsitewise:GetQueryResults kendra:Query lookoutmetrics:GetSampleData
    mediapackagev2:Get*Object mediastore:GetObject omics:GetReadSet omics:GetReference qldb:GetBlock qldb:GetRevision
    rds-data:* redshift-data:* s3-object-lambda:GetObject* s3-outposts:GetObject* s3:GetDataAccess
    s3express:CreateSession s3tables:GetTableData s3vectors:*Vectors sdb:GetAttributes sdb:Select
    workdocs:GetDocument*`),
  NeverReadStreamsQueuesOrMail: actionsOf(`
    chime:*ChannelMessage* dynamodb:GetRecords dynamodb:GetShardIterator ec2messages:* iot:GetConnection
    iot:ListSubscriptions kinesis:GetRecords kinesis:GetShardIterator kinesis:SubscribeToShard
    kinesisanalytics:DiscoverInputSchema kinesisvideo:Get* ses:GetArchiveMessage* ses:GetMessageInsights
    sqs:ReceiveMessage`),
  NeverReadLogsOrTraces: actionsOf(`
    cloudtrail:GetEventDataStoreData cloudtrail:GetQueryResults cloudtrail:LookupEvents cloudwatch:*QueryResults*
    cloudwatch:GetRecords elasticbeanstalk:*EnvironmentInfo lambda:GetDurableExecution* lightsail:Get*LogEvents
    logs:*LiveTail logs:FilterLogEvents logs:GetLogEvents logs:GetLogRecord logs:GetQueryResults logs:StartQuery
    logs:StopQuery logs:Unmask pi:*DimensionKey* rds:Download* rum:GetAppMonitorData ssm:GetAutomationExecution
    ssm:GetCommandInvocation ssm:ListCommand* states:DescribeExecution states:GetExecutionHistory
    swf:GetWorkflowExecutionHistory waf-regional:GetSampledRequests waf:GetSampledRequests wafv2:GetSampledRequests
    xray:*TraceRetrieval xray:BatchGetTrace* xray:GetTrace*`),
  NeverReadCodeOrImages: actionsOf(`
    cloudformation:GetGeneratedTemplate cloudformation:GetTemplate* codeartifact:GetPackageVersion*
    codeartifact:ReadFromRepository codecommit:BatchGetCommits codecommit:GetBlob* codecommit:GetComm*
    codecommit:GetDifferences codecommit:GetF* codecommit:GetMergeConflicts codecommit:GetTree codecommit:GitPull
    ec2:DescribeInstanceAttribute ec2:DescribeLaunchTemplateVersions ec2:GetConsole* ec2:GetInstanceUefiData
    ec2:GetLaunchTemplateData ecr:BatchGetImage ecr:GetDownloadUrlForLayer greengrass:GetComponentVersionArtifact
    inspector2:BatchGetCodeSnippet lambda:GetFunction lambda:GetLayerVersion serverlessrepo:GetCloudFormationTemplate
    tnb:Get*Content`),
  NeverReadSecretsOrTakeCredentials: actionsOf(`
    acm:ExportCertificate acm:Get*Credentials appsync:Get*EnvironmentVariables appsync:ListApiKeys
    athena:GetSessionEndpoint cloudwatch:GetSpaceCredentials* codeartifact:GetAuthorizationToken
    codepipeline:Get*JobDetails cognito-identity:GetCredentialsForIdentity cognito-identity:GetOpenIdToken*
    cognito-idp:DescribeUserPoolClient cognito-idp:GetTokensFromRefreshToken connect:GetFederationToken
    ec2:DescribeVpnConnections ec2:GetPasswordData ecr-public:GetAuthorizationToken ecr:GetAuthorizationToken
    gamelift:GetCompute* gamelift:GetInstanceAccess iot:GetRegistrationCode license-manager:GetAccessToken
    lightsail:GetBucketAccessKeys redshift:GetClusterCredentials* secretsmanager:*SecretValue snowball:GetJob*
    ssm:GetAccessToken ssm:GetParameter* wafv2:GetDecryptedAPIKey`),
  // The last two only read, but AWS's list of actions classifies them as writing.
  NeverStartAnything: actionsOf(`
    cloudformation:Detect* config:DeliverConfigSnapshot devops-guru:StartCostEstimation dms:TestConnection
    iam:Generate* servicequotas:Start* transfer:TestIdentityProvider billing:GetResourcePolicy
    ssm-sap:GetResourcePermission`),
};

/**
 * Denies the part of `ReadOnlyAccess` that reads data, code and credentials or starts jobs. Descriptions stay allowed.
 */
export const denyDataReads = (): PolicyStatement[] =>
  Object.entries(DENIED).map(([sid, actions]) => ({ sid, effect: "Deny", actions, resources: ["*"] }));
