import { Construct } from "constructs";
import type { StackSpec } from "../config/layout";
import type { TrailBucketConfig } from "../config/organization-model";
import { addTrailBucket } from "../modules/trail-bucket";
import { BaseStack } from "./base-stack";
import type { EstateSettings } from "./groups";

/**
 * The bucket of the organization's trail, in the security account: nobody in the master account can delete a log file.
 * The trail is in the organization's stack, which is applied after this one. It names the bucket, and reads no value.
 */
export class TrailBucketStack extends BaseStack {
  constructor(scope: Construct, spec: StackSpec, estate: EstateSettings, trailBucket: TrailBucketConfig) {
    super(scope, spec, estate.solution);
    addTrailBucket(new Construct(this, "trail"), { ...trailBucket, accountId: spec.account.id });
  }
}
