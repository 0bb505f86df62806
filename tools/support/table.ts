import Table from "cli-table3";

/**
 * Lines of cells in aligned columns, suitable for grep and diff. Without a line break at the end.
 *
 * @param numbers the columns, from 0, that are aligned to the right
 */
export function alignColumns(lines: readonly (readonly string[])[], numbers: readonly number[] = []): string {
  const count = Math.max(0, ...lines.map((line) => line.length));
  const widths = Array.from({ length: count }, (_, column) =>
    Math.max(...lines.map((line) => (line[column] ?? "").length)),
  );
  const pad = (cell: string, column: number): string => {
    const width = widths[column] ?? 0;
    return numbers.includes(column) ? cell.padStart(width) : cell.padEnd(width);
  };
  return lines.map((line) => line.map(pad).join("  ").trimEnd()).join("\n");
}

/** A table with frames for terminals, or the same as plain columns. Without a line break at the end. */
export function textTable(
  head: readonly string[],
  rows: readonly (readonly string[])[],
  { numbers, plain }: { readonly numbers: readonly number[]; readonly plain: boolean },
): string {
  if (plain) return alignColumns([head, ...rows], numbers);
  const colAligns = head.map((_, column) => (numbers.includes(column) ? "right" : "left"));
  const table = new Table({ head: [...head], colAligns, style: { head: [], border: [] } });
  table.push(...rows.map((row) => [...row]));
  return table.toString();
}
