import { isDeepStrictEqual } from "node:util";
import type { SynthesizedStack } from "../../synth/synthesized";
import { isMarked, isObject, type JsonObject } from "../../support/json";
import type { PlanJson, ResourceChange } from "../../review/plan-json";

/** A resource of a plan, that changes or not. */
export interface AccessResource {
  readonly type: string;
  /** Of its block in the stack's JSON. One of a module, of `count` or `for_each` has a name that no block has. */
  readonly name: string;
  /** What AWS has; undefined where it is not there yet. */
  readonly before?: JsonObject;
  /** Whether it is there afterwards. One that is only forgotten is: AWS has it as before. */
  readonly stays: boolean;
  readonly changes: boolean;
  /**
   * Whether an argument or attribute is the same afterwards, as far as the plan knows. What neither side has is the
   * same.
   */
  isSame(name: string): boolean;
}

/** An object that a replacement has left behind, and that is to be deleted: the address is another one's by now. */
type Deposed = ResourceChange & { readonly deposed?: string };

/** All resources of a plan. */
export function accessResources({ resource_changes: all = [] }: PlanJson): AccessResource[] {
  return all.filter((each: Deposed) => each.mode === "managed" && each.deposed === undefined).map(accessResource);
}

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

/** Whether a value, or something in it, is known only after apply. */
function isUnknown(unknown: unknown, key: string): boolean {
  return unknown === true || (isObject(unknown) && isMarked(unknown[key]));
}

/** How the stack's JSON writes it. */
export function blockOf(
  { json }: SynthesizedStack,
  { type, name }: Pick<AccessResource, "type" | "name">,
): JsonObject | undefined {
  return json.resource?.[type]?.[name];
}
