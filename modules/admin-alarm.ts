import { CloudwatchEventRule } from "@cdktf/provider-aws/lib/cloudwatch-event-rule";
import { CloudwatchEventTarget } from "@cdktf/provider-aws/lib/cloudwatch-event-target";
import { SnsTopic } from "@cdktf/provider-aws/lib/sns-topic";
import { SnsTopicPolicy } from "@cdktf/provider-aws/lib/sns-topic-policy";
import { SnsTopicSubscription } from "@cdktf/provider-aws/lib/sns-topic-subscription";
import type { TerraformProvider } from "cdktf";
import { Construct } from "constructs";
import { EncryptionKey } from "./encryption-key";
import { renderPolicy, type PolicyStatement } from "./iam/policy-document";
import { constructId } from "./terraform-syntax";

export interface AdminAlarmProps {
  /** The name of the topic, and the prefix of the names of the rules and the key. */
  readonly name: string;
  readonly accountId: string;
  /** The region whose events it receives. */
  readonly region: string;
  /**
   * The ARN of the role whose use it reports. It must be text and not a reference: the event patterns contain it.
   * @default none: only root is reported, through a topic without a key, which is free
   */
  readonly adminRoleArn?: string;
  /**
   * Permission sets of IAM Identity Center whose use it reports together with that of the role. They need
   * `adminRoleArn`.
   * @default none
   */
  readonly adminSetNames?: readonly string[];
  /** The recipients. Each must confirm the subscription that AWS mails. */
  readonly emails: readonly string[];
  /** A provider of another region. @default the stack's own provider */
  readonly provider?: TerraformProvider;
}

/** An event pattern. Each value is a list of accepted values. */
interface Pattern {
  readonly [key: string]: Pattern | readonly (string | { readonly prefix: string } | { readonly wildcard: string })[];
}

/** A name of a permission set (CreatePermissionSet in the API reference of IAM Identity Center). */
const SET_NAME = /^[\w+=,.@-]+$/;

/** Characters of a name (PutRule in the API reference of EventBridge, CreateTopic in that of SNS). */
const LIMITS = { rule: 64, topic: 256 } as const;

/**
 * Sends a mail when the role is assumed, when the console is entered with it, and when the root user signs in (CIS AWS
 * Foundations 5.0.0, 4.3). It receives the events of its own region only: assuming a role is an event of the region
 * whose STS endpoint is called, and a sign-in of root is one of us-east-1. It needs a trail in the account.
 *
 * A permission set is used through a role of the account, `AWSReservedSSO_<set>_<suffix>`. Identity Center itself calls
 * `AssumeRoleWithSAML` for it, at the STS endpoint of the instance's home region whatever region the person's CLI has.
 * The event is one of the account that the person enters, with the role and its path in `requestParameters.roleArn`
 * ("Logging IAM and AWS STS API calls with AWS CloudTrail"). The console adds a `ConsoleLogin`, whose
 * `userIdentity.arn` has the role without its path. AWS documents no region for it: it is one of those with an alarm.
 *
 * The suffix changes with every new assignment, and the path has the region only outside us-east-1 ("Referencing
 * permission sets in resource policies" in the user guide of IAM Identity Center): the patterns match any.
 * A set whose name begins with `<set>_` is reported too: EventBridge has no wildcard for a number of characters.
 *
 * The trust policy of `Admin` allows only the STS endpoints of regions with an alarm. That of a set's role belongs to
 * AWS and cannot be limited so. If the instance is replicated to other regions, sign-ins there are in the trail alone.
 *
 * @example
 * new AdminAlarm(this, "alarm", {
 *   name: "galileo-admin", accountId: "111111111111", region: "eu-west-1",
 *   adminRoleArn: "arn:aws:iam::111111111111:role/Admin", adminSetNames: ["Admin"], emails: ["ops@example.com"],
 * });
 */
export class AdminAlarm extends Construct {
  constructor(scope: Construct, id: string, props: AdminAlarmProps) {
    super(scope, id);
    const { name, accountId, region, adminRoleArn, adminSetNames = [], emails, provider } = props;
    const roleName = new RegExp(`^arn:aws:iam::${accountId}:role/(?:.+/)?([^/]+)$`).exec(adminRoleArn ?? "")?.[1];
    const isRefused = adminRoleArn !== undefined && roleName === undefined;
    const rules = isRefused ? {} : rulesOf(accountId, adminRoleArn, roleName, adminSetNames);
    const ruleName = (rule: string) => `${name}-${rule}`;
    this.node.addValidation({
      validate: () => [
        ...nameProblems("topic", name, LIMITS.topic),
        ...Object.keys(rules).flatMap((rule) => nameProblems("rule", ruleName(rule), LIMITS.rule)),
        ...(isRefused ? [`adminRoleArn must be arn:aws:iam::${accountId}:role/<name>, got "${adminRoleArn}"`] : []),
        ...setProblems(adminSetNames, adminRoleArn),
        ...(emails.length === 0 ? ["emails must name at least one address, got none"] : []),
      ],
    });

    const topicArn = `arn:aws:sns:${region}:${accountId}:${name}`;
    // EventBridge cannot use AWS's own key of SNS.
    const key = adminRoleArn
      ? new EncryptionKey(this, "key", {
          alias: `alias/${name}`,
          description: `Encrypts ${name}`,
          policy: keyStatements(accountId, topicArn),
          provider,
        })
      : undefined;
    const topic = new SnsTopic(this, "topic", { name, kmsMasterKeyId: key?.arn, provider });
    const ruleArns = Object.keys(rules).map((rule) => `arn:aws:events:${region}:${accountId}:rule/${ruleName(rule)}`);
    const policy = new SnsTopicPolicy(this, "policy", {
      arn: topic.arn,
      policy: renderPolicy(topicStatements(topicArn, ruleArns)),
      provider,
    });

    this.subscribe(topic, emails, provider);
    const ruleScope = new Construct(this, "rule");
    for (const [ruleId, { description, pattern }] of Object.entries(rules)) {
      const parent = new Construct(ruleScope, ruleId);
      const rule = new CloudwatchEventRule(parent, "rule", {
        name: ruleName(ruleId),
        description,
        eventPattern: JSON.stringify(pattern),
        // CloudTrail marks assuming a role and signing in as read-only. The state ENABLED misses read-only events.
        state: "ENABLED_WITH_ALL_CLOUDTRAIL_MANAGEMENT_EVENTS",
        provider,
      });
      new CloudwatchEventTarget(parent, "target", {
        rule: rule.name,
        targetId: "topic",
        arn: topic.arn,
        dependsOn: [policy],
        provider,
      });
    }
  }

  private subscribe(topic: SnsTopic, emails: readonly string[], provider?: TerraformProvider): void {
    const mailScope = new Construct(this, "mail");
    for (const endpoint of emails) {
      new SnsTopicSubscription(mailScope, constructId(endpoint), {
        topicArn: topic.arn,
        protocol: "email",
        endpoint,
        provider,
      });
    }
  }
}

type Rules = Readonly<Record<string, { readonly description: string; readonly pattern: Pattern }>>;

const signIn = (userIdentity: Pattern): Pattern => ({
  source: ["aws.signin"],
  "detail-type": ["AWS Console Sign In via CloudTrail"],
  detail: { userIdentity },
});

function rulesOf(
  ...[accountId, adminRoleArn, roleName, setNames]: [string, string | undefined, string | undefined, readonly string[]]
): Rules {
  const ofAdmin = adminRoleArn !== undefined && roleName !== undefined;
  return {
    ...(ofAdmin ? adminRules(accountId, adminRoleArn, roleName, setNames) : {}),
    // All of root's events at the sign-in page: a failed attempt or a new password is worth a mail too.
    root: { description: "The root user signs in", pattern: signIn({ type: ["Root"], accountId: [accountId] }) },
  };
}

function adminRules(
  ...[accountId, adminRoleArn, roleName, setNames]: [string, string, string, readonly string[]]
): Rules {
  const setRoles = `arn:aws:iam::${accountId}:role/aws-reserved/sso.amazonaws.com/`;
  const reserved = setNames.map((set) => `AWSReservedSSO_${set}_`);
  const sessions = `arn:aws:sts::${accountId}:assumed-role/`;
  return {
    assumed: {
      description: `Somebody assumes ${roleName}`,
      pattern: {
        source: ["aws.sts"],
        "detail-type": ["AWS API Call via CloudTrail"],
        detail: {
          eventSource: ["sts.amazonaws.com"],
          eventName: ["AssumeRole", "AssumeRoleWithSAML", "AssumeRoleWithWebIdentity"],
          requestParameters: {
            roleArn: [adminRoleArn, ...reserved.map((role) => ({ wildcard: `${setRoles}*${role}*` }))],
          },
        },
      },
    },
    console: {
      description: `Somebody enters the console as ${roleName}`,
      pattern: signIn({ arn: [`${roleName}/`, ...reserved].map((role) => ({ prefix: `${sessions}${role}` })) }),
    },
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
      // Not `aws:SourceArn` or `aws:SourceAccount`: EventBridge does not send them to KMS, and no mail would be sent
      // ("Key management" in the developer guide of SNS). The topic's policy limits which rules may publish.
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

function setProblems(setNames: readonly string[], adminRoleArn?: string): string[] {
  return [
    ...setNames
      .filter((set) => !SET_NAME.test(set))
      .map((set) => `adminSetNames must be names of permission sets, got "${set}"`),
    ...(setNames.length > 0 && adminRoleArn === undefined ? ["adminSetNames must come with adminRoleArn"] : []),
  ];
}

function nameProblems(kind: string, name: string, limit: number): string[] {
  if (!/^[A-Za-z0-9_-]+$/.test(name))
    return [`${kind} name must be letters, digits, hyphens and underscores, got "${name}"`];
  return name.length > limit
    ? [`${kind} name must have at most ${limit} characters, got ${name.length}: "${name}"`]
    : [];
}
