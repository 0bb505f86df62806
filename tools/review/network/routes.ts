import type { PlannedResource } from "../planned-resource";
import type { Matter } from "../review";
import type { Value } from "../value";
import { type Box, type Span, without } from "./box";
import type { Identities, Identity } from "./identities";
import { everyIpv4, everyIpv6, named, type Network, networkOf } from "./networks";

/** Where a route table sends some addresses: out of the VPC. */
export interface Route {
  readonly address: string;
  readonly table: Identity;
  /** Table, space and target: routes are compared with those to the same place. */
  readonly way: string;
  readonly addresses: Span;
  readonly words: string;
}

/** Attributes that name a target, with what it is; of the first that is set the others are copies. */
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

/** Routes out of VPCs that a resource holds. */
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
      // The provider fills in some of them: not known yet says nothing where nobody writes it.
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
  const { key, words } = identities.of(resource, configuredAs(attribute), values.at(attribute));
  if (key === "local") return [];
  const kind =
    attribute === "gateway_id" ? (GATEWAYS.find(([sign]) => sign.test(words) || sign.test(key))?.[1] ?? what) : what;
  return destinationsOf(values, resource, configuredAs).map(({ space, addresses, words: destination }) => ({
    ...{ address: resource.address, table, addresses },
    way: `${table.key} ${space} ${key}`,
    words: `routes ${destination} of ${table.words} to ${kind} ${words}`,
  }));
}

function destinationsOf(
  values: Value,
  resource: PlannedResource,
  configuredAs: (attribute: string) => string,
): readonly (Network & { readonly words: string })[] {
  if (values.isUnknown) return [{ ...everyIpv4(), words: values.words }];
  const read = (attributes: readonly string[], network: (value: Value) => Network) =>
    attributes.flatMap((attribute) => {
      const value = values.at(attribute);
      const isMeant = value.text !== undefined || (value.isUnknown && resource.isConfigured(configuredAs(attribute)));
      return isMeant ? [{ ...network(value), words: value.words }] : [];
    });
  const known = (every: Network) => (value: Value) => (value.text === undefined ? every : networkOf(value.text));
  return [
    ...read(["destination_cidr_block", "cidr_block"], known(everyIpv4())),
    ...read(["destination_ipv6_cidr_block", "ipv6_cidr_block"], known(everyIpv6())),
    ...read(["destination_prefix_list_id"], (value) => named(`prefix list ${value.text ?? resource.address}`)),
  ];
}

/** Routes that lead where no route of the same table to the same place led. */
export function openedRoutes(before: readonly Route[], after: readonly Route[]): readonly Matter[] {
  const box = ({ addresses }: Route): Box => ({ ports: { first: 0n, last: 0n }, addresses });
  return after.filter((route) => {
    const same = before.filter(({ way }) => way === route.way);
    return without([box(route)], same.map(box)).length > 0;
  });
}
