import { alignColumns } from "../support/table";
import { escapeMarkdown, table } from "../support/markdown";
import { counted } from "../support/text";

/** One measured number, and its bar if it has one. */
export interface Result {
  readonly what: string;
  /** Undefined: not measured, and `detail` says why. */
  readonly got: number | undefined;
  readonly unit: "s" | "ms" | "MB" | "×" | "";
  /** The bar. Without one, the number is for information. */
  readonly atMost?: number;
  /** What it was computed from. */
  readonly detail?: string;
}

export interface GroupResults {
  readonly group: string;
  readonly seconds: number;
  readonly results: readonly Result[];
}

/** Times are in seconds with the digits that a reader can use. A ratio ends with ×. */
export function valueText(value: number, unit: Result["unit"]): string {
  if (unit === "") return value.toFixed(0);
  if (unit === "MB") return `${value.toFixed(value < 10 ? 1 : 0)} MB`;
  if (unit === "×") return `${value.toFixed(2)} ×`;
  return `${value.toFixed(value < 10 ? 2 : 1)} ${unit}`;
}

/** A number that is not a number exceeds its bar too. */
const exceeds = ({ got, atMost }: Result): boolean => got !== undefined && atMost !== undefined && !(got <= atMost);

function verdictOf(result: Result): string {
  if (result.got === undefined) return "not measured";
  if (result.atMost === undefined) return "";
  return exceeds(result) ? "EXCEEDED" : "ok";
}

function cellsOf(result: Result): readonly [got: string, bar: string, verdict: string, detail: string] {
  const { got, unit, atMost, detail = "" } = result;
  return [
    got === undefined ? "" : valueText(got, unit),
    atMost === undefined ? "" : `≤ ${valueText(atMost, unit)}`,
    verdictOf(result),
    detail,
  ];
}

/** The results of a group, for a terminal. */
export function resultLines({ group, seconds, results }: GroupResults): string {
  const lines = results.map((result) => {
    const [got, bar, verdict, detail] = cellsOf(result);
    return [`  ${verdict}`, result.what, got, bar, detail];
  });
  return `${group} (${seconds.toFixed(0)} s)\n${alignColumns(lines, [2, 3])}`;
}

/** All results as a table of a page. */
export function resultTable(groups: readonly GroupResults[]): string {
  const rows = groups.flatMap(({ group, results }) =>
    results.map((result) => [group, result.what, ...cellsOf(result)].map(escapeMarkdown)),
  );
  return table(["group", "what", "got", "bar", "", "from"], rows).join("\n");
}

/** The last lines of a run: how many bars hold, which do not, and what was not measured. */
export function summaryLines(groups: readonly GroupResults[]): string {
  const results = groups.flatMap(({ group, results: all }) => all.map((result) => ({ group, result })));
  const measured = results.filter(({ result }) => result.got !== undefined && result.atMost !== undefined);
  const exceeded = measured.filter(({ result }) => exceeds(result));
  const missing = results.filter(({ result }) => result.got === undefined);
  const seconds = groups.reduce((sum, { seconds: each }) => sum + each, 0);
  return [
    `${counted(measured.length - exceeded.length, "bar")} of ${measured.length} hold, in ${seconds.toFixed(0)} s`,
    ...exceeded.map(({ group, result }) => `exceeded: ${group}: ${result.what}`),
    ...missing.map(({ group, result }) => `not measured: ${group}: ${result.what}: ${result.detail ?? ""}`),
  ].join("\n");
}

/** Whether a bar is exceeded. */
export function anyExceeded(groups: readonly GroupResults[]): boolean {
  return groups.some(({ results }) => results.some(exceeds));
}

const [BEGIN, END] = ["<!-- bench: begin -->", "<!-- bench: end -->"];

/**
 * A page with the part between its two marks replaced.
 *
 * @param where the page's name for the error
 * @throws Error if a mark is missing
 */
export function replaceMarked(page: string, part: string, where: string): string {
  const [begin, end] = [page.indexOf(BEGIN), page.indexOf(END)];
  if (begin < 0 || end < begin) throw new Error(`${where} must contain ${BEGIN} and ${END} in this order`);
  return `${page.slice(0, begin + BEGIN.length)}\n\n${part}\n\n${page.slice(end)}`;
}
