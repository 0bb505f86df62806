import { PrivateBucket } from "../../../modules/private-bucket";
import type { Custom } from "../../../stacks/custom";

const custom: Custom = {
  stacks: [
    {
      name: "archive",
      scope: "environment",
      // One stack for each region: dev-archive-eu-central-1. Its provider is that of the region.
      regions: ["eu-central-1"],
      build: (stack, { environment, account, name, region }) => {
        const bucket = new PrivateBucket(stack, "archive", {
          bucket: `${account.id}-${name("archive")}`,
          preventDestroy: environment.production,
          lifecycle: { oldVersionDays: 90 },
        });
        stack.output("bucket-arn", bucket.arn, `The archive in ${region}`);
      },
    },
  ],
};

export default custom;
