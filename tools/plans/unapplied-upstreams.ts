import { cpSync, mkdirSync } from "node:fs";
import { join } from "node:path";
import type { PlannedStack } from "../terraform/plan-stacks";
import { terraformFor, type RunOptions } from "../terraform/run-options";
import { STACK_JSON, type Stack } from "../synth/stacks";
import { probeStateBucket } from "../terraform/state/state-bucket-probe";

/**
 * The stacks that come before a planned one by order alone, are not planned beside it, and have no state: what is to be
 * made in AWS would not find there what it needs. Asked only for stacks that were never applied themselves; any other
 * has found it already. A state that can't be seen (it lies in an account that these credentials do not reach) is not
 * taken for a missing one.
 *
 * @param directory a folder of this run's own
 */
export async function unappliedUpstreams(
  planned: readonly PlannedStack[],
  stacks: readonly Stack[],
  directory: string,
  options: RunOptions,
): Promise<ReadonlySet<string>> {
  const beside = new Set(planned.map(({ stack }) => stack.id));
  const first = planned
    .filter(({ status, state }) => status === "changes" && state === undefined)
    .map(({ stack }) => stack);
  const needed = new Set(first.flatMap(({ dependencies }) => dependencies).filter((id) => !beside.has(id)));
  // The bucket of a stack that could be planned is there.
  const upstreams = stacks.filter(({ id, makesOwnStateBucket }) => needed.has(id) && !makesOwnStateBucket);
  const missing = await Promise.all(
    upstreams.map((upstream) => hasNoState(upstream, join(directory, upstream.id), options)),
  );
  return new Set(upstreams.filter((_, index) => missing[index]).map(({ id }) => id));
}

async function hasNoState(upstream: Stack, directory: string, options: RunOptions): Promise<boolean> {
  mkdirSync(directory, { recursive: true, mode: 0o700 });
  cpSync(join(upstream.directory, STACK_JSON), join(directory, STACK_JSON));
  try {
    return (await probeStateBucket(terraformFor({ ...upstream, directory }, options))).found !== "state";
  } catch {
    return false;
  }
}
