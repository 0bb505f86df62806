import { groupedBy } from "../support/order";
import { counted } from "../support/text";
import { differences } from "./attribute-changes";
import type { PlannedResource, PlanResources } from "./planned-resource";
import type { Finding } from "./review";
import { displayPair, type ValueDifference } from "./value";

/** Of more differences of one attribute than this, the first are shown. */
const MOST_SHOWN = 3;

/** What was changed outside of Terraform: what the state had, what AWS has, and what the plan does with it. */
export function driftFindings({ planned, drifted }: PlanResources): readonly Finding[] {
  const byAddress = new Map(planned.map((resource) => [resource.address, resource]));
  const found = drifted.flatMap((drift) => {
    const messages = messagesOf(drift, byAddress.get(drift.address));
    return messages.length > 0 ? [{ address: drift.address, message: messages.join("; ") }] : [];
  });
  return [...groupedBy(found, ({ address }) => address)]
    .sort(([one], [other]) => (one < other ? -1 : 1))
    .flatMap(([, same]) => same.slice(0, 1));
}

function messagesOf(drift: PlannedResource, plan: PlannedResource | undefined): readonly string[] {
  if (drift.action === "destroy") {
    const isCreated = plan?.action === "create";
    return [`deleted in AWS: this plan ${isCreated ? "creates it again" : "removes it from the state"}`];
  }
  return drift.after.parts().flatMap(([attribute]) => {
    const found = driftOf(drift, attribute);
    if (found.length === 0) return [];
    const shown = found.slice(0, MOST_SHOWN).map(({ path, before, after }) => {
      const pair = displayPair(before, after);
      return `${path} is ${pair.after} in AWS, was ${pair.before} in the state`;
    });
    const more = found.length > MOST_SHOWN ? `, and ${counted(found.length - MOST_SHOWN, "more difference")}` : "";
    return [`${shown.join(", ")}${more}: this plan ${effectOn(attribute, drift, plan)}`];
  });
}

/**
 * Whether drift is a change of an attribute that the code sets. Terraform also reports side effects of the last apply
 * as drift, such as a rule that appears in its security group, and times and addresses that change by themselves. If
 * the provider's default tags change, it reads the old ones as tags of the resource: `tags_all` has what AWS has.
 */
function driftOf({ before, after, isConfigured }: PlannedResource, attribute: string): readonly ValueDifference[] {
  // The provider reads a number that the code leaves out as 0.
  const isFilledIn = ({ before: was, after: will }: ValueDifference) =>
    was.isEmpty && (will.raw === 0 || will.raw === false);
  const differing = (name: string) =>
    differences(before.at(name), after.at(name), name).filter((each) => !isFilledIn(each));
  const isReadOnly = attribute === "tags" && !after.at("tags_all").isEmpty && differing("tags_all").length === 0;
  return isConfigured(attribute) && !isReadOnly ? differing(attribute) : [];
}

function effectOn(attribute: string, { before: state }: PlannedResource, plan: PlannedResource | undefined): string {
  switch (plan?.action) {
    case "replace":
      return "replaces the resource";
    case "destroy":
      return "destroys the resource";
    case "forget":
      return "removes it from the state";
    case "update": {
      const [inAws, will] = [plan.before.at(attribute), plan.after.at(attribute)];
      if (will.hasUnknown) return "changes it";
      if (differences(inAws, will, attribute).length === 0) return "leaves it as it is in AWS";
      const isBack = differences(state.at(attribute), will, attribute).length === 0;
      return isBack ? "sets it back" : `sets it to ${displayPair(inAws, will).after}`;
    }
    default:
      return "leaves it as it is in AWS";
  }
}
