import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { join } from "node:path";
import { Command } from "commander";
import { UserError } from "../../config/user-error";
import { writeAtomically } from "../support/files";
import { ROOT } from "../support/project";
import { accessGroup } from "./access";
import { affectedGroup } from "./affected";
import { commandsGroup } from "./commands";
import { type BenchGroup, measureGroup, selectGroups } from "./group";
import { hclGroup } from "./hcl";
import { headLines, temporaryFolder } from "./machine";
import { nodesGroup } from "./nodes";
import { pageGroup } from "./page";
import { peersGroup } from "./peers";
import { planningGroup } from "./planning-group";
import { anyExceeded, type GroupResults, replaceMarked, resultLines, resultTable, summaryLines } from "./report";
import { selectedGroup, synthGroup } from "./synth";
import { startGroup, testGroup } from "./whole-runs";

const GROUPS: readonly BenchGroup[] = [
  synthGroup,
  selectedGroup,
  nodesGroup,
  affectedGroup,
  accessGroup,
  pageGroup,
  commandsGroup,
  peersGroup,
  hclGroup,
  planningGroup,
  startGroup,
  testGroup,
];
const PAGE = "docs/performance.md";

interface Flags {
  readonly scale: boolean;
  readonly write: boolean;
}

const command = new Command("npm run bench --")
  .description(
    "Measures the project against its bars. Numbers are medians of rounds in turns. Run it on an idle machine. The exit code is 1 if a bar is exceeded or a group fails.",
  )
  .argument("[groups...]", "what to measure; all: every group; default: every group that is not only by name")
  .option("--scale", "measure an estate of 1,000 environments too, which takes minutes more", false)
  .option("--write", `write the table into ${PAGE}`, false)
  .addHelpText(
    "after",
    `\nGroups:\n${GROUPS.map(({ name, about, onlyByName = false }) => `  ${name.padEnd(10)} ${about}${onlyByName ? " (only by name)" : ""}`).join("\n")}`,
  ) // prettier-ignore
  .action(bench);

async function bench(names: readonly string[], { scale, write }: Flags): Promise<void> {
  const groups = selectGroups(GROUPS, names);
  const line = ["npm run bench --", ...names, ...(scale ? ["--scale"] : []), ...(write ? ["--write"] : [])];
  const head = headLines(line.join(" ").replace(/ --$/, ""));
  console.log(head.join("\n"));
  const parent = mkdtempSync(join(temporaryFolder(), "bench-"));
  const measured: GroupResults[] = [];
  let isKept = false;
  try {
    for (const group of groups) {
      const { failure, ...results } = await measureGroup(group, { parent, scale });
      measured.push(results);
      console.log(`\n${resultLines(results)}`);
      if (failure === undefined) continue;
      console.error(failure instanceof Error ? failure.stack : failure);
      console.error(`kept, with its logs: ${join(parent, group.name)}`);
      isKept = true;
      process.exitCode = 1;
    }
  } finally {
    if (!isKept) rmSync(parent, { recursive: true, force: true });
  }
  console.log(`\n${summaryLines(measured)}`);
  if (anyExceeded(measured)) process.exitCode = 1;
  if (write) writePage([...head.map((each) => `- ${each}`), "", resultTable(measured)].join("\n"));
}

function writePage(part: string): void {
  const file = join(ROOT, PAGE);
  writeAtomically(file, replaceMarked(readFileSync(file, "utf8"), part, PAGE));
  console.log(`written: ${PAGE}`);
}

command.parseAsync().catch((error: unknown) => {
  if (!(error instanceof UserError)) throw error;
  console.error(error.message);
  process.exitCode = 1;
});
