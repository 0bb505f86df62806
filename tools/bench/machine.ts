import { execFileSync } from "node:child_process";
import { cpus, loadavg, totalmem } from "node:os";
import { utc } from "../support/time";
import { ROOT } from "../support/project";

/** What a reader needs to compare the numbers of two runs: when, which code, which machine. */
export function headLines(command: string, now = new Date()): readonly string[] {
  const cores = cpus();
  const model = cores[0]?.model.trim() ?? "unknown processor";
  return [
    `${command}, ${utc(now)}, commit ${commit()}`,
    `Node.js ${process.versions.node}, ${cores.length} cores (${model}), ${(totalmem() / 2 ** 30).toFixed(0)} GiB memory, ` +
      `${process.platform} ${process.arch}, load ${(loadavg()[0] ?? 0).toFixed(1)} at the start`,
  ];
}

function commit(): string {
  const git = (...args: readonly string[]) => execFileSync("git", args, { cwd: ROOT, encoding: "utf8" }).trim();
  try {
    const changed = git("status", "--porcelain") === "" ? "" : " with uncommitted changes";
    return git("rev-parse", "--short=12", "HEAD") + changed;
  } catch {
    return "unknown: not a git repository";
  }
}
