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
  pendingNow,
  wasGiven,
  withApplied,
  withPending,
  withWaiting,
  type Applied,
  type AppliedContent,
  type PendingContent,
} from "./applied-content";
import { shortContent } from "./content";
import { readApplied, updateApplied } from "./record-store";
import { readStatePosition, type StatePosition } from "../../terraform/state/state-position";
import { utc } from "../../support/time";

/** A stack of a plan that promotion checks and records. */
export interface PromotionCandidate {
  readonly id: string;
  /** The content to apply. */
  readonly content: string;
  /** The same hash, including the names and ids that belong to its environment. */
  readonly exact: string;
  /** The predecessor, and the content that the same code generates for it. @default the stack has no predecessor */
  readonly after?: { readonly stackId: string; readonly content: string };
}

interface PromotionOptions {
  readonly estate: Estate;
  /** Creates an S3 client with the credentials for a stack. */
  readonly s3Of: (stack: StackSpec) => S3;
  /** Why promotion is skipped. @default it is not skipped */
  readonly skipReason?: string;
}

/**
 * Development before production: a stack may be applied once its predecessor has applied what the same code generates
 * for the predecessor. Applies are recorded next to each state.
 */
export class Promotion {
  /** Ids of stacks whose predecessor has not applied the same content. */
  private readonly ahead = new Set<string>();
  private readonly specs: ReadonlyMap<string, StackSpec>;

  constructor(private readonly options: PromotionOptions) {
    this.specs = new Map(stacksOf(options.estate).map((spec) => [spec.id, spec]));
  }

  /**
   * Why a stack may not be applied yet. Undefined if it may: it has no predecessor, its predecessor has applied the
   * same content, or it already holds exactly this content (so that drift can be repaired).
   * @param unread whether a record that cannot be read refuses the stack: others may read it
   */
  public async refusalOf(
    stack: PromotionCandidate,
    unread: "refused" | "unknown" = "refused",
  ): Promise<string | undefined> {
    const { id, exact, after } = stack;
    if (after === undefined) return undefined;
    const { reason, isRead } = await this.unmet(id, after, exact);
    if (!isRead && unread === "unknown") return undefined;
    if (reason === undefined) {
      // Since an earlier check, the same apply may have applied the predecessor.
      this.ahead.delete(id);
      return undefined;
    }
    this.ahead.add(id);
    if (this.options.skipReason !== undefined) return undefined;
    return `${id}: ${reason}. Apply ${after.stackId} first, or use --skip-promotion --reason "…".`;
  }

  /**
   * Records next to its state what a stack holds now.
   * @param pending what RDS still changes for an earlier apply. @default nothing
   */
  public async recordApplied(
    { id, content, exact }: PromotionCandidate,
    applied: Pick<Applied, "commit" | "plan">,
    pending?: PendingContent,
  ): Promise<void> {
    const skippedPromotion = this.ahead.has(id) ? this.options.skipReason : undefined;
    const entry: Applied = { content, exact, appliedAt: new Date().toISOString(), ...applied, skippedPromotion };
    await this.update(id, (record) => withApplied(record, id, entry, pending));
  }

  /** Records that an apply left changes to a maintenance window: the stack does not hold its content yet. */
  public async recordPending(id: string, pending: PendingContent): Promise<void> {
    await this.update(id, (record) => withPending(record, id, pending));
  }

  /** What a maintenance window still changes in a stack. Undefined if nothing is recorded, or the window is over. */
  public async pendingOf(id: string): Promise<PendingContent | undefined> {
    return pendingNow(await this.read(id));
  }

  /** Records that a stack is destroyed. */
  public async recordDestroyed(id: string): Promise<void> {
    await this.update(id, () => destroyed(id));
  }

  /** Records that a stack must be planned again. Does nothing if the stack was never applied. */
  public async recordWaiting(id: string): Promise<void> {
    await this.update(id, (record) =>
      record && currentOf(record) ? withWaiting(record, new Date().toISOString()) : undefined,
    );
  }

  /** Whether a stack holds exactly this content, planned with the present outputs of other stacks. */
  public async holds({ id, exact }: Pick<PromotionCandidate, "id" | "exact">): Promise<boolean> {
    return isHeld(await this.read(id), exact);
  }

  /** Since when a stack must be planned again; ISO 8601, UTC. Undefined if it need not be. */
  public async waitingSince(id: string): Promise<string | undefined> {
    return (await this.read(id))?.waitingSince;
  }

  /** The lineage and serial of a stack's state. Undefined if there is none. */
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
  ): Promise<{ readonly reason?: string; readonly isRead: boolean }> {
    const required = `${after.stackId} must be applied first (this code would apply content ${shortContent(after.content)}`;
    let record: AppliedContent | undefined;
    try {
      if (wasGiven(await this.read(id), exact)) return { isRead: true };
      record = await this.readPredecessor(this.spec(after.stackId), this.spec(id));
    } catch (error) {
      return { reason: `${required}), but its record cannot be read (${problem(error)})`, isRead: false };
    }
    if (appliedOf(record, after.content)) return { isRead: true };
    const current = currentOf(record);
    const held = current && `; it holds ${shortContent(current.content)}, applied ${utc(new Date(current.appliedAt))}`;
    return { reason: `${required}${held ?? ""})`, isRead: true };
  }

  /**
   * Reads with the credentials of the predecessor's account if there are any. Otherwise with those of the stack: the
   * predecessor's bucket allows them to read the record.
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
    if (!spec) throw new UserError(`the estate has no stack ${id}. Plan again.`);
    return spec;
  }
}

function problem(error: unknown): string {
  if (statusOf(error) === 403)
    return "AccessDenied: it was never applied, or the bootstrap stack of its account is older than this code; then apply that stack";
  return awsErrorMessage(error, "S3");
}
