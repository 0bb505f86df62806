import { firstApply } from "../accounts/bootstrap/first-apply";
import type { FirstApplyAccount } from "../accounts/bootstrap/account";
import { awsAccount } from "../accounts/bootstrap/aws-account";
import { startProvider, withProvider } from "../terraform/attached-provider";
import type { NodeResult } from "../terraform/graph";
import { PhaseClock } from "./time-line";
import { followProgress } from "../terraform/run-options";
import { logFileOf, type RunOptions } from "../terraform/run-options";
import type { Release } from "../terraform/graph";
import { longWaits } from "../synth/critical-path";
import type { Stack } from "../synth/stacks";
import type { OnOutput, Plan, Terraform } from "../terraform/terraform";
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

function deferred(): { readonly promise: Promise<void>; readonly resolve: () => void } {
  let resolve: () => void = () => undefined;
  const promise = new Promise<void>((settle) => {
    resolve = settle;
  });
  return { promise, resolve };
}

/** Applies and checks one stack. */
export class StackRun {
  private readonly clock = new PhaseClock();
  private isFirstApply = false;
  /** Whether the apply attached to a provider, so that `terraform init` has installed none. */
  private isAttached = false;
  /** The provider of the next command. */
  private started: ReturnType<typeof startProvider> | undefined;
  private unexpected: UnexpectedChanges | undefined;
  private whole: Promise<void> = Promise.resolve();
  private failure: Error | undefined;
  private readonly bucket = deferred();
  private readonly move = deferred();

  constructor(
    public readonly stack: Stack,
    private readonly options: StackRunOptions,
  ) {}

  /** Starts the provider of the next command, so that the command need not wait. `dispose` stops one that none has used. */
  public readonly prepare = (): void => {
    this.started ??= startProvider(this.stack, this.options);
    void this.started.then((provider) => provider?.askForSchemas()).catch(() => undefined); // the command reports it
  };

  public async dispose(): Promise<void> {
    const started = this.takeStarted()?.catch(() => undefined);
    await (await started)?.stop();
  }

  private takeStarted(): ReturnType<typeof startProvider> | undefined {
    const { started } = this;
    this.started = undefined;
    return started;
  }

  /**
   * Applies the stack. Resolves when the apply has ended, or at a milestone before: its last resources, such as a
   * database or the lifecycle rules of buckets. Nothing else is left to create then, and `rest` awaits the end. A first
   * apply moves its state in `rest`, after `bucketApplied`.
   */
  public apply(giveSlotBack: Release): Promise<void> {
    return new Promise((resolve, reject) => {
      this.whole = this.guarded(() => this.applyWhole(giveSlotBack, resolve));
      this.whole.then(resolve, (error: unknown) => {
        this.failure = toError(error);
        reject(this.failure);
      });
    });
  }

  /** Resolves when a first apply has ended, except for moving its state. */
  public bucketApplied(): Promise<void> {
    return Promise.race([this.bucket.promise, this.whole]);
  }

  /** Ends an apply that has reached its milestone. Has no effect if the apply has not started, or has ended. */
  public rest(giveSlotBack: Release): Promise<void> {
    this.move.resolve();
    if (!this.stack.createsOwnStateBucket) giveSlotBack(); // it only waits for AWS
    return this.whole;
  }

  private applyWhole(giveSlotBack: Release, onMilestone: () => void): Promise<void> {
    const { stack, options } = this;
    const apply = (terraform: Terraform, isAttached: boolean) => {
      this.isAttached = isAttached;
      return this.applyWith(terraform, giveSlotBack, onMilestone);
    };
    return withProvider(stack, options, apply, { isApply: true, started: this.takeStarted() });
  }

  private async applyWith(terraform: Terraform, giveSlotBack: Release, onMilestone: () => void): Promise<void> {
    if (this.stack.createsOwnStateBucket) {
      // A first apply computes after its apply too: it keeps its slot.
      const { env, account = (stack: Stack) => awsAccount(stack, env(stack)) } = this.options;
      const { result } = await firstApply(this.stack, terraform, {
        account: account(this.stack),
        onStep: (step) => {
          this.enter(step);
        },
        onOutput: this.progress(() => undefined, onMilestone),
        onBucket: () => {
          this.clock.stop();
          onMilestone();
          this.bucket.resolve();
          return this.move.promise;
        },
      });
      this.isFirstApply = result === "applied";
    } else {
      this.enter("initializing");
      await terraform.init();
    }
    if (!this.isFirstApply) {
      this.enter("planning");
      await terraform.apply({ onOutput: this.progress(giveSlotBack, onMilestone) });
    }
    this.options.view.phase(this.stack.id, "applied");
  }

  /** Plans the stack, which must be empty. `confirm` reports the result. */
  public check(): Promise<void> {
    return this.guarded(async () => {
      this.enter("checking");
      const plan = async (terraform: Terraform, isAttached: boolean): Promise<Plan> => {
        if (this.isAttached && !isAttached) await terraform.init(); // the folder lacks a provider
        return terraform.plan();
      };
      const { outcome, text } = await withProvider(this.stack, this.options, plan, { started: this.takeStarted() });
      const { id } = this.stack;
      this.unexpected =
        outcome === "empty" ? undefined : new UnexpectedChanges(id, text, logFileOf(this.stack, this.options));
    });
  }

  public confirm(): void {
    if (this.unexpected) this.options.view.fail(this.stack.id, this.unexpected);
    else this.options.view.phase(this.stack.id, "checked");
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
    if (this.failure) return { ...common, status: "failed", error: this.failure };
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

  private progress(whenWaiting: Release, onMilestone: () => void = () => undefined): OnOutput {
    return followProgress({
      resourceCount: this.stack.resourceCount,
      onFirstChange: () => {
        this.enter("applying");
        whenWaiting();
      },
      onNote: (note, left) => {
        this.options.view.phase(this.stack.id, "applying", note);
        if (left <= Math.max(1, longWaits(this.stack))) onMilestone();
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
