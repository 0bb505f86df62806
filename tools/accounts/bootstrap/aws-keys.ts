import {
  DescribeKeyCommand,
  GetKeyPolicyCommand,
  type KeyMetadata,
  type KMSClient,
  NotFoundException,
  paginateListKeys,
  paginateListResourceTags,
} from "@aws-sdk/client-kms";
import { statusOf } from "../../terraform/aws/aws-problem";
import { type FoundKey, type Tags, hasTags } from "./account";

/** Finds a KMS key by its id or alias. */
export async function findKey(kms: KMSClient, id: string): Promise<FoundKey | undefined> {
  try {
    const { KeyMetadata: key } = await kms.send(new DescribeKeyCommand({ KeyId: id }));
    return key && (await described(kms, key, await tagsOfKey(kms, key.KeyId ?? id)));
  } catch (error) {
    if (error instanceof NotFoundException) return undefined;
    throw error;
  }
}

/** The keys with all these tags, without those scheduled for deletion. A key with unreadable tags does not count. */
export async function keysTagged(kms: KMSClient, tags: Tags): Promise<FoundKey[]> {
  const found: FoundKey[] = [];
  for await (const { Keys = [] } of paginateListKeys({ client: kms }, {})) {
    for (const { KeyId } of Keys) {
      if (KeyId === undefined) continue;
      const keyTags = await tagsOfKey(kms, KeyId).catch(noneIfDenied);
      if (!hasTags(keyTags, tags)) continue;
      const { KeyMetadata: key } = await kms.send(new DescribeKeyCommand({ KeyId }));
      if (key && key.KeyState !== "PendingDeletion") found.push(await described(kms, key, keyTags));
    }
  }
  return found;
}

async function described(kms: KMSClient, key: KeyMetadata, tags: Tags): Promise<FoundKey> {
  const { KeyId: id, Description: description = "", KeyState: state = "unknown" } = key;
  if (id === undefined) throw new Error("KMS returned a key without an id");
  const isSymmetric =
    key.KeySpec === "SYMMETRIC_DEFAULT" && key.KeyUsage === "ENCRYPT_DECRYPT" && key.Origin === "AWS_KMS";
  const { Policy: policy = "{}" } = await kms.send(new GetKeyPolicyCommand({ KeyId: id, PolicyName: "default" }));
  return { id, description, state, isSymmetric, allows: allowedBy(policy), tags };
}

async function tagsOfKey(kms: KMSClient, KeyId: string): Promise<Tags> {
  const tags: [string, string][] = [];
  for await (const { Tags: page = [] } of paginateListResourceTags({ client: kms }, { KeyId })) {
    for (const { TagKey = "", TagValue = "" } of page) tags.push([TagKey, TagValue]);
  }
  return Object.fromEntries(tags);
}

function noneIfDenied(error: unknown): Tags {
  if ((error as Error).name === "AccessDeniedException" && statusOf(error) !== undefined) return {};
  throw error;
}

interface Statement {
  readonly Effect: string;
  readonly Principal?: string | Readonly<Record<string, string | readonly string[]>>;
}

function allowedBy(policy: string): string[] {
  const { Statement: statements = [] } = JSON.parse(policy) as {
    readonly Statement?: Statement | readonly Statement[];
  };
  const list = Array.isArray(statements) ? (statements as readonly Statement[]) : [statements as Statement];
  const principals = list
    .filter(({ Effect }) => Effect === "Allow")
    .flatMap(({ Principal = "*" }) => (typeof Principal === "string" ? [Principal] : Object.values(Principal).flat()));
  return [...new Set(principals)];
}
