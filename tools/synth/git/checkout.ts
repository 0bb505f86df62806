import {
  closeSync,
  lstatSync,
  mkdtempSync,
  openSync,
  readdirSync,
  readFileSync,
  readlinkSync,
  readSync,
  realpathSync,
  rmSync,
  writeFileSync,
  type Stats,
} from "node:fs";
import { tmpdir } from "node:os";
import { isAbsolute, join, posix, relative, resolve, sep } from "node:path";
import { filesNextTo } from "../../../config/read-estate-file";
import { askGit, findRepository, type Repository } from "./git";
import { hashFor, headOf, readTree, type Tree, type TreeFile } from "./repository";

/** The state of a checkout. */
export interface Checkout {
  /** The full hash of HEAD. @default no git repository, or no commit in it */
  readonly commit?: string;
  /** The hash of the commit's tree: two commits with the same tree have the same content. */
  readonly tree?: string;
  /** Paths whose content is not the commit's: untracked ones included, those that the commit ignores excluded. */
  readonly changedPaths: readonly string[];
  /** Those among them that are read but that this commit cannot hold as they are: outside the repository, or ignored. */
  readonly unheldPaths?: readonly string[];
}

const LINK = "120000";
const SUBMODULE = "160000";

/**
 * Compares the checkout that a folder is in with its commit, file by file. It never asks git what changed: the index,
 * settings and ignore files outside the commit could hide a change. Installed packages (`node_modules` next to a
 * `package.json` of the commit) are no part of a checkout.
 *
 * @param read files that a command has read, by absolute path; those that do not exist are left out
 * @throws UserError if git cannot read the commit, or an object of it is damaged
 */
export function checkoutOf(directory: string, read: readonly string[] = []): Checkout {
  const repository = findRepository(directory);
  const commit = headOf(directory);
  if (!repository || commit === undefined) return { changedPaths: [] };
  const tree = readTree(repository, commit);
  const untracked = untrackedPaths(repository, tree);
  const unheld = unheldPaths(repository, tree, untracked, read);
  const changed = [...changedFiles(repository.top, tree.files), ...untracked, ...strangePaths(repository.top, tree)];
  return { commit, tree: tree.hash, changedPaths: [...new Set([...unheld, ...changed])], unheldPaths: unheld };
}

/** What the estate is read from, without packages: its file, its record, and all modules that this process has loaded. */
export function filesRead(root: string, estateFile: string): string[] {
  const settings = ["main.ts", "cdktf.json", "package.json", "tsconfig.json"].map((name) => join(root, name));
  const modules = Object.keys(require.cache).filter((file) => !file.includes(`${sep}node_modules${sep}`));
  return [estateFile, ...filesNextTo(realpathSync(estateFile)), ...settings, ...modules];
}

/** The paths of files that are not on disk as in a tree, byte for byte. */
export const changedFiles = (top: string, files: readonly TreeFile[]): string[] =>
  files.filter((file) => !isHeld(join(top, file.path), file)).map(({ path }) => path);

function isHeld(file: string, { mode, hash }: TreeFile): boolean {
  try {
    const stats = lstatSync(file);
    const onWindows = process.platform === "win32"; // without links and exec bits, unless set up for links
    if (mode === SUBMODULE) return stats.isDirectory() && isSubmoduleHeld(file, hash);
    if (mode === LINK && stats.isSymbolicLink()) return blobHash(readlinkSync(file, "buffer"), hash) === hash;
    // Before it is opened: a FIFO or a device would block.
    if (!stats.isFile() || (mode === LINK && !onWindows)) return false;
    const isExecutable = (stats.mode & 0o100) !== 0;
    return (onWindows || isExecutable === (mode === "100755")) && fileHash(file, stats, hash) === hash;
  } catch {
    return false; // missing, or not readable: then nobody can tell
  }
}

/** A submodule that is not checked out is an empty folder. Otherwise it is a checkout like this one. */
function isSubmoduleHeld(folder: string, hash: string): boolean {
  if (readdirSync(folder).length === 0) return true;
  if (findRepository(folder)?.prefix !== "") return false;
  const { commit, changedPaths } = checkoutOf(folder);
  return commit === hash && changedPaths.length === 0;
}

const blobHash = (content: Buffer, like: string): string =>
  hashFor(like).update(`blob ${content.length}\0`).update(content).digest("hex");

/** In pieces: a monorepo may hold files that do not fit in memory. */
function fileHash(file: string, { size }: Stats, like: string): string {
  const hash = hashFor(like).update(`blob ${size}\0`);
  const piece = Buffer.allocUnsafe(Math.min(size + 1, 1 << 20));
  const descriptor = openSync(file, "r");
  try {
    for (let length = -1; length !== 0;) {
      length = readSync(descriptor, piece);
      hash.update(piece.subarray(0, length));
    }
    return hash.digest("hex");
  } finally {
    closeSync(descriptor);
  }
}

/** Files that the commit neither holds nor ignores. Asks git with an empty index: it then knows no tracked file. */
function untrackedPaths(repository: Repository, { files }: Tree): string[] {
  const folder = mkdtempSync(join(tmpdir(), "untracked-"));
  try {
    const rules = join(folder, "rules");
    writeFileSync(rules, ignoreRules(repository.top, files).join("\n"));
    const args = ["ls-files", "--others", "-z", `--exclude-from=${rules}`];
    const listed = askGit(repository, args, { env: { GIT_INDEX_FILE: join(folder, "index") } });
    // A submodule is listed with a slash at its end.
    const tracked = new Set(files.map(({ path, mode }) => (mode === SUBMODULE ? `${path}/` : path)));
    return listed.toString().split("\0").filter((path) => path !== "" && !tracked.has(path)); // prettier-ignore
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

/**
 * The rules of the commit's `.gitignore` files as one file at the root. Deeper ones come later, so they take precedence
 * as in git. A `.gitignore` that differs from the commit is a change anyway.
 */
function ignoreRules(top: string, files: readonly TreeFile[]): string[] {
  return files.filter(({ path }) => posix.basename(path) === ".gitignore").flatMap(({ path }) => {
    const stats = lstatSync(join(top, path), { throwIfNoEntry: false });
    return stats?.isFile() ? rulesBelow(folderOf(path), readFileSync(join(top, path), "utf8")) : [];
  }); // prettier-ignore
}

/**
 * What code finds before a file of the commit, although git does not list it: a FIFO or a device, and a `node_modules`
 * that no `package.json` next to it explains.
 */
function strangePaths(top: string, { files, folders }: Tree): string[] {
  const packages = new Set(files.map(({ path }) => path).filter((path) => posix.basename(path) === "package.json"));
  return [...folders].flatMap((folder) => {
    const directory = join(top, folder);
    if (lstatSync(directory, { throwIfNoEntry: false })?.isDirectory() !== true) return [];
    return readdirSync(directory, { withFileTypes: true })
      .filter((entry) =>
        entry.name === "node_modules"
          ? !packages.has(posix.join(folder, "package.json"))
          : !(entry.isFile() || entry.isDirectory() || entry.isSymbolicLink()),
      )
      .map(({ name }) => posix.join(folder, name));
  });
}

/** The rules of a `.gitignore` in a folder, written for the root. */
function rulesBelow(folder: string, text: string): string[] {
  const lines = text.replace(/^\uFEFF/, "").split("\n");
  if (folder === "") return lines;
  return lines.filter((line) => line.trim() !== "" && !line.startsWith("#")).map((line) => {
    const [, not = "", pattern = ""] = /^(!?)(.*)$/s.exec(line) ?? [];
    // A slash before the end ties a pattern to its folder.
    const isTied = /\/./.test(pattern.trimEnd());
    return `${not}/${literal(folder)}${isTied ? pattern.replace(/^\//, "") : `**/${pattern}`}`;
  }); // prettier-ignore
}

const literal = (path: string): string => path.replaceAll(/[\\*?[\]]/g, String.raw`\$&`);

/** "" or a path with a slash at its end. */
const folderOf = (path: string): string => path.slice(0, path.lastIndexOf("/") + 1);

/** Files that are read, and links of the commit, whose content is neither in the commit nor a change that can be committed. */
function unheldPaths(
  { top }: Repository,
  { files, folders }: Tree,
  untracked: readonly string[],
  read: readonly string[],
): string[] {
  const held = new Set([...files.filter(({ mode }) => mode.startsWith("100")).map(({ path }) => path), ...untracked]);
  const isBelow = (path: string) => !isAbsolute(path) && path.split("/")[0] !== "..";
  const target = (file: string): string | undefined => {
    try {
      return relative(top, realpathSync.native(file)).split(sep).join("/");
    } catch {
      return undefined; // there is nothing to read
    }
  };
  const filesOutside = [...new Set(read.map(target))].flatMap((path) =>
    path === undefined || held.has(path)
      ? []
      : [isBelow(path) ? `${path} (ignored, or in a submodule)` : `${resolve(top, path)} (outside the repository)`],
  );
  const linksOutside = files.filter(({ mode }) => mode === LINK).flatMap(({ path }) => {
    const to = target(join(top, path));
    return to === undefined || to === path || held.has(to) || folders.has(to) ? [] : [`${path} (a link to ${to})`];
  }); // prettier-ignore
  return [...filesOutside, ...linksOutside];
}
