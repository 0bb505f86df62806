import { hideSecrets } from "../../../config/secret-text";
import type { Phase, View } from "./view";
import { TerminalView } from "./terminal-view";

/**
 * Prints one line per change of phase, with the seconds since the start of the run: for logs, pipes and CI. Prints errors
 * when they occur.
 */
export class PlainView implements View {
  private readonly phases = new Map<string, Phase>();
  private startedAt = performance.now();
  private width = 0;

  constructor(private readonly write: (text: string) => void) {}

  public start(stackIds: readonly string[]): void {
    this.startedAt = performance.now();
    this.width = Math.max(0, ...stackIds.map((id) => id.length));
    stackIds.forEach((id) => this.phases.set(id, "waiting")); // all are waiting, so print no lines
  }

  public phase(stackId: string, phase: Phase, note?: string): void {
    if (this.phases.get(stackId) === phase) return;
    this.phases.set(stackId, phase);
    this.line(stackId, note === undefined || note === "" ? phase : `${phase} (${note})`);
  }

  public fail(stackId: string, error: Error): void {
    this.phases.set(stackId, "failed");
    this.line(stackId, `failed\n${error.message}`);
  }

  public stop(): Promise<void> {
    return Promise.resolve();
  }

  private line(stackId: string, text: string): void {
    const seconds = Math.round((performance.now() - this.startedAt) / 1000);
    this.write(`${String(seconds).padStart(5)} s  ${stackId.padEnd(this.width)}  ${hideSecrets(text)}\n`);
  }
}

interface ViewOptions {
  /** @default process.env */
  readonly env?: NodeJS.ProcessEnv;
  /** @default process.stdout */
  readonly stream?: { readonly isTTY?: boolean; readonly columns?: number; write(text: string): unknown };
}

/**
 * Creates the view: live lines on a terminal; plain lines without a terminal, in CI, on a terminal that cannot move its
 * cursor, and on one that reports 0 columns (as in some containers: lines would be cut off completely). NO_COLOR removes
 * the colours and keeps the live lines.
 */
export function createView(options: ViewOptions = {}): View {
  const { env = process.env, stream = process.stdout } = options;
  const inCi = env.CI !== undefined && env.CI !== "" && env.CI !== "false" && env.CI !== "0";
  if (stream.isTTY && !inCi && env.TERM !== "dumb" && stream.columns !== 0) return new TerminalView();
  return new PlainView((text) => stream.write(text));
}
