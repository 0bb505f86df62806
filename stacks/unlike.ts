import { existsSync, readFileSync, realpathSync, renameSync, writeFileSync } from "node:fs";
import { parseJson } from "../config/input";
import { estateFile } from "../config/load";
import { membersFile } from "../config/members-record";
import type { Estate } from "../config/model";
import { predecessorOf } from "../config/predecessor";
import "."; // what the code shares with the estate file is known once all of it is loaded
import { groupsWith, inputDigests, type StackGroup } from "./groups";

/** Another process writes its file within seconds, unless it was killed. */
const MOST_SECONDS = 900;
const STEP_MILLISECONDS = 10;

/**
 * The groups that the same code would build differently for another estate: those whose input differs. The other estate
 * is synthesized at the same time by a process that does the same: each writes the digests of its inputs for the other.
 * If the code shares a module with the estate file, all groups of both are unlike. With them come the groups that they
 * follow in promotion, which a plan of them needs.
 *
 * @param own the file to write
 * @param other the file that the other process writes
 */
export function groupsUnlike(
  groups: readonly StackGroup[],
  estate: Estate,
  { own, other }: { readonly own: string; readonly other: string },
): StackGroup[] {
  const digests = isEstateShared() ? new Map<string, string>() : inputDigests(groups);
  writeFileSync(`${own}.part`, JSON.stringify(Object.fromEntries(digests)));
  renameSync(`${own}.part`, own); // the other process sees the complete file or none
  const others = new Map(Object.entries(parseJson(awaitedText(other)) as Record<string, string>));
  const unlike = groups.filter(({ specs }) =>
    specs.some(({ id }) => digests.get(id) === undefined || digests.get(id) !== others.get(id)),
  );
  const specs = unlike.flatMap((group) => group.specs);
  const followed = specs.flatMap((spec) => predecessorOf(spec, estate) ?? []);
  const ids = [...specs, ...followed].map(({ id }) => id);
  return groupsWith(groups, ids);
}

/**
 * Whether the code imports the estate file, its record, or a module that the estate file imports. Such a module may hold
 * what is in no input. The one module that reads the estate for all others does not count.
 */
function isEstateShared(): boolean {
  const file = realpathSync(estateFile());
  const own = new Set([file, membersFile(file)]);
  // Iterating over a set includes values that are added meanwhile.
  for (const each of own) for (const { filename } of require.cache[each]?.children ?? []) own.add(filename);
  const others = new Set([...own, require.resolve("../config/read-estate-file")]);
  return Object.values(require.cache).some(
    (module) => module && !others.has(module.filename) && module.children.some(({ filename }) => own.has(filename)),
  );
}

function awaitedText(file: string): string {
  const step = new Int32Array(new SharedArrayBuffer(4));
  for (let waited = 0; !existsSync(file); waited += STEP_MILLISECONDS) {
    if (waited > MOST_SECONDS * 1000) throw new Error(`${file} must be written in ${MOST_SECONDS} s, got no file`);
    Atomics.wait(step, 0, 0, STEP_MILLISECONDS);
  }
  return readFileSync(file, "utf8");
}
