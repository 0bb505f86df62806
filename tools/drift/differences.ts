import { type PlannedResource, resourcesOf } from "../review/planned-resource";
import type { PlanJson } from "../review/plan-json";
import { outputChangesOf } from "../review/review-plan";
import { sortedBy } from "../support/order";
import { type AttributeDifference, compareAttribute } from "./compare";

/** A difference in a resource. */
export interface DriftDifference {
  readonly address: string;
  /** One line, from the side of AWS, without secrets: `tag Owner: AWS has "somebody", the code says nothing`. */
  readonly message: string;
}

export interface DriftDifferences {
  /** Changed in AWS since the last apply. */
  readonly inAws: readonly DriftDifference[];
  /** The number of resources and outputs whose code changed since the last apply. */
  readonly unapplied: number;
}

/** The result for a resource. */
interface Found {
  readonly address: string;
  readonly action: PlannedResource["action"];
  readonly differences: readonly AttributeDifference[];
}

/**
 * The differences between AWS and the code in each resource that a plan would change. A plan has three values of each
 * attribute: after the last apply (the state), in AWS now (the refreshed state), and in the code. If AWS differs from
 * the state, somebody changed it in AWS. If AWS equals the state, the code changed.
 */
export function differencesIn(plan: PlanJson): DriftDifferences {
  const { planned, drifted } = resourcesOf(plan);
  const left = new Map(drifted.map((resource) => [resource.address, resource]));
  const found = planned.map((resource): Found => {
    const { address, action } = resource;
    return { address, action, differences: compareResource(resource, left.get(address)) };
  });
  const by = (who: AttributeDifference["by"]) => (each: Found) => each.differences.some(({ by: side }) => side === who);
  const inAws = found.flatMap(({ address, action, differences }) =>
    differences
      .filter(({ by }) => by === "aws")
      .map(({ message }) => ({ address, message: `${message}${consequence(action)}` })),
  );
  // A recreated resource gets another id, which changes every reference to it.
  const isRecreated = found.some((each) => (each.action === "create" || each.action === "replace") && by("aws")(each));
  const unapplied = found.filter((each) => by("code")(each) || (by("follows")(each) && !isRecreated));
  const stateOnly = new Set((plan.resource_changes ?? []).filter(changesStateOnly).map(({ address }) => address));
  const addresses = new Set([...unapplied.map(({ address }) => address), ...stateOnly]);
  const outputs = inAws.length > 0 ? 0 : outputChangesOf(plan).length;
  return { inAws: sortedBy(inAws, ({ address }) => address), unapplied: addresses.size + outputs };
}

const consequence = (action: PlannedResource["action"]): string =>
  action === "replace" ? "; an apply replaces the resource" : "";

/** Changes only the resource's place in the state. */
function changesStateOnly({
  mode,
  address,
  previous_address: from,
  change,
}: NonNullable<PlanJson["resource_changes"]>[number]): boolean {
  return mode !== "data" && (change.importing !== undefined || (from !== undefined && from !== address));
}

function compareResource(resource: PlannedResource, left: PlannedResource | undefined): readonly AttributeDifference[] {
  const { action } = resource;
  switch (action) {
    case "none":
      return [];
    case "create":
      return left?.action === "destroy"
        ? [{ by: "aws", message: "is deleted in AWS; the code creates it" }]
        : [{ by: "code", message: "is not in AWS yet" }];
    case "destroy":
    case "forget":
      return [{ by: "code", message: "is not in the code any more" }];
    default: {
      const differences = attributesOf(resource).flatMap((attribute) => compareOneAttribute(resource, left, attribute));
      const unique = [...new Map(differences.map((each) => [each.message, each])).values()];
      // No attribute differs: its creation did not finish, or the code demands a replacement.
      return unique.length > 0 ? unique : [{ by: "code", message: "is not as the code wants it" }];
    }
  }
}

/** The attributes that the code decides, without those that the provider fills in. */
function attributesOf({ action, before, after, isConfigured, replacePaths }: PlannedResource): readonly string[] {
  const all = [...new Set([...before.parts(), ...after.parts()].map(([attribute]) => attribute))].sort();
  return all.filter((attribute) => {
    const isFilledIn = action !== "update" || after.at(attribute).isUnknown;
    return !isFilledIn || isConfigured(attribute) || replacePaths.some(([first]) => first === attribute);
  });
}

function compareOneAttribute(
  { type, before, after }: PlannedResource,
  left: PlannedResource | undefined,
  path: string,
): readonly AttributeDifference[] {
  const aws = before.at(path);
  return compareAttribute({ type, path, aws, code: after.at(path), state: left ? left.before.at(path) : aws });
}
