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

/** A plan under way lies in a folder of this name, with the process's number, until it is whole. */
const UNFINISHED = /^\.unfinished-(\d+)$/;

/** Where a plan keeps a stack: its JSON, its plan file, the plan as JSON, and the lock file of its providers. */
export function stackFolder(folder: string, stackId: string): string {
  return join(folder, "stacks", stackId);
}

/**
 * Makes the folder in which a plan is made, readable by its owner only: plans may hold secrets. It gets its name when
 * it is whole. What commands that were killed left behind is removed.
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

/** Gives a whole plan its name. Returns where it lies then. */
export function finishPlanFolder(folder: string, manifest: Manifest): string {
  const finished = join(folder, "..", planId(manifest));
  renameSync(folder, finished);
  return finished;
}

/**
 * Reads the manifest of a plan folder.
 *
 * @throws UserError where there is none, where it is not a manifest, or where it is not the one that the folder is
 *   named after
 */
export function readPlanFolder(path: string): { readonly folder: string; readonly manifest: Manifest } {
  const folder = resolve(path);
  const file = join(folder, MANIFEST);
  if (!existsSync(file))
    throw new UserError(`${path} is no plan: it has no ${MANIFEST}; npm run plan makes one, and says where`);
  const manifest = parsed(file);
  const id = planId(manifest);
  // Written anew, not as it lies there: what the digest does not cover would not be read.
  if (id !== basename(folder) || manifestText(manifest) !== readFileSync(file, "utf8")) {
    throw new UserError(
      `${path}: the manifest is not the one that the folder is named after (it would be ${id}): plan again`,
    );
  }
  return { folder, manifest };
}

function parsed(file: string): Manifest {
  try {
    return parseManifest(readFileSync(file, "utf8"));
  } catch (error) {
    const problems =
      error instanceof z.ZodError ? error.issues.map(({ path, message }) => `  ${path.join(".")}: ${message}`) : [];
    const what = problems.length > 0 ? `\n${problems.join("\n")}` : ` (${messageOf(error)})`;
    throw new UserError(`${file} is not a plan's manifest: plan again${what}`);
  }
}
