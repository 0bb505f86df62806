import { covers, coversAny } from "../../access/policy/patterns";
import type { ScopedResource } from "../../access/read/resolver";
import { asList } from "../../support/json";
import { blocksOf, eachResource, firstBlock, knownPolicy, knownText, type Rule, type SynthesizedEstate } from "../rule";

const buckets = (estate: SynthesizedEstate) => estate.all("aws_s3_bucket");

/** The resource that configures a bucket, in its stack. */
function settingOf(estate: SynthesizedEstate, type: string, bucket: ScopedResource): ScopedResource | undefined {
  const name = knownText(bucket, "bucket");
  return estate
    .certain(type)
    .find((setting) => setting.stack === bucket.stack && name !== undefined && knownText(setting, "bucket") === name);
}

/** A rule that each bucket has a setting of this type for which `holds`. */
const bucketRule =
  (type: string, expected: string, holds: (setting: ScopedResource) => boolean): Rule =>
  (estate) =>
    eachResource(buckets(estate), expected, (bucket) => {
      const setting = settingOf(estate, type, bucket);
      if (!setting) return `has no ${type}`;
      return holds(setting) ? undefined : `has a weak ${type}`;
    });

const PUBLIC_ACCESS = ["block_public_acls", "block_public_policy", "ignore_public_acls", "restrict_public_buckets"];
const blocksAll = ({ values }: ScopedResource) => PUBLIC_ACCESS.every((way) => values[way] === true);

const tlsOnly: Rule = (estate) =>
  eachResource(buckets(estate), "a policy that denies all requests without TLS", (bucket) => {
    const setting = settingOf(estate, "aws_s3_bucket_policy", bucket);
    const policy = setting && knownPolicy(setting, "policy");
    if (policy === undefined) return "has no aws_s3_bucket_policy";
    if (policy === "unknown") return "has a policy that is not known before apply";
    const arn = `arn:aws:s3:::${knownText(bucket, "bucket") ?? ""}`;
    const denies = policy.statements.some(
      ({ effect, actions, resources, principals, conditions }) =>
        effect === "Deny" &&
        actions?.includes("s3:*") &&
        [arn, `${arn}/*`].every((each) => resources?.includes(each)) &&
        principals?.["AWS"]?.includes("*") &&
        Object.keys(conditions).join() === "Bool" &&
        Object.keys(conditions["Bool"] ?? {}).join() === "aws:SecureTransport" &&
        conditions["Bool"]?.["aws:SecureTransport"]?.join() === "false",
    );
    return denies ? undefined : "accepts requests without TLS";
  });

const lifecycleRules = ({ values }: ScopedResource) =>
  blocksOf(values["rule"]).some(({ status }) => status === "Enabled");

/** Actions on a bucket that no other account may have, in lower case. */
const OWNERS_ACTIONS = ["deletebucketpolicy", "putbucketacl", "putbucketpolicy", "putencryptionconfiguration", "putobjectacl"].map((action) => `s3:${action}`); // prettier-ignore

const lower = (text: string): string => text.toLowerCase();
const isOwners = (pattern: string): boolean => OWNERS_ACTIONS.some((action) => covers(lower(pattern), action));
const isOf = (accountId: string, arn: string): boolean => arn === accountId || arn.split(":")[4] === accountId;

const ownersOnly: Rule = (estate) =>
  eachResource(estate.all("aws_s3_bucket_policy"), "no other account that may change the bucket", (setting) => {
    const policy = knownPolicy(setting, "policy");
    if (policy === "unknown") return "is not known before apply";
    const foreign = policy?.statements.some(
      ({ effect, actions, notActions = [], principals = {}, notPrincipals }) =>
        effect === "Allow" &&
        (actions?.some(isOwners) ?? !OWNERS_ACTIONS.every((action) => coversAny(notActions.map(lower), action))) &&
        (notPrincipals !== undefined || (principals["AWS"] ?? []).some((arn) => !isOf(setting.accountId, arn))),
    );
    return foreign ? "lets another account change the bucket" : undefined;
  });

const trails = (estate: SynthesizedEstate) => estate.all("aws_cloudtrail");

const trailBucketLogged: Rule = (estate) =>
  eachResource(trails(estate), "an access log of its bucket", (trail) => {
    const bucket = knownText(trail, "s3_bucket_name");
    const isLogged = estate
      .certain("aws_s3_bucket_logging")
      .some((logging) => bucket !== undefined && knownText(logging, "bucket") === bucket);
    return isLogged ? undefined : "writes to a bucket without an access log";
  });

const trailRule =
  (expected: string, what: string, holds: (trail: ScopedResource) => boolean): Rule =>
  (estate) =>
    eachResource(trails(estate), expected, (trail) => (holds(trail) ? undefined : what));

/** A rule that trails record these events of objects. */
const dataEvents = (kind: "write" | "read"): Rule =>
  trailRule(`a selector of ${kind} events of objects`, `records no ${kind}s of objects`, ({ values }) =>
    blocksOf(values["advanced_event_selector"]).some((selector) => {
      const fields = new Map(
        blocksOf(selector["field_selector"]).map((block) => [block["field"], asList(block["equals"])] as const),
      );
      const readOnly = fields.get("readOnly")?.map(String);
      return (
        fields.get("eventCategory")?.includes("Data") === true &&
        fields.get("resources.type")?.includes("AWS::S3::Object") === true &&
        (readOnly === undefined || readOnly.includes(String(kind === "read")))
      );
    }),
  );

/** Whether each account is recorded: by a trail of its own, or by the organization's if it is a member. */
const everyAccountRecorded: Rule = (estate) => {
  const recording = estate.certain("aws_cloudtrail").filter(({ values }) => values["is_multi_region_trail"] === true);
  const ofOrganization = recording.some(({ values }) => values["is_organization_trail"] === true);
  const members = new Set(
    ofOrganization
      ? estate.all("aws_organizations_account").map(({ values }) => /"(\d{12})/.exec(JSON.stringify(values))?.[1])
      : [],
  );
  const findings = estate.accounts
    .filter(({ accountId }) => !members.has(accountId) && !recording.some((trail) => trail.accountId === accountId))
    .map(({ accountId, stack }) => ({
      ...{ stack, address: "aws_cloudtrail", what: `records nothing in account ${accountId}` },
      expected: "a trail of all regions, of the account or of its organization",
    }));
  return { checked: estate.accounts.length, findings };
};

/** Controls of S3 and CloudTrail, by the key of the list. */
export const BUCKET_RULES = {
  "S3.5": tlsOnly,
  "S3.6": ownersOnly,
  "S3.8": bucketRule("aws_s3_bucket_public_access_block", "a block of all public access", blocksAll),
  "S3.9": bucketRule("aws_s3_bucket_logging", "an access log", () => true),
  "S3.12": bucketRule(
    "aws_s3_bucket_ownership_controls",
    "no ACLs: BucketOwnerEnforced",
    ({ values }) => firstBlock(values["rule"])["object_ownership"] === "BucketOwnerEnforced",
  ),
  "S3.13": bucketRule("aws_s3_bucket_lifecycle_configuration", "an enabled lifecycle rule", lifecycleRules),
  "S3.10": bucketRule("aws_s3_bucket_lifecycle_configuration", "a rule about old versions", ({ values }) =>
    blocksOf(values["rule"]).some(
      (rule) => rule["status"] === "Enabled" && blocksOf(rule["noncurrent_version_expiration"]).length > 0,
    ),
  ),
  "S3.22": dataEvents("write"),
  "S3.23": dataEvents("read"),
  "CloudTrail.1": everyAccountRecorded,
  "CloudTrail.2": trailRule("a key of the account", "encrypts log files with AWS's own key", ({ values }) =>
    Boolean(values["kms_key_id"]),
  ),
  "CloudTrail.4": trailRule(
    "validation of log files",
    "does not validate log files",
    ({ values }) => values["enable_log_file_validation"] === true,
  ),
  "CloudTrail.5": trailRule("a log group of CloudWatch", "does not send its events to CloudWatch Logs", ({ values }) =>
    Boolean(values["cloud_watch_logs_group_arn"]),
  ),
  "CloudTrail.7": trailBucketLogged,
} satisfies Readonly<Record<string, Rule>>;
