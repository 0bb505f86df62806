import { DeleteObjectCommand, GetObjectCommand, type S3Client } from "@aws-sdk/client-s3";
import { UserError } from "../../../config/user-error";
import { isConflict, isMissingObject } from "../aws/aws-problem";
import type { Stack } from "../../synth/stacks";
import { lockLines, lockRemedy, parseLock, type ShownLock } from "./lock-info";

export type S3 = Pick<S3Client, "send">;

/** The location of a stack's lock, and its name in errors. */
export type Locked = Pick<Stack, "id" | "state">;

/** A lock in the bucket. */
export interface HeldLock extends ShownLock {
  /** The object's ETag: a later lock has another. */
  readonly etag: string;
}

/** The lock of a stack's state, or undefined if it is not locked. */
export async function readLock(s3: S3, { state }: Locked): Promise<HeldLock | undefined> {
  try {
    const answer = await s3.send(new GetObjectCommand(lockOf(state)));
    const content = (await answer.Body?.transformToString()) ?? "";
    return { etag: etagIn(answer), content, info: parseLock(content) };
  } catch (error) {
    if (isMissingObject(error)) return undefined;
    throw error;
  }
}

/** The ETag in S3's answer. */
export function etagIn({ ETag }: { readonly ETag?: string }): string {
  if (ETag === undefined) throw new Error("S3 returned no ETag for an object");
  return ETag;
}

/** Removes exactly the lock that was read before. A lock that another run took since then is "another", and stays. */
export async function deleteLock(
  s3: S3,
  { state }: Locked,
  { etag }: Pick<HeldLock, "etag">,
): Promise<"deleted" | "missing" | "another"> {
  try {
    await s3.send(new DeleteObjectCommand({ ...lockOf(state), IfMatch: etag }));
    return "deleted";
  } catch (error) {
    if (isMissingObject(error)) return "missing";
    if (isConflict(error)) return "another";
    throw error;
  }
}

/** Another run holds the lock of the state. */
export class LockHeld extends UserError {
  override readonly name = "LockHeld";

  constructor({ id }: Locked, lock: HeldLock | undefined) {
    const held = lock ? lockLines(lock).join(", ") : "another run released the lock just now";
    super(`${id} is locked: ${held}. ${lock ? lockRemedy(id, lock) : "Run it again."}`);
  }
}

/** The location of the lock. */
export function lockOf({ bucket, key }: Stack["state"]): { Bucket: string; Key: string } {
  return { Bucket: bucket, Key: `${key}.tflock` };
}
