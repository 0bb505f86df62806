import { ACCOUNT, awsError, idsOf } from "../fake-account";

const BUCKET = "111111111111-logs";
const values = { bucket: BUCKET };

const SETTINGS = {
  aws_s3_bucket_policy: { GetBucketPolicy: { Policy: "{}" } },
  aws_s3_bucket_public_access_block: { GetPublicAccessBlock: { PublicAccessBlockConfiguration: {} } },
  aws_s3_bucket_server_side_encryption_configuration: {
    GetBucketEncryption: { ServerSideEncryptionConfiguration: {} },
  },
  aws_s3_bucket_versioning: { GetBucketVersioning: { Status: "Suspended" } },
  aws_s3_bucket_lifecycle_configuration: { GetBucketLifecycleConfiguration: { Rules: [] } },
  aws_s3_bucket_logging: { GetBucketLogging: { LoggingEnabled: {} } },
  aws_s3_bucket_ownership_controls: { GetBucketOwnershipControls: { OwnershipControls: {} } },
  aws_s3_bucket_object_lock_configuration: { GetObjectLockConfiguration: { ObjectLockConfiguration: {} } },
};

test.each(Object.entries(SETTINGS))(
  "finds %s by the bucket's name, and nothing if nobody has set it",
  async (type, answers) => {
    expect(await idsOf({ type, values, answers })).toEqual([BUCKET]);
    expect(await idsOf({ type, values, answers: {} })).toEqual([]);
    const unset = Object.fromEntries(Object.keys(answers).map((name) => [name, {}]));
    expect(await idsOf({ type, values, answers: unset })).toEqual([]);
  },
);

test("finds a bucket of this account, and none of another account or in another region", async () => {
  const answering = (HeadBucket: object | (() => object)) =>
    idsOf({ type: "aws_s3_bucket", values, answers: { HeadBucket } });
  const refusing = (status: number) => () => {
    throw awsError("Refused", status);
  };
  expect(await answering({})).toEqual([BUCKET]);
  for (const status of [301, 403, 404]) expect(await answering(refusing(status))).toEqual([]);
  await expect(answering(refusing(500))).rejects.toThrow("Refused");
});

test("every request demands that this account owns the bucket", async () => {
  const GetBucketPolicy = ({ ExpectedBucketOwner }: { ExpectedBucketOwner?: string }) => {
    expect(ExpectedBucketOwner).toBe(ACCOUNT);
    return { Policy: "{}" };
  };
  expect(await idsOf({ type: "aws_s3_bucket_policy", values, answers: { GetBucketPolicy } })).toEqual([BUCKET]);
});
