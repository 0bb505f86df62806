import { UserError } from "../../../config/user-error";
import { counted } from "../../support/text";
import type { StateVersion } from "./state-versions";

/** A version of a state that can be restored. */
type IntactVersion = StateVersion & Required<Pick<StateVersion, "summary">>;

/** The version to restore. */
export interface Choice {
  readonly version: IntactVersion;
  /** The version that Terraform reads now, and that the restore replaces. */
  readonly current: StateVersion;
  /** The highest serial of all versions. The restored state gets the next one, so that earlier plans become stale. */
  readonly highestSerial: number;
}

interface RequestedVersion {
  /**
   * A version's id, or the start of one. @default the newest intact version, if the current one is deleted or damaged
   */
  readonly version?: string;
  /**
   * Whether the named version may have another lineage than the state. @default false: it may be the state of another
   * stack
   */
  readonly otherLineage?: boolean;
}

/** The shortest start of a version's id that may be used instead of the id. */
const SHORTEST_PREFIX = 6;

/**
 * Chooses the version of a state to restore.
 *
 * @param versions all versions, newest first
 * @throws UserError if there is no such version, it cannot be restored, or a person must name one
 */
export function chooseVersion(
  stackId: string,
  versions: readonly StateVersion[],
  wanted: RequestedVersion = {},
): Choice {
  const refuse = (text: string) => new UserError(`${stackId}: ${text}`);
  const [current] = versions;
  if (!current)
    throw refuse("the state must have a version to restore, got none in the bucket. Apply the stack first.");
  const intact = versions.filter(isIntact);
  const [newest] = intact;
  const list = `Run npm run state -- history ${stackId} to list the versions.`;
  if (!newest)
    throw refuse(
      `none of ${counted(versions.length, "version")} of the state is intact: each is deleted or damaged. ${list}`,
    );
  const version =
    wanted.version === undefined
      ? byDefault(current, newest, refuse, list)
      : named(wanted.version, versions, refuse, list);
  if (version === current)
    throw refuse(`the version must be another than the current one, got ${version.versionId}. ${list}`);
  if (!isIntact(version)) {
    throw refuse(
      `the version ${version.versionId} ${version.isDeletion ? "is a deletion" : `is ${version.damage ?? "damaged"}`}. ${list}`,
    );
  }
  const { lineage } = current.summary ?? newest.summary;
  if (version.summary.lineage !== lineage && !wanted.otherLineage) {
    const other = `must have the lineage ${lineage} of the state, got ${version.summary.lineage}: it may be the state of another stack`;
    throw refuse(
      `the version ${version.versionId} ${other}. To restore it nevertheless: --version ${version.versionId} --other-lineage`,
    );
  }
  return { version, current, highestSerial: Math.max(...intact.map(({ summary }) => summary.serial)) };
}

type Refuse = (text: string) => UserError;

function byDefault(current: StateVersion, newest: IntactVersion, refuse: Refuse, list: string): StateVersion {
  const remedy = `Name the version to restore: --version <version id>. ${list}`;
  if (current.isUnreadable)
    throw refuse(`the current state can't be read (${current.damage ?? "not readable"}). ${remedy}`);
  if (current.summary) throw refuse(`the current state is intact. ${remedy}`);
  return newest;
}

function named(wanted: string, versions: readonly StateVersion[], refuse: Refuse, list: string): StateVersion {
  const exact = versions.find(({ versionId }) => versionId === wanted);
  if (exact) return exact;
  if (wanted.length < SHORTEST_PREFIX) {
    throw refuse(
      `--version must be an id or at least its first ${SHORTEST_PREFIX} characters, got "${wanted}". ${list}`,
    );
  }
  const [found, ...others] = versions.filter(({ versionId }) => versionId.startsWith(wanted));
  if (!found) throw refuse(`no version has the id "${wanted}". ${list}`);
  const all = [found, ...others].map(({ versionId }) => versionId);
  if (others.length > 0) throw refuse(`"${wanted}" is the start of several ids: ${all.join(", ")}. Name one of them.`);
  return found;
}

function isIntact(version: StateVersion): version is IntactVersion {
  return version.summary !== undefined;
}
