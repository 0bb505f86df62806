import { existsSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import type { FirstApplyCommands } from "../../../../tools/accounts/bootstrap/first-apply";
import {
  type FirstApplyAccount,
  type FoundBucket,
  type FoundKey,
  type FoundProvider,
  type FoundRole,
  type Tags,
  hasTags,
} from "../../../../tools/accounts/bootstrap/account";
import type { Stack } from "../../../../tools/synth/stacks";
import type { StateDocument } from "../../../../tools/terraform/terraform";
import { TerraformError } from "../../../../tools/terraform/terraform-error";

export const ACCOUNT_ID = "222222222222";
export const STACK_TAGS: Tags = { Solution: "demo", ManagedBy: "cdktf", Stack: "dev-bootstrap" };
export const OIDC = "https://token.actions.githubusercontent.com";
export const OVERRIDE = "backend_override.tf.json";
export const ADOPTIONS = "adopt.tf.json";

const KEY = { target_key_id: "${aws_kms_key.key.key_id}", name: "alias/states" };

/** The resources of the tested stack; tests that need its pipeline roles or its key add them. */
export const RESOURCES = {
  aws_s3_bucket: { state: { bucket: "states" } },
  aws_s3_bucket_versioning: { state: { bucket: "${aws_s3_bucket.state.bucket}" } },
};
export const PIPELINE = {
  aws_iam_openid_connect_provider: { github: { url: OIDC, client_id_list: ["sts.amazonaws.com"] } },
  aws_iam_role: { plan: { name: "plan" } },
};
export const STATE_KEY = {
  aws_kms_key: { key: { description: "Encrypts the states" } },
  aws_kms_alias: { alias: KEY },
};

/** A synthesized stack that creates its own state bucket. */
export function bootstrapStack(
  directory: string,
  resource: Readonly<Record<string, object>> = RESOURCES,
  tags: Tags = STACK_TAGS,
): Stack {
  mkdirSync(directory, { recursive: true });
  const provider = {
    aws: [
      { default_tags: [{ tags: { ...tags, ChargeCode: "any" } }] },
      { alias: "other", default_tags: [{ tags: { Stack: "x" } }] },
    ],
  };
  writeFileSync(join(directory, "cdk.tf.json"), JSON.stringify({ provider, resource }));
  const resourceCount = Object.values(resource).reduce((sum, named) => sum + Object.keys(named).length, 0);
  const state = { bucket: "states", key: "dev/bootstrap.tfstate", region: "eu-west-1" };
  return { id: "dev-bootstrap", accountId: ACCOUNT_ID, directory, state, resourceCount } as Stack;
}

/** A state with these resource ids, by address. */
export function stateOf(resources: Readonly<Record<string, string>>, status?: string): StateDocument {
  const held = Object.entries(resources).map(([address, id]) => {
    const [type = "", name = ""] = address.split(".");
    return {
      mode: "managed" as const,
      type,
      name,
      instances: [{ attributes: { id }, ...(status === undefined ? {} : { status }) }],
    };
  });
  return { lineage: "l", serial: 1, resources: held };
}

/** An account, and a Terraform that uses its bucket, or the local file while the override exists. */
export class World {
  public bucket:
    { region: string; tags: Tags; settings: string[]; objects: Map<string, string>; versioned: boolean } | undefined;
  public roles = new Map<string, FoundRole>();
  public providers = new Map<string, FoundProvider>();
  public keys: (FoundKey & { alias?: string })[] = [];
  public isForeign = false;
  public planText = "";
  public readonly calls: string[] = [];
  /** The imports of each local apply. */
  public readonly imported: unknown[] = [];
  /** The number of the call that fails before it changes anything, counted from 1. */
  public interruptedAt = 0;

  constructor(
    private readonly stack: Stack,
    private readonly applied: StateDocument = stateOf({ "aws_s3_bucket.state": "states" }),
  ) {}

  public makeBucket(tags: Tags = STACK_TAGS, objects: readonly string[] = []): void {
    this.bucket = {
      region: "eu-west-1",
      tags,
      settings: [],
      objects: new Map(objects.map((key) => [key, ""])),
      versioned: true,
    };
  }

  public get object(): string | undefined {
    return this.bucket?.objects.get(this.stack.state.key);
  }

  public get account(): FirstApplyAccount {
    const bucket = () => {
      if (!this.bucket) throw new Error("there is no bucket");
      return this.bucket;
    };
    const found = (): FoundBucket => {
      if (this.isForeign) return { found: "another account's" };
      return this.bucket ? { found: "this account's", region: this.bucket.region } : { found: "nothing" };
    };
    return {
      expectCredentials: () => Promise.resolve(),
      findBucket: () => Promise.resolve(found()),
      bucketTags: () => Promise.resolve(bucket().tags),
      bucketSettings: () => Promise.resolve(bucket().settings),
      objectKeys: (_, prefix = "") =>
        Promise.resolve([...bucket().objects.keys()].filter((key) => key.startsWith(prefix))),
      isVersioned: () => Promise.resolve(bucket().versioned),
      objectVersion: () => Promise.resolve(this.object === undefined ? undefined : "v1"),
      findRole: (name) => Promise.resolve(this.roles.get(name)),
      findOidcProvider: (url) => Promise.resolve(this.providers.get(url)),
      findKey: (id) => Promise.resolve(this.keys.find((key) => key.id === id || key.alias === id)),
      keysTagged: (tags) => Promise.resolve(this.keys.filter((key) => hasTags(key.tags, tags))),
    };
  }

  public get terraform(): FirstApplyCommands {
    const file = (name: string) => join(this.stack.directory, name);
    const isLocal = () => existsSync(file(OVERRIDE));
    const local = () => {
      const { terraform } = JSON.parse(readFileSync(file(OVERRIDE), "utf8")) as {
        terraform: { backend: { local: { path: string } } };
      };
      return terraform.backend.local.path;
    };
    const call = (name: string): void => {
      this.calls.push(isLocal() ? `${name} (local)` : name);
      if (this.calls.length === this.interruptedAt) throw new Error("interrupted");
    };
    const { bucket, key } = this.stack.state;
    return {
      init: () => {
        call("init");
        if (!isLocal() && !this.bucket)
          throw failure(`Error: Failed to get existing workspaces: S3 bucket "${bucket}" does not exist.`);
        return Promise.resolve();
      },
      untaint: (address) => {
        call(`untaint ${address}`);
        return Promise.resolve();
      },
      apply: () => {
        call("apply");
        if (existsSync(file(ADOPTIONS))) this.imported.push(JSON.parse(readFileSync(file(ADOPTIONS), "utf8")));
        if (!this.bucket) this.makeBucket();
        writeFileSync(local(), JSON.stringify(this.applied));
        writeFileSync(`${local()}.backup`, "");
        return Promise.resolve();
      },
      statePull: () => {
        call("pull");
        return Promise.resolve(this.object === undefined ? undefined : (JSON.parse(this.object) as StateDocument));
      },
      statePush: (pushed, options) => {
        call(options?.lock === false ? "push" : "push with lock");
        this.bucket?.objects.set(key, readFileSync(pushed, "utf8"));
        return Promise.resolve();
      },
      plan: (options) => {
        call(options?.lock === false ? "plan" : "plan with lock");
        return Promise.resolve({
          outcome: this.planText === "" ? ("empty" as const) : ("changes" as const),
          text: this.planText,
        });
      },
    };
  }
}

export function failure(output: string): TerraformError {
  return new TerraformError({
    stackId: "dev-bootstrap",
    command: "init",
    exitCode: 1,
    output,
    logFile: "log",
    timeLimitSeconds: 1,
  });
}
