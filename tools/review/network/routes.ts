import type { PlannedResource } from "../planned-resource";
import type { Finding } from "../review";
import type { Value } from "../value";
import {
  type Box,
  type Span,
  subtractBoxes,
  everyIpv4,
  everyIpv6,
  namedRange,
  type AddressRange,
  rangeOf,
} from "./ranges";
import type { Identities, Identity } from "./identities";

/** A route out of the VPC for some addresses. */
export interface Route {
  readonly address: string;
  readonly table: Identity;
  /** Table, space and target: a route is compared with the routes of the same key. */
  readonly key: string;
  readonly addresses: Span;
  readonly message: string;
}

/** Attributes that name a target, with its kind. The first that is set counts; the others are copies of it. */
const TARGETS: readonly (readonly [attribute: string, what: string])[] = [
  ["gateway_id", "the gateway"],
  ["nat_gateway_id", "the NAT gateway"],
  ["egress_only_gateway_id", "the egress-only internet gateway"],
  ["vpc_peering_connection_id", "the peering connection"],
  ["transit_gateway_id", "the transit gateway"],
  ["core_network_arn", "the core network"],
  ["carrier_gateway_id", "the carrier gateway"],
  ["local_gateway_id", "the local gateway"],
  ["vpc_endpoint_id", "the endpoint"],
  ["instance_id", "the instance"],
  ["network_interface_id", "the network interface"],
];

const GATEWAYS: readonly (readonly [sign: RegExp, what: string])[] = [
  [/^(igw-|aws_internet_gateway\.)/, "the internet gateway"],
  [/^(vgw-|aws_vpn_gateway\.)/, "the VPN gateway"],
  [/^(vpce-|aws_vpc_endpoint\.)/, "the endpoint"],
];

/** The routes out of VPCs in a resource. */
export function routesOf(
  resource: PlannedResource,
  side: "before" | "after",
  identities: Identities,
): readonly Route[] {
  const values = resource[side];
  if (values.raw === null || values.raw === undefined) return [];
  if (resource.type === "aws_route") {
    const table = identities.of(resource, "route_table_id", values.at("route_table_id"));
    const target = TARGETS.find(([attribute]) => {
      const value = values.at(attribute);
      // The provider fills in some of them: an unknown value that the code does not set means nothing.
      return value.text !== undefined || (value.isUnknown && resource.isConfigured(attribute));
    });
    return route(resource, table, values, target, (attribute) => attribute, identities);
  }
  if (resource.type !== "aws_route_table" && resource.type !== "aws_default_route_table") return [];
  const routes = values.at("route");
  if (routes.isUnknown && !resource.isConfigured("route")) return [];
  return routes.elements().flatMap((each) => {
    const target = TARGETS.find(([attribute]) => each.at(attribute).text !== undefined || each.at(attribute).isUnknown);
    return route(resource, identities.self(resource), each, target, () => "route", identities);
  });
}

function route(
  resource: PlannedResource,
  table: Identity,
  values: Value,
  target: readonly [attribute: string, what: string] | undefined,
  configuredAs: (attribute: string) => string,
  identities: Identities,
): readonly Route[] {
  if (target === undefined) return [];
  const [attribute, what] = target;
  const { key, label } = identities.of(resource, configuredAs(attribute), values.at(attribute));
  if (key === "local") return [];
  const kind =
    attribute === "gateway_id" ? (GATEWAYS.find(([sign]) => sign.test(label) || sign.test(key))?.[1] ?? what) : what;
  return destinationsOf(values, resource, configuredAs).map(({ space, addresses, label: destination }) => ({
    ...{ address: resource.address, table, addresses },
    key: `${table.key} ${space} ${key}`,
    message: `routes ${destination} of ${table.label} to ${kind} ${label}`,
  }));
}

function destinationsOf(
  values: Value,
  resource: PlannedResource,
  configuredAs: (attribute: string) => string,
): readonly (AddressRange & { readonly label: string })[] {
  if (values.isUnknown) return [{ ...everyIpv4(), label: values.display }];
  const read = (attributes: readonly string[], network: (value: Value) => AddressRange) =>
    attributes.flatMap((attribute) => {
      const value = values.at(attribute);
      const isMeant = value.text !== undefined || (value.isUnknown && resource.isConfigured(configuredAs(attribute)));
      return isMeant ? [{ ...network(value), label: value.display }] : [];
    });
  const known = (every: AddressRange) => (value: Value) => (value.text === undefined ? every : rangeOf(value.text));
  return [
    ...read(["destination_cidr_block", "cidr_block"], known(everyIpv4())),
    ...read(["destination_ipv6_cidr_block", "ipv6_cidr_block"], known(everyIpv6())),
    ...read(["destination_prefix_list_id"], (value) => namedRange(`prefix list ${value.text ?? resource.address}`)),
  ];
}

/** Routes that cover addresses which no route of the same table to the same target covered before. */
export function openedRoutes(before: readonly Route[], after: readonly Route[]): readonly Finding[] {
  const box = ({ addresses }: Route): Box => ({ ports: { first: 0n, last: 0n }, addresses });
  return after.filter((route) => {
    const same = before.filter(({ key }) => key === route.key);
    return subtractBoxes([box(route)], same.map(box)).length > 0;
  });
}

/**
 * Routes out of imported tables that the code does not have. A private subnet may have a way to the internet so.
 *
 * @param routes after the plan
 */
export function keptRoutes(resources: readonly PlannedResource[], routes: readonly Route[]): readonly Finding[] {
  const tables = resources.filter(({ type, isImported, isConfigured }) => isImported && /^aws_(default_)?route_table$/.test(type) && !isConfigured("route")); // prettier-ignore
  const addresses = new Set(tables.map(({ address }) => address));
  const [kept, own] = [true, false].map((is) => routes.filter(({ address }) => addresses.has(address) === is));
  return openedRoutes(own ?? [], kept ?? []).map(({ address, message }) => ({
    ...{ address, message: `${message}: the import keeps the route, which the code does not have` },
  }));
}

/** What is associated with a route table, by type of the association. */
const JOINED: Readonly<Record<string, readonly string[]>> = {
  aws_route_table_association: ["subnet_id", "gateway_id"],
  aws_main_route_table_association: ["vpc_id"],
};

interface Association {
  readonly resource: PlannedResource;
  readonly joined: string;
  readonly joinedLabel: string;
  readonly table: string;
  readonly tableLabel: string;
}

/**
 * Subnets that get another route table with a route out of the VPC. If subnet and table are both new, the routes of the
 * table are the finding. A table outside the plan is assumed to have such a route.
 */
export function openedAssociations(
  resources: readonly PlannedResource[],
  routes: readonly Route[],
  identities: Identities,
): readonly Finding[] {
  const before = new Set(
    resources
      .flatMap((each) => associationsOf(each, "before", identities))
      .map(({ joined, table }) => `${joined} ${table}`),
  );
  const isCreated = (key: string): boolean => resources.find(({ address }) => address === key)?.action === "create";
  const isInPlan = (key: string): boolean => resources.some(({ address }) => address === key);
  return resources
    .filter(({ action }) => action !== "none" && action !== "forget")
    .flatMap((each) => associationsOf(each, "after", identities))
    .filter(({ joined, table }) => !before.has(`${joined} ${table}`) && !(isCreated(joined) && isCreated(table)))
    .filter(({ table }) => !isInPlan(table) || routes.some((route) => route.table.key === table))
    .map(({ resource, joinedLabel, tableLabel }) => ({
      address: resource.address,
      message: `gives ${joinedLabel} the routes of ${tableLabel}`,
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
    return [{ resource, joined: joined.key, joinedLabel: joined.label, table: table.key, tableLabel: table.label }];
  });
}
