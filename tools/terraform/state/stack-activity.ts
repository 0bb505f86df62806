import { HeadObjectCommand } from "@aws-sdk/client-s3";
import { isMissingObject } from "../aws/aws-problem";
import { isOverdue, lockLines, lockRemedy } from "./lock-info";
import { type HeldLock, type Locked, readLock, type S3 } from "./state-lock";

/** What the bucket shows of work on a stack: its lock, and the version of its state. */
export interface StackActivity {
  /** @default the state is not locked */
  readonly lock?: HeldLock;
  /** The state's ETag, which changes with every write. @default there is no state */
  readonly etag?: string;
}

/** Why the result of a check is unknown although no lock was held before it. */
export const APPLIED_MEANWHILE = "was applied during the check";

export async function readActivity(s3: S3, stack: Locked): Promise<StackActivity> {
  return { lock: await readLock(s3, stack), etag: await etagOf(s3, stack) };
}

/** @param activity default: unknown, and then the answer is no */
export function isWithoutState(activity: StackActivity | undefined): boolean {
  return activity !== undefined && activity.etag === undefined;
}

async function etagOf(s3: S3, { state }: Locked): Promise<string | undefined> {
  try {
    return (await s3.send(new HeadObjectCommand({ Bucket: state.bucket, Key: state.key }))).ETag;
  } catch (error) {
    if (isMissingObject(error)) return undefined;
    throw error;
  }
}

/**
 * Why a check would see, or saw, unfinished work: the state is locked, or was written. Undefined without such work.
 *
 * @param before the activity before the check. Default: unknown, and then only the lock counts
 */
export function concurrentWork(
  { id }: Locked,
  now: StackActivity | undefined,
  before: StackActivity | undefined,
): { readonly status: "locked" | "failed"; readonly error: string } | undefined {
  if (now?.lock) {
    const held = lockLines(now.lock).join(", ");
    if (!isOverdue(now.lock)) return { status: "locked", error: `is locked: ${held}` };
    return { status: "failed", error: `is locked: ${held}. ${lockRemedy(id, now.lock)}` };
  }
  if (!now || !before || now.etag === before.etag) return undefined;
  return { status: "locked", error: APPLIED_MEANWHILE };
}
