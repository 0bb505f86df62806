import { existsSync, readFileSync, renameSync, writeFileSync } from "node:fs";
import { parseJson } from "../config/input";
import { inputDigests, type StackGroup } from "./groups";

/** Another process writes its file within seconds, unless it was killed. */
const MOST_SECONDS = 900;
const STEP_MILLISECONDS = 10;

/**
 * The groups that the same code would build differently for another estate: those whose input differs. The other estate
 * is synthesized at the same time by a process that does the same: each writes the digests of its inputs for the other.
 *
 * @param own the file to write
 * @param other the file that the other process writes
 */
export function groupsUnlike(groups: readonly StackGroup[], own: string, other: string): StackGroup[] {
  const digests = inputDigests(groups);
  writeFileSync(`${own}.part`, JSON.stringify(Object.fromEntries(digests)));
  renameSync(`${own}.part`, own); // the other process sees the complete file or none
  const others = new Map(Object.entries(parseJson(awaitedText(other)) as Record<string, string>));
  return groups.filter(({ specs }) => specs.some(({ id }) => digests.get(id) !== others.get(id)));
}

function awaitedText(file: string): string {
  const step = new Int32Array(new SharedArrayBuffer(4));
  for (let waited = 0; !existsSync(file); waited += STEP_MILLISECONDS) {
    if (waited > MOST_SECONDS * 1000) throw new Error(`${file} must be written in ${MOST_SECONDS} s, got no file`);
    Atomics.wait(step, 0, 0, STEP_MILLISECONDS);
  }
  return readFileSync(file, "utf8");
}
