import { isDeepStrictEqual } from "node:util";
import type { SynthesizedStack } from "../../synth/synthesized";
import { hasMark, isObject, type JsonObject } from "../../support/json";
import type { PlanJson, ResourceChange } from "../../review/plan-json";

/** A resource of a plan, changed or unchanged. */
export interface AccessResource {
  readonly type: string;
  /** The name of its block in the stack's JSON. A resource of a module, `count` or `for_each` has no block of its own. */
  readonly name: string;
  /** Its values in AWS. Undefined if it does not exist yet. */
  readonly before?: JsonObject;
  /** Whether it exists after the apply. True if it is only removed from the state. */
  readonly stays: boolean;
  readonly changes: boolean;
  /** Whether an argument or attribute stays the same, as far as the plan knows. One that neither side has does. */
  isSame(name: string): boolean;
}

/** An object that an interrupted replacement left for deletion. Its address now belongs to the new object. */
type Deposed = ResourceChange & { readonly deposed?: string };

/** All resources of a plan. */
export const accessResources = ({ resource_changes: all = [] }: PlanJson): AccessResource[] =>
  all.filter((each: Deposed) => each.mode === "managed" && each.deposed === undefined).map(accessResource);

function accessResource({ address, type, name, change }: ResourceChange): AccessResource {
  const { actions, before, after, after_unknown: unknown } = change;
  return {
    type,
    name: address === `${type}.${name}` ? name : address.replace(/[^\w-]+/g, "-"),
    before: isObject(before) ? before : undefined,
    stays: !actions.every((action) => action === "delete"),
    changes: !actions.every((action) => action === "no-op" || action === "read"),
    isSame: (key) =>
      isObject(before) && isObject(after) && isDeepStrictEqual(before[key], after[key]) && !isUnknown(unknown, key),
  };
}

/** Whether a value, or a part of it, is known only after apply. */
const isUnknown = (unknown: unknown, key: string): boolean =>
  unknown === true || (isObject(unknown) && hasMark(unknown[key]));

/** The block of a resource in the stack's JSON. */
export function blockOf(
  { json }: SynthesizedStack,
  { type, name }: Pick<AccessResource, "type" | "name">,
): JsonObject | undefined {
  return json.resource?.[type]?.[name];
}
