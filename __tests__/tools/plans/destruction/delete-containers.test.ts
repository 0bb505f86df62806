import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { deleteContainers } from "../../../../tools/plans/destruction/delete-containers";
import type { DestructionClients } from "../../../../tools/terraform/aws/destruction-clients";
import type { PlanJson } from "../../../../tools/review/plan-json";
import type { Stack } from "../../../../tools/synth/stacks";
import { awsError } from "../../terraform/support/fake-s3";
import { RecordingView } from "../../terraform/support/recording-view";
import { temporaryFolder } from "../../terraform/support/temporary-folder";

const folder = temporaryFolder();
let calls: string[];
let fails: Readonly<Record<string, Error>>;

const lockMissing = awsError("NoSuchKey", 404);

interface Input {
  readonly Key?: string;
  readonly Bucket: string;
  readonly ExpectedBucketOwner?: string;
}

/** Records calls by name: `DeleteBucket uploads`. The lock is free. */
const clients = (): DestructionClients => {
  const answer = (call: string): Promise<never> => {
    calls.push(call);
    const error = fails[call] ?? (call.startsWith("GetObject") ? lockMissing : undefined);
    return error ? Promise.reject(error) : Promise.resolve({ ETag: '"1"' } as never);
  };
  const send = (command: object) => {
    const { Key, Bucket, ExpectedBucketOwner: owner } = (command as { readonly input: Input }).input;
    return answer(
      [command.constructor.name.replace(/Command$/, ""), Key ?? Bucket, ...(owner ? [`of ${owner}`] : [])].join(" "),
    );
  };
  const ecr: DestructionClients["ecr"] = (operation, input) => answer(`${operation} ${JSON.stringify(input)}`);
  return { s3: { send }, ecr } as unknown as DestructionClients;
};

function run(change?: string, resources = RESOURCES, signal?: AbortSignal): Promise<void> {
  const directory = join(folder(), "stack");
  mkdirSync(directory, { recursive: true });
  writeFileSync(join(directory, "cdk.tf.json"), JSON.stringify({ terraform: { backend: { s3: {} } } }));
  const state = { bucket: "states", key: "dev/application.tfstate", region: "eu-west-1" };
  const stack = { id: "dev-application", accountId: "222222222222", directory, state } as unknown as Stack;
  const options = {
    manifest: { terraformVersion: "1.11.4" },
    env: () => ({}),
    view: new RecordingView(),
    signal,
    destructionClients: () => Promise.resolve(clients()),
  };
  const plan = { format_version: "1.2", terraform_version: "1.11.4", resource_changes: resources } as PlanJson;
  return deleteContainers({ stack, plan }, options, () => Promise.resolve(change));
}

const destroyed = (address: string, before: object) => ({
  ...{ address, mode: "managed", type: address.split(".")[0] ?? "", name: "x" },
  change: { actions: ["delete"], before },
});
const RESOURCES = [
  destroyed("aws_s3_bucket_policy.p", { bucket: "uploads" }),
  destroyed("aws_s3_bucket.b", { bucket: "uploads" }),
  destroyed("aws_ecr_repository.r", { name: "api" }),
  destroyed("aws_s3_bucket.emptied", { bucket: "emptied", force_destroy: true }),
];

const LOCK = "dev/application.tfstate.tflock";

beforeEach(() => {
  calls = [];
  fails = {};
});

test("deletes buckets and repositories, never their guards, while it holds the lock", async () => {
  await run();
  expect(calls).toEqual([
    `GetObject ${LOCK}`,
    `PutObject ${LOCK}`,
    "DeleteBucket uploads of 222222222222",
    'DeleteRepository {"registryId":"222222222222","repositoryName":"api","force":false}',
    `DeleteObject ${LOCK}`,
  ]);
});

test("takes no lock if the plan destroys none", async () => {
  await run(undefined, RESOURCES.slice(0, 1));
  expect(calls).toEqual([]);
});

test("deletes nothing if the state has changed since it was planned", async () => {
  await expect(run("serial 1 is now 2")).rejects.toThrow(
    "dev-application: its state has changed since it was planned (serial 1 is now 2).",
  );
  expect(calls.filter((call) => call.startsWith("Delete"))).toEqual([`DeleteObject ${LOCK}`]);
});

test("deletes nothing after an interruption: Terraform would not start", async () => {
  await expect(run(undefined, RESOURCES, AbortSignal.abort())).rejects.toThrow("aborted");
  expect(calls.filter((call) => call.startsWith("Delete"))).toEqual([`DeleteObject ${LOCK}`]);
});

test("a bucket that got an object in the last moment keeps its guards, and the error reports it", async () => {
  fails = {
    "DeleteBucket uploads of 222222222222": awsError(
      "BucketNotEmpty",
      409,
      "The bucket you tried to delete is not empty",
    ),
  };
  await expect(run()).rejects.toThrow(
    "dev-application: aws_s3_bucket.b: AWS answers BucketNotEmpty: The bucket you tried to delete is not empty. It keeps its policy and encryption, and Terraform has destroyed nothing.",
  );
  expect(calls.at(-1)).toBe(`DeleteObject ${LOCK}`);
});

test("what is deleted already is no failure", async () => {
  fails = { "DeleteBucket uploads of 222222222222": awsError("NoSuchBucket", 404) };
  await expect(run()).resolves.toBeUndefined();
});
