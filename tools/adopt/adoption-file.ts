import { existsSync, readFileSync } from "node:fs";
import { basename } from "node:path";
import type { Adoptions } from "../../config/address-files";
import { UserError } from "../../config/user-error";
import { parsedJson, sameJson, withSortedKeys } from "../support/json";
import { writeAtomically } from "../support/files";
import type { Candidate } from "./finder";
import type { AdoptionRow } from "./rows";

/** What an adoption adds to the file: everything that AWS has and that Terraform can plan to import. */
export function withFound(adoptions: Adoptions, rows: readonly AdoptionRow[]): Adoptions {
  const found = rows.flatMap(({ stack, address, found: candidate, isChosen, category }) =>
    // What the code names already is in the file, or in the code itself.
    candidate && !isChosen && category !== "not planned" ? [{ stack, address, candidate }] : [],
  );
  return withEntries(adoptions, found);
}

/** What the file has with further entries. */
export function withEntries(
  adoptions: Adoptions,
  entries: readonly { readonly stack: string; readonly address: string; readonly candidate: Candidate }[],
): Adoptions {
  const all: Record<string, Readonly<Record<string, string>>> = { ...adoptions };
  for (const { stack, address, candidate } of entries) all[stack] = { ...all[stack], [address]: candidate.id };
  return all;
}

/** Entries of resources that a state holds: Terraform ignores them, and they can be taken out. */
export function usedUp(adoptions: Adoptions, rows: readonly AdoptionRow[]): readonly AdoptionRow[] {
  return rows.filter(
    ({ stack, address, category }) => category === "managed" && adoptions[stack]?.[address] !== undefined,
  );
}

/**
 * Writes the file completely or not at all, in the same order for the same content.
 * @param before what it has. @default there is no file
 * @returns whether there was something to write
 * @throws UserError if somebody changed it meanwhile: the search takes minutes
 */
export function writeAdoptions(file: string, adoptions: Adoptions, before: Adoptions = {}): boolean {
  if (sameJson(adoptions, before)) return false;
  const now = existsSync(file) ? parsedJson(readFileSync(file, "utf8")) : {};
  if (!sameJson(now, before))
    throw new UserError(`${basename(file)} must stay as it is while the command runs, got a change. Nothing was written. Run it again.`); // prettier-ignore
  writeAtomically(file, `${JSON.stringify(withSortedKeys(adoptions), undefined, 2)}\n`);
  return true;
}
