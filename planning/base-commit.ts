import { spawnSync } from "node:child_process";
import { existsSync, readFileSync, symlinkSync } from "node:fs";
import { join, relative } from "node:path";
import { UserError } from "../errors/user-error";
import { synthesize } from "../rehearsal/synth";
import { addWorktree } from "./repository";

const LOCK = "package-lock.json";

export interface BaseCommit {
  /** The project's folder, in which git knows the commit. */
  readonly root: string;
  /** The full hash. */
  readonly commit: string;
  /** The estate file of the present code; the one of the same path in the commit is synthesized, or this very one where it lies elsewhere. */
  readonly estateFile: string;
  /** An empty place for the checkout, which is removed again. */
  readonly folder: string;
}

/**
 * Synthesizes the estate as another commit describes it, by that commit's own code, in a checkout of its own, and with its own dependencies
 * where its lock file is another.
 *
 * @param outdir is emptied
 * @throws UserError where it can't be synthesized
 */
export function synthesizeCommit(base: BaseCommit, outdir: string): void {
  const { root, commit, folder } = base;
  const removeWorktree = addWorktree(root, commit, folder);
  try {
    installInto(folder, root);
    synthesize(outdir, { root: folder, estate: estateIn(base) });
  } catch (error) {
    if (error instanceof UserError) throw new UserError(`commit ${commit.slice(0, 12)} can't be synthesized: ${error.message}`);
    throw error;
  } finally {
    removeWorktree();
  }
}

/** The estate of the same path in the checkout. */
function estateIn({ root, estateFile, folder }: BaseCommit): string {
  const below = relative(root, estateFile);
  return below.startsWith("..") ? estateFile : join(folder, below);
}

function installInto(folder: string, root: string): void {
  const lockOf = (directory: string) => (existsSync(join(directory, LOCK)) ? readFileSync(join(directory, LOCK), "utf8") : undefined);
  if (lockOf(folder) === lockOf(root)) {
    symlinkSync(join(root, "node_modules"), join(folder, "node_modules"), "junction");
    return;
  }
  const { status, stderr } = spawnSync("npm", ["ci"], { cwd: folder, encoding: "utf8", shell: process.platform === "win32" });
  if (status !== 0) throw new UserError(`its dependencies can't be installed (npm ci): ${stderr.trim()}`);
}
