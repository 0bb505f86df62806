import { isObject, listOf, objectOf } from "../support/json";
import { maskPlan } from "./mask";
import type { PlanJson, ResourceChange, PlannedChange } from "./plan-json";
import type { ReviewedChange, Counts } from "./review";
import { Configuration } from "./configuration";
import { Value } from "./value";

/** A managed resource of a plan, before and after it. */
export interface PlannedResource {
  readonly address: string;
  readonly type: string;
  readonly action: ReviewedChange["action"] | "none";
  readonly before: Value;
  readonly after: Value;
  /** Paths that force a replacement: `["username"]`. */
  readonly replacePaths: readonly (readonly (string | number)[])[];
  /** Terraform's reason for the action: `replace_because_tainted`. @default none */
  readonly reason?: string;
  /** Whether it exists in AWS, and the plan takes it into the state. */
  readonly isImported: boolean;
  /** Whether a replacement is created before the old resource is destroyed. */
  readonly isCreatedFirst: boolean;
  /** Whether the code sets the attribute. True if the plan comes without its configuration. */
  readonly isConfigured: (attribute: string) => boolean;
  /** The only reference in the attribute, as `aws_vpc.x.id`. */
  readonly reference: (attribute: string) => string | undefined;
  /** The attribute as written in the code's JSON, with references as texts. Not masked: never print it. */
  readonly written: (attribute: string) => unknown;
}

/** Every managed resource of a plan, unchanged ones included. */
export function plannedResources(plan: PlanJson): readonly PlannedResource[] {
  return resourcesOf(plan).planned;
}

export interface PlanResources {
  readonly planned: readonly PlannedResource[];
  /** Resources that differ from the state. */
  readonly drifted: readonly PlannedResource[];
}

export function resourcesOf(plan: PlanJson): PlanResources {
  const configuration = new Configuration(plan.configuration);
  const { resource_changes: changes, resource_drift: drift } = maskPlan(plan);
  return {
    planned: read(plan.resource_changes, changes, configuration),
    drifted: read(plan.resource_drift, drift, configuration),
  };
}

function read(changes: unknown, masked: unknown, configuration: Configuration): readonly PlannedResource[] {
  const shown = listOf(masked);
  return listOf(changes)
    .map((change, index) => [change, objectOf(objectOf(shown[index])["change"])] as const)
    .filter(
      (pair): pair is readonly [ResourceChange, Record<string, unknown>] =>
        isObject(pair[0]) && pair[0]["mode"] !== "data",
    )
    .map(([{ address, type, change, action_reason: reason }, displayed]) => {
      const action = actionOf(change);
      const before = new Value(change.before, displayed["before"]);
      return {
        address,
        type,
        action,
        before,
        // A resource that is only removed from the state stays in AWS as it is.
        after: action === "forget" ? before : new Value(change.after, displayed["after"], change.after_unknown),
        replacePaths: change.replace_paths ?? [],
        isImported: change.importing !== undefined,
        isCreatedFirst: action === "replace" && change.actions[0] === "create",
        reason,
        isConfigured: (attribute) => configuration.names(address, attribute),
        reference: (attribute) => configuration.reference(address, attribute),
        written: (attribute) => configuration.written(address, attribute),
      };
    });
}

/** Terraform's action in one word; reading and doing nothing are not changes. */
function actionOf({ actions }: Pick<PlannedChange, "actions">): ReviewedChange["action"] | "none" {
  const [creates, destroys] = [actions.includes("create"), actions.includes("delete")];
  if (creates && destroys) return "replace";
  if (actions.includes("forget")) return "forget";
  if (creates) return "create";
  if (destroys) return "destroy";
  return actions.includes("update") ? "update" : "none";
}

/** The number of managed resources per action. */
export function countsOf({ resource_changes = [] }: PlanJson): Counts {
  const managed = resource_changes.filter(({ mode }) => mode !== "data");
  const count = (action: string) => managed.filter(({ change }) => actionOf(change) === action).length;
  return {
    create: count("create"),
    update: count("update"),
    replace: count("replace"),
    destroy: count("destroy"),
    forget: count("forget"),
    import: managed.filter(({ change }) => change.importing).length,
    move: managed.filter(
      ({ address, previous_address }) => previous_address !== undefined && previous_address !== address,
    ).length,
  };
}
