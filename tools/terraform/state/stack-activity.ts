import { HeadObjectCommand } from "@aws-sdk/client-s3";
import { isMissingObject } from "../aws/aws-problem";
import { type HeldLock, type Locked, lockLines, readLock, type S3 } from "./state-lock";

/** What lies in the bucket for a stack. */
export interface StackActivity {
  /** @default nobody holds it */
  readonly lock?: HeldLock;
  /** Of the state, which gets another whenever it is written. @default there is no state */
  readonly etag?: string;
}

/** Longer than any apply of a stack may take: whoever held the lock is dead. */
const LONGEST_WORK_HOURS = 2;

/** Why nothing is known of a stack that was quiet before the look. */
export const APPLIED_MEANWHILE = "was applied while it was looked at";

export async function readActivity(s3: S3, stack: Locked): Promise<StackActivity> {
  return { lock: await readLock(s3, stack), etag: await etagOf(s3, stack) };
}

/** @param standing how it stands. @default unknown: then nothing is said */
export function isWithoutState(standing: StackActivity | undefined): boolean {
  return standing !== undefined && standing.etag === undefined;
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
 * Why a look would tell of work half done, or did: somebody holds the lock, or wrote the state. Undefined where it is
 * quiet.
 *
 * @param before how it stood before the look. @default unknown: then only the lock tells
 */
export function concurrentWork(
  { id }: Locked,
  now: StackActivity | undefined,
  before: StackActivity | undefined,
): { readonly status: "locked" | "failed"; readonly error: string } | undefined {
  if (now?.lock) {
    const held = lockLines(now.lock).join(", ");
    if (!isOld(now.lock)) return { status: "locked", error: `is locked: ${held}` };
    return {
      status: "failed",
      error: `is locked, for longer than an apply takes: ${held}; when that run is certainly dead: npm run unlock -- ${id}`,
    };
  }
  if (!now || !before || now.etag === before.etag) return undefined;
  return { status: "locked", error: APPLIED_MEANWHILE };
}

function isOld({ info }: HeldLock): boolean {
  const since = Date.parse(info?.Created ?? "");
  return !(Date.now() - since < LONGEST_WORK_HOURS * 3_600_000); // a damaged one is nobody's
}
