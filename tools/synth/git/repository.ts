import { createHash } from "node:crypto";
import { posix } from "node:path";
import { UserError } from "../../../config/user-error";
import { askGit, findRepository, repositoryOf, tryGit, unreadable, type Repository } from "./git";

/** A file, link or submodule of a commit. */
export interface TreeFile {
  /** From the repository's root, with slashes. */
  readonly path: string;
  readonly mode: string;
  readonly hash: string;
}

/** The content of a commit. */
export interface Tree {
  readonly hash: string;
  readonly files: readonly TreeFile[];
  /** Paths of its folders; "" is the root. */
  readonly folders: ReadonlySet<string>;
}

const FOLDER = "40000";

/** The contents of objects, by hash. */
type Objects = Map<string, Buffer>;

/**
 * The full hash of HEAD, or undefined if there is no git repository or no commit in it.
 * @throws UserError if git cannot read it
 */
export function headOf(directory: string): string | undefined {
  const repository = findRepository(directory);
  if (!repository) return undefined;
  const { answer, complaint } = tryGit(repository, ["rev-parse", "--verify", "HEAD^{commit}"]);
  if (answer) return hash(answer);
  // A branch without a commit yet, unless git finds anything of that name, be it damaged.
  const branch = tryGit(repository, ["symbolic-ref", "HEAD"]).answer?.toString().trim();
  const { answer: found, complaint: why } = tryGit(repository, ["for-each-ref", branch ?? "refs/heads/"]);
  if (branch !== undefined && found?.length === 0 && why === "") return undefined;
  throw unreadable(repository, why === "" ? complaint : why);
}

/**
 * The full hash of a commit.
 *
 * @param ref anything that git resolves to a commit. Default: the main branch, the remote's if there is one
 * @param option the name of the ref in errors
 * @throws UserError if there is no such commit
 */
export function resolveCommit(directory: string, ref?: string, option = "--base"): string {
  const repository = repositoryOf(directory);
  const candidates = ref === undefined ? ["origin/HEAD", "origin/main", "main", "origin/master", "master"] : [ref];
  for (const candidate of candidates) {
    const args = ["rev-parse", "--verify", "--quiet", "--end-of-options", `${candidate}^{commit}`];
    const { answer, complaint } = tryGit(repository, args);
    if (answer) return hash(answer);
    // A repository that git cannot open has every commit missing.
    if (candidate === candidates[0]) askGit(repository, ["rev-parse", "--git-dir"]);
    if (ref === undefined && complaint !== "") throw unreadable(repository, complaint);
  }
  if (ref === undefined)
    throw new UserError(
      `there is no main branch (${candidates.join(", ")}). Name the commit to compare with: ${option} <ref>.${ifShallow(repository)}`,
    );
  const shallow = ifShallow(repository);
  throw new UserError(
    `${option} must be a commit, a branch or a tag, got "${ref}".${shallow || " Correct it, or fetch it first: git fetch --all --tags."}`,
  );
}

/**
 * The merge base of HEAD and another commit, so that later commits on the other line do not count as differences.
 *
 * @param ref as for `resolveCommit`
 * @param option the name of the ref in errors
 * @throws UserError if there is no such commit, or no common commit
 */
export function mergeBase(directory: string, ref: string | undefined, option: string): string {
  const repository = repositoryOf(directory);
  const head = tryGit(repository, ["rev-parse", "--verify", "HEAD^{commit}"]);
  if (!head.answer) throw new UserError(`git finds no commit in ${directory}: ${head.complaint}`);
  const commit = resolveCommit(directory, ref, option);
  const { answer, complaint } = tryGit(repository, ["merge-base", hash(head.answer), commit]);
  if (answer) return hash(answer);
  if (complaint !== "") throw unreadable(repository, complaint);
  const name = ref ?? "the main branch";
  throw new UserError(
    `${option} must have a commit in common with HEAD, got ${name} (${commit.slice(0, 12)}).${ifShallow(repository) || " Name another one."}`,
  );
}

/**
 * The hash of a commit's tree: two commits with the same tree have the same content.
 * @throws UserError if git cannot read the commit
 */
export const treeOf = (directory: string, commit: string): string => readTree(repositoryOf(directory), commit).hash;

/**
 * Whether a commit contains a file.
 * @param path relative to the directory, with slashes
 * @throws UserError if git cannot read the commit
 */
export const hasFile = (directory: string, commit: string, path: string): boolean =>
  entryOf(repositoryOf(directory), commit, path) !== undefined;

/** The text of a file in a commit; undefined if there is none. Otherwise as `hasFile`. */
export function fileIn(directory: string, commit: string, path: string): string | undefined {
  const repository = repositoryOf(directory);
  const entry = entryOf(repository, commit, path);
  if (entry?.mode.startsWith("100") !== true) return undefined;
  return readObjects(repository, [{ type: "blob", hash: entry.hash }])
    .get(entry.hash)
    ?.toString();
}

function entryOf(repository: Repository, commit: string, path: string): TreeFile | undefined {
  const full = posix.join(repository.prefix, path);
  return readTree(repository, commit).files.find((file) => file.path === full);
}

/** The trees that this process has read, by repository and commit. What a hash names never changes. */
const trees = new Map<string, Tree>();

/** The tree of a commit. When it is read, every object of it is checked against its hash. */
export function readTree(repository: Repository, commit: string): Tree {
  const key = `${repository.gitDir} ${commit}`;
  const tree = trees.get(key) ?? treeIn(repository, commit);
  trees.set(key, tree);
  return tree;
}

function treeIn(repository: Repository, commit: string): Tree {
  const known = objectsOf(repository, commit);
  const hash = treeHash(repository, commit, known);
  const files: TreeFile[] = [];
  const folders = new Set<string>();
  for (let level = [{ path: "", hash }]; level.length > 0;) {
    readObjects(
      repository,
      level.map((folder) => ({ type: "tree", hash: folder.hash })),
      known,
    );
    const entries = level.flatMap((folder) =>
      parseTree(folder.path, known.get(folder.hash) ?? Buffer.of(), hash.length / 2),
    );
    for (const { path } of level) folders.add(path);
    files.push(...entries.filter(({ mode }) => mode !== FOLDER));
    level = entries.filter(({ mode }) => mode === FOLDER);
  }
  return { hash, files, folders };
}

/**
 * The commit and its trees, by hash, read by two git commands instead of one for each level of folders. Git lists none if
 * an object is damaged: then the level that holds it is read by itself, for its error.
 */
function objectsOf(repository: Repository, commit: string): Objects {
  const { answer } = tryGit(repository, ["rev-list", "--no-walk", "--objects", "--filter=blob:none", commit]);
  const listed = (answer?.toString() ?? "").split("\n").filter((line) => line !== "");
  const objects = listed.map((line) => line.slice(0, commit.length));
  return readObjects(
    repository,
    objects.map((hash) => ({ type: hash === commit ? "commit" : "tree", hash })),
  );
}

function treeHash(repository: Repository, commit: string, known?: Objects): string {
  const content =
    readObjects(repository, [{ type: "commit", hash: commit }], known)
      .get(commit)
      ?.toString() ?? "";
  const hash = /^tree ([0-9a-f]+)\n/.exec(content)?.[1];
  if (hash === undefined) throw unreadable(repository, `commit ${commit} names no tree`);
  return hash;
}

/** The contents of objects, by hash. Adds them to those that are known, which are not read again. */
function readObjects(
  repository: Repository,
  objects: readonly { readonly type: "commit" | "tree" | "blob"; readonly hash: string }[],
  known: Objects = new Map(),
): Objects {
  const wanted = objects.filter(({ hash }) => !known.has(hash));
  if (wanted.length === 0) return known;
  const output = askGit(repository, ["cat-file", "--batch"], { input: wanted.map(({ hash }) => `${hash}\n`).join("") });
  let at = 0;
  for (const { type, hash } of wanted) {
    const start = output.indexOf("\n", at) + 1;
    const header = output.toString("utf8", at, start - 1); // "<hash> tree 123", or "<hash> missing"
    const size = /^[0-9a-f]+ \w+ (\d+)$/.exec(header)?.[1];
    if (size === undefined) throw unreadable(repository, header === "" ? `object ${hash} is missing` : header);
    const content = output.subarray(start, start + Number(size));
    at = start + content.length + 1;
    const actual = hashFor(hash).update(`${type} ${size}\0`).update(content).digest("hex");
    if (actual !== hash) throw unreadable(repository, `the content of ${type} ${hash} has another hash`);
    known.set(hash, content);
  }
  return known;
}

/** The entries of a tree object: mode, space, name, NUL, hash. */
function parseTree(folder: string, content: Buffer, hashLength: number): TreeFile[] {
  const entries: TreeFile[] = [];
  for (let at = 0; at < content.length;) {
    const [space, end] = [content.indexOf(" ", at), content.indexOf(0, at)];
    entries.push({
      mode: content.toString("latin1", at, space).replace(/^0+/, ""), // some tools pad it
      path: posix.join(folder, content.toString("utf8", space + 1, end)),
      hash: content.toString("hex", end + 1, end + 1 + hashLength),
    });
    at = end + 1 + hashLength;
  }
  return entries;
}

/** SHA-1 or SHA-256, whichever gives hashes of this length. */
export const hashFor = (hash: string) => createHash(hash.length === 40 ? "sha1" : "sha256");

function ifShallow(repository: Repository): string {
  const isShallow = tryGit(repository, ["rev-parse", "--is-shallow-repository"]).answer?.toString().trim() === "true";
  return isShallow
    ? " This clone has only a part of the history: run git fetch --unshallow, or set fetch-depth: 0 of actions/checkout."
    : "";
}

const hash = (answer: Buffer): string => answer.toString().trim();
