import { readFileSync, writeFileSync, existsSync, readdirSync } from "node:fs";
import { z } from "zod";
import { otherThanFile, parseJson, readText } from "../../config/input";
import { UserError } from "../../config/user-error";
import { basename, join } from "node:path";
import type { Manifest } from "../plans/manifest";
import { MANIFEST, PLAN_JSON, readPlanFolder, stackFolder, SUMMARY } from "../plans/plan-folder";
import { messageOf } from "../support/errors";

/**
 * Reads a JSON file of another job.
 *
 * @param expected a description of the expected file, for errors
 * @throws UserError if the file cannot be read or is invalid; it names the file and each wrong field
 */
export function readHandover<T>(file: string, schema: z.ZodType<T>, expected: string): T {
  const json = withFile(`must be ${expected}, but cannot be read`, file, () => readText(file));
  const value = withFile(`must be ${expected}, got no JSON`, file, () => parseJson(json));
  const { success, data, error } = schema.safeParse(value);
  if (success) return data;
  throw new UserError([`${file} must be ${expected}:`, ...z.prettifyError(error).split("\n")].join("\n  "));
}

/**
 * Writes a file that only its owner may read. Throws UserError if it cannot be written, at once if it is a named pipe
 * without a reader.
 */
export function writePrivately(file: string, text: string): void {
  withFile("cannot be written", file, () => {
    const other = existsSync(file) ? otherThanFile(file) : undefined;
    if (other !== undefined) throw new Error(`it is ${other}`);
    writeFileSync(file, text, { mode: 0o600 });
  });
}

function withFile<T>(problem: string, file: string, work: () => T): T {
  try {
    return work();
  } catch (error) {
    throw new UserError(`${file} ${problem} (${messageOf(error)})`, { cause: error });
  }
}

/** A plan folder that another job made. */
export interface FoundPlan {
  readonly folder: string;
  readonly manifest: Manifest;
}

/**
 * Finds every plan folder in a folder of artifacts: `<artifact>/<plan id>`, `<plan id>`, or the folder itself.
 *
 * @throws UserError if one of them is incomplete, or has other files than when it was made
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

/** Finds the plan folders that can be read, in artifacts of another run. One that cannot be read was not reviewed. */
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

/** The reviewed plan of a stack: its JSON without secrets. Undefined if the file is no JSON, so it is forged. */
export function planJsonOf({ folder }: FoundPlan, stackId: string): unknown {
  try {
    return parseJson(readText(join(stackFolder(folder, stackId), PLAN_JSON)));
  } catch {
    return undefined;
  }
}

/** The summary of a plan for reviewers, below its id, which the summary in the folder cannot contain. */
export function summaryOf({ folder }: FoundPlan): string {
  return `Plan \`${basename(folder)}\`\n\n${readFileSync(join(folder, SUMMARY), "utf8")}`;
}
