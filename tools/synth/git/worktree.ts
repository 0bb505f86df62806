import { spawn } from "node:child_process";
import { rmSync } from "node:fs";
import { UserError } from "../../../config/user-error";
import { gitEnvironment } from "./repository";

/** A second checkout of a repository. */
export interface Worktree {
  /** Takes it away again, and whatever was put there. Never throws. */
  readonly remove: () => Promise<void>;
}

/**
 * Checks a commit out into a folder that must not exist yet. A Ctrl-C does not reach git here: whoever is interrupted
 * removes the worktree in order. What a process left that was killed is forgotten, once its folder is gone.
 *
 * @param directory of the repository
 * @throws UserError with what git said; nothing is left then
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
  throw new UserError(`git can't check out commit ${commit.slice(0, 12)} beside the present code: ${complaint}`);
}

interface Ended {
  readonly ok: boolean;
  readonly complaint: string;
}

/**
 * Runs git in a process group of its own, and without the repository's hooks: what they do after a checkout is for
 * people's own.
 */
function gitAlone(cwd: string, args: readonly string[]): Promise<Ended> {
  return new Promise((resolve) => {
    const child = spawn("git", ["-c", "core.hooksPath=/dev/null", ...args], {
      ...{ cwd, env: gitEnvironment(), detached: process.platform !== "win32" },
      stdio: ["ignore", "ignore", "pipe"],
    });
    let said = "";
    child.stderr.setEncoding("utf8").on("data", (text: string) => (said += text));
    child.once("error", (error) => {
      resolve({ ok: false, complaint: error.message });
    });
    child.once("close", (code) => {
      resolve({ ok: code === 0, complaint: said.trim() });
    });
  });
}
