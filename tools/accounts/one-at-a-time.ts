import { mkdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { dirname } from "node:path";
import { UserError } from "../../config/user-error";
import { isRunning } from "../support/process";
import { errnoCode } from "../support/errors";

/**
 * Runs work that only one process of this machine may do at a time. A file contains the process id; the file of an ended
 * process does not count.
 *
 * @param what the subject of the work, for the error
 * @throws UserError if another process is running the work
 */
export async function oneAtATime<T>(file: string, what: string, work: () => Promise<T>): Promise<T> {
  mkdirSync(dirname(file), { recursive: true, mode: 0o700 });
  if (!take(file)) {
    const holder = Number(readIfThere(file));
    if (isRunning(holder))
      throw new UserError(
        `${what}: Another bootstrap is running (pid ${holder}). Wait for it; if that pid is unrelated, delete ${file}.`,
      );
    rmSync(file, { force: true });
    if (!take(file)) throw new UserError(`${what}: Another bootstrap has just started. Wait for it.`);
  }
  try {
    return await work();
  } finally {
    rmSync(file, { force: true });
  }
}

function take(file: string): boolean {
  try {
    writeFileSync(file, String(process.pid), { flag: "wx", mode: 0o600 });
    return true;
  } catch (error) {
    if (errnoCode(error) === "EEXIST") return false;
    throw error;
  }
}

function readIfThere(file: string): string {
  try {
    return readFileSync(file, "utf8");
  } catch {
    return ""; // the other process has ended meanwhile
  }
}
