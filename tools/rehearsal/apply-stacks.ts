import { expectedSeconds, type GraphNode } from "../synth/critical-path";
import { runGraph, type Release } from "../terraform/graph";
import { StackRun, type StackReport, type StackRunOptions } from "./stack-run";
import type { Stack } from "../synth/stacks";

export interface ApplyOptions extends StackRunOptions {
  /** Plans every stack again after the apply. A change is a failure. @default true */
  readonly check?: boolean;
}

export interface ApplyReport {
  /** Whether every stack was applied and, unless `check` is off, had an empty plan afterwards. */
  readonly ok: boolean;
  /** In the order of the given stacks. */
  readonly stacks: readonly StackReport[];
}

interface Node extends GraphNode {
  readonly seconds: number;
  readonly start: (giveSlotBack: Release) => Promise<void>;
}

/** The expected seconds of a plan. */
const CHECK_SECONDS = 6;

/**
 * Applies the stacks in the order of their dependencies, several at once, then plans each again. The report contains
 * the failures. They are not thrown.
 *
 * A stack's check starts when every apply in its own account has ended, including applies of later stacks. Only then is
 * an empty plan evidence: a later stack may have added, say, a rule to an upstream's security group. A check does not
 * wait for other accounts, because each stack's providers allow one account only. The checks of quick accounts
 * therefore run while another account's database is created. Unexpected changes do not stop the run: the report lists
 * them all.
 */
export async function applyStacks(stacks: readonly Stack[], options: ApplyOptions): Promise<ApplyReport> {
  const { view, signal, parallel, check = true } = options;
  const runs = stacks.map((stack) => new StackRun(stack, options));
  const nodes = [...runs.map(applyNode), ...(check ? runs.map((run) => checkNode(run, stacks)) : [])];
  const start = (node: Node, giveSlotBack: Release): Promise<void> => node.start(giveSlotBack);
  view.start(stacks.map((stack) => stack.id));
  try {
    const results = await runGraph(nodes, start, { parallel, signal, secondsOf: ({ seconds }) => seconds });
    const reports = runs.map((run) => run.report(results.get(run.stack.id), results.get(checkId(run.stack))));
    return { ok: reports.every(({ status }) => status === (check ? "checked" : "applied")), stacks: reports };
  } finally {
    await view.stop();
  }
}

function applyNode(run: StackRun): Node {
  const { id, dependencies } = run.stack;
  return { id, dependencies, seconds: expectedSeconds(run.stack), start: (giveSlotBack) => run.apply(giveSlotBack) };
}

function checkNode(run: StackRun, stacks: readonly Stack[]): Node {
  const sameAccount = stacks.filter((other) => other.accountId === run.stack.accountId);
  const dependencies = sameAccount.map((other) => other.id);
  return { id: checkId(run.stack), dependencies, seconds: CHECK_SECONDS, start: () => run.check() };
}

function checkId(stack: Stack): string {
  return `the check of ${stack.id}`;
}
