import { CloudwatchEventRule } from "@cdktf/provider-aws/lib/cloudwatch-event-rule";
import { CloudwatchEventTarget } from "@cdktf/provider-aws/lib/cloudwatch-event-target";
import { SnsTopic } from "@cdktf/provider-aws/lib/sns-topic";
import { SnsTopicPolicy } from "@cdktf/provider-aws/lib/sns-topic-policy";
import { SnsTopicSubscription } from "@cdktf/provider-aws/lib/sns-topic-subscription";
import type { TerraformProvider } from "cdktf";
import { Construct } from "constructs";
import { EncryptionKey } from "./encryption-key";
import { renderPolicy, type PolicyStatement } from "./iam/policy-document";

export interface AdminAlarmProps {
  /** The name of its topic; its rules and its key are named after it. */
  readonly name: string;
  readonly accountId: string;
  /** Where it listens. */
  readonly region: string;
  /** The ARN of the role whose use it tells, written and not read from a resource: patterns are made of it. */
  readonly adminRoleArn: string;
  /** Who is told. Each must confirm the subscription that AWS mails to it. */
  readonly emails: readonly string[];
  /** Of another region. @default the stack's own */
  readonly provider?: TerraformProvider;
}

/** An event pattern: each value is a list of what is accepted. */
interface Pattern {
  readonly [key: string]: Pattern | readonly (string | { readonly prefix: string })[];
}

const LIMITS = { rule: 64, topic: 256 } as const;

/**
 * A mail when the role is assumed, when somebody enters the console with it, and when the root user signs in. It hears
 * what happens in its region alone: a role is assumed in the region of the STS endpoint that is called, and root signs
 * in in us-east-1. Without a trail in the account it hears nothing.
 */
export class AdminAlarm extends Construct {
  constructor(scope: Construct, id: string, props: AdminAlarmProps) {
    super(scope, id);
    const { name, accountId, region, adminRoleArn, emails, provider } = props;
    const roleName = new RegExp(`^arn:aws:iam::${accountId}:role/(?:.+/)?([^/]+)$`).exec(adminRoleArn)?.[1];
    const rules = roleName === undefined ? {} : rulesOf(adminRoleArn, accountId, roleName);
    const ruleName = (rule: string) => `${name}-${rule}`;
    this.node.addValidation({
      validate: () => [
        ...nameProblems("topic", name, LIMITS.topic),
        ...Object.keys(rules).flatMap((rule) => nameProblems("rule", ruleName(rule), LIMITS.rule)),
        ...(roleName === undefined
          ? [`adminRoleArn must be arn:aws:iam::${accountId}:role/<name>, got "${adminRoleArn}"`]
          : []),
        ...(emails.length === 0 ? ["emails must name at least one address, or nobody is told"] : []),
      ],
    });

    const topicArn = `arn:aws:sns:${region}:${accountId}:${name}`;
    const key = new EncryptionKey(this, "key", {
      alias: `alias/${name}`,
      description: `Encrypts ${name}`,
      policy: keyStatements(accountId, topicArn),
      provider,
    });
    const topic = new SnsTopic(this, "topic", { name, kmsMasterKeyId: key.arn, provider });
    const ruleArns = Object.keys(rules).map((rule) => `arn:aws:events:${region}:${accountId}:rule/${ruleName(rule)}`);
    const policy = new SnsTopicPolicy(this, "policy", {
      arn: topic.arn,
      policy: renderPolicy(topicStatements(topicArn, ruleArns)),
      provider,
    });

    const mailScope = new Construct(this, "mail");
    for (const endpoint of emails) {
      // Encoded, since an address may hold a slash; no two addresses become one.
      new SnsTopicSubscription(mailScope, encodeURIComponent(endpoint), {
        topicArn: topic.arn,
        protocol: "email",
        endpoint,
        provider,
      });
    }
    const ruleScope = new Construct(this, "rule");
    for (const [rule, { description, pattern }] of Object.entries(rules)) {
      const place = new Construct(ruleScope, rule);
      const made = new CloudwatchEventRule(place, "rule", {
        name: ruleName(rule),
        description,
        eventPattern: JSON.stringify(pattern),
        // Assuming a role and signing in count as reading. A rule that is merely enabled misses what CloudTrail marks
        // so.
        state: "ENABLED_WITH_ALL_CLOUDTRAIL_MANAGEMENT_EVENTS",
        provider,
      });
      new CloudwatchEventTarget(place, "target", {
        rule: made.name,
        targetId: "topic",
        arn: topic.arn,
        dependsOn: [policy],
        provider,
      });
    }
  }
}

function rulesOf(
  adminRoleArn: string,
  accountId: string,
  roleName: string,
): Record<string, { readonly description: string; readonly pattern: Pattern }> {
  const signIn = (userIdentity: Pattern): Pattern => ({
    source: ["aws.signin"],
    "detail-type": ["AWS Console Sign In via CloudTrail"],
    detail: { userIdentity },
  });
  return {
    assumed: {
      description: `Somebody assumes ${roleName}`,
      pattern: {
        source: ["aws.sts"],
        "detail-type": ["AWS API Call via CloudTrail"],
        detail: {
          eventSource: ["sts.amazonaws.com"],
          eventName: ["AssumeRole", "AssumeRoleWithSAML", "AssumeRoleWithWebIdentity"],
          requestParameters: { roleArn: [adminRoleArn] },
        },
      },
    },
    console: {
      description: `Somebody enters the console as ${roleName}`,
      pattern: signIn({ arn: [{ prefix: `arn:aws:sts::${accountId}:assumed-role/${roleName}/` }] }),
    },
    // Whatever root does at the sign-in page: a failed attempt, or a new password, is worth a mail as well.
    root: { description: "The root user signs in", pattern: signIn({ type: ["Root"], accountId: [accountId] }) },
  };
}

function keyStatements(accountId: string, topicArn: string): PolicyStatement[] {
  return [
    {
      sid: "LetTheAccountsIamDecide",
      principals: { AWS: [`arn:aws:iam::${accountId}:root`] },
      actions: ["kms:*"],
      resources: ["*"],
    },
    {
      sid: "LetRulesPublishToTheTopic",
      principals: { Service: ["events.amazonaws.com"] },
      actions: ["kms:Decrypt", "kms:GenerateDataKey*"],
      resources: ["*"],
      // Not `aws:SourceArn` or `aws:SourceAccount`: KMS does not get them from EventBridge, and no mail would go out
      // ("Key management" in the developer guide of SNS). Which rules may publish is for the topic's policy to say.
      conditions: { StringEquals: { "kms:EncryptionContext:aws:sns:topicArn": topicArn } },
    },
  ];
}

function topicStatements(topicArn: string, ruleArns: readonly string[]): PolicyStatement[] {
  return [
    {
      sid: "LetItsRulesPublish",
      principals: { Service: ["events.amazonaws.com"] },
      actions: ["sns:Publish"],
      resources: [topicArn],
      conditions: { ArnEquals: { "aws:SourceArn": ruleArns } },
    },
    {
      sid: "RefuseWhateverComesWithoutTls",
      effect: "Deny",
      principals: "*",
      actions: ["sns:Publish"],
      resources: [topicArn],
      conditions: { Bool: { "aws:SecureTransport": "false" } },
    },
  ];
}

function nameProblems(kind: string, name: string, limit: number): string[] {
  if (!/^[A-Za-z0-9_-]+$/.test(name))
    return [`${kind} name must be letters, digits, hyphens and underscores, got "${name}"`];
  return name.length > limit
    ? [`${kind} name must have at most ${limit} characters, got ${name.length}: "${name}"`]
    : [];
}
