import { existsSync, readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import type { Manifest } from "../plans/manifest";
import { UserError } from "../../config/user-error";
import { MANIFEST, PLAN_JSON, readPlanFolder, stackFolder, SUMMARY } from "../plans/plan-folder";

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
