import { readFileSync } from "node:fs";
import { strFromU8, unzipSync } from "fflate";
import type { StateDocument } from "./terraform";

/** The entry of a plan file that holds the state which the plan was made on, with its serial and lineage. */
const STATE = "tfstate";

/** Whether a plan file says on which state it was made, and on which: `none` where there was no state. */
export type PlannedOn =
  { readonly says: false } | { readonly says: true; readonly state?: Pick<StateDocument, "lineage" | "serial"> };

/**
 * Reads from a plan file on which state it was made: the very thing that Terraform compares before it applies the file,
 * which a look at the state beside the plan could miss by a moment. The format is Terraform's own business (a zip file
 * since 0.12): where it is not what we know, the answer is that it does not say.
 */
export function plannedOn(planFile: string): PlannedOn {
  try {
    const entry = unzipSync(readFileSync(planFile), { filter: ({ name }) => name === STATE })[STATE];
    if (entry === undefined) return { says: false };
    const { lineage, serial } = JSON.parse(strFromU8(entry)) as Partial<StateDocument>;
    if (typeof lineage !== "string" || typeof serial !== "number") return { says: false };
    return { says: true, state: lineage === "" ? undefined : { lineage, serial } };
  } catch {
    return { says: false };
  }
}
