import { parseEstate } from "../../config/load";
import { readEstateFile } from "../../config/read-estate-file";
import type { Estate } from "../../config/model";
import { readFileSync, realpathSync } from "node:fs";
import { extname } from "node:path";
import { findIds, withIds, type FoundIds } from "../../config/account-ids";
import type { EstateFile } from "../../config/schema";
import { UserError } from "../../config/user-error";
import { writeAtomically } from "../support/files";

/** The width at which the record is wrapped, in prettier's format. */
const WIDTH = 140;

export interface RecordedMembers {
  /** The estate, checked with the record. */
  readonly estate: Estate;
  /** The record's name in messages. */
  readonly file: string;
  /** Names that were added to it. */
  readonly added: readonly string[];
  /** The number of names in it. Without any, there need not be a file. */
  readonly count: number;
}

/**
 * Adds the created members of an estate file to the record next to it, including waiting and retired ones. Never removes
 * a name, and never rewrites a complete record.
 *
 * @param path the estate file
 * @throws EstateError if the estate is not valid, or lacks a recorded member; nothing is written then
 */
export function recordMembers(path: string): RecordedMembers {
  const { value, name, record, recordPath } = readEstateFile(path);
  const { organization } = parseEstate(value, name);
  const created = [...(organization?.members.map((member) => member.name) ?? []), ...(organization?.retired ?? [])];
  const added = created.filter((member) => !record.members.includes(member)).sort();
  const members = [...record.members, ...added].sort();
  const estate = parseEstate(value, name, { ...record, members });
  if (added.length > 0) writeAtomically(recordPath, recordText(members));
  return { estate, file: record.file, added, count: members.length };
}

/** A record in prettier's format. */
export function recordText(members: readonly string[]): string {
  const names = members.map((member) => JSON.stringify(member));
  const line = `[${names.join(", ")}]`;
  return `${line.length <= WIDTH ? line : `[\n${names.map((name) => `  ${name}`).join(",\n")}\n]`}\n`;
}

export interface FilledIn extends Pick<FoundIds, "ids" | "missing"> {
  /** Whether the ids were written into the file. If not, there are none, or a person adds them to the TypeScript file. */
  readonly written: boolean;
}

/**
 * Writes all known ids of waiting accounts into a JSON estate file, after checking the estate with them. Reads the file
 * again, since it may have been edited while Terraform ran. Only reads a TypeScript file.
 *
 * @param path the estate file
 * @param outputs values of the organization stack's outputs by name
 * @throws UserError if an output cannot be the id of its account, EstateError if the estate would not be valid; nothing is
 *   written then
 */
export function fillInIds(path: string, outputs: Readonly<Record<string, unknown>>): FilledIn {
  const { value, name, record } = readEstateFile(path);
  const waiting = parseEstate(value, name, record).waiting.map(({ account }) => account);
  const { accounts } = value as EstateFile; // parseEstate() has checked it
  const known = Object.entries(accounts).flatMap(([account, { id }]) =>
    id === undefined ? [] : [[account, id] as const],
  );
  const { ids, missing, wrong } = findIds(waiting, new Map(known), outputs);
  if (wrong.length > 0) throw new UserError([...wrong, `No id was written into ${name}.`].join("\n"));
  if (ids.size === 0 || extname(path) !== ".json") return { ids, missing, written: false };

  const text = withIds(readFileSync(path, "utf8"), ids);
  parseEstate(JSON.parse(text.replace(/^\uFEFF/, "")), name, record);
  writeAtomically(realpathSync(path), text); // keeps a link
  return { ids, missing, written: true };
}
