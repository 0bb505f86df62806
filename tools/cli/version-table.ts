import type { StateVersion } from "../terraform/state/state-versions";
import { utc } from "../support/time";
import { alignColumns } from "../support/table";

const HEAD = ["version", "written", "bytes", "serial", "terraform", "resources", ""];
const NUMBERS = [2, 3, 5];

/** The number of characters shown of a version's id, if they are unique. */
const SHORT = 8;

/** The versions of a state, newest first, in columns that suit grep and diff. Without trailing line break. */
export function versionTable(versions: readonly StateVersion[]): string {
  const ids = versions.map(({ versionId }) => versionId);
  return alignColumns([HEAD, ...versions.map((version) => cells(version, shortId(version.versionId, ids)))], NUMBERS);
}

/** The shortest unique beginning of an id, at least 8 characters. */
export function shortId(id: string, ids: readonly string[]): string {
  const others = ids.filter((other) => other !== id);
  let length = SHORT;
  while (length < id.length && others.some((other) => other.startsWith(id.slice(0, length)))) length++;
  return id.slice(0, length);
}

function cells({ time, bytes, isDeletion, isCurrent, summary, damage }: StateVersion, id: string): string[] {
  const what = isDeletion ? "deleted" : summary ? "" : `damaged: ${damage ?? "not a state"}`;
  const notes = [...(isCurrent ? ["current"] : []), ...(what ? [what] : [])].join(", ");
  const { serial = "-", terraformVersion = "-", resources = "-" } = summary ?? {};
  return [id, utc(time), isDeletion ? "-" : String(bytes), String(serial), terraformVersion, String(resources), notes];
}
