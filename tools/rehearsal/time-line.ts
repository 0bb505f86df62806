import { textTable } from "../support/table";
import type { Phase } from "../terraform/view/view";

/** Measures the seconds of each phase of a stack. */
export class PhaseClock {
  private readonly elapsed = new Map<Phase, number>();
  private current: { readonly phase: Phase; readonly since: number } | undefined;

  /** Starts a phase and ends the previous one. */
  public enter(phase: Phase): void {
    this.stop();
    this.current = { phase, since: performance.now() };
  }

  public stop(): void {
    if (!this.current) return;
    const { phase, since } = this.current;
    this.elapsed.set(phase, (this.elapsed.get(phase) ?? 0) + (performance.now() - since) / 1000);
    this.current = undefined;
  }

  /** Seconds by phase, so far. */
  public get seconds(): Partial<Record<Phase, number>> {
    return Object.fromEntries(this.elapsed);
  }

  public get totalSeconds(): number {
    return [...this.elapsed.values()].reduce((sum, seconds) => sum + seconds, 0);
  }
}

/** A part of a run. */
export interface RunStep {
  readonly id: string;
  readonly name: string;
  /** Ids of the steps that must end before. */
  readonly after: readonly string[];
  /** Milliseconds, as performance.now() returns them: since the start of the process. */
  readonly startedAt: number;
  readonly seconds: number;
}

/** Records the steps of a run that follow one another, and those that run at the same time. */
export class StepClock {
  private readonly recorded: RunStep[];

  /** @param first the step that has run since the start of the process */
  constructor(first: string) {
    this.recorded = [{ id: first, name: first, after: [], startedAt: 0, seconds: performance.now() / 1000 }];
  }

  public get steps(): readonly RunStep[] {
    return this.recorded;
  }

  /** Runs a step after all steps that have ended so far. */
  public async time<Result>(name: string, work: () => Promise<Result>): Promise<Result> {
    const startedAt = performance.now();
    const after = this.recorded.map(({ id }) => id);
    try {
      return await work();
    } finally {
      this.recorded.push({ id: name, name, after, startedAt, seconds: (performance.now() - startedAt) / 1000 });
    }
  }

  /** Adds steps that have run after all that were recorded so far. */
  public add(steps: readonly RunStep[]): void {
    const before = this.recorded.map(({ id }) => id);
    this.recorded.push(...steps.map((step) => ({ ...step, after: [...step.after, ...before] })));
  }
}

interface TimeLineRow {
  readonly name: string;
  /** Seconds since the start of the process. */
  readonly from: number;
  readonly to: number;
  /** The step that ended last among those that had to end before, and the seconds without a free slot after it. */
  readonly waitedFor?: { readonly name: string; readonly slotSeconds: number };
  /** Whether the run would have ended earlier if this step had been shorter. */
  readonly isCritical: boolean;
}

/** Steps that are shorter, in seconds, are left out. */
const SHORTEST = 0.05;

/** Seconds from which on a step counts as one that has waited for a free slot. */
const WAIT = 0.5;

/** The steps in the order of their start, with the chain that determined the end of the run. */
function timeLine(steps: readonly RunStep[]): TimeLineRow[] {
  const byId = new Map(steps.map((step) => [step.id, step]));
  const lastBefore = (step: RunStep): RunStep | undefined =>
    step.after.flatMap((id) => byId.get(id) ?? []).sort((a, b) => endOf(b) - endOf(a))[0];
  const freeing = (step: RunStep): RunStep | undefined =>
    steps.filter((other) => endOf(other) <= step.startedAt / 1000).sort((a, b) => endOf(b) - endOf(a))[0];
  const critical = new Set<RunStep>();
  for (let at = [...steps].sort((a, b) => endOf(b) - endOf(a))[0]; at && !critical.has(at);) {
    critical.add(at);
    const before = lastBefore(at);
    at = before && at.startedAt / 1000 - endOf(before) < WAIT ? before : freeing(at);
  }
  return [...steps]
    .filter(({ seconds }) => seconds >= SHORTEST)
    .sort((a, b) => a.startedAt - b.startedAt)
    .map((step) => {
      const before = lastBefore(step);
      const from = step.startedAt / 1000;
      return {
        name: step.name,
        from,
        to: endOf(step),
        waitedFor: before && { name: before.name, slotSeconds: from - endOf(before) },
        isCritical: critical.has(step),
      };
    });
}

const endOf = ({ startedAt, seconds }: RunStep): number => startedAt / 1000 + seconds;

/** The time line as a table; without a terminal, as plain columns. Without a line break at the end. */
export function timeLineTable(steps: readonly RunStep[], { plain = !process.stdout.isTTY } = {}): string {
  const cells = timeLine(steps).map(({ name, from, to, waitedFor, isCritical }) => [
    isCritical ? "*" : "",
    from.toFixed(1),
    to.toFixed(1),
    name,
    waitedFor === undefined ? "" : `${waitedFor.name}${slotText(waitedFor.slotSeconds)}`,
  ]);
  const table = textTable(["", "from", "to", "step", "waited for"], cells, { numbers: [1, 2], plain });
  return `${table}\n* the steps that determined the time of the run`;
}

const slotText = (seconds: number): string => (seconds < WAIT ? "" : `, and ${seconds.toFixed(1)} s for a free slot`);
