import { execFileSync } from "node:child_process";
import { cpSync, existsSync, mkdirSync, rmSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";

/**
 * The variables of git in tests: commits of nobody, without what takes time and changes no answer, which is compression
 * and the upkeep that each commit would start in a process of its own.
 */
export function gitEnvironment(): NodeJS.ProcessEnv {
  const settings = Object.entries({ "core.looseCompression": "0", "maintenance.auto": "false" });
  return {
    ...process.env,
    ...{ GIT_AUTHOR_NAME: "a", GIT_AUTHOR_EMAIL: "a@example.com" },
    ...{ GIT_COMMITTER_NAME: "a", GIT_COMMITTER_EMAIL: "a@example.com" },
    GIT_CONFIG_COUNT: String(settings.length),
    ...Object.fromEntries(
      settings.flatMap(([key, value], index) => [
        [`GIT_CONFIG_KEY_${index}`, key],
        [`GIT_CONFIG_VALUE_${index}`, value],
      ]),
    ),
  };
}

/** As `git init --template=` does, without a process. Changes no repository that exists. */
export function makeRepository(directory: string): void {
  const gitDir = join(directory, ".git");
  if (existsSync(gitDir)) return;
  for (const name of ["objects", "refs"]) mkdirSync(join(gitDir, name), { recursive: true });
  writeFileSync(join(gitDir, "HEAD"), "ref: refs/heads/main\n");
  writeFileSync(join(gitDir, "config"), "[core]\n\trepositoryformatversion = 0\n\tbare = false\n");
}

/** A real git repository in a folder, on its branch `main`. */
export class TestRepository {
  /** @param from a repository to begin as a copy of. @default a new one */
  constructor(
    readonly directory: string,
    from?: TestRepository,
  ) {
    mkdirSync(directory, { recursive: true });
    if (from) cpSync(from.directory, directory, { recursive: true, verbatimSymlinks: true });
    else makeRepository(directory);
  }

  public git(...args: readonly string[]): string {
    return execFileSync("git", args, {
      cwd: this.directory,
      env: gitEnvironment(),
      encoding: "utf8",
      stdio: "pipe",
    }).trim();
  }

  /** Writes files by path; `undefined` deletes one. */
  public write(files: Readonly<Record<string, string | undefined>>): void {
    for (const [path, content] of Object.entries(files)) {
      const file = join(this.directory, path);
      mkdirSync(dirname(file), { recursive: true });
      if (content === undefined) rmSync(file);
      else writeFileSync(file, content);
    }
  }

  /** Writes these files and commits everything. Returns the full hash. */
  public commit(files: Readonly<Record<string, string | undefined>> = {}): string {
    this.write(files);
    this.git("add", "--all");
    const printed = this.git("-c", "core.abbrev=no", "commit", "--allow-empty", "--message", "a change"); // the full hash
    return /^\[.* ([0-9a-f]{40,})\]/.exec(printed)?.[1] ?? "";
  }

  /** The folders of its checkouts, its main one first. */
  public get worktrees(): string[] {
    return this.git("worktree", "list", "--porcelain").split("\n").filter((line) => line.startsWith("worktree ")).map((line) => line.slice("worktree ".length)); // prettier-ignore
  }
}
