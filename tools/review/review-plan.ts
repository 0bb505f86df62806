import { countsOf, type PlannedResource, resourcesOf } from "./planned-resource";
import { attributeChanges, differences } from "./attribute-changes";
import { networkFindings } from "./network-findings";
import type { PlanJson } from "./plan-json";
import { protectionFindings } from "./protection-findings";
import type { ReviewedChange, StackReview } from "./review";
import { dataLossFindings } from "./stateful";

/**
 * What a plan comes to, for people: told without secrets, whether the plan is masked or not. Of a masked one, that a
 * secret changes is not seen; the rest is the same.
 */
export function reviewPlan(plan: PlanJson): StackReview {
  const { planned: resources, drifted } = resourcesOf(plan);
  const managed = (plan.resource_changes ?? []).filter(({ mode }) => mode !== "data");
  return {
    counts: countsOf(plan),
    destroysState: dataLossFindings(resources),
    networkOpened: networkFindings(resources),
    protectionLowered: protectionFindings(resources),
    changes: resources.flatMap(changesOf).sort((a, b) => (a.address < b.address ? -1 : a.address > b.address ? 1 : 0)),
    outputChanges: outputChangesOf(plan),
    drifted: [...new Set(drifted.filter(isDrift).map(({ address }) => address))].sort(), // prettier-ignore
    imported: managed.filter(({ change }) => change.importing).map(({ address }) => address),
    moved: managed.flatMap(({ address, previous_address: from }) =>
      from === undefined || from === address ? [] : [{ from, to: address }],
    ),
  };
}

function changesOf(resource: PlannedResource): readonly ReviewedChange[] {
  const { address, type, action } = resource;
  return action === "none" ? [] : [{ address, type, action, attributes: attributeChanges(resource) }];
}

/** Names of outputs whose value changes, is made or goes away. */
export function outputChangesOf({ output_changes: outputs = {} }: PlanJson): readonly string[] {
  return Object.keys(outputs).filter((name) => outputs[name]?.actions.some((action) => action !== "no-op")).sort(); // prettier-ignore
}

/**
 * Terraform calls drift whatever AWS says since the last apply: also what that apply itself brought about, as a rule
 * that shows up in its security group, and times and addresses that go on by themselves. Somebody changed what somebody
 * wrote.
 */
function isDrift({ action, before, after, isConfigured }: PlannedResource): boolean {
  if (action === "destroy") return true;
  return after
    .parts()
    .some(
      ([attribute, will]) => isConfigured(attribute) && differences(before.at(attribute), will, attribute).length > 0,
    );
}
