import { mkdirSync, readdirSync, rmSync } from "node:fs";
import { join } from "node:path";
import { isRunning } from "../support/is-running";

/** How many ended rehearsals keep their folder, for their logs. */
const KEPT = 3;

/**
 * Makes a folder for one rehearsal, named after the time and this process, and removes those of earlier ones but the
 * last. Two rehearsals at once do not share a folder, and the folder of one that still runs stays.
 *
 * @param kept how many ended ones stay. Default: three
 */
export function newRunDirectory(parent: string, kept = KEPT): string {
  mkdirSync(parent, { recursive: true });
  const ended = readdirSync(parent)
    .filter((name) => !isRunning(Number(/-(\d+)$/.exec(name)?.[1])))
    .sort();
  for (const name of ended.slice(0, Math.max(0, ended.length - kept)))
    rmSync(join(parent, name), { recursive: true, force: true });
  const time = new Date().toISOString().replaceAll(/[-:]|\..*/g, "");
  const directory = join(parent, `${time}-${process.pid}`);
  mkdirSync(directory);
  return directory;
}
