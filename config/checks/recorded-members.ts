import type { Problem } from "../estate-error";
import type { MembersRecord } from "../members-record";
import { draftAccounts, isDraftValues, isMemberKind, joins, textOf, type Draft } from "./draft";

/**
 * Every member in the committed record is still in the file, and every created one in the file is in the record. Terraform
 * forgets `prevent_destroy` together with a removed block, and would remove the account from its organization.
 */
export function* recordedMembers(draft: Draft, record: MembersRecord): Iterable<Problem> {
  const accounts = draft["accounts"];
  if (!isDraftValues(accounts)) return;
  const missing = record.members.filter((name) => !Object.hasOwn(accounts, name));
  for (const name of record.members) {
    if (missing.includes(name))
      yield {
        path: `accounts.${name}`,
        expected: `an account, because ${record.file} lists it as a member of the organization`,
        got: "nothing",
        remedy: `Restore it under this name, with retired: true if Terraform is to forget the account and leave it unchanged (if it was never applied, remove it from ${record.file} instead)`,
      };
    else yield* changedMember(name, accounts[name], record);
  }
  yield* unrecordedMembers(draft, record, missing);
}

function* changedMember(name: string, account: unknown, record: MembersRecord): Iterable<Problem> {
  if (!isDraftValues(account)) return;
  // A refused kind or membership counts as the recorded one.
  const [kind, membership] = [textOf(account["kind"]) ?? "member", textOf(account["membership"]) ?? "created"];
  // A main account that no longer joins is forgotten: it keeps its stacks.
  if (kind === "main" || (isMemberKind(kind) && membership === "created") || joins(account)) return;
  yield {
    path: `accounts.${name}`,
    expected: `a created member or an account that joins, because ${record.file} lists it`,
    got: `one of kind ${kind}${isMemberKind(kind) ? `, ${membership}` : ""}`,
    remedy: "Restore it, with retired: true if Terraform is to forget the account",
  };
}

function* unrecordedMembers(draft: Draft, record: MembersRecord, missing: readonly string[]): Iterable<Problem> {
  const remedy =
    missing.length > 0
      ? `If it is ${missing.join(", ")} with a new name, restore the old one: a created member keeps its name (docs/organization.md)`
      : "Run npm run accounts -- --record and commit the file";
  for (const [name, { kind, membership }] of draftAccounts(draft)) {
    if (!isMemberKind(kind) || membership !== "created" || record.members.includes(name)) continue;
    yield {
      path: `accounts.${name}`,
      expected: `listed in ${record.file}, because it is a created member`,
      got: "no entry",
      remedy,
    };
  }
}
