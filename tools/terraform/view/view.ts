/** The phase of a stack in a run. */
export type Phase =
  | "waiting"
  | "waiting for lock"
  | "looking"
  | "initializing"
  | "planning"
  | "planned"
  | "no changes"
  | "waits"
  | "applying"
  | "moving state"
  | "verifying"
  | "bootstrapped"
  | "applied"
  | "checking"
  | "checked"
  | "destroying"
  | "destroyed"
  | "kept"
  | "absent"
  | "failed"
  | "not started";

/** The last phases of a stack. "applied" is not among them: a check may follow. */
export const FINAL_PHASES: ReadonlySet<Phase> = new Set([
  "planned",
  "no changes",
  "waits",
  "bootstrapped",
  "checked",
  "destroyed",
  "kept",
  "absent",
  "failed",
  "not started",
]);

/**
 * Shows the progress of a run. Prints every complete error given to `fail`, at the latest in `stop`, which must always be
 * called.
 */
export interface View {
  /** Starts the view with every stack of the run, all waiting. May be called again after `stop`. */
  start(stackIds: readonly string[]): void;
  /** The stack enters a phase, or stays in it with another note. */
  phase(stackId: string, phase: Phase, note?: string): void;
  /** The stack failed. */
  fail(stackId: string, error: Error): void;
  /** Ends the view and restores the terminal. May be called again. */
  stop(): Promise<void>;
}
