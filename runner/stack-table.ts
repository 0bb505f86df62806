import Table from "cli-table3";

export interface StackRow {
  readonly id: string;
  readonly accountId: string;
  /** Managed resources. */
  readonly resources: number;
  readonly stateKey: string;
  /** @default none: the stack was not run */
  readonly seconds?: number;
}

const HEAD = ["stack", "account", "resources", "state key", "seconds"];

/** The stacks of a run as a table; where no terminal shows it, as plain columns that grep and diff like. Without trailing line break. */
export function stackTable(rows: readonly StackRow[], options: { readonly plain?: boolean } = {}): string {
  const { plain = !process.stdout.isTTY } = options;
  const cells = rows.map(({ id, accountId, resources, stateKey, seconds }) => [
    id,
    accountId,
    String(resources),
    stateKey,
    seconds === undefined ? "-" : seconds.toFixed(1),
  ]);
  return plain ? columns([HEAD, ...cells]) : framed(cells);
}

function framed(cells: readonly string[][]): string {
  const table = new Table({ head: HEAD, colAligns: ["left", "left", "right", "left", "right"], style: { head: [], border: [] } });
  table.push(...cells);
  return table.toString();
}

function columns(lines: readonly string[][]): string {
  const widths = HEAD.map((_, column) => Math.max(...lines.map((line) => (line[column] ?? "").length)));
  const isNumber = (column: number): boolean => column === 2 || column === 4;
  const pad = (cell: string, column: number): string => {
    const width = widths[column] ?? 0;
    return isNumber(column) ? cell.padStart(width) : cell.padEnd(width);
  };
  return lines.map((line) => line.map(pad).join("  ").trimEnd()).join("\n");
}
