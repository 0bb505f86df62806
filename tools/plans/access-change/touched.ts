import { Problems } from "../../access/read/problems";
import { StackScope } from "../../access/read/resolver";
import type { SynthesizedStack } from "../../synth/synthesized";
import { READ, tellUnread } from "../../access/read/unread";
import type { PlannedResource } from "./planned-resources";
import { valuesNow } from "./values-now";
import { withResources } from "./with-resources";

/**
 * Whether a plan changes anything that says who may do what. It takes no time: nothing is resolved that need not be.
 */
export function touchesAccess(stack: SynthesizedStack, planned: readonly PlannedResource[]): boolean {
  const changed = planned.filter(({ changes }) => changes);
  return changed.length > 0 && (changed.some(({ type }) => READ.has(type)) || saysWhatIsNotRead(stack, changed));
}

/**
 * A permission of a function, a public bucket, a policy where none is read: whoever reads the access of all will say
 * that it can't be told.
 */
function saysWhatIsNotRead(stack: SynthesizedStack, changed: readonly PlannedResource[]): boolean {
  const { resource = {}, ...json } = stack.json;
  const place = (each: PlannedResource) => ({
    values: resource[each.type]?.[each.name] ?? valuesNow(each, undefined, changed),
  });
  const problems = new Problems();
  tellUnread(
    [new StackScope(withResources({ ...stack, json, absent: resource }, changed, place), new Map())],
    problems,
  );
  return problems.any;
}
