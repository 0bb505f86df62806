import { Command } from "commander";
import { loadEstate } from "../../config/load";
import { costsOfStacks, type StackCosts } from "../costs/costs-of";
import { costsTable } from "../costs/costs-table";
import { PRICES_DATE } from "../costs/estimate";
import { textTable } from "../support/table";
import { synthesizedEstate } from "./access";
import { runCommand } from "./run-command";

const command = new Command("npm run costs --")
  .description(
    "Estimates what each environment and stack costs a month at AWS's list prices, read from the synthesized stacks: needs neither AWS nor credentials.",
  )
  .option("--json", "print the estimate as JSON", false)
  .action(({ json }: { json: boolean }) => runCommand(() => costs(json)));

function costs(json: boolean): number {
  loadEstate();
  const stacks = costsOfStacks(synthesizedEstate());
  if (json) console.log(JSON.stringify({ format: 1, prices: PRICES_DATE, stacks }, null, 2));
  else console.log(costsText(stacks));
  return 0;
}

/** The estimate for a terminal. */
export function costsText(stacks: readonly StackCosts[], plain = !process.stdout.isTTY): string {
  const { head, rows, total, byUse, unknown } = costsTable(stacks);
  return [
    textTable(head, rows, { numbers: [2], plain }),
    `\n${total}`,
    ...(byUse.length > 0 ? ["\nBy use, not in the sum:", ...byUse.map((line) => `  ${line}`)] : []),
    ...(unknown.length > 0 ? ["\nUnknown, not in the sum:", ...unknown.map((line) => `  ${line}`)] : []),
  ].join("\n");
}

export default command;
if (require.main === module) void command.parseAsync();
