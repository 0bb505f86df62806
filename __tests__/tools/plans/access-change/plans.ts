import type { PlannedChange, PlanJson, ResourceChange } from "../../../../tools/review/plan-json";

/* Plans in the format of `terraform show -json`. */

type Attributes = Readonly<Record<string, unknown>>;

/** Data sources that a plan has read. */
export interface DataRead {
  readonly type: string;
  readonly name: string;
  readonly values: Attributes;
}

/** @param outputs of the state, by name */
export function planOf(
  changes: readonly ResourceChange[],
  data: readonly DataRead[] = [],
  outputs: Attributes = {},
): PlanJson {
  const resources = data.map((each) => ({ address: `data.${each.type}.${each.name}`, mode: "data", ...each }));
  return {
    format_version: "1.2",
    terraform_version: "1.11.4",
    resource_changes: changes,
    prior_state: {
      format_version: "1.0",
      values: {
        outputs: Object.fromEntries(
          Object.entries(outputs).map(([name, value]) => [name, { sensitive: false, value }]),
        ),
        root_module: { resources },
      },
    },
  };
}

function changeOf(type: string, name: string, change: PlannedChange): ResourceChange {
  return { address: `${type}.${name}`, mode: "managed", type, name, change };
}

/** Makes changes of resources with these actions. */
const changing =
  (actions: PlannedChange["actions"], computed: Attributes = {}) =>
  (type: string, name: string, before: Attributes, after: Attributes, unknown: Attributes = {}): ResourceChange =>
    changeOf(type, name, { actions, before, after, after_unknown: { ...computed, ...unknown } });

export const updated = changing(["update"]);
export const replaced = changing(["delete", "create"], { id: true });

export function created(type: string, name: string, after: Attributes, unknown: Attributes = {}): ResourceChange {
  return changeOf(type, name, { actions: ["create"], before: null, after, after_unknown: { id: true, ...unknown } });
}

export function deleted(type: string, name: string, before: Attributes): ResourceChange {
  return changeOf(type, name, { actions: ["delete"], before, after: null, after_unknown: {} });
}

export function unchanged(type: string, name: string, values: Attributes): ResourceChange {
  return changing(["no-op"])(type, name, values, values);
}
