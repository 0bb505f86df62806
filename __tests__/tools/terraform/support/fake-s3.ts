import {
  DeleteObjectCommand,
  GetBucketVersioningCommand,
  GetObjectCommand,
  ListBucketsCommand,
  ListObjectVersionsCommand,
  ListObjectsV2Command,
  PutObjectCommand,
  type S3Client,
} from "@aws-sdk/client-s3";
import type { LockInfo } from "../../../../tools/terraform/state/lock-info";

/** The lock of a running apply. */
export const LOCK_INFO: LockInfo = {
  ID: "05bec584-a69d-73ca-2527-c2f3f42b17ff",
  Operation: "OperationTypeApply",
  Info: "",
  Who: "alice@desk",
  Version: "1.11.4",
  Created: "2026-01-01T10:00:00.123456789Z",
  Path: "states/dev/iam.tfstate",
};

interface Version {
  readonly Key: string;
  readonly VersionId: string;
  readonly LastModified: Date;
  /** @default none: a delete marker */
  readonly body?: string;
  readonly input?: object;
}

/** An AWS client's error with a name and an HTTP status; 0 means no answer. */
export function awsError(name: string, httpStatusCode: number, message = name): Error {
  return Object.assign(new Error(message), { name, $metadata: httpStatusCode === 0 ? {} : { httpStatusCode } });
}

/** A bucket with versions and conditional writes, in memory. Tests the project's requests and decisions, not S3. */
export class FakeS3 {
  /** Newest first. */
  public readonly versions: Version[] = [];
  public versioning: "Enabled" | "Suspended" | undefined = "Enabled";
  /** Further buckets of the account, whose objects are those of this one. */
  public buckets: readonly string[] = [];
  /** Entries per page of the list. */
  public pageSize = 1000;
  /** Names and keys of the requests, e.g. `PutObject dev/iam.tfstate`. */
  public readonly requests: string[] = [];
  /** Called before each request, with `PutObject <key>`: may change the bucket, or throw. */
  public before: (request: string) => void = () => undefined;
  /** Called after each request. */
  public after: (request: string) => void = () => undefined;
  private clock = Date.UTC(2026, 0, 1);
  private count = 0;

  /** The client for the tested code. */
  public get client(): Pick<S3Client, "send"> {
    const send = (command: object): Promise<never> => Promise.resolve().then(() => this.answer(command) as never);
    return { send };
  }

  public put(Key: string, body: string | undefined, input?: object): string {
    const VersionId = `version-${String(++this.count).padStart(4, "0")}`;
    this.versions.unshift({ Key, VersionId, LastModified: new Date((this.clock += 60_000)), body, input });
    return VersionId;
  }

  /** The newest content, or undefined. */
  public get(key: string): string | undefined {
    return this.versions.find(({ Key }) => Key === key)?.body;
  }

  public ofKey(key: string): Version[] {
    return this.versions.filter(({ Key }) => Key === key);
  }

  private answer(command: object): unknown {
    const { input } = command as { input: { Key?: string; Prefix?: string } };
    const request = `${command.constructor.name.replace(/Command$/, "")} ${input.Key ?? input.Prefix ?? ""}`.trim();
    this.requests.push(request);
    this.before(request);
    const answer = this.answerTo(command);
    this.after(request);
    return answer;
  }

  private answerTo(command: object): unknown {
    if (command instanceof GetBucketVersioningCommand) return { Status: this.versioning };
    if (command instanceof ListObjectVersionsCommand) return this.list(command.input);
    if (command instanceof ListBucketsCommand) return { Buckets: this.buckets.map((Name) => ({ Name })) };
    if (command instanceof ListObjectsV2Command) return this.keys(command.input);
    if (command instanceof GetObjectCommand) {
      const { Key, VersionId } = command.input;
      const ofKey = this.versions.filter((version) => version.Key === Key);
      const found = VersionId === undefined ? ofKey[0] : ofKey.find((version) => version.VersionId === VersionId);
      if (found?.body === undefined) throw awsError("NoSuchKey", 404);
      const { body } = found;
      return { ETag: etag(found), Body: { transformToString: () => Promise.resolve(body) } };
    }
    if (command instanceof PutObjectCommand) {
      const { Key = "", Body, ...input } = command.input;
      this.check(Key, input);
      const VersionId = this.put(Key, Body as string, input);
      return { VersionId, ETag: `"${VersionId}"` };
    }
    if (command instanceof DeleteObjectCommand) {
      const { Key = "", ...input } = command.input;
      this.check(Key, input);
      return { VersionId: this.put(Key, undefined) };
    }
    throw new Error(`the fake does not know ${command.constructor.name}`);
  }

  private check(key: string, { IfMatch, IfNoneMatch }: { IfMatch?: string; IfNoneMatch?: string }): void {
    const current = this.ofKey(key)[0];
    const exists = current?.body !== undefined;
    if (IfNoneMatch === "*" && exists) throw awsError("PreconditionFailed", 412);
    if (IfMatch !== undefined && !exists) throw awsError("NoSuchKey", 404);
    if (IfMatch !== undefined && current && IfMatch !== etag(current)) throw awsError("PreconditionFailed", 412);
  }

  private keys({ ContinuationToken = "0" }: ListObjectsV2Command["input"]) {
    const keys = [...new Set(this.versions.map(({ Key }) => Key))].filter((key) => this.get(key) !== undefined).sort();
    const [first, end] = [Number(ContinuationToken), Number(ContinuationToken) + this.pageSize];
    return {
      Contents: keys.slice(first, end).map((Key) => ({ Key })),
      NextContinuationToken: end < keys.length ? String(end) : undefined,
    };
  }

  private list({ Prefix = "", KeyMarker, VersionIdMarker }: ListObjectVersionsCommand["input"]) {
    const latest = new Map(this.versions.map(({ Key }) => [Key, this.ofKey(Key)[0]?.VersionId]));
    const sorted = this.versions
      .filter(({ Key }) => Key.startsWith(Prefix))
      .sort((one, other) => (one.Key < other.Key ? -1 : one.Key > other.Key ? 1 : 0));
    const from = sorted.findIndex(({ Key, VersionId }) => Key === KeyMarker && VersionId === VersionIdMarker) + 1;
    const page = sorted.slice(from, from + this.pageSize);
    const last = page.at(-1);
    const entries = page.map((version) => {
      const { Key, VersionId, LastModified, body } = version;
      return {
        Key,
        VersionId,
        LastModified,
        IsLatest: latest.get(Key) === VersionId,
        body,
        ETag: etag(version),
        Size: body?.length,
      };
    });
    return {
      Versions: entries.filter(({ body }) => body !== undefined),
      DeleteMarkers: entries.filter(({ body }) => body === undefined),
      IsTruncated: from + this.pageSize < sorted.length,
      NextKeyMarker: last?.Key,
      NextVersionIdMarker: last?.VersionId,
    };
  }
}

function etag({ VersionId }: Version): string {
  return `"${VersionId}"`;
}
