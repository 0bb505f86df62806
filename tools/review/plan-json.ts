/** A resource's place in a plan: its values before, after, and which of them are secret or not known yet. */
export interface PlannedChange {
  /** Terraform's own words; two of them are a replacement: ["delete", "create"] or ["create", "delete"]. */
  readonly actions: readonly ("no-op" | "create" | "read" | "update" | "delete" | "forget")[];
  readonly before?: unknown;
  readonly after?: unknown;
  /** `true`, or a structure of the shape of `after`, where values become known only when it is applied. */
  readonly after_unknown?: unknown;
  readonly before_sensitive?: unknown;
  readonly after_sensitive?: unknown;
  /** Paths of attributes that force a replacement. */
  readonly replace_paths?: readonly (readonly (string | number)[])[];
  readonly importing?: { readonly id?: string };
}

export interface ResourceChange {
  readonly address: string;
  readonly previous_address?: string;
  readonly mode: "managed" | "data";
  readonly type: string;
  readonly name: string;
  readonly change: PlannedChange;
  readonly action_reason?: string;
}

/**
 * A plan as `terraform show -json` prints it (https://developer.hashicorp.com/terraform/internals/json-format), as far
 * as we read it.
 */
export interface PlanJson {
  readonly format_version: string;
  readonly terraform_version: string;
  readonly resource_changes?: readonly ResourceChange[];
  /** What was found to differ from the state before anything was planned. */
  readonly resource_drift?: readonly ResourceChange[];
  readonly output_changes?: Readonly<Record<string, PlannedChange>>;
  readonly prior_state?: unknown;
  readonly planned_values?: unknown;
  readonly configuration?: unknown;
  readonly variables?: unknown;
}
