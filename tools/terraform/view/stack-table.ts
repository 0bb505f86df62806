import { textTable } from "../../support/table";

export interface StackRow {
  readonly id: string;
  readonly accountId: string;
  /** Managed resources. */
  readonly resources: number;
  readonly stateKey: string;
  /** @default the stack was not run */
  readonly seconds?: number;
}

const HEAD = ["stack", "account", "resources", "state key", "seconds"];
const NUMBERS = [2, 4];

/**
 * The stacks of a run as a table; without a terminal, as plain columns for grep and diff. Without trailing line break.
 */
export function stackTable(rows: readonly StackRow[], options: { readonly plain?: boolean } = {}): string {
  const { plain = !process.stdout.isTTY } = options;
  const cells = rows.map(({ id, accountId, resources, stateKey, seconds }) => [
    id,
    accountId,
    String(resources),
    stateKey,
    seconds === undefined ? "-" : seconds.toFixed(1),
  ]);
  return textTable(HEAD, cells, { numbers: NUMBERS, plain });
}
