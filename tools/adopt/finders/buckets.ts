import {
  GetBucketEncryptionCommand,
  GetBucketLifecycleConfigurationCommand,
  GetBucketLoggingCommand,
  GetBucketOwnershipControlsCommand,
  GetBucketPolicyCommand,
  GetBucketVersioningCommand,
  GetObjectLockConfigurationCommand,
  GetPublicAccessBlockCommand,
  HeadBucketCommand,
} from "@aws-sdk/client-s3";
import { isDenied, statusOf } from "../../terraform/aws/aws-problem";
import type { ReadingClients } from "../../terraform/aws/reading-clients";
import type { Finder, Finders } from "../finder";
import { only, unlessNotFound } from "./answers";
import { NONE_FOUND } from "./network";

type S3 = Awaited<ReturnType<ReadingClients["s3"]>>;

/** A bucket of this account, in any region: requests for another account's are denied. */
interface Owned {
  readonly Bucket: string;
  readonly ExpectedBucketOwner: string;
}

const bucket: Finder = async (_, { accountId, clients, text }) => {
  const Bucket = await text("bucket");
  if (Bucket === undefined) return NONE_FOUND;
  const s3 = await clients.s3();
  try {
    await s3.send(new HeadBucketCommand({ Bucket, ExpectedBucketOwner: accountId }));
  } catch (error) {
    // 301: it is in another region, where Terraform would not find it.
    if (statusOf(error) === 404 || statusOf(error) === 301 || isDenied(error)) return NONE_FOUND;
    throw error;
  }
  return only(Bucket, Bucket, { arn: `arn:aws:s3:::${Bucket}` });
};

/** A setting of a bucket, which has the bucket's name as its id. @param isSet whether somebody has set it */
const setting =
  (what: string, isSet: (s3: S3, bucket: Owned) => Promise<unknown>): Finder =>
  async (_, { accountId, clients, text }) => {
    const Bucket = await text("bucket");
    if (Bucket === undefined) return NONE_FOUND;
    const found = await unlessNotFound(isSet(await clients.s3(), { Bucket, ExpectedBucketOwner: accountId }));
    return found === undefined ? NONE_FOUND : only(Bucket, `${what} of ${Bucket}`);
  };

/** Buckets and their settings. */
export const BUCKETS: Finders = {
  aws_s3_bucket: bucket,
  aws_s3_bucket_policy: setting("the policy", async (s3, of) => (await s3.send(new GetBucketPolicyCommand(of))).Policy),
  aws_s3_bucket_public_access_block: setting(
    "the public access block",
    async (s3, of) => (await s3.send(new GetPublicAccessBlockCommand(of))).PublicAccessBlockConfiguration,
  ),
  aws_s3_bucket_server_side_encryption_configuration: setting(
    "the encryption",
    async (s3, of) => (await s3.send(new GetBucketEncryptionCommand(of))).ServerSideEncryptionConfiguration,
  ),
  aws_s3_bucket_versioning: setting(
    "the versioning",
    async (s3, of) => (await s3.send(new GetBucketVersioningCommand(of))).Status,
  ),
  aws_s3_bucket_lifecycle_configuration: setting(
    "the lifecycle",
    async (s3, of) => (await s3.send(new GetBucketLifecycleConfigurationCommand(of))).Rules,
  ),
  aws_s3_bucket_logging: setting(
    "the access logging",
    async (s3, of) => (await s3.send(new GetBucketLoggingCommand(of))).LoggingEnabled,
  ),
  aws_s3_bucket_ownership_controls: setting(
    "the ownership controls",
    async (s3, of) => (await s3.send(new GetBucketOwnershipControlsCommand(of))).OwnershipControls,
  ),
  aws_s3_bucket_object_lock_configuration: setting(
    "the object lock",
    async (s3, of) => (await s3.send(new GetObjectLockConfigurationCommand(of))).ObjectLockConfiguration,
  ),
};
