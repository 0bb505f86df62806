import { DeleteBucketCommand, ListObjectVersionsCommand } from "@aws-sdk/client-s3";
import { awsErrorMessage, statusOf } from "../../terraform/aws/aws-problem";
import type { DestructionClients } from "../../terraform/aws/destruction-clients";
import type { RunOptions } from "../../terraform/run-options";
import { stateEncryption, untilUnlocked, whileLocked } from "../../terraform/state/while-locked";
import { listOf } from "../../support/json";
import type { Manifest } from "../manifest";
import {
  attributeOf,
  changedResources,
  clientsOfAws,
  regionOfResource,
  type ChangedResource,
  type DestructionClientsOf,
  type StackPlan,
} from "./destroyed-resources";

type Clients = Pick<DestructionClients, "s3" | "ecr">;

/** What AWS deletes only while it is empty. Terraform deletes the settings that guard it first. */
interface Container {
  readonly nameOf: (resource: ChangedResource) => string;
  /** The attribute with which Terraform empties it itself. */
  readonly emptiedBy: string;
  readonly isEmpty: (clients: Clients, name: string) => Promise<boolean>;
  readonly delete: (clients: Clients, name: string) => Promise<unknown>;
  readonly refusal: (name: string) => string;
}

/** By resource type. */
const CONTAINERS: Readonly<Record<string, Container>> = {
  aws_s3_bucket: {
    nameOf: (resource) => attributeOf(resource, "bucket"),
    emptiedBy: "force_destroy",
    // DeleteBucket: "All objects (including all object versions and delete markers) in the bucket must be deleted".
    isEmpty: async ({ s3 }, Bucket) => {
      const { Versions = [], DeleteMarkers = [] } = await s3.send(
        new ListObjectVersionsCommand({ Bucket, MaxKeys: 1 }),
      );
      return Versions.length + DeleteMarkers.length === 0;
    },
    delete: ({ s3 }, Bucket) => s3.send(new DeleteBucketCommand({ Bucket })),
    refusal: (name) =>
      `AWS deletes only empty buckets, and ${name} holds objects, old versions or delete markers. Copy what you keep, and empty the bucket with all versions.`,
  },
  aws_ecr_repository: {
    nameOf: (resource) => attributeOf(resource, "name"),
    emptiedBy: "force_delete",
    // DeleteRepository: "If the repository isn't empty when you delete it, an error is thrown" (RepositoryNotEmptyException).
    isEmpty: async ({ ecr }, repositoryName) =>
      listOf((await ecr("ListImages", { repositoryName, maxResults: 1 }))["imageIds"]).length === 0,
    delete: ({ ecr }, repositoryName) => ecr("DeleteRepository", { repositoryName, force: false }),
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

interface DeletionOptions extends Pick<RunOptions, "env" | "lockTimeoutSeconds" | "signal" | "view"> {
  readonly manifest: Pick<Manifest, "terraformVersion">;
  /** @default those of AWS */
  readonly destructionClients?: DestructionClientsOf;
}

/**
 * Deletes the buckets and repositories that a plan destroys, while it holds the lock of the state. Terraform would delete
 * their guards first: policy, public access block, encryption, versioning. AWS deletes empty ones only, guards included.
 *
 * @param stateChange how the state differs from the one that was planned on. Undefined if it does not
 * @throws Error if AWS refuses; the guards are in force then, and Terraform has not begun
 */
export async function deleteContainers(
  { stack, plan }: StackPlan,
  { env, manifest, destructionClients: clientsOf = clientsOfAws(env), ...options }: DeletionOptions,
  stateChange: () => Promise<string | undefined>,
): Promise<void> {
  const containers = changedResources([{ stack, plan }]).filter((each) => each.isDestroyed && isContainer(each));
  if (containers.length === 0) return;
  const { s3 } = await clientsOf(stack, stack.state.region);
  const onWait = (holder: string): void => {
    options.view.phase(stack.id, "waiting for lock", holder);
  };
  await untilUnlocked(s3, stack, { seconds: options.lockTimeoutSeconds ?? 0, onWait, signal: options.signal });
  const info = containers.map(({ address }) => address).join(", ");
  const { terraformVersion } = manifest;
  const work = { operation: "delete if empty", info, terraformVersion, encryption: stateEncryption(stack) };
  await whileLocked(s3, stack, work, async () => {
    const change = await stateChange();
    if (change !== undefined) throw new Error(`${stack.id}: its state has changed since it was planned (${change}).`);
    for (const container of containers) {
      try {
        await deleteWithGuards(container, await clientsOf(stack, regionOfResource(container, stack)));
      } catch (error) {
        const why = awsErrorMessage(error, `${stack.id}: ${container.address}`);
        throw new Error(`${why}. It keeps its policy and encryption, and Terraform has destroyed nothing.`, { cause: error }); // prettier-ignore
      }
    }
  });
}

/**
 * Deletes a container before Terraform deletes its policy, encryption and the other settings that guard it. These go with
 * it. If AWS refuses, because something was put into it in the last moment, it is still guarded. Terraform then finds it
 * deleted.
 */
async function deleteWithGuards(resource: ChangedResource, clients: Clients): Promise<void> {
  const container = containerOf(resource);
  await missingIs(undefined, container.delete(clients, container.nameOf(resource)));
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
