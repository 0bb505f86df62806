import { spawnSync } from "node:child_process";
import { UserError } from "../../../config/user-error";
import { errnoCode } from "../../support/errors";

/** The state of a checkout. */
export interface Checkout {
  /** The full hash of HEAD. @default no git repository, or no commit in it */
  readonly commit?: string;
  /** The hash of the commit's tree: two commits with the same tree have the same content. */
  readonly tree?: string;
  /** Paths that differ from the commit, untracked ones included, ignored ones excluded. */
  readonly changedPaths: readonly string[];
}

/** Reads the checkout that a folder is in. */
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
 * @param ref anything that git resolves to a commit. Default: the main branch, the remote's if there is one
 * @param option the name of the ref in errors
 * @throws UserError if there is no such commit
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
      `there is no main branch (${candidates.join(", ")}). Name the commit to compare with: ${option} <ref>${ifShallow(directory)}`,
    );
  throw new UserError(`${option} must be a commit, a branch or a tag, got "${ref}"${ifShallow(directory)}`);
}

/**
 * The merge base of HEAD and another commit, so that later commits on the other line do not count as differences.
 *
 * @param ref as for `resolveCommit`
 * @param option the name of the ref in errors
 * @throws UserError if there is no such commit, or no common commit
 */
export function mergeBase(directory: string, ref: string | undefined, option: string): string {
  const head = ask(directory, "rev-parse", "--verify", "HEAD^{commit}");
  if (head.answer === undefined) throw new UserError(`git finds no commit in ${directory}: ${head.complaint}`);
  const commit = resolveCommit(directory, ref, option);
  const base = git(directory, "merge-base", "HEAD", commit)?.trim();
  if (base) return base;
  const name = ref ?? "the main branch";
  throw new UserError(`HEAD and ${name} (${commit.slice(0, 12)}) have no commit in common${ifShallow(directory)}`);
}

/** The hash of a commit's tree: two commits with the same tree have the same content. */
export function treeOf(directory: string, commit: string): string | undefined {
  return git(directory, "rev-parse", "--verify", "--quiet", `${commit}^{tree}`)?.trim();
}

/** Whether a commit contains a file. @param path relative to the directory, with slashes */
export function hasFile(directory: string, commit: string, path: string): boolean {
  return git(directory, "cat-file", "-e", `${commit}:./${path}`) !== undefined;
}

/** The text of a file in a commit; undefined if it has none. @param path relative to the directory, with slashes */
export function fileIn(directory: string, commit: string, path: string): string | undefined {
  return git(directory, "cat-file", "blob", `${commit}:./${path}`);
}

/** The directory's path in its repository, with a slash at the end; "" for the repository's root. */
export function prefixOf(directory: string): string {
  return git(directory, "rev-parse", "--show-prefix")?.trim() ?? "";
}

function ifShallow(directory: string): string {
  const isShallow = git(directory, "rev-parse", "--is-shallow-repository")?.trim() === "true";
  return isShallow
    ? "; this clone has only a part of the history: git fetch --unshallow, or fetch-depth: 0 of actions/checkout"
    : "";
}

function git(cwd: string, ...args: readonly string[]): string | undefined {
  return ask(cwd, ...args).answer;
}

/** Git's output, or the last line of its error. */
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

/** In a hook, git sets variables for its own repository, which would take precedence over the folder. */
export function gitEnvironment(): NodeJS.ProcessEnv {
  return Object.fromEntries(
    Object.entries(process.env).filter(([name]) => !/^GIT_(DIR|WORK_TREE|INDEX_FILE|PREFIX)$/.test(name)),
  );
}
