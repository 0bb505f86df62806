import type { Construct } from "constructs";
import type { EnvironmentStackSpec } from "../config/layout";
import { environmentNames } from "../config/naming";
import type { DatabaseConfig } from "../config/environment-model";
import { Database } from "../modules/database";
import { BaseStack } from "./base-stack";
import type { EstateSettings } from "./groups";
import type { NetworkStack } from "./network-stack";
import { DEFAULT_SECURITY_GROUP } from "../config/resolve/environment";

/** PostgreSQL in the private subnets of an environment. */
export class DatabaseStack extends BaseStack {
  public readonly endpoint: string;
  /** The secret with the master password. Undefined if RDS does not manage it. */
  public readonly secretArn?: string;
  public readonly securityGroupId: string;
  /** Where its read replica listens. Undefined without one. */
  public readonly replicaEndpoint?: string;

  constructor(
    scope: Construct,
    spec: EnvironmentStackSpec,
    estate: EstateSettings,
    settings: DatabaseConfig,
    network: NetworkStack,
  ) {
    super(scope, spec, estate.solution);
    const { name, existing } = settings;
    const database = new Database(this, "database", {
      ...settings,
      allowedSecurityGroups: settings.allowedSecurityGroups.map((group) => ({
        name: group,
        id: network.securityGroupId(group),
      })),
      securityGroupIds: settings.defaultSecurityGroup ? [network.securityGroupId(DEFAULT_SECURITY_GROUP)] : [],
      name: environmentNames.database(spec.environment.namespace, name),
      vpcId: network.vpcId,
      subnetIds: [...network.subnetIds(settings.tier), ...(existing?.publicSubnets ? network.publicSubnetIds : [])],
    });
    this.endpoint = database.endpoint;
    this.secretArn = database.secretArn;
    this.securityGroupId = database.securityGroupId;
    this.replicaEndpoint = database.replicaEndpoint;
    this.output("endpoint", database.endpoint, "Where the database listens, host:port");
    if (database.secretArn !== undefined)
      this.output("secret-arn", database.secretArn, "The secret in which RDS keeps the master password");
    if (database.replicaEndpoint !== undefined)
      this.output("replica-endpoint", database.replicaEndpoint, "Where its read replica listens, host:port");
    this.output("security-group-id", database.securityGroupId, "The security group that decides who may connect");
  }
}
