import { VpcEndpoint } from "@cdktf/provider-aws/lib/vpc-endpoint";
import { Construct } from "constructs";
import { SecurityGroup } from "./security-group";
import { constructId } from "./terraform-syntax";

export interface InterfaceEndpointsProps {
  /** The VPC's name, and the prefix of the endpoints' names. */
  readonly name: string;
  readonly region: string;
  readonly vpcId: string;
  /** The network of the VPC, from which everything may use the endpoints. */
  readonly cidrBlock: string;
  /** A subnet in each zone. AWS charges for each endpoint in each. */
  readonly subnetIds: readonly string[];
  /** The last part of each service's name, for example `ssm` of `com.amazonaws.eu-west-1.ssm`. */
  readonly services: readonly string[];
  /** See `SecurityGroupProps`. */
  readonly chargeCodes: readonly string[];
}

/**
 * Interface endpoints: what is in the VPC reaches APIs of AWS without a way to the internet, by their usual names. They
 * have one security group, which accepts HTTPS from the VPC.
 *
 * @example
 * new InterfaceEndpoints(this, "endpoints", {
 *   name: "staging-irl-galileo-vpc", region: "eu-west-1", vpcId: network.vpcId, cidrBlock: "10.0.0.0/20",
 *   subnetIds: network.privateSubnetIds, services: ["ssm", "ssmmessages", "ec2messages"], chargeCodes: ["project-1"],
 * });
 */
export class InterfaceEndpoints extends Construct {
  constructor(scope: Construct, id: string, props: InterfaceEndpointsProps) {
    super(scope, id);
    const { name, region, vpcId, cidrBlock, subnetIds, services, chargeCodes } = props;
    const group = new SecurityGroup(this, "security-group", {
      name: `${name}/endpoints`, // no group of the estate has a slash in its name
      description: `Interface endpoints of ${name}`,
      vpcId,
      chargeCodes,
    });
    group.allow({
      ingress: [{ protocol: "tcp", fromPort: 443, cidrBlock, description: `TCP 443 from ${cidrBlock}` }],
    });
    for (const service of services) {
      new VpcEndpoint(this, constructId(service), {
        vpcId,
        serviceName: `com.amazonaws.${region}.${service}`,
        vpcEndpointType: "Interface",
        subnetIds: [...subnetIds],
        securityGroupIds: [group.id],
        // Without it, clients would need the endpoint's own names.
        privateDnsEnabled: true,
        tags: { Name: `${name}-${service}` },
      });
    }
  }
}
