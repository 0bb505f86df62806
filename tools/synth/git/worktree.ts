import { spawn } from "node:child_process";
import { rmSync } from "node:fs";
import { UserError } from "../../../config/user-error";
import { gitEnvironment } from "./repository";

/** A second checkout of a repository. */
interface Worktree {
  /** Removes the checkout with everything in it. Never throws. */
  readonly remove: () => Promise<void>;
}

/**
 * Checks a commit out into a folder that must not exist yet. Ctrl-C does not reach git here: the interrupted caller
 * removes the worktree. Also prunes worktrees of killed processes whose folders no longer exist.
 *
 * @param directory of the repository
 * @throws UserError with git's error; leaves nothing behind
 */
export async function addWorktree(directory: string, commit: string, folder: string): Promise<Worktree> {
  const git = (...args: readonly string[]) => gitAlone(directory, ["worktree", ...args]);
  const remove = async (): Promise<void> => {
    if ((await git("remove", "--force", "--force", folder)).ok) return;
    rmSync(folder, { recursive: true, force: true, maxRetries: 3 });
    await git("prune");
  };
  await git("prune");
  const { ok, complaint } = await git("add", "--detach", "--quiet", folder, commit);
  if (ok) return { remove };
  await remove();
  throw new UserError(`git cannot check out commit ${commit.slice(0, 12)} into ${folder}: ${complaint}`);
}

interface GitResult {
  readonly ok: boolean;
  readonly complaint: string;
}

/**
 * Runs git in a separate process group and without the repository's hooks, which are meant for a person's checkouts.
 */
function gitAlone(cwd: string, args: readonly string[]): Promise<GitResult> {
  return new Promise((resolve) => {
    const child = spawn("git", ["-c", "core.hooksPath=/dev/null", ...args], {
      ...{ cwd, env: gitEnvironment(), detached: process.platform !== "win32" },
      stdio: ["ignore", "ignore", "pipe"],
    });
    let errorOutput = "";
    child.stderr.setEncoding("utf8").on("data", (text: string) => (errorOutput += text));
    child.once("error", (error) => {
      resolve({ ok: false, complaint: error.message });
    });
    child.once("close", (code) => {
      resolve({ ok: code === 0, complaint: errorOutput.trim() });
    });
  });
}
