import { GetOpenIDConnectProviderCommand, GetRoleCommand, type Tag } from "@aws-sdk/client-iam";
import {
  GetBucketLifecycleConfigurationCommand,
  GetBucketPolicyCommand,
  GetBucketReplicationCommand,
  GetBucketTaggingCommand,
  GetBucketVersioningCommand,
  HeadBucketCommand,
  HeadObjectCommand,
  ListObjectVersionsCommand,
  type ListObjectVersionsCommandOutput,
} from "@aws-sdk/client-s3";
import { UserError } from "../../../config/user-error";
import { awsClients, expectCallerAccount } from "../../terraform/aws/aws-clients";
import { awsProblem, isMissingObject, statusOf } from "../../terraform/aws/aws-problem";
import type { Stack } from "../../synth/stacks";
import type { FirstApplyAccount, FoundBucket, FoundProvider, FoundRole, Tags } from "./account";
import { findKey, keysTagged } from "./aws-keys";

/** How many keys of objects are told. */
const TOLD = 3;

type Reached = Pick<Stack, "id" | "accountId" | "accessRoleArn" | "state">;

/**
 * Asks the account to which the environment of a stack's Terraform leads, as the owner that it expects of every bucket:
 * one that changed hands meanwhile gives no answer.
 */
export function awsAccount(stack: Reached, env: NodeJS.ProcessEnv): FirstApplyAccount {
  const { iam, kms, s3, sts } = awsClients(stack, env);
  const ofBucket = (Bucket: string) => ({ Bucket, ExpectedBucketOwner: stack.accountId });
  const questions: FirstApplyAccount = {
    expectCredentials: () => expectCallerAccount(sts, stack.accountId, stack.id),
    findBucket: async (name): Promise<FoundBucket> => {
      try {
        const { BucketRegion: region = "" } = await s3.send(new HeadBucketCommand(ofBucket(name)));
        return { found: "ours", region };
      } catch (error) {
        const region = regionIn(error);
        if (statusOf(error) === 404) return { found: "nothing" };
        if (statusOf(error) === 403) return { found: "another account's" };
        if (region !== undefined) return { found: "ours", region }; // 301: whose it is, only its own region says
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
      return Object.entries({ policy, replication, lifecycle }).flatMap(([what, found]) => (found ? [what] : []));
    },
    objectKeys: async (bucket, prefix) => {
      const keys = new Set<string>();
      let next: Pick<ListObjectVersionsCommandOutput, "NextKeyMarker" | "NextVersionIdMarker"> | undefined = {};
      while (next && keys.size < TOLD) {
        const from = { Prefix: prefix, KeyMarker: next.NextKeyMarker, VersionIdMarker: next.NextVersionIdMarker };
        const page: ListObjectVersionsCommandOutput = await s3.send(
          new ListObjectVersionsCommand({ ...ofBucket(bucket), ...from }),
        );
        for (const { Key = "" } of [...(page.Versions ?? []), ...(page.DeleteMarkers ?? [])])
          if (!Key.endsWith(".tflock")) keys.add(Key);
        next = page.IsTruncated ? page : undefined;
      }
      return [...keys].slice(0, TOLD);
    },
    isVersioned: async (bucket) =>
      (await s3.send(new GetBucketVersioningCommand(ofBucket(bucket)))).Status === "Enabled",
    objectVersion: async (bucket, Key) => {
      const head = await unlessMissing(() => s3.send(new HeadObjectCommand({ ...ofBucket(bucket), Key })));
      return head?.VersionId;
    },
    findRole: async (RoleName): Promise<FoundRole | undefined> => {
      const role = (await unlessMissing(() => iam.send(new GetRoleCommand({ RoleName }))))?.Role;
      return role && { path: role.Path ?? "/", tags: tagsOf(role.Tags ?? []) };
    },
    findOidcProvider: async (url): Promise<FoundProvider | undefined> => {
      const OpenIDConnectProviderArn = oidcProviderArn(stack.accountId, url);
      const found = await unlessMissing(() =>
        iam.send(new GetOpenIDConnectProviderCommand({ OpenIDConnectProviderArn })),
      );
      return found && { audiences: found.ClientIDList ?? [], tags: tagsOf(found.Tags ?? []) };
    },
    findKey: (id) => findKey(kms, id),
    keysTagged: (tags) => keysTagged(kms, tags),
  };
  return inWords(questions, stack, env);
}

/** The ARN of an account's OIDC provider: there can be one for each URL. */
export function oidcProviderArn(accountId: string, url: string): string {
  return `arn:aws:iam::${accountId}:oidc-provider/${url.replace(/^https:\/\//, "")}`;
}

/** What AWS has, or undefined where it says that there is no such thing. */
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

/** The same questions, whose errors people can read. */
function inWords(
  account: FirstApplyAccount,
  { id, accountId, accessRoleArn }: Reached,
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
          const problem = error instanceof UserError ? undefined : awsProblem(error, id, profile);
          if (!problem) throw error;
          if (name !== "expectCredentials") throw problem;
          throw new UserError(`${problem.message}; expected ${needed}: --profile <name>, or AWS_PROFILE`, {
            cause: error,
          });
        }
      },
  });
}
