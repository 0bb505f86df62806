import { firstApply } from "../accounts/bootstrap/first-apply";
import type { FirstApplyAccount } from "../accounts/bootstrap/account";
import { awsAccount } from "../accounts/bootstrap/aws-account";
import type { NodeResult } from "../terraform/graph";
import { PhaseClock } from "./phase-clock";
import { followProgress } from "../terraform/run-options";
import { logFileOf, terraformFor, type RunOptions } from "../terraform/run-options";
import type { Release } from "../terraform/graph";
import type { Stack } from "../synth/stacks";
import type { OnOutput } from "../terraform/terraform";
import type { Phase } from "../terraform/view/view";
import { toError } from "../support/errors";

export interface StackReport {
  readonly stack: Stack;
  /** "applied": not checked, because `check` was off or the run ended before. */
  readonly status: "checked" | "applied" | "failed" | "not started";
  /** Seconds of each phase, without waiting. */
  readonly seconds: Partial<Record<Phase, number>>;
  readonly totalSeconds: number;
  /** Whether this run was the first apply, which creates the stack's own state bucket. */
  readonly isFirstApply: boolean;
  /** TerraformError, UnexpectedChanges, FirstApplyRefused or MissingTool, if it failed. */
  readonly error?: Error;
  /** Why the stack or its check was not started. */
  readonly reason?: string;
  readonly logFile: string;
}

export interface StackRunOptions extends RunOptions {
  /** The account that a stack with its own state bucket inspects. @default the account of the stack's environment */
  readonly account?: (stack: Stack) => FirstApplyAccount;
}

/** Lines in which Terraform reports what it reads. They are not changes. */
const READING = /: (Refreshing state|Reading|Read complete|Still reading|Preparing import)\b/;

/**
 * A plan that is made after the apply still has changes. The message holds the plan without the lines about reading.
 */
export class UnexpectedChanges extends Error {
  public override readonly name = "UnexpectedChanges";

  constructor(stackId: string, output: string, logFile: string) {
    const lines = output.split("\n").filter((line) => !READING.test(line));
    const plan = lines
      .join("\n")
      .trim()
      .replace(/^(?=.)/gm, "  ");
    super(`${stackId}: the plan after the apply must be empty, got changes:\n${plan}\n  log: ${logFile}`);
  }
}

/** Applies and checks one stack. */
export class StackRun {
  private readonly clock = new PhaseClock();
  private isFirstApply = false;
  private unexpected: UnexpectedChanges | undefined;

  constructor(
    public readonly stack: Stack,
    private readonly options: StackRunOptions,
  ) {}

  public apply(giveSlotBack: Release): Promise<void> {
    return this.guarded(async () => {
      const terraform = terraformFor(this.stack, this.options);
      if (this.stack.createsOwnStateBucket) {
        // A first apply computes after its apply too: it keeps its slot.
        const { env, account = (stack: Stack) => awsAccount(stack, env(stack)) } = this.options;
        const { result } = await firstApply(this.stack, terraform, {
          account: account(this.stack),
          onStep: (step) => {
            this.enter(step);
          },
          onOutput: this.progress(() => undefined),
        });
        this.isFirstApply = result === "applied";
      } else {
        this.enter("initializing");
        await terraform.init();
      }
      if (!this.isFirstApply) {
        this.enter("planning");
        await terraform.apply({ onOutput: this.progress(giveSlotBack) });
      }
      this.options.view.phase(this.stack.id, "applied");
    });
  }

  public check(): Promise<void> {
    return this.guarded(async () => {
      this.enter("checking");
      const plan = await terraformFor(this.stack, this.options).plan();
      if (plan.outcome === "empty") this.options.view.phase(this.stack.id, "checked");
      else {
        this.unexpected = new UnexpectedChanges(this.stack.id, plan.text, logFileOf(this.stack, this.options));
        this.options.view.fail(this.stack.id, this.unexpected);
      }
    });
  }

  public report(apply: NodeResult | undefined, check: NodeResult | undefined): StackReport {
    const { stack, isFirstApply, clock } = this;
    const common = {
      stack,
      isFirstApply,
      seconds: clock.seconds,
      totalSeconds: clock.totalSeconds,
      logFile: logFileOf(stack, this.options),
    };
    if (apply?.status === "failed") return { ...common, status: "failed", error: apply.error };
    if (apply?.status === "not started") {
      this.options.view.phase(stack.id, "not started", apply.reason);
      return { ...common, status: "not started", reason: apply.reason };
    }
    if (check?.status === "failed" || this.unexpected)
      return { ...common, status: "failed", error: check?.status === "failed" ? check.error : this.unexpected };
    if (check?.status === "not started")
      return { ...common, status: "applied", reason: `not checked: ${check.reason}` };
    return { ...common, status: check ? "checked" : "applied" };
  }

  private progress(whenWaiting: Release): OnOutput {
    return followProgress({
      resourceCount: this.stack.resourceCount,
      onFirstChange: () => {
        this.enter("applying");
        whenWaiting();
      },
      onNote: (note) => {
        this.options.view.phase(this.stack.id, "applying", note);
      },
    });
  }

  private enter(phase: Phase): void {
    this.clock.enter(phase);
    this.options.view.phase(this.stack.id, phase);
  }

  private async guarded(work: () => Promise<void>): Promise<void> {
    try {
      await work();
    } catch (error) {
      this.options.view.fail(this.stack.id, toError(error));
      throw error;
    } finally {
      this.clock.stop();
    }
  }
}
