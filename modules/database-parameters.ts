import { DbParameterGroup } from "@cdktf/provider-aws/lib/db-parameter-group";
import type { Construct } from "constructs";
import type { DatabaseProps } from "./database";
import { escapeTemplate } from "./terraform-syntax";

/**
 * Parameters that take effect when the instance restarts: PostgreSQL 13 to 18 can set them at server start only, and RDS
 * refuses to apply them at once ("Parameters" of the RDS User Guide: `ApplyType` static).
 */
const STATIC = new Set(
  (
    "archive_mode autovacuum_freeze_max_age autovacuum_max_workers autovacuum_multixact_freeze_max_age autovacuum_worker_slots " +
    "commit_timestamp_buffers hot_standby huge_pages huge_page_size io_max_combine_limit io_max_concurrency io_method " +
    "jit_provider logging_collector max_active_replication_origins max_connections max_files_per_process " +
    "max_locks_per_transaction max_logical_replication_workers max_notify_queue_pages max_pred_locks_per_transaction " +
    "max_prepared_transactions max_replication_slots max_wal_senders max_worker_processes min_dynamic_shared_memory " +
    "multixact_member_buffers multixact_offset_buffers notify_buffers old_snapshot_threshold reserved_connections " +
    "serializable_buffers shared_buffers shared_memory_type shared_preload_libraries subtransaction_buffers " +
    "superuser_reserved_connections track_activity_query_size track_commit_timestamp transaction_buffers wal_buffers " +
    "wal_decode_buffer_size wal_level wal_log_hints pg_stat_statements.max cron.database_name cron.host cron.log_run " +
    "cron.log_statement cron.max_running_jobs cron.use_background_workers rds.logical_replication rds.custom_dns_resolution " +
    "rds.pg_stat_ramdisk_size"
  ).split(" "),
);

/**
 * The parameter group of a database, which always requires TLS. The provider appends a suffix to the name that it never
 * gives again: a group cannot change its family, so during an upgrade, and when a failed one is taken back, both groups
 * exist. The final snapshot has the name too. So the description contains whatever replaces the instance: the next
 * instance needs a snapshot with another name.
 */
export function parameterGroup(
  scope: Construct,
  { name, engineVersion, existing, parameters = {}, ...props }: DatabaseProps,
): DbParameterGroup {
  const key = props.customerManagedKey ? "a customer managed key" : "the key of RDS";
  const kept = existing?.parameterGroup;
  return new DbParameterGroup(scope, "parameters", {
    name: kept?.name,
    namePrefix: kept ? undefined : `${name}-postgres${engineVersion}-`,
    family: `postgres${engineVersion}`,
    description: kept
      ? escapeTemplate(kept.description)
      : `PostgreSQL ${engineVersion} of ${name}, database ${props.databaseName} of ${props.masterUsername} under ${key}`,
    parameter: [
      { name: "rds.force_ssl", value: "1" },
      ...Object.entries(parameters).map(([parameter, value]) => ({
        name: parameter,
        value: escapeTemplate(value),
        applyMethod: STATIC.has(parameter) ? "pending-reboot" : "immediate",
      })),
    ],
    lifecycle: { createBeforeDestroy: true },
  });
}
