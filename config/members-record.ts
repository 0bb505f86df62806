import { existsSync, readFileSync } from "node:fs";
import { z } from "zod";
import { EstateError } from "./estate-error";

/*
 * The created members that an estate ever had, in a file beside the estate's own, committed with it. Terraform forgets
 * `prevent_destroy` together with the block that says so: a member that disappears from the estate file is noticed only
 * by what this file remembers.
 */

/** What is remembered, and where. */
export interface MembersRecord {
  /** What errors call the file. */
  readonly file: string;
  /** Names of accounts, retired ones too. */
  readonly members: readonly string[];
}

/** Where an estate file's record lies: `config/estate.members.json` for `config/estate.ts`. */
export function membersFile(estateFile: string): string {
  return estateFile.replace(/\.(ts|json)$/, "") + ".members.json";
}

/**
 * Reads a record; one that does not exist is empty.
 *
 * @throws EstateError when it is not a list of names
 */
export function readMembers(path: string, name: string): MembersRecord {
  if (!existsSync(path)) return { file: name, members: [] };
  const members = z.array(z.string()).safeParse(parsed(path));
  if (!members.success)
    throw new EstateError(name, [
      { path: "", text: 'expected a list of the names of accounts, such as ["analytics"]' },
    ]);
  return { file: name, members: members.data };
}

/** What a file holds; undefined where it is damaged. */
function parsed(path: string): unknown {
  try {
    return JSON.parse(readFileSync(path, "utf8").replace(/^\uFEFF/, "")) as unknown;
  } catch {
    return undefined;
  }
}
