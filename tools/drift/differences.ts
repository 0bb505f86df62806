import { type PlannedResource, resourcesOf } from "../review/planned-resource";
import type { PlanJson } from "../review/plan-json";
import { outputChangesOf } from "../review/review-plan";
import { type Told, toldOf } from "./compare";

/** What differs in a resource. */
export interface Difference {
  readonly address: string;
  /** From AWS's side, in one line, and without a secret: `tag Owner: AWS has "somebody", the code says nothing`. */
  readonly words: string;
}

export interface Differences {
  /** Made in AWS: it moved away from what the last apply left. */
  readonly inAws: readonly Difference[];
  /** How many resources, and outputs, the code moved away from it: what is not applied yet. */
  readonly unapplied: number;
}

/** What of a resource was found. */
interface Found {
  readonly address: string;
  readonly action: PlannedResource["action"];
  readonly told: readonly Told[];
}

/**
 * What differs between AWS and the code, of each resource that a plan would change. A plan knows three tellings: what
 * the last apply left (the state), what AWS has now (the state refreshed), and what the code says. Where AWS is not
 * what the last apply left, somebody changed it there; where it is, the code has moved on.
 */
export function differencesIn(plan: PlanJson): Differences {
  const { planned, drifted } = resourcesOf(plan);
  const left = new Map(drifted.map((resource) => [resource.address, resource]));
  const found = planned.map((resource): Found => {
    const { address, action } = resource;
    return { address, action, told: toldOfResource(resource, left.get(address)) };
  });
  const by = (who: Told["by"]) => (each: Found) => each.told.some((told) => told.by === who);
  const inAws = found.flatMap(({ address, action, told }) =>
    told.filter(({ by }) => by === "aws").map(({ words }) => ({ address, words: `${words}${consequence(action)}` })),
  );
  // What is made again gets another id, and so does whatever names it.
  const isMadeAgain = found.some((each) => (each.action === "create" || each.action === "replace") && by("aws")(each));
  const unapplied = found.filter((each) => by("code")(each) || (by("follows")(each) && !isMadeAgain));
  const quiet = new Set((plan.resource_changes ?? []).filter(isQuiet).map(({ address }) => address));
  const addresses = new Set([...unapplied.map(({ address }) => address), ...quiet]);
  const outputs = inAws.length > 0 ? 0 : outputChangesOf(plan).length;
  return {
    inAws: inAws.sort((a, b) => (a.address < b.address ? -1 : a.address > b.address ? 1 : 0)),
    unapplied: addresses.size + outputs,
  };
}

const consequence = (action: PlannedResource["action"]): string =>
  action === "replace" ? "; an apply replaces the resource" : "";

/** Changes nothing of the resource, but where the state has it. */
function isQuiet({
  mode,
  address,
  previous_address: from,
  change,
}: NonNullable<PlanJson["resource_changes"]>[number]): boolean {
  return mode !== "data" && (change.importing !== undefined || (from !== undefined && from !== address));
}

function toldOfResource(resource: PlannedResource, left: PlannedResource | undefined): readonly Told[] {
  const { action } = resource;
  switch (action) {
    case "none":
      return [];
    case "create":
      return left?.action === "destroy"
        ? [{ by: "aws", words: "is gone from AWS; the code makes it" }]
        : [{ by: "code", words: "is not in AWS yet" }];
    case "destroy":
    case "forget":
      return [{ by: "code", words: "is not in the code any more" }];
    default: {
      const told = attributesOf(resource).flatMap((attribute) => toldOfAttribute(resource, left, attribute));
      const unique = [...new Map(told.map((each) => [each.words, each])).values()];
      // Nothing in it differs: it is replaced because its creation was not seen to end, or because the code says so.
      return unique.length > 0 ? unique : [{ by: "code", words: "is not as the code wants it" }];
    }
  }
}

/** What the provider fills in by itself is not the code's. */
function attributesOf({ action, before, after, isConfigured, replacePaths }: PlannedResource): readonly string[] {
  const all = [...new Set([...before.parts(), ...after.parts()].map(([attribute]) => attribute))].sort();
  return all.filter((attribute) => {
    const isFilledIn = action !== "update" || after.at(attribute).isUnknown;
    return !isFilledIn || isConfigured(attribute) || replacePaths.some(([first]) => first === attribute);
  });
}

/** The same tag is told of `tags` and of `tags_all` in the same words. */
function toldOfAttribute(
  { type, before, after }: PlannedResource,
  left: PlannedResource | undefined,
  path: string,
): readonly Told[] {
  const aws = before.at(path);
  return toldOf({ type, path, aws, code: after.at(path), state: left ? left.before.at(path) : aws });
}
