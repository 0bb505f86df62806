import { PrivateBucket, type PrivateBucketProps } from "../../modules/private-bucket";
import { problemsOf, synthModule } from "../support/module";
import { normalized, statement } from "../support/policy";
import type { Construct } from "constructs";

const build =
  (changes: Partial<PrivateBucketProps> = {}) =>
  (scope: Construct) => {
    new PrivateBucket(scope, "bucket", { bucket: "111111111111-dev-studydata", preventDestroy: false, ...changes });
  };
const bucket = (changes?: Partial<PrivateBucketProps>) => synthModule(build(changes));

test("keeps every version", () => {
  expect(bucket().one("aws_s3_bucket_versioning")).toMatchObject({ versioning_configuration: { status: "Enabled" } });
});

test("blocks public access in all four ways", () => {
  expect(bucket().one("aws_s3_bucket_public_access_block")).toMatchObject({
    block_public_acls: true,
    block_public_policy: true,
    ignore_public_acls: true,
    restrict_public_buckets: true,
  });
});

test("knows no access lists: its owner owns every object", () => {
  expect(bucket().one("aws_s3_bucket_ownership_controls")).toMatchObject({ rule: { object_ownership: "BucketOwnerEnforced" } });
});

test("refuses whoever comes without TLS, to the bucket and to its objects", () => {
  const refusal = statement(bucket().policy("bucket/policy"), "RefuseWhateverComesWithoutTls");
  expect(normalized(refusal)).toEqual({
    Effect: "Deny",
    Principal: "*",
    Action: ["s3:*"],
    Resource: ["arn:aws:s3:::111111111111-dev-studydata", "arn:aws:s3:::111111111111-dev-studydata/*"],
    Condition: { Bool: { "aws:SecureTransport": ["false"] } },
  });
});

test("sets its policy after the public access block, since S3 refuses both at once", () => {
  const stack = bucket();
  expect(stack.at("bucket/policy")["depends_on"]).toEqual([stack.resourceAt("bucket/public-access").address]);
});

test("applies every setting to itself", () => {
  const stack = bucket();
  const settings = stack.resources.filter(({ type }) => type.startsWith("aws_s3_bucket_"));
  expect(settings).toHaveLength(5);
  for (const { values } of settings) expect(values["bucket"]).toBe(`\${${stack.resourceAt("bucket/bucket").address}.bucket}`);
});

describe("encryption", () => {
  const rule = (changes?: Partial<PrivateBucketProps>) => bucket(changes).one("aws_s3_bucket_server_side_encryption_configuration")["rule"];

  test("is S3's own unless a key is given", () => {
    expect(rule()).toEqual([{ apply_server_side_encryption_by_default: { sse_algorithm: "AES256" }, bucket_key_enabled: false }]);
  });

  test("is with the given key, asked for once for many objects", () => {
    expect(rule({ kmsKeyArn: "arn:aws:kms:eu-west-1:111111111111:key/1" })).toEqual([
      {
        apply_server_side_encryption_by_default: {
          sse_algorithm: "aws:kms",
          kms_master_key_id: "arn:aws:kms:eu-west-1:111111111111:key/1",
        },
        bucket_key_enabled: true,
      },
    ]);
  });
});

test("is protected from being destroyed where asked for, and only there", () => {
  expect(bucket({ preventDestroy: true }).one("aws_s3_bucket")["lifecycle"]).toEqual({ prevent_destroy: true });
  expect(bucket({ preventDestroy: false }).one("aws_s3_bucket")).not.toHaveProperty("lifecycle");
});

test("never deletes what it holds in order to be destroyed", () => {
  expect(bucket().one("aws_s3_bucket")).not.toHaveProperty("force_destroy");
});

test("adds given statements to the one that demands TLS", () => {
  const extra = { sid: "Extra", effect: "Deny", principals: "*", actions: ["s3:DeleteBucket"], resources: ["*"] } as const;
  const sids = bucket({ statements: [extra] })
    .policy("bucket/policy")
    .Statement.map(({ Sid }) => Sid);
  expect(sids).toEqual(["RefuseWhateverComesWithoutTls", "Extra"]);
});

test("refuses at synth a policy that S3 would find too long, and takes one of just that length", () => {
  const padded = (length: number) =>
    build({ statements: [{ sid: "Padding", effect: "Deny", principals: "*", actions: ["s3:*"], resources: ["x".repeat(length)] }] });
  const sizeOf = (length: number) => JSON.stringify(synthModule(padded(length)).policy("bucket/policy")).length;
  const room = 20480 - sizeOf(0);
  expect(problemsOf(padded(room))).toEqual([]);
  expect(problemsOf(padded(room + 1))).toEqual(["bucket policy must have at most 20480 characters, got 20481"]);
});
