/** A service that runs something as a role that is handed to it, and what somebody must be able to do there. */
export interface PassRoleService {
  /** For the name of the way. */
  readonly id: string;
  readonly service: string;
  /** What runs, e.g. `a function of Lambda`. */
  readonly text: string;
  readonly actions: readonly string[];
}

/** Services to which roles are handed in known escalations ("PassRole" in the catalog of pathfinding.cloud). */
export const PASS_ROLE_SERVICES: readonly PassRoleService[] = [
  { id: "ec2", service: "ec2.amazonaws.com", text: "a machine of EC2", actions: ["ec2:RunInstances"] },
  {
    id: "lambda",
    service: "lambda.amazonaws.com",
    text: "a function of Lambda",
    actions: ["lambda:CreateFunction", "lambda:InvokeFunction"],
  },
  {
    id: "ecs",
    service: "ecs-tasks.amazonaws.com",
    text: "a task of ECS",
    actions: ["ecs:RegisterTaskDefinition", "ecs:RunTask"],
  },
  {
    id: "cloudformation",
    service: "cloudformation.amazonaws.com",
    text: "a stack of CloudFormation",
    actions: ["cloudformation:CreateStack"],
  },
  {
    id: "states",
    service: "states.amazonaws.com",
    text: "a state machine",
    actions: ["states:CreateStateMachine", "states:StartExecution"],
  },
  {
    id: "glue",
    service: "glue.amazonaws.com",
    text: "a job of Glue",
    actions: ["glue:CreateJob", "glue:StartJobRun"],
  },
  {
    id: "codebuild",
    service: "codebuild.amazonaws.com",
    text: "a build of CodeBuild",
    actions: ["codebuild:CreateProject", "codebuild:StartBuild"],
  },
  {
    id: "sagemaker",
    service: "sagemaker.amazonaws.com",
    text: "a notebook of SageMaker",
    actions: ["sagemaker:CreateNotebookInstance", "sagemaker:CreatePresignedNotebookInstanceUrl"],
  },
  {
    id: "emr",
    service: "elasticmapreduce.amazonaws.com",
    text: "a cluster of EMR",
    actions: ["elasticmapreduce:RunJobFlow"],
  },
  {
    id: "ssm",
    service: "ssm.amazonaws.com",
    text: "an automation of Systems Manager",
    actions: ["ssm:StartAutomationExecution"],
  },
  {
    id: "ec2-profile",
    service: "ec2.amazonaws.com",
    text: "a machine that runs",
    actions: ["ec2:AssociateIamInstanceProfile"],
  },
  {
    id: "ec2-replace",
    service: "ec2.amazonaws.com",
    text: "a machine that runs as another",
    actions: ["ec2:ReplaceIamInstanceProfileAssociation"],
  },
  {
    id: "autoscaling",
    service: "ec2.amazonaws.com",
    text: "a group of machines",
    actions: ["autoscaling:CreateLaunchConfiguration", "autoscaling:CreateAutoScalingGroup"],
  },
  {
    id: "spot",
    service: "ec2.amazonaws.com",
    text: "a spot machine",
    actions: ["ec2:RequestSpotInstances"],
  },
  {
    id: "lambda-event",
    service: "lambda.amazonaws.com",
    text: "a function of Lambda, which a stream calls,",
    actions: ["lambda:CreateFunction", "lambda:CreateEventSourceMapping"],
  },
  {
    id: "lambda-permission",
    service: "lambda.amazonaws.com",
    text: "a function of Lambda, which others call,",
    actions: ["lambda:CreateFunction", "lambda:AddPermission"],
  },
  {
    id: "lambda-change",
    service: "lambda.amazonaws.com",
    text: "a function of Lambda that there is",
    actions: ["lambda:UpdateFunctionConfiguration", "lambda:UpdateFunctionCode"],
  },
  {
    id: "ecs-service",
    service: "ecs-tasks.amazonaws.com",
    text: "a service of ECS",
    actions: ["ecs:RegisterTaskDefinition", "ecs:CreateService"],
  },
  {
    id: "ecs-start",
    service: "ecs-tasks.amazonaws.com",
    text: "a task on a machine of ECS",
    actions: ["ecs:RegisterTaskDefinition", "ecs:StartTask"],
  },
  { id: "ecs-known", service: "ecs-tasks.amazonaws.com", text: "a known task of ECS", actions: ["ecs:RunTask"] },
  {
    id: "cloudformation-update",
    service: "cloudformation.amazonaws.com",
    text: "an updated stack",
    actions: ["cloudformation:UpdateStack"],
  },
  {
    id: "cloudformation-change-set",
    service: "cloudformation.amazonaws.com",
    text: "a change of a stack",
    actions: ["cloudformation:CreateChangeSet", "cloudformation:ExecuteChangeSet"],
  },
  {
    id: "cloudformation-set",
    service: "cloudformation.amazonaws.com",
    text: "a set of stacks",
    actions: ["cloudformation:CreateStackSet", "cloudformation:CreateStackInstances"],
  },
  {
    id: "states-update",
    service: "states.amazonaws.com",
    text: "a changed state machine",
    actions: ["states:UpdateStateMachine"],
  },
  {
    id: "glue-update",
    service: "glue.amazonaws.com",
    text: "a changed job of Glue",
    actions: ["glue:UpdateJob", "glue:StartJobRun"],
  },
  {
    id: "glue-session",
    service: "glue.amazonaws.com",
    text: "a session of Glue",
    actions: ["glue:CreateSession", "glue:RunStatement"],
  },
  {
    id: "glue-endpoint",
    service: "glue.amazonaws.com",
    text: "an endpoint of Glue",
    actions: ["glue:CreateDevEndpoint"],
  },
  {
    id: "codebuild-update",
    service: "codebuild.amazonaws.com",
    text: "a changed build",
    actions: ["codebuild:UpdateProject", "codebuild:StartBuild"],
  },
  {
    id: "codepipeline",
    service: "codepipeline.amazonaws.com",
    text: "a pipeline",
    actions: ["codepipeline:CreatePipeline"],
  },
  {
    id: "sagemaker-training",
    service: "sagemaker.amazonaws.com",
    text: "a training of SageMaker",
    actions: ["sagemaker:CreateTrainingJob"],
  },
  {
    id: "sagemaker-processing",
    service: "sagemaker.amazonaws.com",
    text: "a processing job of SageMaker",
    actions: ["sagemaker:CreateProcessingJob"],
  },
  {
    id: "batch",
    service: "ecs-tasks.amazonaws.com",
    text: "a job of Batch",
    actions: ["batch:RegisterJobDefinition", "batch:SubmitJob"],
  },
  {
    id: "apprunner",
    service: "tasks.apprunner.amazonaws.com",
    text: "a service of App Runner",
    actions: ["apprunner:CreateService"],
  },
  {
    id: "datapipeline",
    service: "datapipeline.amazonaws.com",
    text: "a data pipeline",
    actions: ["datapipeline:CreatePipeline", "datapipeline:PutPipelineDefinition"],
  },
  { id: "scheduler", service: "scheduler.amazonaws.com", text: "a schedule", actions: ["scheduler:CreateSchedule"] },
];

/** A way into something that runs already, as the role that it runs as. */
export interface WorkloadEntry {
  readonly way: string;
  readonly service: string;
  readonly text: string;
  readonly action: string;
  /** The resource in an account, after `arn:aws:`; `#` stands for any region, and the account. */
  readonly on: string;
}

export const RUNNING_WORKLOADS: readonly WorkloadEntry[] = [
  {
    way: "enter-machine",
    service: "ec2.amazonaws.com",
    text: "enters a machine that runs as",
    action: "ssm:StartSession",
    on: "ec2:#:instance/*",
  },
  {
    way: "command-machine",
    service: "ec2.amazonaws.com",
    text: "commands a machine that runs as",
    action: "ssm:SendCommand",
    on: "ec2:#:instance/*",
  },
  {
    way: "connect-machine",
    service: "ec2.amazonaws.com",
    text: "connects to a machine that runs as",
    action: "ec2-instance-connect:SendSSHPublicKey",
    on: "ec2:#:instance/*",
  },
  {
    way: "change-user-data",
    service: "ec2.amazonaws.com",
    text: "changes what a machine starts with that runs as",
    action: "ec2:ModifyInstanceAttribute",
    on: "ec2:#:instance/*",
  },
  {
    way: "enter-task",
    service: "ecs-tasks.amazonaws.com",
    text: "enters a task that runs as",
    action: "ecs:ExecuteCommand",
    on: "ecs:#:cluster/*",
  },
  {
    way: "start-build",
    service: "codebuild.amazonaws.com",
    text: "says what a build does that runs as",
    action: "codebuild:StartBuild",
    on: "codebuild:#:project/*",
  },
  {
    way: "open-notebook",
    service: "sagemaker.amazonaws.com",
    text: "opens a notebook that runs as",
    action: "sagemaker:CreatePresignedNotebookInstanceUrl",
    on: "sagemaker:#:notebook-instance/*",
  },
  {
    way: "change-function",
    service: "lambda.amazonaws.com",
    text: "changes a function that runs as",
    action: "lambda:UpdateFunctionCode",
    on: "lambda:#:function:*",
  },
];
