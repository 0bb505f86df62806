import { existsSync, readdirSync } from "node:fs";
import { isAbsolute, join, posix, relative, sep } from "node:path";
import { filesNextTo } from "../../../config/read-estate-file";
import { UserError } from "../../../config/user-error";
import { synthesizeAsync } from "../synth";
import { installDependencies } from "./base-dependencies";
import { repositoryOf } from "./git";
import { hasFile, readTree } from "./repository";
import { addWorktree } from "./worktree";

interface BaseCommit {
  /** The project's folder, in whose repository the commit is. */
  readonly root: string;
  /** The full hash. */
  readonly commit: string;
  /**
   * The estate file of the current code. The file of the same path in the commit is synthesized; a file outside the
   * project is used as it is.
   */
  readonly estateFile: string;
  /** Where the checkout goes: must not exist yet, and is removed again. */
  readonly folder: string;
  /** The arguments of main.ts, which select stacks. @default none: every stack */
  readonly select?: readonly string[];
  /** Interrupts it. */
  readonly signal?: AbortSignal;
}

/**
 * Synthesizes the estate of another commit with that commit's code, in a separate checkout, and with its own
 * dependencies if its lock file differs. Always removes the checkout.
 *
 * @param outdir is emptied
 * @throws UserError if it can't be synthesized, or is interrupted
 */
export async function synthesizeCommit(base: BaseCommit, outdir: string): Promise<void> {
  const { root, commit, folder, select, signal } = base;
  const worktree = await addWorktree(root, commit, folder);
  try {
    const project = join(folder, repositoryOf(root).prefix);
    if (!existsSync(join(project, "main.ts"))) throw new UserError("it has no main.ts");
    const { place, path } = estateAt(base);
    if (place === "missing") throw new UserError(`it has no estate file ${path}`);
    await installDependencies(project, root, { logFile: `${outdir}.log`, signal });
    await synthesizeAsync(outdir, {
      root: project,
      estate: place === "elsewhere" ? path : join(project, path),
      select,
      signal,
    });
  } catch (error) {
    if (error instanceof UserError)
      throw new UserError(`the base, commit ${commit.slice(0, 12)}, can't be synthesized: ${error.message}`);
    throw error;
  } finally {
    worktree.remove();
  }
}

/** Where the estate file of another commit is: in the commit, at its path in the project, or outside the project. */
interface EstatePlace {
  readonly place: "there" | "missing" | "elsewhere";
  /** Relative to the project, with slashes; absolute if it is outside the project. */
  readonly path: string;
}

export function estateAt({
  root,
  commit,
  estateFile,
}: Pick<BaseCommit, "root" | "commit" | "estateFile">): EstatePlace {
  const below = relative(root, estateFile);
  if (isAbsolute(below) || below.split(sep)[0] === "..") return { place: "elsewhere", path: estateFile };
  const path = below.split(sep).join("/");
  return { place: hasFile(root, commit, path) ? "there" : "missing", path };
}

/** Paths in the project that the code does not read: git's own, packages, and what commands write. */
const NO_CODE =
  /^(\.git|\.cache|cdktf\.out|coverage|plans|births|errored|handover)(\/|$)|(^|\/)node_modules(\/|$)|\.(log|tsbuildinfo)$|\.access\/access\.json$/;

/**
 * Whether the files on disk differ from a commit in nothing but the estate file and its record. Then the same code
 * synthesizes both, and equal inputs make equal stacks.
 *
 * @param head the full hash of HEAD
 * @param changedPaths the files on disk that differ from HEAD, from the repository's root
 */
export function hasSameCode(
  { root, commit, estateFile }: Pick<BaseCommit, "root" | "commit" | "estateFile">,
  head: string,
  changedPaths: readonly string[],
): boolean {
  const repository = repositoryOf(root);
  const [before, now] = [commit, head].map(
    (each) => new Map(readTree(repository, each).files.map((file) => [file.path, file])),
  );
  if (!before || !now) return false;
  const inRepository = (file: string) => posix.join(repository.prefix, relative(root, file).split(sep).join("/"));
  const free = new Set([estateFile, ...filesNextTo(estateFile)].map(inRepository));
  const differing = [...new Set([...before.keys(), ...now.keys()])].filter((path) => {
    const [one, other] = [before.get(path), now.get(path)];
    return one?.hash !== other?.hash || one?.mode !== other?.mode;
  });
  // A file that git ignores is not in the checkout of the other commit. The code may read it wherever it is.
  const onDisk = filesBelow(root, "").map((path) => posix.join(repository.prefix, path));
  return [...differing, ...changedPaths, ...onDisk.filter((path) => !now.has(path))].every((path) => free.has(path));
}

/** The files in a folder of the project that the code may read, from the project's root. */
function filesBelow(root: string, folder: string): string[] {
  return readdirSync(join(root, folder), { withFileTypes: true }).flatMap((entry) => {
    const path = posix.join(folder, entry.name);
    if (NO_CODE.test(path)) return [];
    return entry.isDirectory() ? filesBelow(root, path) : [path];
  });
}
