import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";

export interface SynthesizedStack {
  readonly account?: string;
  readonly bucket?: string;
  readonly key?: string;
  readonly role?: string;
  readonly dependencies?: readonly string[];
  readonly resource?: Record<string, Record<string, unknown>>;
  /** Overrides parts of the JSON. */
  readonly json?: Record<string, unknown>;
}

/**
 * Writes a synthesized output in the layout of CDKTF 0.21. The default account is 111111111111, the default bucket
 * "states-111111111111".
 */
export function writeOutput(outdir: string, stacks: Record<string, SynthesizedStack>): string {
  const entries = Object.entries(stacks).map(([id, stack]): [string, unknown] => {
    const { account = "111111111111", dependencies = [], resource = {}, role, json } = stack;
    const { bucket = `states-${account}`, key = `${id}.tfstate` } = stack;
    const provider = {
      region: "eu-west-1",
      allowed_account_ids: [account],
      ...(role === undefined ? {} : { assume_role: [{ role_arn: role }] }),
    };
    const directory = join("stacks", id);
    mkdirSync(join(outdir, directory), { recursive: true });
    const content = {
      "//": { metadata: {} },
      terraform: {
        required_providers: { aws: { source: "aws", version: "5.100.0" } },
        backend: { s3: { bucket, key, region: "eu-west-1", encrypt: true, use_lockfile: true } },
      },
      provider: { aws: [provider] },
      resource,
      ...json,
    };
    writeFileSync(join(outdir, directory, "cdk.tf.json"), JSON.stringify(content));
    return [
      id,
      { name: id, synthesizedStackPath: join(directory, "cdk.tf.json"), workingDirectory: directory, dependencies },
    ];
  });
  writeFileSync(
    join(outdir, "manifest.json"),
    JSON.stringify({ version: "0.21.0", stacks: Object.fromEntries<unknown>(entries) }),
  );
  return outdir;
}

/** A bootstrap stack's resources: a bucket with this name, and its versioning. */
export function makesBucket(bucket: string): Record<string, Record<string, unknown>> {
  return {
    aws_s3_bucket: { state: { bucket, lifecycle: { prevent_destroy: true } } },
    aws_s3_bucket_versioning: { state: { bucket: "${aws_s3_bucket.state.id}" } },
  };
}
