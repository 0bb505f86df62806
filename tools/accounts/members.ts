import { parseEstate } from "../../config/load";
import { readEstateFile } from "../../config/read-estate-file";
import { formatValue } from "../../config/estate-error";
import type { Account, Estate } from "../../config/model";
import { masterOf } from "../../config/resolve/account";
import { readFileSync, realpathSync } from "node:fs";
import { extname } from "node:path";
import { findIds, withIds, type FoundIds } from "../../config/account-ids";
import type { EstateFile } from "../../config/schema";
import { UserError } from "../../config/user-error";
import { writeAtomically } from "../support/files";
import type { InAccount } from "./account-clients";
import type { ListedAccount } from "./organization-calls";

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
 * @param joined names of invited members that have joined the organization, which are added too
 * @throws EstateError if the estate is not valid, or lacks a recorded member; nothing is written then
 */
export function recordMembers(path: string, joined: readonly string[] = []): RecordedMembers {
  const { value, name, record, recordPath } = readEstateFile(path);
  const { organization } = parseEstate(value, name);
  const created = [...(organization?.members.map((member) => member.name) ?? []), ...(organization?.retired ?? [])];
  const added = [...created, ...joined].filter((member) => !record.members.includes(member)).sort();
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

/** The members that join the organization and are not recorded yet. */
export function unrecordedJoining({ accounts, organization }: Estate): Account[] {
  const recorded = new Set(organization?.members.map(({ name }) => name));
  return accounts.filter(({ name, joins }) => joins && !recorded.has(name));
}

/**
 * The names of the members that AWS lists in the organization and the record does not yet. Asks AWS only if an account
 * of the estate may be one.
 *
 * @throws UserError that lists every difference between the estate and AWS for which Terraform would replace an account
 */
export async function joinedMembers(estate: Estate, inAccount: InAccount): Promise<string[]> {
  const [joining, master] = [unrecordedJoining(estate), masterOf(estate)];
  if (joining.length === 0 || !master) return [];
  const listed = await inAccount(master, ({ organizations }) => organizations.accounts());
  const joined = joining.flatMap((account) => {
    const found = listed.find(({ id }) => id === account.id);
    return found ? [{ account, found }] : [];
  });
  const problems = joined.flatMap(({ account, found }) => differences(account, found));
  if (problems.length > 0) throw new UserError([...problems, "Nothing was recorded."].join("\n"));
  return joined.map(({ account }) => account.name);
}

/** What Terraform cannot change in an account: with another value it would replace the account. */
function differences({ name, id, email }: Account, found: ListedAccount): string[] {
  const problems: string[] = [];
  if (found.state !== "ACTIVE")
    problems.push(`accounts.${name} must be an open account, got ${found.state} for ${id}. Remove it from the estate.`);
  if (found.email !== email)
    problems.push(
      `accounts.${name}.email must be that of the account's root user, ${formatValue(found.email)}, got ${formatValue(email)}. Correct it in the estate file.`,
    );
  if (found.name !== name)
    problems.push(
      `accounts.${name} must be the name of the account ${id} in AWS, ${formatValue(found.name)}, got ${formatValue(name)}. ` +
        `Rename it in AWS, with credentials of the account: aws account put-account-name --account-name ${name}`,
    );
  return problems;
}
