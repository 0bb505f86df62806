import { CloudwatchLogGroup } from "@cdktf/provider-aws/lib/cloudwatch-log-group";
import { DbInstance } from "@cdktf/provider-aws/lib/db-instance";
import { Construct } from "constructs";
import type { DatabaseProps } from "./database";

export interface ReadReplicaProps extends DatabaseProps {
  /** The instance that it copies. */
  readonly source: DbInstance;
}

/**
 * A copy of a database that clients can only read: in its subnets, with its security groups, parameters, encryption and
 * protection. RDS takes no backups and no last snapshot of it: its source has the data. RDS creates none of an instance
 * whose password it manages ("Limitations for Secrets Manager integration", RDS User Guide).
 */
export class ReadReplica extends Construct {
  public readonly endpoint: string;

  constructor(scope: Construct, id: string, props: ReadReplicaProps) {
    super(scope, id);
    const { name, source, deletionProtection, existing = {}, replica = {} } = props;
    const identifier = existing.replica ?? `${name}-replica`;
    const log = new CloudwatchLogGroup(this, "log", {
      name: `/aws/rds/instance/${identifier}/postgresql`,
      retentionInDays: props.logRetentionDays,
    });
    const instance = new DbInstance(this, "instance", {
      identifier,
      // Engine, storage, subnet group, users and key are those of the source.
      replicateSourceDb: source.identifier,
      instanceClass: replica.instanceClass ?? props.instanceClass,
      availabilityZone: replica.zone,
      maxAllocatedStorage: props.maxAllocatedStorageGb,
      storageType: existing.storageType ?? "gp3",
      storageEncrypted: existing.encrypted ?? true,
      autoMinorVersionUpgrade: true,
      iamDatabaseAuthenticationEnabled: true,
      multiAz: false,
      publiclyAccessible: false,
      vpcSecurityGroupIds: source.vpcSecurityGroupIdsInput,
      parameterGroupName: source.parameterGroupNameInput,
      enabledCloudwatchLogsExports: ["postgresql"],
      maintenanceWindow: props.maintenanceWindow,
      applyImmediately: props.applyImmediately,
      performanceInsightsEnabled: props.performanceInsights,
      copyTagsToSnapshot: true,
      deletionProtection,
      skipFinalSnapshot: true,
      lifecycle: deletionProtection ? { preventDestroy: true } : undefined,
      dependsOn: [log],
    });
    this.endpoint = instance.endpoint;
  }
}
