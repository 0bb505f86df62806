import { hasMark, isObject, objectOf, type JsonObject } from "../../support/json";

/** The names of attributes that a plan marks as sensitive, at least in part, by `type.name` of the resource. */
export type SensitiveAttributes = ReadonlyMap<string, ReadonlySet<string>>;

/** The name of a resource inside its module: its address without modules and keys. */
export function shortAddress({ type, name }: JsonObject): string {
  return typeof type === "string" && typeof name === "string" ? `${type}.${name}` : "";
}

/**
 * Collects the marks of a plan's resources, because the configuration repeats arguments without marks. Resources of one
 * type and name in several modules count as one: a mark too many only hides a constant.
 */
export function sensitiveAttributes(plan: unknown): SensitiveAttributes {
  const found = new Map<string, Set<string>>();
  const visit = (value: unknown): void => {
    if (Array.isArray(value)) value.forEach(visit);
    if (!isObject(value)) return;
    if ("type" in value && "name" in value) {
      const { before_sensitive, after_sensitive } = objectOf(value["change"]);
      for (const marks of [before_sensitive, after_sensitive, value["sensitive_values"]]) {
        for (const [attribute, mark] of Object.entries(objectOf(marks))) {
          if (!hasMark(mark)) continue;
          const address = shortAddress(value);
          found.set(address, (found.get(address) ?? new Set()).add(attribute));
        }
      }
    }
    Object.values(value).forEach(visit);
  };
  const { resource_changes, resource_drift, prior_state, planned_values } = objectOf(plan);
  [resource_changes, resource_drift, prior_state, planned_values].forEach(visit);
  return found;
}

/** The names of a module's variables that are declared as sensitive. */
export function sensitiveVariables(module: unknown): readonly string[] {
  const variables = Object.entries(objectOf(objectOf(module)["variables"]));
  return variables.filter(([, variable]) => objectOf(variable)["sensitive"] === true).map(([name]) => name);
}
