import { randomUUID } from "node:crypto";
import { hostname, userInfo } from "node:os";
import { PutObjectCommand, type PutObjectCommandInput } from "@aws-sdk/client-s3";
import { UserError } from "../../../config/user-error";
import { isConflict } from "../aws/aws-problem";
import {
  deleteLock,
  LockHeld,
  lockOf,
  parseLock,
  readLock,
  type HeldLock,
  type Locked,
  type LockInfo,
  type S3,
} from "./state-lock";
import { messageOf } from "../../support/errors";
import { stackJson, type Stack } from "../../synth/stacks";

export interface LockedWork {
  /** What whoever is refused meanwhile reads, e.g. `state restore`. */
  readonly operation: string;
  readonly info: string;
  readonly terraformVersion: string;
  readonly encryption: StateEncryption;
}

/**
 * Does something while no Terraform can: takes the lock as Terraform does, and gives it back however the work ends.
 *
 * @throws UserError where the lock is held, which says who holds it; and where it can't be given back, which says
 *   what became of the work
 */
export async function whileLocked<T>(s3: S3, stack: Locked, options: LockedWork, work: () => Promise<T>): Promise<T> {
  const lock = await takeLock(s3, stack, options);
  const [outcome] = await Promise.allSettled([work()]);
  try {
    await deleteLock(s3, stack, lock);
  } catch (error) {
    const ended = outcome.status === "fulfilled" ? "it is done" : messageOf(outcome.reason);
    const stays = `the lock ${lock.info?.ID ?? ""} could not be given back (${messageOf(error)}): npm run unlock -- ${stack.id}`;
    throw new UserError(`${stack.id}: ${options.operation}: ${ended}; but ${stays}`, { cause: error });
  }
  if (outcome.status === "rejected") throw outcome.reason;
  return outcome.value;
}

async function takeLock(
  s3: S3,
  stack: Locked,
  { operation, info, terraformVersion, encryption }: LockedWork,
): Promise<HeldLock> {
  const { bucket, key } = stack.state;
  const ID = randomUUID();
  const content = JSON.stringify({
    ...{ ID, Operation: operation, Info: info, Who: whoami(), Version: terraformVersion },
    ...{ Created: new Date().toISOString(), Path: `${bucket}/${key}` },
  } satisfies LockInfo);
  try {
    const put = {
      ...lockOf(stack.state),
      Body: content,
      ContentType: "application/json",
      IfNoneMatch: "*",
      ...encryption,
    };
    const { ETag: etag = "" } = await s3.send(new PutObjectCommand(put));
    return { etag, content, info: parseLock(content) };
  } catch (error) {
    if (!isConflict(error)) throw error;
    const held = await readLock(s3, stack);
    // The client asks again when an answer is lost: what refuses the second request may be what the first one wrote.
    if (held?.info?.ID === ID) return held;
    throw new LockHeld(stack, held);
  }
}

function whoami(): string {
  try {
    return `${userInfo().username}@${hostname()}`;
  } catch {
    return `a user without a name@${hostname()}`; // as in a container that runs as a number
  }
}

/** How an object is encrypted, in S3's words. */
export type StateEncryption = Pick<PutObjectCommandInput, "ServerSideEncryption" | "SSEKMSKeyId">;

/**
 * How Terraform's backend would encrypt this stack's state and lock: as the stack's JSON says, not as the bucket would
 * by default.
 */
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
