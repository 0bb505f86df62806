import { everyPage } from "../../terraform/aws/every-page";
import { DescribeKeyCommand, ListAliasesCommand, ListKeysCommand, ListResourceTagsCommand } from "@aws-sdk/client-kms";
import { isDenied } from "../../terraform/aws/aws-problem";
import { stackResources } from "../../accounts/bootstrap/stack-resources";
import type { Declared } from "../../plans/preflight/creations";
import { type FindContext, type Finder, type Finders } from "../finder";
import { only, unlessNotFound } from "./answers";
import { NONE_FOUND } from "./network";

const aliases = ({ clients, once }: FindContext) =>
  once("key aliases", async () => {
    const kms = await clients.kms();
    return everyPage(async (Marker) => {
      const page = await kms.send(new ListAliasesCommand({ Marker }));
      return [page.Aliases, page.NextMarker];
    });
  });

const keyAlias: Finder = async (_, context) => {
  const name = await context.text("name");
  const found = (await aliases(context)).filter(({ AliasName }) => AliasName === name);
  return {
    candidates: found.map(({ AliasName: id = "", TargetKeyId }) => ({
      id,
      description: `${id} of the key ${TargetKeyId ?? "that was deleted"}`,
    })),
  };
};

/** The ids of the keys that have the tags of a stack. None if the stack sets no tags. */
async function keysTagged(stack: Declared["stack"], { clients }: FindContext): Promise<string[]> {
  const wanted = Object.entries(stackResources(stack).stackTags);
  if (wanted.length === 0) return [];
  const kms = await clients.kms();
  const keys = await everyPage(async (Marker) => {
    const page = await kms.send(new ListKeysCommand({ Marker }));
    return [page.Keys, page.NextMarker];
  });
  const tagged = keys.map(async ({ KeyId: id = "" }) => {
    // Keys of AWS show no tags, and those of another policy deny the call.
    const { Tags = [] } = await kms.send(new ListResourceTagsCommand({ KeyId: id })).catch(unlessDenied);
    const tags = new Map(Tags.map(({ TagKey, TagValue }) => [TagKey, TagValue]));
    return wanted.every(([name, value]) => tags.get(name) === value) ? id : undefined;
  });
  return (await Promise.all(tagged)).filter((id) => id !== undefined);
}

function unlessDenied(error: unknown): { readonly Tags?: [] } {
  if (isDenied(error) || (error instanceof Error && error.name === "AccessDeniedException")) return {};
  throw error;
}

/**
 * The key of its alias in the code. Without one, an apply may have been killed before it created the alias: then the key
 * that has the stack's tags and the same description.
 */
const key: Finder = async ({ address, stack, values }, context) => {
  const kms = await context.clients.kms();
  const names = await Promise.all(
    context
      .siblings("aws_kms_alias")
      .filter(({ values: { target_key_id: target } }) => String(target).startsWith(`\${${address}.`))
      .map(({ values: { name } }) => context.resolve(name)),
  );
  const targets = (await aliases(context))
    .filter(({ AliasName }) => names.includes(AliasName))
    .flatMap(({ TargetKeyId }) => TargetKeyId ?? []);
  const tagged = targets.length > 0 ? [] : await context.once(`keys of ${stack.id}`, () => keysTagged(stack, context));
  const found = await Promise.all(
    [...targets, ...tagged].map((KeyId) => unlessNotFound(kms.send(new DescribeKeyCommand({ KeyId })))),
  );
  return {
    candidates: found
      .flatMap((each) => each?.KeyMetadata ?? [])
      .filter(({ KeyState }) => KeyState !== "PendingDeletion")
      .filter(({ Description }) => targets.length > 0 || Description === values["description"])
      .map(({ KeyId: id = "", Arn: arn = "", Description: description = "" }) => ({
        id,
        description: description === "" ? id : `${id}, ${description}`,
        attributes: { arn, key_id: id },
      })),
  };
};

const repository: Finder = async (_, { clients, text }) => {
  const name = await text("name");
  if (name === undefined) return NONE_FOUND;
  const ecr = await clients.ecr();
  const { DescribeRepositoriesCommand } = await import("@aws-sdk/client-ecr");
  const found = await unlessNotFound(ecr.send(new DescribeRepositoriesCommand({ repositoryNames: [name] })));
  const [{ repositoryArn: arn = "" } = {}] = found?.repositories ?? [];
  return arn === "" ? NONE_FOUND : only(name, arn, { arn });
};

const repositoryLifecycle: Finder = async (_, { clients, text }) => {
  const repositoryName = await text("repository");
  if (repositoryName === undefined) return NONE_FOUND;
  const ecr = await clients.ecr();
  const { GetLifecyclePolicyCommand } = await import("@aws-sdk/client-ecr");
  const found = await unlessNotFound(ecr.send(new GetLifecyclePolicyCommand({ repositoryName })));
  return found ? only(repositoryName, `the lifecycle of ${repositoryName}`) : NONE_FOUND;
};

const budget: Finder = async (_, { accountId: AccountId, clients, text }) => {
  const BudgetName = await text("name");
  if (BudgetName === undefined) return NONE_FOUND;
  const budgets = await clients.budgets();
  const { DescribeBudgetCommand } = await import("@aws-sdk/client-budgets");
  const found = await unlessNotFound(budgets.send(new DescribeBudgetCommand({ AccountId, BudgetName })));
  return found ? only(`${AccountId}:${BudgetName}`, `the budget ${BudgetName}`) : NONE_FOUND;
};

/** Only a trail of this region and account: others are shown in each region, and in each member of the organization. */
const trail: Finder = async ({ region }, { accountId, clients, text }) => {
  const name = await text("name");
  const cloudtrail = await clients.cloudtrail();
  const { DescribeTrailsCommand } = await import("@aws-sdk/client-cloudtrail");
  const { trailList = [] } = await cloudtrail.send(new DescribeTrailsCommand({}));
  const arn = `arn:aws:cloudtrail:${region}:${accountId}:trail/${String(name)}`;
  const found = trailList.find(({ TrailARN }) => TrailARN === arn);
  return found ? only(arn, `${String(name)} with the bucket ${found.S3BucketName ?? ""}`, { arn }) : NONE_FOUND;
};

const topic: Finder = async ({ region }, { accountId, clients, text }) => {
  const name = await text("name");
  if (name === undefined) return NONE_FOUND;
  const arn = `arn:aws:sns:${region}:${accountId}:${name}`;
  const sns = await clients.sns();
  const { GetTopicAttributesCommand } = await import("@aws-sdk/client-sns");
  const found = await unlessNotFound(sns.send(new GetTopicAttributesCommand({ TopicArn: arn })));
  return found ? only(arn, arn, { arn }) : NONE_FOUND;
};

/** Every topic has a policy. */
const topicPolicy: Finder = async (_, { clients, text }) => {
  const TopicArn = await text("arn");
  if (TopicArn === undefined) return NONE_FOUND;
  const sns = await clients.sns();
  const { GetTopicAttributesCommand } = await import("@aws-sdk/client-sns");
  const found = await unlessNotFound(sns.send(new GetTopicAttributesCommand({ TopicArn })));
  return found ? only(TopicArn, `the policy of ${TopicArn}`) : NONE_FOUND;
};

/** One that nobody has confirmed has no ARN: it is created again, which sends the message again. */
const subscription: Finder = async (_, { clients, text }) => {
  const [TopicArn, endpoint, protocol] = [await text("topic_arn"), await text("endpoint"), await text("protocol")];
  if (TopicArn === undefined) return NONE_FOUND;
  const sns = await clients.sns();
  const { ListSubscriptionsByTopicCommand } = await import("@aws-sdk/client-sns");
  const pages = everyPage(async (NextToken) => {
    const page = await sns.send(new ListSubscriptionsByTopicCommand({ TopicArn, NextToken }));
    return [page.Subscriptions, page.NextToken];
  });
  const found = ((await unlessNotFound(pages)) ?? [])
    .filter(({ Endpoint, Protocol }) => Endpoint === endpoint && Protocol === protocol)
    .flatMap(({ SubscriptionArn }) => (SubscriptionArn?.startsWith("arn:") ? SubscriptionArn : []));
  return { candidates: found.map((id) => ({ id, description: `${String(endpoint)} of ${TopicArn}` })) };
};

const eventRule: Finder = async (_, { clients, text }) => {
  const Name = await text("name");
  if (Name === undefined) return NONE_FOUND;
  const events = await clients.events();
  const { DescribeRuleCommand } = await import("@aws-sdk/client-eventbridge");
  const { Arn: arn } = (await unlessNotFound(events.send(new DescribeRuleCommand({ Name })))) ?? {};
  return arn === undefined ? NONE_FOUND : only(Name, arn, { arn });
};

const eventTarget: Finder = async (_, { clients, text }) => {
  const [Rule, id] = [await text("rule"), await text("target_id")];
  if (Rule === undefined) return NONE_FOUND;
  const events = await clients.events();
  const { ListTargetsByRuleCommand } = await import("@aws-sdk/client-eventbridge");
  const { Targets = [] } = (await unlessNotFound(events.send(new ListTargetsByRuleCommand({ Rule })))) ?? {};
  const found = Targets.find(({ Id }) => Id === id);
  return found ? only(`${Rule}/${found.Id ?? ""}`, `${found.Arn ?? ""} of the rule ${Rule}`) : NONE_FOUND;
};

/** Keys, repositories, budgets, trails and alarms. */
export const KEYS_AND_ALARMS: Finders = {
  aws_kms_alias: keyAlias,
  aws_kms_key: key,
  aws_ecr_repository: repository,
  aws_ecr_lifecycle_policy: repositoryLifecycle,
  aws_budgets_budget: budget,
  aws_cloudtrail: trail,
  aws_sns_topic: topic,
  aws_sns_topic_policy: topicPolicy,
  aws_sns_topic_subscription: subscription,
  aws_cloudwatch_event_rule: eventRule,
  aws_cloudwatch_event_target: eventTarget,
};
