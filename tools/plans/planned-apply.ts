import { readFileSync } from "node:fs";
import { join } from "node:path";
import { expectedSeconds } from "../synth/critical-path";
import type { NodeResult } from "../terraform/graph";
import { PLAN_FILE } from "../terraform/plan-stacks";
import { followProgress } from "../terraform/progress";
import { terraformFor } from "../terraform/run-options";
import type { Release } from "../terraform/slots";
import type { StatePosition } from "../terraform/state/state-position";
import type { Stack } from "../synth/stacks";
import type { Terraform } from "../terraform/terraform";
import { TerraformError } from "../terraform/terraform-error";
import { fingerprintOf } from "../synth/upstreams";
import { recordApplied } from "./applied-record";
import { promotedOf, record, recordUnderWay } from "./record-standing";
import { keepErroredState, pushErroredState } from "./errored-state";
import type { ApplyPlanOptions } from "./apply-plan";
import type { ManifestStack } from "./manifest";
import { PLAN_JSON } from "./plan-folder";
import { withRemedy } from "../terraform/remedies";
import { maskPlan } from "../review/mask";
import type { PlanJson } from "../review/plan-json";
import { readRemoteOutputs } from "./remote-outputs";

export interface AppliedStack {
  readonly id: string;
  /** "already": by an earlier run of the same plan. */
  readonly status: "applied" | "already" | "failed" | "not started";
  /** Why it was not started. */
  readonly reason?: string;
  /** Only where it failed. */
  readonly error?: Error;
  /**
   * Only where it is applied: why that could not be recorded beside its state, where later environments look for it.
   */
  readonly unrecorded?: string;
  /**
   * Its state is another than the one it was planned on: its plan can't be applied any more. Undefined where that could
   * not be seen.
   */
  readonly movedOn?: boolean;
  readonly seconds: number;
}

/** One stack of a plan on its way through an apply. */
export class PlannedApply {
  public readonly id: string;
  public readonly refusals: string[] = [];
  private readonly terraform: Terraform;
  private movedOn: boolean | undefined;
  private unrecorded: string | undefined;

  constructor(
    private readonly stack: Stack,
    public readonly planned: ManifestStack,
    private readonly options: ApplyPlanOptions,
  ) {
    this.id = planned.id;
    this.terraform = terraformFor(stack, options);
  }

  /** How long its apply is expected to take, in seconds. */
  public get expectedSeconds(): number {
    return expectedSeconds(this.stack);
  }

  /**
   * Looks whether AWS is still as it was when the plan was made; whatever speaks against it is added to the refusals.
   * Writes nothing, but for a state that an earlier run had to keep back.
   */
  public async check(applied: ReadonlySet<string>): Promise<void> {
    const { planned, options, id } = this;
    options.view.phase(id, "checking");
    try {
      await this.terraform.init();
      if (await pushErroredState(this.terraform, options.erroredStates, id)) {
        this.refusals.push(`${id}: its state, which the last run could not write, is written now: plan again`);
        return;
      }
      const moved = await this.stateSince();
      if (moved !== undefined)
        this.refusals.push(`${id}: its state has moved on since it was planned (${moved}): plan again`);
      if (!(await this.isWhatWasReviewed())) {
        this.refusals.push(
          `${id}: ${PLAN_JSON}, which was reviewed, is not what Terraform says of ${PLAN_FILE}: plan again`,
        );
      }
      const promoted = promotedOf(planned);
      const early = promoted && (await options.promotion.refusalOf(promoted));
      if (early !== undefined) this.refusals.push(early);
      // What this very run applies before is looked at when its turn comes.
      for (const upstream of planned.upstreams.filter(({ stackId }) => !applied.has(stackId)))
        await this.checkUpstream(upstream);
    } catch (error) {
      // Whatever it is: what could not be looked at is not applied.
      this.refusals.push(
        refusalOf(id, this.stack.accountId, error instanceof Error ? error : new Error(String(error))),
      );
    }
  }

  public async run(giveSlotBack: Release): Promise<void> {
    const { id, options, planned, terraform, stack } = this;
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
      await terraform.apply({ planFile: PLAN_FILE, onOutput });
      // First that it is applied, which an end at any time must not lose.
      recordApplied(options.folder, id);
      recordApplied(options.folder, id, await this.statePosition());
      this.unrecorded = await record(planned, options);
      options.view.phase(id, "applied");
    } catch (error) {
      const kept = keepErroredState(stack.directory, options.erroredStates, id);
      const failure = kept === undefined ? error : withKeptState(error, kept);
      options.view.fail(id, failure instanceof Error ? failure : new Error(String(failure)));
      throw failure;
    }
  }

  /** After a failure: whether the same plan can be tried again. */
  public async lookWhereItStands(result: NodeResult | undefined): Promise<void> {
    if (result?.status !== "failed") return;
    try {
      // A run that was interrupted starts no further command of its own.
      const uninterrupted = terraformFor(this.stack, { ...this.options, signal: undefined });
      this.movedOn = (await this.stateSince(uninterrupted)) !== undefined;
    } catch {
      this.movedOn = undefined;
    }
  }

  public report(result: NodeResult | undefined): AppliedStack {
    const { id, movedOn, unrecorded } = this;
    switch (result?.status) {
      case "done":
        return { id, status: "applied", seconds: result.seconds, unrecorded };
      case "failed":
        return { id, status: "failed", seconds: result.seconds, error: result.error, movedOn };
      default: {
        const reason = result?.reason ?? "interrupted";
        this.options.view.phase(id, "not started", reason);
        return { id, status: "not started", seconds: 0, reason };
      }
    }
  }

  /** A hash proves only that both files are those of the plan; whether they say the same, Terraform knows. */
  private async isWhatWasReviewed(): Promise<boolean> {
    const said = JSON.stringify(maskPlan((await this.terraform.showPlan(PLAN_FILE)) as PlanJson));
    return said === readFileSync(join(this.stack.directory, PLAN_JSON), "utf8");
  }

  /** What the state has become since it was planned; undefined where it is the same. */
  private async stateSince(terraform = this.terraform): Promise<string | undefined> {
    const { state: then } = this.planned;
    const now = await terraform.statePull();
    if (then?.lineage === now?.lineage && then?.serial === now?.serial) return undefined;
    if (now === undefined) return "it is gone";
    if (then === undefined) return `there was none, now it has serial ${now.serial}`;
    return then.lineage === now.lineage ? `serial ${then.serial} is now ${now.serial}` : "it is another one";
  }

  /**
   * Where its state stands, so that a later run of the same plan sees whether another apply came after. Undefined where
   * that can't be read.
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
    this.refusals.push(`${this.id}: ${stackId} says something else now than when it was planned: plan again`);
  }
}

function refusalOf(id: string, accountId: string, error: Error): string {
  const wrong =
    error instanceof TerraformError ? /AWS account ID not allowed: (\d{12})/.exec(error.message)?.[1] : undefined;
  if (wrong === undefined) return withRemedy(id, error);
  return `${id}: the credentials are those of account ${wrong}, expected ${accountId}: name the profile of that account (--profile)`;
}

function withKeptState(error: unknown, kept: string): Error {
  const text = error instanceof Error ? error.message : String(error);
  const next =
    "once AWS can be reached, running the same apply again writes it (unlock the stack before, where it is locked)";
  const where = `Terraform could not write the state; nothing of it is lost, it lies in ${kept}: ${next}`;
  const unknown = 'what AWS did and could not answer is in no state: docs/applying.md, "When an apply is killed"';
  return new Error(`${text}\n  ${where}\n  ${unknown}`, { cause: error });
}
