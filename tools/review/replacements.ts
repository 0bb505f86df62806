import { attributeChanges } from "./attribute-changes";
import type { PlannedResource } from "./planned-resource";
import { REPLACEMENT_KEYS } from "./replacement-keys";
import type { AttributeChange, Finding } from "./review";

/** Terraform's reasons for a replacement that no attribute forces. */
const REASONS: Readonly<Record<string, string>> = {
  replace_because_tainted: "its creation did not finish: Terraform creates it again",
  replace_by_request: "the plan was asked to replace it",
  replace_by_triggers: "a resource that it follows changes",
};

/**
 * Resources that are destroyed and created again, with each attribute that AWS cannot change in place, and the key of
 * the estate that keeps the resource if it stays as it was.
 *
 * @param resources of one plan, unchanged ones included
 */
export function replacements(resources: readonly PlannedResource[]): readonly Finding[] {
  const replaced = new Set(resources.filter(({ action }) => action === "replace").map(({ address }) => address));
  return resources
    .filter(({ address }) => replaced.has(address))
    .map((resource) => {
      const forcing = attributeChanges(resource).filter(({ forcesReplacement }) => forcesReplacement);
      const causes = forcing.map((change) => causeOf(resource, change, replaced));
      const other = REASONS[resource.reason ?? ""] ?? "Terraform names no attribute";
      return { address: resource.address, message: causes.length > 0 ? causes.join("; ") : other };
    });
}

/** "username: a → b; keep environments.<environment>.database.masterUsername as it was to keep it". */
function causeOf(resource: PlannedResource, change: AttributeChange, replaced: ReadonlySet<string>): string {
  const { path, before, after } = change;
  const attribute = path.split(/[.[]/)[0] ?? path;
  const what = `${path}: ${before} → ${after}`;
  const cause = resource.reference(attribute)?.replace(/\.\w+$/, "");
  if (cause !== undefined && replaced.has(cause)) return `${what}, because ${cause} is replaced`;
  const keys = Object.hasOwn(REPLACEMENT_KEYS, resource.type) ? REPLACEMENT_KEYS[resource.type] : undefined;
  const key = keys && Object.hasOwn(keys, attribute) ? keys[attribute] : undefined;
  return key === undefined ? what : `${what}. To keep it, leave ${key} as it was`;
}
