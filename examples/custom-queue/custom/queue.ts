import { CloudwatchMetricAlarm } from "@cdktf/provider-aws/lib/cloudwatch-metric-alarm";
import { SnsTopic } from "@cdktf/provider-aws/lib/sns-topic";
import { SqsQueue } from "@cdktf/provider-aws/lib/sqs-queue";
import type { OwnStack } from "../../../stacks/custom";

/** Orders that wait for the application, and an alarm if they wait for more than an hour. */
export const queue: OwnStack = {
  name: "queue",
  scope: "environment",
  dependsOn: ["application"],
  planRoleReads: [
    "cloudwatch:DescribeAlarms",
    "cloudwatch:ListTagsForResource",
    "sqs:GetQueueAttributes",
    "sqs:ListQueueTags",
  ],
  build: (stack, context) => {
    const orders = new SqsQueue(stack, "orders", {
      name: context.name("orders"),
      sqsManagedSseEnabled: true,
      messageRetentionSeconds: context.environment.production ? 1_209_600 : 345_600,
    });
    const topic = new SnsTopic(stack, "topic", { name: context.name("orders-alarm") });
    new CloudwatchMetricAlarm(stack, "alarm", {
      alarmName: context.name("orders-wait"),
      namespace: "AWS/SQS",
      metricName: "ApproximateAgeOfOldestMessage",
      dimensions: { QueueName: orders.name },
      statistic: "Maximum",
      period: 300,
      evaluationPeriods: 1,
      comparisonOperator: "GreaterThanThreshold",
      threshold: 3600,
      treatMissingData: "notBreaching",
      alarmActions: [topic.arn],
    });
    stack.output("queue-url", orders.url, "Where orders are sent to");
    stack.share("queue-arn", orders.arn);
  },
};
