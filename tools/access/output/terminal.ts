import pc from "picocolors";
import { withoutSecrets } from "../../../config/secret-text";
import { alignColumns } from "../../support/table";
import { oneLine } from "../../support/text";
import type { ReportTable, ReportSection } from "./report";

const COLUMNS = 100;
/** Between two columns, as `alignColumns` leaves it. */
const GAP = 2;
/** Marks the lines of a first cell after the first, so that they do not look like rows. */
const INDENT = "  ";
/** Longer words may be broken to leave room for other columns. */
const LONGEST_WORD = 30;

/** The sections for a terminal: nothing is wider than 100 columns, and nothing is cut off. */
export function terminalText(sections: readonly ReportSection[]): string {
  return withoutSecrets(sections)
    .map(({ title, intro, tables, empty }) => {
      const filled = tables.filter(({ rows }) => rows.length > 0);
      const body = filled.length === 0 ? [empty] : filled.map(tableText);
      return [pc.bold(title), ...wrapped(intro, COLUMNS), ...body.flatMap((text) => ["", text])].join("\n");
    })
    .join("\n\n");
}

function tableText({ title, head, rows }: ReportTable): string {
  const widths = fittingWidths([head, ...rows]);
  const cell = (text: string, column: number) => {
    const width = widths[column] ?? COLUMNS;
    const lines = wrapped(text, width);
    if (column > 0 || lines.length === 1) return lines;
    return wrapped(text, width - INDENT.length).map((line, index) => (index === 0 ? line : `${INDENT}${line}`));
  };
  const lines = [head, widths.map((width) => "─".repeat(width)), ...rows].flatMap((row) => linesOf(row.map(cell)));
  const text = alignColumns(lines);
  return title === undefined ? text : `${title}\n\n${text}`;
}

/** The lines of a row whose cells have several. */
function linesOf(cells: readonly (readonly string[])[]): string[][] {
  const height = Math.max(...cells.map(({ length }) => length));
  return Array.from({ length: height }, (_, index) => cells.map((lines) => lines[index] ?? ""));
}

/** Widths of columns that fit: names are broken only if there is no room, and columns with more text are wider. */
function fittingWidths(lines: readonly (readonly string[])[]): number[] {
  const columns = (lines[0] ?? []).map((_, column) => {
    const texts = lines.map((line) => oneLine(line[column] ?? ""));
    const words = texts.flatMap((text) => text.split(" ")).map(({ length }) => Math.min(length, LONGEST_WORD));
    const indent = column === 0 ? INDENT.length : 0;
    const size = texts.reduce((sum, { length }) => sum + length, 1);
    const most = Math.max(1, ...texts.map(({ length }) => length));
    return { size, least: Math.min(most, Math.max(1, ...words) + indent), most };
  });
  const widths = columns.map(({ least }) => least);
  const room = COLUMNS - GAP * (widths.length - 1);
  let left = widths.reduce((rest, width) => rest - width, room);
  for (; left < 0; left += 1) widths.splice(widths.indexOf(Math.max(...widths)), 1, Math.max(...widths) - 1);
  for (; left > 0; left -= 1) {
    const needs = columns.map(({ size, most }, column) =>
      (widths[column] ?? most) < most ? size / (widths[column] ?? 1) : 0,
    );
    const column = needs.indexOf(Math.max(...needs));
    if (needs[column] !== 0) widths[column] = (widths[column] ?? 0) + 1;
  }
  return widths;
}

/** A text in lines of at most so many characters, broken at spaces, in long words after `-`, `:` and `/`, or anywhere. */
export function wrapped(text: string, columns: number): string[] {
  const lines: string[] = [];
  for (const piece of oneLine(text)
    .split(/(?<= )/)
    .flatMap((word) => piecesOf(word, columns))) {
    const last = lines.at(-1);
    if (last !== undefined && (last + piece).trimEnd().length <= columns) lines[lines.length - 1] = last + piece;
    else lines.push(piece);
  }
  return lines.length === 0 ? [""] : lines.map((line) => line.trimEnd());
}

function piecesOf(word: string, columns: number): string[] {
  if (word.trimEnd().length <= columns) return [word];
  const pieces = word.split(/(?<=[-:/])(?=[^-:/])/);
  return pieces.flatMap((piece) =>
    piece.trimEnd().length <= columns ? [piece] : (piece.match(new RegExp(`.{1,${String(columns)}}`, "gu")) ?? []),
  );
}
