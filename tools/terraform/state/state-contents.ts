import { addressOf } from "./state-addresses";
import type { StateDocument } from "../terraform";

/**
 * What of one state another lacks: `address (id)` of each resource instance that `other` does not hold with the same
 * id. Empty means that losing `state` loses nothing. Lineage and serial can't tell that: the first write into an S3
 * backend, by a migration or a push, always starts a new lineage with serial 1.
 */
export function missingFrom(other: StateDocument, state: StateDocument): string[] {
  const held = new Set(instances(other));
  return instances(state).filter((instance) => !held.has(instance));
}

function instances(state: StateDocument): string[] {
  return state.resources
    .filter((resource) => resource.mode !== "data")
    .flatMap((resource) =>
      resource.instances.map((instance) => {
        const id = instance.attributes?.id;
        return `${addressOf(resource, instance)} (${typeof id === "string" ? id : "no id"})`;
      }),
    );
}
