import { parseEstate } from "../../config/load";
import { readEstateFile } from "../../config/read-estate-file";
import type { Estate } from "../../config/model";
import { readFileSync, realpathSync } from "node:fs";
import { extname } from "node:path";
import { findIds, withIds, type FoundIds } from "../../config/account-ids";
import type { EstateFile } from "../../config/schema";
import { UserError } from "../../config/user-error";
import { writeAtomically } from "../support/files";
/** prettier's width, in characters: a record of ours is written as it would write it. */
const WIDTH = 140;

export interface RecordedMembers {
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
export function recordMembers(path: string): RecordedMembers {
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

export interface FilledIn extends Pick<FoundIds, "ids" | "missing"> {
  /** Whether the ids were written into the file; if not, a person adds them: it is TypeScript, or there are none. */
  readonly written: boolean;
}

/**
 * Writes the ids of accounts that wait for them into a JSON estate file, all that are known at once; the estate is
 * checked with them first. The file is read here, since it may have been edited while Terraform ran. A TypeScript file
 * is only read.
 *
 * @param path the estate file
 * @param outputs of the organization's stack: values by name
 * @throws UserError where an output cannot be the id of its account, EstateError where the estate would not be valid;
 *   nothing is written then
 */
export function fillInIds(path: string, outputs: Readonly<Record<string, unknown>>): FilledIn {
  const { value, name, record } = readEstateFile(path);
  const waiting = parseEstate(value, name, record).waiting.map(({ account }) => account);
  const { accounts } = value as EstateFile; // parseEstate() has seen to it
  const known = Object.entries(accounts).flatMap(([account, { id }]) =>
    id === undefined ? [] : [[account, id] as const],
  );
  const { ids, missing, wrong } = findIds(waiting, new Map(known), outputs);
  if (wrong.length > 0) throw new UserError(wrong.map((line) => `${line}; nothing was written`).join("\n"));
  if (ids.size === 0 || extname(path) !== ".json") return { ids, missing, written: false };

  const text = withIds(readFileSync(path, "utf8"), ids);
  parseEstate(JSON.parse(text.replace(/^\uFEFF/, "")), name, record);
  writeAtomically(realpathSync(path), text); // a link stays one
  return { ids, missing, written: true };
}
