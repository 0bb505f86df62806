import type { PlannedResource } from "../planned-resource";
import type { Matter } from "../review";
import { ABSENT } from "../value";
import type { Identities } from "./identities";

interface Way {
  /** What joins what: a change of one of these makes another way. */
  readonly ends: readonly string[];
  readonly words: (end: (attribute: string) => string) => string;
}

/** Resources that are a way into a network or out of it by being there. */
const WAYS: Readonly<Record<string, Way>> = {
  aws_internet_gateway: { ends: ["vpc_id"], words: (end) => `gives ${end("vpc_id")} a gateway to the internet` },
  aws_internet_gateway_attachment: {
    ends: ["vpc_id", "internet_gateway_id"],
    words: (end) => `gives ${end("vpc_id")} a gateway to the internet`,
  },
  aws_egress_only_internet_gateway: {
    ends: ["vpc_id"],
    words: (end) => `gives ${end("vpc_id")} a gateway out to the internet, for IPv6`,
  },
  aws_nat_gateway: {
    ends: ["subnet_id"],
    words: (end) => `makes a way out through a NAT gateway in ${end("subnet_id")}`,
  },
  aws_vpc_peering_connection: {
    ends: ["vpc_id", "peer_vpc_id"],
    words: (end) => `joins ${end("vpc_id")} with ${end("peer_vpc_id")}`,
  },
  aws_vpc_peering_connection_accepter: {
    ends: ["vpc_peering_connection_id"],
    words: (end) => `accepts the peering ${end("vpc_peering_connection_id")}`,
  },
  aws_ec2_transit_gateway_vpc_attachment: {
    ends: ["vpc_id", "transit_gateway_id", "subnet_ids"],
    words: (end) => `joins ${end("vpc_id")} to ${end("transit_gateway_id")}`,
  },
  aws_ec2_transit_gateway_peering_attachment: {
    ends: ["transit_gateway_id", "peer_transit_gateway_id"],
    words: (end) => `joins ${end("transit_gateway_id")} with ${end("peer_transit_gateway_id")}`,
  },
  aws_networkmanager_vpc_attachment: {
    ends: ["vpc_arn", "core_network_id", "subnet_arns"],
    words: (end) => `joins ${end("vpc_arn")} to ${end("core_network_id")}`,
  },
  aws_vpn_gateway: { ends: ["vpc_id"], words: (end) => `gives ${end("vpc_id")} a VPN gateway` },
  aws_vpn_gateway_attachment: {
    ends: ["vpc_id", "vpn_gateway_id"],
    words: (end) => `gives ${end("vpc_id")} a VPN gateway`,
  },
  aws_vpn_gateway_route_propagation: {
    ends: ["route_table_id", "vpn_gateway_id"],
    words: (end) => `gives ${end("route_table_id")} whatever routes ${end("vpn_gateway_id")} learns`,
  },
  aws_vpn_connection: {
    ends: ["customer_gateway_id", "vpn_gateway_id", "transit_gateway_id"],
    words: (end) => `makes a VPN connection to ${end("customer_gateway_id")}`,
  },
  aws_ec2_client_vpn_endpoint: { ends: ["client_cidr_block"], words: () => "lets clients in by VPN" },
  aws_ec2_client_vpn_network_association: {
    ends: ["subnet_id"],
    words: (end) => `lets VPN clients into ${end("subnet_id")}`,
  },
  aws_dx_gateway_association: {
    ends: ["dx_gateway_id", "associated_gateway_id"],
    words: (end) => `joins ${end("associated_gateway_id")} to ${end("dx_gateway_id")} (Direct Connect)`,
  },
  aws_vpc_endpoint: {
    ends: ["vpc_id", "service_name", "subnet_ids", "route_table_ids"],
    words: (end) => `makes a way from ${end("vpc_id")} to ${end("service_name")}`,
  },
  aws_vpc_endpoint_route_table_association: {
    ends: ["route_table_id", "vpc_endpoint_id"],
    words: (end) => `lets the subnets of ${end("route_table_id")} reach ${end("vpc_endpoint_id")}`,
  },
  aws_vpc_endpoint_subnet_association: {
    ends: ["subnet_id", "vpc_endpoint_id"],
    words: (end) => `lets ${end("subnet_id")} reach ${end("vpc_endpoint_id")}`,
  },
  aws_vpc_endpoint_service: {
    ends: ["network_load_balancer_arns", "gateway_load_balancer_arns"],
    words: () => "offers a service to other VPCs",
  },
  aws_eip: { ends: ["instance", "network_interface"], words: () => "reserves a public address" },
  aws_eip_association: {
    ends: ["instance_id", "network_interface_id", "allocation_id"],
    words: (end) => `gives ${end("instance_id")} a public address`,
  },
};

/**
 * Ways that are made, or that lead further than before. One that the same plan takes away at another address is none.
 */
export function openedWays(resources: readonly PlannedResource[], identities: Identities): readonly Matter[] {
  const ends = (resource: PlannedResource, side: "before" | "after") => endsOf(resource, side, identities);
  const gone = resources.filter(({ action }) => action === "destroy");
  const made = new Set(resources.filter(({ action }) => action === "create").map(({ address }) => address));
  const isTold = (resource: PlannedResource): boolean => {
    const isCreated = resource.action === "create";
    const found = isCreated ? gone.filter(({ type }) => type === resource.type) : [resource];
    const after = ends(resource, "after");
    // Two that join nothing yet have nothing in common by that.
    if (isCreated && after.every((keys) => keys.length === 0)) return false;
    // Between an endpoint and a table that are both new, the endpoint tells it.
    if (isCreated && resource.type.startsWith("aws_vpc_endpoint_") && after.flat().every((key) => made.has(key)))
      return true;
    return found.some((each) =>
      ends(each, "before").every((keys, index) => after[index]?.every((key) => keys.includes(key))),
    );
  };
  return resources
    .filter(({ action }) => action === "create" || action === "update" || action === "replace")
    .flatMap((resource) => {
      const way = WAYS[resource.type];
      if (!way || isTold(resource)) return [];
      const end = (attribute: string) => {
        const { words } = identities.of(resource, attribute, resource.after.at(attribute));
        return words === ABSENT || words === '""' ? "something" : words;
      };
      return [{ address: resource.address, words: way.words(end) }];
    });
}

/** What a way joins, by the order of its type's ends. */
function endsOf(
  resource: PlannedResource,
  side: "before" | "after",
  identities: Identities,
): readonly (readonly string[])[] {
  return (WAYS[resource.type]?.ends ?? []).map((attribute) => {
    const value = resource[side].at(attribute);
    // What nobody writes the provider fills in: not known yet, it is nothing new.
    if (value.isUnknown && !resource.isConfigured(attribute)) return [];
    return value.elements().map((each) => identities.of(resource, attribute, each).key);
  });
}
