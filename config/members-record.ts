import { existsSync } from "node:fs";
import { z } from "zod";
import { fileNextTo } from "./address-files";
import { EstateError, formatValue } from "./estate-error";
import { otherThanFile, parseJson, readText } from "./input";

/*
 * The record lists the members that the organization of an estate ever had, in a file next to the estate file, committed
 * with it. Terraform forgets `prevent_destroy` together with the removed block, so only the record shows that a member is
 * missing from the estate file. An invited member is listed once it has joined: Terraform imports it from then on.
 */

/** The members that were recorded. */
export interface MembersRecord {
  /** The file's name in errors. */
  readonly file: string;
  /** Names of accounts, including retired ones. */
  readonly members: readonly string[];
}

/** The record of an estate file: `config/estate.members.json` for `config/estate.ts`. */
export const membersFile = (estateFile: string): string => fileNextTo(estateFile, "members");

/**
 * Reads a record. One that does not exist is empty.
 * @throws EstateError if it is not a list of names
 */
export function readMembers(path: string, name: string): MembersRecord {
  if (!existsSync(path)) return { file: name, members: [] };
  const other = otherThanFile(path);
  if (other !== undefined) throw new EstateError(name, [{ path: "", expected: "a file", got: other }]);
  const value = parsed(path);
  const members = z.array(z.string()).safeParse(value);
  if (!members.success)
    throw new EstateError(name, [
      { path: "", expected: 'a JSON list of account names such as ["analytics"]', got: formatValue(value) },
    ]);
  return { file: name, members: members.data };
}

/** The JSON in a file, its text if that is not JSON, or undefined if it cannot be read. */
function parsed(path: string): unknown {
  let text: string | undefined;
  try {
    text = readText(path);
    return parseJson(text);
  } catch {
    return text;
  }
}
