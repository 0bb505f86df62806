import { mkdirSync, rmSync, writeFileSync } from "node:fs";
import { join, resolve } from "node:path";
import { UserError } from "../../../config/user-error";
import { changedFiles } from "./checkout";
import { askGit, repositoryOf, runGit } from "./git";
import { readTree } from "./repository";

/** A second checkout of a repository. */
interface Worktree {
  /** Removes the checkout with everything in it. Never throws. */
  readonly remove: () => void;
}

/** No conversion of line ends, no filter: an attribute of the commit or of this machine would change what it holds. */
const ATTRIBUTES = "* -text -filter -ident !working-tree-encoding\n";

/**
 * Checks a commit out into a folder that must not exist yet, byte for byte, and compares the result with the commit.
 * The checkout belongs to a repository of its own, which only shares the objects: no setting, filter or hook of this one
 * takes part. Ctrl-C does not reach git here: the interrupted caller removes the worktree.
 *
 * @param directory of the repository
 * @throws UserError with git's error; leaves nothing behind
 */
export async function addWorktree(directory: string, commit: string, folder: string): Promise<Worktree> {
  const repository = repositoryOf(directory);
  const gitDir = `${folder}.git`;
  const remove = (): void => {
    for (const each of [folder, gitDir]) rmSync(each, { recursive: true, force: true, maxRetries: 3 });
  };
  try {
    const tree = readTree(repository, commit);
    const objects = askGit(repository, ["rev-parse", "--git-path", "objects"]).toString().trim();
    makeRepository(gitDir, tree.hash.length === 40 ? "sha1" : "sha256");
    mkdirSync(folder);
    const { ok, complaint } = await runGit(
      { top: folder, gitDir, prefix: "" },
      ["read-tree", "--reset", "-u", tree.hash],
      { GIT_OBJECT_DIRECTORY: resolve(repository.top, objects) },
    );
    if (!ok) throw new UserError(withoutRepeats(complaint));
    const changed = changedFiles(folder, tree.files);
    if (changed.length > 0) throw new UserError(`these files differ from the commit: ${changed.join(", ")}`);
    return { remove };
  } catch (error) {
    remove();
    if (!(error instanceof UserError)) throw error;
    throw new UserError(`git cannot check out commit ${commit.slice(0, 12)} into ${folder}: ${error.message}`);
  }
}

/** Git lists each missing file on a line of its own. */
function withoutRepeats(complaint: string): string {
  const [first = ""] = complaint.split("\n");
  return first.includes("unable to read")
    ? `${first}. If this is a partial clone, run git fetch --refetch --no-filter.`
    : complaint;
}

function makeRepository(gitDir: string, objectFormat: "sha1" | "sha256"): void {
  for (const name of ["objects", "refs", "info"]) mkdirSync(join(gitDir, name), { recursive: true });
  writeFileSync(join(gitDir, "HEAD"), "ref: refs/heads/none\n");
  writeFileSync(join(gitDir, "info/attributes"), ATTRIBUTES);
  const format = objectFormat === "sha1" ? "" : `[extensions]\n\tobjectFormat = ${objectFormat}\n`;
  writeFileSync(join(gitDir, "config"), `[core]\n\trepositoryFormatVersion = ${format === "" ? 0 : 1}\n${format}`);
}
