/** A change in a plan: values before and after, and which of them are secret or unknown. */
export interface PlannedChange {
  /** Terraform's actions. Two are a replacement: ["delete", "create"] or ["create", "delete"]. */
  readonly actions: readonly ("no-op" | "create" | "read" | "update" | "delete" | "forget")[];
  readonly before?: unknown;
  readonly after?: unknown;
  /** `true`, or a structure like `after`, for values known only after the apply. */
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
  /** Only of an object that was replaced and could not be deleted. */
  readonly deposed?: string;
  readonly change: PlannedChange;
  readonly action_reason?: string;
}

/**
 * The parts that we read of the output of `terraform show -json`
 * (https://developer.hashicorp.com/terraform/internals/json-format).
 */
export interface PlanJson {
  readonly format_version: string;
  readonly terraform_version: string;
  readonly resource_changes?: readonly ResourceChange[];
  /** Differences between AWS and the state, found before planning. */
  readonly resource_drift?: readonly ResourceChange[];
  readonly output_changes?: Readonly<Record<string, PlannedChange>>;
  readonly prior_state?: unknown;
  readonly planned_values?: unknown;
  readonly configuration?: unknown;
  readonly variables?: unknown;
}
