import { mkdirSync, rmSync } from "node:fs";
import { join } from "node:path";
import { closest } from "fastest-levenshtein";
import { UserError } from "../../config/user-error";
import { MissingTool, messageOf } from "../support/errors";
import type { GroupResults, Result } from "./report";

export interface BenchOptions {
  /** An empty folder for this group. */
  readonly directory: string;
  /** Measures 1,000 environments too. */
  readonly scale: boolean;
}

/** What `npm run bench -- <name>` measures. */
export interface BenchGroup {
  readonly name: string;
  /** What it measures, for the help. */
  readonly about: string;
  /** Measured only by name: it takes minutes, or it measures the commands that run everything. */
  readonly onlyByName?: boolean;
  /** @throws MissingTool if a program that it needs is not installed: the group counts as not measured */
  measure(options: BenchOptions): Promise<readonly Result[]>;
}

/** Names every group, those that are measured only by name included. */
const EVERY = "all";

/**
 * The groups with these names in the order of `groups`; without names, those of a default run.
 *
 * @throws UserError that lists all unknown names
 */
export function selectGroups(groups: readonly BenchGroup[], names: readonly string[]): readonly BenchGroup[] {
  if (names.length === 0) return groups.filter(({ onlyByName = false }) => !onlyByName);
  const known = [...groups.map(({ name }) => name), EVERY];
  const unknown = names.filter((name) => !known.includes(name));
  if (unknown.length > 0)
    throw new UserError(
      unknown
        .map((name) => `group must be one of ${known.join(", ")}, got "${name}". Did you mean ${closest(name, known)}?`)
        .join("\n"),
    );
  return groups.filter(({ name }) => names.includes(name) || names.includes(EVERY));
}

export interface GroupRun extends GroupResults {
  /** Why the group has no results. A missing tool is no failure. */
  readonly failure?: unknown;
}

/**
 * Measures a group in a new folder below `parent`. A missing tool, or a failure, ends this group only. The folder of a
 * failed group is kept: the error names logs in it.
 */
export async function measureGroup(
  group: BenchGroup,
  { parent, scale }: Omit<BenchOptions, "directory"> & { readonly parent: string },
): Promise<GroupRun> {
  const directory = join(parent, group.name);
  mkdirSync(directory);
  const run = await groupRun(group, { directory, scale });
  if (run.failure === undefined) rmSync(directory, { recursive: true, force: true });
  return run;
}

async function groupRun(group: BenchGroup, options: BenchOptions): Promise<GroupRun> {
  const began = performance.now();
  const ended = (results: readonly Result[], failure?: unknown): GroupRun => ({
    group: group.name,
    seconds: (performance.now() - began) / 1000,
    results,
    failure,
  });
  try {
    return ended(await group.measure(options));
  } catch (error) {
    const [line = ""] = messageOf(error).split("\n");
    const missing = error instanceof MissingTool;
    const result: Result = { what: group.about, got: undefined, unit: "", detail: missing ? line : `failed: ${line}` };
    return ended([result], missing ? undefined : error);
  }
}
