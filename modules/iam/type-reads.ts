import { planReads } from "./plan-reads";

/* What plans of resource types read that the estate itself does not have. From the source of the AWS provider 5.100.0. */

const READS: Readonly<Record<string, string>> = {
  aws_acm_certificate: "acm:DescribeCertificate acm:ListTagsForCertificate",
  aws_acm_certificate_validation: "acm:DescribeCertificate",
  aws_cloudwatch_dashboard: "cloudwatch:GetDashboard",
  aws_cloudwatch_log_metric_filter: "logs:DescribeMetricFilters",
  aws_cloudwatch_metric_alarm: "cloudwatch:DescribeAlarms cloudwatch:ListTagsForResource",
  aws_dynamodb_table:
    "dynamodb:DescribeContinuousBackups dynamodb:DescribeTable dynamodb:DescribeTimeToLive dynamodb:ListTagsOfResource",
  aws_ecs_cluster: "ecs:DescribeClusters",
  aws_efs_file_system: "elasticfilesystem:DescribeFileSystems elasticfilesystem:DescribeLifecycleConfiguration",
  aws_kinesis_stream: "kinesis:DescribeStreamSummary kinesis:ListTagsForStream",
  aws_lb:
    "elasticloadbalancing:DescribeLoadBalancerAttributes elasticloadbalancing:DescribeLoadBalancers elasticloadbalancing:DescribeTags",
  // The last one is this project's: a plan asks whether the last snapshot's name is free.
  aws_rds_cluster: "rds:DescribeDBClusters rds:DescribeGlobalClusters rds:DescribeDBClusterSnapshots",
  aws_rds_cluster_instance: "rds:DescribeDBClusters",
  aws_rds_cluster_parameter_group: "rds:DescribeDBClusterParameterGroups rds:DescribeDBClusterParameters",
  aws_route53_record: "route53:GetHostedZone route53:ListResourceRecordSets",
  aws_route53_zone: "route53:GetHostedZone route53:ListTagsForResource",
  aws_secretsmanager_secret: "secretsmanager:DescribeSecret secretsmanager:GetResourcePolicy",
  aws_sfn_state_machine: "states:DescribeStateMachine states:ListTagsForResource",
  aws_sqs_queue: "sqs:GetQueueAttributes sqs:ListQueueTags",
  aws_sqs_queue_policy: "sqs:GetQueueAttributes",
  aws_sqs_queue_redrive_allow_policy: "sqs:GetQueueAttributes",
  aws_sqs_queue_redrive_policy: "sqs:GetQueueAttributes",
};

const ALWAYS: ReadonlySet<string> = new Set(planReads({}).flatMap(({ actions = [] }) => actions));

/**
 * The actions that plans of a resource type request and that a plan role does not have.
 *
 * @param allowed what it may read in addition to what the estate needs
 * @returns empty for a type that is not known here too
 */
export const missingReads = (type: string, allowed: readonly string[]): string[] =>
  (READS[type]?.split(" ") ?? []).filter((action) => !ALWAYS.has(action) && !allowed.includes(action));
