import { withProvider } from "../terraform/attached-provider";
import type { NodeResult, Release } from "../terraform/graph";
import { PhaseClock } from "./time-line";
import { followProgress, logFileOf, type RunOptions } from "../terraform/run-options";
import type { Stack } from "../synth/stacks";
import { probeStateBucket, protectionIn } from "../terraform/known-errors";
import type { Terraform } from "../terraform/terraform";
import { TerraformError } from "../terraform/terraform-error";
import type { Phase } from "../terraform/view/view";
import { toError } from "../support/errors";

export interface DestroyedStack {
  readonly stack: Stack;
  /** "kept": protected, or used by a protected stack. "absent": the state was empty or missing. */
  readonly status: "destroyed" | "kept" | "absent" | "failed" | "not started";
  /** Why it was kept or not started. */
  readonly reasons: readonly string[];
  /** Addresses that are still in its state, if its own protection kept it. */
  readonly remaining: readonly string[];
  readonly totalSeconds: number;
  /** Only if it failed. */
  readonly error?: Error;
  readonly logFile: string;
}

type Outcome = Pick<DestroyedStack, "reasons" | "remaining"> & { readonly status: "destroyed" | "kept" | "absent" };

/** Destroys one stack. */
export class StackDestruction {
  private readonly clock = new PhaseClock();
  private outcome: Outcome | undefined;

  constructor(
    public readonly stack: Stack,
    private readonly options: RunOptions,
  ) {}

  /** Whether it was processed and resources of it remain. */
  public get isKept(): boolean {
    return this.outcome?.status === "kept";
  }

  /** `users` are the stacks that depend on this one. All of them have ended. */
  public async run(users: readonly StackDestruction[], giveSlotBack: Release): Promise<void> {
    const { stack, options } = this;
    try {
      const reasons = users.filter((user) => user.isKept).map((user) => `still used by ${user.stack.id}`);
      this.outcome = reasons.length > 0 ? { status: "kept", reasons, remaining: [] } : await this.destroy(giveSlotBack);
      options.view.phase(stack.id, this.outcome.status, this.outcome.reasons.join(", "));
    } catch (error) {
      options.view.fail(stack.id, toError(error));
      throw error;
    } finally {
      this.clock.stop();
    }
  }

  public report(result: NodeResult | undefined): DestroyedStack {
    const { stack, options, outcome, clock } = this;
    const common = {
      stack,
      totalSeconds: clock.totalSeconds,
      reasons: [],
      remaining: [],
      logFile: logFileOf(stack, options),
    };
    if (outcome) return { ...common, ...outcome };
    if (result?.status === "failed") return { ...common, status: "failed", error: result.error };
    const reasons = result?.status === "not started" ? [result.reason] : [];
    options.view.phase(stack.id, "not started", reasons.join(", "));
    return { ...common, status: "not started", reasons };
  }

  private destroy(giveSlotBack: Release): Promise<Outcome> {
    const { stack, options } = this;
    return withProvider(stack, options, (terraform) => this.destroyWith(terraform, giveSlotBack), { isApply: true });
  }

  private async destroyWith(terraform: Terraform, giveSlotBack: Release): Promise<Outcome> {
    this.enter("initializing");
    const bucket = await probeStateBucket(terraform);
    if (bucket.found !== "state" || bucket.state.resources.length === 0)
      return { status: "absent", reasons: [], remaining: [] };

    this.enter("destroying");
    const onOutput = followProgress({
      resourceCount: bucket.state.resources.filter(({ mode }) => mode === "managed").length,
      onFirstChange: giveSlotBack,
      onNote: (note) => {
        this.options.view.phase(this.stack.id, "destroying", note);
      },
    });
    try {
      await terraform.destroy({ onOutput });
      return { status: "destroyed", reasons: [], remaining: [] };
    } catch (error) {
      const reasons = error instanceof TerraformError && !error.interruptedBy ? protectionIn(error.errors) : undefined;
      if (reasons === undefined) throw error;
      const remaining = (await terraform.stateList()).filter((address) => !/(^|\.)data\./.test(address));
      return { status: "kept", reasons, remaining };
    }
  }

  private enter(phase: Phase): void {
    this.clock.enter(phase);
    this.options.view.phase(this.stack.id, phase);
  }
}
