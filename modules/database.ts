import { CloudwatchLogGroup } from "@cdktf/provider-aws/lib/cloudwatch-log-group";
import { DbInstance } from "@cdktf/provider-aws/lib/db-instance";
import { DbParameterGroup } from "@cdktf/provider-aws/lib/db-parameter-group";
import { DbSubnetGroup } from "@cdktf/provider-aws/lib/db-subnet-group";
import { SecurityGroup } from "@cdktf/provider-aws/lib/security-group";
import { Construct } from "constructs";
import { EncryptionKey } from "./encryption-key";
import { forget } from "./terraform-syntax";
import { inlineRule } from "./security-group";

const PORT = 5432;

/** The default quota of "Amazon VPC quotas": security groups a network interface. */
const GROUPS_LIMIT = 5;

export interface DatabaseProps {
  /** The DB instance identifier; what belongs to it is named after it. */
  readonly name: string;
  readonly vpcId: string;
  /** Private subnets in at least two zones. */
  readonly subnetIds: readonly string[];
  /** For example `db.t4g.micro`. */
  readonly instanceClass: string;
  /** gp3 storage, in GB. */
  readonly allocatedStorageGb: number;
  /** The major version of PostgreSQL; minor ones follow by themselves. */
  readonly engineVersion: string;
  readonly databaseName: string;
  readonly masterUsername: string;
  /** 0 to 35 days; 0 turns backups off. */
  readonly backupRetentionDays: number;
  /** One of the periods that CloudWatch Logs offers, in days. */
  readonly logRetentionDays: number;
  /** Deletion protection, `prevent_destroy` and a final snapshot. */
  readonly deletionProtection: boolean;
  /**
   * Whether a key of ours encrypts it; otherwise the account's RDS key does. Cannot be changed later without replacing
   * the instance.
   */
  readonly customerManagedKey: boolean;
  /** Networks that may connect on 5432. */
  readonly allowedCidrBlocks: readonly string[];
  /** Security groups whose members may connect on 5432. */
  readonly allowedSecurityGroupIds: readonly string[];
  /** Security groups whose members may connect, of which only the name is known at synth. @default none */
  readonly allowedSecurityGroups?: readonly { readonly name: string; readonly id: string }[];
  /** Groups that it belongs to beside its own. @default none */
  readonly securityGroupIds?: readonly string[];
}

/**
 * PostgreSQL on RDS: one zone, private subnets, never publicly accessible, TLS only, encrypted. RDS makes the master
 * password and keeps it in Secrets Manager, so that it is in no code, plan or state.
 */
export class Database extends Construct {
  public readonly endpoint: string;
  public readonly secretArn: string;
  public readonly securityGroupId: string;

  constructor(scope: Construct, id: string, props: DatabaseProps) {
    super(scope, id);
    const { name, subnetIds, engineVersion, deletionProtection, securityGroupIds = [] } = props;
    const groups = 1 + securityGroupIds.length;
    this.node.addValidation({
      validate: () =>
        groups > GROUPS_LIMIT ? [`${name} must be in at most ${GROUPS_LIMIT} security groups, got ${groups}`] : [],
    });
    const group = this.securityGroup(props);
    const subnets = new DbSubnetGroup(this, "subnets", {
      name,
      description: `Private subnets of ${name}`,
      subnetIds: [...subnetIds],
    });
    const parameters = new DbParameterGroup(this, "parameters", {
      // The major version is in the name: a group cannot change its family, and the next one must stand beside it
      // during an upgrade.
      name: `${name}-postgres${engineVersion}`,
      family: `postgres${engineVersion}`,
      description: `PostgreSQL ${engineVersion} of ${name}`,
      parameter: [{ name: "rds.force_ssl", value: "1" }],
      lifecycle: { createBeforeDestroy: true },
    });
    // RDS would make it without an end to its retention.
    const log = new CloudwatchLogGroup(this, "log", {
      name: `/aws/rds/instance/${name}/postgresql`,
      retentionInDays: props.logRetentionDays,
    });
    const key = props.customerManagedKey
      ? new EncryptionKey(this, "key", {
          alias: `alias/${name}`,
          description: `Encrypts ${name}`,
          preventDestroy: deletionProtection,
        })
      : undefined;
    const instance = new DbInstance(this, "instance", {
      identifier: name,
      engine: "postgres",
      engineVersion,
      autoMinorVersionUpgrade: true,
      instanceClass: props.instanceClass,
      allocatedStorage: props.allocatedStorageGb,
      storageType: "gp3",
      storageEncrypted: true,
      kmsKeyId: key?.arn,
      dbName: props.databaseName,
      username: props.masterUsername,
      manageMasterUserPassword: true,
      iamDatabaseAuthenticationEnabled: true,
      port: PORT,
      multiAz: false,
      publiclyAccessible: false,
      dbSubnetGroupName: subnets.name,
      vpcSecurityGroupIds: [group.id, ...securityGroupIds],
      parameterGroupName: parameters.name,
      enabledCloudwatchLogsExports: ["postgresql"],
      backupRetentionPeriod: props.backupRetentionDays,
      copyTagsToSnapshot: true,
      deletionProtection,
      skipFinalSnapshot: !deletionProtection,
      finalSnapshotIdentifier: deletionProtection ? `${name}-final` : undefined,
      lifecycle: deletionProtection ? { preventDestroy: true } : undefined,
      dependsOn: [log],
    });
    this.endpoint = instance.endpoint;
    this.secretArn = instance.masterUserSecret.get(0).secretArn;
    this.securityGroupId = group.id;
  }

  private securityGroup(props: DatabaseProps): SecurityGroup {
    const { name, vpcId, allowedCidrBlocks, allowedSecurityGroupIds, allowedSecurityGroups = [] } = props;
    const allowed = [
      ...allowedCidrBlocks.map((cidrBlock) => ({
        id: cidrBlock.replaceAll(/[./]/g, "-"),
        from: cidrBlock,
        whom: { cidrBlock },
      })),
      ...allowedSecurityGroupIds.map((groupId) => ({ id: groupId, from: groupId, whom: { groupId } })),
      ...allowedSecurityGroups.map(({ name, id: groupId }) => ({ id: name, from: name, whom: { groupId } })),
    ];
    const group = new SecurityGroup(this, "security-group", {
      name,
      description: `Who may connect to ${name}`,
      vpcId,
      ingress: allowed.map(({ from, whom }) =>
        inlineRule({ protocol: "tcp", fromPort: PORT, toPort: PORT, ...whom, description: `PostgreSQL from ${from}` }),
      ),
      tags: { Name: name },
    });
    // Before rules stood in their group, each was a resource in this place: gone from the code alone, it would be
    // revoked.
    const places = new Construct(group, "from");
    for (const { id } of allowed) forget("aws_vpc_security_group_ingress_rule", new Construct(places, id));
    return group;
  }
}
