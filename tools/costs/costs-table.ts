import { ACCOUNT_WIDE } from "../../config/naming";
import { oneLine } from "../support/text";
import type { StackCosts } from "./costs-of";
import { byUseLines, PRICES_DATE, sumOf, unknownLines } from "./estimate";

/** What stacks cost, as a table and what its sums leave out. */
export interface CostsTable {
  readonly head: readonly string[];
  /** A row with the total of each environment, and then of each of its stacks that has a price. */
  readonly rows: readonly (readonly string[])[];
  readonly total: string;
  /** What costs by use, and how. */
  readonly byUse: readonly string[];
  /** What has no price in the table. */
  readonly unknown: readonly string[];
}

export function costsTable(stacks: readonly StackCosts[]): CostsTable {
  const environments = [...new Set(stacks.map(({ environment = ACCOUNT_WIDE }) => environment))];
  const rows = environments.flatMap((environment) => {
    const own = stacks.filter((stack) => (stack.environment ?? ACCOUNT_WIDE) === environment);
    const priced = own.filter(({ usd }) => usd > 0);
    return [
      [environment, "all stacks", usdText(sumOf(own)), ""],
      ...priced.map(({ stack, usd, lines }) => [
        ...["", stack, usdText(usd)],
        lines.flatMap(({ item, usd: price }) => (price === undefined ? [] : [`${item} ${usdText(price)}`])).join(", "),
      ]),
    ];
  });
  const byUse = new Map(stacks.flatMap(byUseLines).map(({ item, byUse: how = "" }) => [item, how]));
  const unknown = stacks.flatMap(unknownLines).map(({ stack, address, item }) => `${stack} ${address}: ${item}`);
  return {
    head: ["environment", "stack", "USD a month", "of which"],
    rows,
    total: `All environments and accounts: ${usdText(sumOf(stacks))} USD a month, at AWS's list prices of ${PRICES_DATE}.`,
    byUse: [...byUse].map(([item, how]) => `${item}: ${how}`),
    unknown: unknown.map(oneLine),
  };
}

const usdText = (usd: number): string => usd.toFixed(2);
