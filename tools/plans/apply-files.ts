import { existsSync, copyFileSync, mkdirSync, rmSync } from "node:fs";
import { join, dirname } from "node:path";
import { z } from "zod";
import { parseJson, readText } from "../../config/input";
import type { StatePosition } from "../terraform/state/state-position";
import type { Terraform } from "../terraform/terraform";
import { messageOf } from "../support/errors";
import { writeAtomically } from "../support/files";

const appliedStackSchema = z.object({
  /** ISO 8601, UTC. */
  appliedAt: z.string(),
  /** The position of its state then. */
  state: z.object({ lineage: z.string(), serial: z.number() }),
});

/** This run's own copy of a plan's folder, which nobody changes in between. */
export const copyIn = ({ directory }: { readonly directory: string }): string => join(directory, "plan");

/** This machine's record of an applied stack of a plan. */
type AppliedRecord = z.infer<typeof appliedStackSchema>;

/** Records of applied stacks let the next run continue with the others. The plan's folder may come from elsewhere. */
const recordOf = (folder: string, stackId: string): string => join(folder, `${stackId}.json`);

/**
 * The record of an applied stack; a claim until it is compared with the state in AWS. Undefined if there is none, or if
 * it is incomplete.
 * @param folder this machine's records of the plan
 */
export function appliedIn(folder: string, stackId: string): AppliedRecord | undefined {
  const file = recordOf(folder, stackId);
  if (!existsSync(file)) return undefined;
  try {
    return appliedStackSchema.parse(parseJson(readText(file)));
  } catch {
    return undefined; // the process was killed while writing; the check of the state decides then
  }
}

export function recordApplied(folder: string, stackId: string, state: StatePosition): void {
  const applied: AppliedRecord = { appliedAt: new Date().toISOString(), state };
  writeAtomically(recordOf(folder, stackId), JSON.stringify(applied));
}

/** Terraform's file for a state that it could not write to its backend, in its working directory. */
const ERRORED = "errored.tfstate";

const keptIn = (folder: string, stackId: string): string => join(folder, `${stackId}.tfstate`);

/**
 * Copies the state that Terraform could not write out of its temporary folder. The plan's folder is no place for it:
 * that may come from another machine, and the next apply writes the copy to the backend.
 * @param folder this machine's folder for the plan
 * @returns the path of the copy
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
 * Writes the state that an earlier run could not write, and deletes the copy. Terraform refuses if the state has changed
 * since.
 * @returns whether there was one
 * @throws TerraformError if it cannot be written; the copy is kept
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

/** The error of an apply, with what to do about the state that it could not write. */
export function withKeptState(error: unknown, kept: string): Error {
  const text = messageOf(error);
  const where = `Terraform could not write the state and nothing of it is lost: it is stored in ${kept}. Once AWS can be reached, run the same apply again, which writes it. Unlock the stack first if it is locked.`;
  const unknown =
    'The state lacks what AWS created without being able to answer: see docs/applying.md, "When an apply is killed".';
  return new Error(`${text}\n  ${where}\n  ${unknown}`, { cause: error });
}
