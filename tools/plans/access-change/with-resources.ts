import { type Blocks, listOf, type SynthesizedStack, type Values } from "../../synth/synthesized";
import { type PlannedResource, writtenIn } from "./planned-resources";

/** A resource as it is to stand in a stack. */
export interface Placed {
  readonly values: Values;
  /** A provider of its own. @default the one that its values name */
  readonly provider?: Values;
}

/**
 * The stack with some resources as they are placed, and without those of which nothing is: expressions may go on naming
 * these.
 */
export function withResources(
  stack: SynthesizedStack,
  resources: readonly PlannedResource[],
  place: (resource: PlannedResource, written: Values | undefined) => Placed | undefined,
): SynthesizedStack {
  const { json } = stack;
  const [present, absent] = [copyOf(json.resource), copyOf(stack.absent)];
  const providers: Values[] = [];
  for (const resource of resources) {
    const { type, name } = resource;
    const written = writtenIn(stack, resource);
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
  const aws = [...(listOf(json.provider?.["aws"]) as readonly Values[]), ...providers];
  return { ...stack, json: { ...json, provider: { ...json.provider, aws }, resource: present }, absent };
}

function copyOf(blocks: Blocks = {}): Record<string, Record<string, Values>> {
  return Object.fromEntries(Object.entries(blocks).map(([type, named]) => [type, { ...named }]));
}
