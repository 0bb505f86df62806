import { Construct } from "constructs";
import type { EnvironmentStackSpec } from "../config/layout";
import type { SecurityGroupConfig, SecurityGroupRuleConfig } from "../config/environment-model";
import { environmentNames } from "../config/naming";
import { FlowLog } from "../modules/flow-log";
import { InterfaceEndpoints } from "../modules/interface-endpoints";
import { Network } from "../modules/network";
import { SecurityGroup, type SecurityGroupRule } from "../modules/security-group";
import { BaseStack } from "./base-stack";
import type { EstateSettings } from "./groups";
import { DEFAULT_SECURITY_GROUP, flowLogsRoleName } from "../config/resolve/environment";

/** The VPC of an environment, and its security groups. */
export class NetworkStack extends BaseStack {
  public readonly vpcId: string;
  public readonly publicSubnetIds: readonly string[];
  public readonly privateSubnetIds: readonly string[];
  private readonly tierSubnetIds: ReadonlyMap<string, readonly string[]>;
  private readonly securityGroupIds: ReadonlyMap<string, string>;

  constructor(scope: Construct, spec: EnvironmentStackSpec, estate: EstateSettings) {
    super(scope, spec, estate.solution);
    const { account, region, environment } = spec;
    const { flowLogRetentionDays, endpoints, ...tiers } = environment.network;
    const name = environmentNames.vpc(environment.namespace);
    const network = new Network(this, "network", { name, region, ...tiers });
    if (flowLogRetentionDays !== undefined) {
      new FlowLog(this, "flow-log", {
        name: flowLogsRoleName(environment),
        accountId: account.id,
        region,
        vpcId: network.vpcId,
        vpcName: name,
        retentionDays: flowLogRetentionDays,
      });
    }
    if (endpoints.length > 0) {
      new InterfaceEndpoints(this, "endpoints", {
        name,
        region,
        vpcId: network.vpcId,
        cidrBlock: tiers.cidrBlock,
        subnetIds: network.privateSubnetIds,
        services: endpoints,
        chargeCodes: [environment.chargeCode],
      });
    }
    this.securityGroupIds = this.securityGroups(environment.securityGroups, network.vpcId);
    this.vpcId = network.vpcId;
    this.publicSubnetIds = network.publicSubnetIds;
    this.privateSubnetIds = network.privateSubnetIds;
    this.tierSubnetIds = network.tierSubnetIds;
    this.output("vpc-id", network.vpcId, "The VPC");
    this.output("private-subnet-ids", network.privateSubnetIds, "The private subnets, in the order of their zones");
    this.output(
      "public-subnet-ids",
      network.publicSubnetIds,
      "The public subnets, in the order of their zones; none where private only",
    );
    for (const [tier, ids] of this.tierSubnetIds)
      this.output(`subnet-ids-${tier}`, ids, `The private subnets of the tier ${tier}, in the order of their zones`);
    for (const [group, id] of this.securityGroupIds) {
      const what =
        group === DEFAULT_SECURITY_GROUP
          ? "The group that is attached to whatever does not opt out"
          : `The security group ${group}`;
      this.output(`security-group-id-${group}`, id, what);
    }
  }

  /**
   * The ids of the subnets of a tier, in the order of their zones. @default the private subnets
   *
   * @throws Error where the network has no tier of this name
   */
  public subnetIds(tier?: string): readonly string[] {
    return tier === undefined ? this.privateSubnetIds : idOf("tier", tier, this.tierSubnetIds, this.spec.id);
  }

  /**
   * The id of one of the environment's security groups.
   *
   * @throws Error where the environment has no group of this name
   */
  public securityGroupId(name: string): string {
    return idOf("security group", name, this.securityGroupIds, this.spec.id);
  }

  /** All groups first, then their rules: groups may refer to each other. */
  private securityGroups(groups: readonly SecurityGroupConfig[], vpcId: string): ReadonlyMap<string, string> {
    const scope = new Construct(this, "security-group");
    const created = groups.map((config) => {
      const { name, groupName, description, chargeCodes } = config;
      return { config, group: new SecurityGroup(scope, name, { name: groupName, description, vpcId, chargeCodes }) };
    });
    const ids = new Map(created.map(({ config, group }) => [config.name, group.id]));
    // An id is the id of a group outside the environment.
    const named = (name: string) => ({
      name,
      id: name.startsWith("sg-") && !ids.has(name) ? name : idOf("security group", name, ids, this.spec.id),
    });
    const rule = ({ group, ports, ...rest }: SecurityGroupRuleConfig): SecurityGroupRule => ({
      ...rest,
      fromPort: ports?.from,
      toPort: ports?.to,
      group: group === undefined ? undefined : named(group),
    });
    for (const { config, group } of created)
      group.allow({ ingress: config.ingress.map(rule), egress: config.egress.map(rule) });
    return ids;
  }
}

function idOf<T>(what: string, name: string, ids: ReadonlyMap<string, T>, stack: string): T {
  const id = ids.get(name);
  if (id === undefined)
    throw new Error(`${stack}: ${what} must be one of ${[...ids.keys()].join(", ")}, got "${name}"`);
  return id;
}
