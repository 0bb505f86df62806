import { mkdirSync, rmSync } from "node:fs";
import { dirname } from "node:path";
import { UserError } from "../../config/user-error";
import { isRunning, lockHolder, takeLock } from "../support/process";

/**
 * Runs work that only one process of this machine may do at a time. A file contains the process id; the file of an ended
 * process does not count.
 *
 * @param what the subject of the work, for the error
 * @throws UserError if another process is running the work
 */
export async function oneAtATime<T>(file: string, what: string, work: () => Promise<T>): Promise<T> {
  mkdirSync(dirname(file), { recursive: true, mode: 0o700 });
  if (!takeLock(file)) {
    const holder = lockHolder(file);
    if (isRunning(holder))
      throw new UserError(
        `${what}: Another bootstrap is running (pid ${holder}). Wait for it; if that pid is unrelated, delete ${file}.`,
      );
    rmSync(file, { force: true });
    if (!takeLock(file)) throw new UserError(`${what}: Another bootstrap has just started. Wait for it.`);
  }
  try {
    return await work();
  } finally {
    rmSync(file, { force: true });
  }
}
