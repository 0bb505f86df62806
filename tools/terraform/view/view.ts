/** What a stack is doing, as people see it. */
export type Phase =
  | "waiting"
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

/** In these a stack stays. "applied" is not among them: a check may follow. */
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
 * Shows a run while it runs. Every error given to `fail` is written in full, at the latest by `stop`, which must always
 * be called.
 */
export interface View {
  /** Every stack of the run, all waiting. */
  start(stackIds: readonly string[]): void;
  /** The stack enters a phase, or is still in it with another note. */
  phase(stackId: string, phase: Phase, note?: string): void;
  /** The stack failed. */
  fail(stackId: string, error: Error): void;
  /** Ends the view; the terminal is as before. May be called again. */
  stop(): Promise<void>;
}
