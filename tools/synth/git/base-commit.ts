import { existsSync } from "node:fs";
import { isAbsolute, join, relative, sep } from "node:path";
import { UserError } from "../../../config/user-error";
import { synthesizeAsync } from "../synth";
import { installDependencies } from "./base-dependencies";
import { holds, prefixOf } from "./repository";
import { addWorktree } from "./worktree";

export interface BaseCommit {
  /** The project's folder, in which git knows the commit. */
  readonly root: string;
  /** The full hash. */
  readonly commit: string;
  /**
   * The estate file of the present code; the one of the same path in the commit is synthesized, or this very one where
   * it lies elsewhere.
   */
  readonly estateFile: string;
  /** An empty place for the checkout, which is removed again. */
  readonly folder: string;
  /** Ends it. */
  readonly signal?: AbortSignal;
}

/**
 * Synthesizes the estate as another commit describes it, by that commit's own code, in a checkout of its own, and with
 * its own dependencies where its lock file is another. The checkout goes again, however it ends.
 *
 * @param outdir is emptied
 * @throws UserError where it can't be synthesized, or is interrupted
 */
export async function synthesizeCommit(base: BaseCommit, outdir: string): Promise<void> {
  const { root, commit, folder, signal } = base;
  const worktree = await addWorktree(root, commit, folder);
  try {
    const project = join(folder, prefixOf(root));
    if (!existsSync(join(project, "main.ts"))) throw new UserError("it has no main.ts");
    const { place, path } = estateAt(base);
    if (place === "missing") throw new UserError(`it has no estate file ${path}`);
    await installDependencies(project, root, { logFile: `${outdir}.log`, signal });
    await synthesizeAsync(outdir, {
      root: project,
      estate: place === "elsewhere" ? path : join(project, path),
      signal,
    });
  } catch (error) {
    if (error instanceof UserError)
      throw new UserError(`the base, commit ${commit.slice(0, 12)}, can't be synthesized: ${error.message}`);
    throw error;
  } finally {
    await worktree.remove();
  }
}

/**
 * Where the estate of another commit is read: there, under its path in the project, or here, since it lies outside of
 * the project.
 */
export interface EstatePlace {
  readonly place: "there" | "missing" | "elsewhere";
  /** Relative to the project, with slashes; absolute where it lies elsewhere. */
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
  return { place: holds(root, commit, path) ? "there" : "missing", path };
}
