import { DefaultNetworkAcl } from "@cdktf/provider-aws/lib/default-network-acl";
import { DefaultSecurityGroup } from "@cdktf/provider-aws/lib/default-security-group";
import { InternetGateway } from "@cdktf/provider-aws/lib/internet-gateway";
import { Route } from "@cdktf/provider-aws/lib/route";
import { RouteTable } from "@cdktf/provider-aws/lib/route-table";
import { RouteTableAssociation } from "@cdktf/provider-aws/lib/route-table-association";
import { Subnet } from "@cdktf/provider-aws/lib/subnet";
import { Vpc } from "@cdktf/provider-aws/lib/vpc";
import { VpcEndpoint } from "@cdktf/provider-aws/lib/vpc-endpoint";
import { VpcEndpointRouteTableAssociation } from "@cdktf/provider-aws/lib/vpc-endpoint-route-table-association";
import { Construct } from "constructs";

export interface SubnetProps {
  /** The availability zone, for example `eu-west-1a`. A tier has at most one subnet in each zone. */
  readonly zone: string;
  readonly cidrBlock: string;
}

export interface NetworkProps {
  /** The VPC's name, and the prefix of the names of its parts. */
  readonly name: string;
  readonly region: string;
  readonly cidrBlock: string;
  /** Subnets with a route to the internet gateway. Without public subnets there is no gateway. */
  readonly publicSubnets: readonly SubnetProps[];
  /** Subnets without a route to the internet. */
  readonly privateSubnets: readonly SubnetProps[];
  /** Further tiers of such subnets, by names other than `public` and `private`. @default none */
  readonly tiers?: readonly { readonly name: string; readonly subnets: readonly SubnetProps[] }[];
  /** Whether instances in public subnets get a public address automatically. @default false */
  readonly mapPublicAddresses?: boolean;
}

/**
 * A VPC with a public and a private tier, and further private ones, a subnet in each zone. There is no NAT: private
 * subnets reach S3 through its gateway endpoint, and nothing else outside. The default security group allows nothing
 * (Security Hub EC2.2). The subnets have AWS's default network ACL, which allows everything: security groups decide.
 * The tiers are independent: removing the public tier leaves every address of the private tier unchanged.
 *
 * @example
 * new Network(this, "network", {
 *   name: "dev-irl-galileo-vpc", region: "eu-west-1", cidrBlock: "10.0.0.0/20",
 *   publicSubnets: [{ zone: "eu-west-1a", cidrBlock: "10.0.0.0/24" }],
 *   privateSubnets: [{ zone: "eu-west-1a", cidrBlock: "10.0.8.0/24" }],
 * });
 */
export class Network extends Construct {
  public readonly vpcId: string;
  public readonly publicSubnetIds: readonly string[];
  public readonly privateSubnetIds: readonly string[];
  /** The ids of the subnets of further tiers, by the names of the tiers. */
  public readonly tierSubnetIds: ReadonlyMap<string, readonly string[]>;
  private readonly publicZones: readonly string[];

  constructor(scope: Construct, id: string, props: NetworkProps) {
    super(scope, id);
    const { name, region, cidrBlock, publicSubnets, privateSubnets, tiers = [] } = props;
    const vpc = new Vpc(this, "vpc", {
      cidrBlock,
      enableDnsSupport: true,
      enableDnsHostnames: true,
      tags: { Name: name },
    });
    new DefaultSecurityGroup(this, "default-security-group", {
      vpcId: vpc.id,
      // Explicitly empty, so that rules added by hand show up in the next plan.
      ingress: [],
      egress: [],
      tags: { Name: `${name}-default-unused` },
    });
    // The rules that AWS gives it, so that rules added by hand show up in the next plan. Others would cut traffic: ACLs
    // are stateless, so denying a port also denies answers to it.
    const everything = { ruleNo: 100, protocol: "-1", action: "allow", cidrBlock: "0.0.0.0/0", fromPort: 0, toPort: 0 };
    new DefaultNetworkAcl(this, "default-network-acl", {
      defaultNetworkAclId: vpc.defaultNetworkAclId,
      ingress: [everything],
      egress: [everything],
      tags: { Name: `${name}-default` },
      // AWS adds every subnet that has no other.
      lifecycle: { ignoreChanges: ["subnet_ids"] },
    });
    const s3 = new VpcEndpoint(this, "s3-endpoint", {
      vpcId: vpc.id,
      serviceName: `com.amazonaws.${region}.s3`,
      vpcEndpointType: "Gateway",
      tags: { Name: `${name}-s3` },
    });
    this.vpcId = vpc.id;
    this.publicZones = publicSubnets.map(({ zone }) => zone);
    this.publicSubnetIds = publicSubnets.length > 0 ? this.publicTier(props, vpc.id, s3.id) : [];
    const privateTier = (tier: Construct, subnets: readonly SubnetProps[]) =>
      addPrivateSubnets(tier, subnets, { name, vpcId: vpc.id, endpointId: s3.id });
    this.privateSubnetIds = privateTier(new Construct(this, "private"), privateSubnets);
    const furtherTiers = new Construct(this, "tier");
    this.tierSubnetIds = new Map(
      tiers.map((tier) => [tier.name, privateTier(new Construct(furtherTiers, tier.name), tier.subnets)]),
    );
  }

  private publicTier(props: NetworkProps, vpcId: string, endpointId: string): string[] {
    const { name, publicSubnets, mapPublicAddresses = false } = props;
    const tier = new Construct(this, "public");
    const gateway = new InternetGateway(tier, "gateway", { vpcId, tags: { Name: name } });
    const routes = new RouteTable(tier, "routes", { vpcId, tags: { Name: `${name}-public` } });
    new Route(tier, "internet", { routeTableId: routes.id, destinationCidrBlock: "0.0.0.0/0", gatewayId: gateway.id });
    routeToS3(tier, endpointId, routes);
    return publicSubnets.map((subnet) => {
      const { parent, subnetId } = addSubnet(tier, subnet, { name, vpcId, mapPublicAddresses });
      new RouteTableAssociation(parent, "association", { subnetId, routeTableId: routes.id });
      return subnetId;
    });
  }

  /**
   * The id of the public subnet in a zone.
   * @throws Error where the zone has no public subnet
   */
  public publicSubnetIdIn(zone: string): string {
    const id = this.publicSubnetIds[this.publicZones.indexOf(zone)];
    if (id === undefined)
      throw new Error(`zone of a public subnet must be one of ${this.publicZones.join(", ")}, got "${zone}"`);
    return id;
  }
}

/** An association per route table, outside the endpoint: adding or removing a tier does not change the endpoint. */
function routeToS3(scope: Construct, vpcEndpointId: string, routeTable: RouteTable): void {
  new VpcEndpointRouteTableAssociation(scope, "s3", { vpcEndpointId, routeTableId: routeTable.id });
}

/** Subnets that reach S3 through its endpoint, and nothing else outside. */
function addPrivateSubnets(
  tier: Construct,
  subnets: readonly SubnetProps[],
  { name, vpcId, endpointId }: { name: string; vpcId: string; endpointId: string },
): string[] {
  return subnets.map((subnet) => {
    const { parent, subnetId } = addSubnet(tier, subnet, { name, vpcId, mapPublicAddresses: false });
    const routes = new RouteTable(parent, "routes", {
      vpcId,
      tags: { Name: `${name}-${tier.node.id}-${subnet.zone}` },
    });
    new RouteTableAssociation(parent, "association", { subnetId, routeTableId: routes.id });
    routeToS3(parent, endpointId, routes);
    return subnetId;
  });
}

function addSubnet(
  tier: Construct,
  { zone, cidrBlock }: SubnetProps,
  { name, vpcId, mapPublicAddresses }: { name: string; vpcId: string; mapPublicAddresses: boolean },
): { readonly parent: Construct; readonly subnetId: string } {
  const parent = new Construct(tier, zone);
  const subnet = new Subnet(parent, "subnet", {
    vpcId,
    availabilityZone: zone,
    cidrBlock,
    mapPublicIpOnLaunch: mapPublicAddresses,
    tags: { Name: `${name}-${tier.node.id}-${zone}` },
  });
  return { parent, subnetId: subnet.id };
}
