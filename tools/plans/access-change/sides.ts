import { scopesOf } from "../../access/read/resolver";
import { isValues, listOf, type SynthesizedStack, type Values } from "../../synth/synthesized";
import { READ } from "../../access/read/unread";
import type { PlanJson } from "../../review/plan-json";
import { renaming } from "./names";
import type { PlannedResource } from "./planned-resources";
import { literal, type Renamed, valuesNow } from "./values-now";
import { type Placed, withResources } from "./with-resources";

/** The same stacks twice. */
export interface Sides {
  /** As AWS has them now. */
  readonly before: readonly SynthesizedStack[];
  /** As they are when the plans are applied. */
  readonly after: readonly SynthesizedStack[];
}

const asWritten: Renamed = (text) => text;

/**
 * Stacks before and after plans of some of them. The others are the same on both sides.
 *
 * @param planned the resources of the plans, by stack
 */
export function sidesOf(
  stacks: readonly SynthesizedStack[],
  planned: ReadonlyMap<string, readonly PlannedResource[]>,
  plans: ReadonlyMap<string, PlanJson>,
): Sides {
  const resourcesOf = ({ id }: SynthesizedStack) => planned.get(id) ?? [];
  const before = (renamed: Renamed) => stacks.map((stack) => stackNow(stack, resourcesOf(stack), renamed));
  // Only a stack tells what its ids are called: it is made with the ids of AWS first, and then with what they are
  // called.
  const scopes = [...scopesOf(before(asWritten)).values()];
  const known = scopes.map((scope) => ({
    scope,
    resources: resourcesOf(scope.stack),
    priorState: plans.get(scope.stack.id)?.prior_state,
  }));
  const after = stacks.map((stack) =>
    withResources(stack, resourcesOf(stack), ({ stays }, written) =>
      stays && written ? { values: written } : undefined,
    ),
  );
  return { before: before(renaming(known)), after };
}

function stackNow(stack: SynthesizedStack, planned: readonly PlannedResource[], renamed: Renamed): SynthesizedStack {
  return withResources(stack, planned, (resource, written): Placed | undefined => {
    if (!resource.before) return undefined;
    // Of a type that is not read nothing is compared: it only goes on being named.
    if (written && (!resource.changes || !READ.has(resource.type))) return { values: written };
    if (!resource.changes) return undefined;
    const values = valuesNow(resource, written, planned, renamed);
    return { values, provider: providerNow(stack, resource, written) };
  });
}

/**
 * A provider by which a resource has the tags that it bears now, those of its provider among them, which may have been
 * others; and is in the region where it is. Undefined where the stack has one.
 */
function providerNow(
  { json }: SynthesizedStack,
  resource: PlannedResource,
  written: Values | undefined,
): Values | undefined {
  const { before = {} } = resource;
  if (written && resource.isSame("tags_all") && resource.isSame("tags")) return undefined;
  const alias = /^(?:\$\{)?aws\.([\w-]+)\}?$/.exec(String(written?.["provider"]))?.[1];
  const own =
    listOf(json.provider?.["aws"])
      .filter(isValues)
      .find((each) => each["alias"] === alias) ?? {};
  const { tags_all: tags } = before;
  return {
    ...own,
    region: regionOf(before) ?? own["region"],
    ...(isValues(tags) && { default_tags: [{ tags: literal(tags, asWritten) }] }),
  };
}

/** The region that an ARN, or the address of a queue, is in. IAM and S3 have none. */
function regionOf(before: Values): string | undefined {
  const texts = Object.values(before).filter((value) => typeof value === "string");
  const found = [before["arn"], before["id"], ...texts].map((text) =>
    /^(?:arn:[^:]*:[^:]*:|https:\/\/sqs\.)([a-z]{2}-[a-z0-9-]+-\d)\b/.exec(String(text)),
  );
  return found.find((match) => match !== null)?.[1];
}
