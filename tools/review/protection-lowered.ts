import { goneBuckets } from "./network-opened";
import type { PlannedResource } from "./planned-resource";
import { loweredAttributes } from "./protection/attributes";
import { soonerExpiry } from "./protection/expiry";
import { removedProtection } from "./protection/removed";
import type { Matter } from "./review";

/**
 * What keeps data, or knowledge of what is done, and does so less after a plan: deletion protection, backups, versions,
 * encryption, logs, alarms. What makes data public is the network's, and what people may do is told by the comparison
 * of access.
 *
 * @param resources of one plan
 */
export function protectionLowered(resources: readonly PlannedResource[]): readonly Matter[] {
  const gone = goneBuckets(resources);
  const created = new Set(resources.filter(({ action }) => action === "create").map(({ address }) => address));
  return resources.flatMap((resource) => {
    const { address, action } = resource;
    const isNew = (attribute: string): boolean => {
      const reference = resource.reference(attribute);
      return reference !== undefined && created.has(reference.replace(/\.\w+$/, ""));
    };
    const lowered = [
      ...(action === "update" || action === "replace"
        ? [...loweredAttributes(resource), ...plainTraffic(resource)]
        : []),
      ...soonerExpiry(resource, isNew),
      ...removedProtection(resource, (bucket) => gone.has(bucket)),
    ];
    return [...new Set(lowered)].map((words) => ({ address, words }));
  });
}

/** A database that takes connections without TLS where it took none. */
function plainTraffic({ type, before, after }: PlannedResource): readonly string[] {
  if (type !== "aws_db_parameter_group" && type !== "aws_rds_cluster_parameter_group") return [];
  const forces = (side: PlannedResource["before"]): boolean =>
    side.at("parameter").elements().some((each) => ["rds.force_ssl", "require_secure_transport"].includes(String(each.at("name").raw)) && ["1", "ON", "on"].includes(String(each.at("value").raw))); // prettier-ignore
  return forces(before) && !forces(after) ? ["connections without TLS are taken"] : [];
}
