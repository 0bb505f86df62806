import { existsSync, lstatSync, mkdirSync, readdirSync, readFileSync, renameSync, rmdirSync, rmSync } from "node:fs";
import { basename, dirname, join, normalize, resolve } from "node:path";
import { z } from "zod";
import { readText } from "../../config/input";
import { UserError } from "../../config/user-error";
import { manifestText, parseManifest, planId, sha256OfFile, type Manifest } from "./manifest";
import { LOCK_FILE } from "../terraform/provider-lock";
import { PLAN_FILE } from "../terraform/plan-stacks";
import { ASSETS } from "../synth/modules";
import { STACK_JSON } from "../synth/stacks";
import { isRunning } from "../support/process";
import { messageOf } from "../support/errors";
import { oneLine } from "../support/text";

export const MANIFEST = "manifest.json";
/** The signature of the manifest. Neither is among the files that the manifest lists. */
export const SIGNATURE = "manifest.json.sig";
export const PLAN_JSON = "plan.json";
export const SUMMARY = "summary.md";
export const SUMMARY_JSON = "summary.json";

/** The name of an incomplete plan's folder, with the process id. */
const UNFINISHED = /^\.unfinished-(\d+)$/;

/** The folder of a stack in a plan: its JSON, plan file, the plan as JSON, and the lock file of its providers. */
export const stackFolder = (folder: string, stackId: string): string => join(folder, "stacks", stackId);

/**
 * Creates the folder of an incomplete plan. Plans may contain secrets: only the owner may read them. Deletes incomplete
 * plans of killed commands.
 */
export function startPlanFolder(parent: string): string {
  mkdirSync(parent, { recursive: true });
  for (const name of readdirSync(parent)) {
    const pid = Number(UNFINISHED.exec(name)?.[1] ?? Number.NaN);
    if (!Number.isNaN(pid) && !isRunning(pid)) rmSync(join(parent, name), { recursive: true, force: true });
  }
  const folder = join(parent, `.unfinished-${process.pid}`);
  rmSync(folder, { recursive: true, force: true });
  mkdirSync(folder, { mode: 0o700 });
  return folder;
}

/** Renames the folder of a complete plan to its id. Returns the new path. */
export function finishPlanFolder(folder: string, manifest: Manifest): string {
  const finished = join(folder, "..", planId(manifest));
  renameSync(folder, finished);
  return finished;
}

/** The hash of every file in the folder of a plan that is almost complete. Removes empty folders, which have none. */
export function hashesOf(folder: string, below = ""): Record<string, string> {
  const hashes: Record<string, string> = {};
  for (const entry of readdirSync(join(folder, below), { withFileTypes: true })) {
    const path = join(below, entry.name);
    if (!entry.isDirectory()) hashes[path] = sha256OfFile(join(folder, path));
    else Object.assign(hashes, hashesOf(folder, path));
  }
  if (below !== "" && Object.keys(hashes).length === 0) rmdirSync(join(folder, below));
  return hashes;
}

/**
 * Reads a plan folder, which may come from anyone, and checks that it holds exactly the files that its id covers.
 * @throws UserError if the manifest is missing or invalid, or does not match the name of the folder; or with every file
 *   that differs from the manifest
 */
export function readPlanFolder(path: string): { readonly folder: string; readonly manifest: Manifest } {
  const folder = resolve(path);
  const file = join(folder, MANIFEST);
  if (!existsSync(file))
    throw new UserError(
      `${path} is not a plan folder: it has no ${MANIFEST}. npm run plan creates one and prints its path.`,
    );
  const manifest = parsed(file);
  const id = planId(manifest);
  // The text must match exactly: it may contain nothing that the digest does not cover.
  if (id !== basename(folder) || manifestText(manifest) !== readFileSync(file, "utf8"))
    throw new UserError(
      `${path} must be named ${id}, the id of its manifest: the manifest has changed, or the folder was renamed. Plan again.`,
    );
  const problems = fileProblems(folder, manifest);
  if (problems.length > 0)
    throw new UserError([`${path} must hold exactly the files of its manifest:`, ...problems].join("\n  "));
  return { folder, manifest };
}

/** Whether a plan has a file of this path. Terraform would take others in a stack's folder for its code, state or provider. */
function isPlanFile(path: string, { stacks }: Pick<Manifest, "stacks">): boolean {
  const names = [STACK_JSON, PLAN_FILE, PLAN_JSON, LOCK_FILE];
  const own = stacks.flatMap(({ id }) => names.map((name) => join(stackFolder("", id), name)));
  const assets = stacks.map(({ id }) => join(stackFolder("", id), ASSETS, "/"));
  const isAsset = assets.some((folder) => path.startsWith(folder)) && path === normalize(path);
  return [SUMMARY, SUMMARY_JSON, ...own].includes(path) || isAsset || /^logs[/\\][^/\\]+\.log$/.test(path);
}

/** How the files in a folder differ from those of the manifest, all at once, with the remedy. Empty if they do not. */
export function fileProblems(folder: string, { files, stacks }: Manifest): string[] {
  const planned = stacks.filter(({ status }) => status === "changes").map(({ id }) => stackFolder("", id));
  const required = planned.flatMap((stack) => [STACK_JSON, PLAN_FILE, PLAN_JSON].map((name) => join(stack, name)));
  const expected = [...new Set([...Object.keys(files), SUMMARY, SUMMARY_JSON, ...required])];
  const changed = expected.flatMap((path) => {
    const stats = lstatSync(join(folder, path), { throwIfNoEntry: false });
    if (stats === undefined) return [`${path} is missing. Plan again.`];
    if (!stats.isFile()) return [`${path} must be a regular file. Plan again.`];
    if (files[path] === undefined) return [`${path} must be in the manifest. Plan again.`];
    if (!isPlanFile(path, { stacks })) return [`${oneLine(path)} must not be in the manifest: no plan has such a file. Plan again.`]; // prettier-ignore
    const isSame = sha256OfFile(join(folder, path)) === files[path];
    return isSame ? [] : [`${path} has changed since the plan was made. Plan again.`];
  });
  return [...changed, ...unlisted(folder, new Set(Object.keys(files)), parentsOf(Object.keys(files)))];
}

/** Every folder on the way to a file. */
function parentsOf(paths: readonly string[]): ReadonlySet<string> {
  const parents = new Set<string>();
  for (const path of paths)
    for (let parent = dirname(path); parent !== "."; parent = dirname(parent)) parents.add(parent);
  return parents;
}

function unlisted(folder: string, files: ReadonlySet<string>, parents: ReadonlySet<string>, below = ""): string[] {
  return readdirSync(join(folder, below), { withFileTypes: true }).flatMap((entry) => {
    const path = join(below, entry.name);
    if (entry.isDirectory() && parents.has(path)) return unlisted(folder, files, parents, path);
    const isKnown = files.has(path) || (entry.isFile() && (path === MANIFEST || path === SIGNATURE));
    return isKnown ? [] : [`${oneLine(path)} is not a file of the plan. Remove it.`];
  });
}

function parsed(file: string): Manifest {
  try {
    return parseManifest(readText(file));
  } catch (error) {
    const problems =
      error instanceof z.ZodError ? error.issues.map(({ path, message }) => `  ${path.join(".")}: ${message}`) : [];
    const what = problems.length > 0 ? `\n${problems.join("\n")}` : ` (${messageOf(error)})`;
    throw new UserError(`${file} is not a plan's manifest. Plan again.${what}`);
  }
}
