import { spawnSync } from "node:child_process";
import { UserError } from "../../../config/user-error";
import { errnoCode } from "../../support/errors";

/** Where the code stands. */
export interface Checkout {
  /** The full hash of HEAD. @default none: no git repository, or no commit in it */
  readonly commit?: string;
  /** Git's hash of everything that the commit holds: two commits with the same hold the same. */
  readonly tree?: string;
  /** Paths that differ from the commit, untracked ones too, but not what git ignores. */
  readonly changedPaths: readonly string[];
}

/** What git says of a folder. */
export function checkoutOf(directory: string): Checkout {
  const commit = git(directory, "rev-parse", "--verify", "--quiet", "HEAD")?.trim();
  if (commit === undefined || commit === "") return { changedPaths: [] };
  const status = git(directory, "status", "--porcelain", "-z", "--no-renames") ?? "";
  const entries = status.split("\0").filter((entry) => entry !== "");
  return { commit, tree: treeOf(directory, commit), changedPaths: entries.map((entry) => entry.slice(3)) };
}

/**
 * The full hash of a commit.
 *
 * @param ref anything that git takes for a commit. Default: the main branch, on the remote where there is one
 * @param option what errors call the ref
 * @throws UserError where there is no such commit
 */
export function resolveCommit(directory: string, ref?: string, option = "--base"): string {
  const candidates = ref === undefined ? ["origin/HEAD", "origin/main", "main", "origin/master", "master"] : [ref];
  for (const candidate of candidates) {
    const commit = git(
      directory,
      "rev-parse",
      "--verify",
      "--quiet",
      "--end-of-options",
      `${candidate}^{commit}`,
    )?.trim();
    if (commit) return commit;
  }
  if (ref === undefined)
    throw new UserError(
      `there is no main branch (${candidates.join(", ")}): name the commit to compare with, ${option} <ref>${ifShallow(directory)}`,
    );
  throw new UserError(`${option} must be a commit, a branch or a tag, got "${ref}"${ifShallow(directory)}`);
}

/**
 * Where HEAD left another line of commits: what others did there since counts as no difference. On that line itself it
 * is that very commit.
 *
 * @param ref as for `resolveCommit`
 * @param option what errors call the ref
 * @throws UserError where there is no such commit, or nothing that the two have in common
 */
export function mergeBase(directory: string, ref: string | undefined, option: string): string {
  const head = ask(directory, "rev-parse", "--verify", "HEAD^{commit}");
  if (head.answer === undefined)
    throw new UserError(`git knows no commit in ${directory} to compare with another: ${head.complaint}`);
  const commit = resolveCommit(directory, ref, option);
  const base = git(directory, "merge-base", "HEAD", commit)?.trim();
  if (base) return base;
  const name = ref ?? "the main branch";
  throw new UserError(`HEAD and ${name} (${commit.slice(0, 12)}) have no commit in common${ifShallow(directory)}`);
}

/** The tree that a commit holds. Two commits with the same hold the same. */
export function treeOf(directory: string, commit: string): string | undefined {
  return git(directory, "rev-parse", "--verify", "--quiet", `${commit}^{tree}`)?.trim();
}

/** Whether a commit holds a file. @param path relative to the directory, with slashes */
export function holds(directory: string, commit: string, path: string): boolean {
  return git(directory, "cat-file", "-e", `${commit}:./${path}`) !== undefined;
}

/** Where the directory lies in its repository, with a slash at the end; "" where it is the repository's own. */
export function prefixOf(directory: string): string {
  return git(directory, "rev-parse", "--show-prefix")?.trim() ?? "";
}

function ifShallow(directory: string): string {
  const isShallow = git(directory, "rev-parse", "--is-shallow-repository")?.trim() === "true";
  return isShallow
    ? "; this clone holds a part of the history only: git fetch --unshallow, or fetch-depth: 0 of actions/checkout"
    : "";
}

function git(cwd: string, ...args: readonly string[]): string | undefined {
  return ask(cwd, ...args).answer;
}

/** What git answers, or says instead. */
function ask(cwd: string, ...args: readonly string[]): { readonly answer?: string; readonly complaint: string } {
  const { status, stdout, stderr, error } = spawnSync("git", args, {
    cwd,
    env: gitEnvironment(),
    encoding: "utf8",
    maxBuffer: 1 << 28,
  });
  if (error) return { complaint: errnoCode(error) === "ENOENT" ? "git is not on PATH" : error.message };
  return { answer: status === 0 ? stdout : undefined, complaint: stderr.trim().split("\n").at(-1) ?? "" };
}

/** In a hook git names the repository that it runs in by variables, which would win over the folder. */
export function gitEnvironment(): NodeJS.ProcessEnv {
  return Object.fromEntries(
    Object.entries(process.env).filter(([name]) => !/^GIT_(DIR|WORK_TREE|INDEX_FILE|PREFIX)$/.test(name)),
  );
}
