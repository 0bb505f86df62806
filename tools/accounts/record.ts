import { parseEstate, readEstateFile } from "../../config/load";
import type { Estate } from "../../config/model";
import { writeAtomically } from "../support/files";

/** prettier's width, in characters: a record of ours is written as it would write it. */
const WIDTH = 140;

export interface Recorded {
  /** The estate, checked with the record. */
  readonly estate: Estate;
  /** What messages call the record. */
  readonly file: string;
  /** Names that it did not list. */
  readonly added: readonly string[];
}

/**
 * Adds the created members of an estate file to the record beside it, those that wait and those that are retired too.
 * No name is ever taken out, and a record that lists them all is not written.
 *
 * @param path the estate file
 * @throws EstateError when the estate is not valid, or lacks a member that the record lists; nothing is written then
 */
export function recordMembers(path: string): Recorded {
  const { value, name, record, recordPath } = readEstateFile(path);
  const { organization } = parseEstate(value, name);
  const created = [...(organization?.members.map((member) => member.name) ?? []), ...(organization?.retired ?? [])];
  const added = created.filter((member) => !record.members.includes(member)).sort();
  const members = [...record.members, ...added].sort();
  const estate = parseEstate(value, name, { ...record, members });
  if (added.length > 0) writeAtomically(recordPath, recordText(members));
  return { estate, file: record.file, added };
}

/** A record as prettier formats it. */
export function recordText(members: readonly string[]): string {
  const names = members.map((member) => JSON.stringify(member));
  const line = `[${names.join(", ")}]`;
  return `${line.length <= WIDTH ? line : `[\n${names.map((name) => `  ${name}`).join(",\n")}\n]`}\n`;
}
