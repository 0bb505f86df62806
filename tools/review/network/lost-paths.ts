import { lowerAttributes, off, on, type AttributeRule } from "../attribute-rule";
import type { PlannedResource } from "../planned-resource";
import type { Finding } from "../review";
import { openedConnections } from "./connections";
import type { Identities } from "./identities";
import { networkAclRules } from "./network-acls";
import { openedPrefixLists } from "./prefix-lists";
import { openedAssociations, openedRoutes, type Route, routesOf } from "./routes";
import { everyIpv4, everyIpv6 } from "./ranges";
import { openedRules, type NetworkRule } from "./rule";
import { GROUP_LISTS, securityGroupRules } from "./security-groups";

const LOAD_BALANCERS = ["aws_lb", "aws_alb", "aws_elb"];

/** Attributes by which something is reached. */
const REACHED: readonly AttributeRule[] = [
  on("publicly_accessible", "is no longer reached from the internet"),
  on("map_public_ip_on_launch", "what starts in it gets no public address"),
  on("associate_public_ip_address", "loses its public address"),
  on("enable_dns_support", "names no longer resolve in it"),
  on("enable_dns_hostnames", "machines in it no longer have public names, and private names of endpoints fail"),
  off("internal", "is no longer reached from the internet", LOAD_BALANCERS),
];

/**
 * Network paths that exist and that a plan removes: the same comparison as for openings, from after to before. Within a
 * VPC that is destroyed as a whole, the VPC alone is listed.
 *
 * @param resources of one plan, unchanged ones included
 */
export function lostPaths(resources: readonly PlannedResource[], identities: Identities): readonly Finding[] {
  const reversed = resources.filter(({ action }) => action !== "forget").map(backwards);
  const routes = (side: "before" | "after") => reversed.flatMap((each) => routesOf(each, side, identities));
  const rules = (side: "before" | "after") => reversed.flatMap((each) => securityGroupRules(each, side, identities));
  const acls = networkAclRules(reversed, identities);
  const routesThen = routes("after");
  const places = new Places(resources, identities);
  const found = [
    ...openedRules(rules("before"), rules("after")),
    ...openedRules(acls.before, acls.after),
    ...openedPrefixLists(reversed, identities),
    ...openedRoutes(routes("before"), routesThen).map((route) => places.withSubnets(route, routesThen)),
    ...openedAssociations(reversed, routesThen, identities),
    ...openedConnections(reversed, identities),
  ].map(({ address, message }) => ({ address, message: undone(message) }));
  return [
    ...resources.flatMap((resource) => ownLosses(resource, identities)),
    ...found.filter(({ address }) => !places.isCovered(address) && !places.isUnclear(address)),
    ...places.unreached(),
  ];
}

const BACKWARDS = { create: "destroy", destroy: "create" } as const;

/** The resource as if the plan were reversed. */
function backwards(resource: PlannedResource): PlannedResource {
  const { action, before, after } = resource;
  const is = action === "create" || action === "destroy" ? BACKWARDS[action] : action;
  return { ...resource, action: is, before: after, after: before };
}

/** "lets X reach Y" becomes "no longer lets X reach Y". */
function undone(message: string): string {
  if (message.startsWith("creates ")) return message.replace("creates", "removes");
  if (message.startsWith("adds ")) return message.replace("adds", "removes").replace(" to the ", " from the ");
  return `no longer ${message}`;
}

/** What a replaced resource loses besides its attributes: another id is not the one that others have written down. */
const REPLACED: Readonly<Record<string, string>> = {
  aws_security_group: "its id changes: members and rules outside the code no longer have it",
  aws_subnet: "its id changes: what runs in it outside the code must move first, since AWS deletes no subnet in use",
  aws_vpc: "its id changes, with every id in it: what runs in it outside the code must move first",
  aws_vpc_endpoint: "its id changes: policies that name it no longer allow what comes through it",
};

/** What a resource itself loses. */
function ownLosses(resource: PlannedResource, identities: Identities): readonly Finding[] {
  const { address, type, action, before, after } = resource;
  if (action === "destroy") {
    const message = type === "aws_vpc" ? "is destroyed, with every path in it and out of it" : undefined;
    return message === undefined ? [] : [{ address, message }];
  }
  if (action !== "update" && action !== "replace") return [];
  const left = type.includes("security_group")
    ? []
    : GROUP_LISTS.flatMap((list) => {
        if (after.at(list).hasUnknown) return [];
        const kept = after.at(list).elements().map(({ raw }) => raw); // prettier-ignore
        return before.at(list).elements().filter(({ raw }) => !kept.includes(raw)).map((group) =>
          `leaves the security group ${identities.of(resource, list, group).label}, and loses the traffic that it allows`); // prettier-ignore
      });
  const replaced = action === "replace" && Object.hasOwn(REPLACED, type) ? [REPLACED[type] ?? ""] : [];
  return [...replaced, ...lowerAttributes(REACHED, resource), ...left].map((message) => ({ address, message }));
}

/** Attributes that place a resource in a subnet. */
const SUBNETS = ["subnet_id", "subnet_ids", "subnets", "vpc_zone_identifier"];

/** Attributes by which a resource belongs to another one in a VPC. */
const PARENTS = ["route_table_id", "subnet_id", "security_group_id", "vpc_endpoint_id", "network_acl_id"];

const EVERYBODY = [everyIpv4(), everyIpv6()];

const admitsEverybody = ({ boundary, space, box }: NetworkRule): boolean =>
  boundary.endsWith(" ingress") &&
  EVERYBODY.some(
    (every) =>
      every.space === space &&
      every.addresses.first === box.addresses.first &&
      every.addresses.last === box.addresses.last,
  );

/** What is where, before the plan. */
class Places {
  private readonly byAddress: ReadonlyMap<string, PlannedResource>;

  constructor(
    private readonly resources: readonly PlannedResource[],
    private readonly identities: Identities,
  ) {
    this.byAddress = new Map(resources.map((each) => [each.address, each]));
  }

  /** Whether a removed path needs no line of its own: its VPC or security group is destroyed too. */
  public isCovered(address: string): boolean {
    const resource = this.byAddress.get(address);
    if (resource === undefined) return false;
    const isDestroyed = (each: PlannedResource | undefined) => each?.action === "destroy";
    const group = this.at(resource, "security_group_id") ?? resource;
    return isDestroyed(this.vpcOf(resource)) || (group.type === "aws_security_group" && isDestroyed(group));
  }

  /** Names the subnets whose way out a route is. */
  public withSubnets(found: Finding, routes: readonly Route[]): Finding {
    const { address, message } = found;
    const table = routes.find((route) => route.address === address && route.message === message)?.table.key;
    const subnets = this.resources
      .filter(({ type }) => type === "aws_route_table_association")
      .filter((each) => this.at(each, "route_table_id")?.address === table)
      .map((each) => this.identities.of(each, "subnet_id", each.before.at("subnet_id")).label);
    return subnets.length > 0 ? { address, message: `${message}, the way out of ${subnets.sort().join(", ")}` } : found;
  }

  /** Whether a list of paths is known only after the apply: each may stay. */
  public isUnclear(address: string): boolean {
    const after = this.byAddress.get(address)?.after;
    return after !== undefined && ["ingress", "egress", "route"].some((list) => after.at(list).isUnknown);
  }

  /** What was in a destroyed subnet, or let the internet in through a gateway that is removed. */
  public unreached(): readonly Finding[] {
    return this.resources.flatMap((each) => [...this.subnetLost(each), ...this.gatewayLost(each)]);
  }

  private subnetLost({ address, type, action, before }: PlannedResource): readonly Finding[] {
    if (type !== "aws_subnet" || action !== "destroy" || this.isCovered(address)) return [];
    const users = this.resources.filter((each) =>
      SUBNETS.some((list) => each.before.at(list).elements().some(({ raw }) => raw === before.at("id").raw)),
    ); // prettier-ignore
    const inside = users.filter(({ type }) => type !== "aws_route_table_association").map((each) => each.address);
    const used = inside.length > 0 ? `: used by ${inside.join(", ")}` : "";
    const where = `${before.at("cidr_block").display} in ${before.at("availability_zone").display}`;
    return [{ address, message: `removes the subnet ${where}${used}. AWS refuses while anything runs in it` }];
  }

  /** Security groups of the gateway's VPC that still admit the internet, which no longer reaches them. */
  private gatewayLost(gateway: PlannedResource): readonly Finding[] {
    if (gateway.type !== "aws_internet_gateway" || gateway.action !== "destroy" || this.isCovered(gateway.address))
      return [];
    const vpc = gateway.before.at("vpc_id").raw;
    return this.resources
      .filter(({ before }) => before.at("vpc_id").raw === vpc)
      .filter((each) => securityGroupRules(each, "before", this.identities).some(admitsEverybody))
      .map(({ address, before }) => ({
        address,
        message: `the internet no longer reaches the members of ${before.at("name").display}: its VPC loses the internet gateway`,
      }));
  }

  private vpcOf(resource: PlannedResource): PlannedResource | undefined {
    if (resource.type === "aws_vpc") return resource;
    const vpc = this.at(resource, "vpc_id");
    if (vpc) return vpc;
    const parent = PARENTS.map((attribute) => this.at(resource, attribute)).find((each) => each !== undefined);
    return parent && parent !== resource ? this.vpcOf(parent) : undefined;
  }

  private at(resource: PlannedResource, attribute: string): PlannedResource | undefined {
    const value = resource.before.at(attribute);
    return value.text === undefined ? undefined : this.identities.resource(this.identities.of(resource, attribute, value)); // prettier-ignore
  }
}
