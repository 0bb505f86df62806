/** What happens to a resource, in one word. `read` and `no-op` are no changes. */
export type Action = "create" | "update" | "replace" | "destroy" | "forget" | "import" | "move";

/** How many resources each action befalls. One that is imported and updated counts once for each. */
export type Counts = Readonly<Record<Action, number>>;

export interface ReviewedChange {
  readonly address: string;
  readonly type: string;
  readonly action: Exclude<Action, "import" | "move">;
  /**
   * Attributes that change, `name` or `ingress[0].cidr_blocks`; those that force a replacement first. Never a value
   * that is secret.
   */
  readonly attributes: readonly AttributeChange[];
}

export interface AttributeChange {
  readonly path: string;
  /**
   * As people read it, shortened; "(sensitive value)", "(known after apply)" or "(absent)" where there is none to show.
   */
  readonly before: string;
  readonly after: string;
  readonly forcesReplacement: boolean;
}

/** Something that matters more than the rest. */
export interface Finding {
  readonly address: string;
  /** A sentence: "opens port 443 to 0.0.0.0/0", "the database is destroyed, and all data in it". */
  readonly message: string;
}

/** What one stack's plan comes to. */
export interface StackReview {
  readonly counts: Counts;
  /** Stateful resources that are destroyed or replaced: what makes the verdict `blocked`. */
  readonly destroysState: readonly Finding[];
  readonly networkOpened: readonly Finding[];
  /** What keeps data safe and is taken away: deletion protection, backups, versions. */
  readonly protectionLowered: readonly Finding[];
  readonly changes: readonly ReviewedChange[];
  /** Names of outputs whose value changes, is made or goes away. */
  readonly outputChanges: readonly string[];
  /** Addresses that were changed outside of Terraform. */
  readonly drifted: readonly string[];
  /** Addresses of what exists already and is taken over. @default none */
  readonly imported?: readonly string[];
  /** What only gets another address. @default none */
  readonly moved?: readonly { readonly from: string; readonly to: string }[];
}

/** How a stack stands in a plan. */
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
   * Why it waits, is kept or was not started: "dev-network is not applied yet", "prevent_destroy keeps
   * aws_s3_bucket.x". @default none
   */
  readonly reasons?: readonly string[];
  /** Of a stack that was planned; one that waits may have one too, made on what its upstreams say now. */
  readonly review?: StackReview;
  /** Terraform's errors. @default none */
  readonly error?: string;
  readonly seconds?: number;
}

/** What people read of a plan folder. */
export interface PlanSummary {
  /** The folder's name. */
  readonly id: string;
  readonly kind: "plan" | "destroy";
  /**
   * Made on an emulator, on top of what this commit describes: shows what would happen, and can't be applied. @default
   * a plan for AWS
   */
  readonly rehearsedOn?: string;
  /** @default none: no git repository */
  readonly commit?: string;
  readonly dirty: boolean;
  readonly stacks: readonly StackSummary[];
  /**
   * Lines that tell who may do more, and who less: `accessChangeLines` of access/guard/compare-baselines. @default nothing about access
   * changes
   */
  readonly access?: { readonly widens: boolean; readonly lines: readonly string[] };
  /** Stacks of the base that the estate no longer has: their resources stay, and nothing manages them. @default none */
  readonly abandoned?: readonly string[];
}
