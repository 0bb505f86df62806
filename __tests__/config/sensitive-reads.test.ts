import sensitive from "../../config/sensitive-reads.json";
import { actionsMatching } from "../../tools/access/policy/catalog";

const listed = Object.keys(sensitive.reads);

test("names the versions and the day of the models that it comes from", () => {
  expect(sensitive.date).toMatch(/^20\d\d-\d\d-\d\d$/);
  expect(sensitive.botocore).toMatch(/^\d+\.\d+\.\d+$/);
  expect(sensitive["iam-data"]).toMatch(/^\d+\.\d+\.\d+$/);
});

test("lists actions of AWS, as AWS writes them, each with the member that is a secret", async () => {
  const matches = await Promise.all(listed.map(actionsMatching));
  expect(listed.filter((action, index) => matches[index]?.[0] !== action)).toEqual([]);
  expect(Object.values(sensitive.reads).filter((why) => why === "")).toEqual([]);
  expect([...listed].sort()).toEqual(listed);
});

test.each([
  ...["amplify:GetApp", "apigateway:GET", "appsync:ListApiKeys", "autoscaling:DescribeLaunchConfigurations"],
  ...["cloudformation:DescribeStacks", "elasticmapreduce:ListInstanceGroups", "sagemaker:DescribePipeline"],
  ...["connect:ListRealtimeContactAnalysisSegments", "devicefarm:ListArtifacts", "sns:ListSubscriptions"],
  ...["chime:GetBot", "cloudhsm:DescribeClusters", "cloudwatch:GetSpaceCredentials", "codebuild:BatchGetProjects"],
  ...["cloudwatch:GetSpaceCredentialsForOrganization", "cognito-idp:AdminGetUser", "cognito-idp:ListUsers"],
  ...["cognito-idp:DescribeIdentityProvider", "cognito-idp:DescribeUserPoolClient"],
  ...["directconnect:DescribeVirtualInterfaces", "dms:DescribeEndpoints", "ec2:DescribeInstanceAttribute"],
  ...["ec2:DescribeLaunchTemplateVersions", "ec2:DescribeSpotFleetRequests", "ec2:DescribeSpotInstanceRequests"],
  ...["ec2:DescribeVpnConnections", "ec2:GetPasswordData", "ecr:GetAuthorizationToken", "ecs:DescribeTaskDefinition"],
  ...["ivs:GetIngestConfiguration", "lambda:GetFunction", "lambda:GetFunctionConfiguration", "lambda:ListFunctions"],
  ...["mediapackage:DescribeChannel", "redshift:GetClusterCredentials", "secretsmanager:GetSecretValue"],
  ...["sqs:ReceiveMessage", "ssm:GetParameter", "storagegateway:DescribeChapCredentials", "sts:GetSessionToken"],
])("lists %s", (action) => {
  expect(listed.includes(action)).toBe(true);
});

test.each([
  ...["ec2:DescribeInstances", "ec2:DescribeVpcs", "rds:DescribeDBInstances", "iam:GetRole", "s3:GetBucketPolicy"],
  ...["iam:GetAccountPasswordPolicy", "logs:DescribeLogStreams", "organizations:DescribeAccount", "sqs:ListQueues"],
  ...["s3:ListBucket", "tag:GetResources", "secretsmanager:DescribeSecret", "secretsmanager:ListSecrets"],
  ...["elasticloadbalancing:DescribeListeners", "states:ListStateMachines"],
])("does not list %s, which returns no secret", (action) => {
  expect(listed.includes(action)).toBe(false);
});

test("names the paths of API Gateway that return keys", () => {
  expect(sensitive.resources["apigateway:GET"]).toEqual(
    expect.arrayContaining(["/apikeys", "/apikeys/*"].map((path) => `arn:aws:apigateway:*::${path}`)),
  );
});
