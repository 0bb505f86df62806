import { CloudwatchLogGroup } from "@cdktf/provider-aws/lib/cloudwatch-log-group";
import { DbInstance } from "@cdktf/provider-aws/lib/db-instance";
import { DbSubnetGroup } from "@cdktf/provider-aws/lib/db-subnet-group";
import { SecurityGroup } from "@cdktf/provider-aws/lib/security-group";
import { Fn, Token } from "cdktf";
import { Construct } from "constructs";
import { parameterGroup } from "./database-parameters";
import { EncryptionKey } from "./encryption-key";
import { ReadReplica } from "./read-replica";
import { escapeTemplate, forget } from "./terraform-syntax";
import { inlineRule } from "./security-group";

const PORT = 5432;

/** Security groups per network interface: the default of "Amazon VPC quotas". */
const GROUPS_LIMIT = 5;

/** What an instance that exists keeps: RDS cannot change it in place, or its clients would lose it. */
export interface ExistingDatabaseProps {
  /** @default the database's name */
  readonly identifier?: string;
  /** False if RDS created no database. @default databaseName */
  readonly databaseName?: string | false;
  /** @default masterUsername */
  readonly masterUsername?: string;
  /** `false`: the master password stays, and RDS does not manage it. @default true */
  readonly managedPassword?: false;
  /** @default true */
  readonly encrypted?: false;
  /** @default gp3 */
  readonly storageType?: string;
  /** @default false */
  readonly publiclyAccessible?: true;
  /** The name of its subnet group. @default the database's name */
  readonly subnetGroup?: string;
  /** @default a group with a generated name */
  readonly parameterGroup?: { readonly name: string; readonly description: string };
  /** @default a group with the database's name */
  readonly ownSecurityGroup?: { readonly name: string; readonly description: string };
  /** The identifier of its read replica. @default the database's name and `-replica` */
  readonly replica?: string;
}

export interface DatabaseProps {
  /** The DB instance identifier, and the prefix of the names of its parts. */
  readonly name: string;
  readonly vpcId: string;
  /** Private subnets in at least two zones. */
  readonly subnetIds: readonly string[];
  /** For example `db.t4g.micro`. */
  readonly instanceClass: string;
  /** gp3 storage, in GB. */
  readonly allocatedStorageGb: number;
  /** The limit to which RDS lets the storage grow, in GB. @default it does not grow */
  readonly maxAllocatedStorageGb?: number;
  /** Whether a standby runs in another zone. */
  readonly multiAz: boolean;
  /** The major version of PostgreSQL. RDS installs minor versions itself. */
  readonly engineVersion: string;
  /** Whether the engine version may run after its standard support. RDS does so by default, and the provider sets it at creation only. @default true */
  readonly extendedSupport?: boolean;
  readonly databaseName: string;
  readonly masterUsername: string;
  /** 0 to 35 days. 0 turns backups off. */
  readonly backupRetentionDays: number;
  /** UTC, `hh:mm-hh:mm`. @default AWS chooses */
  readonly backupWindow?: string;
  /** UTC, `ddd:hh:mm-ddd:hh:mm`. @default AWS chooses */
  readonly maintenanceWindow?: string;
  /** Whether changes are made at once instead of in the maintenance window. */
  readonly applyImmediately: boolean;
  readonly performanceInsights: boolean;
  /** One of the periods that CloudWatch Logs offers, in days. */
  readonly logRetentionDays: number;
  /** Turns on deletion protection and `prevent_destroy`. */
  readonly deletionProtection: boolean;
  /** Whether a last snapshot is taken when the database is destroyed. */
  readonly finalSnapshot: boolean;
  /** Encrypts with a customer managed key, otherwise with the account's RDS key. A change replaces the instance. */
  readonly customerManagedKey: boolean;
  /** Networks that may connect on port 5432. */
  readonly allowedCidrBlocks: readonly string[];
  /** Ids of security groups whose members may connect on port 5432. */
  readonly allowedSecurityGroupIds: readonly string[];
  /** Security groups whose members may connect, with a name where the id is a reference at synth. @default none */
  readonly allowedSecurityGroups?: readonly { readonly name: string; readonly id: string }[];
  /** Ids of further security groups of the instance, besides its own. @default none */
  readonly securityGroupIds?: readonly string[];
  /** Parameters of PostgreSQL in addition to `rds.force_ssl`, with texts as values. @default none */
  readonly parameters?: Readonly<Record<string, string>>;
  /** A read replica in the same subnets and security groups. @default none */
  readonly replica?: { readonly instanceClass?: string; readonly zone?: string };
  /** For an instance that exists. @default a new instance */
  readonly existing?: ExistingDatabaseProps;
}

/**
 * PostgreSQL on RDS: private subnets, never publicly accessible, TLS only, encrypted, unless `existing` keeps something
 * else. RDS creates the master password and keeps it in Secrets Manager, unless `existing` keeps another. It is never in
 * code, plan or state.
 *
 * @example
 * new Database(this, "database", {
 *   name: "dev-irl-galileo-database", vpcId: network.vpcId, subnetIds: network.privateSubnetIds,
 *   instanceClass: "db.t4g.micro", allocatedStorageGb: 20, engineVersion: "16", databaseName: "galileo",
 *   masterUsername: "postgres", backupRetentionDays: 7, logRetentionDays: 30, deletionProtection: true, finalSnapshot: true,
 *   multiAz: false, applyImmediately: false, performanceInsights: false, customerManagedKey: false, allowedCidrBlocks: ["10.0.0.0/20"], allowedSecurityGroupIds: [],
 * });
 */
export class Database extends Construct {
  public readonly endpoint: string;
  /** The secret with the master password. Undefined if RDS does not manage it. */
  public readonly secretArn?: string;
  public readonly securityGroupId: string;
  /** Where its read replica listens. Undefined without one. */
  public readonly replicaEndpoint?: string;

  constructor(scope: Construct, id: string, props: DatabaseProps) {
    super(scope, id);
    const { name, engineVersion, deletionProtection, securityGroupIds = [], existing = {} } = props;
    const { identifier = name, databaseName = props.databaseName } = existing;
    const isManaged = existing.managedPassword !== false;
    this.node.addValidation({ validate: () => groupProblems(name, 1 + securityGroupIds.length) });
    const group = this.securityGroup(props);
    const subnets = this.subnets(props);
    const parameters = parameterGroup(this, props);
    // RDS itself would create it with unlimited retention.
    const log = new CloudwatchLogGroup(this, "log", {
      name: `/aws/rds/instance/${identifier}/postgresql`,
      retentionInDays: props.logRetentionDays,
    });
    const instance = new DbInstance(this, "instance", {
      identifier,
      engine: "postgres",
      engineVersion,
      autoMinorVersionUpgrade: true,
      allowMajorVersionUpgrade: true,
      engineLifecycleSupport: props.extendedSupport === false ? "open-source-rds-extended-support-disabled" : undefined,
      instanceClass: props.instanceClass,
      allocatedStorage: props.allocatedStorageGb,
      maxAllocatedStorage: props.maxAllocatedStorageGb,
      storageType: existing.storageType ?? "gp3",
      storageEncrypted: existing.encrypted ?? true,
      kmsKeyId: props.customerManagedKey ? this.key(props).arn : undefined,
      dbName: databaseName === false ? undefined : databaseName,
      username: existing.masterUsername ?? props.masterUsername,
      manageMasterUserPassword: isManaged || undefined,
      iamDatabaseAuthenticationEnabled: true,
      port: PORT,
      multiAz: props.multiAz,
      publiclyAccessible: existing.publiclyAccessible ?? false,
      dbSubnetGroupName: subnets.name,
      vpcSecurityGroupIds: [group.id, ...securityGroupIds],
      parameterGroupName: parameters.name,
      enabledCloudwatchLogsExports: ["postgresql"],
      backupRetentionPeriod: props.backupRetentionDays,
      backupWindow: props.backupWindow,
      maintenanceWindow: props.maintenanceWindow,
      applyImmediately: props.applyImmediately,
      performanceInsightsEnabled: props.performanceInsights,
      copyTagsToSnapshot: true,
      deletionProtection,
      skipFinalSnapshot: !props.finalSnapshot,
      finalSnapshotIdentifier: props.finalSnapshot ? `${parameters.name}-final` : undefined,
      lifecycle: deletionProtection ? { preventDestroy: true } : undefined,
      dependsOn: [log],
    });
    this.endpoint = instance.endpoint;
    this.replicaEndpoint = this.replica(props, instance);
    this.secretArn = secretOf(instance);
    this.securityGroupId = group.id;
  }

  private replica(props: DatabaseProps, source: DbInstance): string | undefined {
    return props.replica && new ReadReplica(this, "replica", { ...props, source }).endpoint;
  }

  private subnets({ name, subnetIds, existing }: DatabaseProps): DbSubnetGroup {
    return new DbSubnetGroup(this, "subnets", {
      name: existing?.subnetGroup ?? name,
      description: `Private subnets of ${name}`,
      subnetIds: [...subnetIds],
    });
  }

  private key({ name, deletionProtection }: DatabaseProps): EncryptionKey {
    return new EncryptionKey(this, "key", {
      alias: `alias/${name}`,
      description: `Encrypts ${name}`,
      preventDestroy: deletionProtection,
    });
  }

  private securityGroup(props: DatabaseProps): SecurityGroup {
    const { name, vpcId, allowedCidrBlocks, allowedSecurityGroupIds, allowedSecurityGroups = [] } = props;
    const allowed = [
      ...allowedCidrBlocks.map((cidrBlock) => ({
        id: cidrBlock.replaceAll(/[./]/g, "-"),
        from: cidrBlock,
        source: { cidrBlock },
      })),
      ...allowedSecurityGroupIds.map((groupId) => ({ id: groupId, from: groupId, source: { groupId } })),
      ...allowedSecurityGroups.map(({ name, id: groupId }) => ({ id: name, from: name, source: { groupId } })),
    ];
    const { name: groupName = name, description = `Who may connect to ${name}` } =
      props.existing?.ownSecurityGroup ?? {};
    const group = new SecurityGroup(this, "security-group", {
      name: escapeTemplate(groupName),
      description: escapeTemplate(description),
      vpcId,
      ingress: allowed.map(({ from, source }) =>
        inlineRule({
          protocol: "tcp",
          fromPort: PORT,
          toPort: PORT,
          ...source,
          description: `PostgreSQL from ${from}`,
        }),
      ),
      tags: { Name: escapeTemplate(groupName) },
    });
    // Rules used to be resources with these paths. Removed from the code only, they would be revoked in AWS.
    const formerRules = new Construct(group, "from");
    for (const { id } of allowed) forget("aws_vpc_security_group_ingress_rule", new Construct(formerRules, id));
    return group;
  }
}

const groupProblems = (name: string, groups: number): string[] =>
  groups > GROUPS_LIMIT ? [`${name} must be in at most ${GROUPS_LIMIT} security groups, got ${groups}`] : [];

/** The ARN of its secret. An instance whose password RDS starts to manage has none while that is planned. */
const secretOf = (instance: DbInstance): string | undefined =>
  instance.manageMasterUserPasswordInput === true
    ? Token.asString(Fn.one(instance.interpolationForAttribute("master_user_secret[*].secret_arn")))
    : undefined;
