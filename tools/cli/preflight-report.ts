import type { Preflight } from "../plans/preflight";
import { alignColumns } from "../support/table";
import { counted, oneLine } from "../support/text";

const HEAD = ["quota", "in use", "estate adds", "limit", "verdict"];
const NUMBERS = [1, 2, 3];

/**
 * What would make first applies in an account fail, what is unknown, and one line of what was looked at.
 *
 * @param line a line of the account's report
 */
export function preflightLines(
  { problems, unknown, quotas, looked }: Preflight,
  line: (what: string, text: string) => string,
): string[] {
  const rows = quotas
    .filter(({ verdict }) => verdict !== "enough")
    .map(({ quota, inUse, adds, limit, verdict }) => [quota, shown(inUse), `${adds}`, shown(limit), verdict]);
  const table = rows.length > 0 ? alignColumns([HEAD, ...rows], NUMBERS).split("\n") : [];
  return [
    ...problems.filter(({ kind }) => kind !== "quota").map(({ kind, text }) => line(kind, oneLine(text))),
    ...table.map((row, index) => line(index === 0 ? "quotas" : "", row)),
    ...unknown.map((text) => line("unknown", oneLine(text))),
    line("looked", `at ${looked}: ${counted(problems.length, "problem")}, ${unknown.length} unknown`),
  ];
}

const shown = (count: number | undefined): string => (count === undefined ? "?" : `${count}`);
