import { DeleteObjectCommand, GetObjectCommand, type S3Client } from "@aws-sdk/client-s3";
import { UserError } from "../../../config/user-error";
import { isConflict, isMissingObject } from "../aws/aws-problem";
import type { Stack } from "../../synth/stacks";
import { ago, utc } from "../../support/time";

export type S3 = Pick<S3Client, "send">;

/** What of a stack says where its lock lies, and what errors call it. */
export type Locked = Pick<Stack, "id" | "state">;

/** What Terraform writes into a lock object. */
export interface LockInfo {
  readonly ID: string;
  /** `OperationTypeApply`, or what another program calls its own. */
  readonly Operation: string;
  readonly Info: string;
  readonly Who: string;
  /** Terraform's. */
  readonly Version: string;
  /** RFC 3339. */
  readonly Created: string;
  readonly Path: string;
}

/** A lock as it lies in the bucket. */
export interface HeldLock {
  /** Of this very object: a lock that somebody else takes later has another. */
  readonly etag: string;
  readonly content: string;
  /** @default none: the object is damaged, and nobody can say whose it is */
  readonly info?: LockInfo;
}

/** The lock of a stack's state, or undefined where nobody holds it. */
export async function readLock(s3: S3, { state }: Locked): Promise<HeldLock | undefined> {
  try {
    const { Body, ETag: etag = "" } = await s3.send(new GetObjectCommand(lockOf(state)));
    const content = (await Body?.transformToString()) ?? "";
    return { etag, content, info: parseLock(content) };
  } catch (error) {
    if (isMissingObject(error)) return undefined;
    throw error;
  }
}

/** Removes a lock that was read before, and no other: one that somebody took since is "another", and stays. */
export async function deleteLock(
  s3: S3,
  { state }: Locked,
  { etag }: Pick<HeldLock, "etag">,
): Promise<"deleted" | "gone" | "another"> {
  try {
    await s3.send(new DeleteObjectCommand({ ...lockOf(state), IfMatch: etag }));
    return "deleted";
  } catch (error) {
    if (isMissingObject(error)) return "gone";
    if (isConflict(error)) return "another";
    throw error;
  }
}

/** Somebody works on the state. */
export class LockHeld extends UserError {
  override readonly name = "LockHeld";

  constructor({ id }: Locked, lock: HeldLock | undefined) {
    const remedy = `wait for it, or, when that run is certainly dead: npm run unlock -- ${id}`;
    super(`${id} is locked: ${lock ? lockLines(lock).join(", ") : "somebody had the lock just now"}; ${remedy}`);
  }
}

/** Who holds a lock since when, a line for each thing that is known. */
export function lockLines({ info, content }: Pick<HeldLock, "info" | "content">, now: Date = new Date()): string[] {
  if (!info) return [`the lock object is damaged, it holds ${JSON.stringify(content.slice(0, 200))}`];
  const since = new Date(info.Created);
  const lines = [
    `held by ${info.Who}`,
    `for ${info.Operation.replace(/^OperationType(.)/, (_, first: string) => first.toLowerCase())}${info.Info ? ` (${info.Info})` : ""}`,
    `since ${utc(since)} (${ago(since, now)})`,
    `Terraform ${info.Version}`,
    `lock id ${info.ID}`,
  ];
  // Whoever may write the object could make a terminal do things.
  return lines.map((line) => line.replaceAll(/\p{Cc}/gu, "?"));
}

/** Where the lock lies. */
export function lockOf({ bucket, key }: Stack["state"]): { Bucket: string; Key: string } {
  return { Bucket: bucket, Key: `${key}.tflock` };
}

/** What a lock object holds. Undefined where it is damaged. */
export function parseLock(content: string): LockInfo | undefined {
  try {
    const { ID, Operation, Info, Who, Version, Created, Path } = JSON.parse(content) as Partial<
      Record<keyof LockInfo, unknown>
    >;
    const text = (value: unknown) => (typeof value === "string" ? value : "");
    if (typeof ID !== "string" || ID === "") return undefined;
    return {
      ID,
      ...{ Operation: text(Operation), Info: text(Info), Who: text(Who), Version: text(Version) },
      Created: text(Created),
      Path: text(Path),
    };
  } catch {
    return undefined; // not JSON, or not an object
  }
}
