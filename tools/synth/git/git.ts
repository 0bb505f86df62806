import { spawn, spawnSync } from "node:child_process";
import { lstatSync, realpathSync } from "node:fs";
import { dirname, join, relative, sep } from "node:path";
import { UserError } from "../../../config/user-error";
import { errnoCode } from "../../support/errors";

/** The git repository that a folder is in. */
export interface Repository {
  /** The root of the checkout, without links. */
  readonly top: string;
  /** Its `.git`: a folder, or the file of a linked worktree or a submodule. */
  readonly gitDir: string;
  /** The folder's path in the checkout, with a slash at the end; "" for the root. */
  readonly prefix: string;
}

interface GitOptions {
  /** Written to git's standard input. */
  readonly input?: string;
  /** Variables in addition to those of every git command. */
  readonly env?: Readonly<Record<string, string>>;
}

/** Settings that could run a program, hide a file or change an answer. The command line precedes every configuration. */
const SETTINGS = [
  ...["core.fsmonitor=false", "core.untrackedCache=false", "core.hooksPath=/dev/null", "core.commitGraph=false"],
  ...["core.excludesFile=/dev/null", "core.attributesFile=/dev/null", "core.ignoreCase=false"],
  "advice.graftFileDeprecated=false",
  "core.precomposeUnicode=true", // macOS may return the names of files decomposed
  "safe.directory=*", // its owner does not matter: nothing of the repository's configuration is trusted
].flatMap((setting) => ["-c", setting]);

/**
 * The environment of every git command. Variables of the caller could name another repository, index or object
 * directory. The configuration of the user and of the system, replaced objects, grafts and fetching are off.
 */
function gitEnvironment(): NodeJS.ProcessEnv {
  const inherited = Object.entries(process.env).filter(([name]) => !/^GIT_/i.test(name));
  return {
    ...Object.fromEntries(inherited),
    GIT_CONFIG_NOSYSTEM: "1",
    GIT_CONFIG_GLOBAL: "/dev/null",
    GIT_ATTR_NOSYSTEM: "1",
    GIT_GRAFT_FILE: "/dev/null",
    GIT_NO_REPLACE_OBJECTS: "1",
    GIT_OPTIONAL_LOCKS: "0",
    GIT_LITERAL_PATHSPECS: "1",
    GIT_NO_LAZY_FETCH: "1",
    GIT_ALLOW_PROTOCOL: "none", // before git 2.45, which knows the variable above
    GIT_TERMINAL_PROMPT: "0",
  };
}

/**
 * Finds the repository by its `.git` alone. Git's own search obeys variables and settings, and walks past a damaged
 * repository.
 */
export function findRepository(directory: string): Repository | undefined {
  const folder = realpathSync.native(directory); // in the case that the disk has, if that ignores case
  for (let top = folder; ; top = dirname(top)) {
    const gitDir = join(top, ".git");
    if (lstatSync(gitDir, { throwIfNoEntry: false })) {
      const below = relative(top, folder);
      return { top, gitDir, prefix: below === "" ? "" : `${below.split(sep).join("/")}/` };
    }
    if (top === dirname(top)) return undefined;
  }
}

/** @throws UserError if the folder is in no repository */
export function repositoryOf(directory: string): Repository {
  const repository = findRepository(directory);
  if (repository) return repository;
  throw new UserError(`git finds no commit in ${directory}: not a git repository. Commit the project to one.`);
}

/** Git's output, or the last line of its error. */
export function tryGit(
  repository: Repository,
  args: readonly string[],
  { input, env }: GitOptions = {},
): { readonly answer?: Buffer; readonly complaint: string } {
  const { status, stdout, stderr, error } = spawnSync("git", argumentsFor(repository, args), {
    cwd: repository.top,
    env: { ...gitEnvironment(), ...env },
    input,
    maxBuffer: 1 << 30,
  });
  if (error) return { complaint: problemOf(error) };
  return { answer: status === 0 ? stdout : undefined, complaint: lastLine(stderr.toString()) };
}

/**
 * Git's output.
 * @throws UserError with git's error: an answer that git cannot give is never taken for "none"
 */
export function askGit(repository: Repository, args: readonly string[], options?: GitOptions): Buffer {
  const { answer, complaint } = tryGit(repository, args, options);
  if (answer === undefined) throw unreadable(repository, complaint);
  return answer;
}

export function unreadable({ top }: Repository, complaint: string): UserError {
  return new UserError(
    `git cannot read the repository ${top}: ${complaint || "no reason given"}. Check it with git fsck --full, or clone it again.`,
  );
}

/** Runs git in a separate process group, which Ctrl-C does not reach. */
export function runGit(
  repository: Repository,
  args: readonly string[],
  env: Readonly<Record<string, string>>,
): Promise<{ readonly ok: boolean; readonly complaint: string }> {
  return new Promise((resolve) => {
    const child = spawn("git", argumentsFor(repository, args), {
      cwd: repository.top,
      env: { ...gitEnvironment(), ...env },
      detached: process.platform !== "win32",
      stdio: ["ignore", "ignore", "pipe"],
    });
    let errorOutput = "";
    child.stderr.setEncoding("utf8").on("data", (text: string) => (errorOutput += text));
    child.once("error", (error) => {
      resolve({ ok: false, complaint: problemOf(error) });
    });
    child.once("close", (code) => {
      resolve({ ok: code === 0, complaint: errorOutput.trim() });
    });
  });
}

const argumentsFor = ({ top, gitDir }: Repository, args: readonly string[]): string[] => [
  `--git-dir=${gitDir}`,
  `--work-tree=${top}`,
  ...SETTINGS,
  ...args,
];

const problemOf = (error: Error): string => (errnoCode(error) === "ENOENT" ? "git is not on PATH" : error.message);

const lastLine = (text: string): string => text.trim().split("\n").at(-1) ?? "";
