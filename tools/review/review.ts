import type { RunConnections } from "../support/environment";

/** What happens to a resource. Terraform's `read` and `no-op` are not changes. */
export type Action = "create" | "update" | "replace" | "destroy" | "forget" | "import" | "move";

/** The number of resources per action. A resource that is imported and updated counts for both. */
export type Counts = Readonly<Record<Action, number>>;

export interface ReviewedChange {
  readonly address: string;
  readonly type: string;
  readonly action: Exclude<Action, "import" | "move">;
  /** Attributes that change, such as `ingress[0].cidr_blocks`; those that force a replacement first. No secrets. */
  readonly attributes: readonly AttributeChange[];
}

export interface AttributeChange {
  readonly path: string;
  /** Shortened for display; "(sensitive value)", "(known after apply)" or "(absent)" if there is no value to show. */
  readonly before: string;
  readonly after: string;
  readonly forcesReplacement: boolean;
}

/** A change that a reviewer must see first. */
export interface Finding {
  readonly address: string;
  /** A sentence without its subject: "destroys the database, and all data in it". */
  readonly message: string;
}

/** The review of one stack's plan. */
export interface StackReview {
  readonly counts: Counts;
  /** Stateful resources that are destroyed or replaced. They make the verdict `blocked`. */
  readonly destroysState: readonly Finding[];
  /** Changes that AWS refuses, or that would replace a resource unasked. They make the verdict `blocked`, and nothing allows them. @default none */
  readonly refused?: readonly Finding[];
  readonly networkOpened: readonly Finding[];
  /** Protection that is removed or weakened: deletion protection, backups, versions. */
  readonly protectionLowered: readonly Finding[];
  /** People and programs that can no longer sign in, connect or use a policy. The access comparison has the rest. */
  readonly accessLost: readonly Finding[];
  /** Network paths that exist and are removed. */
  readonly networkLost: readonly Finding[];
  /** Resources that are replaced, with the attributes that AWS cannot change in place. */
  readonly replaced: readonly Finding[];
  /** Settings that exist in AWS with other values, and that the plan creates in their place. @default none */
  readonly overwritten?: readonly Finding[];
  /** Changes that AWS applies later, in a maintenance window. @default none */
  readonly pending?: readonly Finding[];
  readonly changes: readonly ReviewedChange[];
  /** Names of outputs that are created, changed or removed. */
  readonly outputChanges: readonly string[];
  /** What was changed outside of Terraform, and what the plan does with it. */
  readonly drifted: readonly Finding[];
  /** Addresses of existing resources that are imported. @default none */
  readonly imported?: readonly string[];
  /** Resources that get another address. @default none */
  readonly moved?: readonly { readonly from: string; readonly to: string }[];
}

/** The status of a stack in a plan. */
export type StackStatus =
  | "no changes"
  | "changes"
  | "waiting" // for stacks that must be applied first
  | "kept" // a destroy that protection forbids
  | "failed"
  | "not started";

export interface StackSummary {
  readonly id: string;
  readonly accountName: string;
  readonly accountId: string;
  readonly status: StackStatus;
  /**
   * Why it waits, is kept or was not started: "dev-network is not applied yet". If it has changes: what AWS would refuse
   * to delete. @default none
   */
  readonly reasons?: readonly string[];
  /** Present if the stack was planned. A waiting stack may have one, based on the current outputs of its upstreams. */
  readonly review?: StackReview;
  /** Terraform's errors. @default none */
  readonly error?: string;
  readonly seconds?: number;
}

/** The content of a plan folder's summary. */
export interface PlanSummary {
  /** ISO 8601, UTC. The plan's id is absent: it is a digest of all files in the plan's folder, the summary included. */
  readonly madeAt: string;
  readonly kind: "plan" | "destroy";
  /** What the run went through. @default not known */
  readonly connections?: RunConnections;
  /** The commit that the emulator of a rehearsed plan holds. Such a plan cannot be applied. @default a plan for AWS */
  readonly rehearsedOn?: string;
  /** @default none: no git repository */
  readonly commit?: string;
  readonly dirty: boolean;
  readonly stacks: readonly StackSummary[];
  /** The access change, as lines of `accessChangeLines` (tools/access/guard). @default access does not change */
  readonly access?: { readonly widens: boolean; readonly lines: readonly string[] };
  /**
   * What the changed resources cost a month in USD, at AWS's list prices: with a price, how many cost by use, and those
   * whose price is unknown. @default nothing that costs something changes
   */
  readonly costs?: {
    readonly before: number;
    readonly after: number;
    readonly byUse: number;
    readonly unknown: readonly string[];
  };
  /** Stacks that the estate no longer has, and what they hold. Their resources stay in AWS, unmanaged. @default none */
  readonly abandoned?: readonly string[];
}
