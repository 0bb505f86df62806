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
  /** The availability zone, for example `eu-west-1a`; at most one subnet of a tier in each. */
  readonly zone: string;
  readonly cidrBlock: string;
}

export interface NetworkProps {
  /** The VPC's name; what is in it is named after it. */
  readonly name: string;
  readonly region: string;
  readonly cidrBlock: string;
  /** Subnets with a route to the internet gateway; without any there is no gateway either. */
  readonly publicSubnets: readonly SubnetProps[];
  /** Subnets without a way out. */
  readonly privateSubnets: readonly SubnetProps[];
  /** Whether instances in public subnets get a public address by themselves. @default false */
  readonly mapPublicAddresses?: boolean;
}

/**
 * A VPC with a public and a private tier, a subnet in each zone. There is no NAT: private subnets cannot reach out, but
 * for S3 through its gateway endpoint. The default security group admits nothing. The tiers do not know of each other:
 * taking the public one away leaves every address of the private one as it was.
 */
export class Network extends Construct {
  public readonly vpcId: string;
  public readonly publicSubnetIds: readonly string[];
  public readonly privateSubnetIds: readonly string[];
  private readonly publicZones: readonly string[];

  constructor(scope: Construct, id: string, props: NetworkProps) {
    super(scope, id);
    const { name, region, cidrBlock, publicSubnets, privateSubnets, mapPublicAddresses = false } = props;
    const vpc = new Vpc(this, "vpc", {
      cidrBlock,
      enableDnsSupport: true,
      enableDnsHostnames: true,
      tags: { Name: name },
    });
    new DefaultSecurityGroup(this, "default-security-group", {
      vpcId: vpc.id,
      // Said, and not left out: what is added by hand shows in the next plan then.
      ingress: [],
      egress: [],
      tags: { Name: `${name}-default-unused` },
    });
    const s3 = new VpcEndpoint(this, "s3-endpoint", {
      vpcId: vpc.id,
      serviceName: `com.amazonaws.${region}.s3`,
      vpcEndpointType: "Gateway",
      tags: { Name: `${name}-s3` },
    });
    // Associations stand beside each route table, and not in the endpoint, so that a tier comes and goes without
    // touching the endpoint.
    const reachS3 = (scope: Construct, routeTable: RouteTable) =>
      new VpcEndpointRouteTableAssociation(scope, "s3", { vpcEndpointId: s3.id, routeTableId: routeTable.id });

    const subnet = (tier: Construct, { zone, cidrBlock }: SubnetProps, open: boolean) => {
      const place = new Construct(tier, zone);
      return {
        place,
        subnet: new Subnet(place, "subnet", {
          vpcId: vpc.id,
          availabilityZone: zone,
          cidrBlock,
          mapPublicIpOnLaunch: open,
          tags: { Name: `${name}-${tier.node.id}-${zone}` },
        }),
      };
    };

    this.publicSubnetIds = [];
    if (publicSubnets.length > 0) {
      const tier = new Construct(this, "public");
      const gateway = new InternetGateway(tier, "gateway", { vpcId: vpc.id, tags: { Name: name } });
      const routes = new RouteTable(tier, "routes", { vpcId: vpc.id, tags: { Name: `${name}-public` } });
      new Route(tier, "internet", {
        routeTableId: routes.id,
        destinationCidrBlock: "0.0.0.0/0",
        gatewayId: gateway.id,
      });
      reachS3(tier, routes);
      this.publicSubnetIds = publicSubnets.map((props) => {
        const { place, subnet: made } = subnet(tier, props, mapPublicAddresses);
        new RouteTableAssociation(place, "association", { subnetId: made.id, routeTableId: routes.id });
        return made.id;
      });
    }

    const tier = new Construct(this, "private");
    this.privateSubnetIds = privateSubnets.map((props) => {
      const { place, subnet: made } = subnet(tier, props, false);
      const routes = new RouteTable(place, "routes", {
        vpcId: vpc.id,
        tags: { Name: `${name}-private-${props.zone}` },
      });
      new RouteTableAssociation(place, "association", { subnetId: made.id, routeTableId: routes.id });
      reachS3(place, routes);
      return made.id;
    });
    this.vpcId = vpc.id;
    this.publicZones = publicSubnets.map(({ zone }) => zone);
  }

  /**
   * The id of the public subnet in a zone.
   *
   * @throws Error where the zone has no public subnet
   */
  public publicSubnetIdIn(zone: string): string {
    const id = this.publicSubnetIds[this.publicZones.indexOf(zone)];
    if (id === undefined)
      throw new Error(`zone of a public subnet must be one of ${this.publicZones.join(", ")}, got "${zone}"`);
    return id;
  }
}
