import { existsSync, mkdirSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { isRunning } from "./process";

/** The project's root folder, where main.ts and package.json are. */
export const ROOT = join(__dirname, "../..");

/** Lets Node run TypeScript: `node --require <this file> main.ts`. */
export const TYPESCRIPT = join(__dirname, "typescript.cjs");

/** The project's ignored cache folder. */
export const CACHE = join(ROOT, ".cache");

/** How many folders are kept of the runs that failed or were killed, and how many of the others. */
const KEPT_RUNS = 3;
/** Marks the folder of a run whose logs nobody needs. The mark of a killed run is missing: it counts as failed. */
const FINISHED = ".finished";
/** The name of a run's folder. Other names, such as .DS_Store, are left alone. */
const RUN = /^\d+T\d+-(\d+)$/;
/** The folders of this process. */
const current: string[] = [];

/**
 * Creates a folder for one run, named after the time and this process. Removes the folders of ended runs except the last
 * few: a run that succeeded or was refused never displaces one that failed. Two runs at once never share a folder, and
 * the folder of a running one is kept.
 *
 * @param secret a folder inside that must not outlive its run, even if the run was killed
 */
export function newRunDirectory(parent: string, secret?: string): string {
  mkdirSync(parent, { recursive: true });
  const ended = readdirSync(parent)
    .filter((name) => {
      const [, pid] = RUN.exec(name) ?? [];
      return pid !== undefined && !isRunning(Number(pid));
    })
    .sort()
    .map((name) => join(parent, name));
  if (secret !== undefined) for (const each of ended) rmSync(join(each, secret), { recursive: true, force: true });
  const finished = ended.filter((each) => existsSync(join(each, FINISHED)));
  const failed = ended.filter((each) => !finished.includes(each));
  for (const each of [...finished.slice(0, -KEPT_RUNS), ...failed.slice(0, -KEPT_RUNS)])
    rmSync(each, { recursive: true, force: true });
  const time = new Date().toISOString().replaceAll(/[-:]|\..*/g, "");
  const directory = join(parent, `${time}-${process.pid}`);
  mkdirSync(directory);
  current.push(directory);
  return directory;
}

/** Marks the folders of this process: its run succeeded, or was refused before it did anything. */
export function finishRun(): void {
  for (const directory of current) if (existsSync(directory)) writeFileSync(join(directory, FINISHED), "");
}
