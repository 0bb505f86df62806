import { existsSync, mkdirSync, readdirSync, readFileSync, renameSync, rmSync } from "node:fs";
import { basename, join, resolve } from "node:path";
import { z } from "zod";
import { UserError } from "../../config/user-error";
import { manifestText, parseManifest, planId, type Manifest } from "./manifest";
import { isRunning } from "../support/process";
import { messageOf } from "../support/errors";

export const MANIFEST = "manifest.json";
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

/**
 * Reads the manifest of a plan folder.
 * @throws UserError if it is missing or invalid, or does not match the name of the folder
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
  return { folder, manifest };
}

function parsed(file: string): Manifest {
  try {
    return parseManifest(readFileSync(file, "utf8"));
  } catch (error) {
    const problems =
      error instanceof z.ZodError ? error.issues.map(({ path, message }) => `  ${path.join(".")}: ${message}`) : [];
    const what = problems.length > 0 ? `\n${problems.join("\n")}` : ` (${messageOf(error)})`;
    throw new UserError(`${file} is not a plan's manifest. Plan again.${what}`);
  }
}
