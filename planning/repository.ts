import { execFileSync, spawnSync } from "node:child_process";
import { UserError } from "../errors/user-error";

/** Where the code stands. */
export interface Checkout {
  /** The full hash of HEAD. @default none: no git repository, or no commit in it */
  readonly commit?: string;
  /** Paths that differ from the commit, untracked ones too, but not what git ignores. */
  readonly changedPaths: readonly string[];
}

/** What git says of a folder. */
export function checkoutOf(directory: string): Checkout {
  const commit = git(directory, "rev-parse", "--verify", "--quiet", "HEAD")?.trim();
  if (commit === undefined || commit === "") return { changedPaths: [] };
  const status = git(directory, "status", "--porcelain", "-z", "--no-renames") ?? "";
  const entries = status.split("\0").filter((entry) => entry !== "");
  return { commit, changedPaths: entries.map((entry) => entry.slice(3)) };
}

/**
 * The full hash of a commit.
 *
 * @param ref anything that git takes for a commit. Default: the main branch, on the remote where there is one
 * @throws UserError where there is no such commit
 */
export function resolveCommit(directory: string, ref?: string): string {
  const candidates = ref === undefined ? ["origin/HEAD", "origin/main", "main", "origin/master", "master"] : [ref];
  for (const candidate of candidates) {
    const commit = git(directory, "rev-parse", "--verify", "--quiet", "--end-of-options", `${candidate}^{commit}`)?.trim();
    if (commit) return commit;
  }
  if (ref === undefined)
    throw new UserError(`there is no main branch (${candidates.join(", ")}): name the commit to compare with, --base <ref>`);
  throw new UserError(`--base must be a commit, a branch or a tag, got "${ref}"`);
}

/** Makes a checkout of a commit in a folder that must not exist yet; the function that it returns removes it again. */
export function addWorktree(directory: string, commit: string, folder: string): () => void {
  execFileSync("git", ["worktree", "add", "--detach", "--quiet", folder, commit], { cwd: directory, env: gitEnvironment(), stdio: "pipe" });
  return () => {
    spawnSync("git", ["worktree", "remove", "--force", folder], { cwd: directory, env: gitEnvironment(), stdio: "ignore" });
  };
}

function git(cwd: string, ...args: readonly string[]): string | undefined {
  const { status, stdout, error } = spawnSync("git", args, { cwd, env: gitEnvironment(), encoding: "utf8", maxBuffer: 1 << 28 });
  return error === undefined && status === 0 ? stdout : undefined;
}

/** In a hook git names the repository that it runs in by variables, which would win over the folder. */
function gitEnvironment(): NodeJS.ProcessEnv {
  return Object.fromEntries(Object.entries(process.env).filter(([name]) => !/^GIT_(DIR|WORK_TREE|INDEX_FILE|PREFIX)$/.test(name)));
}
