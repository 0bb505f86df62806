import { oncePerText } from "../../../config/maps";
import { groupedBy } from "../../support/order";
import type { Names, WholeWords } from "./names";

/** A text, or names of accounts. */
export type RowCell = string | readonly string[];

/** Alike rows as one. */
export interface FoldedRow {
  /** First cells of the rows that are alike in all other cells. */
  readonly firsts: readonly string[];
  readonly others: readonly RowCell[];
  /** The names that the placeholder in the cells replaces; empty if the cells hold none. */
  readonly values: readonly string[];
}

/** Stands for the name of an environment or account. No name in AWS has this private-use character. */
const PLACEHOLDER = "\uE000";

/**
 * Merges rows that are alike, without claiming more than they do: first rows that differ only in accounts, then rows
 * that differ only in one name of an environment or account, then rows that differ only in the first cell. The order of
 * the rows is kept.
 */
export function foldedRows(rows: readonly (readonly [string, ...RowCell[]])[], names: Names): FoldedRow[] {
  const keyOf = rowKeys();
  const templates = withAccountsMerged(rows, keyOf).map((row) => templateOf(row, names.words));
  const alike = [...groupedBy(templates, ({ cells }) => keyOf(cells)).values()].map((group) => {
    const [{ cells, row }] = group as [Template, ...Template[]];
    return group.length > 1
      ? { cells, values: names.sorted(group.map(({ value }) => value)) }
      : { cells: row, values: [] };
  });
  const byOthers = groupedBy(alike, ({ cells: [, ...others], values }) => keyOf([...others, values]));
  return [...byOthers.values()].flatMap((group) => {
    const firsts = [...new Set(group.map(({ cells }) => String(cells[0])))];
    return group.slice(0, 1).map(({ cells: [, ...others], values }) => ({ firsts, others, values }));
  });
}

/** The cells of a row as texts. */
export function rowTexts(row: FoldedRow, names: Names): string[] {
  return [firstText(row, names), ...row.others.map((cell) => cellText(cell, row, names))];
}

/** The first cell, with the names that its placeholder replaces. */
export function firstText(row: FoldedRow, names: Names): string {
  const first = cellText(row.firsts.join(", "), row, names);
  return row.values.length === 0 ? first : `${first} (${placeholder(row, names)}: ${accountsText(row.values, names)})`;
}

export function cellText(cell: RowCell, row: FoldedRow, names: Names): string {
  const text = typeof cell === "string" ? cell : accountsText(cell, names);
  return text.replaceAll(PLACEHOLDER, placeholder(row, names));
}

/** The accounts of a cell, with the placeholder resolved. */
export function accountsIn(cell: readonly string[], { values }: FoldedRow, names: Names): string[] {
  return names.sorted(cell.flatMap((name) => (name === PLACEHOLDER ? values : [name])));
}

function placeholder({ values }: FoldedRow, { environments }: Names): string {
  return values.every((value) => environments.has(value)) ? "<env>" : "<account>";
}

/** `dev, ci`, or `all 8 accounts`. */
function accountsText(cell: readonly string[], names: Names): string {
  const { accounts } = names;
  const listed = new Set(cell);
  const isAll =
    accounts.length > 2 && accounts.length === cell.length && accounts.every(({ name }) => listed.has(name));
  return isAll ? `all ${String(accounts.length)} accounts` : names.sorted(cell).join(", ");
}

/** A short key for each row: alike rows have the same. Their texts are long, and most are in many rows. */
function rowKeys(): (row: readonly RowCell[]) => string {
  let count = 0;
  const numberOf = oncePerText(() => ++count);
  return (row) =>
    row.map((cell) => (typeof cell === "string" ? numberOf(cell) : `[${cell.map(numberOf).join()}]`)).join();
}

function withAccountsMerged(
  rows: readonly (readonly [string, ...RowCell[]])[],
  keyOf: (row: readonly RowCell[]) => string,
): RowCell[][] {
  const groups = groupedBy(rows, (row) => keyOf(row.filter((cell) => typeof cell === "string")));
  return [...groups.values()].map((group) =>
    (group[0] ?? []).map((cell, column) =>
      typeof cell === "string" ? cell : [...new Set(group.flatMap((row) => row[column] ?? []))].sort(),
    ),
  );
}

interface Template {
  readonly cells: readonly RowCell[];
  /** The name that the placeholder replaced; empty if it replaced none. */
  readonly value: string;
  readonly row: readonly RowCell[];
}

/** A row with a placeholder for one name of an environment or account: the first in the first cell, else any. */
function templateOf(row: readonly RowCell[], words: WholeWords): Template {
  const wordsIn = (cell: RowCell) => (typeof cell === "string" ? words.in(cell) : cell);
  const [first = ""] = row;
  const [leading] = typeof first === "string" ? wordsIn(first) : [];
  const value = leading ?? words.longest(row.flatMap(wordsIn)) ?? "";
  if (value === "") return { cells: row, value, row };
  const cells = row.map((cell) =>
    typeof cell === "string"
      ? words.replaced(cell, value, PLACEHOLDER)
      : cell.map((name) => (name === value ? PLACEHOLDER : name)).sort(),
  );
  return { cells, value, row };
}
