import { GetOpenIDConnectProviderCommand, GetRoleCommand, type IAMClient, type Tag } from "@aws-sdk/client-iam";
import {
  GetBucketLifecycleConfigurationCommand,
  GetBucketPolicyCommand,
  GetBucketReplicationCommand,
  GetBucketTaggingCommand,
  GetBucketVersioningCommand,
  HeadBucketCommand,
  HeadObjectCommand,
  ListObjectVersionsCommand,
  type ListObjectVersionsCommandInput,
  type ListObjectVersionsCommandOutput,
  type S3Client,
} from "@aws-sdk/client-s3";
import { UserError } from "../../../config/user-error";
import { awsClients, expectCallerAccount, expectEnabledRegions } from "../../terraform/aws/aws-clients";
import { awsProblem, isMissingObject, statusOf } from "../../terraform/aws/aws-problem";
import type { Stack } from "../../synth/stacks";
import type { FirstApplyAccount, FoundBucket, FoundProvider, FoundRole, Tags } from "./account";
import { findKey, keysTagged } from "./aws-keys";

/** The number of object keys to return at most. */
const MAX_KEYS = 3;

type StackAccess = Pick<Stack, "id" | "accountId" | "accessRoleArn" | "state">;

/**
 * Reads the account that the environment of a stack's Terraform belongs to. Every request expects that the account owns
 * the bucket: a bucket of another owner gives no answer.
 *
 * @param regions those that the account must have enabled. @default none
 */
export function awsAccount(
  stack: StackAccess,
  env: NodeJS.ProcessEnv,
  regions: readonly string[] = [],
): FirstApplyAccount {
  const { iam, kms, s3, sts } = awsClients(stack, env);
  const account: FirstApplyAccount = {
    expectCredentials: async () => {
      await expectEnabledRegions(stack, env, regions);
      await expectCallerAccount(sts, stack.accountId, stack.id, env);
    },
    ...bucketReads(s3, stack.accountId),
    ...iamReads(iam, stack.accountId),
    findKey: (id) => findKey(kms, id),
    keysTagged: (tags) => keysTagged(kms, tags),
  };
  return withReadableErrors(account, stack, env);
}

type BucketReads = Pick<
  FirstApplyAccount,
  "findBucket" | "bucketTags" | "bucketSettings" | "objectKeys" | "isVersioned" | "objectVersion"
>;

function bucketReads(s3: S3Client, accountId: string): BucketReads {
  const ofBucket = (Bucket: string) => ({ Bucket, ExpectedBucketOwner: accountId });
  return {
    findBucket: async (name): Promise<FoundBucket> => {
      try {
        const { BucketRegion: region } = await s3.send(new HeadBucketCommand(ofBucket(name)));
        if (region === undefined) throw new Error(`S3 returned no region for the bucket ${name}`);
        return { found: "this account's", region };
      } catch (error) {
        const region = regionIn(error);
        if (statusOf(error) === 404) return { found: "nothing" };
        if (statusOf(error) === 403) return { found: "another account's" };
        if (region !== undefined) return { found: "this account's", region }; // 301: only that region knows the owner
        throw error;
      }
    },
    bucketTags: async (name) => {
      const answer = await unlessMissing(() => s3.send(new GetBucketTaggingCommand(ofBucket(name))));
      return tagsOf(answer?.TagSet ?? []);
    },
    bucketSettings: async (name) => {
      const policy = await unlessMissing(() => s3.send(new GetBucketPolicyCommand(ofBucket(name))));
      const replication = await unlessMissing(() => s3.send(new GetBucketReplicationCommand(ofBucket(name))));
      const lifecycle = await unlessMissing(() => s3.send(new GetBucketLifecycleConfigurationCommand(ofBucket(name))));
      return Object.entries({ policy, replication, lifecycle }).flatMap(([setting, found]) => (found ? [setting] : []));
    },
    objectKeys: (name, prefix) => objectKeys(s3, { ...ofBucket(name), Prefix: prefix }),
    isVersioned: async (name) => (await s3.send(new GetBucketVersioningCommand(ofBucket(name)))).Status === "Enabled",
    objectVersion: async (name, Key) => {
      const head = await unlessMissing(() => s3.send(new HeadObjectCommand({ ...ofBucket(name), Key })));
      return head?.VersionId;
    },
  };
}

async function objectKeys(s3: S3Client, list: ListObjectVersionsCommandInput): Promise<string[]> {
  const keys = new Set<string>();
  let next: Pick<ListObjectVersionsCommandOutput, "NextKeyMarker" | "NextVersionIdMarker"> | undefined = {};
  while (next && keys.size < MAX_KEYS) {
    const from = { KeyMarker: next.NextKeyMarker, VersionIdMarker: next.NextVersionIdMarker };
    const page: ListObjectVersionsCommandOutput = await s3.send(new ListObjectVersionsCommand({ ...list, ...from }));
    for (const { Key } of [...(page.Versions ?? []), ...(page.DeleteMarkers ?? [])])
      if (Key !== undefined && !Key.endsWith(".tflock")) keys.add(Key);
    next = page.IsTruncated ? page : undefined;
  }
  return [...keys].slice(0, MAX_KEYS);
}

function iamReads(iam: IAMClient, accountId: string): Pick<FirstApplyAccount, "findRole" | "findOidcProvider"> {
  return {
    findRole: async (RoleName): Promise<FoundRole | undefined> => {
      const role = (await unlessMissing(() => iam.send(new GetRoleCommand({ RoleName }))))?.Role;
      return role && { path: role.Path ?? "/", tags: tagsOf(role.Tags ?? []) };
    },
    findOidcProvider: async (url): Promise<FoundProvider | undefined> => {
      const OpenIDConnectProviderArn = oidcProviderArn(accountId, url);
      const found = await unlessMissing(() =>
        iam.send(new GetOpenIDConnectProviderCommand({ OpenIDConnectProviderArn })),
      );
      return found && { audiences: found.ClientIDList ?? [], tags: tagsOf(found.Tags ?? []) };
    },
  };
}

/** The ARN of an account's OIDC provider for a URL. */
export function oidcProviderArn(accountId: string, url: string): string {
  return `arn:aws:iam::${accountId}:oidc-provider/${url.replace(/^https:\/\//, "")}`;
}

/** AWS's answer, or undefined if the object is missing. */
async function unlessMissing<T>(ask: () => Promise<T>): Promise<T | undefined> {
  try {
    return await ask();
  } catch (error) {
    if (isMissingObject(error)) return undefined;
    throw error;
  }
}

function tagsOf(tags: readonly Partial<Tag>[]): Tags {
  return Object.fromEntries(tags.map(({ Key = "", Value = "" }) => [Key, Value]));
}

function regionIn(error: unknown): string | undefined {
  const headers = (error as { readonly $response?: { readonly headers?: Readonly<Record<string, string>> } }).$response
    ?.headers;
  return headers?.["x-amz-bucket-region"];
}

/** Turns the errors of AWS clients into readable ones. */
function withReadableErrors(
  account: FirstApplyAccount,
  { id, accountId, accessRoleArn }: StackAccess,
  { AWS_PROFILE: profile }: NodeJS.ProcessEnv,
): FirstApplyAccount {
  const needed =
    accessRoleArn === undefined
      ? `credentials of the account ${accountId}`
      : `credentials that may assume ${accessRoleArn}`;
  return new Proxy(account, {
    get:
      (_, name: keyof FirstApplyAccount) =>
      async (...args: never) => {
        try {
          return await (account[name] as (...all: never) => Promise<unknown>)(...args);
        } catch (error) {
          const problem = error instanceof UserError ? undefined : awsProblem(error, id, { profile });
          if (!problem) throw error;
          if (name !== "expectCredentials") throw problem;
          throw new UserError(`${problem.message}; expected ${needed}: --profile <name>, or AWS_PROFILE`, {
            cause: error,
          });
        }
      },
  });
}
