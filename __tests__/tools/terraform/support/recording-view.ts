import type { Phase, View } from "../../../../tools/terraform/view/view";

/** Records all phases and errors. */
export class RecordingView implements View {
  public readonly phases: string[] = [];
  public readonly errors: Error[] = [];
  public stopped = false;

  public start(stackIds: readonly string[]): void {
    this.phases.push(`start ${stackIds.join(" ")}`);
  }

  public phase(stackId: string, phase: Phase): void {
    if (this.phases.at(-1) !== `${stackId} ${phase}`) this.phases.push(`${stackId} ${phase}`);
  }

  public fail(stackId: string, error: Error): void {
    this.phases.push(`${stackId} failed`);
    this.errors.push(error);
  }

  public stop(): Promise<void> {
    this.stopped = true;
    return Promise.resolve();
  }
}
