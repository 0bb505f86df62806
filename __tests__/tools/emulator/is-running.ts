import { execFile } from "node:child_process";
import { promisify } from "node:util";

/** An ended process may stay listed as a zombie until its parent reads its exit code. */
export async function isRunning(pid: number): Promise<boolean> {
  const { stdout } = await promisify(execFile)("ps", ["-o", "stat=", "-p", String(pid)]).catch(() => ({ stdout: "" }));
  return !/^\s*(Z|$)/.test(stdout);
}
