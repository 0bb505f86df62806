import { missingReads } from "../../../modules/iam/type-reads";
import { planRoleRead } from "../../../config/schema/values";

test("what plans of a type read is missing until it is allowed", () => {
  expect(missingReads("aws_sqs_queue", [])).toEqual(["sqs:GetQueueAttributes", "sqs:ListQueueTags"]);
  expect(missingReads("aws_sqs_queue", ["sqs:ListQueueTags"])).toEqual(["sqs:GetQueueAttributes"]);
  expect(missingReads("aws_sqs_queue", ["sqs:ListQueueTags", "sqs:GetQueueAttributes"])).toEqual([]);
});

test("nothing is missing for the estate's own types, or those that are not known", () => {
  expect(missingReads("aws_s3_bucket", [])).toEqual([]);
  expect(missingReads("aws_qldb_ledger", [])).toEqual([]);
});

test("everything that is missing may be declared: it reads, and holds no secrets", () => {
  const types = ["acm_certificate", "cloudwatch_metric_alarm", "dynamodb_table", "kinesis_stream", "lb", "rds_cluster", "rds_cluster_instance", "rds_cluster_parameter_group", "route53_zone", "secretsmanager_secret"]; // prettier-ignore
  for (const type of types) {
    const missing = missingReads(`aws_${type}`, []);
    expect(missing.length).toBeGreaterThan(0);
    for (const action of missing) expect(planRoleRead.safeParse(action)).toMatchObject({ success: true });
  }
});
