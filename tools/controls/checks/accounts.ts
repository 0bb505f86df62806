import type { ScopedResource } from "../../access/read/resolver";
import {
  blocksOf,
  eachResource,
  everyPlace,
  firstBlock,
  knownPolicy,
  knownText,
  type Rule,
  type SynthesizedEstate,
} from "../rule";

/** A rule that every account has a resource of a type for which `holds`. */
const everyAccount =
  (type: string, expected: string, holds: (found: ScopedResource, estate: SynthesizedEstate) => boolean): Rule =>
  (estate) =>
    everyPlace(estate.accounts, type, expected, ({ accountId }) =>
      estate.certain(type).some((found) => found.accountId === accountId && holds(found, estate)),
    );

const passwords = (expected: string, holds: (values: ScopedResource["values"]) => boolean): Rule =>
  everyAccount("aws_iam_account_password_policy", expected, ({ values }) => holds(values));

const STRONG = ["lowercase_characters", "uppercase_characters", "numbers", "symbols"].map((kind) => `require_${kind}`);

/** AWS's events of sign-ins are events of us-east-1. */
const rootReported: Rule = everyAccount("aws_cloudwatch_event_rule", "an alarm on root in us-east-1", (rule) => {
  const pattern = knownText(rule, "event_pattern") ?? "";
  return rule.region === "us-east-1" && pattern.includes('"type":["Root"]') && pattern.includes(rule.accountId);
});

/** A word in the pattern of CIS for each kind of event: 4.1, 4.2, 4.4 to 4.15 of CIS AWS Foundations 5.0.0. */
const EVENTS = [
  ...["UnauthorizedOperation", "MFAUsed", "PutRolePolicy", "UpdateTrail", "Failed authentication", "DisableKey"],
  ...["PutBucketPolicy", "PutConfigurationRecorder", "AuthorizeSecurityGroupIngress", "CreateNetworkAcl"],
  ...["AttachInternetGateway", "ReplaceRouteTableAssociation", "CreateVpc", "organizations.amazonaws.com"],
];

/** Whether each kind of event has a metric filter, and an alarm on the metric of it. */
const everyEventReported: Rule = (estate) =>
  everyPlace(
    estate.accounts,
    "aws_cloudwatch_log_metric_filter",
    "a metric filter with an alarm for each kind of event",
    ({ accountId }) => {
      const inAccount = (type: string) => estate.certain(type).filter((found) => found.accountId === accountId);
      const alarms = new Set(inAccount("aws_cloudwatch_metric_alarm").map(({ values }) => values["metric_name"]));
      const patterns = inAccount("aws_cloudwatch_log_metric_filter")
        .filter(({ values }) => alarms.has(firstBlock(values["metric_transformation"])["name"]))
        .map((filter) => knownText(filter, "pattern") ?? "");
      return EVENTS.every((event) => patterns.some((pattern) => pattern.includes(event)));
    },
  );

/** Whether a role of an account may start EMR clusters. */
const runsEmr = (estate: SynthesizedEstate, accountId: string): boolean =>
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

/** Accounts in which analytics run. */
const publicClusters: Rule = (estate) => {
  const type = "aws_emr_block_public_access_configuration";
  const accounts = estate.accounts.filter(({ accountId }) => runsEmr(estate, accountId));
  return everyPlace(accounts, type, "a block of clusters that the internet reaches, without exceptions", (place) =>
    estate
      .certain(type)
      .some(
        ({ accountId, values }) =>
          accountId === place.accountId &&
          values["block_public_security_group_rules"] === true &&
          blocksOf(values["permitted_public_security_group_rule_range"]).length === 0,
      ),
  );
};

const organizations = (estate: SynthesizedEstate) => estate.all("aws_organizations_organization");
const members = (estate: SynthesizedEstate) => estate.all("aws_organizations_account");

const organizationRule =
  (
    expected: string,
    problemOf: (organization: ScopedResource, estate: SynthesizedEstate) => string | undefined,
  ): Rule =>
  (estate) =>
    eachResource(organizations(estate), expected, (organization) => problemOf(organization, estate));

/** Types of what an application needs: none belongs into the account of the organization. */
const WORKLOADS = ["aws_db_instance", "aws_vpc", "aws_ecr_repository", "aws_instance", "aws_lambda_function"];

/** Services that can be delegated, with the resource that uses them in the master account. */
const delegated: Rule = organizationRule(
  "a delegated administrator of every service in use",
  (organization, estate) => {
    const administrators = new Set(
      estate
        .certain("aws_organizations_delegated_administrator")
        .map(({ values }) => String(values["service_principal"])),
    );
    const isTrail = ({ accountId, values }: ScopedResource) =>
      accountId === organization.accountId && values["is_organization_trail"] === true;
    // Another account keeps the log files from the administrators of the master account.
    const isElsewhere = (trail: ScopedResource) =>
      estate
        .all("aws_s3_bucket")
        .some((each) => each.accountId !== trail.accountId && each.values["bucket"] === trail.values["s3_bucket_name"]);
    const missing = [
      ...(administrators.has("access-analyzer.amazonaws.com") ? [] : ["the access analyzer"]),
      ...(estate.all("aws_cloudtrail").some((each) => isTrail(each) && !isElsewhere(each)) &&
      !administrators.has("cloudtrail.amazonaws.com")
        ? ["CloudTrail"]
        : []),
    ];
    return missing.length > 0 ? `has no delegated administrator of ${missing.join(" and ")}` : undefined;
  },
);

/** The type of a policy without one. */
const SERVICE_CONTROL_POLICY = "SERVICE_CONTROL_POLICY";

const guardrails: Rule = organizationRule("a service control policy on the root", ({ stack, name }, estate) =>
  estate
    .certain("aws_organizations_policy_attachment")
    .filter((found) => found.stack === stack && String(found.values["target_id"]).includes(`.${name}.roots[0].id`))
    .some(({ values }) => {
      const policy = estate.target(stack, values["policy_id"]);
      return policy !== undefined && (policy.values["type"] ?? SERVICE_CONTROL_POLICY) === SERVICE_CONTROL_POLICY;
    })
    ? undefined
    : "attaches no service control policy to its root",
);

/** Controls of accounts and of the organization, by the key of the list. */
export const ACCOUNT_RULES = {
  "Account.1": everyAccount(
    "aws_account_alternate_contact",
    "a contact for security",
    ({ values }) => values["alternate_contact_type"] === "SECURITY",
  ),
  "IAM.7": passwords("passwords with all kinds of characters", (values) =>
    STRONG.every((setting) => values[setting] === true),
  ),
  "IAM.15": passwords("at least 14 characters", (values) => Number(values["minimum_password_length"]) >= 14),
  "IAM.16": passwords("24 remembered passwords", (values) => Number(values["password_reuse_prevention"]) >= 24),
  "S3.1": everyAccount("aws_s3_account_public_access_block", "a block of all public access", ({ values }) =>
    ["block_public_acls", "block_public_policy", "ignore_public_acls", "restrict_public_buckets"].every(
      (way) => values[way] === true,
    ),
  ),
  "CIS 1.16": everyAccount(
    "aws_iam_role_policy_attachment",
    "a role with AWSSupportAccess",
    ({ values }) => values["policy_arn"] === "arn:aws:iam::aws:policy/AWSSupportAccess",
  ),
  "CIS 4.3": rootReported,
  "CIS 4.1": everyEventReported,
  "EMR.2": publicClusters,
  "CIS 2.1.1": organizationRule("central management of root users", (organization, estate) =>
    estate
      .certain("aws_iam_organizations_features")
      .some(
        ({ stack, values }) =>
          stack === organization.stack &&
          JSON.stringify(values["enabled_features"] ?? []).includes("RootCredentialsManagement"),
      )
      ? undefined
      : "does not manage root users of members",
  ),
  "CIS 2.1.2": guardrails,
  "CIS 2.1.3": (estate) => {
    const masters = organizations(estate).map(({ accountId }) => accountId);
    const there = estate.all(...WORKLOADS).filter(({ accountId }) => masters.includes(accountId));
    const result = eachResource(there, "an account of its own", () => "is in the organization's master account");
    return { ...result, checked: result.checked + masters.length };
  },
  "CIS 2.1.4": (estate) =>
    eachResource(members(estate), "an organizational unit", ({ stack, values }) =>
      estate.target(stack, values["parent_id"])?.type === "aws_organizations_organizational_unit"
        ? undefined
        : "is in no organizational unit",
    ),
  "CIS 2.1.5": organizationRule("a delegation of policies to a member", (organization, estate) =>
    estate.certain("aws_organizations_resource_policy").some(({ stack }) => stack === organization.stack)
      ? undefined
      : "manages its policies in the master account",
  ),
  "CIS 2.1.6": delegated,
} satisfies Readonly<Record<string, Rule>>;
