import type { PlannedResource } from "../planned-resource";
import type { Finding } from "../review";
import { ABSENT } from "../value";
import type { Identities } from "./identities";

interface Connection {
  /** The attributes that name what is connected: a change of one of them is another connection. */
  readonly ends: readonly string[];
  readonly message: (end: (attribute: string) => string) => string;
}

/** Resources whose existence connects a network with another one. */
const CONNECTIONS: Readonly<Record<string, Connection>> = {
  aws_internet_gateway: { ends: ["vpc_id"], message: (end) => `gives ${end("vpc_id")} a gateway to the internet` },
  aws_internet_gateway_attachment: {
    ends: ["vpc_id", "internet_gateway_id"],
    message: (end) => `gives ${end("vpc_id")} a gateway to the internet`,
  },
  aws_egress_only_internet_gateway: {
    ends: ["vpc_id"],
    message: (end) => `gives ${end("vpc_id")} a gateway out to the internet, for IPv6`,
  },
  aws_nat_gateway: {
    ends: ["subnet_id"],
    message: (end) => `creates a NAT gateway in ${end("subnet_id")}`,
  },
  aws_vpc_peering_connection: {
    ends: ["vpc_id", "peer_vpc_id"],
    message: (end) => `joins ${end("vpc_id")} with ${end("peer_vpc_id")}`,
  },
  aws_vpc_peering_connection_accepter: {
    ends: ["vpc_peering_connection_id"],
    message: (end) => `accepts the peering ${end("vpc_peering_connection_id")}`,
  },
  aws_ec2_transit_gateway_vpc_attachment: {
    ends: ["vpc_id", "transit_gateway_id", "subnet_ids"],
    message: (end) => `joins ${end("vpc_id")} to ${end("transit_gateway_id")}`,
  },
  aws_ec2_transit_gateway_peering_attachment: {
    ends: ["transit_gateway_id", "peer_transit_gateway_id"],
    message: (end) => `joins ${end("transit_gateway_id")} with ${end("peer_transit_gateway_id")}`,
  },
  aws_networkmanager_vpc_attachment: {
    ends: ["vpc_arn", "core_network_id", "subnet_arns"],
    message: (end) => `joins ${end("vpc_arn")} to ${end("core_network_id")}`,
  },
  aws_vpn_gateway: { ends: ["vpc_id"], message: (end) => `gives ${end("vpc_id")} a VPN gateway` },
  aws_vpn_gateway_attachment: {
    ends: ["vpc_id", "vpn_gateway_id"],
    message: (end) => `gives ${end("vpc_id")} a VPN gateway`,
  },
  aws_vpn_gateway_route_propagation: {
    ends: ["route_table_id", "vpn_gateway_id"],
    message: (end) => `gives ${end("route_table_id")} all routes that ${end("vpn_gateway_id")} learns`,
  },
  aws_vpn_connection: {
    ends: ["customer_gateway_id", "vpn_gateway_id", "transit_gateway_id"],
    message: (end) => `creates a VPN connection to ${end("customer_gateway_id")}`,
  },
  aws_ec2_client_vpn_endpoint: { ends: ["client_cidr_block"], message: () => "allows VPN clients to connect" },
  aws_ec2_client_vpn_network_association: {
    ends: ["subnet_id"],
    message: (end) => `allows VPN clients into ${end("subnet_id")}`,
  },
  aws_dx_gateway_association: {
    ends: ["dx_gateway_id", "associated_gateway_id"],
    message: (end) => `joins ${end("associated_gateway_id")} to ${end("dx_gateway_id")} (Direct Connect)`,
  },
  aws_vpc_endpoint: {
    ends: ["vpc_id", "service_name", "subnet_ids", "route_table_ids"],
    message: (end) => `connects ${end("vpc_id")} to ${end("service_name")}`,
  },
  aws_vpc_endpoint_route_table_association: {
    ends: ["route_table_id", "vpc_endpoint_id"],
    message: (end) => `lets the subnets of ${end("route_table_id")} reach ${end("vpc_endpoint_id")}`,
  },
  aws_vpc_endpoint_subnet_association: {
    ends: ["subnet_id", "vpc_endpoint_id"],
    message: (end) => `lets ${end("subnet_id")} reach ${end("vpc_endpoint_id")}`,
  },
  aws_vpc_endpoint_service: {
    ends: ["network_load_balancer_arns", "gateway_load_balancer_arns"],
    message: () => "offers a service to other VPCs",
  },
  aws_eip: { ends: ["instance", "network_interface"], message: () => "reserves a public address" },
  aws_eip_association: {
    ends: ["instance_id", "network_interface_id", "allocation_id"],
    message: (end) => `gives ${end("instance_id")} a public address`,
  },
};

/** Connections that are created or extended. One that the same plan removes at another address is not new. */
export function openedConnections(resources: readonly PlannedResource[], identities: Identities): readonly Finding[] {
  const ends = (resource: PlannedResource, side: "before" | "after") => endsOf(resource, side, identities);
  const destroyed = resources.filter(({ action }) => action === "destroy");
  const created = new Set(resources.filter(({ action }) => action === "create").map(({ address }) => address));
  const isKnown = (resource: PlannedResource): boolean => {
    const isCreated = resource.action === "create";
    const found = isCreated ? destroyed.filter(({ type }) => type === resource.type) : [resource];
    const after = ends(resource, "after");
    // Two resources that connect nothing yet are not the same connection.
    if (isCreated && after.every((keys) => keys.length === 0)) return false;
    // If endpoint and table are both new, the finding of the endpoint covers it.
    if (isCreated && resource.type.startsWith("aws_vpc_endpoint_") && after.flat().every((key) => created.has(key)))
      return true;
    return found.some((each) =>
      ends(each, "before").every((keys, index) => after[index]?.every((key) => keys.includes(key))),
    );
  };
  return resources
    .filter(({ action }) => action === "create" || action === "update" || action === "replace")
    .flatMap((resource) => {
      const connection = CONNECTIONS[resource.type];
      if (!connection || isKnown(resource)) return [];
      const end = (attribute: string) => {
        const { label } = identities.of(resource, attribute, resource.after.at(attribute));
        return label === ABSENT || label === '""' ? "something" : label;
      };
      return [{ address: resource.address, message: connection.message(end) }];
    });
}

/** What a resource connects, in the order of the ends of its type. */
function endsOf(
  resource: PlannedResource,
  side: "before" | "after",
  identities: Identities,
): readonly (readonly string[])[] {
  return (CONNECTIONS[resource.type]?.ends ?? []).map((attribute) => {
    const value = resource[side].at(attribute);
    // An unknown value that the code does not set is filled in by the provider: nothing new.
    if (value.isUnknown && !resource.isConfigured(attribute)) return [];
    return value.elements().map((each) => identities.of(resource, attribute, each).key);
  });
}
