import { expectedSeconds } from "../synth/critical-path";
import { runGraph } from "../terraform/graph";
import type { RunOptions } from "../terraform/run-options";
import { StackDestruction, type DestroyedStack } from "./stack-destruction";
import type { Stack } from "../synth/stacks";

export interface DestroyReport {
  /** Whether nothing failed. What protection kept is no failure. */
  readonly ok: boolean;
  /** In the order of the given stacks. */
  readonly stacks: readonly DestroyedStack[];
}

/**
 * Destroys the stacks in the reverse order of their dependencies, several at once. Never circumvents a protection: what
 * it keeps is in the report, and so is everything that a kept stack still needs, which is not tried (a VPC with a
 * database in it would be retried for many minutes, and a bucket that holds a living state must stay). Failures are in
 * the report, not thrown.
 */
export async function destroyStacks(stacks: readonly Stack[], options: RunOptions): Promise<DestroyReport> {
  const { view, signal, parallel } = options;
  const all = stacks.map((stack) => new StackDestruction(stack, options));
  const nodes = all.map((destruction) => {
    const { id } = destruction.stack;
    const users = all.filter((other) => other.stack.dependencies.includes(id));
    return { id, destruction, users, dependencies: users.map((user) => user.stack.id) };
  });
  view.start(stacks.map((stack) => stack.id));
  try {
    const results = await runGraph(
      nodes,
      ({ destruction, users }, giveSlotBack) => destruction.run(users, giveSlotBack),
      {
        parallel,
        signal,
        secondsOf: ({ destruction }) => expectedSeconds(destruction.stack),
      },
    );
    const report = all.map((destruction) => destruction.report(results.get(destruction.stack.id)));
    return { ok: report.every(({ status }) => status !== "failed" && status !== "not started"), stacks: report };
  } finally {
    await view.stop();
  }
}
