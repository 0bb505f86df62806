import { execFileSync } from "node:child_process";
import { constants, copyFileSync, cpSync, existsSync, linkSync, mkdirSync, mkdtempSync, readdirSync, readlinkSync, realpathSync, rmSync, symlinkSync } from "node:fs"; // prettier-ignore
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { UserError } from "../../config/user-error";
import { errnoCode } from "../support/errors";
import { isRunning } from "../support/process";
import { ROOT } from "../support/project";

export interface ProjectCopy {
  /** The copied project. */
  readonly project: string;
  /** The folder that contains it. Commands may write other things next to it. */
  readonly directory: string;
  /** The copied files, from the project's root. Without packages. */
  readonly files: readonly string[];
  /** Removes all of it. */
  readonly remove: () => void;
}

/** Where packages are: the project's, and those of a team's own stacks. */
const PACKAGES = ["node_modules", "custom/node_modules"];

/**
 * Copies the project into the folder for temporary files: outside of the project, where a package that is missing in the
 * copy would be found in the project. Copies what git knows or would commit, into a repository with one commit. Packages are hard links, which take seconds.
 *
 * @param parent the folder of the copy. Default: the one for temporary files
 * @throws UserError if the project is not in a git repository
 */
export function copyOfProject(root = ROOT, parent = tmpdir()): ProjectCopy {
  const files = filesOf(root);
  removeAbandoned(parent);
  const directory = mkdtempSync(join(realpathSync(parent), `estate-trial-${process.pid}-`));
  const project = join(directory, "project");
  const remove = (): void => {
    rmSync(directory, { recursive: true, force: true, maxRetries: 3 });
  };
  try {
    for (const file of files) {
      mkdirSync(dirname(join(project, file)), { recursive: true });
      cpSync(join(root, file), join(project, file), { verbatimSymlinks: true });
    }
    commitAll(project);
    for (const folder of PACKAGES)
      if (existsSync(join(root, folder))) linkFolder(realpathSync(join(root, folder)), join(project, folder));
    return { project, directory, files, remove };
  } catch (error) {
    remove();
    throw error;
  }
}

/** Removes the copies of killed commands. */
function removeAbandoned(parent: string): void {
  for (const name of readdirSync(parent)) {
    const [, pid] = /^estate-trial-(\d+)-/.exec(name) ?? [];
    if (pid === undefined || isRunning(Number(pid))) continue;
    try {
      rmSync(join(parent, name), { recursive: true, force: true });
    } catch {
      // it belongs to another user
    }
  }
}

/** The environment without that of a hook of git, where GIT_DIR names the project: a commit of the copy would be there. */
export const outsideGit = (): NodeJS.ProcessEnv =>
  Object.fromEntries(Object.entries(process.env).filter(([name]) => !/^GIT_/i.test(name)));

/** Unit tests ask git for the files of the project. */
function commitAll(project: string): void {
  const settings = [
    "user.name=trial",
    "user.email=trial@example.com",
    "commit.gpgsign=false",
    "core.hooksPath=/dev/null",
  ];
  const git = (...args: readonly string[]) =>
    execFileSync("git", [...settings.flatMap((setting) => ["-c", setting]), ...args], {
      cwd: project,
      env: outsideGit(),
      stdio: "pipe",
    });
  git("init", "--quiet", "--initial-branch=main", "--template=");
  git("add", "--all", "--force");
  git("commit", "--quiet", "--message", "the project");
}

function filesOf(root: string): readonly string[] {
  try {
    const args = ["ls-files", "--cached", "--others", "--exclude-standard", "-z"];
    const names = execFileSync("git", args, {
      cwd: root,
      env: outsideGit(),
      encoding: "utf8",
      stdio: "pipe",
      maxBuffer: 2 ** 26,
    });
    return names.split("\0").filter((file) => file !== "" && existsSync(join(root, file)));
  } catch (error) {
    const [line = ""] = String((error as { readonly stderr?: unknown }).stderr ?? error).split("\n");
    throw new UserError(`the project must be in a git repository, got "${line}". Run git init, and commit its files.`);
  }
}

/**
 * What is written in place: a link would change the file of the project too. Without its record, npm reads the installed
 * packages themselves.
 */
const NOT_LINKED = new Set([".package-lock.json", ".cache"]);

function linkFolder(from: string, to: string): void {
  mkdirSync(to, { recursive: true });
  for (const entry of readdirSync(from, { withFileTypes: true })) {
    if (NOT_LINKED.has(entry.name)) continue;
    const [source, target] = [join(from, entry.name), join(to, entry.name)];
    if (entry.isDirectory()) linkFolder(source, target);
    else if (entry.isSymbolicLink()) symlinkSync(readlinkSync(source), target);
    else linkFile(source, target);
  }
}

/** A copy where no link is possible, as between two disks. */
function linkFile(source: string, target: string): void {
  try {
    linkSync(source, target);
  } catch (error) {
    if (!["EXDEV", "EPERM", "EMLINK", "ENOTSUP"].includes(errnoCode(error) ?? "")) throw error;
    copyFileSync(source, target, constants.COPYFILE_FICLONE);
  }
}
