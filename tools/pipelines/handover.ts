import { readFileSync, writeFileSync, existsSync, readdirSync } from "node:fs";
import { z } from "zod";
import { UserError } from "../../config/user-error";
import { join } from "node:path";
import type { Manifest } from "../plans/manifest";
import { MANIFEST, PLAN_JSON, readPlanFolder, stackFolder, SUMMARY } from "../plans/plan-folder";
import { messageOf } from "../support/errors";

/**
 * What another job has left, as JSON.
 *
 * @param expected what the file should be, in words
 * @throws UserError that names the file where it can't be read, or is something else: each field, and what is wrong
 *   with it
 */
export function readHandover<T>(file: string, schema: z.ZodType<T>, expected: string): T {
  const json = trying(`can't be read, expected ${expected}`, file, () => readFileSync(file, "utf8"));
  const value = trying(`is no JSON, expected ${expected}`, file, () => JSON.parse(json) as unknown);
  const { success, data, error } = schema.safeParse(value);
  if (success) return data;
  throw new UserError([`${file} is not ${expected}:`, ...z.prettifyError(error).split("\n")].join("\n  "));
}

/** Writes a file that its owner alone may read. Throws UserError where it can't be written. */
export function writePrivately(file: string, text: string): void {
  trying("can't be written", file, () => {
    writeFileSync(file, text, { mode: 0o600 });
  });
}

function trying<T>(problem: string, file: string, work: () => T): T {
  try {
    return work();
  } catch (error) {
    throw new UserError(`${file} ${problem} (${messageOf(error)})`, { cause: error });
  }
}

/** A plan that a job made, as another job finds it. */
export interface FoundPlan {
  readonly folder: string;
  readonly manifest: Manifest;
}

/**
 * Every plan folder in a folder of artifacts, which lies as deep as artifacts are unpacked: `<artifact>/<plan id>`, or
 * less.
 *
 * @throws UserError where one of them is not whole
 */
export function findPlans(folder: string): FoundPlan[] {
  return foldersIn(folder).map((each) => readPlanFolder(each));
}

function foldersIn(folder: string): string[] {
  if (!existsSync(folder)) return [];
  const below = (parent: string, depth: number): string[] => {
    if (existsSync(join(parent, MANIFEST))) return [parent];
    if (depth === 0) return [];
    const folders = readdirSync(parent, { withFileTypes: true }).filter((entry) => entry.isDirectory());
    return folders.flatMap(({ name }) => below(join(parent, name), depth - 1)).sort();
  };
  return below(folder, 2);
}

/** Those of them that can be read, where they come from elsewhere: what can't be read was not reviewed. */
export function findReadablePlans(folder: string): FoundPlan[] {
  return foldersIn(folder).flatMap((each) => {
    try {
      return [readPlanFolder(each)];
    } catch (error) {
      if (error instanceof UserError) return [];
      throw error;
    }
  });
}

/**
 * What a plan changes in a stack, as it was reviewed: the plan's JSON without secrets. Undefined where it is no JSON:
 * whoever made it made it up.
 */
export function planJsonOf({ folder }: FoundPlan, stackId: string): unknown {
  try {
    return JSON.parse(readFileSync(join(stackFolder(folder, stackId), PLAN_JSON), "utf8"));
  } catch {
    return undefined;
  }
}

/** The page for reviewers. */
export function summaryOf({ folder }: FoundPlan): string {
  return readFileSync(join(folder, SUMMARY), "utf8");
}
