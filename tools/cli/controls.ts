import { readFileSync } from "node:fs";
import { join } from "node:path";
import { Command, Option } from "commander";
import pc from "picocolors";
import { formatValue } from "../../config/estate-error";
import { estateFile, loadEstate } from "../../config/load";
import { nameOf } from "../../config/read-estate-file";
import { UserError } from "../../config/user-error";
import { terminalText } from "../access/output/terminal";
import { acceptancesFile, isReason, readAcceptances, writeAcceptances } from "../controls/acceptances";
import { decideControls, newFailures, type Decisions } from "../controls/decide";
import { baselinePage, controlsJson, controlsReport, countsText } from "../controls/output";
import { findingLine } from "../controls/rule";
import { controlsSarif } from "../controls/sarif";
import { writeAtomically } from "../support/files";
import { ROOT } from "../support/project";
import { oneLine } from "../support/text";
import { synthesizedEstate } from "./access";
import { runCommand } from "./run-command";

interface ControlFlags {
  readonly check?: boolean;
  readonly page?: boolean;
  readonly json?: boolean;
  readonly sarif?: boolean;
  readonly accept?: string;
}

const PAGE = "docs/baseline.md";

const exclusive = (flags: string, description: string, ...others: readonly string[]) =>
  new Option(flags, description).conflicts([...others]);

const command = new Command("npm run controls --")
  .description(
    "Decides the controls of CIS AWS Foundations and of AWS's best practices, read from the synthesized stacks: needs neither AWS nor credentials.",
  )
  .addOption(
    exclusive(
      "--check",
      "exit code 1 for a failure that is not accepted, or if docs/baseline.md is not current",
      "page",
      "json",
      "sarif",
      "accept",
    ),
  ) // prettier-ignore
  .addOption(exclusive("--json", "print the decisions as JSON", "page", "sarif", "accept"))
  .addOption(exclusive("--sarif", "print the findings as SARIF 2.1.0", "page", "accept"))
  .addOption(
    exclusive(
      "--accept <reason>",
      "write all failures as accepted into <estate>.controls.json, which a reviewer reads",
      "page",
    ),
  ) // prettier-ignore
  .option("--page", "write the table of docs/baseline.md")
  .action((flags: ControlFlags) => runCommand(() => controls(flags)));

export function controls(flags: ControlFlags): number {
  if (flags.page) return writePage();
  loadEstate();
  const file = acceptancesFile(estateFile());
  const accepted = readAcceptances(file, nameOf(file));
  const decisions = decideControls(synthesizedEstate(), accepted);
  if (flags.json) console.log(controlsJson(decisions));
  else if (flags.sarif) console.log(controlsSarif(decisions, nameOf(estateFile())));
  else if (flags.check) return check(decisions);
  else if (flags.accept !== undefined) accept(decisions, accepted, flags.accept, file);
  else console.log(terminalText(controlsReport(decisions)));
  return 0;
}

function check(decisions: Decisions): number {
  const page = join(ROOT, PAGE);
  const text = readFileSync(page, "utf8");
  const isCurrent = baselinePage(text) === text;
  if (!isCurrent) console.error(pc.red(`${PAGE} is out of date. Run npm run controls -- --page to write it again.`));
  const failures = newFailures(decisions);
  for (const failure of failures) console.error(pc.red(oneLine(`${failure.control.key}: ${findingLine(failure)}`)));
  for (const { control, resources } of decisions.unused)
    console.log(`${control}: nothing is found any more at ${oneLine(resources.join(", "))}. Remove the entry.`);
  for (const module of decisions.unread) console.log(`${oneLine(module)} is not read: no control knows its resources.`);
  console.log(`controls: ${countsText(decisions)}`);
  if (failures.length === 0) return isCurrent ? 0 : 1;
  console.error(
    pc.red(
      "controls fail that nobody has accepted. Change the estate, or run npm run controls -- --accept <reason> and commit the file for review.",
    ),
  );
  return 1;
}

function accept(
  decisions: Decisions,
  accepted: ReturnType<typeof readAcceptances>,
  reason: string,
  file: string,
): void {
  if (!isReason(reason))
    throw new UserError(
      `--accept must be a reason in one line of 1 to 500 characters, got ${formatValue(reason)}. Say why.`,
    );
  const byControl = new Map<string, Set<string>>();
  for (const { control, stack, address } of newFailures(decisions))
    byControl.set(control.key, (byControl.get(control.key) ?? new Set()).add(`${stack} ${address}`));
  const date = new Date().toISOString().slice(0, 10);
  const added = [...byControl].map(([control, resources]) => ({ control, resources: [...resources], reason, date }));
  writeAcceptances(file, [...accepted.filter((each) => !decisions.unused.includes(each)), ...added]);
  console.log(`wrote ${nameOf(file)}: commit it for review`);
}

function writePage(): number {
  const page = join(ROOT, PAGE);
  writeAtomically(page, baselinePage(readFileSync(page, "utf8")));
  console.log(`wrote ${PAGE}`);
  return 0;
}

export default command;
if (require.main === module) void command.parseAsync();
