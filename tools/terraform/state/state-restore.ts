import { PutObjectCommand } from "@aws-sdk/client-s3";
import { UserError } from "../../../config/user-error";
import { isConflict, isMissingObject } from "../aws/aws-problem";
import type { Choice } from "./state-choice";
import { type StateEncryption, whileLocked } from "./while-locked";
import type { Locked, S3 } from "./state-lock";
import { withSerial } from "./state-text";
import { listVersions, versionText } from "./state-versions";

export interface RestoreOptions {
  /** What was shown to whoever decided. */
  readonly choice: Pick<Choice, "current" | "highestSerial" | "version">;
  readonly encryption: StateEncryption;
  /** Told in the lock to whoever is refused meanwhile. */
  readonly terraformVersion: string;
  /** Stops before the state is written; once that has begun, it is ended. */
  readonly signal?: AbortSignal;
}

export interface Restored {
  /** Of the new version. */
  readonly versionId: string;
  readonly serial: number;
  readonly lineage: string;
}

/**
 * Writes an older version of a state as the newest, under the lock that Terraform takes. What was current stays as a
 * version. The serial goes on from the highest one: Terraform refuses plans that were made before.
 *
 * @throws UserError where the lock is held, where the state is no longer the one that was shown, or where it is
 *   interrupted: nothing was written then
 */
export async function restoreState(s3: S3, stack: Locked, options: RestoreOptions): Promise<Restored> {
  const { choice, encryption, terraformVersion, signal } = options;
  const { current, highestSerial, version } = choice;
  const { bucket, key } = stack.state;
  const serial = highestSerial + 1;
  const restored = (versionId: string): Restored => ({ versionId, serial, lineage: version.summary.lineage });
  const checkInterrupted = () => {
    if (signal?.aborted) throw new UserError(`${stack.id}: interrupted before the state was written: it is as it was`);
  };
  const checkUnchanged = async () => {
    const [now] = await listVersions(s3, stack.state);
    if (now?.versionId === current.versionId) return;
    throw new UserError(
      `${stack.id}: somebody wrote the state meanwhile (version ${now?.versionId ?? "none"}): nothing was changed; look again`,
    );
  };

  checkInterrupted();
  const work = { operation: "state restore", info: `version ${version.versionId}`, terraformVersion, encryption };
  return whileLocked(s3, stack, work, async () => {
    checkInterrupted();
    await checkUnchanged();
    const text = withSerial(await versionText(s3, stack.state, version.versionId), serial);
    checkInterrupted();
    // The lock keeps Terraform out, this condition also those who know no lock.
    const condition = current.isDeletion ? { IfNoneMatch: "*" } : { IfMatch: current.etag };
    const put = { Bucket: bucket, Key: key, Body: text, ContentType: "application/json", ...condition, ...encryption };
    try {
      const { VersionId: versionId = "null" } = await s3.send(new PutObjectCommand(put));
      return restored(versionId);
    } catch (error) {
      if (!isConflict(error) && !isMissingObject(error)) throw error;
      // The client asks again when an answer is lost: what refuses the second request may be what the first one wrote.
      const [now] = await listVersions(s3, stack.state);
      if (now && !now.isDeletion && (await versionText(s3, stack.state, now.versionId)) === text)
        return restored(now.versionId);
      await checkUnchanged();
      throw error;
    }
  });
}
