import { mkdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { dirname } from "node:path";
import { UserError } from "../../config/user-error";
import { isRunning } from "../support/process";
import { errnoCode } from "../support/errors";

/**
 * Does something of which only one process of this machine may do at a time. A file holds the process's number; that of
 * a process which died does not count.
 *
 * @param what what is done, for whoever is refused
 * @throws UserError where another process does it
 */
export async function oneAtATime<T>(file: string, what: string, work: () => Promise<T>): Promise<T> {
  mkdirSync(dirname(file), { recursive: true, mode: 0o700 });
  if (!take(file)) {
    const holder = Number(readIfThere(file));
    if (isRunning(holder))
      throw new UserError(
        `${what}: process ${holder} is at it: wait for it; where that is another program, rm ${file}`,
      );
    rmSync(file, { force: true });
    if (!take(file)) throw new UserError(`${what}: another process has just begun: wait for it`);
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
    return ""; // it has ended meanwhile
  }
}
