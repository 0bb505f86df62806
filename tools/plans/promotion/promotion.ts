import { stacksOf, type StackSpec } from "../../../config/layout";
import type { Estate } from "../../../config/model";
import { UserError } from "../../../config/user-error";
import { statusOf, awsErrorMessage } from "../../terraform/aws/aws-problem";
import type { S3 } from "../../terraform/state/state-lock";
import {
  appliedOf,
  currentOf,
  destroyed,
  isHeld,
  wasGiven,
  withApplied,
  withWaiting,
  type Applied,
  type AppliedContent,
} from "./applied-content";
import { shortContent } from "./content";
import { readApplied, updateApplied } from "./record-store";
import { readStatePosition, type StatePosition } from "../../terraform/state/state-position";
import { utc } from "../../support/time";

/** A stack of a plan, as far as promotion goes. */
export interface PromotionCandidate {
  readonly id: string;
  /** What is to be applied. */
  readonly content: string;
  /** The same with the names and ids that its environment alone has. */
  readonly exact: string;
  /** What the same code makes of the stack that comes before it. @default nothing comes before it */
  readonly after?: { readonly stackId: string; readonly content: string };
}

export interface PromotionOptions {
  readonly estate: Estate;
  /** Asks S3 with the credentials that reach a stack. */
  readonly s3Of: (stack: StackSpec) => S3;
  /** Why nothing is to be waited for. @default it is waited for */
  readonly skipReason?: string;
}

/**
 * First in development, and only after that in production: a stack is applied when its predecessor has applied what the
 * same code makes of it. What was applied is recorded beside each state.
 */
export class Promotion {
  /** Ids of stacks that went ahead of their predecessor. */
  private readonly ahead = new Set<string>();
  private readonly specs: ReadonlyMap<string, StackSpec>;

  constructor(private readonly options: PromotionOptions) {
    this.specs = new Map(stacksOf(options.estate).map((spec) => [spec.id, spec]));
  }

  /**
   * Why a stack may not be applied yet. Undefined where it may: nothing comes before it, its predecessor has applied
   * the same, or the stack itself holds exactly this already (so that a drift can be mended).
   */
  public async refusalOf(stack: PromotionCandidate): Promise<string | undefined> {
    const { id, exact, after } = stack;
    if (after === undefined) return undefined;
    const reason = await this.unmet(id, after, exact);
    if (reason === undefined) return undefined;
    this.ahead.add(id);
    if (this.options.skipReason !== undefined) return undefined;
    return `${id}: ${reason}: apply ${after.stackId} first, or --skip-promotion --reason "…"`;
  }

  /** Records beside its state what a stack holds now. */
  public async recordApplied(
    { id, content, exact }: PromotionCandidate,
    applied: Pick<Applied, "commit" | "plan">,
  ): Promise<void> {
    const skippedPromotion = this.ahead.has(id) ? this.options.skipReason : undefined;
    const entry: Applied = { content, exact, appliedAt: new Date().toISOString(), ...applied, skippedPromotion };
    await this.update(id, (record) => withApplied(record, id, entry));
  }

  /** Records that nothing is left of a stack. */
  public async recordDestroyed(id: string): Promise<void> {
    await this.update(id, () => destroyed(id));
  }

  /**
   * Records that a stack must be planned again, since another one that it reads was applied. Nothing where it was never
   * applied itself.
   */
  public async recordWaiting(id: string): Promise<void> {
    await this.update(id, (record) =>
      record && currentOf(record) ? withWaiting(record, new Date().toISOString()) : undefined,
    );
  }

  /** Whether the last thing that was applied of a stack is exactly this, with what it reads of others. */
  public async holds({ id, exact }: Pick<PromotionCandidate, "id" | "exact">): Promise<boolean> {
    return isHeld(await this.read(id), exact);
  }

  /** When it was last said that a stack must be planned again; ISO 8601, UTC. Undefined where it need not be. */
  public async waitingSince(id: string): Promise<string | undefined> {
    return (await this.read(id))?.waitingSince;
  }

  /** Where the state of a stack stands. Undefined where there is none. */
  public async stateOf(id: string): Promise<StatePosition | undefined> {
    return readStatePosition(this.options.s3Of(this.spec(id)), this.spec(id));
  }

  private async read(id: string): Promise<AppliedContent | undefined> {
    return readApplied(this.options.s3Of(this.spec(id)), this.spec(id));
  }

  private async update(
    id: string,
    update: (record: AppliedContent | undefined) => AppliedContent | undefined,
  ): Promise<void> {
    await updateApplied(this.options.s3Of(this.spec(id)), this.spec(id), update);
  }

  private async unmet(
    id: string,
    after: NonNullable<PromotionCandidate["after"]>,
    exact: string,
  ): Promise<string | undefined> {
    const wanted = `${shortContent(after.content)}, which this code makes of it`;
    let record: AppliedContent | undefined;
    try {
      if (wasGiven(await this.read(id), exact)) return undefined;
      record = await this.readPredecessor(this.spec(after.stackId), this.spec(id));
    } catch (error) {
      return `what ${after.stackId}, which comes before it, has applied can't be read (${problem(error)}), expected ${wanted}`;
    }
    if (appliedOf(record, after.content)) return undefined;
    const current = currentOf(record);
    const holds = current
      ? `holds ${shortContent(current.content)} (applied ${utc(new Date(current.appliedAt))})`
      : "was never applied";
    return `${after.stackId}, which comes before it, ${holds}, expected ${wanted}`;
  }

  /**
   * With the credentials of the predecessor's account where there are some, else with those at hand: its bucket lets
   * them read the record.
   */
  private async readPredecessor(predecessor: StackSpec, reader: StackSpec): Promise<AppliedContent | undefined> {
    const { s3Of } = this.options;
    try {
      return await readApplied(s3Of(predecessor), predecessor);
    } catch (error) {
      if (error instanceof UserError) throw error;
      return await readApplied(s3Of({ ...reader, state: predecessor.state }), predecessor);
    }
  }

  private spec(id: string): StackSpec {
    const spec = this.specs.get(id);
    if (!spec) throw new UserError(`the estate has no stack ${id}, from which promotion is told: plan again`);
    return spec;
  }
}

function problem(error: unknown): string {
  if (statusOf(error) === 403)
    return "AccessDenied: it was never applied, or its account's bootstrap stack is older than this code: plan and apply that";
  return awsErrorMessage(error, "S3");
}
