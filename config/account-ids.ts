import { applyEdits, findNodeAtLocation, parseTree, type Edit } from "jsonc-parser";
import { formatValue } from "./estate-error";
import { memberIdOutput } from "./naming";

/** Ids of accounts by their names. */
export type AccountIds = ReadonlyMap<string, string>;

/** The ids that the outputs of the organization's stack give for accounts that wait for them. */
export interface FoundIds {
  readonly ids: AccountIds;
  /** Accounts without an output: the stack was not applied after they were added to the estate. */
  readonly missing: readonly string[];
  /** One error for each output that is not an account's id. */
  readonly wrong: readonly string[];
}

/**
 * Finds the ids of accounts that wait for them.
 * @param waiting names of accounts
 * @param known the ids in the estate, including those of retired accounts
 * @param outputs values by name, as `terraform output` prints them
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
    const owner = typeof id === "string" ? owners.get(id) : undefined;
    if (id === undefined) {
      missing.push(account);
    } else if (typeof id !== "string" || !/^\d{12}$/.test(id)) {
      wrong.push(`the output ${output} must be 12 digits, got ${formatValue(id)}`);
    } else if (owner !== undefined) {
      wrong.push(`the output ${output} must be different from the id of ${owner}, got ${formatValue(id)}`);
    } else {
      ids.set(account, id);
      owners.set(id, account);
    }
  }
  return { ids, missing, wrong };
}

/**
 * The text of a JSON estate file with `id` added to each of these accounts, after `membership` and with its
 * indentation. Every other byte is unchanged, and an account that has an id keeps it.
 * @param source the text of a valid estate
 * @throws Error if an account in it has no `membership`
 */
export function withIds(source: string, ids: AccountIds): string {
  const mark = /^\uFEFF/.exec(source)?.[0] ?? "";
  const text = source.slice(mark.length);
  const tree = parseTree(text);
  const edits = [...ids].flatMap(([account, id]): Edit[] => {
    const [key, value] =
      (tree && findNodeAtLocation(tree, ["accounts", account, "membership"]))?.parent?.children ?? [];
    if (!tree || !key || !value) throw new Error(`accounts.${account}.membership must be given, got nothing`);
    if (findNodeAtLocation(tree, ["accounts", account, "id"])) return [];
    const before = /\s*$/.exec(text.slice(0, key.offset))?.[0] ?? "";
    const between = text.slice(key.offset + key.length, value.offset);
    return [{ offset: value.offset + value.length, length: 0, content: `,${before}"id"${between}"${id}"` }];
  });
  return mark + applyEdits(text, edits);
}

/** The lines to add to a TypeScript estate file, one for each account, after the account's name. */
export function idLines(ids: AccountIds): string[] {
  const width = Math.max(0, ...[...ids.keys()].map((account) => account.length));
  return [...ids].map(([account, id]) => `${account.padEnd(width)}  id: "${id}",`);
}
