import { UserError } from "../../../config/user-error";
import type { StateVersion } from "./state-versions";

/** A version that can be restored. */
export type WholeVersion = StateVersion & Required<Pick<StateVersion, "summary">>;

/** What a restore is to do. */
export interface Choice {
  readonly version: WholeVersion;
  /** What Terraform gets now: what the restore puts the version in the place of. */
  readonly current: StateVersion;
  /** Of all versions. A restored state gets the next one, or a plan made earlier could be applied to it. */
  readonly highestSerial: number;
}

export interface Wanted {
  /**
   * A version's id, or the beginning of one. @default the newest whole version, where the current one is deleted or
   * damaged
   */
  readonly version?: string;
  /**
   * Whether it may be of another lineage than the state, if it is named. @default false: it may be the state of
   * something else
   */
  readonly otherLineage?: boolean;
}

/** Characters of a version's id that may stand for it. */
const SHORTEST_PREFIX = 6;

/**
 * The version of a state to restore.
 *
 * @param versions all of them, newest first
 * @throws UserError where there is no such version, where it can't be restored, or where somebody must say which one
 */
export function chooseVersion(stackId: string, versions: readonly StateVersion[], wanted: Wanted = {}): Choice {
  const refuse = (text: string) => new UserError(`${stackId}: ${text}`);
  const [current] = versions;
  if (!current) throw refuse("there is no state, and there never was one");
  const whole = versions.filter(isWhole);
  const [newest] = whole;
  const list = `npm run state -- history ${stackId} lists them`;
  if (!newest) throw refuse(`none of the ${versions.length} versions of the state is whole; ${list}`);
  const version =
    wanted.version === undefined
      ? byDefault(current, newest, refuse, list)
      : named(wanted.version, versions, refuse, list);
  if (version === current) throw refuse(`${version.versionId} is the current version already`);
  if (!isWhole(version)) {
    throw refuse(
      `the version ${version.versionId} ${version.isDeletion ? "is a deletion" : `is ${version.damage ?? "damaged"}`}; ${list}`,
    );
  }
  const { lineage } = current.summary ?? newest.summary;
  if (version.summary.lineage !== lineage && !wanted.otherLineage) {
    const other = `has the lineage ${version.summary.lineage}, the state has ${lineage}: it may be the state of something else`;
    throw refuse(
      `the version ${version.versionId} ${other}; when it is the right one: --version ${version.versionId} --other-lineage`,
    );
  }
  return { version, current, highestSerial: Math.max(...whole.map(({ summary }) => summary.serial)) };
}

type Refuse = (text: string) => UserError;

function byDefault(current: StateVersion, newest: WholeVersion, refuse: Refuse, list: string): StateVersion {
  const which = `say which version is to come back: --version <version id>; ${list}`;
  if (current.isUnreadable)
    throw refuse(`nobody knows whether the current state is damaged (${current.damage ?? "not readable"}); ${which}`);
  if (current.summary) throw refuse(`the current state is whole; ${which}`);
  return newest;
}

function named(wanted: string, versions: readonly StateVersion[], refuse: Refuse, list: string): StateVersion {
  const exact = versions.find(({ versionId }) => versionId === wanted);
  if (exact) return exact;
  if (wanted.length < SHORTEST_PREFIX) {
    throw refuse(
      `no version is called "${wanted}", expected an id or at least ${SHORTEST_PREFIX} characters of it; ${list}`,
    );
  }
  const [found, ...others] = versions.filter(({ versionId }) => versionId.startsWith(wanted));
  if (!found) throw refuse(`no version is called "${wanted}"; ${list}`);
  const all = [found, ...others].map(({ versionId }) => versionId);
  if (others.length > 0) throw refuse(`"${wanted}" may be any of ${all.join(", ")}`);
  return found;
}

function isWhole(version: StateVersion): version is WholeVersion {
  return version.summary !== undefined;
}
