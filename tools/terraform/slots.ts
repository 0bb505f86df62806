/** Takes a slot back. Doing so twice changes nothing. */
export type Release = () => void;

/** A fixed number of slots. Whoever waits for one gets it by priority, and by arrival among equals. */
export class Slots {
  private readonly waiting: { readonly priority: number; readonly enter: (release: Release) => void }[] = [];

  constructor(private free: number) {}

  public acquire(priority: number): Promise<Release> {
    return new Promise((enter) => {
      const behind = this.waiting.findIndex((other) => other.priority < priority);
      this.waiting.splice(behind === -1 ? this.waiting.length : behind, 0, { priority, enter });
      this.admitSoon();
    });
  }

  /**
   * Not at once: what the end of one makes possible must be in line before its slot is given away, or a lesser one
   * would get it.
   */
  private admitSoon(): void {
    setImmediate(() => {
      this.admit();
    });
  }

  private admit(): void {
    if (this.free === 0) return;
    const next = this.waiting.shift();
    if (!next) return;
    this.free -= 1;
    let released = false;
    next.enter(() => {
      if (released) return;
      released = true;
      this.free += 1;
      this.admitSoon();
    });
  }
}
