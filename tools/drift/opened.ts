import { Configuration } from "../review/configuration";
import { objectOf } from "../support/json";
import { networkOpened } from "../review/network-opened";
import { plannedResources } from "../review/planned-resource";
import type { PlanJson, ResourceChange } from "../review/plan-json";
import type { Matter } from "../review/review";

/**
 * Attributes in which AWS tells all rules or routes, whichever resource makes them, where the code does not write them
 * there.
 */
const GATHERED: Readonly<Record<string, readonly string[]>> = {
  aws_security_group: ["ingress", "egress"],
  aws_default_security_group: ["ingress", "egress"],
  aws_network_acl: ["ingress", "egress"],
  aws_default_network_acl: ["ingress", "egress"],
  aws_route_table: ["route"],
  aws_default_route_table: ["route"],
};

export function isGathered(type: string, attribute: string): boolean {
  return GATHERED[type]?.includes(attribute) === true;
}

/**
 * Rules and routes in AWS that nothing in the stack makes: what a plan would open that went from what the stack's
 * resources let through to what AWS does. Decided for every port and address, whatever the state says.
 */
export function openedBeside(plan: PlanJson): readonly Matter[] {
  const configuration = new Configuration(plan.configuration);
  const changes = (plan.resource_changes ?? []).flatMap((each) => asOpening(each, configuration));
  const gathering = new Set(
    changes.filter(({ change }) => change.actions[0] === "update").map(({ address }) => address),
  );
  const opening: PlanJson = { ...plan, resource_changes: changes, resource_drift: [] };
  return networkOpened(plannedResources(opening)).filter(({ address }) => gathering.has(address));
}

/** What is in AWS, without what is only gathered there, becomes what is in AWS. */
function asOpening(each: ResourceChange, configuration: Configuration): readonly ResourceChange[] {
  const { mode, type, address, change } = each;
  const { before, before_sensitive, actions } = change;
  if (mode === "data" || before === null || before === undefined || actions.includes("forget")) return [];
  const gathered = (GATHERED[type] ?? []).filter((attribute) => !configuration.names(address, attribute));
  const left = { ...objectOf(before), ...Object.fromEntries(gathered.map((attribute) => [attribute, []])) };
  const marks = { before_sensitive, after_sensitive: before_sensitive, after_unknown: {} };
  return [
    { ...each, change: { actions: [gathered.length > 0 ? "update" : "no-op"], before: left, after: before, ...marks } },
  ];
}
