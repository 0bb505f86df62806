import { TerraformOutput } from "cdktf";
import type { Construct } from "constructs";
import { Trail, type TrailProps } from "../../modules/trail";
import { problemsOf, synthModule } from "../support/module";
import { normalized, statement } from "../support/policy";

const build =
  (changes: Partial<TrailProps> = {}) =>
  (scope: Construct) =>
    new Trail(scope, "trail", {
      name: "galileo",
      bucket: "111111111111-galileo-trail",
      accessLogBucket: "111111111111-galileo-trail-access",
      accountId: "111111111111",
      region: "eu-west-1",
      organization: true,
      lockDays: 365,
      ...changes,
    });
const stack = synthModule(build());
const trailArn = "arn:aws:cloudtrail:eu-west-1:111111111111:trail/galileo";
const bucketArn = "arn:aws:s3:::111111111111-galileo-trail";

test("records all regions and global services, with digests", () => {
  expect(stack.one("aws_cloudtrail")).toMatchObject({
    name: "galileo",
    is_multi_region_trail: true,
    include_global_service_events: true,
    enable_log_file_validation: true,
  });
});

test("records the organization, or only the account", () => {
  expect(stack.one("aws_cloudtrail")["is_organization_trail"]).toBe(true);
  expect(synthModule(build({ organization: false })).one("aws_cloudtrail")["is_organization_trail"]).toBe(false);
});

test("records all management events and no others, because other events cost money", () => {
  for (const selector of ["event_selector", "advanced_event_selector", "insight_selector"]) {
    expect(stack.one("aws_cloudtrail")).not.toHaveProperty(selector);
  }
});

test("records reads and writes of objects in the given buckets, and still all management events", () => {
  const trail = synthModule(build({ recordedBuckets: ["111111111111-dev-studydata"] })).one("aws_cloudtrail");
  expect(trail["advanced_event_selector"]).toEqual([
    { name: "management", field_selector: [{ field: "eventCategory", equals: ["Management"] }] },
    {
      name: "objects",
      field_selector: [
        { field: "eventCategory", equals: ["Data"] },
        { field: "resources.type", equals: ["AWS::S3::Object"] },
        { field: "resources.ARN", starts_with: ["arn:aws:s3:::111111111111-dev-studydata/"] },
      ],
    },
  ]);
});

describe("a key of its own", () => {
  const encrypted = synthModule(build({ keyAlias: "alias/galileo-trail" }));

  test("encrypts the log files on request, and cannot be destroyed", () => {
    expect(stack.all("aws_kms_key")).toEqual([]);
    expect(stack.one("aws_cloudtrail")).not.toHaveProperty("kms_key_id");
    expect(encrypted.one("aws_cloudtrail")["kms_key_id"]).toBe(encrypted.reference("trail/key/key", "arn"));
    expect(encrypted.one("aws_kms_key")["lifecycle"]).toEqual({ prevent_destroy: true });
  });

  test("may be used by this trail only, and by principals that the account's IAM allows", () => {
    const { Statement } = encrypted.policy("trail/key/key");
    expect(Statement.map(({ Sid }) => Sid)).toEqual([
      "LetTheAccountsIamDecide",
      "LetTheTrailEncrypt",
      "LetTheTrailSeeTheKey",
    ]);
    const service = Statement.filter(({ Sid }) => Sid?.startsWith("LetTheTrail"));
    for (const each of service) {
      expect(each.Principal).toEqual({ Service: ["cloudtrail.amazonaws.com"] });
      expect(each.Condition).toMatchObject({ StringEquals: { "aws:SourceArn": trailArn } });
    }
  });
});

test("depends on the policy of its bucket and on the given dependencies", () => {
  const trail = synthModule(build({ dependsOn: [{ fqn: "aws_organizations_organization.it" }] }));
  expect(trail.one("aws_cloudtrail")).toMatchObject({
    s3_bucket_name: trail.reference("trail/bucket/policy", "bucket"),
    depends_on: ["aws_organizations_organization.it"],
  });
});

test("a trail exposes its ARN", () => {
  const exposed = synthModule((scope) => {
    new TerraformOutput(scope, "exposed", { value: build()(scope).arn });
  });
  expect(exposed.json.output?.["exposed"]?.value).toBe(exposed.reference("trail/trail", "arn"));
});

describe("its bucket", () => {
  const policy = stack.policy("trail/bucket/policy");

  test("locks its objects for the given days, and cannot be destroyed", () => {
    expect(stack.at("trail/bucket/bucket")).toMatchObject({
      bucket: "111111111111-galileo-trail",
      object_lock_enabled: true,
      lifecycle: { prevent_destroy: true },
    });
    expect(stack.one("aws_s3_bucket_object_lock_configuration")).toMatchObject({
      rule: { default_retention: { mode: "GOVERNANCE", days: 365 } },
    });
  });

  test("deletes what was deleted or overwritten after the given days, and keeps every log file", () => {
    expect(stack.all("aws_s3_bucket_lifecycle_configuration")).toEqual([]);
    const { rule } = synthModule(build({ oldVersionDays: 365 })).at("trail/bucket/lifecycle");
    const rules = rule as object[];
    expect(rules.filter((each) => "expiration" in each)).toEqual([]);
    expect(rules).toContainEqual(
      expect.objectContaining({ noncurrent_version_expiration: [{ noncurrent_days: 365 }] }),
    );
  });

  test("allows only this trail to read its ACL", () => {
    expect(normalized(statement(policy, "LetTheTrailSeeWhoseTheBucketIs"))).toEqual({
      Effect: "Allow",
      Principal: { Service: ["cloudtrail.amazonaws.com"] },
      Action: ["s3:GetBucketAcl"],
      Resource: [bucketArn],
      Condition: { StringEquals: { "aws:SourceArn": [trailArn] } },
    });
  });

  test("allows only this trail to write, with ownership for the bucket owner", () => {
    expect(normalized(statement(policy, "LetTheTrailWrite"))).toEqual({
      Effect: "Allow",
      Principal: { Service: ["cloudtrail.amazonaws.com"] },
      Action: ["s3:PutObject"],
      Resource: [`${bucketArn}/AWSLogs/*`],
      Condition: { StringEquals: { "aws:SourceArn": [trailArn], "s3:x-amz-acl": ["bucket-owner-full-control"] } },
    });
  });

  test("denies deletion before the retention ends", () => {
    expect(normalized(statement(policy, "NobodyEndsARetentionEarly"))).toEqual({
      Effect: "Deny",
      Principal: "*",
      Action: ["s3:BypassGovernanceRetention"],
      Resource: [`${bucketArn}/*`],
      Condition: {},
    });
  });

  test("allows nobody else, and requires TLS", () => {
    const allowed = policy.Statement.filter(({ Effect }) => Effect === "Allow").map(({ Sid }) => Sid);
    expect(allowed).toEqual(["LetTheTrailSeeWhoseTheBucketIs", "LetTheTrailWrite"]);
    expect(statement(policy, "RefuseWhateverComesWithoutTls").Effect).toBe("Deny");
  });
});

describe("the access log of its bucket", () => {
  test("is in a second bucket, which has none: it would log itself", () => {
    expect(stack.one("aws_s3_bucket_logging")).toEqual({
      bucket: stack.reference("trail/bucket/policy", "bucket"),
      target_bucket: stack.reference("trail/access-logs/policy", "bucket"),
      target_prefix: "111111111111-galileo-trail/",
    });
  });

  test("is written by S3 for this bucket only", () => {
    const policy = stack.policy("trail/access-logs/policy");
    expect(normalized(statement(policy, "LetS3WriteTheAccessLog"))).toEqual({
      Effect: "Allow",
      Principal: { Service: ["logging.s3.amazonaws.com"] },
      Action: ["s3:PutObject"],
      Resource: ["arn:aws:s3:::111111111111-galileo-trail-access/*"],
      Condition: {
        ArnLike: { "aws:SourceArn": [bucketArn] },
        StringEquals: { "aws:SourceAccount": ["111111111111"] },
      },
    });
  });

  test("has no lock, into which S3 could not write, and is deleted when the log files may be", () => {
    expect(stack.at("trail/access-logs/bucket")).not.toHaveProperty("object_lock_enabled");
    const { rule } = synthModule(build({ lockDays: 90, oldVersionDays: 30 })).at("trail/access-logs/lifecycle");
    expect(rule).toContainEqual(expect.objectContaining({ id: "objects", expiration: [{ days: 90 }] }));
  });
});

test("lockDays must be a whole number", () => {
  expect(problemsOf(build({ lockDays: 1 }))).toEqual([]);
  expect(problemsOf(build({ lockDays: 0 }))).toEqual(["lockDays must be a whole number of at least 1, got 0"]);
  expect(problemsOf(build({ lockDays: 1.5 }))).toEqual(["lockDays must be a whole number of at least 1, got 1.5"]);
});
