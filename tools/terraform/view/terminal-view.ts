import { writeSync } from "node:fs";
import {
  Listr,
  ListrLogger,
  ProcessOutput,
  type ListrTaskWrapper,
  type DefaultRenderer,
  type SimpleRenderer,
} from "listr2";
import { FINAL_PHASES, type Phase, type View } from "./view";

const SHOW_CURSOR = "\u001B[?25h";

/** Keeps the cursor visible all the time: then no way of dying, not even SIGKILL, can leave it hidden. */
class OutputWithCursor extends ProcessOutput {
  public override hijack(): void {
    super.hijack();
    this.stdout.write(SHOW_CURSOR);
  }

  /** Writes what was held back, if anything is. */
  public flush(): void {
    if (this.active) this.release();
  }
}

interface Line {
  readonly id: string;
  phase: Phase;
  note?: string;
  /** Milliseconds; set when it left "waiting". */
  started?: number;
  task?: ListrTaskWrapper<unknown, typeof DefaultRenderer, typeof SimpleRenderer>;
  end?: () => void;
}

/**
 * A live line per stack on a terminal. Errors are written in full below it when it stops, even if the process ends
 * before.
 */
export class TerminalView implements View {
  private readonly output = new OutputWithCursor();
  private readonly lines = new Map<string, Line>();
  private readonly errors: Error[] = [];
  private width = 0;
  private timer: NodeJS.Timeout | undefined;
  private finished: Promise<unknown> | undefined;
  private stopped = false;
  /** While the view is live, listr2 holds back what others write: an exit without `stop` must not lose that. */
  private readonly onExit = (): void => {
    this.output.flush();
    this.errors.splice(0).forEach((error) => writeSync(2, `\n${error.message}\n`));
  };

  public start(stackIds: readonly string[]): void {
    this.width = Math.max(0, ...stackIds.map((id) => id.length));
    stackIds.forEach((id) => this.lines.set(id, { id, phase: "waiting" }));
    const tasks = [...this.lines.values()].map((line) => ({
      title: this.title(line),
      task: (_: unknown, task: NonNullable<Line["task"]>) => this.follow(line, task),
    }));
    const listr = new Listr(tasks, {
      concurrent: true,
      exitOnError: false,
      // Its handler would end the process on Ctrl-C, while Terraform still saves its state.
      registerSignalListeners: false,
      renderer: "default",
      rendererOptions: {
        logger: new ListrLogger({ processOutput: this.output, useIcons: true, toStderr: [] }),
        showErrorMessage: false, // `stop` writes them in full
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
    this.errors.splice(0).forEach((error) => process.stderr.write(`\n${error.message}\n`));
  }

  /** Lives as long as the stack's line: ends with the last phase of the stack, as done, failed or skipped. */
  private async follow(line: Line, task: NonNullable<Line["task"]>): Promise<void> {
    line.task = task;
    this.refresh(line); // it may have moved on before its line was there
    if (!this.stopped && !FINAL_PHASES.has(line.phase)) await new Promise<void>((resolve) => (line.end = resolve));
    this.refresh(line);
    if (line.phase === "failed") throw new Error(this.title(line));
    if (line.phase === "not started" || line.phase === "waiting") task.skip(this.title(line));
    line.task = undefined; // its time stands still from here
  }

  private refresh(line: Line): void {
    if (line.task) line.task.title = this.title(line);
  }

  private title({ id, phase, note, started }: Line): string {
    const seconds =
      started === undefined || phase === "not started" ? "" : `${Math.round((performance.now() - started) / 1000)} s`;
    return `${id.padEnd(this.width)}  ${phase.padEnd(12)} ${seconds.padStart(5)}  ${note ?? ""}`.trimEnd();
  }
}
