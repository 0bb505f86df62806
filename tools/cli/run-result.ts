import { existsSync } from "node:fs";
import { dirname, join, relative, resolve } from "node:path";
import { Option, type Command } from "commander";
import type { StackSpec } from "../../config/layout";
import { readBytes } from "../../config/input";
import { withoutSecrets } from "../../config/secret-text";
import { UserError } from "../../config/user-error";
import { MANIFEST, SUMMARY_JSON } from "../plans/plan-folder";
import { timeLineTable, type RunStep } from "../rehearsal/time-line";
import { messageOf } from "../support/errors";
import { writeAtomically } from "../support/files";
import { objectOf, parsedJson } from "../support/json";
import { oneLine } from "../support/text";
import { createView } from "../terraform/view/create-view";
import { FINAL_PHASES, type Phase, type View } from "../terraform/view/view";
import { INTERRUPTED } from "./run-command";

/** The version of the file that `--result` writes. docs/results.md describes it. */
const FORMAT = 1;

export interface ResultFlags {
  readonly result?: string;
  readonly trace?: boolean;
}

/** Adds `--result <file>` and `--trace`. */
export function addResultOptions(command: Command): Command {
  return command
    .addOption(new Option("--result <file>", "write the result as JSON, also after a failure or Ctrl-C"))
    .addOption(new Option("--trace", "print at the end what ran when"));
}

/** What a command knows of a stack at its end. */
interface StackOutcome {
  readonly id: string;
  readonly status?: string;
  /** Such as `{ create: 3 }`; those that are 0 are left out. */
  readonly counts?: Readonly<Record<string, number>>;
  /** Of a plan: in place of the counts. */
  readonly review?: { readonly counts: Readonly<Record<string, number>> };
  readonly error?: string | Error;
}

interface StackRecord {
  account?: string;
  accountId?: string;
  status?: string;
  counts?: Readonly<Record<string, number>>;
  error?: string;
}

interface Interval extends RunStep {
  readonly stack: string;
  readonly phase: Phase;
}

/** Records what happens to each stack of a run, from its view and from what the command reports. */
export class RunResult {
  private readonly stacks = new Map<string, StackRecord>();
  private readonly intervals: Interval[] = [];
  private readonly current = new Map<string, { readonly phase: Phase; readonly since: number }>();
  private folder: string | undefined;

  /** A view that also records phases and errors. */
  public view(shown: View = createView()): View {
    return {
      start: (ids) => {
        for (const id of ids) this.record(id).status ??= "waiting";
        shown.start(ids);
      },
      phase: (id, phase, note) => {
        this.enter(id, phase);
        shown.phase(id, phase, note);
      },
      fail: (id, error) => {
        this.enter(id, "failed");
        this.record(id).error = error.message;
        shown.fail(id, error);
      },
      stop: () => shown.stop(),
    };
  }

  /** The stacks that the run is about. */
  public select(specs: readonly Pick<StackSpec, "id" | "account">[]): void {
    for (const { id, account } of specs)
      Object.assign(this.record(id), { account: account.name, accountId: account.id });
  }

  /** What the command reports of stacks. It replaces what the view has shown. */
  public take(outcomes: readonly StackOutcome[], folder?: string): void {
    this.folder ??= folder;
    for (const { id, status, review, counts = review?.counts, error } of outcomes) {
      const record = this.record(id);
      if (status !== undefined) record.status = status;
      if (counts) record.counts = Object.fromEntries(Object.entries(counts).filter(([, count]) => count > 0));
      if (error !== undefined) record.error = typeof error === "string" ? error : error.message;
    }
  }

  /** Ends the phases that still run. */
  public end(): void {
    for (const id of this.current.keys()) this.leave(id);
  }

  /** The steps for a time line: the phases of each stack follow one another. */
  public get steps(): readonly RunStep[] {
    const [first] = [...this.intervals].sort((a, b) => a.startedAt - b.startedAt);
    const prepared = first ? { ...FIRST_STEP, seconds: first.startedAt / 1000 } : FIRST_STEP;
    return [prepared, ...this.intervals];
  }

  /** The content of the file, without what the command as a whole has. */
  public toJson(): object {
    return {
      ...(this.folder === undefined ? {} : { folder: relative(process.cwd(), this.folder) }),
      stacks: [...this.stacks].map(([id, { account, accountId, status, counts, error }]) => {
        const own = this.intervals.filter(({ stack }) => stack === id);
        const phases: Partial<Record<Phase, number>> = {};
        for (const { phase, seconds } of own) phases[phase] = rounded((phases[phase] ?? 0) + seconds);
        const seconds = rounded(own.reduce((sum, interval) => sum + interval.seconds, 0));
        return { id, account, accountId, status: status ?? "not started", seconds, phases, counts, error };
      }),
    };
  }

  private record(id: string): StackRecord {
    const record = this.stacks.get(id) ?? {};
    this.stacks.set(id, record);
    return record;
  }

  private enter(stack: string, phase: Phase): void {
    this.record(stack).status = phase;
    if (this.current.get(stack)?.phase === phase) return;
    this.leave(stack);
    if (!FINAL_PHASES.has(phase)) this.current.set(stack, { phase, since: performance.now() });
  }

  private leave(stack: string): void {
    const running = this.current.get(stack);
    if (!running) return;
    this.current.delete(stack);
    const before = this.intervals.filter((interval) => interval.stack === stack).at(-1);
    this.intervals.push({
      ...{ id: `${stack} ${this.intervals.length}`, name: `${stack}: ${running.phase}`, stack, phase: running.phase },
      after: [before?.id ?? FIRST_STEP.id],
      startedAt: running.since,
      seconds: (performance.now() - running.since) / 1000,
    });
  }
}

const FIRST_STEP: RunStep = { id: "preparing", name: "preparing", after: [], startedAt: 0, seconds: 0 };

const rounded = (seconds: number): number => Math.round(seconds * 10) / 10;

/**
 * Runs a command, and writes its result into the file that `--result` names: at the start, so that a killed command
 * leaves the status `running`, and at the end, also after a failure or an interruption. `--trace` prints the time line.
 */
export async function recordResult(
  name: string,
  { result: file, trace }: ResultFlags,
  signal: AbortSignal,
  work: (result: RunResult) => Promise<number>,
): Promise<number> {
  const result = new RunResult();
  const startedAt = new Date();
  const write = (outcome: object) => {
    if (file === undefined) return;
    const seconds = rounded((Date.now() - startedAt.getTime()) / 1000);
    const head = { format: FORMAT, command: name, startedAt: startedAt.toISOString(), seconds };
    writeAtomically(file, `${JSON.stringify(withoutSecrets({ ...head, ...outcome, ...result.toJson() }), null, 2)}\n`);
  };
  if (file !== undefined) refuseOtherFile(file);
  write({ status: "running" });
  let exitCode = 1;
  let error: string | undefined;
  try {
    exitCode = await work(result);
  } catch (thrown) {
    error = messageOf(thrown);
    throw thrown;
  } finally {
    result.end();
    if (signal.aborted) exitCode = INTERRUPTED;
    const status = signal.aborted ? "interrupted" : exitCode === 1 ? "failed" : "succeeded";
    if (trace) console.error(`\n${timeLineTable(result.steps, { plain: !process.stderr.isTTY })}`);
    try {
      write({ status, exitCode, error });
    } catch (unwritten) {
      // An error thrown here would take the place of the command's own.
      console.error(`the result could not be written: ${messageOf(unwritten)}`);
      exitCode = 1;
    }
  }
  return exitCode;
}

/** @throws UserError if the file is in a plan folder, which must hold exactly the files of its manifest */
export function refuseInPlanFolder(option: string, file: string): void {
  const isPlan = (folder: string): boolean => [MANIFEST, SUMMARY_JSON].every((name) => existsSync(join(folder, name)));
  for (let folder = dirname(resolve(file)); folder !== dirname(folder); folder = dirname(folder))
    if (isPlan(folder))
      throw new UserError(
        `${option} must be a file outside of plan folders, got ${oneLine(file)}. A plan must hold exactly the files of its manifest.`,
      );
}

/** A mistyped path must not overwrite an estate, a device or a reviewed plan: only an earlier result is overwritten. */
function refuseOtherFile(file: string): void {
  refuseInPlanFolder("--result", file);
  if (!existsSync(file)) return;
  const text = readBytes(file).toString(); // refuses a device, which would be replaced
  const { format, command, startedAt } = objectOf(parsedJson(text));
  if (text !== "" && (format === undefined || command === undefined || startedAt === undefined))
    throw new UserError(
      `--result must be a new file, or an earlier result, got ${oneLine(file)}, which is something else. Name another file, or delete it.`,
    );
}
