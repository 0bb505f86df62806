import { applyEdits, findNodeAtLocation, parseTree, type Edit } from "jsonc-parser";
import { formatValue } from "./estate-error";
import { memberIdOutput } from "./naming";

/** Ids of accounts by their names. */
export type AccountIds = ReadonlyMap<string, string>;

/** What the outputs of the organization's stack say of the accounts that wait for their id. */
export interface FoundIds {
  readonly ids: AccountIds;
  /** Accounts of which they say nothing: the stack was not applied since they were added to the estate. */
  readonly missing: readonly string[];
  /** What cannot be the id of an account, a line each. */
  readonly wrong: readonly string[];
}

/**
 * Finds the ids of accounts that wait for them.
 *
 * @param waiting names of accounts
 * @param known the ids that the estate has already, those of retired accounts too
 * @param outputs values by name, as `terraform output` gives them
 */
export function findIds(
  waiting: readonly string[],
  known: AccountIds,
  outputs: Readonly<Record<string, unknown>>,
): FoundIds {
  const owners = new Map([...known].map(([account, id]) => [id, account]));
  const [ids, missing, wrong] = [new Map<string, string>(), [] as string[], [] as string[]];
  for (const account of waiting) {
    const output = memberIdOutput(account);
    const id = outputs[output];
    if (id === undefined) {
      missing.push(account);
    } else if (typeof id !== "string" || !/^\d{12}$/.test(id)) {
      wrong.push(`the output ${output} is ${formatValue(id)}, expected 12 digits`);
    } else if (owners.has(id)) {
      wrong.push(
        `the output ${output} is ${formatValue(id)}, which is the id of ${owners.get(id) ?? ""}, expected another`,
      );
    } else {
      ids.set(account, id);
      owners.set(id, account);
    }
  }
  return { ids, missing, wrong };
}

/**
 * The text of a JSON estate file with `id` in each of these accounts, after `membership` and indented as it is; every
 * other byte stays. An account that has an id keeps it.
 *
 * @throws Error where the text has no such account with a `membership`: it is to be the text of a valid estate
 */
export function withIds(source: string, ids: AccountIds): string {
  const mark = /^\uFEFF/.exec(source)?.[0] ?? "";
  const text = source.slice(mark.length);
  const tree = parseTree(text);
  const edits = [...ids].flatMap(([account, id]): Edit[] => {
    const [key, value] =
      (tree && findNodeAtLocation(tree, ["accounts", account, "membership"]))?.parent?.children ?? [];
    if (!tree || !key || !value) throw new Error(`no accounts.${account}.membership`);
    if (findNodeAtLocation(tree, ["accounts", account, "id"])) return [];
    const before = /\s*$/.exec(text.slice(0, key.offset))?.[0] ?? "";
    const between = text.slice(key.offset + key.length, value.offset);
    return [{ offset: value.offset + value.length, length: 0, content: `,${before}"id"${between}"${id}"` }];
  });
  return mark + applyEdits(text, edits);
}

/** What a person adds to a TypeScript estate file, a line for each account, its name first. */
export function idLines(ids: AccountIds): string[] {
  const width = Math.max(0, ...[...ids.keys()].map((account) => account.length));
  return [...ids].map(([account, id]) => `${account.padEnd(width)}  id: "${id}",`);
}
