import { mkdtempSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { ACCOUNT, find, idsOf, REGION, type Answers } from "../fake-account";

const topicArn = `arn:aws:sns:${REGION}:${ACCOUNT}:alarm`;
const trailArn = `arn:aws:cloudtrail:${REGION}:${ACCOUNT}:trail/all`;
const email = { topic_arn: topicArn, protocol: "email", endpoint: "a@example.com" };

const ROWS: readonly { type: string; values: object; answers: Answers; id: string }[] = [
  {
    type: "aws_kms_alias",
    values: { name: "alias/data" },
    answers: {
      ListAliases: { Aliases: [{ AliasName: "alias/data", TargetKeyId: "k-1" }, { AliasName: "alias/other" }] },
    },
    id: "alias/data",
  },
  {
    type: "aws_ecr_repository",
    values: { name: "app/web" },
    answers: { DescribeRepositories: { repositories: [{ repositoryArn: "arn:aws:ecr:x" }] } },
    id: "app/web",
  },
  {
    type: "aws_ecr_lifecycle_policy",
    values: { repository: "app/web" },
    answers: { GetLifecyclePolicy: {} },
    id: "app/web",
  },
  { type: "aws_budgets_budget", values: { name: "month" }, answers: { DescribeBudget: {} }, id: `${ACCOUNT}:month` },
  {
    type: "aws_cloudtrail",
    values: { name: "all" },
    answers: { DescribeTrails: { trailList: [{ TrailARN: trailArn }] } },
    id: trailArn,
  },
  { type: "aws_sns_topic", values: { name: "alarm" }, answers: { GetTopicAttributes: {} }, id: topicArn },
  { type: "aws_sns_topic_policy", values: { arn: topicArn }, answers: { GetTopicAttributes: {} }, id: topicArn },
  {
    type: "aws_sns_topic_subscription",
    values: email,
    answers: {
      ListSubscriptionsByTopic: {
        Subscriptions: [
          { Endpoint: "b@example.com", Protocol: "email", SubscriptionArn: `${topicArn}:1` },
          { Endpoint: "a@example.com", Protocol: "email", SubscriptionArn: `${topicArn}:2` },
        ],
      },
    },
    id: `${topicArn}:2`,
  },
  {
    type: "aws_cloudwatch_event_rule",
    values: { name: "root" },
    answers: { DescribeRule: { Arn: "arn:rule" } },
    id: "root",
  },
  {
    type: "aws_cloudwatch_event_target",
    values: { rule: "root", target_id: "topic" },
    answers: { ListTargetsByRule: { Targets: [{ Id: "topic", Arn: topicArn }] } },
    id: "root/topic",
  },
];

test.each(ROWS)("finds $type, and nothing if AWS has none", async ({ type, values, answers, id }) => {
  expect(await idsOf({ type, values, answers })).toEqual([id]);
  const empty = { ListAliases: {}, DescribeTrails: {} };
  expect(await idsOf({ type, values, answers: empty })).toEqual([]);
});

test("a subscription that nobody has confirmed has no id", async () => {
  const Subscriptions = [{ Endpoint: "a@example.com", Protocol: "email", SubscriptionArn: "PendingConfirmation" }];
  const answers = { ListSubscriptionsByTopic: { Subscriptions } };
  expect(await idsOf({ type: "aws_sns_topic_subscription", values: email, answers })).toEqual([]);
});

test("a trail of another account or region of the same name is another trail", async () => {
  const trailList = [{ TrailARN: `arn:aws:cloudtrail:us-east-1:${ACCOUNT}:trail/all`, Name: "all" }];
  expect(
    await idsOf({ type: "aws_cloudtrail", values: { name: "all" }, answers: { DescribeTrails: { trailList } } }),
  ).toEqual([]);
});

describe("a key", () => {
  const type = "aws_kms_key";
  const values = { description: "Encrypts data" };
  const target = { name: "alias/data", target_key_id: "${aws_kms_key.wanted.key_id}" };
  const siblings = [{ type: "aws_kms_alias", address: "aws_kms_alias.data", values: target }];
  const metadata = (state: string) => ({
    DescribeKey: ({ KeyId }: { KeyId: string }) => ({
      KeyMetadata: { KeyId, Arn: `arn:${KeyId}`, Description: "Encrypts data", KeyState: state },
    }),
  });
  const Aliases = [{ AliasName: "alias/data", TargetKeyId: "k-1" }];

  test("is that of its alias", async () => {
    const answers = { ListAliases: { Aliases }, ...metadata("Enabled") };
    const { candidates } = await find({ type, values, siblings, answers });
    expect(candidates).toMatchObject([{ id: "k-1", attributes: { arn: "arn:k-1", key_id: "k-1" } }]);
  });

  test("is not one that is scheduled for deletion", async () => {
    expect(
      await idsOf({ type, values, siblings, answers: { ListAliases: { Aliases }, ...metadata("PendingDeletion") } }),
    ).toEqual([]);
  });

  test("without an alias is the one with the stack's tags and the same description", async () => {
    const directory = mkdtempSync(join(tmpdir(), "key-"));
    const provider = { aws: [{ default_tags: [{ tags: { Stack: "dev-iam", Solution: "estate", Charge: "x" } }] }] };
    writeFileSync(join(directory, "cdk.tf.json"), JSON.stringify({ provider }));
    const Tags = [{ TagKey: "Stack", TagValue: "dev-iam" }, { TagKey: "Solution", TagValue: "estate" }]; // prettier-ignore
    const answers = {
      ListAliases: {},
      ListKeys: { Keys: [{ KeyId: "k-1" }, { KeyId: "k-2" }] },
      ListResourceTags: ({ KeyId }: { KeyId: string }) => ({ Tags: KeyId === "k-2" ? Tags : [] }),
      ...metadata("Enabled"),
    };
    expect(await idsOf({ type, values, siblings, answers, directory })).toEqual(["k-2"]);
    const others = { ...values, description: "Encrypts something else" };
    expect(await idsOf({ type, values: others, siblings, answers, directory })).toEqual([]);
  });
});
