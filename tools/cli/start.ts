import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, relative } from "node:path";
import { Command } from "commander";
import pc from "picocolors";
import { loadEstate } from "../../config/load";
import type { Estate } from "../../config/model";
import { printWaiting } from "../../config/waiting";
import { synthesizeStacks } from "../synth/synth";
import { findTools, rehearse, type Rehearsed } from "../rehearsal/rehearse";
import { timeLineTable } from "../rehearsal/time-line";
import { inAws, selectEnvironments, stacksOfEnvironments } from "../synth/selection";
import { stackTable, type StackRow } from "../terraform/view/stack-table";
import type { Stack } from "../synth/stacks";
import { parallelOption, runCommand } from "./run-command";
import { addResultOptions, recordResult, type ResultFlags, type RunResult } from "./run-result";
import { CACHE, newRunDirectory } from "../support/project";

interface Flags extends ResultFlags {
  readonly all: boolean;
  readonly destroy: boolean;
  readonly synthOnly: boolean;
  readonly parallel?: number;
}

const command = new Command("npm start --")
  .description(
    "Rehearses the estate: applies it with Terraform on a local AWS emulator, and verifies that nothing drifts.",
  )
  .argument("[environments...]", "environments to apply; default: the first in promotion order")
  .option("--all", "every environment and every account", false)
  .option("--destroy", "then destroy what can be destroyed, and list what is protected", false)
  .option("--synth-only", "only synthesize and list the stacks; needs only Node", false)
  .addOption(parallelOption())
  .action((environments: string[], flags: Flags) =>
    runCommand((signal) =>
      recordResult("start", flags, signal, (result) => start(environments, flags, signal, result)),
    ),
  );
addResultOptions(command);

async function start(names: readonly string[], flags: Flags, signal: AbortSignal, result: RunResult): Promise<number> {
  const began = performance.now();
  const estate = loadEstate();
  const environments = selectEnvironments(estate, names, flags.all);
  if (flags.synthOnly) return synthOnly(estate, names.length > 0 ? environments : estate.environments);

  printWaiting(estate, environments);
  result.select(inAws(stacksOfEnvironments(estate, environments), "the emulator has AWS only"));
  const tools = await findTools(CACHE);
  const { parallel, destroy } = flags;
  const directory = newRunDirectory(join(CACHE, "rehearsals"));
  const rehearsal = await rehearse({
    ...{ estate, environments, tools, directory, parallel, destroy, signal },
    view: () => result.view(),
    onStage: (text) => {
      console.log(pc.bold(`\n${text} …`));
    },
  });
  report(rehearsal);
  const seconds = Math.round((performance.now() - began) / 1000);
  console.log(`\nlogs: ${join(relative(process.cwd(), directory), "logs")}`);
  console.log(
    rehearsal.ok
      ? pc.green(`rehearsed in ${seconds} s: all checks passed`)
      : pc.red(`the rehearsal failed (${seconds} s)`),
  );
  return rehearsal.ok ? 0 : 1;
}

async function synthOnly(estate: Estate, environments: Estate["environments"]): Promise<number> {
  const directory = mkdtempSync(join(tmpdir(), "synth-only-"));
  try {
    const selected = new Set(stacksOfEnvironments(estate, environments).map(({ id }) => id));
    const stacks = (await synthesizeStacks(directory)).filter(({ id }) => selected.has(id));
    console.log(stackTable(stacks.map((stack) => row(stack))));
    printWaiting(estate, environments);
    return 0;
  } finally {
    rmSync(directory, { recursive: true, force: true });
  }
}

const row = ({ id, accountId, resourceCount, state }: Stack, seconds?: number): StackRow => ({
  id,
  accountId,
  resources: resourceCount,
  stateKey: state.key,
  seconds,
});

function report({ applied, proofs, destroyed, steps }: Rehearsed): void {
  let account = "";
  for (const { proof, error } of proofs) {
    if (proof.account !== account) console.log(`  ${pc.bold(proof.account)}`);
    account = proof.account;
    console.log(
      error ? `    ${pc.red("✗")} ${proof.claim}\n      ${error.message}` : `    ${pc.green("✓")} ${proof.claim}`,
    );
  }
  for (const { stack, status, reasons, remaining } of destroyed?.stacks ?? []) {
    if (status === "destroyed") continue;
    console.log(`  ${stack.id}: ${status}${reasons.length > 0 ? ` (${reasons.join("; ")})` : ""}`);
    for (const address of remaining) console.log(`    still exists: ${address}`);
  }
  console.log(`\n${stackTable(applied.stacks.map(({ stack, totalSeconds }) => row(stack, totalSeconds)))}`);
  console.log(`\n${timeLineTable(steps)}`);
}

export default command;
if (require.main === module) void command.parseAsync();
