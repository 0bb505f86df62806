import { execFileSync } from "node:child_process";

/** Whether a process is running. A zombie is not. */
export function isAlive(pid: number): boolean {
  return !/^(Z.*)?$/.test(ask(pid, "stat"));
}

/** The process group of a running process. */
export function groupOf(pid: number): number {
  return Number(ask(pid, "pgid"));
}

/** "" if there is no such process. */
function ask(pid: number, column: "stat" | "pgid"): string {
  try {
    return execFileSync("ps", ["-o", `${column}=`, "-p", String(pid)], { encoding: "utf8" }).trim();
  } catch (error) {
    if ((error as { status?: number }).status === 1) return "";
    throw error;
  }
}
