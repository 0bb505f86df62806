import type { Construct } from "constructs";
import type { EnvironmentStackSpec } from "../config/layout";
import { type Member } from "../config/model";
import { analysisRolePath, environmentNames } from "../config/naming";
import { FlowLog } from "../modules/flow-log";
import { EncryptionKey } from "../modules/encryption-key";
import { CrossAccountExecutionRole } from "../modules/iam/cross-account-execution-role";
import { InterfaceEndpoints } from "../modules/interface-endpoints";
import { Network } from "../modules/network";
import { BaseStack } from "./base-stack";
import type { EstateSettings } from "./groups";
import { applicationRoleArns, crossAccountRoleName, flowLogsRoleName } from "../config/resolve/environment";

/**
 * An environment's part of a member account: the role that the main account assumes, and a network and a key unless the
 * member brings its own.
 */
export class MemberStack extends BaseStack {
  constructor(scope: Construct, spec: EnvironmentStackSpec, estate: EstateSettings, member: Member) {
    super(scope, spec, estate.solution);
    const { environment } = spec;
    const { namespace } = environment;
    const role = new CrossAccountExecutionRole(this, "cross-account-role", {
      name: crossAccountRoleName(environment),
      boundaryName: environmentNames.analysisBoundary(namespace),
      rolePath: analysisRolePath(namespace),
      profile: environment.profile,
      namespace,
      memberAccountId: member.account.id,
      mainAccountId: environment.account.id,
      externalId: environment.externalId,
      applicationRoleArns: applicationRoleArns(environment),
      keepPolicies: environment.existing?.keepPolicies?.crossAccountRole,
      bucketNames: Object.values(environment.existing?.buckets ?? {}),
    });
    this.output("cross-account-role-arn", role.roleArn, "The role that the main account assumes to run analytics");
    if (member.brought) {
      this.output("vpc-id", member.brought.vpcId, "The VPC that the member brought");
      this.output("subnet-id", member.brought.subnetId, "The subnet that the member brought");
    }
    if (member.network) this.network(spec, member, member.network);
  }

  /** The network of a created member, and the key of its analytics. */
  private network(
    { environment, region }: EnvironmentStackSpec,
    member: Member,
    { cidrBlock, subnet, mapPublicAddresses, endpoints, flowLogRetentionDays }: NonNullable<Member["network"]>,
  ): void {
    const { namespace } = environment;
    const vpcName = environmentNames.memberVpc(namespace, member.name);
    const network = new Network(this, "network", {
      name: vpcName,
      region,
      cidrBlock,
      publicSubnets: [subnet],
      privateSubnets: [],
      mapPublicAddresses,
    });
    if (flowLogRetentionDays !== undefined) {
      new FlowLog(this, "flow-log", {
        name: flowLogsRoleName(environment),
        accountId: member.account.id,
        region,
        vpcId: network.vpcId,
        vpcName,
        retentionDays: flowLogRetentionDays,
      });
    }
    if (endpoints.length > 0) {
      new InterfaceEndpoints(this, "endpoints", {
        name: vpcName,
        region,
        vpcId: network.vpcId,
        cidrBlock,
        subnetIds: network.publicSubnetIds,
        services: endpoints,
        chargeCodes: [environment.chargeCode],
      });
    }
    const key = new EncryptionKey(this, "key", {
      alias: `alias/${environmentNames.memberKey(namespace, member.name)}`,
      description: `Encrypts the analytics of ${namespace}`,
      preventDestroy: environment.production,
    });
    this.output("vpc-id", network.vpcId, "The VPC");
    this.output("subnet-id", network.publicSubnetIdIn(subnet.zone), "The subnet in which analytics run");
    this.output("key-arn", key.arn, "The key that encrypts what analytics store");
  }
}
