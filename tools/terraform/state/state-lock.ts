import { DeleteObjectCommand, GetObjectCommand, type S3Client } from "@aws-sdk/client-s3";
import { UserError } from "../../../config/user-error";
import { isConflict, isMissingObject } from "../aws/aws-problem";
import type { Stack } from "../../synth/stacks";
import { ago, utc } from "../../support/time";

export type S3 = Pick<S3Client, "send">;

/** The location of a stack's lock, and its name in errors. */
export type Locked = Pick<Stack, "id" | "state">;

/** The content that Terraform writes into a lock object. */
export interface LockInfo {
  readonly ID: string;
  /** `OperationTypeApply`, or another program's name for its operation. */
  readonly Operation: string;
  readonly Info: string;
  readonly Who: string;
  /** Terraform's version. */
  readonly Version: string;
  /** RFC 3339. */
  readonly Created: string;
  readonly Path: string;
}

/** A lock in the bucket. */
export interface HeldLock {
  /** The object's ETag: a later lock has another. */
  readonly etag: string;
  readonly content: string;
  /** @default none: the object is damaged, so its holder is unknown */
  readonly info?: LockInfo;
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
    const remedy = `Wait for that run. If it has certainly ended, run npm run unlock -- ${id}.`;
    super(
      `${id} is locked: ${lock ? lockLines(lock).join(", ") : "another run released the lock just now"}. ${remedy}`,
    );
  }
}

/** The holder of a lock, and since when: one line per known fact. */
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
  // Control characters in the object could control the terminal.
  return lines.map((line) => line.replaceAll(/\p{Cc}/gu, "?"));
}

/** The location of the lock. */
export function lockOf({ bucket, key }: Stack["state"]): { Bucket: string; Key: string } {
  return { Bucket: bucket, Key: `${key}.tflock` };
}

/** Parses a lock object. Undefined if it is damaged. */
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
