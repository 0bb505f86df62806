import { PutObjectCommand } from "@aws-sdk/client-s3";
import { UserError } from "../../../config/user-error";
import { isConflict, isMissingObject } from "../aws/aws-problem";
import type { Choice } from "./state-choice";
import { type StateEncryption, whileLocked } from "./while-locked";
import type { Locked, S3 } from "./state-lock";
import { withSerial } from "./state-text";
import { listVersions, type ListedVersion, versionText } from "./state-versions";

interface RestoreOptions {
  /** The choice that was confirmed. */
  readonly choice: Pick<Choice, "current" | "highestSerial" | "version">;
  readonly encryption: StateEncryption;
  /** Written into the lock, which other runs print. */
  readonly terraformVersion: string;
  /** Interrupts the restore until it starts to write the state; then it completes. */
  readonly signal?: AbortSignal;
}

interface Restored {
  /** The id of the new version. */
  readonly versionId: string;
  readonly serial: number;
  readonly lineage: string;
}

/**
 * Writes an older version of a state as the newest, holding Terraform's lock. The current state remains as a version. The
 * new serial follows the highest one, so that Terraform refuses earlier plans.
 *
 * @throws UserError if the state is locked, has changed since the confirmation, or the restore is interrupted; nothing is
 *   written then
 */
export async function restoreState(s3: S3, stack: Locked, options: RestoreOptions): Promise<Restored> {
  const { choice, encryption, terraformVersion, signal } = options;
  const { current, highestSerial, version } = choice;
  const { bucket, key } = stack.state;
  const serial = highestSerial + 1;
  const restored = (versionId: string): Restored => ({ versionId, serial, lineage: version.summary.lineage });
  const checkInterrupted = () => {
    if (signal?.aborted) throw new UserError(`${stack.id}: interrupted before the state was written: it is unchanged`);
  };
  const checkUnchanged = async () => {
    const [now] = await listVersions(s3, stack.state);
    if (now?.versionId === current.versionId) return;
    throw new UserError(
      `${stack.id}: another run wrote the state meanwhile (version ${now?.versionId ?? "none"}). Nothing was changed. Run it again.`,
    );
  };

  checkInterrupted();
  const work = { operation: "state restore", info: `version ${version.versionId}`, terraformVersion, encryption };
  return whileLocked(s3, stack, work, async () => {
    checkInterrupted();
    await checkUnchanged();
    const text = withSerial(await versionText(s3, stack.state, version.versionId), serial);
    checkInterrupted();
    // The lock stops Terraform; this condition also stops programs that ignore the lock.
    const condition = current.isDeletion ? { IfNoneMatch: "*" } : { IfMatch: current.etag };
    const put = { Bucket: bucket, Key: key, Body: text, ContentType: "application/json", ...condition, ...encryption };
    try {
      const { VersionId: versionId = "null" } = await s3.send(new PutObjectCommand(put));
      return restored(versionId);
    } catch (error) {
      if (!isConflict(error) && !isMissingObject(error)) throw error;
      // The client retries when an answer is lost: the retry may be refused because the first request succeeded.
      const own = await versionWith(text, s3, stack, current.versionId);
      if (own?.isCurrent) return restored(own.versionId);
      if (own)
        throw new UserError(
          `${stack.id}: restored as version ${own.versionId}, but another run wrote the state afterwards. Compare the versions: npm run state -- history ${stack.id}`,
        );
      await checkUnchanged();
      throw error;
    }
  });
}

/** The version with this text among those that are newer than `before`. */
async function versionWith(
  text: string,
  s3: S3,
  { state }: Locked,
  before: string,
): Promise<ListedVersion | undefined> {
  const versions = await listVersions(s3, state);
  const newer = versions.slice(
    0,
    versions.findIndex(({ versionId }) => versionId === before),
  );
  for (const version of newer)
    if (!version.isDeletion && (await versionText(s3, state, version.versionId)) === text) return version;
  return undefined;
}
