import { readFileSync } from "node:fs";
import { join } from "node:path";
import { isDeepStrictEqual } from "node:util";
import { expectedSeconds } from "../synth/critical-path";
import { withProvider } from "../terraform/attached-provider";
import { NotStarted, type NodeResult, type Release } from "../terraform/graph";
import { PLAN_FILE } from "../terraform/plan-stacks";
import { followProgress, terraformFor, type RunOptions } from "../terraform/run-options";
import { isSamePosition, type StatePosition } from "../terraform/state/state-position";
import type { Stack } from "../synth/stacks";
import type { Terraform } from "../terraform/terraform";
import { fingerprintOf } from "../synth/upstreams";
import { deleteContainers } from "./destruction/delete-containers";
import type { DestructionClientsOf } from "./destruction/destroyed-resources";
import { recordApplied, keepErroredState, pushErroredState, withKeptState } from "./apply-files";
import { pendingIn } from "./promotion/pending-changes";
import { earlyRefusal, predecessorIn, promotionCandidate } from "./promotion/plan-order";
import { record, recordUnderWay, type RecordOptions, type UnchangedStacks } from "./unchanged-records";
import type { ManifestStack } from "./manifest";
import { upstreamFingerprints } from "./manifest-of-plan";
import { readRemoteOutputs } from "./upstream-states";
import { PLAN_JSON } from "./plan-folder";
import { priorStateProblems } from "./prior-state";
import { failedCheck } from "./refusals";
import { maskPlan } from "../review/mask";
import type { PlanJson } from "../review/plan-json";
import { toError } from "../support/errors";

export interface StackApplyOptions extends RunOptions, RecordOptions {
  /** This machine's folder for states of this plan that could not be written. */
  readonly erroredStates: string;
  /** Clients that find out what AWS would refuse to delete. @default those of AWS */
  readonly destructionClients?: DestructionClientsOf;
  /** All stacks that the present code synthesizes. */
  readonly stacks: readonly Stack[];
}

export interface AppliedStack {
  readonly id: string;
  /** "already": applied by an earlier run of the same plan. */
  readonly status: "applied" | "already" | "failed" | "not started";
  /** Why the stack was not started. */
  readonly reason?: string;
  /** Only if the apply failed. */
  readonly error?: Error;
  /** What AWS applies later, in a maintenance window. Absent if nothing is pending. */
  readonly pending?: readonly string[];
  /** Why an applied stack could not be recorded next to its state, where later environments look for the record. */
  readonly unrecorded?: string;
  /**
   * Whether the state differs from the one that was planned on: then this plan can no longer be applied. Undefined if
   * the state could not be read.
   */
  readonly stateChanged?: boolean;
  readonly seconds: number;
}

/** Checks and applies one stack of a plan. */
export class StackApply {
  public readonly id: string;
  public readonly refusals: string[] = [];
  private readonly terraform: Terraform;
  /** Whether the check wrote the state that an earlier run could not write. */
  public wroteState = false;
  /** As `terraform show -json` prints the plan file. Set by the check. */
  public plan: PlanJson | undefined;
  private stateChanged: boolean | undefined;
  private unrecorded: string | undefined;

  constructor(
    public readonly stack: Stack,
    public readonly planned: ManifestStack,
    private readonly options: StackApplyOptions,
  ) {
    this.id = planned.id;
    this.terraform = terraformFor(stack, options);
  }

  /** The expected duration of its apply, in seconds. */
  public get expectedSeconds(): number {
    return expectedSeconds(this.stack);
  }

  /**
   * Checks that AWS is still as it was when the plan was made, and adds each problem to the refusals. Writes nothing
   * except a state that an earlier run could not write.
   */
  public async check(applied: ReadonlySet<string>): Promise<void> {
    const { planned, options, id } = this;
    options.view.phase(id, "checking");
    try {
      await this.terraform.init();
      this.wroteState = await pushErroredState(this.terraform, options.erroredStates, id);
      if (this.wroteState) {
        this.refusals.push(`${id}: the state that the last run could not write is written now. Plan again.`);
        return;
      }
      const now = await this.terraform.statePull();
      const change = this.stateChange(now);
      if (change !== undefined)
        this.refusals.push(`${id}: its state has changed since it was planned (${change}). Plan again.`);
      const plan = await this.checkPlan();
      const different = change === undefined ? priorStateProblems(plan, now, options.manifest.kind === "destroy") : [];
      if (different.length > 0)
        this.refusals.push(`${id}: ${PLAN_FILE} contains another state than AWS has (${different.join(", ")}). Plan again.`); // prettier-ignore
      const early = await earlyRefusal(planned, options.manifest.stacks, options.promotion);
      if (early !== undefined) this.refusals.push(early);
      // An upstream that this run applies first is checked after that.
      for (const upstream of planned.upstreams.filter(({ stackId }) => !applied.has(stackId)))
        await this.checkUpstream(upstream);
    } catch (error) {
      // Any error counts: a stack that could not be checked is not applied.
      this.refusals.push(failedCheck(id, this.stack.accountId, toError(error)));
    }
  }

  /** Checks only the plan itself, of a stack that an earlier run has applied: the summary covers it, too. */
  public async checkApplied(): Promise<void> {
    this.options.view.phase(this.id, "checking");
    try {
      await this.terraform.init();
      await this.checkPlan();
    } catch (error) {
      this.refusals.push(failedCheck(this.id, this.stack.accountId, toError(error)));
    }
  }

  public async run(giveSlotBack: Release, unchanged: UnchangedStacks): Promise<void> {
    const { id, options, planned, terraform, stack } = this;
    await this.expectPredecessor(unchanged);
    try {
      for (const upstream of planned.upstreams) await this.checkUpstream(upstream);
      const [stale] = this.refusals;
      if (stale !== undefined) throw new Error(stale);
      options.view.phase(id, "applying");
      const onOutput = followProgress({
        resourceCount: stack.resourceCount,
        onFirstChange: giveSlotBack,
        onNote: (note) => {
          options.view.phase(id, "applying", note);
        },
      });
      await recordUnderWay(planned, options);
      if (this.plan) {
        const change = async () => this.stateChange(await options.promotion.stateOf(id));
        await deleteContainers({ stack, plan: this.plan }, options, change);
      }
      await terraform.apply({ planFile: PLAN_FILE, onOutput });
      // After a kill before this line, or without a position, the next run finds a changed state and asks for a new plan.
      const position = await this.statePosition();
      if (position) recordApplied(options.appliedRecords, id, position);
      this.unrecorded = await record(planned, options);
      options.view.phase(id, "applied");
    } catch (error) {
      const kept = keepErroredState(stack.directory, options.erroredStates, id);
      const failure = kept === undefined ? error : withKeptState(error, kept);
      options.view.fail(id, toError(failure));
      throw failure;
    }
  }

  /**
   * Checks promotion again if this run applies, or records, the predecessor.
   * @throws NotStarted if that could not be recorded
   */
  private async expectPredecessor(unchanged: UnchangedStacks): Promise<void> {
    const { planned, options } = this;
    const candidate = promotionCandidate(planned);
    const before = predecessorIn(options.manifest.stacks, planned);
    if (!candidate || !before) return;
    await unchanged.recordPredecessor(planned);
    if ((await options.promotion.refusalOf(candidate)) !== undefined)
      throw new NotStarted(`${before.id} is not recorded as applied`);
  }

  /** Checks after a failure whether the same plan can be tried again. */
  public async checkStateAfterFailure(result: NodeResult | undefined): Promise<void> {
    if (result?.status !== "failed") return;
    try {
      // The signal of an interrupted run would stop this command, too.
      const uninterrupted = terraformFor(this.stack, { ...this.options, signal: undefined });
      this.stateChanged = this.stateChange(await uninterrupted.statePull()) !== undefined;
    } catch {
      this.stateChanged = undefined;
    }
  }

  public report(result: NodeResult | undefined): AppliedStack {
    const { id, stateChanged, unrecorded } = this;
    switch (result?.status) {
      case "done":
        return { id, status: "applied", seconds: result.seconds, unrecorded, pending: this.pending };
      case "failed":
        return { id, status: "failed", seconds: result.seconds, error: result.error, stateChanged };
      default: {
        const reason = result?.reason ?? "interrupted";
        this.options.view.phase(id, "not started", reason);
        return { id, status: "not started", seconds: 0, reason };
      }
    }
  }

  private get pending(): readonly string[] | undefined {
    return this.plan && this.options.manifest.kind === "plan" ? pendingIn(this.plan)?.changes : undefined;
  }

  /** Checks that the plan file does what was reviewed. Hashes prove only that the files belong to the plan. */
  private async checkPlan(): Promise<PlanJson> {
    const { id, planned, stack, options } = this;
    const plan = (await withProvider(stack, options, (terraform) => terraform.showPlan(PLAN_FILE))) as PlanJson;
    this.plan = plan;
    if (JSON.stringify(maskPlan(plan)) !== readFileSync(join(stack.directory, PLAN_JSON), "utf8"))
      this.refusals.push(
        `${id}: the reviewed ${PLAN_JSON} differs from what Terraform shows of ${PLAN_FILE}. Plan again.`,
      );
    const read = options.manifest.kind === "destroy" ? [] : upstreamFingerprints(stack, options.stacks, plan);
    if (!isDeepStrictEqual(read, planned.upstreams))
      this.refusals.push(`${id}: the manifest lists other outputs of other stacks than ${PLAN_FILE} read. Plan again.`);
    return plan;
  }

  /** How the state has changed since it was planned. Undefined if it is the same. */
  private stateChange(now: StatePosition | undefined): string | undefined {
    const { state: then } = this.planned;
    if (isSamePosition(then, now)) return undefined;
    if (now === undefined) return "it was deleted";
    if (then === undefined) return `there was none, now it has serial ${now.serial}`;
    return then.lineage === now.lineage ? `serial ${then.serial} is now ${now.serial}` : "it has another lineage";
  }

  /**
   * The lineage and serial of its state: a later run of the same plan detects another apply by it. Undefined if the
   * state cannot be read.
   */
  private async statePosition(): Promise<StatePosition | undefined> {
    try {
      return await this.options.promotion.stateOf(this.id);
    } catch {
      return undefined;
    }
  }

  private async checkUpstream({ stackId, outputs, sha256 }: ManifestStack["upstreams"][number]): Promise<void> {
    const values = await readRemoteOutputs(this.stack, stackId, this.options);
    if (fingerprintOf(outputs, values) === sha256) return;
    this.refusals.push(`${this.id}: the outputs of ${stackId} have changed since it was planned. Plan again.`);
  }
}
