import { isObject, listOf, objectOf } from "../support/json";
import { maskPlan } from "./mask";
import type { PlanJson, ResourceChange, PlannedChange } from "./plan-json";
import type { ReviewedChange, Counts } from "./review";
import { Configuration } from "./configuration";
import { Value } from "./value";

/** A managed resource of a plan, as it is and as it will be. */
export interface PlannedResource {
  readonly address: string;
  readonly type: string;
  readonly action: ReviewedChange["action"] | "none";
  readonly before: Value;
  readonly after: Value;
  /** What forces a replacement: `["username"]`. */
  readonly replacePaths: readonly (readonly (string | number)[])[];
  /**
   * Whether somebody wrote the attribute, and not the provider. Yes, where the plan comes without its configuration.
   */
  readonly isConfigured: (attribute: string) => boolean;
  /** What the attribute is taken from, as `aws_vpc.x.id`, where it is taken from one place alone. */
  readonly reference: (attribute: string) => string | undefined;
  /**
   * The attribute as somebody wrote it in JSON: what it is taken from stands there as a text. Not masked: never to be
   * told as it is.
   */
  readonly written: (attribute: string) => unknown;
}

/** Every managed resource of a plan; those too that don't change. */
export function plannedResources(plan: PlanJson): readonly PlannedResource[] {
  return resourcesOf(plan).planned;
}

export interface PlanResources {
  readonly planned: readonly PlannedResource[];
  /** What was found to be otherwise than the state has it. */
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
    .map(([{ address, type, change }, told]) => {
      const action = actionOf(change);
      const before = new Value(change.before, told["before"]);
      return {
        address,
        type,
        action,
        before,
        // What is only forgotten stays in AWS as it is.
        after: action === "forget" ? before : new Value(change.after, told["after"], change.after_unknown),
        replacePaths: change.replace_paths ?? [],
        isConfigured: (attribute) => configuration.names(address, attribute),
        reference: (attribute) => configuration.reference(address, attribute),
        written: (attribute) => configuration.written(address, attribute),
      };
    });
}

/** What Terraform will do, in one word; to read and to do nothing are no changes. */
export function actionOf({ actions }: Pick<PlannedChange, "actions">): ReviewedChange["action"] | "none" {
  const [creates, destroys] = [actions.includes("create"), actions.includes("delete")];
  if (creates && destroys) return "replace";
  if (actions.includes("forget")) return "forget";
  if (creates) return "create";
  if (destroys) return "destroy";
  return actions.includes("update") ? "update" : "none";
}

/** How many managed resources each action befalls. */
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
