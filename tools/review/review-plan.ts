import { sortedBy } from "../support/order";
import { driftFindings } from "./drifted";
import { countsOf, type PlannedResource, resourcesOf } from "./planned-resource";
import { pendingChanges, refusedChanges } from "./database-changes";
import { attributeChanges } from "./attribute-changes";
import { accessLosses } from "./access-losses";
import { IdentityNames } from "./people/identity-names";
import { networkFindings, networkLosses } from "./network-findings";
import { groupsInUse, peopleLosses } from "./people-losses";
import type { PlanJson } from "./plan-json";
import { protectionFindings } from "./protection-findings";
import { refusedImports, replacements } from "./replacements";
import { takenNames } from "./taken-names";
import type { Finding, ReviewedChange, StackReview } from "./review";
import { dataLossFindings } from "./stateful";

/**
 * Reviews a plan for people, without secrets, whether the plan is masked or not. In a masked plan a change of a secret
 * is invisible; the rest is the same.
 *
 * @param groupNames names of security groups in other stacks, by id. @default none
 */
export function reviewPlan(plan: PlanJson, groupNames?: ReadonlyMap<string, string>): StackReview {
  const read = resourcesOf(plan);
  const { planned: resources } = read;
  const names = new IdentityNames(plan);
  const managed = (plan.resource_changes ?? []).filter(({ mode }) => mode !== "data");
  const refusedAdoption = refusedImports(resources);
  const isRefused = ({ address }: Finding) => refusedAdoption.some((each) => each.address === address);
  return {
    counts: countsOf(plan),
    destroysState: dataLossFindings(resources),
    refused: [
      ...refusedAdoption,
      ...refusedChanges(resources),
      ...takenNames(resources),
      ...groupsInUse(resources, names),
    ],
    networkOpened: networkFindings(resources, groupNames),
    protectionLowered: protectionFindings(resources),
    accessLost: [...accessLosses(resources), ...peopleLosses(resources, names)],
    networkLost: networkLosses(resources, groupNames),
    replaced: replacements(resources).filter((finding) => !isRefused(finding)),
    pending: pendingChanges(resources).map(({ address, message }) => ({ address, message })),
    changes: sortedBy(resources.flatMap(changesOf), ({ address }) => address),
    outputChanges: outputChangesOf(plan),
    drifted: driftFindings(read),
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

/** Names of outputs that are created, changed or removed. */
export function outputChangesOf({ output_changes: outputs = {} }: PlanJson): readonly string[] {
  return Object.keys(outputs).filter((name) => outputs[name]?.actions.some((action) => action !== "no-op")).sort(); // prettier-ignore
}
