import type { PlannedResource } from "../planned-resource";
import type { Matter } from "../review";
import type { Identities } from "./identities";
import type { Route } from "./routes";

/** What is joined to a route table, by type of the association. */
const JOINED: Readonly<Record<string, readonly string[]>> = {
  aws_route_table_association: ["subnet_id", "gateway_id"],
  aws_main_route_table_association: ["vpc_id"],
};

interface Association {
  readonly resource: PlannedResource;
  readonly joined: string;
  readonly joinedWords: string;
  readonly table: string;
  readonly tableWords: string;
}

/**
 * Subnets that get another route table, one with a way out. Not told where subnet and table are both new: then the
 * table's routes tell it. Of a table that the plan does not hold nothing is known, and a way out is assumed.
 */
export function openedAssociations(
  resources: readonly PlannedResource[],
  routes: readonly Route[],
  identities: Identities,
): readonly Matter[] {
  const before = new Set(
    resources
      .flatMap((each) => associationsOf(each, "before", identities))
      .map(({ joined, table }) => `${joined} ${table}`),
  );
  const isMade = (key: string): boolean => resources.find(({ address }) => address === key)?.action === "create";
  const isInPlan = (key: string): boolean => resources.some(({ address }) => address === key);
  return resources
    .filter(({ action }) => action !== "none" && action !== "forget")
    .flatMap((each) => associationsOf(each, "after", identities))
    .filter(({ joined, table }) => !before.has(`${joined} ${table}`) && !(isMade(joined) && isMade(table)))
    .filter(({ table }) => !isInPlan(table) || routes.some((route) => route.table.key === table))
    .map(({ resource, joinedWords, tableWords }) => ({
      address: resource.address,
      words: `gives ${joinedWords} the routes of ${tableWords}`,
    }));
}

function associationsOf(
  resource: PlannedResource,
  side: "before" | "after",
  identities: Identities,
): readonly Association[] {
  const values = resource[side];
  return (JOINED[resource.type] ?? []).flatMap((attribute) => {
    const value = values.at(attribute);
    if (value.text === undefined && !(value.isUnknown && resource.isConfigured(attribute))) return [];
    const joined = identities.of(resource, attribute, value);
    const table = identities.of(resource, "route_table_id", values.at("route_table_id"));
    return [{ resource, joined: joined.key, joinedWords: joined.words, table: table.key, tableWords: table.words }];
  });
}
