import { CloudwatchMetricAlarm } from "@cdktf/provider-aws/lib/cloudwatch-metric-alarm";
import { SnsTopic } from "@cdktf/provider-aws/lib/sns-topic";
import { SnsTopicPolicy } from "@cdktf/provider-aws/lib/sns-topic-policy";
import { SqsQueue } from "@cdktf/provider-aws/lib/sqs-queue";
import { renderPolicy } from "../../../modules/iam/policy-document";
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
    const topicName = context.name("orders-alarm");
    const topic = new SnsTopic(stack, "topic", { name: topicName });
    const inRegion = `${context.region}:${context.account.id}`;
    const alarmName = context.name("orders-wait");
    new SnsTopicPolicy(stack, "topic-policy", {
      arn: topic.arn,
      policy: topicPolicy(`arn:aws:sns:${inRegion}:${topicName}`, `arn:aws:cloudwatch:${inRegion}:alarm:${alarmName}`),
    });
    new CloudwatchMetricAlarm(stack, "alarm", {
      alarmName,
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

/** The alarm publishes, and nobody does without TLS: the project's laws ask for it. */
function topicPolicy(topicArn: string, alarmArn: string): string {
  const resources = [topicArn];
  return renderPolicy([
    {
      sid: "LetAlarmsPublish",
      principals: { Service: ["cloudwatch.amazonaws.com"] },
      actions: ["sns:Publish"],
      resources,
      conditions: { ArnEquals: { "aws:SourceArn": alarmArn } },
    },
    {
      sid: "RefuseWhateverComesWithoutTls",
      effect: "Deny",
      principals: "*",
      actions: ["sns:Publish"],
      resources,
      conditions: { Bool: { "aws:SecureTransport": "false" } },
    },
  ]);
}
