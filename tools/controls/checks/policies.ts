import { covers } from "../../access/policy/patterns";
import type { Policy } from "../../access/policy/policy";
import type { ScopedResource } from "../../access/read/resolver";
import { asList } from "../../support/json";
import {
  blocksOf,
  eachResource,
  joined,
  knownPolicy,
  knownText,
  policyIn,
  type Rule,
  type SynthesizedEstate,
} from "../rule";

type Statement = Policy["statements"][number];

/** The argument that holds the policy of an identity, by type. */
const IDENTITY_POLICIES: Readonly<Record<string, string>> = {
  aws_iam_policy: "policy",
  aws_iam_role_policy: "policy",
  aws_iam_user_policy: "policy",
  aws_iam_group_policy: "policy",
  aws_ssoadmin_permission_set_inline_policy: "inline_policy",
};
const INLINE = Object.keys(IDENTITY_POLICIES).filter((type) => type !== "aws_iam_policy");

/** The argument that holds the policy of a resource, by type. */
const RESOURCE_POLICIES: Readonly<Record<string, string>> = {
  aws_s3_bucket: "policy",
  aws_s3_bucket_policy: "policy",
  aws_sns_topic: "policy",
  aws_sns_topic_policy: "policy",
  aws_sqs_queue_policy: "policy",
  aws_sqs_queue: "policy",
  aws_kms_key: "policy",
  aws_kms_key_policy: "policy",
  aws_ecr_repository_policy: "policy",
  aws_secretsmanager_secret: "policy",
  aws_secretsmanager_secret_policy: "policy",
  aws_cloudwatch_event_bus_policy: "policy",
};

/** A rule that no statement of the policies of these types is as described. A policy that is not known is a finding. */
function noStatement(
  arguments_: Readonly<Record<string, string>>,
  expected: string,
  problemOf: (statement: Statement) => string | undefined,
): Rule {
  return (estate) =>
    joined(
      ...Object.entries(arguments_).map(([type, argument]) => {
        const having = estate.all(type).filter(({ values }) => values[argument] !== undefined);
        return eachResource(having, expected, (resource) => {
          const policy = knownPolicy(resource, argument);
          if (policy === "unknown") return "has a policy that is not known before apply";
          return policy?.statements.map(problemOf).find((what) => what !== undefined);
        });
      }),
    );
}

const onlyTypes = (all: Readonly<Record<string, string>>, ...types: readonly string[]) =>
  Object.fromEntries(Object.entries(all).filter(([type]) => types.includes(type)));

const isEvery = (action: string): boolean => /^\*+(:\*+)?$/.test(action);
const everything = ({ effect, actions, resources, notResources }: Statement) =>
  effect === "Allow" && actions?.some(isEvery) && (notResources ?? resources?.some(isEvery))
    ? "allows every action on everything"
    : undefined;

/** Actions such as `s3:*`. `s3:Get*` names an intent. */
function wildcards({ effect, actions = [], notActions }: Statement): string | undefined {
  const whole = actions.filter((action) => isEvery(action) || /^[\w-]+:\*+$/.test(action));
  if (effect !== "Allow") return undefined;
  if (notActions) return "allows all actions but some";
  return whole.length > 0 ? `allows ${whole.join(", ")}` : undefined;
}

/** Every key, or every key of an account or a region. */
const isAllKeys = (arn: string): boolean =>
  covers(arn, "arn:aws:kms:*:*:key/*") || /^arn:aws:kms:[\w*-]*:[\w*]*:(\*|key\/\*)$/.test(arn);
const DECRYPTING = ["kms:Decrypt", "kms:ReEncryptFrom"];
function decryptsAll(statement: Statement): string | undefined {
  const { effect, actions, notActions = [], resources, notResources, conditions } = statement;
  const covered = (patterns: readonly string[], action: string) =>
    patterns.some((pattern) => covers(pattern.toLowerCase(), action.toLowerCase()));
  const decrypts = DECRYPTING.some((action) => (actions ? covered(actions, action) : !covered(notActions, action)));
  const everywhere = notResources !== undefined || resources?.some(isAllKeys) === true;
  return effect === "Allow" && decrypts && everywhere && Object.keys(conditions).length === 0
    ? "decrypts with every key"
    : undefined;
}

/** Condition keys that leave only callers whom the policy's author has chosen. */
const NARROWING =
  /^(aws:(SourceArn|SourceAccount|PrincipalArn|PrincipalAccount|PrincipalOrgID|PrincipalOrgPaths|SourceVpce|SourceVpc)|kms:CallerAccount)$/i;
function allowsAnyone({ effect, principals, notPrincipals, conditions }: Statement): string | undefined {
  if (effect !== "Allow") return undefined;
  if (notPrincipals) return "allows everybody but some";
  const isNarrow = Object.entries(conditions).some(
    ([operator, keys]) =>
      !/Not|IfExists|Null|ForAllValues/i.test(operator) &&
      Object.entries(keys).some(
        ([key, values]) => NARROWING.test(key) && !values.some((value) => /^[*?]*$/.test(value)),
      ),
  );
  return principals?.["AWS"]?.includes("*") && !isNarrow ? "allows anyone" : undefined;
}

const noPublic = (...types: readonly string[]) =>
  noStatement(onlyTypes(RESOURCE_POLICIES, ...types), "named principals, or a condition on them", allowsAnyone);

/** The arguments that attach managed policies, by type. */
const ATTACHMENTS: Readonly<Record<string, string>> = {
  aws_iam_role_policy_attachment: "policy_arn",
  aws_iam_user_policy_attachment: "policy_arn",
  aws_iam_group_policy_attachment: "policy_arn",
  aws_iam_policy_attachment: "policy_arn",
  aws_iam_role_policy_attachments_exclusive: "policy_arns",
  aws_iam_user_policy_attachments_exclusive: "policy_arns",
  aws_iam_group_policy_attachments_exclusive: "policy_arns",
  aws_iam_role: "managed_policy_arns",
  aws_ssoadmin_managed_policy_attachment: "managed_policy_arn",
};

const attaches = (estate: SynthesizedEstate, { type, stack, values }: ScopedResource, policy: string): boolean =>
  asList(values[ATTACHMENTS[type] ?? ""]).some((arn) =>
    String(estate.resolved(stack, arn)).endsWith(`:policy/${policy}`),
  );

/** A list of all attachments also attaches what is missing. Where it is attached by itself, that is the finding. */
const repeats = (estate: SynthesizedEstate, { type, stack, values }: ScopedResource, policy: string): boolean => {
  const [, owner = ""] = /^aws_iam_(role|user|group)_policy_attachments_exclusive$/.exec(type) ?? [];
  const name = estate.resolved(stack, values[`${owner}_name`]);
  return estate
    .certain(`aws_iam_${owner}_policy_attachment`)
    .some((each) => each.stack === stack && estate.resolved(stack, each.values[owner]) === name && attaches(estate, each, policy)); // prettier-ignore
};

/** A rule that AWS's own policy is attached to nobody. */
const notAttached =
  (policy: string): Rule =>
  (estate) =>
    eachResource(
      estate
        .all(...Object.keys(ATTACHMENTS))
        .filter(({ type, values }) => values[ATTACHMENTS[type] ?? ""] !== undefined),
      `no ${policy}`,
      (found) =>
        attaches(estate, found, policy) && !repeats(estate, found, policy) ? `attaches ${policy}` : undefined,
    );

/** The inline policies in the blocks of roles, which the provider has deprecated. */
const inlineBlocks =
  (expected: string, problemOf: (statement: Statement) => string | undefined): Rule =>
  (estate) => {
    const having = estate.all("aws_iam_role").filter(({ values }) => values["inline_policy"] !== undefined);
    return eachResource(having, expected, (role) => {
      const policies = blocksOf(role.values["inline_policy"]).map(({ policy }) =>
        policy === undefined ? undefined : policyIn(estate.resolved(role.stack, policy), "inline_policy", role.name),
      );
      if (policies.includes("unknown")) return "has a policy that is not known before apply";
      const statements = policies.flatMap((policy) => (typeof policy === "object" ? policy.statements : []));
      return statements.map(problemOf).find((what) => what !== undefined);
    });
  };

/** A rule about the inline policies of an identity, in resources of their own and in blocks of roles. */
const noIdentityStatement =
  (
    types: Readonly<Record<string, string>>,
    expected: string,
    problemOf: (statement: Statement) => string | undefined,
  ): Rule =>
  (estate) =>
    joined(noStatement(types, expected, problemOf)(estate), inlineBlocks(expected, problemOf)(estate));

const administrators: Rule = (estate) =>
  joined(
    notAttached("AdministratorAccess")(estate),
    noIdentityStatement(IDENTITY_POLICIES, "less than every action", everything)(estate),
  );

/** What gives a user permissions itself, and what gives it a console password. */
const belongsTo = (estate: SynthesizedEstate, user: ScopedResource, ...types: readonly string[]) =>
  estate.all(...types).some((found) => {
    const name = knownText(user, "name");
    const isNamed = found.accountId === user.accountId && name !== undefined && knownText(found, "user") === name;
    return isNamed || estate.target(found.stack, found.values["user"]) === user;
  });

const userRule =
  (expected: string, problemOf: (user: ScopedResource, estate: SynthesizedEstate) => string | undefined): Rule =>
  (estate) =>
    eachResource(estate.all("aws_iam_user"), expected, (user) => problemOf(user, estate));

/** Controls of IAM policies and users and of policies of resources, by the key of the list. */
export const POLICY_RULES = {
  "IAM.1": noStatement(onlyTypes(IDENTITY_POLICIES, "aws_iam_policy"), "less than every action", everything),
  "CIS 1.15": administrators,
  "IAM.21": noIdentityStatement(IDENTITY_POLICIES, "named actions", wildcards),
  "CIS 1.21": notAttached("AWSCloudShellFullAccess"),
  "IAM.2": userRule("permissions through a group", (user, estate) =>
    belongsTo(estate, user, "aws_iam_user_policy_attachment", "aws_iam_user_policy")
      ? "has policies of its own"
      : undefined,
  ),
  "IAM.5": userRule("no console password, which would need MFA", (user, estate) =>
    belongsTo(estate, user, "aws_iam_user_login_profile") ? "has a console password" : undefined,
  ),
  "CIS 1.20": userRule("a service user, in /service/: people come from one directory", ({ values }) =>
    String(values["path"]).startsWith("/service/") ? undefined : "may be a person's",
  ),
  "KMS.1": noStatement(onlyTypes(IDENTITY_POLICIES, "aws_iam_policy"), "keys by ARN", decryptsAll),
  "KMS.2": noIdentityStatement(onlyTypes(IDENTITY_POLICIES, ...INLINE), "keys by ARN", decryptsAll),
  "KMS.4": (estate) =>
    eachResource(
      estate
        .all("aws_kms_key")
        .filter(({ values }) => /^(SYMMETRIC_DEFAULT|undefined)$/.test(String(values["customer_master_key_spec"]))),
      "rotation",
      ({ values }) => (values["enable_key_rotation"] === true ? undefined : "is never rotated"),
    ),
  "KMS.5": noPublic("aws_kms_key", "aws_kms_key_policy"),
  "S3.2": noPublic("aws_s3_bucket", "aws_s3_bucket_policy"),
  "SNS.4": noPublic("aws_sns_topic", "aws_sns_topic_policy"),
  "SQS.1": (estate) =>
    eachResource(estate.all("aws_sqs_queue"), "encryption", ({ values }) =>
      values["sqs_managed_sse_enabled"] === true || Boolean(values["kms_master_key_id"])
        ? undefined
        : "is not encrypted",
    ),
  "SQS.3": noPublic("aws_sqs_queue", "aws_sqs_queue_policy"),
  "CIS 2.21": noPublic(...Object.keys(RESOURCE_POLICIES)),
} satisfies Readonly<Record<string, Rule>>;
