/** A service that runs a workload as a role that is passed to it. */
export interface PassRoleService {
  /** The way's id is `pass-role-<id>`. */
  readonly id: string;
  readonly service: string;
  /** The workload, e.g. `a Lambda function`. */
  readonly text: string;
  /** All actions that are needed, without `iam:PassRole`. */
  readonly actions: readonly string[];
}

/** Services that are used in known escalations ("PassRole" in the catalog of pathfinding.cloud). */
export const PASS_ROLE_SERVICES: readonly PassRoleService[] = [
  passRole("ec2", "ec2.amazonaws.com", "an EC2 instance", "ec2:RunInstances"),
  passRole("lambda", "lambda.amazonaws.com", "a Lambda function", "lambda:CreateFunction", "lambda:InvokeFunction"),
  passRole("ecs", "ecs-tasks.amazonaws.com", "an ECS task", "ecs:RegisterTaskDefinition", "ecs:RunTask"),
  passRole("cloudformation", "cloudformation.amazonaws.com", "a CloudFormation stack", "cloudformation:CreateStack"),
  passRole(
    "states",
    "states.amazonaws.com",
    "a Step Functions state machine",
    "states:CreateStateMachine",
    "states:StartExecution",
  ),
  passRole("glue", "glue.amazonaws.com", "a Glue job", "glue:CreateJob", "glue:StartJobRun"),
  passRole(
    "codebuild",
    "codebuild.amazonaws.com",
    "a CodeBuild build",
    "codebuild:CreateProject",
    "codebuild:StartBuild",
  ),
  passRole(
    "sagemaker",
    "sagemaker.amazonaws.com",
    "a SageMaker notebook",
    "sagemaker:CreateNotebookInstance",
    "sagemaker:CreatePresignedNotebookInstanceUrl",
  ),
  passRole("emr", "elasticmapreduce.amazonaws.com", "an EMR cluster", "elasticmapreduce:RunJobFlow"),
  passRole("ssm", "ssm.amazonaws.com", "a Systems Manager automation", "ssm:StartAutomationExecution"),
  passRole(
    "ec2-profile",
    "ec2.amazonaws.com",
    "an existing EC2 instance without a profile",
    "ec2:AssociateIamInstanceProfile",
  ),
  passRole(
    "ec2-replace",
    "ec2.amazonaws.com",
    "an existing EC2 instance with another profile",
    "ec2:ReplaceIamInstanceProfileAssociation",
  ),
  passRole(
    "autoscaling",
    "ec2.amazonaws.com",
    "an Auto Scaling group",
    "autoscaling:CreateLaunchConfiguration",
    "autoscaling:CreateAutoScalingGroup",
  ),
  passRole("spot", "ec2.amazonaws.com", "an EC2 Spot Instance", "ec2:RequestSpotInstances"),
  passRole(
    "lambda-event",
    "lambda.amazonaws.com",
    "a Lambda function that an event source invokes",
    "lambda:CreateFunction",
    "lambda:CreateEventSourceMapping",
  ),
  passRole(
    "lambda-permission",
    "lambda.amazonaws.com",
    "a Lambda function that others may invoke",
    "lambda:CreateFunction",
    "lambda:AddPermission",
  ),
  passRole(
    "lambda-change",
    "lambda.amazonaws.com",
    "an existing Lambda function",
    "lambda:UpdateFunctionConfiguration",
    "lambda:UpdateFunctionCode",
  ),
  passRole(
    "ecs-service",
    "ecs-tasks.amazonaws.com",
    "an ECS service",
    "ecs:RegisterTaskDefinition",
    "ecs:CreateService",
  ),
  passRole(
    "ecs-start",
    "ecs-tasks.amazonaws.com",
    "an ECS task on a container instance",
    "ecs:RegisterTaskDefinition",
    "ecs:StartTask",
  ),
  passRole("ecs-known", "ecs-tasks.amazonaws.com", "an ECS task of an existing definition", "ecs:RunTask"),
  passRole(
    "cloudformation-update",
    "cloudformation.amazonaws.com",
    "an updated CloudFormation stack",
    "cloudformation:UpdateStack",
  ),
  passRole(
    "cloudformation-change-set",
    "cloudformation.amazonaws.com",
    "a CloudFormation change set",
    "cloudformation:CreateChangeSet",
    "cloudformation:ExecuteChangeSet",
  ),
  passRole(
    "cloudformation-set",
    "cloudformation.amazonaws.com",
    "a CloudFormation stack set",
    "cloudformation:CreateStackSet",
    "cloudformation:CreateStackInstances",
  ),
  passRole(
    "states-update",
    "states.amazonaws.com",
    "an updated Step Functions state machine",
    "states:UpdateStateMachine",
  ),
  passRole("glue-update", "glue.amazonaws.com", "an updated Glue job", "glue:UpdateJob", "glue:StartJobRun"),
  passRole("glue-session", "glue.amazonaws.com", "a Glue session", "glue:CreateSession", "glue:RunStatement"),
  passRole("glue-endpoint", "glue.amazonaws.com", "a Glue development endpoint", "glue:CreateDevEndpoint"),
  passRole(
    "codebuild-update",
    "codebuild.amazonaws.com",
    "an updated CodeBuild project",
    "codebuild:UpdateProject",
    "codebuild:StartBuild",
  ),
  passRole("codepipeline", "codepipeline.amazonaws.com", "a CodePipeline pipeline", "codepipeline:CreatePipeline"),
  passRole("sagemaker-training", "sagemaker.amazonaws.com", "a SageMaker training job", "sagemaker:CreateTrainingJob"),
  passRole(
    "sagemaker-processing",
    "sagemaker.amazonaws.com",
    "a SageMaker processing job",
    "sagemaker:CreateProcessingJob",
  ),
  passRole("batch", "ecs-tasks.amazonaws.com", "a Batch job", "batch:RegisterJobDefinition", "batch:SubmitJob"),
  passRole("apprunner", "tasks.apprunner.amazonaws.com", "an App Runner service", "apprunner:CreateService"),
  passRole(
    "datapipeline",
    "datapipeline.amazonaws.com",
    "a data pipeline",
    "datapipeline:CreatePipeline",
    "datapipeline:PutPipelineDefinition",
  ),
  passRole("scheduler", "scheduler.amazonaws.com", "an EventBridge Scheduler schedule", "scheduler:CreateSchedule"),
];

function passRole(id: string, service: string, text: string, ...actions: readonly string[]): PassRoleService {
  return { id, service, text, actions };
}

/** A way into a workload that already runs as a role. */
export interface WorkloadEntry {
  readonly way: string;
  readonly service: string;
  readonly text: string;
  readonly action: string;
  /** The resource after `arn:aws:`. `#` stands for any region, and the account. */
  readonly on: string;
}

export const RUNNING_WORKLOADS: readonly WorkloadEntry[] = [
  {
    way: "enter-machine",
    service: "ec2.amazonaws.com",
    text: "starts a session on an EC2 instance that runs as",
    action: "ssm:StartSession",
    on: "ec2:#:instance/*",
  },
  {
    way: "command-machine",
    service: "ec2.amazonaws.com",
    text: "runs commands on an EC2 instance that runs as",
    action: "ssm:SendCommand",
    on: "ec2:#:instance/*",
  },
  {
    way: "connect-machine",
    service: "ec2.amazonaws.com",
    text: "connects by SSH to an EC2 instance that runs as",
    action: "ec2-instance-connect:SendSSHPublicKey",
    on: "ec2:#:instance/*",
  },
  {
    way: "change-user-data",
    service: "ec2.amazonaws.com",
    text: "changes the user data of an EC2 instance that runs as",
    action: "ec2:ModifyInstanceAttribute",
    on: "ec2:#:instance/*",
  },
  {
    way: "enter-task",
    service: "ecs-tasks.amazonaws.com",
    text: "runs commands in an ECS task that runs as",
    action: "ecs:ExecuteCommand",
    on: "ecs:#:cluster/*",
  },
  {
    way: "start-build",
    service: "codebuild.amazonaws.com",
    text: "starts a CodeBuild build that runs as",
    action: "codebuild:StartBuild",
    on: "codebuild:#:project/*",
  },
  {
    way: "open-notebook",
    service: "sagemaker.amazonaws.com",
    text: "opens a SageMaker notebook that runs as",
    action: "sagemaker:CreatePresignedNotebookInstanceUrl",
    on: "sagemaker:#:notebook-instance/*",
  },
  {
    way: "change-function",
    service: "lambda.amazonaws.com",
    text: "changes the code of a Lambda function that runs as",
    action: "lambda:UpdateFunctionCode",
    on: "lambda:#:function:*",
  },
];
