import { mkdirSync } from "node:fs";
import { availableParallelism } from "node:os";
import { join } from "node:path";
import { parentPort, Worker, workerData } from "node:worker_threads";
import { isSystemError, UserError } from "../config/user-error";
import type * as stacks from ".";
import type { StackGroup } from "./groups";

/** With fewer stacks, a second thread would load its modules for longer than it works. */
const MANY_STACKS = 300;

/**
 * Synthesizes groups of stacks as `synthesizeGroups` does. If there are many, a second thread takes part: each thread
 * takes the next group until none is left.
 *
 * @param outdir an empty folder
 * @param limits `cores`: how many threads can run at once; `many`: from how many stacks on a second thread takes part
 */
export async function synthesizeInThreads(
  groups: readonly StackGroup[],
  outdir: string,
  { cores = availableParallelism(), many = MANY_STACKS }: { readonly cores?: number; readonly many?: number } = {},
): Promise<void> {
  const stacks = groups.reduce((sum, { specs }) => sum + specs.length, 0);
  if (cores < 2 || stacks < many) {
    loadStacks().synthesizeGroups(groups, outdir);
    return;
  }
  const inputs = groups.map(({ input }) => input);
  const next = new Int32Array(new SharedArrayBuffer(Int32Array.BYTES_PER_ELEMENT));
  mkdirSync(join(outdir, "stacks"), { recursive: true }); // both threads would create it
  const { worker, outcomes } = startThread({ inputs, outdir, next });
  try {
    const { finishSynth, synthesizeEach } = loadStacks();
    const own = synthesizeEach(inputs, outdir, next);
    finishSynth([...own, ...(await outcomes).map(withError)], outdir);
  } finally {
    await worker.terminate();
  }
}

/** V8 lets a heap with a limit of a few gigabytes grow to four times what it holds before it collects, and this one less. */
const MEMORY = { maxOldGenerationSizeMb: 1024 };

interface ThreadWork {
  readonly inputs: readonly StackGroup["input"][];
  readonly outdir: string;
  /** The index of the next input, shared by the threads. */
  readonly next: Int32Array;
}

function startThread(work: ThreadWork) {
  const execArgv = ["--require", join(__dirname, "../tools/support/typescript.cjs")];
  const worker = new Worker(__filename, { workerData: work, execArgv, resourceLimits: MEMORY });
  const outcomes = new Promise<PortableOutcome[]>((resolve, reject) => {
    worker.once("message", resolve);
    worker.once("error", reject);
    worker.once("exit", (code) => {
      reject(new Error(`the second thread must report what it synthesized, got exit code ${code} without a report`));
    });
  });
  outcomes.catch(() => undefined); // handled once this thread has finished its own groups
  return { worker, outcomes };
}

/** On the way to another thread a user error loses its class, and a system error its code. */
interface PortableOutcome extends stacks.GroupOutcome {
  readonly isUserError?: boolean;
  readonly system?: Pick<NodeJS.ErrnoException, "code" | "syscall">;
}

function portable(outcome: stacks.GroupOutcome): PortableOutcome {
  const error = outcome.failure?.error;
  if (error instanceof UserError) return { ...outcome, isUserError: true };
  return isSystemError(error) ? { ...outcome, system: { code: error.code, syscall: error.syscall } } : outcome;
}

function withError({ isUserError, system, ...outcome }: PortableOutcome): stacks.GroupOutcome {
  if (!outcome.failure) return outcome;
  const error = outcome.failure.error as Error;
  return { ...outcome, failure: { error: isUserError ? new UserError(error.message) : Object.assign(error, system) } };
}

function work({ inputs, outdir, next }: ThreadWork): void {
  parentPort?.postMessage(loadStacks().synthesizeEach(inputs, outdir, next).map(portable));
}

/** Late, so that both threads load cdktf and the stacks at the same time. */
// eslint-disable-next-line @typescript-eslint/no-require-imports
const loadStacks = () => require("./index") as typeof stacks;

// In the thread that `startThread` starts.
if (require.main === module) work(workerData as ThreadWork);
