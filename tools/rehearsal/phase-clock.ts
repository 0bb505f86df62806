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
