import { writeSync } from "node:fs";
import {
  Listr,
  ListrLogger,
  ProcessOutput,
  type ListrTaskWrapper,
  type DefaultRenderer,
  type SimpleRenderer,
} from "listr2";
import { hideSecrets } from "../../../config/secret-text";
import { FINAL_PHASES, type Phase, type View } from "./view";

const SHOW_CURSOR = "\u001B[?25h";

/** Keeps the cursor visible all the time, so that even SIGKILL cannot leave it hidden. */
class OutputWithCursor extends ProcessOutput {
  public override hijack(): void {
    super.hijack();
    this.stdout.write(SHOW_CURSOR);
  }

  /** Writes the output that was held back. */
  public flush(): void {
    if (this.active) this.release();
  }
}

interface Line {
  readonly id: string;
  phase: Phase;
  note?: string;
  /** Milliseconds; set at the end of "waiting". */
  started?: number;
  task?: ListrTaskWrapper<unknown, typeof DefaultRenderer, typeof SimpleRenderer>;
  end?: () => void;
}

/**
 * A live line per stack on a terminal. Prints complete errors below the lines when it stops, or when the process ends.
 */
export class TerminalView implements View {
  private readonly output = new OutputWithCursor();
  private readonly lines = new Map<string, Line>();
  private readonly errors: Error[] = [];
  private width = 0;
  private timer: NodeJS.Timeout | undefined;
  private finished: Promise<unknown> | undefined;
  private stopped = false;
  /** While the view is live, listr2 holds back other output: an exit without `stop` must not lose it. */
  private readonly onExit = (): void => {
    this.output.flush();
    this.errorTexts().forEach((text) => writeSync(2, text));
  };

  public start(stackIds: readonly string[]): void {
    this.stopped = false;
    this.lines.clear();
    this.width = Math.max(0, ...stackIds.map((id) => id.length));
    stackIds.forEach((id) => this.lines.set(id, { id, phase: "waiting" }));
    const tasks = [...this.lines.values()].map((line) => ({
      title: this.title(line),
      task: (_: unknown, task: NonNullable<Line["task"]>) => this.follow(line, task),
    }));
    const listr = new Listr(tasks, {
      concurrent: true,
      exitOnError: false,
      // listr2's handler would end the process on Ctrl-C, while Terraform still saves its state.
      registerSignalListeners: false,
      renderer: "default",
      rendererOptions: {
        logger: new ListrLogger({ processOutput: this.output, useIcons: true, toStderr: [] }),
        showErrorMessage: false, // `stop` prints the complete errors
        showSkipMessage: false,
        formatOutput: "truncate",
      },
    });
    process.once("exit", this.onExit);
    this.timer = setInterval(() => {
      this.lines.forEach((line) => {
        this.refresh(line);
      });
    }, 1000);
    this.timer.unref();
    this.finished = listr.run();
  }

  public phase(stackId: string, phase: Phase, note?: string): void {
    const line = this.lines.get(stackId);
    if (!line) return;
    line.started ??= performance.now();
    line.phase = phase;
    line.note = note;
    this.refresh(line);
    if (FINAL_PHASES.has(phase)) line.end?.();
  }

  public fail(stackId: string, error: Error): void {
    this.errors.push(error);
    this.phase(stackId, "failed");
  }

  public async stop(): Promise<void> {
    clearInterval(this.timer);
    this.stopped = true;
    this.lines.forEach((line) => line.end?.());
    await this.finished;
    process.off("exit", this.onExit);
    this.errorTexts().forEach((text) => process.stderr.write(text));
  }

  private errorTexts(): readonly string[] {
    return this.errors.splice(0).map(({ message }) => `\n${hideSecrets(message)}\n`);
  }

  /** The task of the stack's line: ends with the stack's last phase, as done, failed or skipped. */
  private async follow(line: Line, task: NonNullable<Line["task"]>): Promise<void> {
    line.task = task;
    this.refresh(line); // the phase may have changed before the line existed
    if (!this.stopped && !FINAL_PHASES.has(line.phase)) await new Promise<void>((resolve) => (line.end = resolve));
    this.refresh(line);
    if (line.phase === "failed") throw new Error(this.title(line));
    if (line.phase === "not started" || line.phase === "waiting") task.skip(this.title(line));
    line.task = undefined; // stops the line's clock
  }

  private refresh(line: Line): void {
    if (line.task) line.task.title = this.title(line);
  }

  private title({ id, phase, note, started }: Line): string {
    const seconds =
      started === undefined || phase === "not started" ? "" : `${Math.round((performance.now() - started) / 1000)} s`;
    return `${id.padEnd(this.width)}  ${phase.padEnd(12)} ${seconds.padStart(5)}  ${hideSecrets(note ?? "")}`.trimEnd();
  }
}
