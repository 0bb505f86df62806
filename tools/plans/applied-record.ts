import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { z } from "zod";
import type { StatePosition } from "../terraform/state/state-position";
import { writeAtomically } from "../support/write-atomically";

const appliedStackSchema = z.object({
  /** ISO 8601, UTC. */
  appliedAt: z.string(),
  /** Where its state stood then. Absent where that could not be read. */
  state: z.object({ lineage: z.string(), serial: z.number() }).optional(),
});

/** What a plan folder tells of a stack of it that was applied. */
export type AppliedInFolder = z.infer<typeof appliedStackSchema>;

/** A plan folder records which of its stacks were applied, so that the next run goes on with the others. */
const recordOf = (folder: string, stackId: string): string => join(folder, "applied", `${stackId}.json`);

/** Undefined where a stack of this plan was not applied, or was not seen to be. */
export function appliedIn(folder: string, stackId: string): AppliedInFolder | undefined {
  const file = recordOf(folder, stackId);
  if (!existsSync(file)) return undefined;
  try {
    return appliedStackSchema.parse(JSON.parse(readFileSync(file, "utf8")));
  } catch {
    return undefined; // cut off by a sudden end: the state tells
  }
}

export function recordApplied(folder: string, stackId: string, state?: StatePosition): void {
  const file = recordOf(folder, stackId);
  const applied: AppliedInFolder = { appliedAt: new Date().toISOString(), state };
  writeAtomically(file, JSON.stringify(applied));
}
