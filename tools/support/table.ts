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
