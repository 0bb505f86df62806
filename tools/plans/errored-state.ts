import { copyFileSync, existsSync, mkdirSync, rmSync } from "node:fs";
import { dirname, join } from "node:path";
import type { Terraform } from "../terraform/terraform";

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
