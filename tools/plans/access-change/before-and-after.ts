import { scopesOf } from "../../access/read/resolver";
import { asList, type SynthesizedStack, type Blocks } from "../../synth/synthesized";
import { SUPPORTED_TYPES } from "../../access/read/unsupported-resources";
import type { PlanJson } from "../../review/plan-json";
import { idReplacement } from "./account-placeholders";
import { type AccessResource, blockOf } from "./access-resources";
import { templateText, type ReplaceIds, argumentsInState } from "./state-values";
import { isObject, type JsonObject } from "../../support/json";

/** The same stacks twice. */
export interface StacksBeforeAndAfter {
  /** As AWS has them now. */
  readonly before: readonly SynthesizedStack[];
  /** As they are when the plans are applied. */
  readonly after: readonly SynthesizedStack[];
}

const asWritten: ReplaceIds = (text) => text;

/**
 * Stacks before and after plans of some of them. The others are the same on both sides.
 *
 * @param planned the resources of the plans, by stack
 */
export function stacksBeforeAndAfter(
  stacks: readonly SynthesizedStack[],
  planned: ReadonlyMap<string, readonly AccessResource[]>,
  plans: ReadonlyMap<string, PlanJson>,
): StacksBeforeAndAfter {
  const resourcesOf = ({ id }: SynthesizedStack) => planned.get(id) ?? [];
  const before = (replaceIds: ReplaceIds) => stacks.map((stack) => stackBefore(stack, resourcesOf(stack), replaceIds));
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
  return { before: before(idReplacement(known)), after };
}

function stackBefore(
  stack: SynthesizedStack,
  planned: readonly AccessResource[],
  replaceIds: ReplaceIds,
): SynthesizedStack {
  return withResources(stack, planned, (resource, written): PlacedResource | undefined => {
    if (!resource.before) return undefined;
    // Of a type that is not read nothing is compared: it only goes on being named.
    if (written && (!resource.changes || !SUPPORTED_TYPES.has(resource.type))) return { values: written };
    if (!resource.changes) return undefined;
    const values = argumentsInState(resource, written, planned, replaceIds);
    return { values, provider: providerBefore(stack, resource, written) };
  });
}

/**
 * A provider by which a resource has the tags that it bears now, those of its provider among them, which may have been
 * others; and is in the region where it is. Undefined where the stack has one.
 */
function providerBefore(
  { json }: SynthesizedStack,
  resource: AccessResource,
  written: JsonObject | undefined,
): JsonObject | undefined {
  const { before = {} } = resource;
  if (written && resource.isSame("tags_all") && resource.isSame("tags")) return undefined;
  const alias = /^(?:\$\{)?aws\.([\w-]+)\}?$/.exec(String(written?.["provider"]))?.[1];
  const own =
    asList(json.provider?.["aws"])
      .filter(isObject)
      .find((each) => each["alias"] === alias) ?? {};
  const { tags_all: tags } = before;
  return {
    ...own,
    region: regionOf(before) ?? own["region"],
    ...(isObject(tags) && { default_tags: [{ tags: templateText(tags, asWritten) }] }),
  };
}

/** The region that an ARN, or the address of a queue, is in. IAM and S3 have none. */
function regionOf(before: JsonObject): string | undefined {
  const texts = Object.values(before).filter((value) => typeof value === "string");
  const found = [before["arn"], before["id"], ...texts].map((text) =>
    /^(?:arn:[^:]*:[^:]*:|https:\/\/sqs\.)([a-z]{2}-[a-z0-9-]+-\d)\b/.exec(String(text)),
  );
  return found.find((match) => match !== null)?.[1];
}

/** A resource as it is to stand in a stack. */
export interface PlacedResource {
  readonly values: JsonObject;
  /** A provider of its own. @default the one that its values name */
  readonly provider?: JsonObject;
}

/**
 * The stack with some resources as they are placed, and without those of which nothing is: expressions may go on naming
 * these.
 */
export function withResources(
  stack: SynthesizedStack,
  resources: readonly AccessResource[],
  place: (resource: AccessResource, written: JsonObject | undefined) => PlacedResource | undefined,
): SynthesizedStack {
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
  const aws = [...(asList(json.provider?.["aws"]) as readonly JsonObject[]), ...providers];
  return { ...stack, json: { ...json, provider: { ...json.provider, aws }, resource: present }, absent };
}

function copyOf(blocks: Blocks = {}): Record<string, Record<string, JsonObject>> {
  return Object.fromEntries(Object.entries(blocks).map(([type, named]) => [type, { ...named }]));
}
