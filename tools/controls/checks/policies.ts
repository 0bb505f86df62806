import type { Policy } from "../../access/policy/policy";
import type { ScopedResource } from "../../access/read/resolver";
import { eachResource, joined, knownPolicy, type Rule, type SynthesizedEstate } from "../rule";

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
  aws_s3_bucket_policy: "policy",
  aws_sns_topic_policy: "policy",
  aws_sqs_queue_policy: "policy",
  aws_sqs_queue: "policy",
  aws_kms_key: "policy",
  aws_kms_key_policy: "policy",
  aws_ecr_repository_policy: "policy",
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

const isAdministrator = ({ effect, actions, resources }: Statement) =>
  effect === "Allow" && actions?.some((action) => /^\*(:\*)?$/.test(action)) && resources?.includes("*");
const everything = (statement: Statement) =>
  isAdministrator(statement) ? "allows every action on everything" : undefined;

/** Actions such as `s3:*`. `s3:Get*` names an intent. */
function wildcards({ effect, actions = [], notActions }: Statement): string | undefined {
  const whole = actions.filter((action) => /^[\w-]+:\*$|^\*$/.test(action));
  if (effect !== "Allow") return undefined;
  if (notActions) return "allows all actions but some";
  return whole.length > 0 ? `allows ${whole.join(", ")}` : undefined;
}

const ALL_KEYS = /^(\*|arn:aws:kms:[\w*-]*:[\w*]*:(\*|key\/\*))$/;
function decryptsAll({ effect, actions = [], resources = [], conditions }: Statement): string | undefined {
  const decrypts = actions.some((action) => /^(\*|kms:(\*|Decrypt\*?|ReEncrypt\*|ReEncryptFrom))$/i.test(action));
  return effect === "Allow" &&
    decrypts &&
    resources.some((arn) => ALL_KEYS.test(arn)) &&
    Object.keys(conditions).length === 0
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
    ([operator, keys]) => !/Not|IfExists|Null/.test(operator) && Object.keys(keys).some((key) => NARROWING.test(key)),
  );
  return principals?.["AWS"]?.includes("*") && !isNarrow ? "allows anyone" : undefined;
}

const noPublic = (...types: readonly string[]) =>
  noStatement(onlyTypes(RESOURCE_POLICIES, ...types), "named principals, or a condition on them", allowsAnyone);

const ATTACHMENTS = [
  "aws_iam_role_policy_attachment",
  "aws_iam_user_policy_attachment",
  "aws_iam_group_policy_attachment",
  "aws_ssoadmin_managed_policy_attachment",
];

/** A rule that AWS's own policy is attached to nobody. */
const notAttached =
  (policy: string): Rule =>
  (estate) =>
    eachResource(estate.all(...ATTACHMENTS), `no ${policy}`, ({ values }) =>
      [values["policy_arn"], values["managed_policy_arn"]].some((arn) => String(arn).endsWith(`:policy/${policy}`))
        ? `attaches ${policy}`
        : undefined,
    );

const administrators: Rule = (estate) =>
  joined(
    notAttached("AdministratorAccess")(estate),
    noStatement(IDENTITY_POLICIES, "less than every action", everything)(estate),
  );

/** What gives a user permissions itself, and what gives it a console password. */
const belongsTo = (estate: SynthesizedEstate, user: ScopedResource, ...types: readonly string[]) =>
  estate
    .all(...types)
    .some(({ stack, values }) => stack === user.stack && estate.target(stack, values["user"]) === user);

const userRule =
  (expected: string, problemOf: (user: ScopedResource, estate: SynthesizedEstate) => string | undefined): Rule =>
  (estate) =>
    eachResource(estate.all("aws_iam_user"), expected, (user) => problemOf(user, estate));

/** Controls of IAM policies and users and of policies of resources, by the key of the list. */
export const POLICY_RULES = {
  "IAM.1": noStatement(onlyTypes(IDENTITY_POLICIES, "aws_iam_policy"), "less than every action", everything),
  "CIS 1.15": administrators,
  "IAM.21": noStatement(IDENTITY_POLICIES, "named actions", wildcards),
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
  "KMS.2": noStatement(onlyTypes(IDENTITY_POLICIES, ...INLINE), "keys by ARN", decryptsAll),
  "KMS.4": (estate) =>
    eachResource(
      estate
        .all("aws_kms_key")
        .filter(({ values }) => /^(SYMMETRIC_DEFAULT|undefined)$/.test(String(values["customer_master_key_spec"]))),
      "rotation",
      ({ values }) => (values["enable_key_rotation"] === true ? undefined : "is never rotated"),
    ),
  "KMS.5": noPublic("aws_kms_key", "aws_kms_key_policy"),
  "S3.2": noPublic("aws_s3_bucket_policy"),
  "SNS.4": noPublic("aws_sns_topic_policy"),
  "SQS.1": (estate) =>
    eachResource(estate.all("aws_sqs_queue"), "encryption", ({ values }) =>
      values["sqs_managed_sse_enabled"] === true || Boolean(values["kms_master_key_id"])
        ? undefined
        : "is not encrypted",
    ),
  "SQS.3": noPublic("aws_sqs_queue", "aws_sqs_queue_policy"),
  "CIS 2.21": noPublic(...Object.keys(RESOURCE_POLICIES)),
} satisfies Readonly<Record<string, Rule>>;

/** Whether a role of an account may start EMR clusters. */
export const runsEmr = (estate: SynthesizedEstate, accountId: string): boolean =>
  estate
    .all("aws_iam_role_policy", "aws_iam_policy")
    .filter((each) => each.accountId === accountId)
    .some((each) => {
      const policy = knownPolicy(each, "policy");
      return (
        typeof policy === "object" &&
        policy.statements.some(
          ({ effect, actions = [] }) =>
            effect === "Allow" && actions.some((action) => /^elasticmapreduce:(\*|RunJobFlow)$/i.test(action)),
        )
      );
    });
