import type { Construct } from "constructs";
import type { EnvironmentStackSpec } from "../config/layout";
import type { Estate } from "../config/model";
import { environmentNames } from "../config/naming";
import { FlowLog } from "../modules/flow-log";
import { Network } from "../modules/network";
import { BaseStack } from "./base-stack";

/** The VPC of an environment. */
export class NetworkStack extends BaseStack {
  public readonly vpcId: string;
  public readonly privateSubnetIds: readonly string[];

  constructor(scope: Construct, spec: EnvironmentStackSpec, estate: Estate) {
    super(scope, spec, estate.solution);
    const { account, region, environment } = spec;
    const { flowLogRetentionDays, ...tiers } = environment.network;
    const name = environmentNames.vpc(environment.namespace);
    const network = new Network(this, "network", { name, region, ...tiers });
    if (flowLogRetentionDays !== undefined) {
      new FlowLog(this, "flow-log", {
        name: environmentNames.flowLogsRole(environment.namespace),
        accountId: account.id,
        region,
        vpcId: network.vpcId,
        vpcName: name,
        retentionDays: flowLogRetentionDays,
      });
    }
    this.vpcId = network.vpcId;
    this.privateSubnetIds = network.privateSubnetIds;
    this.output("vpc-id", network.vpcId, "The VPC");
    this.output("private-subnet-ids", network.privateSubnetIds, "The private subnets, in the order of their zones");
    this.output("public-subnet-ids", network.publicSubnetIds, "The public subnets, in the order of their zones; none where private only");
  }
}
