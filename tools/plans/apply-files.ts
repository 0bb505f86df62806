import { existsSync, readFileSync, copyFileSync, mkdirSync, rmSync } from "node:fs";
import { join, dirname } from "node:path";
import { z } from "zod";
import type { StatePosition } from "../terraform/state/state-position";
import type { Terraform } from "../terraform/terraform";
import { writeAtomically } from "../support/files";

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

/** What Terraform calls the state that it could not write to its backend, in the folder where it runs. */
const ERRORED = "errored.tfstate";

const keptIn = (folder: string, stackId: string): string => join(folder, `${stackId}.tfstate`);

/**
 * Keeps the state that Terraform could not write: the folder where it ran is not kept. Not in the plan's folder either,
 * since that may come from elsewhere, and what is found here is written into the backend.
 *
 * @param folder this machine's own, for this plan
 * @returns where it lies
 */
export function keepErroredState(directory: string, folder: string, stackId: string): string | undefined {
  const errored = join(directory, ERRORED);
  if (!existsSync(errored)) return undefined;
  const kept = keptIn(folder, stackId);
  mkdirSync(dirname(kept), { recursive: true, mode: 0o700 });
  copyFileSync(errored, kept);
  return kept;
}

/**
 * Writes the state that an earlier run could not write, and forgets it then. Terraform refuses to where another was
 * written since.
 *
 * @returns whether there was one
 * @throws TerraformError where it can't be written, and it stays
 */
export async function pushErroredState(
  terraform: Pick<Terraform, "statePush">,
  folder: string,
  stackId: string,
): Promise<boolean> {
  const kept = keptIn(folder, stackId);
  if (!existsSync(kept)) return false;
  await terraform.statePush(kept);
  rmSync(kept);
  return true;
}
