import { statusOf } from "../../terraform/aws/aws-problem";
import type { DestructionClients } from "../../terraform/aws/destruction-clients";
import { listOf } from "../../support/json";
import { attributeOf, type ChangedResource } from "./destroyed-resources";

type Clients = Pick<DestructionClients, "s3" | "ecr">;

/** What AWS deletes only while it is empty. Terraform deletes the settings that guard it first. */
interface Container {
  readonly nameOf: (resource: ChangedResource) => string;
  /** The attribute with which Terraform empties it itself. */
  readonly emptiedBy: string;
  readonly isEmpty: (clients: Clients, name: string) => Promise<boolean>;
  readonly delete: (clients: Clients, name: string, accountId: string) => Promise<unknown>;
  readonly refusal: (name: string) => string;
}

/** By resource type. The clients of AWS load lazily: most plans destroy nothing of this kind. */
const CONTAINERS: Readonly<Record<string, Container>> = {
  aws_s3_bucket: {
    nameOf: (resource) => attributeOf(resource, "bucket"),
    emptiedBy: "force_destroy",
    // DeleteBucket: "All objects (including all object versions and delete markers) in the bucket must be deleted".
    isEmpty: async ({ s3 }, Bucket) => {
      const { ListObjectVersionsCommand } = await import("@aws-sdk/client-s3");
      const { Versions = [], DeleteMarkers = [] } = await s3.send(
        new ListObjectVersionsCommand({ Bucket, MaxKeys: 1 }),
      );
      return Versions.length + DeleteMarkers.length === 0;
    },
    delete: async ({ s3 }, Bucket, ExpectedBucketOwner) => {
      const { DeleteBucketCommand } = await import("@aws-sdk/client-s3");
      return s3.send(new DeleteBucketCommand({ Bucket, ExpectedBucketOwner }));
    },
    refusal: (name) =>
      `AWS deletes only empty buckets, and ${name} holds objects, old versions or delete markers. Copy what you keep, and empty the bucket with all versions.`,
  },
  aws_ecr_repository: {
    nameOf: (resource) => attributeOf(resource, "name"),
    emptiedBy: "force_delete",
    // DeleteRepository: "If the repository isn't empty when you delete it, an error is thrown" (RepositoryNotEmptyException).
    isEmpty: async ({ ecr }, repositoryName) =>
      listOf((await ecr("ListImages", { repositoryName, maxResults: 1 }))["imageIds"]).length === 0,
    delete: ({ ecr }, repositoryName, registryId) =>
      ecr("DeleteRepository", { registryId, repositoryName, force: false }),
    refusal: (name) =>
      `AWS deletes only empty repositories, and ${name} holds images. Copy what you keep, and delete all images.`,
  },
};

/** Whether AWS deletes the resource only while it is empty. */
export function isContainer({ type, before }: ChangedResource): boolean {
  const container = CONTAINERS[type];
  return container !== undefined && before[container.emptiedBy] !== true;
}

/** Why AWS would refuse to delete a container. Empty if it would not. */
export async function containerRefusals(resource: ChangedResource, clients: Clients): Promise<string[]> {
  const { nameOf, isEmpty, refusal } = containerOf(resource);
  const name = nameOf(resource);
  return (await missingIs(true, isEmpty(clients, name))) ? [] : [refusal(name)];
}

/**
 * Deletes a container before Terraform deletes its policy, encryption and the other settings that guard it. AWS deletes these
 * with it. If AWS refuses, because somebody wrote into it meanwhile, it is still guarded. Terraform then finds it
 * deleted.
 * @param accountId the account that it must belong to: Terraform checks its account before it acts, and this acts before
 */
export async function deleteWithGuards(resource: ChangedResource, clients: Clients, accountId: string): Promise<void> {
  const container = containerOf(resource);
  await missingIs(undefined, container.delete(clients, container.nameOf(resource), accountId));
}

function containerOf({ type }: ChangedResource): Container {
  const container = CONTAINERS[type];
  if (!container) throw new Error(`the resource must be a container, got ${type}`);
  return container;
}

const MISSING = new Set(["NoSuchBucket", "RepositoryNotFoundException"]);

/** The result, or `value` if AWS has no such bucket or repository. */
async function missingIs<T>(value: T, result: Promise<T>): Promise<T> {
  try {
    return await result;
  } catch (error) {
    if (statusOf(error) !== undefined && MISSING.has((error as Error).name)) return value;
    throw error;
  }
}
