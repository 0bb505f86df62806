import { awkward } from "../support/estates";
import { statement } from "../support/policy";
import { synthesize } from "../support/synthesize";

/* The organization's trail is in hub (us-east-2), its bucket in the security account watch (us-east-1). */

const stacks = synthesize(awkward());
const bucket = stacks.stack("watch-trail-bucket");
const organization = stacks.stack("hub-organization");
const TRAIL = "arn:aws:cloudtrail:us-east-2:100000000001:trail/raas-2-organization";

test("is in the security account and its region, with a state there", () => {
  expect(bucket.provider).toMatchObject({ allowed_account_ids: ["600000000006"], region: "us-east-1" });
  expect(bucket.backend).toMatchObject({ key: "watch/trail-bucket.tfstate" });
});

test("has the locked bucket, the access log and the key, and the organization's stack has none of them", () => {
  expect(bucket.at("trail/bucket/bucket")).toMatchObject({
    bucket: "600000000006-raas-2-trail",
    object_lock_enabled: true,
    lifecycle: { prevent_destroy: true },
  });
  expect(bucket.at("trail/access-log")["target_prefix"]).toBe("600000000006-raas-2-trail/");
  expect(bucket.at("trail/key/alias")["name"]).toBe("alias/raas-2-trail");
  for (const type of ["aws_s3_bucket", "aws_kms_key"]) expect(organization.all(type)).toEqual([]);
});

test("only the trail of the master account writes into the bucket", () => {
  const policy = bucket.policy("trail/bucket/policy");
  for (const sid of ["LetTheTrailSeeWhoseTheBucketIs", "LetTheTrailWrite"])
    expect(statement(policy, sid)).toMatchObject({
      Principal: { Service: ["cloudtrail.amazonaws.com"] },
      Condition: { StringEquals: { "aws:SourceArn": TRAIL } },
    });
  expect(policy.Statement.filter(({ Effect }) => Effect === "Allow")).toHaveLength(2);
});

test("the trail encrypts with the key, and the master account can only look it up", () => {
  const policy = bucket.policy("trail/key/key");
  expect(statement(policy, "LetTheTrailEncrypt").Condition).toEqual({
    StringEquals: { "aws:SourceArn": TRAIL },
    StringLike: { "kms:EncryptionContext:aws:cloudtrail:arn": "arn:aws:cloudtrail:*:100000000001:trail/*" },
  });
  const ofMaster = policy.Statement.filter(({ Principal }) => JSON.stringify(Principal).includes("100000000001"));
  expect(ofMaster).toMatchObject([{ Sid: "LetTheTrailsAccountSeeTheKey", Action: ["kms:DescribeKey"] }]);
});

test("the organization's trail names the bucket and the alias of the key, and reads no state", () => {
  expect(organization.one("aws_cloudtrail")).toMatchObject({
    name: "raas-2-organization",
    s3_bucket_name: "600000000006-raas-2-trail",
    is_organization_trail: true,
    kms_key_id: expect.stringMatching(/^\$\{data\.aws_kms_key\.\w+\.arn\}$/) as string,
  });
  const keys = Object.values(organization.json.data?.["aws_kms_key"] ?? {});
  expect(keys).toMatchObject([{ key_id: "arn:aws:kms:us-east-1:600000000006:alias/raas-2-trail" }]);
  expect(Object.keys(organization.json.data ?? {})).not.toContain("terraform_remote_state");
});
