import { expectedSeconds } from "../synth/critical-path";
import { runGraph } from "../terraform/graph";
import type { RunOptions } from "../terraform/run-options";
import { StackDestruction, type DestroyedStack } from "./stack-destruction";
import type { Stack } from "../synth/stacks";

export interface DestroyReport {
  /** Whether no stack failed. A protected stack is not a failure. */
  readonly ok: boolean;
  /** In the order of the given stacks. */
  readonly stacks: readonly DestroyedStack[];
}

/**
 * Destroys the stacks in the reverse order of their dependencies, several at once. It never circumvents a protection. A
 * protected stack is kept, and so is every stack that it needs: destroying a VPC with a database would be retried for
 * many minutes, and the bucket of a state in use must stay. The report contains the failures. They are not thrown.
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
      { parallel, signal, secondsOf: ({ destruction }) => expectedSeconds(destruction.stack) },
    );
    const report = all.map((destruction) => destruction.report(results.get(destruction.stack.id)));
    return { ok: report.every(({ status }) => status !== "failed" && status !== "not started"), stacks: report };
  } finally {
    await view.stop();
  }
}
