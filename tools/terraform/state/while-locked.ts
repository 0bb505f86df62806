import { randomUUID } from "node:crypto";
import { hostname, userInfo } from "node:os";
import { setTimeout as delay } from "node:timers/promises";
import { PutObjectCommand, type PutObjectCommandInput } from "@aws-sdk/client-s3";
import { UserError } from "../../../config/user-error";
import { isConflict, isMissingObject } from "../aws/aws-problem";
import { deleteLock, etagIn, LockHeld, lockOf, readLock, type HeldLock, type Locked, type S3 } from "./state-lock";
import { isOverdue, lockLines, parseLock, type LockInfo } from "./lock-info";
import { messageOf } from "../../support/errors";
import { stackJson, type Stack } from "../../synth/stacks";

/** The encryption parameters of an S3 object. */
export type StateEncryption = Pick<PutObjectCommandInput, "ServerSideEncryption" | "SSEKMSKeyId">;

interface LockedWork {
  /** The operation that other runs print when the lock stops them, e.g. `state restore`. */
  readonly operation: string;
  readonly info: string;
  readonly terraformVersion: string;
  readonly encryption: StateEncryption;
  /** The lock's id. @default a new one */
  readonly id?: string;
  /** The lock of an ended run, which this one replaces. @default the state must not be locked */
  readonly replaced?: HeldLock;
}

/** Milliseconds between two looks at a lock. */
const LOOK_MILLISECONDS = 2000;

/**
 * Waits until nobody holds the lock of a state.
 *
 * @param seconds how long. 0 looks once
 * @param onWait receives who holds the lock; again if another run takes it
 * @throws LockHeld if the time is over, or the lock is older than its holder's time limit
 */
export async function untilUnlocked(
  s3: S3,
  stack: Locked,
  { seconds, onWait, signal }: { seconds: number; onWait: (holder: string) => void; signal?: AbortSignal },
): Promise<void> {
  const end = performance.now() + seconds * 1000;
  let shown: string | undefined;
  for (let lock = await readLock(s3, stack); lock; lock = await readLock(s3, stack)) {
    if (isOverdue(lock) || performance.now() >= end) throw new LockHeld(stack, lock);
    if (lock.etag !== shown) onWait(lockLines(lock).slice(0, 3).join(", "));
    shown = lock.etag;
    await delay(LOOK_MILLISECONDS, undefined, { signal });
  }
}

/**
 * Does work while holding Terraform's lock, and always releases the lock.
 *
 * @throws UserError with the holder if the state is locked; UserError with the work's result if the release fails
 */
export async function whileLocked<T>(s3: S3, stack: Locked, options: LockedWork, work: () => Promise<T>): Promise<T> {
  const lock = await takeStateLock(s3, stack, options);
  const [outcome] = await Promise.allSettled([work()]);
  try {
    await deleteLock(s3, stack, lock);
  } catch (error) {
    const ended = outcome.status === "fulfilled" ? "it is done" : messageOf(outcome.reason);
    const stays = `the lock ${lock.info?.ID ?? ""} could not be released (${messageOf(error)}): npm run unlock -- ${stack.id}`;
    throw new UserError(`${stack.id}: ${options.operation}: ${ended}; but ${stays}`, { cause: error });
  }
  if (outcome.status === "rejected") throw outcome.reason;
  return outcome.value;
}

/**
 * Takes Terraform's lock of a state.
 * @throws UserError with the holder if the state is locked
 */
export async function takeStateLock(
  s3: S3,
  stack: Locked,
  { operation, info, terraformVersion, encryption, id: ID = randomUUID(), replaced }: LockedWork,
): Promise<HeldLock> {
  const { bucket, key } = stack.state;
  const content = JSON.stringify({
    ...{ ID, Operation: operation, Info: info, Who: whoami(), Version: terraformVersion },
    ...{ Created: new Date().toISOString(), Path: `${bucket}/${key}` },
  } satisfies LockInfo);
  try {
    const put = {
      ...lockOf(stack.state),
      Body: content,
      ContentType: "application/json",
      ...(replaced ? { IfMatch: replaced.etag } : { IfNoneMatch: "*" }),
      ...encryption,
    };
    const etag = etagIn(await s3.send(new PutObjectCommand(put)));
    return { etag, content, info: parseLock(content) };
  } catch (error) {
    if (!isConflict(error) && !(replaced && isMissingObject(error))) throw error;
    const held = await readLock(s3, stack);
    // The client retries when an answer is lost: the retry may be refused because the first request succeeded.
    if (held?.content === content) return held;
    throw new LockHeld(stack, held);
  }
}

function whoami(): string {
  try {
    return `${userInfo().username}@${hostname()}`;
  } catch {
    return `a user without a name@${hostname()}`; // as in a container whose user has no name
  }
}

/** How Terraform's backend encrypts this stack's state and lock: by the stack's JSON, not by the bucket's default. */
export function stateEncryption({ directory }: Pick<Stack, "directory">): StateEncryption {
  const json = stackJson({ directory }) as {
    readonly terraform: {
      readonly backend: { readonly s3: { readonly encrypt?: boolean; readonly kms_key_id?: string } };
    };
  };
  const { encrypt = false, kms_key_id: key } = json.terraform.backend.s3;
  if (!encrypt) return {};
  return key === undefined ? { ServerSideEncryption: "AES256" } : { ServerSideEncryption: "aws:kms", SSEKMSKeyId: key };
}
