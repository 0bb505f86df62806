import { providerOf } from "../../access/read/attributes";
import { scopesOf } from "../../access/read/resolver";
import { type SynthesizedStack, type Blocks } from "../../synth/synthesized";
import { SUPPORTED_TYPES } from "../../access/read/unsupported-resources";
import type { PlanJson } from "../../review/plan-json";
import { idReplacement } from "./account-placeholders";
import { type AccessResource, blockOf } from "./access-resources";
import { templateText, type ReplaceIds, argumentsInState } from "./state-values";
import { asList, isObject, type JsonObject } from "../../support/json";

/** The same stacks in two versions. */
interface StacksBeforeAndAfter {
  /** As they exist in AWS now. */
  readonly before: readonly SynthesizedStack[];
  /** As they are after the plans are applied. */
  readonly after: readonly SynthesizedStack[];
}

const asWritten: ReplaceIds = (text) => text;

/**
 * The stacks before and after the plans of some of them. A stack without a plan is the same in both.
 * @param planned the resources of the plans, by stack
 */
export function stacksBeforeAndAfter(
  stacks: readonly SynthesizedStack[],
  planned: ReadonlyMap<string, readonly AccessResource[]>,
  plans: ReadonlyMap<string, PlanJson>,
): StacksBeforeAndAfter {
  const resourcesOf = ({ id }: SynthesizedStack) => planned.get(id) ?? [];
  const before = (replaceIds: ReplaceIds) => stacks.map((stack) => stackBefore(stack, resourcesOf(stack), replaceIds));
  // The placeholders of ids come from a resolved stack: so the stacks are built with the ids of AWS first.
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
  return { before: before(idReplacement(known)), after };
}

function stackBefore(
  stack: SynthesizedStack,
  planned: readonly AccessResource[],
  replaceIds: ReplaceIds,
): SynthesizedStack {
  return withResources(stack, planned, (resource, written): PlacedResource | undefined => {
    if (!resource.before) return undefined;
    // A type that is not read is not compared: only references to it must resolve.
    if (written && (!resource.changes || !SUPPORTED_TYPES.has(resource.type))) return { values: written };
    if (!resource.changes) return undefined;
    const values = argumentsInState(resource, written, planned, replaceIds);
    return { values, provider: providerBefore(stack, resource, written) };
  });
}

/**
 * A provider that gives a resource the tags it has now, and the region it is in. The default tags of the stack's own
 * provider may have been others. Undefined if the stack's own provider fits.
 */
function providerBefore(
  { json }: SynthesizedStack,
  resource: AccessResource,
  written: JsonObject | undefined,
): JsonObject | undefined {
  const { before = {} } = resource;
  if (written && resource.isSame("tags_all") && resource.isSame("tags")) return undefined;
  const own = providerOf(json, written);
  const { tags_all: tags } = before;
  return {
    ...own,
    region: regionOf(before) ?? own["region"],
    ...(isObject(tags) && { default_tags: [{ tags: templateText(tags, asWritten) }] }),
  };
}

/** The region in an ARN or in the URL of a queue. ARNs of IAM and S3 have none. */
function regionOf(before: JsonObject): string | undefined {
  const texts = Object.values(before).filter((value) => typeof value === "string");
  const found = [before["arn"], before["id"], ...texts].map((text) =>
    /^(?:arn:[^:]*:[^:]*:|https:\/\/sqs\.)([a-z]{2}-[a-z0-9-]+-\d)\b/.exec(String(text)),
  );
  return found.find((match) => match !== null)?.[1];
}

/** A resource block to put into a stack. */
interface PlacedResource {
  readonly values: JsonObject;
  /** A provider for this resource alone. @default the one that its values name */
  readonly provider?: JsonObject;
}

/**
 * The stack with some resources replaced. A resource for which `place` returns nothing is removed; expressions may still
 * reference it.
 */
export function withResources(
  stack: SynthesizedStack,
  resources: readonly AccessResource[],
  place: (resource: AccessResource, written: JsonObject | undefined) => PlacedResource | undefined,
): SynthesizedStack {
  if (resources.length === 0) return stack;
  const { json } = stack;
  const [present, absent] = [copyOf(json.resource), copyOf(stack.absent)];
  const providers: JsonObject[] = [];
  for (const resource of resources) {
    const { type, name } = resource;
    const written = blockOf(stack, resource);
    const placed = place(resource, written);
    if (!placed) {
      delete present[type]?.[name];
      if (written) (absent[type] ??= {})[name] = written;
    } else if (placed.provider) {
      const alias = `put-back-${providers.length}`;
      providers.push({ ...placed.provider, alias });
      (present[type] ??= {})[name] = { ...placed.values, provider: `aws.${alias}` };
    } else {
      (present[type] ??= {})[name] = placed.values;
    }
  }
  const aws = [...asList(json.provider?.["aws"]), ...providers];
  return { ...stack, json: { ...json, provider: { ...json.provider, aws }, resource: present }, absent };
}

const copyOf = (blocks: Blocks = {}): Record<string, Record<string, JsonObject>> =>
  Object.fromEntries(Object.entries(blocks).map(([type, named]) => [type, { ...named }]));
