import { Command } from "commander";
import { loadEstate } from "../../config/load";
import { costsOfStacks, type StackCosts } from "../costs/costs-of";
import { byUseLines, PRICES_DATE, unknownLines } from "../costs/estimate";
import { textTable } from "../support/table";
import { oneLine } from "../support/text";
import { synthesizedEstate } from "./access";
import { runCommand } from "./run-command";

const command = new Command("npm run costs --")
  .description(
    "Estimates what each environment and stack costs a month at AWS's list prices, read from the synthesized stacks: needs neither AWS nor credentials.",
  )
  .option("--json", "print the estimate as JSON", false)
  .action(({ json }: { json: boolean }) => runCommand(() => costs(json)));

/** The environment of stacks that belong to a whole account. */
const ACCOUNT_WIDE = "account-wide";

function costs(json: boolean): number {
  loadEstate();
  const stacks = costsOfStacks(synthesizedEstate());
  if (json) console.log(JSON.stringify({ format: 1, prices: PRICES_DATE, stacks }, null, 2));
  else console.log(costsText(stacks));
  return 0;
}

/** The estimate for a terminal. */
export function costsText(stacks: readonly StackCosts[], plain = !process.stdout.isTTY): string {
  const environments = [...new Set(stacks.map(({ environment = ACCOUNT_WIDE }) => environment))];
  const rows = environments.flatMap((environment) => {
    const own = stacks.filter((stack) => (stack.environment ?? ACCOUNT_WIDE) === environment);
    const priced = own.filter(({ usd }) => usd > 0);
    const total = [environment, "all stacks", usdText(sumOf(own)), ""];
    return [
      total,
      ...priced.map(({ stack, usd, lines }) => [
        ...["", stack, usdText(usd)],
        lines.flatMap(({ item, usd: price }) => (price === undefined ? [] : [`${item} ${usdText(price)}`])).join(", "),
      ]),
    ];
  });
  const table = textTable(["environment", "stack", "USD a month", "of which"], rows, { numbers: [2], plain });
  const byUse = new Map(stacks.flatMap(byUseLines).map(({ item, byUse: how = "" }) => [item, how]));
  const unknown = stacks.flatMap(unknownLines).map(({ stack, address, item }) => `${stack} ${address}: ${item}`);
  return [
    table,
    `\nAll environments and accounts: ${usdText(sumOf(stacks))} USD a month, at AWS's list prices of ${PRICES_DATE}.`,
    ...(byUse.size > 0 ? ["\nBy use, not in the sum:", ...[...byUse].map(([item, how]) => `  ${item}: ${how}`)] : []),
    ...(unknown.length > 0 ? ["\nUnknown, not in the sum:", ...unknown.map((line) => `  ${oneLine(line)}`)] : []),
  ].join("\n");
}

const sumOf = (stacks: readonly StackCosts[]): number => stacks.reduce((sum, { usd }) => sum + usd, 0);

const usdText = (usd: number): string => usd.toFixed(2);

export default command;
if (require.main === module) void command.parseAsync();
