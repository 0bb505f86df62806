import { Construct } from "constructs";
import type { EnvironmentStackSpec } from "../config/layout";
import { type Estate, type SecurityGroupConfig, type SecurityGroupRuleConfig } from "../config/model";
import { environmentNames } from "../config/naming";
import { FlowLog } from "../modules/flow-log";
import { Network } from "../modules/network";
import { SecurityGroup, type SecurityGroupRule } from "../modules/security-group";
import { BaseStack } from "./base-stack";
import { DEFAULT_SECURITY_GROUP } from "../config/resolve/environment";

/** The VPC of an environment, and its security groups. */
export class NetworkStack extends BaseStack {
  public readonly vpcId: string;
  public readonly privateSubnetIds: readonly string[];
  /** Ids of the environment's security groups, by name. */
  public readonly securityGroupIds: Readonly<Record<string, string>>;

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
    this.securityGroupIds = this.securityGroups(environment.securityGroups, network.vpcId);
    this.vpcId = network.vpcId;
    this.privateSubnetIds = network.privateSubnetIds;
    this.output("vpc-id", network.vpcId, "The VPC");
    this.output("private-subnet-ids", network.privateSubnetIds, "The private subnets, in the order of their zones");
    this.output(
      "public-subnet-ids",
      network.publicSubnetIds,
      "The public subnets, in the order of their zones; none where private only",
    );
    for (const [group, id] of Object.entries(this.securityGroupIds)) {
      const what =
        group === DEFAULT_SECURITY_GROUP
          ? "The group that is attached to whatever does not opt out"
          : `The security group ${group}`;
      this.output(`security-group-id-${group}`, id, what);
    }
  }

  /** All groups first, then their rules: groups may name each other. */
  private securityGroups(groups: readonly SecurityGroupConfig[], vpcId: string): Record<string, string> {
    const scope = new Construct(this, "security-group");
    const made = groups.map(({ name, groupName, description, chargeCodes }) => ({
      name,
      group: new SecurityGroup(scope, name, { name: groupName, description, vpcId, chargeCodes }),
    }));
    const ids = Object.fromEntries(made.map(({ name, group }) => [name, group.id]));
    const rule = ({ group, ports, ...rest }: SecurityGroupRuleConfig): SecurityGroupRule => ({
      ...rest,
      fromPort: ports?.from,
      toPort: ports?.to,
      group: group === undefined ? undefined : { name: group, id: ids[group] ?? group },
    });
    for (const [index, { group }] of made.entries()) {
      group.allow({ ingress: groups[index]?.ingress.map(rule), egress: groups[index]?.egress.map(rule) });
    }
    return ids;
  }
}
