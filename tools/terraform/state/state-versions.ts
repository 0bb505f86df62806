import {
  GetBucketVersioningCommand,
  GetObjectCommand,
  ListObjectVersionsCommand,
  type ListObjectVersionsCommandInput,
  type S3Client,
} from "@aws-sdk/client-s3";
import { statusOf } from "../aws/aws-problem";
import { resourceCount } from "./state-difference";
import { readStateText } from "./state-text";
import type { Stack } from "../../synth/stacks";

type S3 = Pick<S3Client, "send">;
type Location = Stack["state"];

/** A version of a state's object in the bucket's list. */
export interface ListedVersion {
  readonly versionId: string;
  readonly time: Date;
  /** Whether Terraform reads this version. */
  readonly isCurrent: boolean;
  /** Whether it is a delete marker, which has no content. */
  readonly isDeletion: boolean;
  readonly bytes: number;
  /** @default none: it is a delete marker */
  readonly etag?: string;
}

/** A version with a summary of its content, or its damage. A delete marker has neither. */
export interface StateVersion extends ListedVersion {
  readonly summary?: {
    readonly serial: number;
    readonly lineage: string;
    readonly terraformVersion: string;
    readonly resources: number;
  };
  /** Why it is not a valid state. */
  readonly damage?: string;
  /** Whether AWS refused to return it, so that its content is unknown. */
  readonly isUnreadable?: boolean;
}

/** The number of versions to read at once. */
const AT_ONCE = 8;

/** The start of a page of the bucket's list. */
type Marker = Pick<ListObjectVersionsCommandInput, "KeyMarker" | "VersionIdMarker">;

/** Every version of a state's object, newest first. Empty if there never was a state. */
export async function listVersions(s3: S3, at: Location, signal?: AbortSignal): Promise<ListedVersion[]> {
  const found: ListedVersion[] = [];
  for (let marker: Marker | undefined = {}; marker;) {
    const page = await listPage(s3, at, marker, signal);
    found.push(...page.versions);
    marker = page.next;
  }
  // S3's times have a resolution of one second, and delete markers are in a separate list: of two versions in the same
  // second, only the current one is certainly the newer.
  return found.sort(
    (one, other) => Number(other.isCurrent) - Number(one.isCurrent) || other.time.getTime() - one.time.getTime(),
  );
}

async function listPage(s3: S3, { bucket, key }: Location, marker: Marker, signal?: AbortSignal) {
  const page = await s3.send(new ListObjectVersionsCommand({ Bucket: bucket, Prefix: key, ...marker }), {
    abortSignal: signal,
  });
  const written = (page.Versions ?? []).map(({ ETag: etag, Size: bytes = 0, ...more }) => ({
    ...more,
    etag,
    bytes,
    isDeletion: false,
  }));
  const all = [
    ...written,
    ...(page.DeleteMarkers ?? []).map((more) => ({ ...more, etag: undefined, bytes: 0, isDeletion: true })),
  ];
  const versions = all
    .filter(({ Key }) => Key === key)
    .map(
      ({
        VersionId: versionId = "null",
        LastModified: time = new Date(0),
        IsLatest: isCurrent = false,
        etag,
        bytes,
        isDeletion,
      }) => {
        return { versionId, time, isCurrent, isDeletion, bytes, etag };
      },
    );
  // The list is sorted by key: after the state's versions come those of its lock, which are many more.
  const isLast = page.IsTruncated !== true || all.some(({ Key }) => Key !== key);
  return {
    versions,
    next: isLast ? undefined : { KeyMarker: page.NextKeyMarker, VersionIdMarker: page.NextVersionIdMarker },
  };
}

/** The text of one version. May contain secrets. */
export async function versionText(
  s3: S3,
  { bucket, key }: Location,
  versionId: string,
  signal?: AbortSignal,
): Promise<string> {
  const { Body } = await s3.send(new GetObjectCommand({ Bucket: bucket, Key: key, VersionId: versionId }), {
    abortSignal: signal,
  });
  return (await Body?.transformToString()) ?? "";
}

/**
 * Reads each version and keeps only a summary. Does not throw if AWS refuses to return a version.
 */
export async function readVersions(
  s3: S3,
  at: Location,
  versions: readonly ListedVersion[],
  signal?: AbortSignal,
): Promise<StateVersion[]> {
  const read: StateVersion[] = [];
  for (let from = 0; from < versions.length; from += AT_ONCE) {
    read.push(
      ...(await Promise.all(
        versions.slice(from, from + AT_ONCE).map((version) => readVersion(s3, at, version, signal)),
      )),
    );
  }
  return read;
}

async function readVersion(s3: S3, at: Location, version: ListedVersion, signal?: AbortSignal): Promise<StateVersion> {
  if (version.isDeletion) return version;
  try {
    const { state, damage } = readStateText(await versionText(s3, at, version.versionId, signal));
    if (!state) return { ...version, damage };
    const { serial, lineage, terraform_version: terraformVersion = "unknown" } = state;
    return { ...version, summary: { serial, lineage, terraformVersion, resources: resourceCount(state) } };
  } catch (error) {
    if (statusOf(error) === undefined) throw error;
    // For example, the key that encrypts it was deleted.
    return { ...version, damage: `not readable: ${(error as Error).name}`, isUnreadable: true };
  }
}

/** Whether the bucket keeps older versions. "Suspended": only those written before the suspension. */
export async function versioningOf(s3: S3, { bucket }: Location): Promise<"Enabled" | "Suspended" | "Off"> {
  return (await s3.send(new GetBucketVersioningCommand({ Bucket: bucket }))).Status ?? "Off";
}
