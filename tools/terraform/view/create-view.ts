import type { Phase, View } from "./view";
import { TerminalView } from "./terminal-view";

/**
 * One line per change of phase, with the seconds since the start of the run: for logs, pipes and CI. Errors are written
 * when they happen.
 */
export class PlainView implements View {
  private readonly phases = new Map<string, Phase>();
  private startedAt = performance.now();
  private width = 0;

  constructor(private readonly write: (text: string) => void) {}

  public start(stackIds: readonly string[]): void {
    this.startedAt = performance.now();
    this.width = Math.max(0, ...stackIds.map((id) => id.length));
    stackIds.forEach((id) => this.phases.set(id, "waiting")); // all wait: no line each
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
    this.write(`${String(seconds).padStart(5)} s  ${stackId.padEnd(this.width)}  ${text}\n`);
  }
}

export interface ViewOptions {
  /** @default process.env */
  readonly env?: NodeJS.ProcessEnv;
  /** @default process.stdout */
  readonly stream?: { readonly isTTY?: boolean; readonly columns?: number; write(text: string): unknown };
}

/**
 * The view that fits: live lines on a terminal; plain ones where there is none, in CI, and on a terminal that can't
 * move its cursor or does not know how wide it is (0 columns, as some containers have it: nothing would be left of a
 * line). NO_COLOR takes the colours and leaves the live lines.
 */
export function createView(options: ViewOptions = {}): View {
  const { env = process.env, stream = process.stdout } = options;
  const inCi = env.CI !== undefined && env.CI !== "" && env.CI !== "false" && env.CI !== "0";
  if (stream.isTTY && !inCi && env.TERM !== "dumb" && stream.columns !== 0) return new TerminalView();
  return new PlainView((text) => stream.write(text));
}
