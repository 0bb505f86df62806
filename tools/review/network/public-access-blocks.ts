import type { PlannedResource } from "../planned-resource";
import type { Matter } from "../review";
import { UNKNOWN } from "../value";

const WHOSE: Readonly<Record<string, string>> = {
  aws_s3_bucket_public_access_block: "the bucket",
  aws_s3_account_public_access_block: "the account's buckets",
};

/** What happens without each setting ("Blocking public access to your Amazon S3 storage" in the user guide of S3). */
const SETTINGS: Readonly<Record<string, string>> = {
  block_public_acls: "new public ACLs are accepted",
  block_public_policy: "new public policies are accepted",
  ignore_public_acls: "public ACLs count",
  restrict_public_buckets: "public policies let the public in",
};

/**
 * Blocks of public access that are taken away or weakened.
 *
 * @param isGone whether the bucket of this name is destroyed in the same plan
 */
export function openedBuckets(resource: PlannedResource, isGone: (bucket: string) => boolean): readonly Matter[] {
  const { address, type, action, before, after } = resource;
  const whose = WHOSE[type];
  if (whose === undefined || action === "none" || action === "forget") return [];
  if (action === "destroy") {
    const goesToo = isGone(before.at("bucket").text ?? "");
    return goesToo ? [] : [{ address, words: `nothing keeps ${whose} from being public any more` }];
  }
  // AWS blocks everything of a new bucket by itself, and nothing of an account.
  const isBucket = type === "aws_s3_bucket_public_access_block";
  return Object.entries(SETTINGS).flatMap(([setting, words]) => {
    const wasOn = action === "create" ? isBucket : before.at(setting).isTrue;
    const will = after.at(setting);
    if (!wasOn || will.isTrue) return [];
    const off = will.isUnknown ? `may be off ${UNKNOWN}` : "is off";
    return [{ address, words: `${setting} ${off} for ${whose}: ${words}` }];
  });
}
