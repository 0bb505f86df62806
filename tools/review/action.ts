import type { Change, PlanJson } from "./plan-json";
import type { Counts, ReviewedChange } from "./review";

/** What Terraform will do, in one word; to read and to do nothing are no changes. */
export function actionOf({ actions }: Pick<Change, "actions">): ReviewedChange["action"] | "none" {
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
