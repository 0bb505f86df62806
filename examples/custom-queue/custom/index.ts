import { S3Bucket } from "@cdktf/provider-aws/lib/s3-bucket";
import { adjust, type Custom } from "../../../stacks/custom";
import { queue } from "./queue";

const custom: Custom = {
  stacks: [queue],
  // Every bucket of the estate gets one more tag.
  adjust: [
    adjust(S3Bucket, (bucket, where) => {
      bucket.tags = { ...bucket.tagsInput, DataOwner: where.environment === "prod" ? "operations" : "research" };
    }),
  ],
};

export default custom;
